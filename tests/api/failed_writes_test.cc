// What operators are told of a disk that fails under the service.
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "api/server/measured.h"
#include "crypto/random.h"
#include "tests/api/log_lines.h"
#include "tests/api/town.h"

namespace liuhen::tests {
namespace {

namespace json = boost::json;
using api::server::JsonLog;
using api::server::Observer;

Error broken() { return fail("storage.io", "坏了", "it is broken"); }

class BrokenStorage final : public ledger::Storage {
 public:
  Result<std::optional<std::string>> get(ledger::Family, std::string_view) override {
    return broken();
  }
  Outcome scan(ledger::Family, std::string_view,
               const std::function<bool(std::string_view, std::string_view)>&) override {
    return broken();
  }
  Outcome commit(const ledger::Batch&) override { return broken(); }
  Outcome purge(ledger::Family) override { return broken(); }
};

class BrokenHead final : public ledger::HeadFile {
 public:
  Result<std::optional<std::string>> read() override { return std::optional<std::string>(); }
  Outcome write(const std::string&) override { return broken(); }
};

// The line of that metric, without its name.
std::string figure(const std::string& page, const std::string& name) {
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + " ")) return line.substr(name.size() + 1);
  }
  return "";
}

constexpr const char* kFailures = "liuhen_storage_sync_failures_total";

std::vector<json::object> events_of(const std::string& path, const std::string& event) {
  std::vector<json::object> found = lines_of(path);
  std::erase_if(found,
                [&](const json::object& line) { return line.at("event").as_string() != event; });
  return found;
}

TEST(FailedWrites, OfTheHeadFileAndOfErasuresAreCounted) {
  crypto::SystemEntropy entropy;
  Observer observer(nullptr, entropy);
  const auto head = api::server::measured(
      std::unique_ptr<ledger::HeadFile>(std::make_unique<BrokenHead>()), observer);
  const auto storage = api::server::measured(
      std::unique_ptr<ledger::Storage>(std::make_unique<BrokenStorage>()), observer);
  EXPECT_EQ(figure(observer.metrics().text({}), kFailures), "0");
  EXPECT_EQ(head->write("note").error().code, "storage.io");
  EXPECT_EQ(figure(observer.metrics().text({}), kFailures), "1");
  EXPECT_FALSE(storage->purge(ledger::Family::record_keys));
  EXPECT_EQ(figure(observer.metrics().text({}), kFailures), "2");
  EXPECT_FALSE(storage->commit({}));
  const std::string page = observer.metrics().text({});
  EXPECT_EQ(figure(page, kFailures), "3");
  for (const std::string of : {"database", "head"})
    EXPECT_EQ(figure(page, "liuhen_storage_sync_duration_seconds_count{of=\"" + of + "\"}"), "1");
}

TEST(FailedWrites, TheLogSaysThatWritingHasStoppedAndWhy) {
  const TempDir dir;
  FixedClock clock;
  auto log = JsonLog::open(dir / "log", clock).value();
  Town town;
  town.open_again(log.get());
  // The head file has to be made anew, and where it would be made there is something else.
  std::filesystem::remove(town.dir() + "/head");
  std::filesystem::create_directory(town.dir() + "/head.new");
  const auto first = ledger::Event::parse(town.city.entries()[0]).value();
  std::vector<std::pair<KeyId, Signature>> signatures;
  for (std::size_t i = 0; i < first.signatures().size(); ++i)
    signatures.emplace_back(first.intent().author(i), first.signatures()[i]);
  town.clock.now = first.time();
  const std::string body = Town::submission(first.intent().bytes(), signatures);
  EXPECT_EQ(town.post("/api/v1/intents", body).status, 200u) << "the entry is durable";
  for (int i = 0; i < 1'000 && town.get("/healthz").status == 200; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(Town::code(town.post("/api/v1/intents", body)), "ledger.stopped");
  EXPECT_EQ(figure(town.get("/metrics").body, kFailures), "1");
  town.close();
  log.reset();

  const auto failed = events_of(dir / "log", "storage_failed");
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].at("code").as_string(), "head.io");
  const auto stopped = events_of(dir / "log", "writing_stopped");
  ASSERT_EQ(stopped.size(), 1u);
  EXPECT_EQ(stopped[0].at("code").as_string(), "ledger.stopped");
  EXPECT_NE(stopped[0].at("detail").as_string().find("head.new"), std::string::npos);
  EXPECT_TRUE(events_of(dir / "log", "writing_resumed").empty());
}

}  // namespace
}  // namespace liuhen::tests
