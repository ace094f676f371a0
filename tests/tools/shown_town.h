// The town as somebody in between shows it.
#pragma once

#include <boost/json.hpp>
#include <memory>

#include "api/client/connection.h"
#include "crypto/cosignature.h"
#include "tests/projections/city.h"

namespace liuhen::tests {

// The town as a witness shows it, or as an operator would who shows a holder other commitments than
// the log has.
class Shown final : public api::Connection {
 public:
  explicit Shown(std::unique_ptr<api::Connection> town) : town_(std::move(town)) {}
  Result<api::Response> send(const api::Request& request) override {
    const bool checkpoint = request.target.starts_with("/checkpoint");
    auto response = checkpoint ? town_->get("/checkpoint") : town_->send(request);
    if (!response) return response;
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
  static constexpr const char* kWitness = "witness.example/w";
  const crypto::SigningKey witness{City::seed("witness")};
  bool cosigns = true;
  boost::json::array commitments;

 private:
  std::unique_ptr<api::Connection> town_;
};

}  // namespace liuhen::tests
