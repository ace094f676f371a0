#include "api/server/restore.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "api/server/cosigned_file.h"
#include "api/server/keys.h"
#include "api/server/known_head.h"
#include "crypto/checkpoint.h"
#include "ledger/backup_note.h"
#include "ledger/durable_file.h"
#include "ledger/event.h"
#include "ledger/head_file.h"
#include "ledger/log_reader.h"
#include "ledger/loss.h"
#include "ledger/rocksdb_storage.h"
#include "ledger/tile_edge.h"
#include "ledger/tiles.h"
#include "projections/verify.h"

namespace liuhen::api::server {
namespace {

namespace fs = std::filesystem;

Error io_error(const std::string& path, const std::error_code& error) {
  return fail("restore.io", "写不了 " + path + "：" + error.message(),
              "cannot write " + path + ": " + error.message());
}

class Restore {
 public:
  explicit Restore(const RestoreOptions& options)
      : options_(options), layout_(options.dir), beside_(layout_.database + ".restoring") {}

  Result<Restored> run() {
    if (Outcome ready = prepare(); !ready) {
      remove_made();
      return ready.error();
    }
    Outcome done = ledger::restore_backup(options_.backups, restored_.number, beside_);
    if (done) done = verify();
    if (done && options_.mirror != nullptr) {
      done = fill();
      if (done) done = verify();
    }
    if (done) done = choose_head();
    if (done) done = check_key();
    if (done) done = place();
    std::error_code ignored;
    if (!done) {
      fs::remove_all(beside_, ignored);
      for (const std::string& path : placed_) fs::remove_all(path, ignored);
      remove_made();
      return done.error();
    }
    restored_.keys_present = true;
    for (const char* name : {"log", "platform", "vrf", "master"}) {
      if (!fs::exists(layout_.key(name), ignored)) restored_.keys_present = false;
    }
    return restored_;
  }

 private:
  Outcome prepare() {
    const auto backups = ledger::list_backups(options_.backups, ledger::Look::inside);
    if (!backups) return backups.error();
    backups_ = *backups;
    if (backups_.empty()) {
      return fail("backup.absent", options_.backups + " 里没有备份",
                  "there is no backup in " + options_.backups);
    }
    restored_.number = options_.number == 0 ? backups_.back().number : options_.number;
    std::error_code error;
    if (fs::exists(layout_.database, error)) {
      return fail("storage.exists",
                  layout_.database + " 已存在，未作任何改动；请先把它移走，不要删除",
                  layout_.database +
                      " is there and was left as it is; move it away, do not "
                      "delete it");
    }
    fs::path first = layout_.dir;
    while (first.has_parent_path() && !fs::exists(first.parent_path(), error))
      first = first.parent_path();
    if (!fs::exists(layout_.dir, error)) made_ = first;
    if (ledger::make_folders(layout_.dir, error)) {
      fs::permissions(layout_.dir, fs::perms::owner_all, error);
    }
    if (!error) fs::remove_all(beside_, error);
    return error ? Outcome(io_error(layout_.dir, error)) : ok();
  }

  // The folders that prepare() made, as far as they are empty; no link that led to nothing.
  void remove_made() const {
    for (fs::path made = layout_.dir; !made_.empty(); made = made.parent_path()) {
      ::rmdir(made.c_str());
      if (made == made_) break;
    }
  }

  Outcome verify() {
    const auto storage = ledger::open_rocksdb(beside_, {.mode = ledger::OpenMode::read_only});
    if (!storage) return storage.error();
    ledger::StorageFetcher fetcher(**storage);
    auto note = fetcher.checkpoint();
    if (!note) return note.error();
    projections::VerifyOptions how;  // by the log's own keys: check_key sees whether they are right
    how.now_s = options_.now_s;
    const projections::Report report = projections::verify_storage(
        **storage, std::optional<std::string>(*note), how, options_.progress);
    if (!is_whole(report)) {
      const Error& why = *report.finding;
      return fail("restore.damaged", "备份核验不通过，未恢复（" + why.code + "）：" + why.zh,
                  "the backup does not verify and was not restored (" + why.code + "): " + why.en);
    }
    restored_.size = report.size;
    restored_.vkey = report.log_vkey;
    origin_ = report.origin;
    losses_ = report.losses;
    log_keys_.clear();
    for (const projections::LogKeyLine& line : report.log_keys)
      log_keys_.push_back(crypto::parse_vkey(line.vkey).value());
    return ok();
  }

