#include "crypto/draw/pps.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "crypto/draw/ticket_order.h"
#include "crypto/sha256.h"

namespace liuhen::crypto::draw {

namespace {

__extension__ using Wide = unsigned __int128;

Error bad_weight(std::string_view id) {
  return fail("draw.weights",
              "“" + std::string(id) + "”的权重为 0，或所在分层的权重之和不小于 2^64",
              "the weight of \"" + std::string(id) +
                  "\" is 0, or the weights of its stratum add up to 2^64 or more");
}

struct StratumWeights {
  std::vector<std::uint64_t> eligible;
  std::vector<std::uint64_t> weight;
};

Result<StratumWeights> add_up(std::size_t strata, std::size_t rows, const PoolRowAt& row_at) {
  StratumWeights sums{.eligible = std::vector<std::uint64_t>(strata, 0),
                      .weight = std::vector<std::uint64_t>(strata, 0)};
  std::string_view last;
  for (std::size_t i = 0; i < rows; ++i) {
    const PoolRow row = row_at(i);
    if (auto checked = check_place(row, last, strata); !checked) return checked.error();
    if (row.eligibility == 0) {
      std::uint64_t& sum = sums.weight[row.stratum];
      if (row.weight == 0 || __builtin_add_overflow(sum, row.weight, &sum)) {
        return bad_weight(row.id);
      }
      ++sums.eligible[row.stratum];
    }
    last = row.id;
  }
  return sums;
}

// Which of a stratum's rows, in ticket order with these weights, are drawn; and how.
PpsStratum choose(const Seed& seed, std::uint64_t stratum, std::uint64_t k,
                  std::vector<std::uint64_t> weights, std::vector<bool>& drawn) {
  drawn.assign(weights.size(), false);
  PpsStratum how = take_certain(weights, k);
  how.start = pps_start(seed, stratum, how.rest_weight);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (Wide{weights[i]} * how.rest_drawn <= how.rest_weight) continue;
    drawn[i] = true;
    weights[i] = 0;
  }
  for (const std::size_t i : systematic_sample(weights, how.rest_drawn, how.start)) drawn[i] = true;
  return how;
}

}  // namespace

bool PpsStratum::is_certain(std::uint64_t weight) const {
  return rest_drawn != 0 && Wide{weight} * rest_drawn >= rest_weight;
}

std::uint64_t pps_start(const Seed& seed, std::uint64_t stratum, std::uint64_t weight) {
  LIUHEN_CHECK(weight != 0);
  const Hash hash = sha256(TupleWriter().item("liuhen/pps/v1").item(seed).u64(stratum).take());
  Wide remainder = 0;
  for (const std::uint8_t byte : hash) remainder = (remainder << 8 | byte) % weight;
  return static_cast<std::uint64_t>(remainder);
}

// The threshold W / k falls with every row taken out, so that taking them one at a time, the
// heaviest first, ends where taking all at once, again and again, does.
PpsStratum take_certain(std::span<const std::uint64_t> weights, std::uint64_t k) {
  LIUHEN_CHECK(k >= 1 && k <= weights.size());
  PpsStratum how{.rest_drawn = k};
  how.rest_weight = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
  std::vector<std::uint64_t> heap(weights.begin(), weights.end());
  std::make_heap(heap.begin(), heap.end());
  while (Wide{heap.front()} * how.rest_drawn > how.rest_weight) {
    ++how.certain;
    --how.rest_drawn;
    how.rest_weight -= heap.front();
    std::pop_heap(heap.begin(), heap.end());
    heap.pop_back();
    // Fewer than k rows can be heavier than the k-th part of the whole, so one is left.
    LIUHEN_CHECK(how.rest_drawn != 0 && !heap.empty());
  }
  return how;
}

// Points lie W apart, and no row is longer than that: at most one point is in each.
std::vector<std::size_t> systematic_sample(std::span<const std::uint64_t> weights, std::uint64_t k,
                                           std::uint64_t u) {
  const Wide weight = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
  LIUHEN_CHECK(u < weight);
  std::vector<std::size_t> drawn;
  Wide end = 0;  // k·C(i)
  Wide point = u;
  for (std::size_t i = 0; i < weights.size() && drawn.size() < k; ++i) {
    end += Wide{weights[i]} * k;
    if (point >= end) continue;
    drawn.push_back(i);
    point += weight;
  }
  LIUHEN_CHECK(drawn.size() == k);
  return drawn;
}

Result<WeightedSelection> select_weighted(const Seed& seed, const Allocation& allocation,
                                          std::size_t rows, const PoolRowAt& row_at) {
  const std::size_t strata = allocation.strata.size();
  auto sums = add_up(strata, rows, row_at);
  if (!sums) return sums.error();
  auto counts = drawn_counts(allocation, sums->eligible);
  if (!counts) return counts.error();

  auto entries = tickets_by_stratum(seed, *counts, sums->eligible, rows, row_at);
  WeightedSelection out;
  for (std::size_t s = 0; s < strata; ++s) {
    const std::uint64_t k = (*counts)[s];
    out.selection.strata.push_back({.eligible = sums->eligible[s], .drawn = k, .cutoff = {}});
    out.strata.push_back({.rest_weight = sums->weight[s]});
    if (k == 0) continue;
    const TicketHasher hasher(stratum_key(seed, s));
    sort_by_ticket(entries[s], hasher, row_at);
    std::vector<std::uint64_t> weights;
    weights.reserve(entries[s].size());
    for (const TicketEntry& entry : entries[s]) weights.push_back(row_at(entry.row).weight);
    std::vector<bool> drawn;
    out.strata[s] = choose(seed, s, k, std::move(weights), drawn);
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      if (!drawn[i]) continue;
      const std::uint64_t row = entries[s][i].row;
      std::string id(row_at(row).id);
      const Hash ticket = hasher.of(id);
      out.selection.drawn.push_back(
          {.id = std::move(id), .stratum = s, .row = row, .ticket = ticket});
    }
    entries[s] = {};
  }
  return out;
}

Result<WeightedSelection> select_weighted(const Seed& seed, const Allocation& allocation,
                                          std::span<const SubjectRow> rows) {
  return select_weighted(seed, allocation, rows.size(), [rows](std::size_t i) {
    const SubjectRow& row = rows[i];
    return PoolRow{
        .id = row.id, .stratum = row.stratum, .weight = row.weight, .eligibility = row.eligibility};
  });
}

}  // namespace liuhen::crypto::draw
