// A witness over loopback HTTP, and logs that ask it to cosign.
#pragma once

#include <gtest/gtest.h>

#include "api/client/witness_client.h"
#include "tests/api/running_witness.h"

namespace liuhen::tests {

using api::server::Witness;

inline constexpr const char* kOrigin = "log.example/one";
inline constexpr const char* kName = "witness.example/w";

// A log that grows by numbered entries; another salt is another history.
inline crypto::TreeHistory tree_of(std::uint64_t size, const std::string& salt = "") {
  crypto::TreeHistory tree;
  for (std::uint64_t i = 0; i < size; ++i)
    tree.append(crypto::leaf_hash(view_of(salt + std::to_string(i))));
  return tree;
}

struct Log {
  crypto::SigningKey key = key_of(1);
  std::string origin = kOrigin;
  crypto::TreeHistory tree = tree_of(40);

  crypto::NoteKey vkey() const { return {.name = origin, .key = key.public_key()}; }
  std::string note(std::uint64_t size) const {
    return crypto::sign_checkpoint({.origin = origin, .size = size, .root = tree.root(size)}, key);
  }
  std::string body(std::uint64_t old_size, std::uint64_t size) const {
    return ledger::format_add_checkpoint({.old_size = old_size,
                                          .proof = tree.consistency(old_size, size).value(),
                                          .checkpoint = note(size)});
  }
};

class WitnessHttp : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(WitnessStore::make(dir_));
    ASSERT_TRUE(WitnessStore::add_log(dir_, log_.vkey()));
    start();
  }
  void TearDown() override { stop(); }

  void start() {
    auto store = WitnessStore::open(dir_, vkey());
    if (!store) std::cerr << store.error().en << "\n";
    store_ = std::move(store.value());
    witness_ = std::make_unique<Witness>(kName, key_, clock_, *store_, [this](const Error& alarm) {
      const std::lock_guard lock(told_);
      alarms_.push_back(alarm.code);
    });
    api::server::Site site;
    site.handle = [this](const api::Request& request) {
      api::Response response = witness_->handle(request);
      if (response.status == 422 && !instead_of_422_.empty()) {
        response.status = 409;
        response.content_type = ledger::kWitnessSizeType;
        response.body = instead_of_422_ + "\n";
      }
      return response;
    };
    server_ = api::server::HttpServer::open(
                  {.listen = "127.0.0.1:0", .body_bytes_max = ledger::kWitnessBodyBytesMax}, site)
                  .value();
    thread_ = std::thread([this] { server_->run(); });
  }
  void stop() {
    if (server_) server_->stop();
    if (thread_.joinable()) thread_.join();
    server_.reset();
    witness_.reset();
    store_.reset();
  }

  crypto::NoteKey vkey() const {
    return {.name = kName, .type = crypto::NoteKeyType::cosignature, .key = key_.public_key()};
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  api::Response send(const std::string& method, const std::string& target,
                     const std::string& body = "") {
    return api::connect(url()).value()->send({method, target, "text/plain", body}).value();
  }
  api::Response add(const std::string& body) { return send("POST", "/add-checkpoint", body); }
  std::vector<std::string> alarms() {
    const std::lock_guard lock(told_);
    return alarms_;
  }
  // The time of the answer's cosignature, if it is a good one of the checkpoint.
  std::optional<std::uint64_t> cosigned(const api::Response& response, const std::string& note) {
    const std::string text = crypto::parse_note(note)->text;
    const auto line = ledger::parse_witness_answer(response.body, vkey(), text);
    if (!line) return std::nullopt;
    return crypto::verify_cosignature(vkey(), text, *line).value();
  }

  TempDir temp_;
  const std::string dir_ = temp_ / "witness";
  std::mutex told_;
  std::vector<std::string> alarms_;  // codes
  Log log_;
  crypto::SigningKey key_ = key_of(7);
  FixedClock clock_;
  std::string instead_of_422_;  // not empty: the size of a 409 in its place
  std::unique_ptr<WitnessStore> store_;
  std::unique_ptr<Witness> witness_;
  std::unique_ptr<api::server::HttpServer> server_;
  std::thread thread_;
};

}  // namespace liuhen::tests
