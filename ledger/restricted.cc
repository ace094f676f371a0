#include "ledger/restricted.h"

#include <algorithm>

#include "crypto/aead.h"
#include "crypto/commitment.h"
#include "crypto/sha256.h"

namespace liuhen::ledger {
namespace {

constexpr std::string_view kContentLabel = "liuhen/restricted-content/v1";
constexpr std::string_view kKeyLabel = "liuhen/record-key/v1";

Bytes labelled(std::string_view label, const Hash& commitment) {
  Bytes out;
  out.reserve(label.size() + commitment.size());
  out.assign(label.begin(), label.end());
  out.insert(out.end(), commitment.begin(), commitment.end());
  return out;
}

std::string key_of(const Hash& commitment) { return std::string(text_of(commitment)); }

std::string with_digest(const Hash& commitment, const Bytes& sealed) {
  const Hash digest = crypto::sha256({View(commitment), View(sealed)});
  std::string out;
  out.reserve(sealed.size() + digest.size());
  return out.append(text_of(sealed)).append(text_of(digest));
}

Error damaged(const Hash& commitment) {
  return fail("restricted.damaged",
              "承诺 " + to_hex(commitment) + " 后面的内容已损坏，或主密钥不对",
              "the content behind commitment " + to_hex(commitment) +
                  " is damaged, or the master key is another");
}

}  // namespace

bool restricted_value_intact(std::string_view commitment, std::string_view value) {
  if (value.size() < 32) return false;
  const View sealed = view_of(value.substr(0, value.size() - 32));
  const Hash digest = crypto::sha256({view_of(commitment), sealed});
  return text_of(digest) == value.substr(value.size() - 32);
}

Result<std::optional<Opening>> RestrictedStore::get(const Hash& commitment) {
  const std::string key = key_of(commitment);
  const auto wrapped = storage_.get(Family::record_keys, key);
  if (!wrapped) return wrapped.error();
  const auto content = storage_.get(Family::restricted, key);
  if (!content) return content.error();
  if (!*wrapped || !*content) return std::optional<Opening>();
  if (!restricted_value_intact(key, **wrapped) || !restricted_value_intact(key, **content))
    return damaged(commitment);
  const View wrapped_key = view_of(std::string_view(**wrapped)).first((*wrapped)->size() - 32);
  const View sealed = view_of(std::string_view(**content)).first((*content)->size() - 32);
  const auto record_key_bytes =
      crypto::open(master_key_, labelled(kKeyLabel, commitment), wrapped_key);
  if (!record_key_bytes) return damaged(commitment);
  const auto record_key = crypto::AeadKey::from(record_key_bytes->view());
  if (!record_key) return damaged(commitment);
  const auto plain = crypto::open(*record_key, labelled(kContentLabel, commitment), sealed);
  if (!plain || plain->size() < 32) return damaged(commitment);
  Opening opening;
  opening.commitment = commitment;
  std::ranges::copy(plain->view().first(32), opening.salt.begin());
  opening.bytes.assign(plain->view().begin() + 32, plain->view().end());
  if (!crypto::opens(commitment, opening.salt, opening.bytes)) return damaged(commitment);
  return std::optional<Opening>(std::move(opening));
}

void RestrictedStore::put(const Opening& opening, Batch& batch) {
  crypto::AeadKey record_key;
  entropy_.fill(record_key.writable());
  crypto::SecretBytes plain(32 + opening.bytes.size());
  std::ranges::copy(opening.salt, plain.writable().begin());
  std::ranges::copy(opening.bytes, plain.writable().begin() + 32);
  const Bytes sealed =
      crypto::seal(record_key, labelled(kContentLabel, opening.commitment), plain.view(), entropy_);
  const Bytes wrapped = crypto::seal(master_key_, labelled(kKeyLabel, opening.commitment),
                                     record_key.view(), entropy_);
  batch.put(Family::restricted, key_of(opening.commitment),
            with_digest(opening.commitment, sealed));
  batch.put(Family::record_keys, key_of(opening.commitment),
            with_digest(opening.commitment, wrapped));
}

void RestrictedStore::erase(const Hash& commitment, Batch& batch) {
  batch.remove(Family::record_keys, key_of(commitment));
  batch.remove(Family::restricted, key_of(commitment));
}

}  // namespace liuhen::ledger
