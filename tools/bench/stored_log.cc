#include "tools/bench/stored_log.h"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "ledger/log_reader.h"
#include "ledger/rocksdb_storage.h"
#include "projections/findings/findings.h"
#include "projections/verify.h"
#include "tools/bench/child_process.h"

namespace liuhen::tools::bench {

std::unique_ptr<ledger::Storage> open_stored(const std::string& path) {
  auto storage = ledger::open_rocksdb(path, {.mode = ledger::OpenMode::read_only});
  LIUHEN_CHECK(storage.has_value());
  return std::move(*storage);
}

std::optional<Verifying> verify_in_process(const std::string& path) {
  const std::string said = path + ".verifying";
  const bool verified = run_program({"/proc/self/exe", kVerify, path}, said);
  Verifying took;
  std::ifstream(said) >> took.seconds >> took.peak_mib;
  std::filesystem::remove(said);
  if (!verified || took.peak_mib == 0) return std::nullopt;
  took.peak_mib /= 1'024;
  return took;
}

void memory_of_verifying(benchmark::State& state, const std::string& path) {
  for ([[maybe_unused]] const auto& round : state) {
    const auto took = verify_in_process(path);
    if (!took) return state.SkipWithError("not verified");
    state.counters[kFigure] = took->peak_mib;
  }
}

int verify_database(const std::string& path) {
  const auto storage = open_stored(path);
  ledger::StorageFetcher fetcher(*storage);
  const auto now_s = static_cast<std::uint64_t>(std::time(nullptr));
  projections::VerifyOptions options;
  options.now_s = now_s;
  options.replayed_whole = [&](const projections::State& state,
                               const projections::ReplayNotes& notes) {
    projections::findings_of(state, {.now_s = now_s, .voids = notes.voids, .plans = notes.plans});
  };
  const auto begun = std::chrono::steady_clock::now();
  if (projections::verify_log(fetcher, options).verdict != ledger::Verdict::verified) return 1;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  std::ifstream status("/proc/self/status");  // what rusage tells counts whoever forked it
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:"))
      return std::printf("%.3f %s\n", took.count(), line.c_str() + 6) < 0;
  }
  return 1;
}

}  // namespace liuhen::tools::bench
