// Small text files that people name on the command line.
#pragma once

#include <string>

#include "crypto/result.h"

namespace liuhen::tools {

inline constexpr std::size_t kTextFileBytesMax = 16u << 20;

// "-" is standard input. Errors: `file.io`, `file.oversized`.
Result<std::string> read_text(const std::string& path);
// Errors: `file.io`.
Outcome write_text(const std::string& path, const std::string& text);

}  // namespace liuhen::tools
