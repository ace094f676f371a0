#include "ledger/snapshot.h"

#include <algorithm>

#include "crypto/tuple.h"
#include "ledger/limits.h"

namespace liuhen::ledger {
namespace {

constexpr std::string_view kLabel = "liuhen/snapshot/v1";
constexpr std::string_view kHeadKey = "head";  // shorter than a chunk's
constexpr std::size_t kChunksMax = kSnapshotBytesMax / kSnapshotChunkBytes;
constexpr std::size_t kHeadBytesMax = 512 + kOriginBytesMax + kChunksMax * 36;

// BE64 size ‖ BE64 number of the chunk.
std::string chunk_key(std::uint64_t size, std::uint64_t number) {
  return key_of_number(size) + key_of_number(number);
}

Error damaged() {
  return fail("snapshot.damaged", "状态快照不完整、被改动过，或不是本服务签的：不使用",
              "the snapshot of the state is not whole, was changed, or was not signed by this "
              "service: it is not used");
}

Error other(const char* zh, const char* en) {
  return fail("snapshot.other", std::string("状态快照") + zh + "：不使用",
              std::string("the snapshot of the state is ") + en + ": it is not used");
}

Bytes encode(const SnapshotHead& head) {
  crypto::TupleWriter writer;
  writer.item(kLabel).item(View(head.fold)).item(head.origin).u64(head.size).item(View(head.root));
  writer.item(View(head.digest)).u64(head.bytes).list_count(head.chunks.size());
  for (const Hash& chunk : head.chunks) writer.item(View(chunk));
  return writer.take();
}

// The items of a tuple, one after another; what is not there is empty.
class Items {
 public:
  explicit Items(View bytes) : bytes_(bytes) {}
  View next() {
    if (bytes_.size() < 4) return {};
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length << 8 | bytes_[i];
    bytes_ = bytes_.subspan(4);
    const View item = bytes_.first(std::min(length, bytes_.size()));
    bytes_ = bytes_.subspan(item.size());
    return item;
  }
  std::uint64_t u64() {
    const View item = next();
    return item.size() == 8 ? number_of_key(text_of(item)) : 0;
  }
  Hash hash() {
    const auto bytes = exactly<32>(next());
    return bytes ? *bytes : Hash{};
  }

