// What /metrics says: its format to the letter, and that it counts what happened.
#include "api/server/metrics.h"

#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/api/town.h"

namespace liuhen::tests {
namespace {

using api::server::Figure;
using api::server::Metrics;

// A page of the text format 0.0.4, read strictly: every family has HELP and TYPE, once and before
// its samples, which stand together; no sample occurs twice.
class Exposition {
 public:
  explicit Exposition(const std::string& text) {
    EXPECT_TRUE(text.ends_with("\n"));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) read(line);
  }

  // The value of one sample, as written: "name{label=\"value\"}".
  double at(const std::string& series) const {
    const auto found = samples_.find(series);
    EXPECT_NE(found, samples_.end()) << series;
    return found == samples_.end() ? -1 : found->second;
  }
  bool has(const std::string& series) const { return samples_.contains(series); }
  std::string type(const std::string& name) const {
    const auto found = types_.find(name);
    return found == types_.end() ? "" : found->second;
  }
  const std::map<std::string, std::string>& types() const { return types_; }

 private:
  void read(const std::string& line) {
    static const std::regex help("# HELP ([a-z_0-9]+) (.+)");
    static const std::regex type("# TYPE ([a-z_0-9]+) (counter|gauge|histogram)");
    static const std::regex sample(
        R"re(([a-z_0-9]+)(\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)+\})? (-?[0-9.e+-]+|\+Inf|NaN))re");
    std::smatch parts;
    if (std::regex_match(line, parts, help)) {
      EXPECT_TRUE(helped_.insert(parts[1]).second) << line;
      family_ = parts[1];
    } else if (std::regex_match(line, parts, type)) {
      EXPECT_EQ(parts[1], family_) << line;
      EXPECT_TRUE(types_.emplace(parts[1], parts[2]).second) << line;
    } else {
      ASSERT_TRUE(std::regex_match(line, parts, sample)) << line;
      EXPECT_TRUE(is_of_family(parts[1])) << line << " stands under " << family_;
      const std::string series = parts[1].str() + parts[2].str();
      EXPECT_TRUE(samples_.emplace(series, std::stod(parts[5])).second) << line;
    }
  }
  bool is_of_family(const std::string& name) const {
    if (name == family_) return type(family_) != "histogram";
    return type(family_) == "histogram" &&
           (name == family_ + "_bucket" || name == family_ + "_sum" || name == family_ + "_count");
  }

