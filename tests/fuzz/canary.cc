// Must crash in any run, however short: if it does not, the fuzzers find nothing.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "crypto/result.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // Found by watching comparisons and coverage, never by chance.
  const bool found = text.starts_with("liuhen/") && text.ends_with("/canary");
  LIUHEN_CHECK(!found);
  return 0;
}
