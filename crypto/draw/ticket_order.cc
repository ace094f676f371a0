#include "crypto/draw/ticket_order.h"

#include <algorithm>
#include <utility>

namespace liuhen::crypto::draw {

namespace {

// Lest small draws forget at every other ticket.
inline constexpr std::uint64_t kRoomBesides = 1024;

struct TicketLess {
  const TicketHasher& hasher;
  const PoolRowAt& row_at;

  bool operator()(const TicketEntry& a, const TicketEntry& b) const {
    return a.head != b.head ? a.head < b.head : a.row != b.row && of_one_head(a, b);
  }

 private:
  bool of_one_head(const TicketEntry& a, const TicketEntry& b) const {
    const Hash left = hasher.of(row_at(a.row).id);
    const Hash right = hasher.of(row_at(b.row).id);
    return left != right ? left < right : a.row < b.row;  // rows ascend by id
  }
};

}  // namespace

Outcome check_place(const PoolRow& row, std::string_view last, std::size_t strata) {
  if (auto checked = check_id(row.id); !checked) return checked.error();
  if (auto checked = check_order(last, row.id); !checked) return checked.error();
  if (row.stratum < strata) return ok();
  return fail("draw.stratum", "“" + std::string(row.id) + "”所在的分层没有公告",
              "the stratum of \"" + std::string(row.id) + "\" was not announced");
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

void sort_by_ticket(std::vector<TicketEntry>& entries, const TicketHasher& hasher,
                    const PoolRowAt& row_at) {
  std::sort(entries.begin(), entries.end(), TicketLess{hasher, row_at});
}

SmallestTickets::SmallestTickets(const TicketHasher& hasher, std::uint64_t k,
                                 std::uint64_t eligible)
    : hasher_(hasher), k_(k), room_(std::min(eligible, 2 * k + kRoomBesides)) {
  LIUHEN_CHECK(k <= eligible);
  if (k != 0) entries_.reserve(room_);
}

void SmallestTickets::offer(const PoolRow& row, std::uint64_t index, const PoolRowAt& row_at) {
  if (k_ == 0) return;
  const std::uint64_t head = hasher_.head(row.id);
  if (head > largest_head_) return;
  if (entries_.size() == room_) forget_the_larger(row_at);
  entries_.push_back({.head = head, .row = index});
}

void SmallestTickets::forget_the_larger(const PoolRowAt& row_at) {
  const auto kth = entries_.begin() + static_cast<std::ptrdiff_t>(k_ - 1);
  std::nth_element(entries_.begin(), kth, entries_.end(), TicketLess{hasher_, row_at});
  largest_head_ = kth->head;
  entries_.resize(k_);
}

std::vector<TicketEntry> SmallestTickets::take(const PoolRowAt& row_at) {
  if (entries_.size() > k_) forget_the_larger(row_at);
  sort_by_ticket(entries_, hasher_, row_at);
  return std::move(entries_);
}

}  // namespace liuhen::crypto::draw
