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
  // An event carries these: their content no longer goes when a half-signed intent does.
  void in_log(const std::vector<Hash>& commitments, Batch& batch);
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
  std::vector<Hash> recorded_;      // by events since the last commit, whose content is there
  std::uint64_t version_ = 0;
};

}  // namespace liuhen::ledger
