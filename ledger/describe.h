// What the bytes say, as JSON for people to read: before they sign, and in an auditor's hands. Made
// from the schema's reflection, so that no kind of event is forgotten. It is not a format: nothing
// reads it back, and hashes and signatures are over the bytes alone.
#pragma once

#include <string>

#include "ledger/event.h"

namespace liuhen::ledger {

// Every field by its name in ledger/schema, indented: enums and roles by name, bytes as lower-case
// hex, numbers that are at their default included, empty texts and lists left out. Characters that
// steer how text is shown (controls, bidirectional marks) are escaped. `known` is false if a later
// schema has added to the intent; a payload of an unknown kind then says so in its place.
std::string describe_json(const IntentView& intent);

// Position, recorded time, leaf hash, previous leaf hash, signatures, and the intent.
std::string describe_json(const Event& event);

}  // namespace liuhen::ledger
