#include "ledger/pending.h"

#include <algorithm>

#include "crypto/sha256.h"

namespace liuhen::ledger {
namespace {

constexpr Signature kAbsent{};

Error damaged() {
  return fail("pending.damaged", "待签意图已损坏", "a half-signed intent is damaged");
}

void append(std::string& out, View bytes) { out.append(text_of(bytes)); }

// The part before the digest, taken apart.
bool read(View bytes, PendingIntent& out) {
  if (bytes.size() < 4) return false;
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size = size << 8 | bytes[i];
  bytes = bytes.subspan(4);
  if (bytes.size() < size) return false;
  out.intent.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
  bytes = bytes.subspan(size);
  const auto intent = IntentView::parse(out.intent);
  if (!intent || bytes.size() < intent->author_count() * 64) return false;
  const Bytes message = signed_bytes(out.intent);
  for (std::size_t i = 0; i < intent->author_count(); ++i) {
    const Signature signature = exactly<64>(bytes.subspan(i * 64, 64)).value();
    out.signatures.push_back(signature == kAbsent ? std::nullopt : std::optional(signature));
    if (signature != kAbsent && !crypto::verify(intent->author(i), message, signature))
      return false;
  }
  bytes = bytes.subspan(intent->author_count() * 64);
  if (bytes.size() % 32 != 0) return false;
  for (; !bytes.empty(); bytes = bytes.subspan(32))
    out.opened.push_back(exactly<32>(bytes.first(32)).value());
  return true;
}

}  // namespace

std::uint64_t PendingIntent::expires() const {
  return IntentView::parse(intent).value().fields().expires();
}

namespace {

std::vector<KeyId> authors_of(const PendingIntent& pending, bool who_signed) {
  const IntentView view = IntentView::parse(pending.intent).value();
  std::vector<KeyId> out;
  for (std::size_t i = 0; i < pending.signatures.size(); ++i) {
    if (pending.signatures[i].has_value() == who_signed) out.push_back(view.author(i));
  }
  return out;
}

}  // namespace

std::vector<KeyId> PendingIntent::missing() const { return authors_of(*this, false); }

std::vector<KeyId> PendingIntent::signers() const { return authors_of(*this, true); }

std::string encode_pending(const PendingIntent& pending) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(pending.intent.size() >> shift));
  append(out, pending.intent);
  for (const auto& signature : pending.signatures) append(out, signature.value_or(kAbsent));
  for (const Hash& commitment : pending.opened) append(out, commitment);
  append(out, crypto::sha256(view_of(out)));
  return out;
}

Result<PendingIntent> decode_pending(std::string_view key, std::string_view value) {
  PendingIntent out;
  if (value.size() < 32) return damaged();
  const std::string_view body = value.substr(0, value.size() - 32);
  if (text_of(crypto::sha256(view_of(body))) != value.substr(body.size())) return damaged();
  if (!read(view_of(body), out)) return damaged();
  out.hash = crypto::sha256(out.intent);
  if (text_of(out.hash) != key || out.missing().empty()) return damaged();
  return out;
}

}  // namespace liuhen::ledger
