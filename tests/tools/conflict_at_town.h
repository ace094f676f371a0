// A conflict of interest that a town's registrar declared, its content in the service's keeping.
#pragma once

#include "crypto/commitment.h"
#include "tests/api/town.h"
#include "tests/projections/approved_conflict.h"

namespace liuhen::tests {

// Its commitment.
inline Hash declare_at(Town& town, const projections::ConflictContent& content) {
  City& city = town.city;
  const Bytes bytes = projections::encode(content);
  const Hash salt = crypto::sha256(view_of("salt")), commitment = crypto::commit(salt, bytes);
  const Bytes intent = ledger::encode(city.intent(declared_conflict(commitment), {"registrar"}));
  const auto answer = town.post(
      "/api/v1/intents",
      Town::submission(intent,
                       {{city.id("registrar"), ledger::sign_intent(city.key("registrar"), intent)}},
                       {boost::json::object{{"commitment", to_hex(commitment)},
                                            {"salt", to_hex(salt)},
                                            {"bytes", to_base64(bytes)}}}));
  if (answer.status != 200) std::cerr << answer.body << "\n";
  LIUHEN_CHECK(answer.status == 200);
  town.follow();
  return commitment;
}

}  // namespace liuhen::tests
