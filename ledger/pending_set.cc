#include "ledger/pending_set.h"

#include <algorithm>

namespace liuhen::ledger {
namespace {

std::string key_of(const Hash& hash) { return std::string(text_of(hash)); }

}  // namespace

Outcome PendingSet::load() {
  std::optional<Error> failed;
  const Outcome scanned =
      storage_.scan(Family::pending, "", [&](std::string_view key, std::string_view value) {
        auto pending = decode_pending(key, value);
        if (!pending) {
          failed = pending.error();
          return false;
        }
        by_expiry_.emplace(pending->expires(), pending->hash);
        for (const KeyId& signer : pending->signers()) by_signer_[signer].insert(pending->hash);
        for (const Hash& commitment : pending->opened) opened_by_[commitment] = pending->hash;
        const Hash hash = pending->hash;
        all_.emplace(hash, std::make_shared<const PendingIntent>(std::move(*pending)));
        return true;
      });
  if (!scanned) return scanned.error();
  if (failed) return *failed;
  ++version_;
  return ok();
}

const PendingIntent* PendingSet::find(const Hash& hash) const {
  const auto found = all_.find(hash);
  return found == all_.end() ? nullptr : found->second.get();
}

Outcome PendingSet::keep(PendingIntent pending, const SealedContent& content, Batch& batch) {
  std::set<Hash> brought;
  for (const Hash& commitment : commitments_in(content)) {
    if (opened_by_.contains(commitment)) continue;
    if (recorded_.contains(commitment)) continue;
    const auto stored = storage_.get(Family::restricted, key_of(commitment));
    if (!stored) return stored.error();
    if (*stored) continue;
    brought.insert(commitment);
    pending.opened.push_back(commitment);
    opened_by_[commitment] = pending.hash;
  }
  put_each(
      content, [&](const Hash& commitment) { return brought.contains(commitment); }, batch);
  batch.put(Family::pending, key_of(pending.hash), encode_pending(pending));
  if (!all_.contains(pending.hash)) by_expiry_.emplace(pending.expires(), pending.hash);
  for (const KeyId& key : pending.signers()) by_signer_[key].insert(pending.hash);
  const Hash hash = pending.hash;
  all_[hash] = std::make_shared<const PendingIntent>(std::move(pending));
  ++version_;
  return ok();
}

void PendingSet::forget(std::map<Hash, SharedPendingIntent>::iterator at, Batch& batch) {
  const auto [first, last] = by_expiry_.equal_range(at->second->expires());
  by_expiry_.erase(
      std::find_if(first, last, [&](const auto& entry) { return entry.second == at->first; }));
  for (const KeyId& key : at->second->signers()) {
    const auto signer = by_signer_.find(key);
    signer->second.erase(at->first);
    if (signer->second.empty()) by_signer_.erase(signer);
  }
  for (const Hash& commitment : at->second->opened) opened_by_.erase(commitment);
  batch.remove(Family::pending, key_of(at->first));
  all_.erase(at);
  ++version_;
}

void PendingSet::complete(const Hash& hash, Batch& batch) {
  const auto found = all_.find(hash);
  if (found != all_.end()) forget(found, batch);
}

void PendingSet::in_log(const std::vector<Hash>& commitments, Batch& batch) {
  if (opened_by_.empty()) return;
  std::map<Hash, std::set<Hash>> taken;  // from each half-signed intent
  for (const Hash& commitment : commitments) {
    const auto found = opened_by_.find(commitment);
    if (found == opened_by_.end()) continue;
    taken[found->second].insert(commitment);
    recorded_.insert(commitment);
    opened_by_.erase(found);
  }
  for (const auto& from : taken) {
    SharedPendingIntent& kept = all_.at(from.first);
    PendingIntent pending = *kept;
    std::erase_if(pending.opened, [&](const Hash& one) { return from.second.contains(one); });
    batch.put(Family::pending, key_of(pending.hash), encode_pending(pending));
    kept = std::make_shared<const PendingIntent>(std::move(pending));
  }
}

void PendingSet::drop_expired(std::uint64_t now_s, Batch& batch) {
  while (!by_expiry_.empty() && by_expiry_.begin()->first < now_s) {
    drop(all_.find(by_expiry_.begin()->second), batch);
  }
}

void PendingSet::drop_signed_by(const KeyId& key, Batch& batch) {
  const auto found = by_signer_.find(key);
  if (found == by_signer_.end()) return;
  for (const Hash& hash : std::set<Hash>(found->second)) {
    const auto at = all_.find(hash);
    if (at->second->signers().size() == 1) drop(at, batch);
  }
}

std::size_t PendingSet::signed_by(const KeyId& key) const {
  const auto found = by_signer_.find(key);
  return found == by_signer_.end() ? 0 : found->second.size();
}

// It will not become an event, and its content goes with it.
void PendingSet::drop(std::map<Hash, SharedPendingIntent>::iterator at, Batch& batch) {
  for (const Hash& commitment : at->second->opened) restricted_.erase(commitment, batch);
  forget(at, batch);
}

}  // namespace liuhen::ledger