  // What follows in the copy; verified again with the rest.
  Outcome fill() {
    const auto storage = ledger::open_rocksdb(beside_, {.mode = ledger::OpenMode::existing});
    if (!storage) return storage.error();
    auto filled = ledger::refill(**storage, *options_.mirror, known_keys(), options_.progress);
    if (!filled && filled.error().code == "note.unsigned")
      return unknown_key("副本的检查点", "the copy's checkpoint");
    if (!filled) return filled.error();
    restored_.refilled = std::move(*filled);
    return ok();
  }

  // Those of the log so far, and the one given, which it may have changed to since.
  std::vector<crypto::NoteKey> known_keys() const {
    std::vector<crypto::NoteKey> keys = log_keys_;
    if (options_.log && options_.log->name == origin_) keys.push_back(*options_.log);
    return keys;
  }

  // The newest that is known; all of one history as far as the database reaches.
  Outcome choose_head() {
    const auto storage = ledger::open_rocksdb(beside_, {.mode = ledger::OpenMode::read_only});
    if (!storage) return storage.error();
    ledger::StorageFetcher fetcher(**storage);
    const auto own = fetcher.checkpoint();
    if (!own) return own.error();
    head_ = *own;
    restored_.head_size = restored_.size;
    const auto there = ledger::DiskHeadFile(layout_.head).read();
    if (!there) return there.error();
    if (*there) {
      if (Outcome weighed = weigh(fetcher, **there, "目录里的 head", "the file head"); !weighed)
        return weighed;
    }
    if (Outcome weighed = weigh_cosigned(fetcher); !weighed) return weighed;
    if (options_.head) {
      if (Outcome weighed = weigh(fetcher, *options_.head, "所给的检查点", "the checkpoint given");
          !weighed)
        return weighed;
    }
    for (ledger::BackupInfo& backup : backups_) {
      if (backup.number == restored_.number) continue;
      if (Outcome weighed = weigh_notes_of(fetcher, backup); !weighed) return weighed;
    }
    for (const ledger::BackupInfo& backup : backups_) {
      if (!ahead_.contains(backup.number)) continue;
      if (Outcome goes_on = check_goes_on(fetcher, backup); !goes_on) return goes_on;
    }
    const bool unread = !restored_.unread.empty() || restored_.cosigned_unread;
    is_open_ = unread && !*there && !options_.head && options_.mirror == nullptr;
    return ok();
  }

  // Those in the directory's file of cosignatures, which a service goes by when it starts; the
  // newest is the last. What is of another log says nothing.
  Outcome weigh_cosigned(ledger::Fetcher& fetcher) {
    const auto stored = read_cosigned(layout_.dir + "/cosigned");
    if (!stored) return stored.error();
    const std::string zh = "目录里 cosigned 中的检查点", en = "a checkpoint in the file cosigned";
    for (const std::string& note : stored->notes) {
      const auto judged = ledger::judge_backup_note(note, origin_, known_keys());
      if (judged == ledger::BackupNote::by_unknown_key) return unknown_key(zh, en);
      if (judged == ledger::BackupNote::damaged) restored_.cosigned_unread = true;
      if (judged != ledger::BackupNote::signed_by_the_log) continue;
      restored_.cosigned_unread = false;
      if (Outcome weighed = weigh(fetcher, note, zh, en); !weighed) return weighed;
    }
    if (!stored->whole) restored_.cosigned_unread = true;
    return ok();
  }

