#include "tools/bench/stored_log.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "ledger/log_reader.h"
#include "ledger/rocksdb_storage.h"
#include "tools/bench/child_process.h"

namespace liuhen::tools::bench {
namespace {

// In MiB; 0 if it was not verified.
double peak_of_verifying(const std::string& path) {
  const std::string said = path + ".peak";
  double peak = 0;
  if (run_program({"/proc/self/exe", kVerify, path}, said)) std::ifstream(said) >> peak;
  std::filesystem::remove(said);
  return peak / 1'024;
}

}  // namespace

std::unique_ptr<ledger::Storage> open_stored(const std::string& path) {
  auto storage = ledger::open_rocksdb(path, {.mode = ledger::OpenMode::read_only});
  LIUHEN_CHECK(storage.has_value());
  return std::move(*storage);
}

projections::Report verify_stored(ledger::Storage& storage,
                                  std::function<void(const projections::State&)> whole) {
  ledger::StorageFetcher fetcher(storage);
  projections::VerifyOptions options;
  if (whole)
    options.replayed_whole = [&](const projections::State& state, const projections::ReplayNotes&) {
      whole(state);
    };
  return projections::verify_log(fetcher, options);
}

void memory_of_verifying(benchmark::State& state, const std::string& path) {
  for ([[maybe_unused]] const auto& round : state) {
    state.counters[kFigure] = peak_of_verifying(path);
    if (state.counters[kFigure] == 0) state.SkipWithError("not verified");
  }
}

int verify_database(const std::string& path) {
  const auto storage = open_stored(path);
  if (verify_stored(*storage).verdict != ledger::Verdict::verified) return 1;
  std::ifstream status("/proc/self/status");  // what rusage tells counts whoever forked it
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::puts(line.c_str() + 6) == EOF;
  }
  return 1;
}

}  // namespace liuhen::tools::bench
