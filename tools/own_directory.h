// For what is done to a ledger's own files, where no service runs on them.
#pragma once

#include "tools/session.h"

namespace liuhen::tools {

// Fails with `session.target` unless it is a directory, and it alone, that is given.
Outcome check_own_directory(const Target& target, const std::string& command);

}  // namespace liuhen::tools
