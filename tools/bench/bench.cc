// liuhen-bench: the speed of the main jobs, each beside its limit. Prints Google Benchmark's own
// lines and closes with a table of ratios. Options are Google Benchmark's (--benchmark_filter=draw,
// …).
#include <unistd.h>

#include <cstdio>
#include <map>

#include "crypto/random.h"
#include "tools/bench/pairs.h"

namespace liuhen::tools::bench {
namespace {

// Google Benchmark's report, and the items per second of each run kept for the table.
class Keeper final : public benchmark::ConsoleReporter {
 public:
  Keeper() : ConsoleReporter(::isatty(STDOUT_FILENO) ? OO_ColorTabular : OO_Tabular) {}
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      failed_ = failed_ || run.error_occurred;
      const auto rate = run.counters.find("items_per_second");
      if (rate != run.counters.end()) rates_[run.run_name.function_name] = rate->second.value;
    }
  }
  bool failed() const { return failed_; }
  double rate(const std::string& name) const {
    const auto found = rates_.find(name);
    return found == rates_.end() ? 0 : found->second;
  }

 private:
  std::map<std::string, double> rates_;
  bool failed_ = false;
};

void print_table(const std::vector<Pair>& pairs, const Keeper& keeper) {
  std::printf(
      "\n| what 项目 | per second 每秒 | limit 上限 | its rate 上限每秒 | ratio 比值 |\n| --- | "
      "---: | --- | ---: | ---: |\n");
  for (const Pair& pair : pairs) {
    const double measured = keeper.rate(pair.name);
    const double bound = keeper.rate(pair.name + " / limit");
    if (measured == 0 || bound == 0) continue;
    std::printf("| %s | %.0f %s | %s | %.0f | %.2f |\n", pair.name.c_str(), measured,
                pair.unit.c_str(), pair.limit.c_str(), bound, measured / bound);
  }
}

}  // namespace
}  // namespace liuhen::tools::bench

int main(int argc, char** argv) {
  using namespace liuhen::tools::bench;
  liuhen::crypto::initialise();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 3;
  std::vector<Pair> pairs;
  add_draw(pairs);
  add_ledger(pairs);
  for (const Pair& pair : pairs) {
    benchmark::RegisterBenchmark(pair.name.c_str(), pair.measured)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
    benchmark::RegisterBenchmark((pair.name + " / limit").c_str(), pair.bound)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  }
  Keeper keeper;
  benchmark::RunSpecifiedBenchmarks(&keeper);
  print_table(pairs, keeper);
  return keeper.failed() ? 1 : 0;
}
