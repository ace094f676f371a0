// What contributors and holders of shares wait for before they sign: a checkpoint that the quorum
// of their own policy cosigned and that covers the event they answer to. Fail closed: nothing is
// taken on the service's word.
#pragma once

#include "crypto/policy.h"
#include "ledger/event.h"
#include "tools/session.h"

namespace liuhen::tools {

inline constexpr unsigned kWitnessWaitS = 120;

// The event that is answered to, as the service says.
struct AnsweredEvent {
  std::string stream;  // "draw/<plan>/<attempt>", "vrf"
  ledger::PayloadTag tag;
  std::uint64_t position = 0;
};

struct WitnessedCheckpoint {
  crypto::Checkpoint checkpoint;
  Hash leaf_hash{};  // of the event's entry, which the checkpoint's tree holds
  Bytes entry;       // that entry; ledger::Event::parse takes it
};

// Reads a policy that asks for witnesses. Errors: `draw.policy_none` (its quorum is none),
// `file.io`, `policy.format`.
Result<crypto::Policy> read_witness_policy(const std::string& path);

// Asks again and again, showing how long it has waited, for `wait_s` seconds. The checkpoint is of
// the log that the event names as its own. Errors: `draw.unwitnessed` (with the reason met last),
// `draw.event` (the entry is another).
Result<WitnessedCheckpoint> await_witnessed(Session& session, const crypto::Policy& policy,
                                            const AnsweredEvent& event, unsigned wait_s);

// That an earlier event, known by the leaf hash of its entry, is of the log whose checkpoint was
// witnessed: the hash binds the log's name, which in an entry that others show is what they like.
// Errors: `session.log`, `draw.event` (the entry is another), those of reading it.
Outcome check_of_same_log(Session& session, const WitnessedCheckpoint& witnessed,
                          const AnsweredEvent& earlier, const Hash& leaf_hash);

}  // namespace liuhen::tools
