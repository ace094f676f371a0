#include "ledger/absent_content.h"

#include <algorithm>

#include "ledger/content_block.h"

namespace liuhen::ledger {

void ContentCheck::add(const Event& event) {
  if (event.intent().known() && event.tag() == PayloadTag::ObjectionFiled) return;
  for (const Hash& commitment : commitments_of(event.intent()))
    commitments_.push_back({crypto::fingerprint(key_, text_of(commitment)), event.position()});
  if (!event.intent().known() || event.tag() != PayloadTag::RecordsErased) return;
  const auto& erased = *event.payload<schema::RecordsErased>().commitments();
  for (std::size_t at = 0; at + 32 <= erased.size(); at += 32)
    erased_.insert(exactly<32>(View(erased.data() + at, 32)).value());
}

Result<std::vector<std::uint64_t>> ContentCheck::fingerprints_there(Storage& storage) const {
  std::vector<std::uint64_t> there;
  bool whole = true;
  const Outcome scanned =
      storage.scan(Family::record_keys, "", [&](std::string_view key, std::string_view value) {
        if (is_half_signed_key(key)) return true;  // no entry's yet
        if (!is_block_key(key)) {
          there.push_back(crypto::fingerprint(key_, key));
          return true;
        }
        const auto records = read_block(value);
        whole = records.has_value();
        for (const BlockRecord& record : records.value_or(std::vector<BlockRecord>()))
          there.push_back(crypto::fingerprint(key_, record.commitment));
        return whole;
      });
  if (!scanned) return scanned.error();
  LIUHEN_CHECK(whole);  // or the check before would have said so
  std::ranges::sort(there);
  return there;
}

Result<std::vector<AbsentContent>> ContentCheck::absent(Storage& storage) {
  const auto there = fingerprints_there(storage);
  if (!there) return there.error();
  std::ranges::sort(commitments_);
  const auto is_same = [](const Commitment& a, const Commitment& b) {
    return a.fingerprint == b.fingerprint;
  };
  commitments_.erase(std::unique(commitments_.begin(), commitments_.end(), is_same),
                     commitments_.end());  // the first that carries it stays
  std::erase_if(commitments_, [&](const Commitment& one) {
    return std::ranges::binary_search(*there, one.fingerprint);
  });
  std::ranges::sort(commitments_, {}, &Commitment::position);

  std::vector<AbsentContent> out;
  for (auto next = commitments_.begin(); next != commitments_.end();) {
    const std::uint64_t position = next->position;
    std::vector<std::uint64_t> wanted;
    for (; next != commitments_.end() && next->position == position; ++next)
      wanted.push_back(next->fingerprint);
    const auto entry = storage.get(Family::entries, key_of_number(position));
    if (!entry) return entry.error();
    LIUHEN_CHECK(entry->has_value());
    const Bytes bytes((*entry)->begin(), (*entry)->end());
    const auto event = Event::parse(bytes);
    if (!event) return event.error();
    for (const Hash& commitment : commitments_of(event->intent())) {
      const auto found = std::ranges::find(wanted, crypto::fingerprint(key_, text_of(commitment)));
      if (found == wanted.end()) continue;
      wanted.erase(found);
      if (!erased_.contains(commitment))
        out.push_back({.position = position, .commitment = commitment});
    }
  }
  return out;
}

}  // namespace liuhen::ledger
