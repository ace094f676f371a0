// A city of two million subjects: replaying its imports, starting a service on them, and what that
// service keeps in memory.
#include <algorithm>
#include <chrono>
#include <memory>

#include "tools/bench/pairs.h"
#include "tools/bench/sample_log.h"
#include "tools/bench/service_process.h"

namespace liuhen::tools::bench {
namespace {

inline constexpr std::size_t kCityParts = 10'000;
inline constexpr std::size_t kPartsAtOnce = 500;  // made and submitted
inline constexpr auto kCityRows = static_cast<std::int64_t>(kCityParts * kRowsPerPart);

// Its directory, made when first asked for and removed when the program ends.
const std::string& city() {
  static const std::unique_ptr<SampleLog> log = [] {
    auto made = std::make_unique<SampleLog>();
    for (std::size_t parts = 0; parts < kCityParts; parts += kPartsAtOnce)
      made->append(made->imports(kPartsAtOnce, false), 64);
    made->close();
    return made;
  }();
  return log->directory();
}

void replay_of_imports(benchmark::State& state) {
  auto storage = ledger::open_rocksdb(city() + "/db", {.mode = ledger::OpenMode::read_only});
  LIUHEN_CHECK(storage.has_value());
  for ([[maybe_unused]] const auto& round : state) verify_all(state, **storage, kSampleOrigin);
  state.SetItemsProcessed(state.iterations() * kCityRows);
}

// Seconds until a new process serves it.
double start(benchmark::State& state) {
  const std::string& directory = city();
  const auto begun = std::chrono::steady_clock::now();
  const ServiceProcess service(directory);
  if (!service.listens()) state.SkipWithError("the service did not start");
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

void start_from_zero(benchmark::State& state) {
  for ([[maybe_unused]] const auto& round : state)
    state.counters[kFigure] = static_cast<double>(kCityRows) / start(state);
}

// After a service that was stopped as it should be.
void start_again(benchmark::State& state) {
  for ([[maybe_unused]] const auto& round : state) {
    start(state);
    state.counters[kFigure] = start(state);
  }
}

// The most that a fresh service has had resident by the time it listens.
void resident_memory(benchmark::State& state) {
  for ([[maybe_unused]] const auto& round : state) {
    const ServiceProcess service(city());
    if (!service.listens()) state.SkipWithError("the service did not start");
    state.counters[kFigure] = static_cast<double>(service.peak_bytes()) / (1 << 20);
  }
}

}  // namespace

void add_state(std::vector<Pair>& pairs) {
  pairs.push_back({.name = "replay of bulk imports, public part",
                   .unit = "rows/s",
                   .peer = "as required",
                   .required = 1,
                   .measured = replay_of_imports,
                   .fixed = 1'000'000});
  pairs.push_back({.name = "start with 2,000,000 subjects, from zero",
                   .unit = "rows/s",
                   .peer = "as required of replay",
                   .required = 1,
                   .once = true,
                   .measured = start_from_zero,
                   .fixed = 1'000'000});
  pairs.push_back({.name = "start with 2,000,000 subjects, after a stop",
                   .unit = "s",
                   .peer = "as required",
                   .required = 1,
                   .less = true,
                   .once = true,
                   .measured = start_again,
                   .fixed = 2});
  pairs.push_back({.name = "resident memory at 2,000,000 subjects",
                   .unit = "MiB",
                   .peer = "as required",
                   .required = 1,
                   .less = true,
                   .once = true,
                   .measured = resident_memory,
                   .fixed = 1'024});
}

}  // namespace liuhen::tools::bench
