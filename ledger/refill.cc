#include "ledger/refill.h"

#include <algorithm>
#include <map>
#include <set>

#include "crypto/checkpoint.h"
#include "crypto/sha256.h"
#include "ledger/content_block.h"
#include "ledger/derived_index.h"
#include "ledger/event.h"
#include "ledger/log_keys.h"
#include "ledger/pending_set.h"
#include "ledger/tiles.h"

namespace liuhen::ledger {
namespace {

constexpr std::size_t kBatchBytes = 4u << 20;

Error of_mirror(const std::string& zh, const std::string& en) {
  return fail("restore.mirror", "副本补不上缺失的条目，未恢复：" + zh,
              "the copy does not make up for what is missing, and nothing was restored: " + en);
}

class Refilling {
 public:
  Refilling(Storage& storage, Fetcher& source,
            const std::function<void(std::uint64_t, std::uint64_t)>& progress)
      : storage_(storage), source_(source), progress_(progress), pending_(storage) {}

  Result<Refill> run(std::span<const crypto::NoteKey> log_keys) {
    if (Outcome read = read_tree(); !read) return read.error();
    if (Outcome loaded = pending_.load(batch_); !loaded) return loaded.error();
    if (Outcome opened = open_checkpoint(log_keys); !opened) return opened.error();
    if (checkpoint_.size <= out_.from) return Refill{out_.from, out_.from, {}};
    if (Outcome taken = take_entries(); !taken) return taken.error();
    if (Outcome put = put_tiles(); !put) return put.error();
    if (Outcome done = put_checkpoint(); !done) return done.error();
    if (!erased_at_.empty()) {
      if (Outcome purged = storage_.purge(Family::record_keys); !purged) return purged.error();
    }
    if (Outcome listed = list_without_content(); !listed) return listed.error();
    return std::move(out_);
  }

 private:
  Outcome read_tree() {
    const Outcome scanned =
        storage_.scan(Family::entries, "", [&](std::string_view, std::string_view entry) {
          tree_.append(crypto::leaf_hash(view_of(entry)));
          return true;
        });
    out_.from = tree_.size();
    return scanned;
  }

  // What is stored has the log's own signatures alone.
  Outcome open_checkpoint(std::span<const crypto::NoteKey> log_keys) {
    const auto note = source_.checkpoint();
    if (!note) return note.error();
    const auto parsed = crypto::parse_note(*note);
    if (!parsed) return parsed.error();
    const auto by = crypto::verify_note(*parsed, log_keys);
    if (!by) return by.error();
    auto checkpoint = crypto::parse_checkpoint(parsed->text);
    if (!checkpoint) return checkpoint.error();
    checkpoint_ = std::move(*checkpoint);
    signed_ = *parsed;
    keys_.assign(log_keys.begin(), log_keys.end());
    return ok();
  }

  // With those keys that the log changed to meanwhile: the one in force has to stay.
  Result<std::string> own_note() const {
    const auto by = crypto::verify_note(signed_, keys_);
    if (!by) return by.error();
    crypto::Note own{.text = signed_.text, .signatures = {}};
    for (const crypto::NoteSignature& line : signed_.signatures) {
      const bool is_own = std::ranges::any_of(*by, [&](const auto& signer) {
        return signer.key.name == line.name && signer.key.id() == line.key_id;
      });
      if (is_own) own.signatures.push_back(line);
    }
    return crypto::format_note(own);
  }

  Outcome take_entries() {
    const std::uint64_t to = checkpoint_.size;
    for (std::uint64_t index = tree_.size() / kTileWidth; tree_.size() < to; ++index) {
      const unsigned width = tile_width(0, index, to);
      const auto bundle = source_.entries(index, width);
      if (!bundle) return bundle.error();
      const SplitBundle split = split_bundle(*bundle, width);
      if (split.entries.size() < width || split.rest != 0)
        return of_mirror("条目包残缺", "a bundle of entries is not whole");
      for (std::uint64_t at = tree_.size() % kTileWidth; at < width; ++at) {
        if (Outcome taken = take(split.entries[at]); !taken) return taken;
      }
      if (progress_) progress_(tree_.size() - out_.from, to - out_.from);
    }
    if (!erased_at_.empty()) {
      if (Outcome erased = erase_in_blocks(storage_, erased_at_, batch_); !erased) return erased;
    }
    if (Outcome stored = flush(); !stored) return stored;
    if (tree_.root() == checkpoint_.root) return ok();
    return of_mirror("它的条目与备份合起来不是已签检查点的历史",
                     "with the backup's entries its own do not give the root that is signed");
  }

