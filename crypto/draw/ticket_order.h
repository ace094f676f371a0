// The rows of a pool by stratum and by ticket: what drawing with equal chances and drawing by
// weight have in common (docs/formats/draw.md section 6). Pure and thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "crypto/draw/selection.h"
#include "crypto/draw/ticket.h"

namespace liuhen::crypto::draw {

// Two subjects have the same head once in many billions; then the whole tickets decide, then the
// ids.
struct TicketEntry {
  std::uint64_t head;
  std::uint64_t row;
};

// Whether check_place finds nothing: for very many rows.
inline bool is_in_place(const PoolRow& row, std::string_view last, std::size_t strata) {
  return is_id(row.id) && (last.empty() || last < row.id) && row.stratum < strata;
}

// Fails: `draw.id`, `draw.order`, `draw.stratum`. `last` is the id of the row before, empty at the
// start.
Outcome check_place(const PoolRow& row, std::string_view last, std::size_t strata);

// The eligible rows of the strata from which any are drawn, in no order, with their tickets. The
// rows must be checked ones, `counts` and `eligible` by stratum.
std::vector<std::vector<TicketEntry>> tickets_by_stratum(const Seed& seed,
                                                         std::span<const std::uint64_t> counts,
                                                         std::span<const std::uint64_t> eligible,
                                                         std::size_t rows, const PoolRowAt& row_at);

// Sorts them by ticket.
void sort_by_ticket(std::vector<TicketEntry>& entries, const TicketHasher& hasher,
                    const PoolRowAt& row_at);

// The k smallest tickets of a stratum, without holding all of them: at most twice k at a time, and
// some. Not thread-safe.
class SmallestTickets {
 public:
  // `k` is at most `eligible`, the rows that will be offered.
  SmallestTickets(const TicketHasher& hasher, std::uint64_t k, std::uint64_t eligible);

  void offer(const PoolRow& row, std::uint64_t index, const PoolRowAt& row_at);
  // In order, the smallest first. Call once.
  std::vector<TicketEntry> take(const PoolRowAt& row_at);

  const TicketHasher& hasher() const { return hasher_; }

 private:
  void forget_the_larger(const PoolRowAt& row_at);

  TicketHasher hasher_;
  std::uint64_t k_;
  std::size_t room_;
  std::uint64_t largest_head_ = ~std::uint64_t{0};  // beyond it no ticket can be among the k
  std::vector<TicketEntry> entries_;
};

}  // namespace liuhen::crypto::draw
