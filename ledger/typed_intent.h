// The intent that a person's words make, which may be anything: ledger::encode() is for what
// programs word, and aborts.
#pragma once

#include "ledger/intent.h"

namespace liuhen::ledger {

// The bytes to sign, or why they can be none: fails as IntentView::parse does (`intent.malformed`).
Result<Bytes> encode_typed(const schema::IntentT& intent);

}  // namespace liuhen::ledger