 private:
  View bytes_;
};

// What encode() gives for it has to be the bytes themselves: they have one reading.
std::optional<SnapshotHead> decode(View bytes) {
  Items items(bytes);
  if (text_of(items.next()) != kLabel) return std::nullopt;
  SnapshotHead head;
  head.fold = items.hash();
  head.origin = std::string(text_of(items.next()));
  head.size = items.u64();
  head.root = items.hash();
  head.digest = items.hash();
  head.bytes = items.u64();
  const std::uint64_t chunks = items.u64();
  if (chunks > kChunksMax || chunks != (head.bytes + kSnapshotChunkBytes - 1) / kSnapshotChunkBytes)
    return std::nullopt;
  for (std::uint64_t i = 0; i < chunks; ++i) head.chunks.push_back(items.hash());
  if (encode(head) != Bytes(bytes.begin(), bytes.end())) return std::nullopt;
  return head;
}

// Chunks of other snapshots, and the head if it is to go too.
Outcome remove_others(Storage& storage, std::string_view but_of, bool head_too) {
  Batch batch;
  const Outcome scanned =
      storage.scan(Family::snapshots, "", [&](std::string_view key, std::string_view) {
        const bool kept = key == kHeadKey ? !head_too : !but_of.empty() && key.starts_with(but_of);
        if (!kept) batch.remove(Family::snapshots, std::string(key));
        return true;
      });
  if (!scanned) return scanned;
  return batch.empty() ? ok() : storage.store_cache(batch);
}

}  // namespace

void SnapshotWriter::write(View bytes) {
  while (!bytes.empty() && done_) {
    const std::size_t taken = std::min(bytes.size(), kSnapshotChunkBytes - chunk_.size());
    chunk_.append(text_of(bytes.first(taken)));
    bytes = bytes.subspan(taken);
    if (chunk_.size() == kSnapshotChunkBytes) flush();
  }
}

void SnapshotWriter::flush() {
  if (chunks_.size() == kChunksMax) {
    done_ = fail("snapshot.large", "状态太大，不作快照",
                 "the state is too large, and no snapshot of it is made");
    return;
  }
  bytes_ += chunk_.size();
  chunks_.push_back(crypto::sha256(view_of(chunk_)));
  Batch batch;
  batch.put(Family::snapshots, chunk_key(size_, chunks_.size() - 1), std::move(chunk_));
  done_ = storage_.store_cache(batch);
  chunk_.clear();
}

Outcome SnapshotWriter::finish(SnapshotHead head, const crypto::SigningKey& key) {
  LIUHEN_CHECK(head.size == size_);
  if (!chunk_.empty() && done_) flush();
  if (!done_) return done_;
  head.bytes = bytes_;
  head.chunks = std::move(chunks_);
  const Bytes encoded = encode(head);
  Batch batch;
  batch.put(Family::snapshots, std::string(kHeadKey),
            std::string(text_of(encoded)).append(text_of(key.sign(encoded))));
  done_ = storage_.store_cache(batch);
  if (done_) done_ = remove_others(storage_, key_of_number(size_), false);
  return done_;
}

Result<std::optional<SnapshotReader>> SnapshotReader::open(Storage& storage, const KeyId& key,
                                                           std::string_view origin,
                                                           const Hash& fold) {
  const auto stored = storage.get(Family::snapshots, kHeadKey);
  if (!stored) return stored.error();
  if (!*stored) return std::optional<SnapshotReader>();
  const View value = view_of(**stored);
  if (value.size() < sizeof(Signature) || value.size() > kHeadBytesMax) return damaged();
  const View encoded = value.first(value.size() - sizeof(Signature));
  const auto signature = exactly<sizeof(Signature)>(value.last(sizeof(Signature)));
  if (!crypto::verify(key, encoded, signature.value())) return damaged();
  auto head = decode(encoded);
  if (!head) return other("出自更新的版本", "of a later version");
  if (head->origin != origin) return other("是另一账本的", "of another log");
  if (head->fold != fold) {
    return other("出自本程序的另一版本", "of another version of this program");
  }
  return std::optional(SnapshotReader(storage, std::move(*head)));
}

void SnapshotReader::reject() {
  if (done_) done_ = damaged();
}

bool SnapshotReader::next_chunk() {
  if (!done_ || next_ == head_.chunks.size()) return false;
  auto stored = storage_->get(Family::snapshots, chunk_key(head_.size, next_));
  if (!stored) {
    done_ = stored.error();
    return false;
  }
  const std::uint64_t length =
      std::min<std::uint64_t>(kSnapshotChunkBytes, head_.bytes - next_ * kSnapshotChunkBytes);
  if (!*stored || (*stored)->size() != length ||
      crypto::sha256(view_of(**stored)) != head_.chunks[next_]) {
    done_ = damaged();
    return false;
  }
  chunk_ = std::move(**stored);
  at_ = 0;
  ++next_;
  return true;
}

void SnapshotReader::read(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    if (at_ == chunk_.size() && !next_chunk()) {
      reject();
      std::ranges::fill(out, std::uint8_t{0});
      return;
    }
    const std::size_t taken = std::min(out.size(), chunk_.size() - at_);
    std::ranges::copy(view_of(chunk_).subspan(at_, taken), out.begin());
    out = out.subspan(taken);
    at_ += taken;
    read_ += taken;
  }
}

Outcome drop_snapshot(Storage& storage) { return remove_others(storage, "", true); }

void write_fold(const LogFold& fold, SnapshotWriter& writer) {
  for (std::uint64_t i = 0; i < fold.size(); ++i) writer.write(View(fold.tree().at(0, i)));
  for (const LogFold::UseKey& use : fold.uses()) {
    writer.write(view_of(key_of_number(use.high)));
    writer.write(view_of(key_of_number(use.low)));
  }
  writer.write(view_of(key_of_number(fold.last_time())));
  const auto& terms = fold.log_keys().terms();
  writer.write(view_of(key_of_number(terms.size())));
  for (const LogKeyTerm& term : terms) {
    writer.write(view_of(key_of_number(term.from)));
    writer.write(View(term.key));
  }
}

Result<std::unique_ptr<LogFold>> read_fold(SnapshotReader& reader) {
  const SnapshotHead& head = reader.head();
  if (head.size > reader.left() / (sizeof(Hash) + 16)) reader.reject();
  if (!reader.outcome()) return reader.outcome().error();
  std::vector<Hash> leaves(head.size);
  for (Hash& leaf : leaves) reader.read(leaf);
  const auto number = [&] {
    std::array<std::uint8_t, 8> bytes{};
    reader.read(bytes);
    return number_of_key(text_of(bytes));
  };
  std::vector<LogFold::UseKey> uses(head.size);
  for (LogFold::UseKey& use : uses) {
    use.high = number();
    use.low = number();
  }
  const std::uint64_t last_time = number(), changes = number();
  if (changes > reader.left() / (8 + sizeof(KeyId))) reader.reject();
  if (!reader.outcome()) return reader.outcome().error();
  std::vector<LogKeyTerm> terms(changes);
  for (LogKeyTerm& term : terms) {
    term.from = number();
    reader.read(term.key);
  }
  if (!reader.outcome()) return reader.outcome().error();
  auto fold = std::make_unique<LogFold>(head.origin, leaves, uses, last_time, LogKeys(terms));
  if (fold->size() != head.size || fold->tree().root() != head.root) return damaged();
  return fold;
}

}  // namespace liuhen::ledger
