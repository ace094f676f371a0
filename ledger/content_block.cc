#include "ledger/content_block.h"

#include <algorithm>
#include <set>

#include "crypto/sha256.h"
#include "ledger/memory_storage.h"

namespace liuhen::ledger {
namespace {

constexpr std::size_t kDigestSize = 32;
constexpr std::size_t kLengthSize = 4;
constexpr Family kSealedFamilies[] = {Family::record_keys, Family::restricted};

Hash hash_of(std::string_view commitment) { return exactly<32>(view_of(commitment)).value(); }

std::size_t length_in(std::string_view bytes) {
  std::size_t length = 0;
  for (const char byte : bytes.substr(0, kLengthSize))
    length = length << 8 | static_cast<std::uint8_t>(byte);
  return length;
}

void add_to_block(std::string_view commitment, std::string_view sealed, std::string& block) {
  LIUHEN_CHECK(commitment.size() == sizeof(Hash) && sealed.size() >> 31 == 0);
  block.append(commitment);
  for (std::size_t shift = 8 * kLengthSize; shift > 0; shift -= 8)
    block.push_back(static_cast<char>(sealed.size() >> (shift - 8)));
  block.append(sealed);
}

void end_block(std::string& block) {
  const Hash digest = crypto::sha256(view_of(block));
  block.append(text_of(digest));
}

// What stands alone ends with a digest of its own: SHA-256(commitment ‖ sealed).
std::string_view without_digest(std::string_view value) {
  return value.substr(0, value.size() - kDigestSize);
}
std::string with_digest(const BlockRecord& record) {
  const Hash digest = crypto::sha256({view_of(record.commitment), view_of(record.sealed)});
  return std::string(record.sealed).append(text_of(digest));
}

Error damaged_block(std::string_view key) {
  const std::string number = std::to_string(number_of_key(key));
  return fail("restricted.damaged", "第 " + number + " 条的受限内容已损坏",
              "the restricted content of entry " + number + " is damaged");
}

using Values = std::map<std::string, std::optional<std::string>, std::less<>>;  // absent: removed

// The blocks that a batch changes, as it leaves them.
Values blocks_in(const Batch& batch, Family family) {
  Values out;
  for (const Batch::Change& change : batch.changes()) {
    if (change.family == family && is_block_key(change.key)) out[change.key] = change.value;
  }
  return out;
}

bool goes(std::string_view commitment, std::string_view key,
          const std::map<Hash, std::uint64_t>& erased_at) {
  const auto erased = erased_at.find(hash_of(commitment));
  return erased != erased_at.end() && number_of_key(key) < erased->second;
}

// Whether anything of a block of record keys was erased.
Result<bool> concerns(std::string_view key, std::string_view value,
                      const std::map<Hash, std::uint64_t>& erased_at) {
  const auto records = read_block(value);
  if (!records) return damaged_block(key);
  return std::ranges::any_of(
      *records, [&](const BlockRecord& record) { return goes(record.commitment, key, erased_at); });
}

Result<std::set<std::string>> blocks_to_change(Storage& storage,
                                               const std::map<Hash, std::uint64_t>& erased_at,
                                               const Values& in_batch) {
  std::set<std::string> out;
  std::optional<Error> failed;
  const auto look = [&](std::string_view key, std::string_view value) {
    const auto concerned = concerns(key, value, erased_at);
    if (!concerned) failed = concerned.error();
    if (concerned && *concerned) out.emplace(key);
    return concerned.has_value();
  };
  for (const auto& [key, value] : in_batch) {
    if (value && !look(key, *value)) return *failed;
  }
  const Outcome scanned =
      storage.scan(Family::record_keys, "", [&](std::string_view key, std::string_view value) {
        if (key.empty() || key.front() != '\0') return false;  // only single records from here on
        return !is_block_key(key) || in_batch.contains(key) || look(key, value);
      });
  if (!scanned) return scanned.error();
  if (failed) return *failed;
  return out;
}

Outcome take_out(Family family, const std::string& key, std::string_view value,
                 const std::map<Hash, std::uint64_t>& erased_at, Batch& batch) {
  const auto records = read_block(value);
  if (!records) return damaged_block(key);
  std::string left;
  for (const BlockRecord& record : *records) {
    if (!goes(record.commitment, key, erased_at))
      add_to_block(record.commitment, record.sealed, left);
  }
  if (left.empty()) {
    batch.remove(family, key);
    return ok();
  }
  end_block(left);
  batch.put(family, key, std::move(left));
  return ok();
}

}  // namespace

std::optional<std::vector<BlockRecord>> read_block(std::string_view value) {
  if (value.size() <= kDigestSize) return std::nullopt;
  std::string_view rest = without_digest(value);
  const Hash digest = crypto::sha256(view_of(rest));
  if (text_of(digest) != value.substr(rest.size())) return std::nullopt;
  std::vector<BlockRecord> out;
  while (!rest.empty()) {
    constexpr std::size_t kBefore = sizeof(Hash) + kLengthSize;
    if (rest.size() < kBefore) return std::nullopt;
    const std::size_t length = length_in(rest.substr(sizeof(Hash)));
    if (rest.size() - kBefore < length) return std::nullopt;
    out.push_back({rest.substr(0, sizeof(Hash)), rest.substr(kBefore, length)});
    rest.remove_prefix(kBefore + length);
  }
  return out;
}

bool is_block_key(std::string_view key) { return key.size() == 8 && key.front() == '\0'; }

bool is_half_signed_key(std::string_view key) {
  return key.size() == kHalfSignedPrefix.size() + sizeof(Hash) &&
         key.starts_with(kHalfSignedPrefix);
}

SealedContent seal(RestrictedStore& store, const std::vector<Opening>& openings) {
  SealedContent out;
  if (openings.empty()) return out;
  Batch records;
  for (const Opening& opening : openings) store.put(opening, records);
  std::size_t contents = kDigestSize, keys = kDigestSize;
  for (const Batch::Change& record : records.changes())
    (record.family == Family::restricted ? contents : keys) +=
        record.key.size() + kLengthSize + record.value->size() - kDigestSize;
  out.contents.reserve(contents);
  out.keys.reserve(keys);
  for (const Batch::Change& record : records.changes())
    add_to_block(record.key, without_digest(*record.value),
                 record.family == Family::restricted ? out.contents : out.keys);
  end_block(out.contents);
  end_block(out.keys);
  return out;
}

std::vector<Hash> commitments_in(const SealedContent& sealed) {
  std::vector<Hash> out;
  if (sealed.keys.empty()) return out;
  const auto records = read_block(sealed.keys);
  LIUHEN_CHECK(records.has_value());
  for (const BlockRecord& record : *records) out.push_back(hash_of(record.commitment));
  return out;
}

namespace {

std::string half_signed_key(const Hash& intent) {
  return std::string(kHalfSignedPrefix).append(text_of(intent));
}

// The records that are wanted, the block's and then the other's.
std::string chosen(std::string_view block, std::string_view other,
                   const std::function<bool(const Hash&, bool of_other)>& wanted) {
  std::string out;
  for (const std::string_view part : {block, other}) {
    if (part.empty()) continue;
    const auto records = read_block(part);
    LIUHEN_CHECK(records.has_value());
    for (const BlockRecord& record : *records) {
      if (wanted(hash_of(record.commitment), part.data() == other.data()))
        add_to_block(record.commitment, record.sealed, out);
    }
  }
  if (!out.empty()) end_block(out);
  return out;
}

}  // namespace

SealedContent joined(const SealedContent& first, SealedContent other) {
  if (first.keys.empty()) return other;
  if (other.keys.empty()) return first;
  const std::vector<Hash> had = commitments_in(first);
  const std::set<Hash> there(had.begin(), had.end());
  const auto wanted = [&](const Hash& one, bool of_other) {
    return !of_other || !there.contains(one);
  };
  return {.contents = chosen(first.contents, other.contents, wanted),
          .keys = chosen(first.keys, other.keys, wanted)};
}

Result<SealedContent> standing_alone(Storage& storage, const std::vector<Hash>& commitments) {
  SealedContent out;
  for (const Hash& commitment : commitments) {
    const auto content = storage.get(Family::restricted, text_of(commitment));
    if (!content) return content.error();
    const auto key = storage.get(Family::record_keys, text_of(commitment));
    if (!key) return key.error();
    if (!*content || !*key) continue;
    add_to_block(text_of(commitment), without_digest(**content), out.contents);
    add_to_block(text_of(commitment), without_digest(**key), out.keys);
  }
  if (!out.keys.empty()) {
    end_block(out.contents);
    end_block(out.keys);
  }
  return out;
}

SealedContent without(const SealedContent& sealed, const std::set<Hash>& commitments) {
  const auto wanted = [&](const Hash& one, bool) { return !commitments.contains(one); };
  return {.contents = chosen(sealed.contents, {}, wanted), .keys = chosen(sealed.keys, {}, wanted)};
}

Result<std::optional<Opening>> open_sealed(RestrictedStore& store, const SealedContent& sealed,
                                           const Hash& commitment) {
  MemoryStorage alone;
  Batch batch;
  put_each(
      sealed, [&](const Hash& one) { return one == commitment; }, batch);
  if (Outcome stored = alone.commit(batch); !stored) return stored.error();
  return store.over(alone).get(commitment);
}

void put_half_signed(const Hash& intent, SealedContent sealed, Batch& batch) {
  const std::string key = half_signed_key(intent);
  if (sealed.keys.empty()) {
    for (const Family family : kSealedFamilies) batch.remove(family, key);
    return;
  }
  batch.put(Family::restricted, key, std::move(sealed.contents));
  batch.put(Family::record_keys, key, std::move(sealed.keys));
}

Result<SealedContent> half_signed_content(Storage& storage, const Hash& intent) {
  const std::string key = half_signed_key(intent);
  SealedContent out;
  for (const Family family : kSealedFamilies) {
    auto value = storage.get(family, key);
    if (!value) return value.error();
    if (!*value) return SealedContent{};
    if (!read_block(**value)) {
      return fail(
          "restricted.damaged", "待签意图 " + to_hex(intent) + " 的受限内容已损坏",
          "the restricted content of the half-signed intent " + to_hex(intent) + " is damaged");
    }
    (family == Family::restricted ? out.contents : out.keys) = std::move(**value);
  }
  return out;
}

Result<bool> has_half_signed_content(Storage& storage, const Hash& intent) {
  const auto value = storage.get(Family::record_keys, half_signed_key(intent));
  if (!value) return value.error();
  return value->has_value();
}

void put_block(std::uint64_t position, SealedContent sealed, Batch& batch) {
  if (sealed.keys.empty()) return;
  batch.put(Family::restricted, key_of_number(position), std::move(sealed.contents));
  batch.put(Family::record_keys, key_of_number(position), std::move(sealed.keys));
}

bool put_content(const Event& event, SealedContent sealed, Batch& batch) {
  if (sealed.keys.empty()) return false;
  if (commitments_of(event.intent()).size() > 1) {
    put_block(event.position(), std::move(sealed), batch);
    return true;
  }
  put_each(
      sealed, [](const Hash&) { return true; }, batch);
  return false;
}

void put_each(const SealedContent& sealed, const std::function<bool(const Hash&)>& wanted,
              Batch& batch) {
  if (sealed.keys.empty()) return;
  const auto put = [&](Family family, std::string_view block) {
    const auto records = read_block(block);
    LIUHEN_CHECK(records.has_value());
    for (const BlockRecord& record : *records) {
      if (wanted(hash_of(record.commitment)))
        batch.put(family, std::string(record.commitment), with_digest(record));
    }
  };
  put(Family::restricted, sealed.contents);
  put(Family::record_keys, sealed.keys);
}

Outcome erase_in_blocks(Storage& storage, const std::map<Hash, std::uint64_t>& erased_at,
                        Batch& batch) {
  const auto keys = blocks_to_change(storage, erased_at, blocks_in(batch, Family::record_keys));
  if (!keys) return keys.error();
  for (const Family family : kSealedFamilies) {
    const Values in_batch = blocks_in(batch, family);
    for (const std::string& key : *keys) {
      const auto changed = in_batch.find(key);
      const auto value = changed != in_batch.end()
                             ? Result<std::optional<std::string>>(changed->second)
                             : storage.get(family, key);
      if (!value) return value.error();
      if (!*value) return damaged_block(key);
      if (Outcome taken = take_out(family, key, **value, erased_at, batch); !taken) return taken;
    }
  }
  return ok();
}

namespace {

// Records of the block of an entry, all or the one of a commitment, each as if it had been put by
// itself. Null if there is no such block.
Result<std::unique_ptr<Storage>> records_of(Storage& storage, std::uint64_t position,
                                            const std::optional<Hash>& only) {
  auto alone = std::make_unique<MemoryStorage>();
  Batch batch;
  for (const Family family : kSealedFamilies) {
    const auto value = storage.get(family, key_of_number(position));
    if (!value) return value.error();
    if (!*value) return std::unique_ptr<Storage>();
    const auto records = read_block(**value);
    if (!records) return damaged_block(key_of_number(position));
    for (const BlockRecord& record : *records) {
      if (!only || record.commitment == text_of(*only))
        batch.put(family, std::string(record.commitment), with_digest(record));
    }
  }
  if (Outcome stored = alone->commit(batch); !stored) return stored.error();
  return std::unique_ptr<Storage>(std::move(alone));
}

Result<std::optional<Opening>> open_alone(Storage& records, const crypto::Secret<32>& master_key,
                                          const Hash& commitment) {
  crypto::SystemEntropy entropy;  // not used to read
  return RestrictedStore(records, master_key, entropy).get(commitment);
}

}  // namespace

Result<std::optional<Opening>> open_in_block(Storage& storage, const crypto::Secret<32>& master_key,
                                             std::uint64_t position, const Hash& commitment) {
  const auto records = records_of(storage, position, commitment);
  if (!records) return records.error();
  if (!*records) return std::optional<Opening>();
  return open_alone(**records, master_key, commitment);
}

Result<std::optional<Opening>> BlockReader::get(const Hash& commitment, std::uint64_t position) {
  if (position_ != position) {
    position_.reset();
    auto records = records_of(store_.storage_, position, std::nullopt);
    if (!records) return records.error();
    records_ = std::move(*records);
    position_ = position;
  }
  if (records_) {
    auto opened = open_alone(*records_, store_.master_key_, commitment);
    if (!opened || *opened) return opened;
  }
  return store_.get(commitment);
}

}  // namespace liuhen::ledger
