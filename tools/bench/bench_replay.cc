// Replaying a log, and the same log when it was a quarter as long: a replay is linear, and keeps
// nothing but the state.
#include <memory>

#include "tools/bench/pairs.h"
#include "tools/bench/sample_log.h"
#include "tools/bench/stored_log.h"

namespace liuhen::tools::bench {
namespace {

inline constexpr std::size_t kQuarter = 20'000;
inline constexpr std::size_t kWhole = 4 * kQuarter;
inline constexpr std::size_t kInFlight = 1'024;

struct Grown {
  SampleLog log;
  std::string whole, quarter;

  Grown() {
    log.append(log.departments(kQuarter), kInFlight);
    quarter = log.directory() + "/quarter";
    log.copy_database(quarter);
    log.append(log.departments(kWhole - kQuarter), kInFlight);
    log.close();
    whole = log.directory() + "/db";
  }
};

const Grown& grown() {
  static const Grown made;
  return made;
}

void replay(benchmark::State& state, const std::string& path, std::size_t entries) {
  const auto storage = open_stored(path);
  for ([[maybe_unused]] const auto& round : state) verify_all(state, *storage, kSampleOrigin);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(entries));
}

}  // namespace

void add_replay(std::vector<Pair>& pairs) {
  pairs.push_back({.name = "replay of 80,000 entries",
                   .unit = "entries/s",
                   .peer = "of the first 20,000 of them",
                   .required = 0.9,
                   .measured = [](auto& state) { replay(state, grown().whole, kWhole); },
                   .bound = [](auto& state) { replay(state, grown().quarter, kQuarter); }});
  pairs.push_back({.name = "replay of 80,000 entries, memory",
                   .unit = "MiB",
                   .peer = "of the first 20,000 of them, and 1 KiB for each department more",
                   .required = 1.1,
                   .less = true,
                   .once = true,
                   .measured = [](auto& state) { memory_of_verifying(state, grown().whole); },
                   .bound =
                       [](auto& state) {
                         memory_of_verifying(state, grown().quarter);
                         state.counters[kFigure].value += static_cast<double>(kWhole - kQuarter) / 1'024;
                       },
                   .times = 1});
}

}  // namespace liuhen::tools::bench
