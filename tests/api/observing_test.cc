// Request ids, the service's own log, and whether it is ready.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <regex>
#include <set>

#include "api/limits.h"
#include "api/server/observer.h"
#include "crypto/random.h"
#include "tests/api/log_lines.h"
#include "tests/api/loopback.h"
#include "tests/api/town.h"
#include "tests/slower.h"

namespace liuhen::tests {
namespace {

namespace json = boost::json;
using api::server::JsonLog;
using api::server::Severity;

std::string header(const api::Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

TEST(JsonLog, WritesALineEachForItsOwnerAlone) {
  const TempDir dir;
  FixedClock clock;
  clock.now = 1'790'000'000;
  {
    auto log = JsonLog::open(dir / "log", clock).value();
    log->write(Severity::info, "started", {{"size", 3}});
    log->write(Severity::error, "broken", {{"detail", "line\nbreak \"quoted\""}});
  }
  auto again = JsonLog::open(dir / "log", clock).value();
  again->write(Severity::warning, "more", {});
  again.reset();
  const auto lines = lines_of(dir / "log");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(json::serialize(lines[0]),
            R"({"time":"2026-09-21T14:13:20Z","level":"info","event":"started","size":3})");
  EXPECT_EQ(lines[1].at("detail").as_string(), "line\nbreak \"quoted\"");
  EXPECT_EQ(lines[2].at("level").as_string(), "warning");
  EXPECT_EQ(std::filesystem::status(dir / "log").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(JsonLog::open(dir / "absent/log", clock).error().code, "service_log.io");
}

// Standard error as a pipe of ours, and a log that writes there.
class PipedLog {
 public:
  PipedLog() {
    LIUHEN_CHECK(::pipe2(ends_, O_CLOEXEC) == 0);
    const int before = ::dup(STDERR_FILENO);
    ::dup2(ends_[1], STDERR_FILENO);
    log_ = JsonLog::open("-", clock_).value();
    ::dup2(before, STDERR_FILENO);
    ::close(before);
    ::close(ends_[1]);
  }
  ~PipedLog() { ::close(ends_[0]); }
  JsonLog& operator*() { return *log_; }
  JsonLog* operator->() { return log_.get(); }
  void stop() { log_.reset(); }
  void leave() { ends_[0] = (::close(ends_[0]), -1); }

 private:
  int ends_[2];
  FixedClock clock_;
  std::unique_ptr<JsonLog> log_;
};

TEST(JsonLog, WaitsForNobodyWhoDoesNotRead) {
  PipedLog log;
  const auto begun = std::chrono::steady_clock::now();
  const std::string long_text(200, 'x');
  const std::size_t lines = api::kLogLinesMax + 5'000;
  for (std::size_t i = 0; i < lines; ++i) log->write(Severity::info, "x", {{"text", long_text}});
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10 * kSlower));
  EXPECT_GT(log->dropped(), 0u);
  log.stop();  // gives up on the rest
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20 * kSlower));
}

TEST(JsonLog, OutlivesAReaderWhoLeaves) {
  PipedLog log;
  log.leave();
  log->write(Severity::info, "x", {});
  for (int i = 0; i < 1'000 && log->dropped() == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(log->dropped(), 1u);
}

// Files end where this one does now and a little later, as on a disk that is nearly full.
class FilesEnd {
 public:
  FilesEnd(const std::string& path, std::uintmax_t room) : before_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &limit_);
    const rlimit lower{std::filesystem::file_size(path) + room, limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &lower);
  }
  ~FilesEnd() {
    ::setrlimit(RLIMIT_FSIZE, &limit_);
    ::signal(SIGXFSZ, before_);
  }

 private:
  rlimit limit_{};
  void (*const before_)(int);
};

// Written to a file that has no room for more than the beginning of the first.
void write_cut_lines(JsonLog& log, const std::string& path) {
  const FilesEnd end(path, 20);
  for (int i = 0; i < 2; ++i) log.write(Severity::info, "cut", {});
  for (int i = 0; i < 1'000 && log.dropped() < 2; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(log.dropped(), 2u);
}

void expect_cut_and_two_whole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], R"({"time":"2026-09-21T)");
  for (const std::size_t whole : {1u, 2u})
    EXPECT_EQ(json::parse(lines[whole]).at("event").as_string(), "whole");
}

