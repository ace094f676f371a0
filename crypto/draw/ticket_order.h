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

// Fails: `draw.id`, `draw.order`, `draw.stratum`. `last` is the id of the row before, empty at the
// start.
Outcome check_place(const PoolRow& row, std::string_view last, std::size_t strata);

// The eligible rows of the strata from which any are drawn, in no order, with their tickets. The
// rows must be checked ones, `counts` and `eligible` by stratum.
std::vector<std::vector<TicketEntry>> tickets_by_stratum(const Seed& seed,
                                                         std::span<const std::uint64_t> counts,
                                                         std::span<const std::uint64_t> eligible,
                                                         std::size_t rows, const PoolRowAt& row_at);

// Leaves the k smallest tickets of a stratum, in order.
void keep_smallest(std::vector<TicketEntry>& entries, std::size_t k, const TicketHasher& hasher,
                   const PoolRowAt& row_at);

}  // namespace liuhen::crypto::draw
