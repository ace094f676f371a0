// The service's own log of a whole demonstration: it has every request, and nothing that is
// anybody's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include "api/server/http_server.h"
#include "api/server/site.h"
#include "crypto/random.h"
#include "ledger/clock.h"
#include "tools/demo_script.h"

namespace liuhen::tools {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A directory that goes away with what stands beside it.
class Scratch {
 public:
  Scratch()
      : path_(fs::temp_directory_path() / ("liuhen-service-log-" + std::to_string(::getpid()))) {
    fs::remove_all(path_);
    fs::create_directory(path_);
  }
  ~Scratch() { fs::remove_all(path_); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

// A running service, and a connection to it over the loopback.
class Serving {
 public:
  Serving(const std::string& dir, ledger::Clock& clock, api::server::JsonLog& log) {
    api::server::ServiceOptions options;
    options.dir = dir;
    options.clock = &clock;
    options.log = &log;
    service_ = api::server::Service::open(options).value();
    server_ =
        api::server::HttpServer::open({.listen = "127.0.0.1:0"}, api::server::site_of(*service_))
            .value();
    thread_ = std::thread([this] { server_->run(); });
    connection_ = api::connect("http://127.0.0.1:" + std::to_string(server_->port())).value();
  }
  ~Serving() {
    connection_.reset();
    server_->stop();
    thread_.join();
    service_->stop();
  }
  api::Connection& connection() { return *connection_; }

 private:
  std::unique_ptr<api::server::Service> service_;
  std::unique_ptr<api::server::HttpServer> server_;
  std::thread thread_;
  std::unique_ptr<api::Connection> connection_;
};

// Words of the files that people wrote: names, addresses, numbers, passphrases, seeds. Short ones
// and those that mean nothing by themselves ("active") are left out.
std::set<std::string> words_of(const fs::path& directory) {
  static const std::regex word(R"([^\s,"':;{}\[\]]+)");
  std::set<std::string> words;
  for (const auto& file : fs::recursive_directory_iterator(directory)) {
    if (!file.is_regular_file()) continue;
    const std::string text = read(file.path());
    for (std::sregex_iterator at(text.begin(), text.end(), word), end; at != end; ++at) {
      const std::string found = at->str();
      const bool foreign = std::ranges::any_of(found, [](unsigned char c) { return c >= 0x80; });
      const bool numbered =
          std::ranges::count_if(found, [](unsigned char c) { return std::isdigit(c); }) > 5;
      if (foreign || numbered || found.size() > 24) words.insert(found);
    }
  }
  return words;
}

// Every text and number of the log but ids, times, durations and sizes, each once.
std::string substance_of(const std::string& log, std::size_t& requests) {
  std::set<std::string> values;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    json::object fields = json::parse(line).as_object();
    requests += fields.at("event").as_string() == "request" ? 1 : 0;
    if (fields.contains("request")) {
      EXPECT_TRUE(std::regex_match(std::string(fields.at("request").as_string()),
                                   std::regex("[0-9a-f]{16}-[0-9]+")));
    }
    for (const char* derived : {"request", "time", "seconds", "request_bytes", "response_bytes"})
      fields.erase(derived);
    for (const auto& field : fields)
      values.insert(std::string(field.key()) + " " + json::serialize(field.value()));
  }
  std::string all;
  for (const std::string& value : values) all += value + "\n";
  return all;
}

std::vector<std::string> found_in(const std::string& text, const std::set<std::string>& words) {
  std::vector<std::string> found;
  for (const std::string& word : words) {
    if (text.find(word) != std::string::npos) found.push_back(word);
  }
  return found;
}

TEST(ServiceLog, OfAWholeDemonstrationHasNothingThatIsAnybodys) {
  crypto::initialise();
  const Scratch scratch;
  const std::string dir = scratch / "ledger", log_path = scratch / "service.log";
  ledger::SystemClock clock;
  crypto::SystemEntropy entropy;
  std::ostringstream out, err;
  Environment environment{
      .language = Language::zh, .out = out, .err = err, .clock = clock, .entropy = entropy};
  DemoScript script(environment, {.dir = dir, .data = "", .subjects = 1'000, .inspectors = 110});
  ASSERT_TRUE(script.prepare().has_value()) << err.str();
  {
    auto log = api::server::JsonLog::open(log_path, clock).value();
    Serving serving(dir, clock, *log);
    script.use(&serving.connection());
    ASSERT_TRUE(script.registries().has_value()) << err.str();
    ASSERT_TRUE(script.annual().has_value()) << err.str();
    ASSERT_TRUE(script.temporary().has_value()) << err.str();
    // What somebody puts where it does not belong.
    api::Connection& connection = serving.connection();
    for (const std::string& target :
         {"/api/v1/subjects/%E6%A3%80%E6%9F%A5%E5%91%980001", "/%E6%A3%80%E6%9F%A5%E5%91%980001",
          "/api/v1/subjects?after=passphrase-0000001", "/passphrase-0000001"})
      ASSERT_TRUE(connection.get(target).has_value());
    ASSERT_TRUE(connection.send({"POST", "/api/v1/intents", "", "{\"passphrase-0000001\":1}"}));
    ASSERT_TRUE(connection.send({"passphrase-0000001", "/", "passphrase-0000001", ""}));
  }
  const std::string log = read(log_path);
  std::size_t requests = 0;
  const std::string substance = substance_of(log, requests);
  EXPECT_GT(requests, 500u);
  EXPECT_NE(substance.find("route \"/api/v1/intents\""), std::string::npos) << substance;
  EXPECT_TRUE(std::ranges::all_of(log, [](unsigned char c) { return c < 0x80; }))
      << "not even a letter";

  std::set<std::string> words = words_of(scratch / "ledger.demo");
  EXPECT_GT(words.size(), 5'000u);
  words.merge(words_of(dir + "/keys"));
  words.insert({"passphrase-0000001", "检查员0001", "%E6%A3%80"});
  EXPECT_THAT(found_in(substance, words), testing::IsEmpty()) << substance;
  const std::string planted = substance + *words.begin() + *words.rbegin();
  EXPECT_GE(found_in(planted, words).size(), 2u) << "the search finds what is there";
}

}  // namespace
}  // namespace liuhen::tools
