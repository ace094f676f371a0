// What the publisher keeps of cosignatures beyond its own life.
#include <algorithm>

#include "api/server/cosigned_file.h"
#include "api/server/publisher.h"
#include "crypto/cosignature.h"

namespace liuhen::api::server {
namespace {

bool claims(const crypto::NoteSignature& line, const crypto::NoteKey& key) {
  return line.name == key.name && line.key_id == key.id();
}

Error signed_otherwise(const std::string& file) {
  return fail(
      "ledger.disputed",
      "文件 " + file + " 中有本账本签过而不在其中的检查点：账本被回退过，暂停写入，请立即核查",
      "the file " + file +
          " has a checkpoint that this log signed and does not contain: it was rolled back, "
          "and nothing more is written; look into it at once");
}

}  // namespace

void Publisher::tell(const Error& trouble) const {
  if (published_.file_trouble) published_.file_trouble(trouble);
}

void Publisher::restore() {
  if (options_.file.empty()) return;
  const auto stored = read_cosigned(options_.file);
  if (!stored) return tell(stored.error());
  const std::string committed = published_.committed();
  std::size_t bad = stored->whole ? 0 : 1;
  if (committed.empty()) {
    bad += stored->notes.size();
  } else {
    const crypto::Checkpoint own = own_checkpoint(committed);
    for (const std::string& note : stored->notes) {
      const auto theirs = signed_by_log(note, own.origin);
      const Relation found = theirs ? relation(*theirs, own) : Relation::unknown;
      if (found == Relation::longer || found == Relation::another_history) {
        const std::lock_guard lock(mutex_);
        filed_ = signed_otherwise(options_.file);
        continue;
      }
      auto kept = proved(note, own, bad);
      if (!kept) continue;
      const std::lock_guard lock(mutex_);
      kept_.insert_or_assign(kept->checkpoint.size, std::move(*kept));
    }
  }
  {
    const std::lock_guard lock(mutex_);
    weigh();
  }
  if (bad == 0) return;
  const std::string count = std::to_string(bad);
  tell(fail("cosigned.damaged",
            "见证人联署文件 " + options_.file + " 中有 " + count +
                " 处不是对本账本历史的联署，已忽略；见证人会再次联署",
            "the file of witnesses' cosignatures, " + options_.file + ", has " + count +
                " things in it that are no cosignatures of this log's history; they are ignored, "
                "and witnesses will cosign again"));
}

std::optional<Publisher::Kept> Publisher::proved(const std::string& text,
                                                 const crypto::Checkpoint& own,
                                                 std::size_t& bad) const {
  const auto note = crypto::parse_note(text);
  const auto checkpoint =
      note ? crypto::parse_checkpoint(note->text) : Result<crypto::Checkpoint>(note.error());
  const bool is_of_log =
      checkpoint && checkpoint->origin == own.origin && checkpoint->size <= own.size;
  const auto proof = is_of_log ? published_.prove(checkpoint->size, own.size)
                               : Result<crypto::Proof>(crypto::Proof());
  if (!is_of_log || !proof ||
      !crypto::verify_consistency(checkpoint->size, own.size, checkpoint->root, own.root, *proof)) {
    ++bad;
    return std::nullopt;
  }
  Kept kept{.note = {}, .checkpoint = *checkpoint, .cosignatures = {}};
  crypto::Note of_log{.text = note->text, .signatures = {}};
  const auto log_keys = policy_.keys_of(own.origin);
  std::vector<crypto::VerifiedSignature> good;
  for (const crypto::NoteSignature& line : note->signatures) {
    const auto by_line = [&line](const auto& one) { return claims(line, one.key); };
    const auto by_log = [&line](const crypto::NoteKey& key) { return claims(line, key); };
    const auto witness = std::ranges::find_if(policy_.witnesses(), by_line);
    if (witness != policy_.witnesses().end()) {
      const auto time = crypto::verify_cosignature(witness->key, note->text, line);
      if (!time) {
        ++bad;
        continue;
      }
      good.push_back({.key = witness->key, .time = *time});
      kept.cosignatures.emplace_back(line, good.back());
    } else if (std::ranges::any_of(log_keys, by_log)) {
      const bool is_good = crypto::verify_note({note->text, {line}}, log_keys).has_value();
      if (is_good) of_log.signatures.push_back(line);
      bad += is_good ? 0 : 1;
    }
  }
  // By witnesses or a key of the log's that the policy no longer lists: no damage.
  if (of_log.signatures.empty() || good.empty()) return std::nullopt;
  kept.note = crypto::format_note(of_log);
  kept.quorum = policy_.quorum_met(good);
  return kept;
}

// The newest that have their quorum, and the newest of all; the oldest first.
std::vector<std::string> Publisher::to_store() const {
  std::vector<std::string> notes;
  std::size_t witnessed = 0;
  for (auto at = kept_.rbegin(); at != kept_.rend() && witnessed < kCosignedStoredMax; ++at) {
    if (at->second.quorum || notes.empty()) notes.push_back(shown(at->second).note);
    if (at->second.quorum) ++witnessed;
  }
  std::ranges::reverse(notes);
  return notes;
}

void Publisher::store() {
  bool told = false;
  std::unique_lock lock(mutex_);
  for (;;) {
    store_signal_.wait(lock, [this] { return unstored_ || finished_; });
    if (!unstored_) return;
    unstored_ = false;
    const std::vector<std::string> notes = to_store();
    lock.unlock();
    const Outcome written = write_cosigned(options_.file, notes);
    if (!written && !told) tell(written.error());
    told = !written;
    lock.lock();
    if (!written && finished_) return;
    unstored_ = unstored_ || !written;
    store_signal_.wait_for(lock, std::chrono::milliseconds(kCosignedPauseMs),
                           [this] { return finished_; });
  }
}

}  // namespace liuhen::api::server
