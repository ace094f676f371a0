// A submission as JSON, and what it is answered (docs/formats/api.md, "Intents").
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "api/client/connection.h"
#include "ledger/sequencer.h"

namespace liuhen::api::server {

// Fails with `request.json`, `request.field` or `encoding.*`, naming the field.
Result<ledger::Submission> submission_of(const std::string& body);

// 200 for a receipt, 202 for what waits.
Response answer_json(const ledger::Answer& answer);

boost::json::array hex_list(const std::vector<KeyId>& keys);

}  // namespace liuhen::api::server