TEST(JsonLog, WhatFollowsALineThatWasCutBeginsItsOwn) {
  for (const bool starts_again : {false, true}) {
    const TempDir dir;
    FixedClock clock;
    auto log = JsonLog::open(dir / "log", clock).value();
    write_cut_lines(*log, dir / "log");
    if (starts_again) {
      log.reset();
      log = JsonLog::open(dir / "log", clock).value();
    }
    for (int i = 0; i < 2; ++i) log->write(Severity::info, "whole", {});
    log.reset();
    expect_cut_and_two_whole(dir / "log");
  }
}

TEST(JsonLog, BeginsAFileThatWasEmptiedWithALine) {
  const TempDir dir;
  FixedClock clock;
  auto log = JsonLog::open(dir / "log", clock).value();
  write_cut_lines(*log, dir / "log");
  std::filesystem::resize_file(dir / "log", 0);  // logrotate's copytruncate
  for (int i = 0; i < 2; ++i) log->write(Severity::info, "whole", {});
  log.reset();
  EXPECT_EQ(lines_of(dir / "log").size(), 2u);
}

TEST(Observing, EveryAnswerHasAnIdThatTheLogHasToo) {
  const TempDir dir;
  FixedClock clock;
  auto log = JsonLog::open(dir / "log", clock).value();
  Town town;
  town.open_again(log.get());
  town.catch_up();
  std::set<std::string> ids;
  const auto keep = [&](const std::string& id) {
    EXPECT_TRUE(std::regex_match(id, std::regex("[0-9a-f]{16}-[0-9]+"))) << id;
    EXPECT_TRUE(ids.insert(id).second) << id;
  };
  keep(header(town.get("/api/v1/log?secret=%E5%BC%A0%E4%B8%89"), "X-Request-Id"));
  keep(header(town.get("/nothing/here"), "X-Request-Id"));
  keep(header(town.post("/api/v1/intents", "{"), "X-Request-Id"));
  api::server::Raw raw(town.port());  // refused before it reaches the service
  raw.send("POST /api/v1/intents HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n");
  const std::string refused = raw.receive();
  std::smatch found;
  ASSERT_TRUE(std::regex_search(refused, found, std::regex("X-Request-Id: ([^\r]+)\r\n")));
  keep(found[1]);
  town.close();
  log.reset();

  std::map<std::string, json::object> logged;
  std::vector<std::string> events;
  for (const json::object& line : lines_of(dir / "log")) {
    events.emplace_back(line.at("event").as_string());
    if (line.contains("request")) logged[std::string(line.at("request").as_string())] = line;
  }
  EXPECT_EQ(events.front(), "started");
  EXPECT_EQ(events.back(), "stopping");
  std::multiset<std::string> seen;
  for (const std::string& id : ids) {
    ASSERT_TRUE(logged.contains(id)) << id;
    const json::object& line = logged.at(id);
    const json::value* route = line.if_contains("route");
    const json::value* code = line.if_contains("code");
    seen.insert((route ? std::string(route->as_string()) : "-") + " " +
                std::to_string(line.at("status").to_number<int>()) + " " +
                (code ? std::string(code->as_string()) : "-"));
  }
  EXPECT_EQ(seen, (std::multiset<std::string>{"/api/v1/log 200 -", " 404 request.route",
                                              "/api/v1/intents 400 request.json",
                                              "/api/v1/intents 413 request.oversized"}));
}

