// The event by which a ledger goes on from a backup that is older than its last signed head: an
// EvidenceAttached about "genesis" whose hash is that of the lost head. Every version of the schema
// has it, and whoever holds the lost head finds it named. docs/operate.md, "Restoring".
#pragma once

#include "ledger/event.h"

namespace liuhen::ledger {

inline constexpr const char* kLossAbout = "genesis";
inline constexpr const char* kLossKind = "log-restored";

// SHA-256 of the signed note, as the head file has it.
Hash loss_hash(std::string_view lost_note);

// Whether the event says that a head was lost; which one, its hash says.
bool is_loss(const Event& event);
bool is_loss_of(const Event& event, const Hash& lost);

}  // namespace liuhen::ledger
