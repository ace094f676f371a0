// The town as somebody in between shows it.
#pragma once

#include <boost/json.hpp>
#include <memory>

#include "api/client/connection.h"
#include "crypto/cosignature.h"
#include "tests/projections/city.h"

namespace liuhen::tests {

// The town as a witness shows it, or as an operator would who shows a holder other commitments than
// the log has, or everyone a log that is another.
class Shown final : public api::Connection {
 public:
  explicit Shown(std::unique_ptr<api::Connection> town) : town_(std::move(town)) {}
  Result<api::Response> send(const api::Request& request) override {
    const bool checkpoint = request.target.starts_with("/checkpoint");
    auto response = checkpoint ? town_->get("/checkpoint") : town_->send(request);
    if (!response) return response;
    if (checkpoint && as_other_log) {
      const auto own = crypto::parse_checkpoint(crypto::parse_note(response->body)->text).value();
      response->body = crypto::sign_checkpoint(
          {.origin = kOther, .size = own.size, .root = own.root}, other_log);
    }
    if (request.target.starts_with("/api/v1/pending/") && !pending.empty())
      return api::Response{.status = 200, .body = boost::json::serialize(pending)};
    if (request.target == "/api/v1/log" && says_other_log) {
      boost::json::value about = boost::json::parse(response->body);
      about.as_object()["origin"] = kOther;
      response->body = boost::json::serialize(about);
    }
    if (checkpoint && cosigns) {
      const auto note = crypto::parse_note(response->body).value();
      response->body +=
          crypto::format_signature_line(crypto::cosign(witness, kWitness, 7, note.text));
    }
    if (request.target == "/api/v1/keys" && !commitments.empty()) {
      boost::json::value keys = boost::json::parse(response->body);
      keys.as_object().at("vrf_keys").as_array().back().as_object()["commitments"] = commitments;
      response->body = boost::json::serialize(keys);
    }
    return response;
  }
  // Of the logs named, with the witness.
  std::string policy(bool own = true, bool other = false) const {
    std::string text;
    const crypto::SigningKey town_log(City::seed("log"));
    for (const auto& [is_in, name, key] :
         {std::tuple(own, City::kOrigin, &town_log), std::tuple(other, kOther, &other_log)}) {
      const crypto::NoteKey log{.name = name, .key = key->public_key()};
      if (is_in) text += "log " + log.vkey() + "\n";
    }
    const crypto::NoteKey own_key{
        .name = kWitness, .type = crypto::NoteKeyType::cosignature, .key = witness.public_key()};
    return text + "witness w " + own_key.vkey() + "\nquorum w\n";
  }
  static constexpr const char* kWitness = "witness.example/w";
  static constexpr const char* kOther = "other.example/log";
  const crypto::SigningKey witness{City::seed("witness")}, other_log{City::seed("other log")};
  bool cosigns = true;
  bool as_other_log = false;    // the tree is signed, and cosigned, as that of another log
  bool says_other_log = false;  // it says that it is that log
  boost::json::array commitments;
  boost::json::object pending;  // whatever is asked for

 private:
  std::unique_ptr<api::Connection> town_;
};

}  // namespace liuhen::tests
