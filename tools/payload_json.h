// Payloads as people write them: JSON by the names of the schema (docs/formats/events.md).
#pragma once

#include <string>
#include <string_view>

#include "crypto/result.h"
#include "ledger/intent.h"

namespace liuhen::tools {

// `kind` is a name of the Payload union, such as "RuleSet". Byte fields may be written as hex
// strings. Errors: `payload.kind`, `payload.json` (with the parser's line and column).
Result<ledger::schema::PayloadUnion> payload_from_json(std::string_view kind,
                                                       std::string_view json);

}  // namespace liuhen::tools
