// A ledger's directory out of a backup: verified before it counts, and never older than a head that
// is known without the service being told so.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crypto/note.h"
#include "ledger/backup.h"
#include "ledger/refill.h"
#include "projections/verify.h"

namespace liuhen::api::server {

struct RestoreOptions {
  std::string backups;       // where the backups are
  std::uint32_t number = 0;  // 0: the newest, which must not be damaged
  std::string dir;           // DIR/keys, head, cosigned and ledger.json may be there; DIR/db not
  std::optional<std::string> head;  // a signed checkpoint known from elsewhere
  // Whom the caller trusts: one of the log's keys, of an earlier time than the backup's or a later
  // one. Absent: what the genesis says.
  std::optional<crypto::NoteKey> log;
  // A copy of the log that somebody else keeps: what the backup lacks is taken from there, as far
  // as that reaches. Outlives the call; null: none.
  ledger::Fetcher* mirror = nullptr;
  std::uint64_t now_s = 0;                                     // for deadlines that have passed
  std::function<void(std::uint64_t, std::uint64_t)> progress;  // entries verified, and all
};

struct Restored {
  std::uint32_t number = 0;
  std::uint64_t size = 0;       // entries
  ledger::Refill refilled;      // out of the copy; of no entries if there was none
  std::uint64_t head_size = 0;  // of the newest head known; more than `size`: these are missing
  std::string vkey;             // that everything was verified with
  bool keys_present = false;    // DIR/keys has all four
  // The key given signed the newest head, and is not among those that the log changed to as far as
  // it was restored: only the caller's word says that they are one log.
  bool key_beyond = false;
  // The head given is one that the log has declared lost: it is of another history than what was
  // restored, and binds nobody.
  bool given_is_lost = false;
  // Backups made after this one whose signed checkpoint cannot be read, or is of another log.
  std::vector<std::uint32_t> unread;
  // Whether the newest checkpoint in DIR/cosigned is damaged.
  bool cosigned_unread = false;
  // Where these leave open what was signed, and no head was known otherwise, DIR/head is not
  // written, without which no service starts: the backup's own head is here instead.
  std::string head_aside;
};

// Verifies everything (as `liuhen-verify dir` does) beside its place, and only then puts it there;
// a run that was broken off leaves nothing that counts. DIR/head becomes the newest of the heads
// known: its own, the one that was there, the one given, those that the log's key signed in
// DIR/cosigned, and those that the other backups carry, or have in them; the damaged ones too. The
// service refuses to start if that is newer than what was restored.
// Errors: `restore.damaged` (what verification finds), `restore.fork` (a head of another history,
// or two that are not of one), `restore.key` (a head that no known key signed, or the key given is
// none of the log's), `restore.other` (DIR is another log's), `restore.mirror` (the copy does not
// follow on), `restore.io`, `cosigned.io`, those of
// restore_backup.
Result<Restored> restore(const RestoreOptions& options);

// Whether a log that was verified is what it should be: a draw that fell due while there was no
// service is no damage.
bool is_whole(const projections::Report& report);

}  // namespace liuhen::api::server
