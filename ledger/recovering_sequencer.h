// A sequencer that begins again by itself once the disk has room, or may be written again.
#pragma once

#include "ledger/sequencer.h"

namespace liuhen::ledger {

// All of it outlives the sequencer.
struct RecoveryParts {
  Storage& storage;
  HeadFile& head;
  RestrictedStore& restricted;
  Clock& clock;
  std::function<std::unique_ptr<Admission>()> admission;  // of an empty log, each time anew
  std::function<bool()> writable;  // whether it is worth trying again; asked every so often
};

// What the first start begins with, instead of an admission of an empty log and no entries: both
// have taken in the same ones, none if there is no fold.
struct Begun {
  std::unique_ptr<Admission> admission;
  std::unique_ptr<LogFold> fold;
};

// As Sequencer::open, from `begun` if it is given. After a failure with `storage.full`, `storage.read_only`
// or `storage.descriptors` it answers reads as before and refuses submissions with that code; once
// `writable` says so, it opens the storage and the log again by the code of every start, and goes
// on. What was being written when the disk ran full is then in the log or not; nobody was told that
// it was, and sending it again gives its receipt. Any other failure, also of that opening, stops it
// for good (`ledger.stopped`). Between one attempt and the next it waits a second, and twice as
// long after each that brought nothing, to a minute.
Result<std::unique_ptr<Sequencer>> open_recovering(
    RecoveryParts parts, SequencerOptions options,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress = {}, Begun begun = {});

}  // namespace liuhen::ledger