  // What another backup shows that the log had signed when it was made: beside its files, and in
  // them. Its size is what the log's signature says from then on.
  Outcome weigh_notes_of(ledger::Fetcher& fetcher, ledger::BackupInfo& backup) {
    const bool is_later = backup.number > restored_.number;
    const std::string name = std::to_string(backup.number);
    const std::string zh = "第 " + name + " 号备份的检查点",
                      en = "the checkpoint of backup " + name;
    std::vector<std::string> notes;
    backup.size = 0;
    for (const std::string& note : {backup.note, backup.stored}) {
      const auto judged = ledger::judge_backup_note(note, origin_, known_keys());
      if (judged == ledger::BackupNote::by_unknown_key && is_later) return unknown_key(zh, en);
      if (judged != ledger::BackupNote::signed_by_the_log) continue;
      const std::string text = crypto::parse_note(note).value().text;
      backup.size = std::max(backup.size, crypto::parse_checkpoint(text).value().size);
      notes.push_back(note);
    }
    if (notes.empty()) {
      if (is_later) restored_.unread.push_back(backup.number);
      return ok();
    }
    const auto lost = is_of_lost_history(fetcher, backup);
    if (!lost) return lost.error();
    if (*lost) return ok();
    if (backup.size > restored_.size) ahead_.insert(backup.number);
    for (const std::string& note : notes) {
      if (Outcome weighed = weigh(fetcher, note, zh, en); !weighed) return weighed;
    }
    return ok();
  }

  // Whether a backup has entries that the log has declared lost, under whichever head. What was
  // filled up may reach beyond the declarations that backups of later numbers were made before.
  Result<bool> is_of_lost_history(ledger::Fetcher& fetcher, const ledger::BackupInfo& backup) {
    std::vector<std::uint64_t> positions;
    for (const projections::LossLine& loss : losses_) {
      if (loss.position < backup.size) positions.push_back(loss.position);
    }
    if (positions.empty() || backup.number < restored_.number) return !positions.empty();
    if (const auto opened = ledger::open_backup(options_.backups, backup.number)) {
      ledger::StorageFetcher theirs(*opened->storage);
      const auto parts = [&](std::uint64_t position) {
        const auto before = are_one(fetcher, theirs, position),
                   with = are_one(fetcher, theirs, position + 1);
        return before && *before && with && !*with;
      };
      if (std::ranges::any_of(positions, parts)) return true;
      if (are_one(fetcher, theirs, std::min(backup.size, restored_.size))) return false;
    }
    for (const std::uint64_t position : positions) {  // it is damaged: all that is left is its time
      const auto declared = time_of(fetcher, position);
      if (!declared) return declared.error();
      if (backup.time < *declared) return true;
    }
    return false;
  }

  static Result<bool> are_one(ledger::Fetcher& ours, ledger::Fetcher& theirs, std::uint64_t size) {
    const auto here = ledger::TileEdge::read(ours, size);
    if (!here) return here.error();
    const auto there = ledger::TileEdge::read(theirs, size);
    if (!there) return there.error();
    return here->root() == there->root();
  }

  // That a backup which reaches beyond what was restored goes on from there, and from the other
  // heads on the way to its own. One that is damaged shows nothing; its head counts all the same.
  Outcome check_goes_on(ledger::Fetcher& fetcher, const ledger::BackupInfo& backup) {
    const auto opened = ledger::open_backup(options_.backups, backup.number);
    if (!opened) return ok();
    ledger::StorageFetcher theirs(*opened->storage);
    const std::string name = std::to_string(backup.number);
    const std::string zh = "第 " + name + " 号备份的检查点",
                      en = "the checkpoint of backup " + name;
    const auto same = are_one(fetcher, theirs, restored_.size);
    if (same && !*same) return other_history(restored_.size, zh, en);
    for (const auto& [size, root] : beyond_) {
      if (size >= backup.size) break;
      const auto edge = ledger::TileEdge::read(theirs, size);
      if (edge && edge->root() != root) return parted(size, zh, en);
    }
    return ok();
  }

