// Benchmarks in pairs: what is measured, and beside it the peer it has to beat or the limit it
// cannot beat, in the same run on the same machine. The figure that counts is their ratio.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <string>
#include <vector>

namespace liuhen::tools::bench {

using Measure = std::function<void(benchmark::State&)>;

// A rate (more is better) is told to Google Benchmark by SetItemsProcessed; anything else (seconds,
// bytes: less is better) by the counter kFigure.
inline constexpr const char* kFigure = "figure";

struct Pair {
  std::string name;     // "draw 5% of 2,000,000"
  std::string unit;     // of the figure: "subjects/s", "ms"
  std::string peer;     // what stands beside it: "SHA-256 of 50 bytes and nth_element"
  double required = 0;  // of the ratio: at least, or with `less` at most; 0: nothing is
  bool less = false;    // less is better
  bool once = false;    // one iteration: it takes long, or cannot be done again
  Measure measured;
  Measure bound = {};  // absent: `fixed` is the limit
  double fixed = 0;
};

// Each group of benchmarks adds its pairs.
void add_draw(std::vector<Pair>& pairs);
void add_ledger(std::vector<Pair>& pairs);
void add_service(std::vector<Pair>& pairs);

// libsodium alone checking the signatures of 20,000 intents, on all cores.
void signature_checks(benchmark::State& state);

}  // namespace liuhen::tools::bench
