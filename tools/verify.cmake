# liuhen-verify: small, and without any server code (tests/layout checks what goes into it).
find_package(CLI11 REQUIRED)
file(GLOB verify_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/verify*.cc)
add_executable(liuhen-verify ${verify_sources} ${CMAKE_CURRENT_LIST_DIR}/cli_words.cc
  ${CMAKE_CURRENT_LIST_DIR}/help_formatter.cc ${CMAKE_CURRENT_LIST_DIR}/moment.cc)
target_link_libraries(liuhen-verify PRIVATE liuhen_api_client liuhen_findings CLI11::CLI11)
