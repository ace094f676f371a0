// The curious public and restricted pools: who has every byte that is public of many draws, with
// the seeds and the lists of those drawn, says no better of what class a firm is than from the
// lists alone. The same guessers are right where tickets or cut-offs are public.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "crypto/draw/protocol.h"
#include "crypto/draw/ticket.h"
#include "crypto/tuple.h"
#include "projections/proof_file.h"
#include "projections/proof_text.h"
#include "tests/projections/restricted_steps.h"

namespace liuhen::tests {
namespace {

constexpr std::size_t kDraws = 60;
constexpr std::uint64_t kFirms = 40;

// One draw of a city of its own, to the end: the classes are the same in each, the key is not.
struct RestrictedDraw {
  explicit RestrictedDraw(std::size_t number) {
    city.now += number;
    city.furnish();
    steps.emplace(city, draw);
    steps->key() =
        crypto::draw::PoolKey(crypto::sha256(view_of("pool key " + std::to_string(number))));
    steps->whole();
    for (const Bytes& entry : city.entries()) {
      if (ledger::Event::parse(entry)->intent().stream() == draw.stream()) entries.push_back(entry);
    }
    CityProofs proofs(city);
    const auto text =
        projections::build_proof_file(city.state(), steps->draw(), proofs, steps->opener()).value();
    rows = *projections::parse_proof(text).value().committed;
    for (const auto& task : steps->draw().tasks) drawn.emplace_back(task.subject, task.ticket);
  }
  bool is_drawn(const std::string& id) const {
    return std::ranges::any_of(drawn, [&](const auto& each) { return each.first == id; });
  }

