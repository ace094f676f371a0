# Installs what package-lock.json names, if that has changed since, and compiles api/web.
set(stamp ${web}/node_modules/.installed)
file(SHA256 ${web}/package-lock.json wanted)
set(installed "")
if(EXISTS ${stamp})
  file(READ ${stamp} installed)
endif()
if(NOT installed STREQUAL wanted)
  execute_process(COMMAND ${npm} ci --no-progress WORKING_DIRECTORY ${web} COMMAND_ERROR_IS_FATAL ANY)
  file(WRITE ${stamp} "${wanted}")
endif()
file(REMOVE_RECURSE ${web}/dist)
execute_process(COMMAND ${node} node_modules/typescript/bin/tsc -p tsconfig.json
  WORKING_DIRECTORY ${web} COMMAND_ERROR_IS_FATAL ANY)
