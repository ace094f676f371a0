#include "ledger/log_writer.h"

#include <algorithm>

#include "crypto/checkpoint.h"
#include "ledger/derived_index.h"
#include "ledger/limits.h"
#include "ledger/log_reader.h"
#include "ledger/loss.h"

namespace liuhen::ledger {
namespace {

Error undecided() {
  return fail(
      "ledger.undecided",
      "账本是从较早的备份恢复的：在记下说明此事的事件（liuhen accept-loss）之前，不接受别的内容",
      "the ledger was restored from an older backup: until the event that says so is "
      "recorded (liuhen accept-loss) it takes nothing else");
}

Error nothing_lost() {
  return fail("restore.no_loss", "账本没有失去什么，不能记为由备份恢复",
              "nothing of this ledger is lost, so that it was restored cannot be recorded");
}

Error pending_of(const KeyId& key) {
  const std::string id = to_hex(key), most = std::to_string(kPendingEachMax);
  return fail("pending.many",
              "密钥 " + id + " 已有 " + most + " 份意图等待第二人签名，请先由其签名，或待其过期",
              "the key " + id + " has signed " + most +
                  " intents that wait for their second signature; have those signed first, or "
                  "wait until they expire");
}

}  // namespace

LogWriter::LogWriter(Storage& storage, HeadFile& head, RestrictedStore& restricted,
                     Admission& admission, Clock& clock,
                     std::vector<const crypto::SigningKey*> log_keys, std::unique_ptr<LogFold> fold)
    : storage_(storage),
      head_(head),
      restricted_(restricted),
      admission_(admission),
      content_rules_(dynamic_cast<const ContentRules*>(&admission)),
      clock_(clock),
      log_keys_(std::move(log_keys)),
      fold_(std::move(fold)),
      pending_(storage),
      committed_(fold_->size()) {}

Outcome LogWriter::load() {
  const Outcome pending = pending_.load(brought_up_);
  if (!pending) return pending.error();
  const auto format = storage_.get(Family::meta, "format");
  if (!format) return format.error();
  meta_stored_ = *format == kFormatVersion;  // an older one becomes this with the next commit
  const Outcome tiles =
      storage_.scan(Family::tiles, "", [&](std::string_view key, std::string_view) {
        const auto tile = parse_tile_key(key);
        if (tile && tile->width != kTileWidth) partial_.push_back(*tile);
        return true;
      });
  if (!tiles) return tiles.error();
  std::uint64_t last = 0, last_batch = 0;
  const Outcome counted =
      storage_.scan(Family::checkpoints, "", [&](std::string_view key, std::string_view) {
        ++checkpoints_;
        last_batch = std::exchange(last, number_of_key(key));
        return true;
      });
  if (!counted) return counted.error();
  if (committed_ == 0) return ok();
  auto note = StorageFetcher(storage_).checkpoint();
  if (!note) return note.error();
  note_ = std::move(*note);
  const auto erases = erases_from(last_batch);
  if (!erases) return erases.error();
  return *erases ? storage_.purge(Family::record_keys) : ok();
}

Result<bool> LogWriter::erases_from(std::uint64_t first) const {
  bool erases = false;
  const Outcome scanned = storage_.scan(
      Family::entries, key_of_number(first), [&](std::string_view, std::string_view value) {
        const Bytes aligned(value.begin(), value.end());
        const auto event = Event::parse(aligned);
        erases = erases || (event && event->tag() == PayloadTag::RecordsErased);
        return !erases;
      });
  if (!scanned) return scanned.error();
  return erases;
}

Outcome LogWriter::keep_head() {
  if (lost_) return ok();
  if (kept_note_ == note_) return ok();
  if (kept_note_.empty()) {
    const auto kept = head_.read();
    if (!kept) return kept.error();
    kept_note_ = kept->value_or("");
    if (kept_note_ == note_) return ok();
  }
  const Outcome written = head_.write(note_);
  if (written) kept_note_ = note_;
  return written;
}

void LogWriter::take(CheckedSubmission submission) {
  if (Outcome done = bring_up(); !done) {
    failure_ = done.error();
    decisions_.emplace_back(*failure_);
    return;
  }
  decisions_.push_back(decide(submission));
}

Outcome LogWriter::bring_up() {
  if (brought_up_.empty()) return ok();
  if (!meta_stored_) brought_up_.put(Family::meta, "format", std::string(kFormatVersion));
  const Outcome stored = storage_.commit(brought_up_);
  if (!stored) return stored;
  meta_stored_ = true;
  brought_up_ = Batch();
  pending_.committed();
  return ok();
}

LogWriter::Decision LogWriter::decide(CheckedSubmission& submission) {
  shown_.clear();
  if (const auto position = fold_->find(submission.intent)) return repeat(submission, *position);
  std::vector<std::optional<Signature>> signatures = submission.signatures;
  const auto earlier = pending_.content_of(submission.hash);
  if (!earlier) {
    failure_ = earlier.error();
    return *failure_;
  }
  if (const PendingIntent* half = pending_.find(submission.hash)) {
    for (std::size_t i = 0; i < signatures.size(); ++i) {
      if (!signatures[i]) signatures[i] = half->signatures[i];
    }
  }
  std::vector<Signature> given;
  for (const auto& signature : signatures) given.push_back(signature.value_or(Signature{}));
  const std::uint64_t time = std::max(fold_->last_time(), clock_.now_s());
  entries_.push_back(
      encode_entry(fold_->size(), time, fold_->last_leaf(), submission.intent.bytes(), given));
  const auto event = Event::parse(entries_.back());
  LIUHEN_CHECK(event.has_value());
  Outcome good = ok();
  const bool whole =
      std::ranges::all_of(signatures, [](const auto& signature) { return signature.has_value(); });
  if (lost_ && (!whole || !is_loss_of(*event, *lost_))) good = undecided();
  if (!lost_ && is_loss(*event)) good = nothing_lost();
  if (good) good = fold_->check(*event);
  if (good) good = check_log_key(*event);
  if (good) good = admission_.admit(*event, fold_->tree());
  if (good) good = admission_.check_before_writing(*event);
  if (good && whole) good = check_content(submission, *earlier, *event);
  if (good && whole) return append(submission, *earlier, *event);
  entries_.pop_back();
  if (!good) return good.error();
  return wait(submission, signatures);
}

Outcome LogWriter::check_content(const CheckedSubmission& submission, const SealedContent& earlier,
                                 const Event& event) {
  if (content_rules_ == nullptr) return ok();
  const auto& openings = submission.submission.openings;
  const std::vector<Hash> brought = commitments_in(earlier);
  std::optional<Error> failed;
  const Outcome good =
      content_rules_->check_content(event, [&](const Hash& commitment) -> const Opening* {
        const auto own = std::ranges::find(openings, commitment, &Opening::commitment);
        if (own != openings.end()) return &*own;
        const auto shown = std::ranges::find(shown_, commitment, &Opening::commitment);
        if (shown != shown_.end()) return &*shown;
        if (std::ranges::find(brought, commitment) != brought.end()) {
          auto opened = open_sealed(restricted_, earlier, commitment);
          if (!opened) failed = opened.error();
          if (opened && *opened) return &shown_.emplace_back(std::move(**opened));
        }
        const auto before = unstored_.find(commitment);
        return before == unstored_.end() ? nullptr : &before->second;
      });
  return failed ? Outcome(*failed) : good;
}

// A key that this process does not hold could not sign the checkpoint that covers its own entry.
Outcome LogWriter::check_log_key(const Event& event) const {
  std::optional<KeyId> named;
  if (event.tag() == PayloadTag::Genesis) {
    const auto& key = *event.payload<schema::Genesis>().log_key();
    named = exactly<32>(View(key.data(), key.size())).value();
  } else if (is_key_change(event)) {
    if (!may_change_key_) {
      return fail(
          "log_key.offline", "更换日志密钥须停下服务，用 liuhen key rotate-log 办理",
          "the log's key is changed while the service is stopped, by liuhen key rotate-log");
    }
    named = key_change_in(event).value().key.key;
  }
  if (!named || holds(*named)) return ok();
  return fail("log_key.absent", "账本目录里没有这把日志密钥：" + to_hex(*named),
              "the ledger's directory has no such key of the log: " + to_hex(*named));
}

LogWriter::Decision LogWriter::repeat(CheckedSubmission& submission, std::uint64_t position) {
  const IntentView& intent = submission.intent;
  Bytes entry;
  if (position >= committed_) {
    entry = entries_[position - committed_];
  } else {
    const auto stored = storage_.get(Family::entries, key_of_number(position));
    if (!stored || !*stored) {
      failure_ =
          stored ? fail("storage.damaged", "条目不见了", "an entry has gone") : stored.error();
      return *failure_;
    }
    entry.assign((*stored)->begin(), (*stored)->end());
  }
  const auto event = Event::parse(entry);
  if (event && std::ranges::equal(event->intent().bytes(), intent.bytes())) {
    if (Outcome taken = take_late(submission, position); !taken) {
      failure_ = taken.error();
      return *failure_;
    }
    return Placed{position, true};
  }
  return fail("intent.conflict",
              "这个意图编号已用于第 " + std::to_string(position) + " 条的另一份内容；请换一个编号",
              "this intent id was used for other content in entry " + std::to_string(position) +
                  "; take another id");
}

// What an entry commits to and is not there, having been left out or lost: whoever can open a
// commitment knows what it was made of. What was erased stays away.
Outcome LogWriter::take_late(CheckedSubmission& submission, std::uint64_t position) {
  if (content_rules_ == nullptr) return ok();
  BlockReader stored(restricted_);
  const std::set<Hash> in_batch = in_block_of_batch(position);
  std::set<Hash> late;
  for (const Hash& commitment : commitments_in(submission.sealed)) {
    if (!content_rules_->takes_late(commitment)) continue;
    if (alone_.contains(commitment) || in_batch.contains(commitment)) continue;
    const auto content = stored.get(commitment, position);
    if (content && !*content) late.insert(commitment);
    // What is damaged remains, for whoever looks into it.
    if (!content && content.error().code != "restricted.damaged") return content.error();
  }
  const auto is_late = [&](const Hash& one) { return late.contains(one); };
  put_each(submission.sealed, is_late, batch_);
  alone_.insert(late.begin(), late.end());
  std::erase_if(submission.submission.openings,
                [&](const Opening& opening) { return !is_late(opening.commitment); });
  note_unstored(submission);
  return ok();
}

// Whose content the batch stores as a block of that entry.
std::set<Hash> LogWriter::in_block_of_batch(std::uint64_t position) const {
  const auto block = blocks_.find(position);
  if (block == blocks_.end()) return {};
  const std::vector<Hash> there =
      commitments_in({.contents = {}, .keys = *batch_.changes()[block->second].value});
  return {there.begin(), there.end()};
}

LogWriter::Decision LogWriter::wait(CheckedSubmission& submission,
                                    const std::vector<std::optional<Signature>>& signatures) {
  PendingIntent pending;
  const PendingIntent* half = pending_.find(submission.hash);
  if (half != nullptr) {
    pending.opened = half->opened;
  } else if (pending_.size() >= kPendingMax) {
    return fail("pending.full", "待签意图已满，请稍后再试",
                "too many half-signed intents wait, try again later");
  }
  pending.hash = submission.hash;
  pending.intent = submission.submission.intent;
  pending.signatures = signatures;
  if (half == nullptr) {
    for (const KeyId& key : pending.signers()) {
      if (pending_.signed_by(key) >= kPendingEachMax) return pending_of(key);
    }
  }
  const Waiting waiting{submission.hash, pending.missing()};
  const Outcome kept = pending_.keep(std::move(pending), submission.sealed, batch_);
  if (!kept) {
    failure_ = kept.error();
    return kept.error();
  }
  return waiting;
}

void LogWriter::note_unstored(CheckedSubmission& submission) {
  for (Opening& opening : submission.submission.openings) {
    const Hash commitment = opening.commitment;
    unstored_.insert_or_assign(commitment, std::move(opening));
  }
  submission.submission.openings.clear();
  for (Opening& opening : std::exchange(shown_, {})) {
    const Hash commitment = opening.commitment;
    unstored_.insert_or_assign(commitment, std::move(opening));
  }
}

LogWriter::Decision LogWriter::append(CheckedSubmission& submission, const SealedContent& earlier,
                                      const Event& event) {
  lost_.reset();
  admission_.apply(event);
  fold_->append(event);
  times_.push_back(event.time());
  batch_.put(Family::entries, key_of_number(event.position()), std::string(text_of(event.bytes())));
  for (const std::string& stream : streams_of(event)) {
    batch_.put(Family::streams, stream_key(stream, event.position()), "");
  }
  batch_.put(Family::intents, intent_key(event.intent()), intent_value(event));
  pending_.complete(submission.hash, batch_);
  if (event.tag() == PayloadTag::KeyRevoked) {
    const auto& key = *event.payload<schema::KeyRevoked>().key();
    if (const auto revoked = exactly<32>(View(key.data(), key.size())))
      pending_.drop_signed_by(*revoked, batch_);
  }
  note_unstored(submission);
  store_content(joined(earlier, std::move(submission.sealed)), event);
  if (Outcome erased = erase(event); !erased) {
    failure_ = erased.error();
    return *failure_;
  }
  return Placed{event.position(), false};
}

// Content that many commitments of one entry hide is kept together, so that what is written grows
// at its end only.
void LogWriter::store_content(SealedContent sealed, const Event& event) {
  if (sealed.keys.empty()) return;
  if (commitments_of(event.intent()).size() == 1) {
    for (const Hash& commitment : commitments_in(sealed)) alone_.insert(commitment);
  }
  if (put_content(event, std::move(sealed), batch_))
    blocks_[event.position()] = batch_.changes().size() - 1;
}

// What half-signed intents brought of the same too.
Outcome LogWriter::erase(const Event& event) {
  if (event.tag() != PayloadTag::RecordsErased) return ok();
  const auto& erased = *event.payload<schema::RecordsErased>().commitments();
  std::vector<Hash> commitments;
  for (std::size_t at = 0; at < erased.size(); at += 32)
    commitments.push_back(exactly<32>(View(erased.data(), erased.size()).subspan(at, 32)).value());
  if (Outcome gone = pending_.erase(commitments, batch_); !gone) return gone;
  for (const Hash& commitment : commitments) {
    restricted_.erase(commitment, batch_);
    unstored_.erase(commitment);
    alone_.erase(commitment);
    erased_at_[commitment] = event.position();
  }
  return ok();
}

bool LogWriter::holds(const KeyId& key) const {
  return std::ranges::any_of(log_keys_,
                             [&](const auto* held) { return held->public_key() == key; });
}

std::string LogWriter::sign(const crypto::Checkpoint& checkpoint) const {
  const auto in_force = fold_->log_keys().at(checkpoint.size);
  if (!in_force) return crypto::sign_checkpoint(checkpoint, *log_keys_.front());
  LIUHEN_CHECK(holds(*in_force));  // or the entry that asks for it was not taken
  crypto::Note note{.text = crypto::format_checkpoint(checkpoint), .signatures = {}};
  const auto& terms = fold_->log_keys().terms();
  for (auto term = terms.rbegin(); term != terms.rend(); ++term) {
    for (const crypto::SigningKey* held : log_keys_) {
      if (held->public_key() != term->key) continue;
      note.signatures.push_back(crypto::sign_note(*held, checkpoint.origin, note.text));
      break;
    }
  }
  return crypto::format_note(note);
}

// Tiles, the partial ones that they replace, and the checkpoint.
void LogWriter::store_tree() {
  const std::uint64_t size = fold_->size();
  for (const Tile& tile : tiles_of_growth(committed_, size)) {
    batch_.put(Family::tiles, tile_key(tile),
               std::string(text_of(tile_bytes(fold_->tree(), tile))));
    if (tile.width != kTileWidth) {
      partial_.push_back(tile);
      continue;
    }
    std::erase_if(partial_, [&](const Tile& partial) {
      const bool replaced = partial.level == tile.level && partial.index == tile.index;
      if (replaced) batch_.remove(Family::tiles, tile_key(partial));
      return replaced;
    });
  }
  note_ = sign({.origin = fold_->origin(), .size = size, .root = fold_->tree().root()});
  batch_.put(Family::checkpoints, key_of_number(size), note_);
  batch_.put(Family::meta, "checkpoints", key_of_number(++checkpoints_));
}

Outcome LogWriter::commit() {
  if (failure_) return *failure_;
  pending_.drop_expired(std::max(fold_->last_time(), clock_.now_s()), batch_);
  const bool grows = fold_->size() > committed_;
  if (grows) store_tree();
  if (!erased_at_.empty()) {
    if (Outcome erased = erase_in_blocks(storage_, erased_at_, batch_); !erased) return erased;
  }
  if (batch_.empty()) return ok();
  if (!meta_stored_) {
    batch_.put(Family::meta, "format", std::string(kFormatVersion));
    batch_.put(Family::meta, "origin", fold_->origin());
  }
  const Outcome stored = storage_.commit(batch_);
  if (!stored) return stored.error();
  meta_stored_ = true;
  batch_ = Batch();
  unstored_.clear();
  alone_.clear();
  blocks_.clear();
  pending_.committed();
  if (grows) committed_ = fold_->size();
  if (!std::exchange(erased_at_, {}).empty()) return storage_.purge(Family::record_keys);
  return ok();
}

Result<Receipt> LogWriter::receipt(const Placed& placed) const {
  Receipt receipt;
  receipt.position = placed.position;
  receipt.repeated = placed.repeated;
  receipt.leaf_hash = fold_->tree().at(0, placed.position);
  receipt.checkpoint = note_;
  auto proof = fold_->tree().inclusion(placed.position, committed_);
  LIUHEN_CHECK(proof.has_value());
  receipt.proof = std::move(*proof);
  const std::uint64_t first_new = committed_ - times_.size();
  if (placed.position >= first_new) {
    receipt.time = times_[placed.position - first_new];
    return receipt;
  }
  const auto stored = storage_.get(Family::entries, key_of_number(placed.position));
  if (!stored) return stored.error();
  const std::string entry = stored->value_or("");
  const auto event = Event::parse(view_of(entry));
  if (!event) return event.error();
  receipt.time = event->time();
  return receipt;
}

std::vector<Result<Answer>> LogWriter::answers() {
  std::vector<Result<Answer>> out;
  for (Decision& decision : decisions_) {
    if (const auto* error = std::get_if<Error>(&decision)) {
      out.emplace_back(*error);
    } else if (auto* waiting = std::get_if<Waiting>(&decision)) {
      out.emplace_back(Answer(std::move(*waiting)));
    } else {
      auto placed = receipt(std::get<Placed>(decision));
      if (placed) {
        out.emplace_back(Answer(std::move(*placed)));
      } else {
        out.emplace_back(placed.error());
      }
    }
  }
  decisions_.clear();
  times_.clear();
  return out;
}

}  // namespace liuhen::ledger
