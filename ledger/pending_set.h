// The half-signed intents at hand, and the changes to storage that keep them there, with what they
// brought: that is theirs alone until they are events, whatever else commits to the same.
#pragma once

#include <map>
#include <set>

#include "ledger/content_block.h"
#include "ledger/pending.h"
#include "ledger/storage.h"

namespace liuhen::ledger {

// Used by one thread: the writer's.
class PendingSet {
 public:
  explicit PendingSet(Storage& storage) : storage_(storage) {}

  // What is stored; check_storage has found it sound. Puts what programs of earlier versions kept
  // of it, alone under its commitments, where it belongs now: this is to be stored before anything
  // else is judged.
  Outcome load(Batch& brought_up);
  const PendingIntent* find(const Hash& hash) const;
  std::size_t size() const { return all_.size(); }
  std::size_t signed_by(const KeyId& key) const;  // how many
  const std::map<Hash, SharedPendingIntent>& all() const { return all_; }
  // Counts changes, so that others can tell whether there were any.
  std::uint64_t version() const { return version_; }

  // What it brought.
  Result<SealedContent> content_of(const Hash& hash) const;

  // Keeps it, with what came with it beside what it brought before.
  Outcome keep(PendingIntent pending, const SealedContent& content, Batch& batch);
  // It became an event: what it brought is for the caller to place.
  void complete(const Hash& hash, Batch& batch);
  // Destroys what any of them brought of these.
  Outcome erase(const std::vector<Hash>& commitments, Batch& batch);
  void drop_expired(std::uint64_t now_s, Batch& batch);
  // Those that nobody but this key has signed, which signs nothing any more.
  void drop_signed_by(const KeyId& key, Batch& batch);
  // The changes are stored.
  void committed() { unstored_.clear(); }

 private:
  Outcome bring_up(const PendingIntent& pending, Batch& batch);
  void forget(std::map<Hash, SharedPendingIntent>::iterator at, Batch& batch);

  Storage& storage_;
  std::map<Hash, SharedPendingIntent> all_;
  std::multimap<std::uint64_t, Hash> by_expiry_;
  std::map<KeyId, std::set<Hash>> by_signer_;
  std::map<Hash, std::set<Hash>> brought_by_;  // commitment → those that brought its content
  std::map<Hash, SealedContent> unstored_;     // of those that changed since the last commit
  std::uint64_t version_ = 0;
};

}  // namespace liuhen::ledger
