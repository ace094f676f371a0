// An entry of the log, decoded (docs/formats/entry.md). The word "event" is used for its meaning,
// the word "entry" for its bytes.
#pragma once

#include "ledger/intent.h"
#include "ledger/schema/entry_generated.h"

namespace liuhen::ledger {

// Borrows the entry bytes it was parsed from.
class Event {
 public:
  // Fails with `entry.oversized`, `entry.malformed`, or what IntentView::parse fails with.
  static Result<Event> parse(View entry);

  std::uint64_t position() const { return fields_->position(); }
  std::uint64_t time() const { return fields_->time(); }
  Hash previous() const;
  View bytes() const { return bytes_; }
  const Hash& leaf_hash() const { return leaf_hash_; }
  const IntentView& intent() const { return intent_; }
  PayloadTag tag() const { return intent_.tag(); }
  template <class Table>
  const Table& payload() const {
    return intent_.payload<Table>();
  }
  std::vector<Signature> signatures() const;

 private:
  explicit Event(IntentView intent) : intent_(intent) {}
  View bytes_;
  Hash leaf_hash_{};
  const schema::Entry* fields_ = nullptr;
  IntentView intent_;
};

// The bytes of an entry. `signatures` in author order.
Bytes encode_entry(std::uint64_t position, std::uint64_t time, const Hash& previous, View intent,
                   std::span<const Signature> signatures);

// Streams whose history this event is part of: the intent's own, and for imports each row's
// ("subject/<id>", "inspector/<id>").
std::vector<std::string> streams_of(const Event& event);

}  // namespace liuhen::ledger
