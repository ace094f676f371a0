#include "crypto/draw/selection.h"

#include <numeric>

#include "crypto/draw/ticket.h"
#include "crypto/draw/ticket_order.h"

namespace liuhen::crypto::draw {

namespace {

// The rows drawn lie anywhere among millions: so many before each is needed, its id is fetched.
constexpr std::size_t kAhead = 16;

Outcome check_row(const PoolRow& row, std::string_view last, std::size_t strata) {
  if (auto checked = check_place(row, last, strata); !checked) return checked.error();
  return check_weight(row.id, row.weight, false);
}

Result<std::vector<std::uint64_t>> count_eligible(std::size_t strata, std::size_t rows,
                                                  const PoolRowAt& row_at) {
  std::vector<std::uint64_t> eligible(strata, 0);
  std::string_view last;
  for (std::size_t i = 0; i < rows; ++i) {
    const PoolRow row = row_at(i);
    if (row.weight != 1 || !is_in_place(row, last, strata)) {
      return check_row(row, last, strata).error();
    }
    if (row.eligibility == 0) ++eligible[row.stratum];
    last = row.id;
  }
  return eligible;
}

}  // namespace

Result<Selection> select(const Seed& seed, const Allocation& allocation, std::size_t rows,
                         const PoolRowAt& row_at) {
  const std::size_t strata = allocation.strata.size();
  auto eligible = count_eligible(strata, rows, row_at);
  if (!eligible) return eligible.error();
  auto counts = drawn_counts(allocation, *eligible);
  if (!counts) return counts.error();

  std::vector<SmallestTickets> smallest;
  for (std::size_t s = 0; s < strata; ++s) {
    smallest.emplace_back(TicketHasher(stratum_key(seed, s)), (*counts)[s], (*eligible)[s]);
  }
  for (std::size_t i = 0; i < rows; ++i) {
    const PoolRow row = row_at(i);
    if (row.eligibility == 0) smallest[row.stratum].offer(row, i, row_at);
  }
  Selection selection;
  selection.drawn.reserve(std::accumulate(counts->begin(), counts->end(), std::uint64_t{0}));
  for (std::size_t s = 0; s < strata; ++s) {
    const std::vector<TicketEntry> drawn = smallest[s].take(row_at);
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      if (i + kAhead < drawn.size()) __builtin_prefetch(row_at(drawn[i + kAhead].row).id.data());
      std::string id(row_at(drawn[i].row).id);
      const Hash ticket = smallest[s].hasher().of(id);
      selection.drawn.push_back(
          {.id = std::move(id), .stratum = s, .row = drawn[i].row, .ticket = ticket});
    }
    StratumOutcome outcome{.eligible = (*eligible)[s], .drawn = (*counts)[s], .cutoff = {}};
    if (outcome.drawn != 0) outcome.cutoff = selection.drawn.back().ticket;
    selection.strata.push_back(outcome);
  }
  return selection;
}

Result<Selection> select(const Seed& seed, const Allocation& allocation,
                         std::span<const SubjectRow> rows) {
  return select(seed, allocation, rows.size(), [rows](std::size_t i) {
    const SubjectRow& row = rows[i];
    return PoolRow{
        .id = row.id, .stratum = row.stratum, .weight = row.weight, .eligibility = row.eligibility};
  });
}

Hash ticket(const Seed& seed, std::uint64_t stratum, std::string_view id) {
  return TicketHasher(stratum_key(seed, stratum)).of(id);
}

}  // namespace liuhen::crypto::draw