  City city;
  CityDraw draw{city};
  std::optional<RestrictedSteps> steps;
  // What is public.
  std::vector<Bytes> entries;                       // of the draw
  std::vector<crypto::draw::CommittedRow> rows;     // of the pool
  std::vector<std::pair<std::string, Hash>> drawn;  // with the commitments to their tickets
};

std::map<std::string, bool> truth() {
  std::map<std::string, bool> high;
  for (std::uint64_t i = 1; i <= kFirms; ++i)
    high[City::code(i)] = RestrictedSteps::class_of(i) == "D";
  return high;
}

// A guess is a score of each firm: the higher, the more likely it is of class D. What a score is
// worth is the chance that it puts a firm of class D before one of another.
using Scores = std::map<std::string, double>;
double worth(const Scores& scores, const std::map<std::string, bool>& high) {
  double right = 0, pairs = 0;
  for (const auto& [a, a_high] : high) {
    for (const auto& [b, b_high] : high) {
      if (!a_high || b_high) continue;
      const double x = scores.at(a), y = scores.at(b);
      right += x > y ? 1 : x == y ? 0.5 : 0;
      ++pairs;
    }
  }
  return right / pairs;
}

// From the lists alone: how often a firm was drawn.
void count_drawn(const RestrictedDraw& draw, Scores& scores) {
  for (const auto& [id, commitment] : draw.drawn) scores[id] += 1;
}

double as_number(View hash) {
  double out = 0;
  for (std::size_t i = 0; i < 6; ++i) out = out * 256 + hash[i];
  return out / std::pow(256.0, 6);
}

Hash h(View a, View b) {
  Bytes both(a.begin(), a.end());
  both.insert(both.end(), b.begin(), b.end());
  return crypto::sha256(both);
}

// What else could tell one drawn firm from another, or one that was not, by any number that
// everybody can compute.
std::map<std::string, Scores> other_scores(const RestrictedDraw& draw) {
  std::map<std::string, Scores> all;
  const auto& seed = draw.steps->seed();
  const Hash high = crypto::draw::stratum_key(seed, 0), low = crypto::draw::stratum_key(seed, 1);
  for (const auto& row : draw.rows) {
    all["row"][row.id] = as_number(row.commitment);
    // As if the ticket were over the id, or over what the row shows.
    all["ticket over id, D"][row.id] = -as_number(crypto::draw::TicketHasher(high).of(row.id));
    all["ticket over id, other"][row.id] = as_number(crypto::draw::TicketHasher(low).of(row.id));
    all["ticket over row, D"][row.id] = -as_number(h(high, row.commitment));
    all["ticket over row, other"][row.id] = as_number(h(low, row.commitment));
    all["visit"][row.id] = as_number(crypto::draw::visit_order(seed, row.id));
  }
  for (const auto& [id, commitment] : draw.drawn) {
    all["size of the ticket"][id] = as_number(commitment);
    all["small ticket"][id] = 1 - as_number(commitment);
    for (std::size_t s = 0; s < 2; ++s) {
      const View cutoff = View(draw.steps->draw().outcome->cutoff_commitments).subspan(32 * s, 32);
      all["cut-off " + std::to_string(s)][id] =
          std::ranges::lexicographical_compare(cutoff, commitment) ? 1 : 0;
    }
  }
  return all;
}

// Whoever could open a row by trial, with anything that is public in the place of the key: every 32
// bytes of the draw's entries, and the seed.
bool opens_by_trial(const RestrictedDraw& draw, View candidate) {
  const auto secret = exactly<32>(candidate);
  const auto& row = draw.rows[9];
  crypto::draw::PoolKey key(*secret);
  for (std::uint64_t stratum = 0; stratum < 2; ++stratum) {
    const crypto::draw::SubjectRow open{
        .id = row.id, .stratum = stratum, .weight = 1, .eligibility = 0};
    if (crypto::draw::row_opening(key, open).commitment() == row.commitment) return true;
  }
  return false;
}

TEST(CuriousPublicOfRestrictedPools, KnowsNoMoreThanTheListsTell) {
  const auto high = truth();
  const auto high_count = std::ranges::count_if(high, [](const auto& each) { return each.second; });
  ASSERT_GT(high_count, 4);
  Scores base;
  for (const auto& [id, is_high] : high) base[id] = 0;
  std::map<std::string, Scores> added, alone;
  for (std::size_t number = 0; number < kDraws; ++number) {
    const RestrictedDraw draw(number);
    count_drawn(draw, base);
    for (const auto& [name, scores] : other_scores(draw)) {
      for (const auto& [id, is_high] : high) {
        const auto found = scores.find(id);
        const double score = found == scores.end() ? 0.5 : found->second;
        alone[name].try_emplace(id, 0).first->second += score;
      }
    }
  }
  // Rates of a half and of a tenth show over so many lists; that much everybody may know.
  EXPECT_GT(worth(base, high), 0.95);
  // The same scores summed over all draws, where being drawn is taken out: a firm's own share of
  // the list is what they may be worth, and no more. Sums of uniform numbers order firms at random.
  const double n = static_cast<double>(high_count), m = static_cast<double>(kFirms) - n;
  const double sigma = std::sqrt((n + m + 1) / (12 * n * m));
  for (const auto& [name, scores] : alone) {
    if (name == "size of the ticket" || name == "small ticket" || name.starts_with("cut-off"))
      continue;  // these speak of those drawn alone: below
    EXPECT_LT(std::abs(worth(scores, high) - 0.5), 4.5 * sigma) << name;
  }
}

// Among those drawn, what stands beside their names says nothing of which class they are.
TEST(CuriousPublicOfRestrictedPools, TellsThoseDrawnApartNoBetterThanByChance) {
  const auto high = truth();
  std::map<std::string, std::pair<double, double>> totals;  // sum of worths, their variance
  for (std::size_t number = 0; number < kDraws; ++number) {
    const RestrictedDraw draw(number);
    std::map<std::string, bool> of_drawn;
    for (const auto& [id, commitment] : draw.drawn) of_drawn[id] = high.at(id);
    const auto n = static_cast<double>(
        std::ranges::count_if(of_drawn, [](const auto& each) { return each.second; }));
    const double m = static_cast<double>(of_drawn.size()) - n;
    if (n == 0 || m == 0) continue;
    for (const auto& [name, scores] : other_scores(draw)) {
      auto& [sum, variance] = totals[name];
      sum += worth(scores, of_drawn) - 0.5;
      variance += (n + m + 1) / (12 * n * m);
    }
  }
  ASSERT_GT(totals.size(), 8U);
  for (const auto& [name, total] : totals)
    EXPECT_LT(std::abs(total.first), 4.5 * std::sqrt(total.second)) << name;
}

// The same guesser with public tickets: he is right.
TEST(CuriousPublicOfRestrictedPools, IsRightWhereTicketsArePublic) {
  const auto high = truth();
  double sum = 0, variance = 0;
  for (std::size_t number = 0; number < kDraws; ++number) {
    const RestrictedDraw draw(number);
    const auto pool =
        projections::opened_pool_of(draw.city.state(), draw.steps->draw(), draw.steps->opener())
            .value();
    const auto selection =
        crypto::draw::select_restricted(draw.steps->seed(),
                                        projections::allocation_of(draw.steps->draw().announcement),
                                        pool.key, pool.pool.subjects)
            .value();
    Scores scores;
    std::map<std::string, bool> of_drawn;
    for (const auto& drawn : selection.drawn) {
      scores[drawn.id] = as_number(drawn.ticket);  // a half of class D is drawn: tickets are large
      of_drawn[drawn.id] = high.at(drawn.id);
    }
    const auto n = static_cast<double>(
        std::ranges::count_if(of_drawn, [](const auto& each) { return each.second; }));
    const double m = static_cast<double>(of_drawn.size()) - n;
    sum += worth(scores, of_drawn) - 0.5;
    variance += (n + m + 1) / (12 * n * m);
  }
  EXPECT_GT(sum, 8 * std::sqrt(variance));
}

TEST(CuriousPublicOfRestrictedPools, FindsNoKeyInAnythingPublic) {
  for (std::size_t number = 0; number < 8; ++number) {
    const RestrictedDraw draw(number);
    std::size_t tried = 0;
    for (const Bytes& entry : draw.entries) {
      for (std::size_t at = 0; at + 32 <= entry.size(); at += 4, ++tried)
        ASSERT_FALSE(opens_by_trial(draw, View(entry).subspan(at, 32))) << at;
    }
    EXPECT_GT(tried, 500U);
    EXPECT_FALSE(opens_by_trial(draw, View(draw.steps->seed()).first(32)));
    EXPECT_TRUE(opens_by_trial(draw, draw.steps->key().view())) << "the key does";
  }
}

// Equal rows of two draws look unrelated, and what is recorded has the same form whatever it is.
TEST(CuriousPublicOfRestrictedPools, RowsOfTwoDrawsHaveNothingInCommon) {
  const RestrictedDraw first(1), second(2);
  std::set<Hash> all;
  for (const auto* draw : {&first, &second}) {
    for (const auto& row : draw->rows) all.insert(row.commitment);
    for (const auto& [id, commitment] : draw->drawn) all.insert(commitment);
  }
  EXPECT_EQ(all.size(), 2 * kFirms + first.drawn.size() + second.drawn.size());
  EXPECT_EQ(first.steps->draw().outcome->cutoff_commitments.size(),
            second.steps->draw().outcome->cutoff_commitments.size());
}

}  // namespace
}  // namespace liuhen::tests