  Outcome take(View entry) {
    const std::uint64_t position = tree_.size();
    const Bytes bytes(entry.begin(), entry.end());
    const auto event = Event::parse(bytes);
    if (!event || event->position() != position) {
      const std::string number = std::to_string(position);
      return of_mirror("第 " + number + " 条不成条目", "entry " + number + " is none");
    }
    tree_.append(event->leaf_hash());
    batch_.put(Family::entries, key_of_number(position), std::string(text_of(bytes)));
    for (const std::string& stream : streams_of(*event))
      batch_.put(Family::streams, stream_key(stream, position), "");
    batch_.put(Family::intents, intent_key(event->intent()), intent_value(*event));
    if (Outcome judged = judge_pending(*event); !judged) return judged;
    for (const Hash& commitment : commitments_of(event->intent()))
      carried_.insert_or_assign(commitment, position);
    if (is_key_change(*event)) {
      if (const auto change = key_change_in(*event)) keys_.push_back(change->key);
    }
    if (Outcome erased = erase(*event); !erased) return erased;
    bytes_ += bytes.size();
    return bytes_ < kBatchBytes ? ok() : flush();
  }

  // One that was half signed has become an entry, with what it brought; those that a key alone has
  // signed which is revoked are none any more.
  Outcome judge_pending(const Event& event) {
    const Hash hash = crypto::sha256(event.intent().bytes());
    if (pending_.find(hash) != nullptr) {
      auto content = pending_.content_of(hash);
      if (!content) return content.error();
      pending_.complete(hash, batch_);
      put_content(event, std::move(*content), batch_);
    }
    if (event.tag() != PayloadTag::KeyRevoked) return ok();
    const auto& key = *event.payload<schema::KeyRevoked>().key();
    if (const auto revoked = exactly<32>(View(key.data(), key.size())))
      pending_.drop_signed_by(*revoked, batch_);
    return ok();
  }

  Outcome erase(const Event& event) {
    if (event.tag() != PayloadTag::RecordsErased) return ok();
    const auto& erased = *event.payload<schema::RecordsErased>().commitments();
    std::vector<Hash> gone;
    for (std::size_t at = 0; at + 32 <= erased.size(); at += 32) {
      const Hash commitment = exactly<32>(View(erased.data() + at, 32)).value();
      carried_.erase(commitment);
      for (const Family family : {Family::restricted, Family::record_keys})
        batch_.remove(family, std::string(text_of(commitment)));
      erased_at_[commitment] = event.position();
      gone.push_back(commitment);
    }
    return pending_.erase(gone, batch_);
  }

  Outcome flush() {
    bytes_ = 0;
    pending_.committed();
    return storage_.commit(std::exchange(batch_, Batch()));
  }

  // What is in the backup under another entry is content all the same.
  Outcome list_without_content() {
    std::set<Hash> there;
    const auto note = [&](std::string_view commitment) {
      const Hash found = exactly<32>(view_of(commitment)).value();
      if (carried_.contains(found)) there.insert(found);
    };
    const Outcome scanned =
        storage_.scan(Family::restricted, "", [&](std::string_view key, std::string_view value) {
          if (key.size() == sizeof(Hash)) note(key);
          if (!is_block_key(key)) return true;
          for (const BlockRecord& record : read_block(value).value_or(std::vector<BlockRecord>()))
            note(record.commitment);
          return true;
        });
    if (!scanned) return scanned;
    for (const auto& [commitment, position] : carried_) {
      if (!there.contains(commitment)) out_.without_content.emplace_back(position, commitment);
    }
    std::ranges::sort(out_.without_content);
    return ok();
  }

  // And away with the partial ones that have become full.
  Outcome put_tiles() {
    for (const Tile& tile : tiles_of_growth(out_.from, checkpoint_.size))
      batch_.put(Family::tiles, tile_key(tile), std::string(text_of(tile_bytes(tree_, tile))));
    return storage_.scan(Family::tiles, "", [&](std::string_view key, std::string_view) {
      const auto tile = parse_tile_key(key);
      const bool is_superseded =
          tile && tile->width != kTileWidth &&
          tile_width(tile->level, tile->index, checkpoint_.size) == kTileWidth;
      if (is_superseded) batch_.remove(Family::tiles, std::string(key));
      return true;
    });
  }

  Outcome put_checkpoint() {
    std::uint64_t count = 0;
    const Outcome counted =
        storage_.scan(Family::checkpoints, "", [&](std::string_view, std::string_view) {
          ++count;
          return true;
        });
    if (!counted) return counted;
    const auto note = own_note();
    if (!note) return note.error();
    batch_.put(Family::checkpoints, key_of_number(checkpoint_.size), *note);
    batch_.put(Family::meta, "checkpoints", key_of_number(count + 1));
    out_.size = checkpoint_.size;
    return flush();
  }

  Storage& storage_;
  Fetcher& source_;
  const std::function<void(std::uint64_t, std::uint64_t)>& progress_;
  PendingSet pending_;
  crypto::TreeHistory tree_;
  crypto::Checkpoint checkpoint_;  // of the source
  crypto::Note signed_;            // by the log, and perhaps by others
  std::vector<crypto::NoteKey> keys_;
  Batch batch_;
  std::size_t bytes_ = 0;                  // in it
  std::map<Hash, std::uint64_t> carried_;  // commitments, and where
  std::map<Hash, std::uint64_t> erased_at_;
  Refill out_;
};

}  // namespace

Result<Refill> refill(Storage& storage, Fetcher& source, std::span<const crypto::NoteKey> log_keys,
                      const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  return Refilling(storage, source, progress).run(log_keys);
}

}  // namespace liuhen::ledger
