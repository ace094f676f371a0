// The file of witnesses' cosignatures: what is read of it is what would be written, up to where it
// is broken.
#include "api/server/cosigned_file.h"

#include "crypto/result.h"

namespace liuhen::api::server {
namespace {

void check(std::string_view text) {
  const CosignedNotes read = parse_cosigned(text);
  std::size_t bytes = 0;
  for (const std::string& note : read.notes) bytes += note.size();
  LIUHEN_CHECK(bytes <= text.size());
  const std::string written = format_cosigned(read.notes);
  LIUHEN_CHECK(!read.whole || written.size() <= text.size());  // lengths may have leading zeros
  const CosignedNotes again = parse_cosigned(written);
  LIUHEN_CHECK(again.whole && again.notes == read.notes);
}

}  // namespace
}  // namespace liuhen::api::server

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  liuhen::api::server::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
