# cmake -DOUT=file.cc -DSOURCES=a;b -P fold_sources.cmake: one SHA-256 over the sources, as a constant.
set(all "")
foreach(source IN LISTS SOURCES)
  file(SHA256 ${source} digest)
  string(APPEND all "${digest}\n")
endforeach()
string(SHA256 digest "${all}")
string(REGEX REPLACE "(..)" "0x\\1, " bytes "${digest}")
file(WRITE ${OUT} "#include \"projections/fold_sources.h\"

namespace liuhen::projections {

const Hash& fold_sources() {
  static constexpr Hash kSources{${bytes}};
  return kSources;
}

}  // namespace liuhen::projections
")
