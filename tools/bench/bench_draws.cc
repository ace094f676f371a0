// Verifying draws over two million subjects whose registry changes in between, beside what nobody
// can leave out: every signature, and every pool once.
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <thread>

#include "ledger/log_reader.h"
#include "ledger/tiles.h"
#include "projections/last_pool.h"
#include "projections/outcome.h"
#include "projections/verify.h"
#include "tools/bench/drawn_log.h"
#include "tools/bench/pairs.h"
#include "tools/bench/stored_log.h"

namespace liuhen::tools::bench {
namespace {

inline constexpr const char* kDrawsVariable = "LIUHEN_BENCH_DRAWS";
inline constexpr std::size_t kDraws = 20;

std::size_t draws_wanted() {
  const char* asked = std::getenv(kDrawsVariable);
  const long given = asked == nullptr ? 0 : std::strtol(asked, nullptr, 10);
  return given > 1 ? static_cast<std::size_t>(given) : kDraws;
}

// What a copy of the state takes of the heap.
double mib_of(const projections::State& state) {
  const auto used = [] {
    const auto info = ::mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd) / (1 << 20);
  };
  const double before = used();
  const projections::State copy = state;
  return used() - before;
}

// The log with all its draws, the state that they led to, and a copy of the log as it was after a
// quarter of them.
struct Year {
  DrawnLog drawn;
  std::string whole, quarter;
  projections::State city;
  double grown_mib = 0;  // of the state, since the quarter

  Year() {
    const std::size_t draws = draws_wanted();
    while (drawn.draws() < draws) {
      drawn.draw();
      std::fprintf(stderr, "\rdraw %zu of %zu", drawn.draws(), draws);
      if (drawn.draws() != draws / 4) continue;
      grown_mib = -mib_of(drawn.log().state());
      quarter = drawn.log().directory() + "/quarter";
      drawn.log().copy_database(quarter);
    }
    std::fprintf(stderr, "\n");
    city = drawn.log().state();
    grown_mib += mib_of(city);
    drawn.log().close();
    whole = drawn.log().directory() + "/db";
  }
};

const Year& year() {
  static const Year made;
  return made;
}

double seconds_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

// Verified once, for its time and its memory.
void verify_draws(benchmark::State& state, double Verifying::*figure) {
  for ([[maybe_unused]] const auto& round : state) {
    static const std::optional<Verifying> took = verify_in_process(year().whole);
    if (!took) return state.SkipWithError("not verified");
    state.counters[kFigure] = *took.*figure;
  }
}

// The signatures of all entries, on all cores.
double check_signatures(ledger::Storage& storage, std::uint64_t size) {
  ledger::StorageFetcher fetcher(storage);
  std::vector<Bytes> entries;
  for (std::uint64_t index = 0; index * ledger::kTileWidth < size; ++index) {
    const auto bundle = fetcher.entries(index, ledger::tile_width(0, index, size));
    LIUHEN_CHECK(bundle.has_value());
    for (const View entry : ledger::split_bundle(*bundle, ledger::kTileWidth).entries)
      entries.emplace_back(entry.begin(), entry.end());
  }
  const auto begun = std::chrono::steady_clock::now();
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < std::max(1u, std::thread::hardware_concurrency()); ++t) {
    threads.emplace_back([&] {
      for (std::size_t i = next++; i < entries.size(); i = next++) {
        const auto event = ledger::Event::parse(entries[i]);
        LIUHEN_CHECK(ledger::verify_signatures(event->intent(), event->signatures()));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return seconds_since(begun);
}

void signatures_and_pools(benchmark::State& state) {
  const auto storage = open_stored(year().whole);
  for ([[maybe_unused]] const auto& round : state) {
    projections::State city = year().city;
    city.last_pool = std::make_shared<projections::LastPool>();  // the order of all subjects
    city.last_pool->in_order(city.subjects);
    double took = check_signatures(*storage, city.size());
    const auto begun = std::chrono::steady_clock::now();
    for (const auto& [stream, draw] : city.draws.by_stream) {
      const auto pool = projections::pool_of(city, draw.announcement, draw.rule_set);
      LIUHEN_CHECK(pool.has_value());
    }
    state.counters[kFigure] = took + seconds_since(begun);
  }
}

}  // namespace

void add_draws(std::vector<Pair>& pairs) {
  const std::string what = std::to_string(draws_wanted()) + " draws over 2,000,000";
  pairs.push_back({.name = "verifying " + what,
                   .unit = "s",
                   .peer = "its signatures, and each pool once",
                   .required = 2,
                   .less = true,
                   .once = true,
                   .measured = [](auto& state) { verify_draws(state, &Verifying::seconds); },
                   .bound = signatures_and_pools,
                   .times = 1});
  pairs.push_back({.name = "verifying " + what + ", memory",
                   .unit = "MiB",
                   .peer = "a quarter of the draws, and what the state has grown since",
                   .required = 1.1,
                   .less = true,
                   .once = true,
                   .measured = [](auto& state) { verify_draws(state, &Verifying::peak_mib); },
                   .bound =
                       [](auto& state) {
                         memory_of_verifying(state, year().quarter);
                         state.counters[kFigure].value += year().grown_mib;
                       },
                   .times = 1});
}

}  // namespace liuhen::tools::bench