// Read as far as its header, or not even so far.
TEST(Observing, WhatIsRefusedEarlyIsSaidWithItsMethodWhereThatWasRead) {
  const TempDir dir;
  FixedClock clock;
  auto log = JsonLog::open(dir / "log", clock).value();
  crypto::SystemEntropy entropy;
  api::server::Observer observer(log.get(), entropy);
  {
    api::server::Site site = api::server::echo();
    site.refused = [&](api::Response& response, const api::Request& request) {
      observer.refused(response, request.method, request.target);
    };
    api::server::Running running(site, {.address_rate = {1, 1}, .limit_loopback = true});
    api::server::Raw raw(running.port());
    raw.send("GET /first HTTP/1.1\r\nHost: x\r\n\r\n");
    raw.receive_until("GET /first ");
    raw.send("nonsense\r\n\r\n");
    EXPECT_NE(raw.receive().find("request.malformed"), std::string::npos);
    std::string answer;
    for (int i = 0; i < 100 && answer.find("rate.address") == std::string::npos; ++i) {
      api::server::Raw often(running.port());
      often.send("DELETE /second HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      answer = often.receive();
    }
    EXPECT_NE(answer.find("rate.address"), std::string::npos);
  }
  log.reset();
  const auto lines = lines_of(dir / "log");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_FALSE(lines[0].contains("method"));
  EXPECT_FALSE(lines[0].contains("route"));
  EXPECT_EQ(lines[1].at("method").as_string(), "other");
  EXPECT_EQ(lines[1].at("route").as_string(), "/second");
  const std::string counted = observer.metrics().text({});
  EXPECT_NE(counted.find(R"({method="other",route="/second",status="429"} 1)"), std::string::npos);
  EXPECT_NE(counted.find(R"({method="other",route="",status="400"} 1)"), std::string::npos);
}

// Wherever it is kept, as full tiles and zipped bundles are elsewhere than in the answer.
TEST(Observing, TheSizeInTheLogIsThatOfTheContent) {
  const TempDir dir;
  FixedClock clock;
  {
    const auto log = JsonLog::open(dir / "log", clock).value();
    crypto::SystemEntropy entropy;
    api::server::Observer observer(log.get(), entropy);
    api::Response own, shared;
    own.body = "1234567";
    shared.shared_body = std::make_shared<const std::string>("12345");
    for (api::Response* response : {&own, &shared})
      api::server::Observer::Exchange(observer, {"GET", "/", "", ""}).answered(*response, "/");
    api::server::Observer::Exchange(observer, {"HEAD", "/", "", ""}).answered(own, "/");
  }
  std::vector<int> sizes;
  for (const json::object& line : lines_of(dir / "log"))
    sizes.push_back(line.at("response_bytes").to_number<int>());
  EXPECT_EQ(sizes, (std::vector{7, 5, 0}));
}

TEST(Observing, ReadyWhileReadsAndWritesAreTaken) {
  Town town;
  town.catch_up();
  const api::Response ready = town.get("/readyz");
  ASSERT_EQ(ready.status, 200u) << ready.body;
  EXPECT_EQ(json::parse(ready.body).at("status").as_string(), "ready");
  EXPECT_EQ(json::parse(ready.body).at("size").to_number<std::uint64_t>(), town.city.size());
  town.service().stop();
  const api::Response stopped = town.get("/readyz");
  EXPECT_EQ(stopped.status, 503u);
  EXPECT_EQ(Town::code(stopped), "ledger.stopped");
  EXPECT_EQ(town.get("/api/v1/feed").status, 503u);
}

// A file system of its own, in memory, for whatever is made in the temporary directory meanwhile.
class SmallTemporary {
 public:
  explicit SmallTemporary(const char* options) : before_(std::filesystem::temp_directory_path()) {
    mounted_ = ::mount("tmpfs", (dir_ / "").c_str(), "tmpfs", 0, options) == 0;
    ::setenv("TMPDIR", (dir_ / "").c_str(), 1);
  }
  ~SmallTemporary() {
    ::setenv("TMPDIR", before_.c_str(), 1);
    if (mounted_) (void)::umount2((dir_ / "").c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }

 private:
  const TempDir dir_;
  const std::string before_;
  bool mounted_ = false;
};

TEST(Observing, NotReadyOnADiskThatIsNearlyFull) {
  SmallTemporary temporary("size=200m");
  if (!temporary.mounted()) GTEST_SKIP() << "mounting a file system takes root";
  Town town;
  town.catch_up();
  const api::Response ready = town.get("/readyz");
  EXPECT_EQ(ready.status, 503u);
  EXPECT_EQ(Town::code(ready), "storage.full");
  EXPECT_EQ(town.get("/healthz").status, 200u) << "it goes on for as long as it can";
}

}  // namespace
}  // namespace liuhen::tests
