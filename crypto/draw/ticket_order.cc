#include "crypto/draw/ticket_order.h"

#include <algorithm>

namespace liuhen::crypto::draw {

Outcome check_place(const PoolRow& row, std::string_view last, std::size_t strata) {
  if (auto checked = check_id(row.id); !checked) return checked.error();
  if (auto checked = check_order(last, row.id); !checked) return checked.error();
  if (row.stratum >= strata) {
    return fail("draw.stratum", "“" + std::string(row.id) + "”所在的分层没有公告",
                "the stratum of \"" + std::string(row.id) + "\" was not announced");
  }
  return ok();
}

std::vector<std::vector<TicketEntry>> tickets_by_stratum(const Seed& seed,
                                                         std::span<const std::uint64_t> counts,
                                                         std::span<const std::uint64_t> eligible,
                                                         std::size_t rows,
                                                         const PoolRowAt& row_at) {
  std::vector<TicketHasher> hashers;
  std::vector<std::vector<TicketEntry>> entries(counts.size());
  for (std::size_t s = 0; s < counts.size(); ++s) {
    hashers.emplace_back(stratum_key(seed, s));
    if (counts[s] != 0) entries[s].reserve(eligible[s]);
  }
  for (std::size_t i = 0; i < rows; ++i) {
    const PoolRow row = row_at(i);
    if (row.eligibility != 0 || counts[row.stratum] == 0) continue;
    entries[row.stratum].push_back({.head = hashers[row.stratum].head(row.id), .row = i});
  }
  return entries;
}

void keep_smallest(std::vector<TicketEntry>& entries, std::size_t k, const TicketHasher& hasher,
                   const PoolRowAt& row_at) {
  const auto less = [&](const TicketEntry& a, const TicketEntry& b) {
    if (a.head != b.head) return a.head < b.head;
    if (a.row == b.row) return false;
    const Hash left = hasher.of(row_at(a.row).id);
    const Hash right = hasher.of(row_at(b.row).id);
    return left != right ? left < right : a.row < b.row;  // rows ascend by id
  };
  if (k < entries.size()) {
    std::nth_element(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(k),
                     entries.end(), less);
    entries.resize(k);
  }
  std::sort(entries.begin(), entries.end(), less);
}

}  // namespace liuhen::crypto::draw
