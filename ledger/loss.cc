#include "ledger/loss.h"

#include <algorithm>
#include <utility>

#include "crypto/sha256.h"

namespace liuhen::ledger {

Hash loss_hash(std::string_view lost_note) { return crypto::sha256(view_of(lost_note)); }

bool is_loss(const Event& event) {
  if (event.tag() != PayloadTag::EvidenceAttached) return false;
  const auto& payload = event.payload<schema::EvidenceAttached>();
  return payload.about()->string_view() == kLossAbout && payload.kind()->string_view() == kLossKind;
}

Hash lost_in(const Event& event) {
  const auto& hash = *event.payload<schema::EvidenceAttached>().sha256();
  return exactly<32>(View(hash.data(), hash.size())).value();
}

bool is_loss_of(const Event& event, const Hash& lost) {
  return is_loss(event) && lost_in(event) == lost;
}

Result<bool> was_just_declared_lost(Storage& storage, const Hash& lost) {
  std::uint64_t last = 0, before = 0;
  const Outcome counted =
      storage.scan(Family::checkpoints, "", [&](std::string_view key, std::string_view) {
        before = std::exchange(last, number_of_key(key));
        return true;
      });
  if (!counted) return counted.error();
  bool declared = false;
  const Outcome scanned = storage.scan(Family::entries, key_of_number(before),
                                       [&](std::string_view, std::string_view value) {
                                         const Bytes aligned(value.begin(), value.end());
                                         const auto event = Event::parse(aligned);
                                         declared = event && is_loss_of(*event, lost);
                                         return !declared;
                                       });
  if (!scanned) return scanned.error();
  return declared;
}

}  // namespace liuhen::ledger
