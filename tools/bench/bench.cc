// liuhen-bench: the speed of the main jobs, each beside its peer or its limit.
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <map>
#include <string_view>
#include <vector>

#include "crypto/random.h"
#include "tools/bench/pairs.h"
#include "tools/bench/service_process.h"
#include "tools/bench/stored_log.h"

namespace liuhen::tools::bench {
namespace {

constexpr const char* kHelp =
    R"(用法 usage: liuhen-bench [all] [--json] [--benchmark_filter=REGEX …]

测量各项主要工作的速度，每项旁边是同一次运行中的对手或上限；看的是比值，轮流测三次，取中位数。说明见
docs/performance.md。
Measures the main jobs, each beside its peer or limit in the same run; what counts is their ratio,
the median of three when measured in turn. docs/performance.md explains each.

  all      全部（不写也是） everything, which is also what it does without it
  --json   只输出结果表，每行一个对象：name、value、unit、peer、peer_value、ratio、required、
           less_is_better、met
           prints the table alone, an object for each row
  --benchmark_filter=REGEX   只测名称符合的（配对的名称以 / peer 结尾）
                             only what has such a name; that of a peer ends in / peer
  LIUHEN_BENCH_DRAWS=1000    环境变量：核验多少次抽取（默认 20；一千次约一小时）
                             a variable: how many draws are verified (20 unless given; a thousand
                             take an hour)

退出码 exit codes: 0 测完 measured · 1 有一项没能测成 something could not be measured · 3 用法 usage
)";

// What each run came to, kept for the table; Google Benchmark's own report unless it is `silent`.
class Keeper final : public benchmark::ConsoleReporter {
 public:
  explicit Keeper(bool silent)
      : ConsoleReporter(::isatty(STDOUT_FILENO) ? OO_ColorTabular : OO_Tabular), silent_(silent) {}
  bool ReportContext(const Context& context) override {
    return silent_ || ConsoleReporter::ReportContext(context);
  }
  void ReportRuns(const std::vector<Run>& runs) override {
    if (!silent_) ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      if (run.error_occurred) {
        failed_ = true;
        std::fprintf(stderr, "%s: %s\n", run.benchmark_name().c_str(), run.error_message.c_str());
      }
      for (const char* counter : {"items_per_second", kFigure}) {
        const auto found = run.counters.find(counter);
        if (found != run.counters.end())
          figures_[run.run_name.function_name].push_back(found->second.value);
      }
      if (silent_) std::fprintf(stderr, "%s\n", run.benchmark_name().c_str());  // progress
    }
  }
  bool failed() const { return failed_; }
  // By round, in order.
  std::vector<double> figures(const std::string& name) const {
    const auto found = figures_.find(name);
    return found == figures_.end() ? std::vector<double>() : found->second;
  }

 private:
  const bool silent_;
  std::map<std::string, std::vector<double>> figures_;
  bool failed_ = false;
};

struct Row {
  const Pair* pair;
  double value, peer, ratio;
  bool met() const { return pair->less ? ratio <= pair->required : ratio >= pair->required; }
};

double median(std::vector<double> figures) {
  std::sort(figures.begin(), figures.end());
  const std::size_t middle = figures.size() / 2;
  return figures.size() % 2 != 0 ? figures[middle] : (figures[middle - 1] + figures[middle]) / 2;
}

// The median of each, and of the ratios of what was measured one right after the other: the machine
// may be faster at one time than at another.
std::vector<Row> rows_of(const std::vector<Pair>& pairs, const Keeper& keeper) {
  std::vector<Row> rows;
  for (const Pair& pair : pairs) {
    const auto values = keeper.figures(pair.name);
    auto peers = keeper.figures(pair.name + " / peer");
    if (!pair.bound) peers.assign(values.size(), pair.fixed);
    std::vector<double> ratios;
    for (std::size_t i = 0; i < std::min(values.size(), peers.size()); ++i)
      if (peers[i] != 0) ratios.push_back(values[i] / peers[i]);
    if (!ratios.empty()) rows.push_back({&pair, median(values), median(peers), median(ratios)});
  }
  return rows;
}

void print_table(const std::vector<Row>& rows) {
  std::printf(
      "\n| what 项目 | figure 数值 | peer or limit 对照 | its figure 对照数值 | ratio 比值 | "
      "required 要求 |\n| --- | ---: | --- | ---: | ---: | --- |\n");
  for (const Row& row : rows) {
    const Pair& pair = *row.pair;
    const int digits = row.value < 100 ? 2 : 0;
    std::printf("| %s | %.*f %s | %s | %.*f | %.2f | ", pair.name.c_str(), digits, row.value,
                pair.unit.c_str(), pair.peer.c_str(), digits, row.peer, row.ratio);
    std::printf("%s %.2f%s |\n", pair.less ? "≤" : "≥", pair.required,
                row.met() ? "" : " 未达到 missed");
  }
}

void print_json(const std::vector<Row>& rows) {
  boost::json::array list;
  for (const Row& row : rows) {
    list.push_back({{"name", row.pair->name},
                    {"value", row.value},
                    {"unit", row.pair->unit},
                    {"peer", row.pair->peer},
                    {"peer_value", row.peer},
                    {"ratio", row.ratio},
                    {"required", row.pair->required},
                    {"less_is_better", row.pair->less},
                    {"met", row.met()}});
  }
  std::printf("%s\n", boost::json::serialize(list).c_str());
}

void enroll(const Pair& pair, const std::string& name, const Measure& measure) {
  auto* one = benchmark::RegisterBenchmark(name.c_str(), measure);
  one->Unit(benchmark::kMillisecond)->UseRealTime();
  if (pair.once) one->Iterations(1);
}

// Takes out of argv what is ours. The rest is Google Benchmark's.
bool take(int& argc, char** argv, std::string_view word) {
  for (int i = 1; i < argc; ++i) {
    if (argv[i] != word) continue;
    for (int k = i; k + 1 < argc; ++k) argv[k] = argv[k + 1];
    --argc;
    return true;
  }
  return false;
}

}  // namespace
}  // namespace liuhen::tools::bench

int main(int argc, char** argv) {
  using namespace liuhen::tools::bench;
  liuhen::crypto::initialise();
  if (argc == 3 && std::string_view(argv[1]) == kServe) return serve_directory(argv[2]);
  if (argc == 3 && std::string_view(argv[1]) == kVerify) return verify_database(argv[2]);
  const bool json = take(argc, argv, "--json");
  take(argc, argv, "all");
  if (take(argc, argv, "--help") || take(argc, argv, "-h")) {
    std::fputs(kHelp, stdout);
    return 0;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 3;
  std::vector<Pair> pairs;
  add_draw(pairs);
  add_ledger(pairs);
  add_service(pairs);
  add_state(pairs);
  add_replay(pairs);
  add_draws(pairs);
  for (const Pair& pair : pairs) {
    for (int round = 0; round < pair.rounds(); ++round) {
      enroll(pair, pair.name, pair.measured);
      if (pair.bound) enroll(pair, pair.name + " / peer", pair.bound);
    }
  }
  Keeper keeper(json);
  benchmark::RunSpecifiedBenchmarks(&keeper);
  const auto rows = rows_of(pairs, keeper);
  json ? print_json(rows) : print_table(rows);
  return keeper.failed() ? 1 : 0;
}
