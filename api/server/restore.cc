#include "api/server/restore.h"

#include <algorithm>
#include <filesystem>

#include "api/server/keys.h"
#include "crypto/checkpoint.h"
#include "ledger/durable_file.h"
#include "ledger/head_file.h"
#include "ledger/log_reader.h"
#include "ledger/loss.h"
#include "ledger/rocksdb_storage.h"
#include "ledger/tile_edge.h"
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
    if (Outcome ready = prepare(); !ready) return ready.error();
    Outcome done = ledger::restore_backup(options_.backups, restored_.number, beside_);
    if (done) done = verify();
    if (done && options_.mirror != nullptr) {
      done = fill();
      if (done) done = verify();
    }
    if (done) done = choose_head();
    if (done) done = place();
    std::error_code ignored;
    if (!done) {
      fs::remove_all(beside_, ignored);
      for (const std::string& path : placed_) fs::remove_all(path, ignored);
      for (fs::path made = layout_.dir; !made_.empty(); made = made.parent_path()) {
        fs::remove(made, ignored);
        if (made == made_) break;
      }
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
    const auto backups = ledger::list_backups(options_.backups);
    if (!backups) return backups.error();
    if (backups->empty()) {
      return fail("backup.absent", options_.backups + " 里没有备份",
                  "there is no backup in " + options_.backups);
    }
    restored_.number = options_.number == 0 ? backups->back().number : options_.number;
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
    if (fs::create_directories(layout_.dir, error)) {
      made_ = first;
      fs::permissions(layout_.dir, fs::perms::owner_all, error);
    }
    if (!error) fs::remove_all(beside_, error);
    return error ? Outcome(io_error(layout_.dir, error)) : ok();
  }

  Outcome verify() {
    const auto storage = ledger::open_rocksdb(beside_, {.mode = ledger::OpenMode::read_only});
    if (!storage) return storage.error();
    ledger::StorageFetcher fetcher(**storage);
    auto note = fetcher.checkpoint();
    if (!note) return note.error();
    projections::VerifyOptions how;
    std::optional<crypto::Policy> policy;
    if (options_.log) policy = crypto::Policy::of_log(*options_.log);
    how.trusted = policy ? &*policy : nullptr;
    how.now_s = options_.now_s;
    const projections::Report report = projections::verify_storage(
        **storage, std::optional<std::string>(*note), how, options_.progress);
    // A draw that fell due while there was no service is no damage.
    const bool sound =
        report.verdict == ledger::Verdict::verified ||
        (report.finding && report.draws_aside == 0 &&
         (report.finding->code == "draw.escape" || report.finding->code == "draw.undisclosed"));
    if (!sound) {
      const Error& why = *report.finding;
      return fail("restore.damaged", "备份核验不通过，未恢复（" + why.code + "）：" + why.zh,
                  "the backup does not verify and was not restored (" + why.code + "): " + why.en);
    }
    restored_.size = report.size;
    restored_.vkey = report.log_vkey;
    origin_ = report.origin;
    losses_ = report.losses;
    log_keys_ = report.log_keys;
    return ok();
  }

  // What follows in the copy; verified again with the rest.
  Outcome fill() {
    std::vector<crypto::NoteKey> keys;
    for (const projections::LogKeyLine& line : log_keys_)
      keys.push_back(crypto::parse_vkey(line.vkey).value());
    if (options_.log) keys.push_back(*options_.log);  // which the log may have changed to since
    const auto storage = ledger::open_rocksdb(beside_, {.mode = ledger::OpenMode::existing});
    if (!storage) return storage.error();
    auto filled = ledger::refill(**storage, *options_.mirror, keys, options_.progress);
    if (!filled) return filled.error();
    restored_.refilled = std::move(*filled);
    return ok();
  }

  // The newest that is known; all of one history as far as the database reaches.
  Outcome choose_head() {
    const auto storage = ledger::open_rocksdb(beside_, {.mode = ledger::OpenMode::read_only});
    if (!storage) return storage.error();
    ledger::StorageFetcher fetcher(**storage);
    const auto own = fetcher.checkpoint();
    if (!own) return own.error();
    const auto key = crypto::parse_vkey(restored_.vkey);
    LIUHEN_CHECK(key.has_value());
    head_ = *own;
    restored_.head_size = restored_.size;
    const auto there = ledger::DiskHeadFile(layout_.head).read();
    if (!there) return there.error();
    for (const std::optional<std::string>& note : {*there, options_.head}) {
      if (!note) continue;
      auto opened = crypto::open_checkpoint(*note, *key);
      for (const projections::LogKeyLine& line : log_keys_) {
        if (!opened) opened = crypto::open_checkpoint(*note, crypto::parse_vkey(line.vkey).value());
      }
      // One that the log changed to in what the backup lacks.
      if (!opened && options_.log) opened = crypto::open_checkpoint(*note, *options_.log);
      if (!opened) return opened.error();
      const crypto::Checkpoint& known = opened->checkpoint;
      if (is_declared_lost(*note)) continue;
      if (known.size <= restored_.size) {
        const auto edge = ledger::TileEdge::read(fetcher, known.size);
        if (!edge) return edge.error();
        if (edge->root() != known.root) return other_history(known.size);
      } else if (known.size > restored_.head_size) {
        head_ = *note;
        restored_.head_size = known.size;
      }
    }
    return ok();
  }

  // By the log itself, in what was restored.
  bool is_declared_lost(const std::string& note) const {
    const Hash hash = ledger::loss_hash(note);
    return std::ranges::any_of(losses_, [&](const auto& loss) { return loss.head == hash; });
  }

  static Error other_history(std::uint64_t size) {
    const std::string number = std::to_string(size);
    return fail(
        "restore.fork",
        "备份的前 " + number + " 条与已知的已签检查点不是同一段历史，未恢复；请保存两者并查明原因",
        "the first " + number +
            " entries of the backup are another history than a signed checkpoint that is "
            "known, and nothing was restored; keep both and find out why");
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
    if (!fs::exists(layout_.head, error)) placed_.push_back(layout_.head);
    if (Outcome written = ledger::DiskHeadFile(layout_.head).write(head_); !written) return written;
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
  std::vector<projections::LogKeyLine> log_keys_;
};

}  // namespace

Result<Restored> restore(const RestoreOptions& options) { return Restore(options).run(); }

}  // namespace liuhen::api::server