  std::string family_;
  std::set<std::string> helped_;
  std::map<std::string, std::string> types_;
  std::map<std::string, double> samples_;
};

ledger::schema::DepartmentSetT department(const std::string& id) {
  ledger::schema::DepartmentSetT out;
  out.id = id;
  out.name = "部门";
  out.division = "370200";
  return out;
}

TEST(Metrics, AreInTheTextFormatWhateverALabelHolds) {
  Metrics metrics;
  for (int i = 0; i < 3; ++i) metrics.intent_submitted();
  metrics.intent_answered();
  metrics.intent_answered();
  metrics.intent_recorded();
  metrics.intent_refused("role.denied");
  metrics.batch_committed(3);
  metrics.batch_committed(2'000);
  metrics.request_begun();
  metrics.request_answered("GET", "/api/v1/entries/*", 404, 0.003);
  metrics.request_begun();
  metrics.request_answered("BREW\"\\\n", "", 405, 0.3);
  const Figure first{
      .name = "x_bytes", .help = "Some bytes.", .value = 1.5, .labels = {{"label", "a\"b\\c\nd"}}};
  Figure second = first;
  second.labels = {{"label", "other"}};
  second.value = 9e15;
  const Figure between{.name = "y_total", .help = "Ys.", .value = 2, .counts_up = true};
  const Exposition page(metrics.text({first, between, second}));
  EXPECT_EQ(page.at("liuhen_intents_waiting"), 1);
  EXPECT_EQ(page.at("liuhen_intents_accepted_total"), 1);
  EXPECT_EQ(page.at("liuhen_intents_refused_total{code=\"role.denied\"}"), 1);
  EXPECT_EQ(page.at("liuhen_batch_entries_bucket{le=\"2\"}"), 0);
  EXPECT_EQ(page.at("liuhen_batch_entries_bucket{le=\"4\"}"), 1);
  EXPECT_EQ(page.at("liuhen_batch_entries_bucket{le=\"1024\"}"), 1);
  EXPECT_EQ(page.at("liuhen_batch_entries_bucket{le=\"+Inf\"}"), 2);
  EXPECT_EQ(page.at("liuhen_batch_entries_sum"), 2'003);
  EXPECT_EQ(page.at("liuhen_http_requests_total{method=\"GET\",route=\"/api/v1/entries/"
                    "*\",status=\"404\"}"),
            1);
  EXPECT_EQ(page.at("liuhen_http_requests_total{method=\"other\",route=\"\",status=\"405\"}"), 1);
  EXPECT_EQ(page.at("liuhen_http_requests_in_flight"), 0);
  EXPECT_EQ(page.at("x_bytes{label=\"a\\\"b\\\\c\\nd\"}"), 1.5);
  EXPECT_EQ(page.at("x_bytes{label=\"other\"}"), 9e15);
  EXPECT_EQ(page.type("x_bytes"), "gauge");
  EXPECT_EQ(page.type("y_total"), "counter");
}

TEST(Metrics, CountWhatTheServiceDoes) {
  Town town;
  town.catch_up();
  const std::uint64_t before = town.city.size();
  for (int i = 0; i < 3; ++i) {
    const Bytes intent =
        ledger::encode(town.city.intent(department("D" + std::to_string(i)), {"office"}));
    ASSERT_EQ(town.send(intent, {"office"}).status, 200u);
    if (i == 0) {
      ASSERT_EQ(town.send(intent, {"office"}).status, 200u);
    }
  }
  const Bytes denied = ledger::encode(town.city.intent(department("X"), {"clerk"}));
  ASSERT_EQ(Town::code(town.send(denied, {"clerk"})), "role.denied");
  const std::string unsigned_one = Town::submission(denied, {});
  ASSERT_EQ(Town::code(town.post("/api/v1/intents", unsigned_one)), "intent.signature");
  ledger::schema::KeyGrantedT granted;
  granted.grant = town.city.grant("second-clerk", {City::Role::clerk});
  const Bytes half =
      ledger::encode(town.city.intent(std::move(granted), {"trustee-outside", "trustee-inside"}));
  ASSERT_EQ(town.send(half, {"trustee-outside"}).status, 202u);
  ASSERT_EQ(town.get("/nothing").status, 404u);
  // These hold no intent, and none is refused.
  ASSERT_EQ(Town::code(town.post("/api/v1/intents", "{}")), "request.field");
  ASSERT_EQ(town.post("/api/v1/intents/batch", R"({"intents":[{},7]})").status, 200u);

  ASSERT_EQ(town.ask({"HEAD", "/api/v1/log", "", ""}).status, 200u);
  const api::Response response = town.get("/metrics");
  ASSERT_EQ(response.status, 200u);
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  const Exposition page(response.body);
  const double size = static_cast<double>(before + 3);
  EXPECT_EQ(page.at("liuhen_intents_accepted_total"), size);
  EXPECT_EQ(page.at("liuhen_intents_repeated_total"), 1);
  EXPECT_EQ(page.at("liuhen_intents_refused_total{code=\"role.denied\"}"), 1);
  EXPECT_EQ(page.at("liuhen_intents_refused_total{code=\"intent.signature\"}"), 1);
  EXPECT_FALSE(page.has("liuhen_intents_refused_total{code=\"request.field\"}"));
  // What an alert looks for is there before it has happened.
  EXPECT_EQ(page.at("liuhen_intents_refused_total{code=\"intent.fork\"}"), 0);
  EXPECT_EQ(page.at("liuhen_intents_refused_total{code=\"key.revoked\"}"), 0);
  EXPECT_EQ(page.at("liuhen_intents_waiting"), 0);
  EXPECT_EQ(page.at("liuhen_intents_pending"), 1);
  EXPECT_EQ(page.at("liuhen_batch_entries_sum"), size);
  EXPECT_GE(page.at("liuhen_storage_sync_duration_seconds_count{of=\"database\"}"), size);
  EXPECT_GT(page.at("liuhen_storage_sync_duration_seconds_sum{of=\"database\"}"), 0);
  EXPECT_GT(page.at("liuhen_storage_sync_duration_seconds_count{of=\"head\"}"), 0);
  EXPECT_EQ(page.at("liuhen_storage_sync_failures_total"), 0);
  EXPECT_EQ(page.at("liuhen_log_entries"), size);
  EXPECT_LE(page.at("liuhen_projection_entries"), size);
  EXPECT_EQ(page.at("liuhen_checkpoint_timestamp_seconds"), static_cast<double>(town.clock.now));
  EXPECT_EQ(page.at("liuhen_healthy"), 1);
  EXPECT_EQ(page.at("liuhen_ready"), 1);
  EXPECT_GT(page.at("liuhen_disk_available_bytes"), 0);
  EXPECT_EQ(page.at("liuhen_http_requests_total{method=\"POST\",route=\"/api/v1/intents\",status="
                    "\"403\"}"),
            2);
  EXPECT_EQ(page.at("liuhen_http_requests_total{method=\"GET\",route=\"\",status=\"404\"}"), 1);
  EXPECT_EQ(
      page.at("liuhen_http_requests_total{method=\"HEAD\",route=\"/api/v1/log\",status=\"200\"}"),
      1);
  EXPECT_EQ(page.at("liuhen_http_requests_in_flight"), 1);  // this one
  for (const char* family : {"entries", "tiles", "meta"}) {
    const std::string labels = "{family=\"" + std::string(family) + "\"}";
    EXPECT_GT(page.at("liuhen_rocksdb_memtable_bytes" + labels), 0) << family;
    EXPECT_EQ(page.at("liuhen_rocksdb_level0_files" + labels), 0) << family;
  }
  EXPECT_EQ(page.at("liuhen_rocksdb_background_errors"), 0);
  EXPECT_GT(page.at("liuhen_rocksdb_keys{family=\"entries\"}"), 0);
  EXPECT_GT(page.at("process_resident_memory_bytes"), 1 << 20);
  EXPECT_GT(page.at("process_open_fds"), 3);
  EXPECT_GT(page.at("process_threads"), 3);
  EXPECT_NEAR(page.at("process_start_time_seconds"), static_cast<double>(::time(nullptr)), 7'200);
}

// What docs/operate.md lists is what there is.
TEST(Metrics, AreThoseOfTheOperatorsGuide) {
  Town town;
  town.catch_up();
  const Bytes denied = ledger::encode(town.city.intent(department("X"), {"clerk"}));
  ASSERT_EQ(Town::code(town.send(denied, {"clerk"})), "role.denied");
  std::set<std::string> served, listed;
  const Exposition page(town.get("/metrics").body);
  for (const auto& [name, type] : page.types()) served.insert(name);
  std::ifstream guide(std::string(LIUHEN_SOURCE_DIR) + "/docs/operate.md");
  static const std::regex row(R"re(`((liuhen|process)_[a-z_0-9]+)[`{])re");
  for (std::string line; std::getline(guide, line);) {
    if (!line.starts_with("| `")) continue;
    const std::string first = line.substr(0, line.find('|', 1));
    for (std::sregex_iterator at(first.begin(), first.end(), row), end; at != end; ++at)
      listed.insert((*at)[1]);
  }
  for (const char* elsewhere :
       {"liuhen_witness_size", "liuhen_witness_timestamp_seconds", "liuhen_witness_failures",
        "liuhen_witness_ahead",
        "liuhen_log_lines_dropped_total"}) {  // with witnesses, or with a log, alone
    listed.erase(elsewhere);
  }
  EXPECT_EQ(served, listed);
}

}  // namespace
}  // namespace liuhen::tests
