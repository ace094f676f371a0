// Strict UTF-8 (RFC 3629: shortest form, no surrogates, at most U+10FFFF).
#pragma once

#include <cstddef>

#include "crypto/bytes.h"

namespace liuhen::api {

struct Utf8Scan {
  enum class End { clean, incomplete, invalid };
  End end = End::clean;
  std::size_t valid_bytes = 0;  // the longest prefix of whole characters
  std::size_t long_chars = 0;   // characters of three bytes or more in it
  std::size_t multi_chars = 0;  // characters of two bytes or more in it
};

// Scans until the end or the first defect. `incomplete`: what follows the valid prefix could be
// completed.
Utf8Scan scan_utf8(View bytes);

}  // namespace liuhen::api
