// The table of who may sign what.
#pragma once

#include "projections/keys.h"

namespace liuhen::projections {

// The table as the state keeps it. Fails: `permissions.malformed` (no kind or role, `Genesis`, a
// kind listed twice, nobody may sign), `permissions.trustees` (keys and the table itself must need
// two trustees, and one trustee must be able to revoke a key).
Result<std::map<ledger::PayloadTag, Permission>> permission_table(
    const flatbuffers::Vector<flatbuffers::Offset<ledger::schema::Permission>>& permissions);

}  // namespace liuhen::projections
