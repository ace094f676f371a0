// Benchmarks in pairs: what is measured, and beside it the limit it cannot beat, in the same run on
// the same machine. The figure that counts is their ratio.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <string>
#include <vector>

namespace liuhen::tools::bench {

struct Pair {
  std::string name;   // "draw 5% of 2,000,000"
  std::string unit;   // of an item: "subjects", "intents"
  std::string limit;  // what the limit is: "SHA-256 of 50 bytes and nth_element"
  std::function<void(benchmark::State&)> measured;  // each must SetItemsProcessed
  std::function<void(benchmark::State&)> bound;
};

// Each group of benchmarks adds its pairs.
void add_draw(std::vector<Pair>& pairs);
void add_ledger(std::vector<Pair>& pairs);

}  // namespace liuhen::tools::bench
