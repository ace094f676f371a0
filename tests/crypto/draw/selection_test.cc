#include "crypto/draw/selection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <utility>

#include "crypto/sha256.h"

namespace liuhen::crypto::draw {
namespace {

std::string id_of(std::size_t number) {
  char text[16];
  std::snprintf(text, sizeof text, "F-%06zu", number);
  return text;
}

// Every ticket made by SHA-256 itself, and all of them sorted.
using Tickets = std::vector<std::pair<Hash, std::string>>;

Tickets all_tickets(const Seed& seed, std::uint64_t stratum, const std::vector<SubjectRow>& pool) {
  const Hash key = stratum_key(seed, stratum);
  Tickets tickets;
  for (const SubjectRow& row : pool) {
    if (row.stratum != stratum || row.eligibility != 0) continue;
    tickets.emplace_back(sha256({key, view_of(row.id)}), row.id);
  }
  std::sort(tickets.begin(), tickets.end());
  return tickets;
}

// Far more rows than the largest tickets are held back for, drawn few, half, all but one, all,
// none.
TEST(Selection, IsThatOfAllTicketsSorted) {
  std::vector<SubjectRow> pool;
  for (std::size_t i = 0; i < 60'000; ++i) {
    pool.push_back({.id = id_of(i),
                    .stratum = i % 5,
                    .weight = 1,
                    .eligibility = i % 7 == 0 ? std::uint64_t{1} : 0});
  }
  std::map<std::uint64_t, std::uint64_t> eligible;
  for (const SubjectRow& row : pool) eligible[row.stratum] += row.eligibility == 0;
  const std::vector<std::uint64_t> counts{3, eligible[1] / 2, eligible[2] - 1, eligible[3], 0};
  Allocation allocation{.strata = {}, .total = 0};
  for (const std::uint64_t k : counts)
    allocation.strata.push_back({.num = 0, .den = 1, .fixed = k});

  for (std::uint8_t number = 1; number <= 3; ++number) {
    Seed seed{};
    seed[0] = number;
    const auto selection = select(seed, allocation, pool);
    ASSERT_TRUE(selection) << selection.error().en;
    auto drawn = selection->drawn.begin();
    for (std::uint64_t s = 0; s < counts.size(); ++s) {
      const Tickets tickets = all_tickets(seed, s, pool);
      EXPECT_EQ(selection->strata[s].eligible, tickets.size());
      ASSERT_EQ(selection->strata[s].drawn, counts[s]);
      for (std::uint64_t i = 0; i < counts[s]; ++i, ++drawn) {
        ASSERT_NE(drawn, selection->drawn.end());
        EXPECT_EQ(std::pair(drawn->ticket, drawn->id), tickets[i]) << s << " " << i;
        EXPECT_EQ(pool[drawn->row].id, drawn->id);
      }
      if (counts[s] != 0) EXPECT_EQ(selection->strata[s].cutoff, tickets[counts[s] - 1].first);
    }
    EXPECT_EQ(drawn, selection->drawn.end());
  }
}

}  // namespace
}  // namespace liuhen::crypto::draw
