#include "ledger/loss.h"

#include <algorithm>

#include "crypto/sha256.h"

namespace liuhen::ledger {

Hash loss_hash(std::string_view lost_note) { return crypto::sha256(view_of(lost_note)); }

bool is_loss(const Event& event) {
  if (event.tag() != PayloadTag::EvidenceAttached) return false;
  const auto& payload = event.payload<schema::EvidenceAttached>();
  return payload.about()->string_view() == kLossAbout && payload.kind()->string_view() == kLossKind;
}

bool is_loss_of(const Event& event, const Hash& lost) {
  if (!is_loss(event)) return false;
  const auto& hash = *event.payload<schema::EvidenceAttached>().sha256();
  return std::equal(hash.begin(), hash.end(), lost.begin(), lost.end());
}

}  // namespace liuhen::ledger
