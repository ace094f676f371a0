// The file of openings that a supervisor is handed: liuhen-verify --write-openings.
#pragma once

#include <string>
#include <string_view>

#include "crypto/result.h"

namespace liuhen::tools {

// For the owner's eyes alone; a file that is there already is left as it is. Code: `openings.io`.
Outcome write_openings(const std::string& path, std::string_view text);

}  // namespace liuhen::tools
