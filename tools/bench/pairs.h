// Benchmarks in pairs: what is measured, and beside it the peer it has to beat or the limit it
// cannot beat, in the same run on the same machine. The figure that counts is their ratio.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <string>
#include <vector>

#include "ledger/storage.h"

namespace liuhen::tools::bench {

using Measure = std::function<void(benchmark::State&)>;

// What a benchmark came to, in the unit of its pair, is told either by SetItemsProcessed (a rate)
// or by this counter.
inline constexpr const char* kFigure = "figure";

struct Pair {
  std::string name;     // "draw 5% of 2,000,000"
  std::string unit;     // of both figures: "subjects/s", "ms"
  std::string peer;     // what stands beside it: "SHA-256 of 50 bytes and nth_element"
  double required = 0;  // of the ratio: at least, or with `less` at most
  bool less = false;    // less is better
  bool once = false;    // one iteration a round: it takes long
  Measure measured;
  Measure bound = {};  // absent: `fixed` is the limit
  double fixed = 0;
  int times = 3;  // in turn with its peer

  // What has no peer is measured once: some cannot be done again.
  int rounds() const { return bound ? times : 1; }
};

// Each group of benchmarks adds its pairs.
void add_draw(std::vector<Pair>& pairs);
void add_ledger(std::vector<Pair>& pairs);
void add_service(std::vector<Pair>& pairs);
void add_state(std::vector<Pair>& pairs);
void add_replay(std::vector<Pair>& pairs);
void add_draws(std::vector<Pair>& pairs);

// Measured once, and held against several things.
void signature_checks(benchmark::State& state);  // of 20,000 intents, libsodium alone, all cores
void bulk_import(benchmark::State& state);       // of 100,000 rows with restricted fields

// All that liuhen-verify looks at in stored entries, but for the indexes.
void verify_all(benchmark::State& state, ledger::Storage& storage, const std::string& origin);

}  // namespace liuhen::tools::bench
