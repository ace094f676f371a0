// What a person signs (docs/formats/intent.md): strict decoding over borrowed bytes, encoding,
// signing.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "crypto/bytes.h"
#include "crypto/ed25519.h"
#include "ledger/schema/intent_generated.h"

namespace liuhen::ledger {

namespace schema = liuhen::schema;  // the generated code's

using IntentId = std::array<std::uint8_t, 16>;
using PayloadTag = schema::Payload;

// A verified FlatBuffer whose lengths and counts have been checked: every fixed-size field has its
// size, 1 or 2 distinct authors, stream 1–200 bytes of printable ASCII without spaces, known
// payload kept apart from unknown. Borrows the bytes it was parsed from; copying copies the borrow.
class IntentView {
 public:
  // Fails with `intent.oversized`, `intent.malformed` (not a verified LHI1 buffer, or a length is
  // wrong). What a later schema may have added parses, with known() saying so.
  static Result<IntentView> parse(View bytes);

  View bytes() const { return bytes_; }
  const schema::Intent& fields() const { return *fields_; }
  PayloadTag tag() const;
  // False if there is a payload kind, an enum's value or a field that this program's schema does
  // not have: it cannot judge such an intent, so a server refuses it and a verifier says
  // "inconclusive".
  bool known() const { return known_; }
  template <class Table>
  const Table& payload() const {
    return *fields_->payload_as<Table>();
  }  // requires tag() to be Table's

  std::string_view origin() const;
  std::string_view stream() const;
  IntentId id() const;
  std::size_t author_count() const;
  KeyId author(std::size_t index) const;
  std::optional<std::uint64_t> expected_version() const;
  Hash seen_root() const;

 private:
  View bytes_;
  const schema::Intent* fields_ = nullptr;
  bool known_ = false;
};

// "liuhen/intent/v1\0" ‖ intent bytes: what is signed.
Bytes signed_bytes(View intent);
Signature sign_intent(const crypto::SigningKey& key, View intent);

// The bytes of an intent to sign; LIUHEN_CHECKs that IntentView::parse would accept them.
Bytes encode(const schema::IntentT& intent);

// Commitments to restricted content that the payload carries, in order; none of an unknown payload.
std::vector<Hash> commitments_of(const IntentView& intent);

// True if signatures[i] is author i's over these bytes, for every author. Pure; any thread.
[[nodiscard]] bool verify_signatures(const IntentView& intent,
                                     std::span<const Signature> signatures);

}  // namespace liuhen::ledger
