// The half-signed intents at hand, and the changes to storage that keep them there.
#pragma once

#include <map>
#include <set>

#include "ledger/content_block.h"
#include "ledger/pending.h"
#include "ledger/storage.h"

namespace liuhen::ledger {

// Used by the writer thread only.
class PendingSet {
 public:
  PendingSet(Storage& storage, RestrictedStore& restricted)
      : storage_(storage), restricted_(restricted) {}

  // What is stored; check_storage has found it sound.
  Outcome load();
  const PendingIntent* find(const Hash& hash) const;
  std::size_t size() const { return all_.size(); }
  std::size_t signed_by(const KeyId& key) const;  // how many
  const std::map<Hash, SharedPendingIntent>& all() const { return all_; }
  // Counts changes, so that others can tell whether there were any.
  std::uint64_t version() const { return version_; }

  // Keeps it, with the content that came with it and does not stand alone yet.
  Outcome keep(PendingIntent pending, const SealedContent& content, Batch& batch);
  // It became an event; its content stays.
  void complete(const Hash& hash, Batch& batch);
  // Whether content is there because a half-signed intent brought it, and goes when that does.
  bool brought(const Hash& commitment) const { return opened_by_.contains(commitment); }
  // An event carries these, or needs them: their content no longer goes when a half-signed intent
  // does.
  void in_log(const std::vector<Hash>& commitments, Batch& batch);
  // The content of these was put into the batch, and no half-signed intent brought it.
  void recorded(const std::vector<Hash>& commitments) {
    recorded_.insert(commitments.begin(), commitments.end());
  }
  void committed() { recorded_.clear(); }
  void drop_expired(std::uint64_t now_s, Batch& batch);
  // Those that nobody but this key has signed, which signs nothing any more.
  void drop_signed_by(const KeyId& key, Batch& batch);

 private:
  void drop(std::map<Hash, SharedPendingIntent>::iterator at, Batch& batch);
  void forget(std::map<Hash, SharedPendingIntent>::iterator at, Batch& batch);

  Storage& storage_;
  RestrictedStore& restricted_;
  std::map<Hash, SharedPendingIntent> all_;
  std::multimap<std::uint64_t, Hash> by_expiry_;
  std::map<KeyId, std::set<Hash>> by_signer_;
  std::map<Hash, Hash> opened_by_;  // commitment → the half-signed intent that brought its content
  std::set<Hash> recorded_;         // since the last commit, with what events brought or took over
  std::uint64_t version_ = 0;
};

}  // namespace liuhen::ledger
