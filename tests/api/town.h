// A real service in a directory of its own, whose people and keys are those of the city in memory
// (tests/projections/city.h): what the city has recorded can be sent to it, entry by entry, as its
// people would.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "api/server/http_server.h"
#include "api/server/site.h"
#include "crypto/key_file.h"
#include "tests/api/temp_dir.h"
#include "tests/projections/city.h"

namespace liuhen::tests {

class FixedClock final : public ledger::Clock {
 public:
  std::uint64_t now_s() override { return now; }
  std::atomic<std::uint64_t> now = 1'790'000'000;
};

class Town {
 public:
  // With a policy its witnesses are asked to cosign.
  explicit Town(bool platform_acts = false, std::optional<crypto::Policy> policy = {},
                std::string beacon_url = "")
      : platform_acts_(platform_acts),
        policy_(std::move(policy)),
        beacon_url_(std::move(beacon_url)) {
    LIUHEN_CHECK(
        api::server::init({.dir = dir(), .origin = City::kOrigin, .passphrase = ""}).has_value());
    for (const char* name : {"log", "platform", "vrf"}) replace_key(name);
    open();
  }
  ~Town() { close(); }

  City city;
  FixedClock clock;
  api::server::Rate author_rate;        // none, unless set before open()
  api::server::JsonLog* log = nullptr;  // from the next open() on
  api::server::SnapshotPolicy snapshots;
  unsigned slow_write_ms = api::kSlowWriteMs;
  std::string dir() const { return temp_ / "ledger"; }

  void open() {
    auto service = try_open();
    if (!service) std::cerr << service.error().code << ": " << service.error().en << "\n";
    service_ = std::move(service.value());
    server_ =
        api::server::HttpServer::open({.listen = "127.0.0.1:0"}, api::server::site_of(*service_))
            .value();
    thread_ = std::thread([this] { server_->run(); });
    connection_ = connect();
  }
  // With that log.
  void open_again(api::server::JsonLog* to) {
    close();
    log = to;
    open();
  }
  void close() {
    connection_.reset();
    if (server_) server_->stop();
    if (thread_.joinable()) thread_.join();
    server_.reset();
    service_.reset();
  }
  Result<std::unique_ptr<api::server::Service>> try_open() {
    api::server::ServiceOptions options;
    options.dir = dir();
    options.clock = &clock;
    options.platform_acts = platform_acts_;
    options.policy = policy_;
    options.author_rate = author_rate;
    options.beacon_url = beacon_url_;
    options.log = log;
    options.snapshots = snapshots;
    options.slow_write_ms = slow_write_ms;
    return api::server::Service::open(options);
  }

  std::uint16_t port() const { return server_->port(); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }
  std::unique_ptr<api::Connection> connect() const { return api::connect(url()).value(); }
  api::server::Service& service() { return *service_; }
  api::server::HttpServer& server() { return *server_; }

  api::Response ask(const api::Request& request) { return connection_->send(request).value(); }
  api::Response get(const std::string& target) { return ask({"GET", target, "", ""}); }
  boost::json::value json(const std::string& target) {
    const api::Response response = get(target);
    if (response.status != 200) std::cerr << target << ": " << response.body;
    LIUHEN_CHECK(response.status == 200);
    return boost::json::parse(response.body);
  }
  std::uint64_t size() { return json("/api/v1/log").at("size").to_number<std::uint64_t>(); }

  // The JSON of a submission. Signatures are by the author's own key where a name is given.
  static std::string submission(View intent,
                                const std::vector<std::pair<KeyId, Signature>>& signatures,
                                const boost::json::array& openings = {}) {
    boost::json::array rows;
    for (const auto& [key, signature] : signatures) {
      rows.push_back({{"key", to_hex(key)}, {"signature", to_hex(signature)}});
    }
    return boost::json::serialize(boost::json::object{
        {"intent", to_base64(intent)}, {"signatures", rows}, {"openings", openings}});
  }
  std::string submission_by(View intent, const City::Names& names) {
    std::vector<std::pair<KeyId, Signature>> signatures;
    for (const std::string& name : names)
      signatures.emplace_back(city.id(name), ledger::sign_intent(city.key(name), intent));
    return submission(intent, signatures);
  }
  api::Response post(const std::string& target, const std::string& body) {
    return ask({"POST", target, "application/json", body});
  }
  api::Response send(const Bytes& intent, const City::Names& names) {
    return post("/api/v1/intents", submission_by(intent, names));
  }
  // The code of a refusal, empty if it is none.
  static std::string code(const api::Response& response) {
    return response.status < 300 ? "" : api::error_of(response).code;
  }

  // Sends what the city has recorded and the service has not.
  void catch_up() {
    for (; sent_ < city.size(); ++sent_) {
      const auto event = ledger::Event::parse(city.entries()[sent_]).value();
      clock.now = event.time();
      std::vector<std::pair<KeyId, Signature>> signatures;
      const std::vector<Signature> all = event.signatures();
      for (std::size_t i = 0; i < all.size(); ++i)
        signatures.emplace_back(event.intent().author(i), all[i]);
      const api::Response response =
          post("/api/v1/intents", submission(event.intent().bytes(), signatures));
      if (response.status != 200) std::cerr << "entry " << sent_ << ": " << response.body;
      LIUHEN_CHECK(response.status == 200);
    }
  }
  // Takes over into the city what the service recorded by itself.
  void follow() {
    const std::uint64_t all = size();
    for (std::uint64_t n = city.size(); n < all; ++n) {
      const api::Response bundle = get(bundle_path(n / 256, static_cast<unsigned>(n % 256 + 1)));
      LIUHEN_CHECK(bundle.status == 200);
      const View bytes = view_of(bundle.body);
      std::size_t at = 0;
      for (std::uint64_t skipped = 0; skipped < n % 256; ++skipped) at += 2u + length(bytes, at);
      const View entry = bytes.subspan(at + 2, length(bytes, at));
      const Outcome recorded = city.record_entry({entry.begin(), entry.end()});
      if (!recorded) std::cerr << recorded.error().en << "\n";
      LIUHEN_CHECK(recorded.has_value());
    }
    sent_ = city.size();
  }
  static std::string bundle_path(std::uint64_t index, unsigned width) {
    const std::string number = std::to_string(index);
    return "/tile/entries/" + std::string(3 - number.size(), '0') + number +
           (width == 256 ? "" : ".p/" + std::to_string(width));
  }

 private:
  static std::size_t length(View bytes, std::size_t at) {
    return static_cast<std::size_t>(bytes[at] << 8 | bytes[at + 1]);
  }

  // The service's key becomes the city's.
  void replace_key(const std::string& name) {
    const std::string path = dir() + "/keys/" + name + ".key";
    const auto text = crypto::format_key_file(name, City::seed(name));
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text_of(text.value().view());
  }

  TempDir temp_;
  const bool platform_acts_;
  const std::optional<crypto::Policy> policy_;
  const std::string beacon_url_;
  std::uint64_t sent_ = 0;
  std::unique_ptr<api::server::Service> service_;
  std::unique_ptr<api::server::HttpServer> server_;
  std::thread thread_;
  std::unique_ptr<api::Connection> connection_;
};

}  // namespace liuhen::tests
