// A submission as JSON, and what it is answered (docs/formats/api.md, "Intents").
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "ledger/sequencer.h"

namespace liuhen::api::server {

// Fails with `request.field`, naming the field.
Result<ledger::Submission> submission_of(const boost::json::object& fields);

struct JsonAnswer {
  unsigned status = 200;  // of a receipt; 202 of what waits
  boost::json::object fields;
};
// In `memory`.
JsonAnswer answer_json(const ledger::Answer& answer, const boost::json::storage_ptr& memory);

boost::json::array hex_list(const std::vector<KeyId>& keys);

}  // namespace liuhen::api::server
