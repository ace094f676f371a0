// Witnesses on the loopback, and a server that is no use as one.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "api/server/witness.h"
#include "tests/api/town.h"
#include "tests/slower.h"

namespace liuhen::tests {

using api::server::WitnessStore;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

inline crypto::SigningKey key_of(std::uint8_t seed) {
  std::array<std::uint8_t, 32> bytes;
  bytes.fill(seed);
  return crypto::SigningKey(crypto::SigningSeed(bytes));
}

class RunningWitness {
 public:
  RunningWitness(std::uint8_t seed, const crypto::NoteKey& log)
      : name_("witness.example/" + std::to_string(seed)), key_(key_of(seed)) {
    LIUHEN_CHECK(WitnessStore::make(dir_).has_value());
    LIUHEN_CHECK(WitnessStore::add_log(dir_, log).has_value());
    store_ = WitnessStore::open(dir_, vkey()).value();
    witness_ = std::make_unique<api::server::Witness>(name_, key_, clock, *store_);
    api::server::Site site;
    site.handle = [this](const api::Request& request) {
      ++asked;
      while (held) std::this_thread::sleep_for(milliseconds(5));
      std::this_thread::sleep_for(milliseconds(delay_ms));
      if (unreadable && request.method == "GET") {
        api::Response none;
        none.status = 404;
        return none;
      }
      if (lies > 0) {
        --lies;
        api::Response lie;
        lie.status = 409;
        lie.content_type = ledger::kWitnessSizeType;
        lie.body = "99999999\n";
        return lie;
      }
      api::Response response = witness_->handle(request);
      if (response.status == 200) response.body = before_its_own + response.body;
      return response;
    };
    server_ = api::server::HttpServer::open({.listen = "127.0.0.1:0"}, site).value();
    thread_ = std::thread([this] { server_->run(); });
  }
  ~RunningWitness() { stop(); }
  void stop() {
    if (!thread_.joinable()) return;
    held = false;
    server_->stop();
    thread_.join();
    server_.reset();  // its port is free, and refuses
  }
  std::string url() {
    if (server_) url_ = "http://127.0.0.1:" + std::to_string(server_->port());
    return url_;
  }
  crypto::NoteKey vkey() const {
    return {.name = name_, .type = crypto::NoteKeyType::cosignature, .key = key_.public_key()};
  }
  std::uint64_t size(const std::string& origin) {
    auto* state = store_->find(origin);
    const std::lock_guard lock(state->mutex());
    return state->head().size;
  }

  FixedClock clock;
  std::atomic<unsigned> asked = 0;
  std::atomic<bool> held = false;        // answers nothing meanwhile
  std::atomic<unsigned> delay_ms = 0;    // of every answer
  std::string before_its_own;            // further lines in its answers; set before it is asked
  std::atomic<bool> unreadable = false;  // to monitors
  std::atomic<unsigned> lies = 0;        // so many answers say that it has cosigned 99,999,999

 private:
  TempDir temp_;
  const std::string dir_ = temp_ / "witness";
  const std::string name_;
  const crypto::SigningKey key_;
  std::string url_;
  std::unique_ptr<WitnessStore> store_;
  std::unique_ptr<api::server::Witness> witness_;
  std::unique_ptr<api::server::HttpServer> server_;
  std::thread thread_;
};

// Takes connections and never says anything.
class MuteServer {
 public:
  MuteServer() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    LIUHEN_CHECK(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    LIUHEN_CHECK(::listen(socket_, 8) == 0);
    socklen_t length = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }
  ~MuteServer() { ::close(socket_); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

template <class Done>
bool within(int seconds, Done&& done) {
  const auto end = steady_clock::now() + std::chrono::seconds(seconds * kSlower);
  while (steady_clock::now() < end) {
    if (done()) return true;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return done();
}

}  // namespace liuhen::tests
