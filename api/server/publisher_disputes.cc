// What the publisher makes of who speaks against the log.
#include <algorithm>

#include "api/server/publisher.h"

namespace liuhen::api::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Of what one witness shows beyond the log, kept until the log has as many entries.
constexpr std::size_t kLongerMax = 8;

// It says that the log was rolled back or has forked.
bool contradicts(const Error& error) {
  return error.code == "witness.fork" || error.code == "witness.ahead";
}

}  // namespace

// Heads and proofs are public: whoever brings a newer head to a witness overtakes what it is
// offered here, and says nothing against the log.
void Publisher::refused(Member& member, const Target& target, const Error& error) {
  const bool says_more = error.code == "witness.ahead";
  if (!contradicts(error) && error.code != "witness.answer") return failed(member, error);
  const Held held = held_by(member, target);
  if (held.ours && take(member, *held.ours)) return;
  const std::uint64_t said = member.client->said();
  const std::uint64_t size = says_more ? held.own.size : target.size;
  if (says_more && !held.against && said <= size) {
    const std::string name = member.witness.key.name, had = std::to_string(said);
    return failed(
        member,
        fail("witness.answer",
             "见证人 " + name + " 说已联署到 " + had + " 条，多于所给而不多于本账本，却没有出示",
             "the witness " + name + " says that it has cosigned " + had +
                 " entries, more than it was offered and no more than there are, and shows none"));
  }
  failed(member,
         says_more && said > size ? witness_ahead(member.witness.key.name, said, size) : error,
         &held);
}

Publisher::Held Publisher::held_by(Member& member, const Target& target) {
  const auto note = member.client->held(own_checkpoint(target.note).origin);
  // Read after the witness was, and not the head that is offered: it may have cosigned whatever
  // anybody was shown meanwhile.
  Held held{.own = own_checkpoint(published_.committed()), .against = {}, .ours = {}};
  if (!note) return held;
  const auto theirs = signed_by_log(*note, held.own.origin);
  if (theirs) held.relation = relation(*theirs, held.own);
  if (held.relation == Relation::longer || held.relation == Relation::another_history) {
    held.against = theirs;
    return held;
  }
  std::size_t bad = 0;
  held.ours = proved(*note, held.own, bad);
  return held;
}

std::optional<crypto::Checkpoint> Publisher::signed_by_log(const std::string& note,
                                                           const std::string& origin) const {
  auto opened = policy_.open_signed(note);
  if (!opened || opened->checkpoint.origin != origin) return std::nullopt;
  return std::move(opened->checkpoint);
}

Publisher::Relation Publisher::relation(const crypto::Checkpoint& theirs,
                                        const crypto::Checkpoint& own) const {
  if (theirs.size > own.size) return Relation::longer;
  const auto proof = published_.prove(theirs.size, own.size);
  if (!proof) return Relation::unknown;
  return crypto::verify_consistency(theirs.size, own.size, theirs.root, own.root, *proof)
             ? Relation::beginning
             : Relation::another_history;
}

void Publisher::failed(Member& member, const Error& error, const Held* shown) {
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
  if (contradicts(error) && shown != nullptr && shown->against) {
    auto& longer = member.showed_longer;
    if (shown->relation == Relation::another_history)
      member.showed_another = true;
    else if (longer.size() < kLongerMax && !std::ranges::count(longer, *shown->against))
      longer.push_back(*shown->against);
    member.status.proven = true;
  }
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

// One that was longer than the log is a proof for as long as it may be of another history, and no
// longer: nobody's order of reading the two may stop an honest log for good.
void Publisher::weigh_again() {
  std::vector<std::pair<Member*, crypto::Checkpoint>> open;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& member : members_) {
      for (const auto& checkpoint : member->showed_longer)
        open.emplace_back(member.get(), checkpoint);
    }
  }
  if (open.empty()) return;
  const crypto::Checkpoint own = own_checkpoint(published_.committed());
  for (const auto& [member, checkpoint] : open) {
    const Relation found = relation(checkpoint, own);
    if (found == Relation::longer || found == Relation::unknown) continue;
    const std::lock_guard lock(mutex_);
    if (std::erase(member->showed_longer, checkpoint) == 0) continue;  // it has cosigned
    if (found == Relation::another_history) member->showed_another = true;
    member->status.proven = member->showed_another || !member->showed_longer.empty();
    if (!member->status.proven) member->status.ahead.reset();
    weigh();
  }
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
