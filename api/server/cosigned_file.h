// The newest checkpoints that witnesses cosigned, in a file, so that a service that is started anew
// has them although no witness can be asked (docs/formats/storage.md, "The cosigned file"). Nothing
// that is read from it is trusted.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "crypto/result.h"

namespace liuhen::api::server {

inline constexpr std::size_t kCosignedStoredMax = 16;  // checkpoints

struct CosignedNotes {
  std::vector<std::string> notes;  // as they are written; whether they are notes is not looked at
  bool whole = true;               // otherwise the rest cannot be read
};

std::string format_cosigned(std::span<const std::string> notes);
CosignedNotes parse_cosigned(std::string_view text);

// Nothing if there is no file. Errors: `cosigned.io`.
Result<CosignedNotes> read_cosigned(const std::string& path);
// Replaces the file, and returns once it is durable; a crash leaves the old one or the new one.
// Errors: `cosigned.io`.
Outcome write_cosigned(const std::string& path, std::span<const std::string> notes);

}  // namespace liuhen::api::server
