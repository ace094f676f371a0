// What the publisher makes of who speaks against the log.
#include <algorithm>

#include "api/server/publisher.h"

namespace liuhen::api::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// It says that the log was rolled back or has forked.
bool contradicts(const Error& error) {
  return error.code == "witness.fork" || error.code == "witness.ahead";
}

}  // namespace

// Heads and proofs are public: whoever brings a newer head to a witness overtakes what it is
// offered here, and says nothing against the log.
void Publisher::refused(Member& member, const Target& target, const Error& error) {
  const bool says_more = error.code == "witness.ahead";
  if (!contradicts(error) && error.code != "witness.answer") return failed(member, error, false);
  const Held held = held_by(member, target);
  if (held.ours && take(member, *held.ours)) return;
  const std::uint64_t said = member.client->said();
  const std::uint64_t size = says_more ? own_checkpoint(published_.head()).size : target.size;
  if (says_more && !held.another_history && said <= size) {
    const std::string name = member.witness.key.name, had = std::to_string(said);
    return failed(
        member,
        fail("witness.answer",
             "见证人 " + name + " 说已联署到 " + had + " 条，多于所给而不多于本账本，却没有出示",
             "the witness " + name + " says that it has cosigned " + had +
                 " entries, more than it was offered and no more than there are, and shows none"),
        false);
  }
  failed(member,
         says_more && said > size ? witness_ahead(member.witness.key.name, said, size) : error,
         contradicts(error) && held.another_history);
}

Publisher::Held Publisher::held_by(Member& member, const Target& target) {
  const auto note = member.client->held(own_checkpoint(target.note).origin);
  if (!note) return {};
  // Read after the witness was: it may have cosigned what was signed meanwhile.
  const crypto::Checkpoint own = own_checkpoint(published_.head());
  if (is_of_another_history(*note, own)) return {.another_history = true, .ours = {}};
  std::size_t bad = 0;
  return {.another_history = false, .ours = proved(*note, own, bad)};
}

bool Publisher::is_of_another_history(const std::string& note,
                                      const crypto::Checkpoint& own) const {
  const auto opened = policy_.open_signed(note);
  if (!opened || opened->checkpoint.origin != own.origin) return false;
  const crypto::Checkpoint& theirs = opened->checkpoint;
  if (theirs.size > own.size) return true;
  const auto proof = published_.prove(theirs.size, own.size);
  return proof && !crypto::verify_consistency(theirs.size, own.size, theirs.root, own.root, *proof);
}

void Publisher::failed(Member& member, const Error& error, bool proven) {
  if (published_.contradicted && contradicts(error))
    published_.contradicted(member.witness.name, error);
  const std::lock_guard lock(mutex_);
  if (error.code == "witness.fork") {
    member.status.fork = error;
    member.status.ahead.reset();
  } else if (error.code == "witness.ahead") {
    member.status.ahead = error;
  }
  // A proof stays one, though it can no longer be read.
  if (contradicts(error)) member.status.proven = member.status.proven || proven;
  member.asked = true;
  weigh();
  const unsigned doublings = std::min(member.status.failures, 16u);
  const std::uint64_t pause = std::min<std::uint64_t>(
      std::uint64_t{options_.retry_first_ms} << doublings, options_.retry_most_ms);
  ++member.status.failures;
  member.status.error = error;
  member.not_before = steady_clock::now() + milliseconds(pause);
  signal_.notify_all();
}

void Publisher::weigh() {
  std::vector<crypto::VerifiedSignature> against;
  std::string names, proving;
  const auto add = [](std::string& to, const std::string& name) {
    to += (to.empty() ? "" : ", ") + name;
  };
  for (const auto& member : members_) {
    if (!member->status.fork && !member->status.ahead) continue;
    against.push_back({.key = member->witness.key, .time = 0});
    add(names, member->witness.name);
    if (member->status.proven) add(proving, member->witness.name);
  }
  disputed_ = filed_;
  if (!disputed_ && !proving.empty()) {
    disputed_ =
        fail("ledger.disputed",
             "见证人 " + proving +
                 " 出示了本账本签过而不在其中的检查点：账本可能被回退，暂停写入，请立即核查",
             "the witness " + proving +
                 " shows a checkpoint that this log signed and does not contain: it may have "
                 "been rolled back, and nothing more is written; look into it at once");
  } else if (!disputed_ && policy_.needs_witnesses() && against.size() > 1 &&
             policy_.quorum_met(against)) {
    disputed_ =
        fail("ledger.disputed",
             "足够法定数的见证人（" + names +
                 "）说它们联署过的比本账本多，或是另一份历史：账本可能被回退，暂停写入，请立即核查",
             "a quorum of witnesses (" + names +
                 ") has cosigned more than this log, or another history: it may have been "
                 "rolled back, and nothing more is written; look into it at once");
  }
  is_disputed_ = disputed_.has_value();
}

Outcome Publisher::undisputed() const {
  {
    const std::lock_guard lock(mutex_);
    if (filed_) return *filed_;
  }
  for (const WitnessStatus& status : statuses()) {
    if (status.fork) return *status.fork;
  }
  for (const WitnessStatus& status : statuses()) {
    if (status.ahead) return *status.ahead;
  }
  return ok();
}

std::optional<Error> Publisher::disputed() const {
  if (!is_disputed_) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return disputed_;
}

std::optional<Error> Publisher::refusal() const {
  const bool is_asking = asking().has_value();
  if (auto why = disputed()) return why;  // read last: who answered last may have said so
  return is_asking ? asking() : std::nullopt;
}

}  // namespace liuhen::api::server