  // The recorded time of an entry that was restored, and verified.
  Result<std::uint64_t> time_of(ledger::Fetcher& fetcher, std::uint64_t position) const {
    const std::uint64_t index = position / ledger::kTileWidth;
    const auto bundle = fetcher.entries(index, ledger::tile_width(0, index, restored_.size));
    if (!bundle) return bundle.error();
    const View entry =
        ledger::split_bundle(*bundle, ledger::kTileWidth).entries.at(position % ledger::kTileWidth);
    const Bytes aligned(entry.begin(), entry.end());
    return ledger::Event::parse(aligned).value().time();
  }

  // A head that somebody held: it becomes ours if it is newer, and has to be of this history.
  Outcome weigh(ledger::Fetcher& fetcher, const std::string& note, const std::string& zh,
                const std::string& en) {
    const auto parsed = crypto::parse_note(note);
    if (!parsed) return parsed.error();
    const auto by = crypto::verify_note(*parsed, known_keys());
    if (!by && by.error().code == "note.unsigned") return unknown_key(zh, en);
    if (!by) return by.error();
    const auto opened = crypto::open_checkpoint(note, by->front().key);
    if (!opened) return opened.error();
    const crypto::Checkpoint& known = opened->checkpoint;
    const std::string of_log = by_log_alone(*parsed);
    if (is_declared_lost(note) || is_declared_lost(of_log)) {
      restored_.given_is_lost |= options_.head && note == *options_.head;
      return ok();
    }
    if (known.size <= restored_.size) {
      const auto edge = ledger::TileEdge::read(fetcher, known.size);
      if (!edge) return edge.error();
      return edge->root() == known.root ? ok() : Outcome(other_history(known.size, zh, en));
    }
    if (options_.log) {
      vouched_ |=
          std::ranges::any_of(*by, [&](const auto& signer) { return signer.key == *options_.log; });
    }
    const auto [held, is_first] = beyond_.emplace(known.size, known.root);
    if (!is_first && held->second != known.root) return two_histories(known.size, zh, en);
    if (known.size > restored_.head_size) {
      head_ = of_log;
      restored_.head_size = known.size;
    }
    return ok();
  }

  // A key that is none of the log's vouches for nothing. One that the log may have changed to in
  // what is missing does so for a head alone.
  Outcome check_key() {
    if (!options_.log || std::ranges::find(log_keys_, *options_.log) != log_keys_.end())
      return ok();
    if (vouched_) {
      restored_.key_beyond = true;
      return ok();
    }
    return fail("restore.key",
                "--vkey 所给的公钥不是备份所属账本（" + origin_ +
                    "）用过的日志公钥，所知的检查点也没有用它签的，未恢复",
                "the verifier key given is none by which the log of the backup (" + origin_ +
                    ") signs, nor did it sign a newer checkpoint that is known, and nothing was "
                    "restored");
  }

  static Error unknown_key(const std::string& zh, const std::string& en) {
    return fail("restore.key",
                zh + "是备份不知道的密钥签的，未恢复：账本此后若换过日志密钥，请用 --vkey "
                     "给出新的日志公钥；若不是，它属于另一账本或已损坏",
                en + " is signed by a key that the backup does not know, and nothing was restored: "
                     "if the log has changed its key since, give the new verifier key by --vkey; "
                     "if not, it is of another log, or damaged");
  }

  // A log signs under its own name. Whoever kept the note may have added cosignatures.
  std::string by_log_alone(crypto::Note note) const {
    std::erase_if(note.signatures, [&](const auto& line) { return line.name != origin_; });
    return crypto::format_note(note);
  }

  // By the log itself, in what was restored; with the cosignatures where the head file had them.
  bool is_declared_lost(const std::string& note) const {
    const Hash hash = ledger::loss_hash(note);
    return std::ranges::any_of(losses_, [&](const auto& loss) { return loss.head == hash; });
  }

