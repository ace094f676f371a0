// Backups that a directory ought to have, and whose file in meta/ is gone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace liuhen::ledger {

// Their numbers, in ascending order: those that lie between two that are there, and those whose
// files are there and that are newer than the oldest. Such a one was taken away; if there is none
// after it, it may be under way, or may have been broken off. None if there is no such directory.
std::vector<std::uint32_t> absent_backups(const std::string& directory);

}  // namespace liuhen::ledger
