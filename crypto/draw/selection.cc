#include "crypto/draw/selection.h"

#include <algorithm>

#include "crypto/draw/ticket.h"

namespace liuhen::crypto::draw {

namespace {

// Two subjects have the same head once in many billions; then the whole tickets decide, then the
// ids.
struct Entry {
  std::uint64_t head;
  std::uint64_t row;
};

Outcome check_row(const PoolRow& row, std::string_view last, std::size_t strata) {
  if (auto checked = check_id(row.id); !checked) return checked.error();
  if (auto checked = check_order(last, row.id); !checked) return checked.error();
  if (row.weight != 1) {
    return fail("draw.weights", "“" + std::string(row.id) + "”的权重不是 1：本版本只支持等概率抽取",
                "the weight of \"" + std::string(row.id) +
                    "\" is not 1: this version draws with equal chances only");
  }
  if (row.stratum >= strata) {
    return fail("draw.stratum", "“" + std::string(row.id) + "”所在的分层没有公告",
                "the stratum of \"" + std::string(row.id) + "\" was not announced");
  }
  return ok();
}

Result<std::vector<std::uint64_t>> count_eligible(std::size_t strata, std::size_t rows,
                                                  const PoolRowAt& row_at) {
  std::vector<std::uint64_t> eligible(strata, 0);
  std::string last;
  for (std::size_t i = 0; i < rows; ++i) {
    const PoolRow row = row_at(i);
    if (auto checked = check_row(row, last, strata); !checked) return checked.error();
    if (row.eligibility == 0) ++eligible[row.stratum];
    last = row.id;
  }
  return eligible;
}

// The k smallest of a stratum, in order.
void keep_smallest(std::vector<Entry>& entries, std::size_t k, const TicketHasher& hasher,
                   const PoolRowAt& row_at) {
  const auto less = [&](const Entry& a, const Entry& b) {
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

}  // namespace

Result<Selection> select(const Seed& seed, const Allocation& allocation, std::size_t rows,
                         const PoolRowAt& row_at) {
  const std::size_t strata = allocation.strata.size();
  auto eligible = count_eligible(strata, rows, row_at);
  if (!eligible) return eligible.error();
  auto counts = drawn_counts(allocation, *eligible);
  if (!counts) return counts.error();

  std::vector<TicketHasher> hashers;
  std::vector<std::vector<Entry>> entries(strata);
  for (std::size_t s = 0; s < strata; ++s) {
    hashers.emplace_back(stratum_key(seed, s));
    if ((*counts)[s] != 0) entries[s].reserve((*eligible)[s]);
  }
  for (std::size_t i = 0; i < rows; ++i) {
    const PoolRow row = row_at(i);
    if (row.eligibility != 0 || (*counts)[row.stratum] == 0) continue;
    entries[row.stratum].push_back({.head = hashers[row.stratum].head(row.id), .row = i});
  }

  Selection selection;
  for (std::size_t s = 0; s < strata; ++s) {
    keep_smallest(entries[s], (*counts)[s], hashers[s], row_at);
    for (const Entry& entry : entries[s]) {
      std::string id(row_at(entry.row).id);
      const Hash ticket = hashers[s].of(id);
      selection.drawn.push_back(
          {.id = std::move(id), .stratum = s, .row = entry.row, .ticket = ticket});
    }
    StratumOutcome outcome{.eligible = (*eligible)[s], .drawn = (*counts)[s], .cutoff = {}};
    if (outcome.drawn != 0) outcome.cutoff = selection.drawn.back().ticket;
    selection.strata.push_back(outcome);
    entries[s] = {};
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
