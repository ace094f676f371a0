// The event by which a ledger goes on beside a head that it signed and no longer has: an
// EvidenceAttached about "genesis" whose hash is that of the lost head. Every version of the schema
// has it, and whoever holds the lost head finds it named. docs/operate.md, "Restoring".
#pragma once

#include "ledger/event.h"
#include "ledger/storage.h"

namespace liuhen::ledger {

inline constexpr const char* kLossAbout = "genesis";
inline constexpr const char* kLossKind = "log-restored";

// SHA-256 of the signed note, as the head file has it.
Hash loss_hash(std::string_view lost_note);

// Whether the event says that a head was lost; and which one, of an event that does.
bool is_loss(const Event& event);
Hash lost_in(const Event& event);
bool is_loss_of(const Event& event, const Hash& lost);

// Whether the last batch stored holds the event that says that this head was lost: then a crash
// came between that batch and the head file, which may be brought up. An older batch excuses
// nothing: after it a newer head was written.
Result<bool> was_just_declared_lost(Storage& storage, const Hash& lost);

}  // namespace liuhen::ledger
