// A log that lies in a database, as liuhen-verify meets it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ledger/storage.h"
#include "tools/bench/pairs.h"

namespace liuhen::tools::bench {

std::unique_ptr<ledger::Storage> open_stored(const std::string& path);

// What it takes a process of its own to verify a database and to look for findings across draws, as
// `liuhen-verify dir` does; the indexes, which it looks at too, are left out.
struct Verifying {
  double seconds = 0;   // without the start of the process, and opening the database
  double peak_mib = 0;  // the most that it has resident
};

// Nothing if it is not verified.
std::optional<Verifying> verify_in_process(const std::string& path);

// Measures the memory alone, in MiB.
void memory_of_verifying(benchmark::State& state, const std::string& path);

// This program, called by itself: verifies a database, and prints the seconds that it took and the
// most that it had resident, in KiB. Exit code 1: it was not verified.
inline constexpr const char* kVerify = "--verify-database";
int verify_database(const std::string& path);

}  // namespace liuhen::tools::bench
