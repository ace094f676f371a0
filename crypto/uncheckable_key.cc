#include "crypto/uncheckable_key.h"

#include "crypto/note.h"
#include "crypto/sha256.h"

namespace liuhen::crypto {
namespace {

constexpr std::size_t kIdDigits = 8;

Error bad_vkey() {
  return fail("note.vkey", "不是有效的验证公钥（应为 名称+8位十六进制+base64）；请向见证人重新索取",
              "not a valid verifier key (name+8 hex digits+base64); ask the witness for it");
}

std::string hex_of(std::uint32_t id) {
  const std::uint8_t bytes[] = {static_cast<std::uint8_t>(id >> 24),
                                static_cast<std::uint8_t>(id >> 16),
                                static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id)};
  return to_hex(bytes);
}

// What C2SP tlog-cosignature says of a key of type 0x06.
bool is_ml_dsa_44(const UncheckableKey& key) {
  if (key.key.size() != kMlDsa44KeySize) return false;
  const std::uint8_t type[] = {'\n', key.type};
  const Hash hash = sha256({view_of(key.name), View(type), View(key.key)});
  return to_hex(View(hash).first(4)) == hex_of(key.id);
}

}  // namespace

std::string UncheckableKey::vkey() const {
  Bytes data = {type};
  data.insert(data.end(), key.begin(), key.end());
  return name + "+" + hex_of(id) + "+" + to_base64(data);
}

Result<UncheckableKey> parse_uncheckable_vkey(std::string_view vkey) {
  const std::size_t first = vkey.find('+');
  if (first == std::string_view::npos || !is_note_name(vkey.substr(0, first))) return bad_vkey();
  const std::size_t second = vkey.find('+', first + 1);
  if (second != first + 1 + kIdDigits) return bad_vkey();
  const auto id = from_hex(vkey.substr(first + 1, kIdDigits));
  const auto data = from_base64(vkey.substr(second + 1));
  if (!id || !data || data->size() < 2) return bad_vkey();
  UncheckableKey key{.name = std::string(vkey.substr(0, first)),
                     .id = 0,
                     .type = data->front(),
                     .key = Bytes(data->begin() + 1, data->end())};
  for (const std::uint8_t byte : *id) key.id = key.id << 8 | byte;
  const auto type = static_cast<NoteKeyType>(key.type);
  if (type == NoteKeyType::ed25519 || type == NoteKeyType::cosignature) return bad_vkey();
  if (key.type == kMlDsa44Type && !is_ml_dsa_44(key)) return bad_vkey();
  if (key.vkey() != vkey) return bad_vkey();
  return key;
}

}  // namespace liuhen::crypto
