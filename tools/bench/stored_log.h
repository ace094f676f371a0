// A log that lies in a database, as liuhen-verify meets it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ledger/storage.h"
#include "projections/verify.h"
#include "tools/bench/pairs.h"

namespace liuhen::tools::bench {

std::unique_ptr<ledger::Storage> open_stored(const std::string& path);

// As `liuhen-verify dir` does, but for the indexes.
projections::Report verify_stored(ledger::Storage& storage,
                                  std::function<void(const projections::State&)> whole = {});

// Measures the most that a process of its own has resident when it verifies, in MiB.
void memory_of_verifying(benchmark::State& state, const std::string& path);

// This program, called by itself: verifies a database, and prints the most that it had resident, in
// KiB. Exit code 1: it was not verified.
inline constexpr const char* kVerify = "--verify-database";
int verify_database(const std::string& path);

}  // namespace liuhen::tools::bench
