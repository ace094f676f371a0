// What the FlatBuffers verifier cannot know: the length of every byte field, of every text, of
// every list.
#pragma once

#include "crypto/result.h"
#include "ledger/schema/payload_generated.h"

namespace liuhen::ledger {

enum class Knowledge : std::uint8_t {
  complete,
  partial,  // there is a kind, a field or an enum's value that a later schema has added
};

// Checks a table that the FlatBuffers verifier has accepted, and all below it, against the lengths
// in docs/formats/intent.md: `type` is its mini-reflection table. Tables that share bytes, so that
// a small buffer reads as a large one, are refused. Fails with `intent.malformed`, naming the
// field.
Result<Knowledge> check_table(const flatbuffers::Table& table, const flatbuffers::TypeTable& type);

// Whether every byte field and every text of the schema has its length in the table of rules; for
// the tests.
std::vector<std::string> fields_without_rule();

}  // namespace liuhen::ledger
