#include "ledger/pending_set.h"

#include <algorithm>

namespace liuhen::ledger {
namespace {

std::string key_of(const Hash& hash) { return std::string(text_of(hash)); }

}  // namespace

Outcome PendingSet::load(Batch& brought_up) {
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
        const Hash hash = pending->hash;
        for (const Hash& commitment : pending->opened) brought_by_[commitment].insert(hash);
        all_.emplace(hash, std::make_shared<const PendingIntent>(std::move(*pending)));
        return true;
      });
  if (!scanned) return scanned.error();
  if (failed) return *failed;
  for (const auto& [hash, pending] : all_) {
    if (Outcome done = bring_up(*pending, brought_up); !done) return done;
  }
  ++version_;
  return ok();
}

Outcome PendingSet::bring_up(const PendingIntent& pending, Batch& batch) {
  if (pending.opened.empty()) return ok();
  const auto has_its_own = has_half_signed_content(storage_, pending.hash);
  if (!has_its_own) return has_its_own.error();
  if (*has_its_own) return ok();
  auto content = standing_alone(storage_, pending.opened);
  if (!content) return content.error();
  if (content->keys.empty()) return ok();
  for (const Hash& commitment : commitments_in(*content)) {
    for (const Family family : {Family::record_keys, Family::restricted})
      batch.remove(family, key_of(commitment));
  }
  unstored_[pending.hash] = *content;
  put_half_signed(pending.hash, std::move(*content), batch);
  return ok();
}

const PendingIntent* PendingSet::find(const Hash& hash) const {
  const auto found = all_.find(hash);
  return found == all_.end() ? nullptr : found->second.get();
}

Result<SealedContent> PendingSet::content_of(const Hash& hash) const {
  const auto found = unstored_.find(hash);
  if (found != unstored_.end()) return found->second;
  const auto pending = all_.find(hash);
  if (pending == all_.end() || pending->second->opened.empty()) return SealedContent{};
  return half_signed_content(storage_, hash);
}

Outcome PendingSet::keep(PendingIntent pending, const SealedContent& content, Batch& batch) {
  const Hash hash = pending.hash;
  bool brings = false;
  for (const Hash& commitment : commitments_in(content)) {
    if (!brought_by_[commitment].insert(hash).second) continue;
    pending.opened.push_back(commitment);
    brings = true;
  }
  if (brings) {
    const auto before = content_of(hash);
    if (!before) return before.error();
    SealedContent all = joined(*before, content);
    unstored_[hash] = all;
    put_half_signed(hash, std::move(all), batch);
  }
  batch.put(Family::pending, key_of(hash), encode_pending(pending));
  if (!all_.contains(hash)) by_expiry_.emplace(pending.expires(), hash);
  for (const KeyId& key : pending.signers()) by_signer_[key].insert(hash);
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
  for (const Hash& commitment : at->second->opened) {
    const auto brought = brought_by_.find(commitment);
    brought->second.erase(at->first);
    if (brought->second.empty()) brought_by_.erase(brought);
  }
  if (!at->second->opened.empty()) put_half_signed(at->first, {}, batch);
  unstored_.erase(at->first);
  batch.remove(Family::pending, key_of(at->first));
  all_.erase(at);
  ++version_;
}

void PendingSet::complete(const Hash& hash, Batch& batch) {
  const auto found = all_.find(hash);
  if (found != all_.end()) forget(found, batch);
}

Outcome PendingSet::erase(const std::vector<Hash>& commitments, Batch& batch) {
  std::map<Hash, std::set<Hash>> erased;  // of each half-signed intent
  for (const Hash& commitment : commitments) {
    const auto found = brought_by_.find(commitment);
    if (found == brought_by_.end()) continue;
    for (const Hash& hash : found->second) erased[hash].insert(commitment);
    brought_by_.erase(found);
  }
  for (const auto& of : erased) {
    const Hash& hash = of.first;
    const auto content = content_of(hash);
    if (!content) return content.error();
    SealedContent left = without(*content, of.second);
    unstored_[hash] = left;
    put_half_signed(hash, std::move(left), batch);
    PendingIntent pending = *all_.at(hash);
    std::erase_if(pending.opened, [&](const Hash& one) { return of.second.contains(one); });
    batch.put(Family::pending, key_of(hash), encode_pending(pending));
    all_[hash] = std::make_shared<const PendingIntent>(std::move(pending));
    ++version_;
  }
  return ok();
}

void PendingSet::drop_expired(std::uint64_t now_s, Batch& batch) {
  while (!by_expiry_.empty() && by_expiry_.begin()->first < now_s) {
    forget(all_.find(by_expiry_.begin()->second), batch);
  }
}

void PendingSet::drop_signed_by(const KeyId& key, Batch& batch) {
  const auto found = by_signer_.find(key);
  if (found == by_signer_.end()) return;
  for (const Hash& hash : std::set<Hash>(found->second)) {
    const auto at = all_.find(hash);
    if (at->second->signers().size() == 1) forget(at, batch);
  }
}

std::size_t PendingSet::signed_by(const KeyId& key) const {
  const auto found = by_signer_.find(key);
  return found == by_signer_.end() ? 0 : found->second.size();
}

}  // namespace liuhen::ledger