  static Error other_history(std::uint64_t size, const std::string& zh, const std::string& en) {
    const std::string number = std::to_string(size);
    return fail("restore.fork",
                "备份的前 " + number + " 条与已知的已签检查点（" + zh +
                    "）不是同一段历史，未恢复；请保存两者并查明原因",
                "the first " + number +
                    " entries of the backup are another history than a signed checkpoint that is "
                    "known (" +
                    en + "), and nothing was restored; keep both and find out why");
  }

  static Error two_histories(std::uint64_t size, const std::string& zh, const std::string& en) {
    const std::string number = std::to_string(size);
    return fail("restore.fork",
                zh + "与另一个已知的已签检查点同为 " + number +
                    " 条，根却不同：账本签过两段历史，未恢复；请保存两者并查明原因",
                en + " and another signed checkpoint that is known are both of " + number +
                    " entries and have different roots: the log signed two histories, and nothing "
                    "was restored; keep both and find out why");
  }

  static Error parted(std::uint64_t size, const std::string& zh, const std::string& en) {
    const std::string number = std::to_string(size);
    return fail(
        "restore.fork",
        zh + "与另一个已知的 " + number +
            " 条的已签检查点不是同一段历史，未恢复：请恢复编号最大的备份；若其中一段已由 "
            "accept-loss 声明失去，请复制备份目录，从副本的 meta/ 移走属于它的那一份，再从副本恢复",
        en + " and another signed checkpoint that is known, of " + number +
            " entries, are not of one history, and nothing was restored: restore the backup of "
            "the greatest number; if one of the two histories was declared lost by accept-loss, "
            "copy the directory, take that backup's file out of the copy's meta/, and restore "
            "from the copy");
  }

  // The database comes last: without it there is no ledger to start.
  Outcome place() {
    std::error_code error;
    if (fs::exists(layout_.about, error)) {
      const auto there = read_origin(layout_);
      if (!there) return there.error();
      if (*there != origin_) {
        return fail(
            "restore.other", layout_.dir + " 是 " + *there + " 的目录，备份却是 " + origin_ + " 的",
            layout_.dir + " is the directory of " + *there + ", and the backup is of " + origin_);
      }
    } else {
      placed_.push_back(layout_.about);
      if (Outcome written = write_origin(layout_, origin_); !written) return written;
    }
    const std::string head = is_open_ ? layout_.head + ".restored" : layout_.head;
    if (!fs::exists(head, error)) placed_.push_back(head);
    if (Outcome written = ledger::DiskHeadFile(head).write(head_); !written) return written;
    if (is_open_) restored_.head_aside = head;
    if ((error = ledger::rename_synced(beside_, layout_.database))) {
      std::error_code ignored;
      if (!fs::exists(beside_, ignored)) placed_.push_back(layout_.database);
      return io_error(layout_.database, error);
    }
    return ok();
  }

  const RestoreOptions& options_;
  const Layout layout_;
  const std::string beside_;
  std::vector<std::string> placed_;  // what was not there before: the last step alone may fail
  fs::path made_;                    // the first directory on the way that was not there before
  Restored restored_;
  std::string origin_, head_;
  std::vector<projections::LossLine> losses_;
  std::vector<crypto::NoteKey> log_keys_;
  std::vector<ledger::BackupInfo> backups_;
  std::set<std::uint32_t> ahead_;         // backups that have more, and are not of what was lost
  std::map<std::uint64_t, Hash> beyond_;  // roots of signed heads that the backup does not reach
  bool vouched_ = false;  // the key given signed a head that is newer than what was restored
  bool is_open_ = false;  // what the log had signed: nothing that is at hand can tell
};

}  // namespace

bool is_whole(const projections::Report& report) {
  return report.verdict == ledger::Verdict::verified ||
         (report.finding && report.draws_aside == 0 &&
          (report.finding->code == "draw.escape" || report.finding->code == "draw.undisclosed" ||
           report.finding->code == "draw.unlisted"));
}

Result<Restored> restore(const RestoreOptions& options) { return Restore(options).run(); }

}  // namespace liuhen::api::server
