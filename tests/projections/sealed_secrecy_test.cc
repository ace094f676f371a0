// The curious public: who has every byte that is public of many sealed draws, before any is
// disclosed, names a drawn firm no more often than by chance. The same guessers find it at once
// where the seal is broken.
#include <gtest/gtest.h>

#include <cmath>

#include "crypto/draw/protocol.h"
#include "crypto/draw/ticket.h"
#include "crypto/tuple.h"
#include "tests/projections/sealed_steps.h"

namespace liuhen::tests {
namespace {

constexpr std::size_t kDraws = 120;
constexpr std::uint64_t kFirms = 40, kDrawn = 4;  // of the city's plan, a tenth

// The least number of hits that so many guesses by chance reach with a probability below `alpha`.
std::size_t bound(std::size_t guesses, double chance, double alpha) {
  double tail = 0;
  for (std::size_t hits = guesses; hits > 0; --hits) {
    const double n = static_cast<double>(guesses), k = static_cast<double>(hits);
    tail += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) +
                     k * std::log(chance) + (n - k) * std::log1p(-chance));
    if (tail >= alpha) return hits + 1;
  }
  return 1;
}

// What is public of a draw: the entries of its stream, as far as the log goes.
struct Seen {
  std::vector<Bytes> entries;
  Hash announcement{};  // leaf hash
  Hash seed_hash{};
  std::vector<std::string> pool;  // ids of those who could be drawn
};

std::vector<Bytes> entries_of(const City& city, const std::string& stream) {
  std::vector<Bytes> out;
  for (const Bytes& entry : city.entries()) {
    if (ledger::Event::parse(entry)->intent().stream() == stream) out.push_back(entry);
  }
  return out;
}

std::string smallest(const Seen& seen, const Hash& key) {
  const crypto::draw::TicketHasher ticket(key);
  return *std::ranges::min_element(seen.pool, {},
                                   [&](const std::string& id) { return ticket.of(id); });
}

// Every 32 bytes that are public, for K; and for what K comes from.
void guess_by_every_window(const Seen& seen, std::map<std::string, std::vector<std::string>>& all,
                           const Bytes& entry, std::size_t step) {
  const std::string name = "window " + std::to_string(step) + " at ";
  for (std::size_t at = 0; at + 32 <= entry.size(); at += step) {
    const Hash window = exactly<32>(View(entry).subspan(at, 32)).value();
    all[name + std::to_string(at)].push_back(smallest(seen, window));
    const Hash derived =
        crypto::sha256(crypto::TupleWriter().item("liuhen/stratum/v1").item(window).u64(0).take());
    all[name + std::to_string(at) + " as seed"].push_back(smallest(seen, derived));
  }
}

// The seed as such, anywhere, or a proof of it where one can stand: then everything follows.
std::optional<std::string> find_seed(const Seen& seen, const KeyId& vrf_key, const Bytes& alpha) {
  const auto by = [&](const crypto::draw::Seed& seed) {
    return smallest(seen, crypto::draw::stratum_key(seed, 0));
  };
  for (const Bytes& entry : seen.entries) {
    for (std::size_t at = 0; at + 64 <= entry.size(); ++at) {
      const auto seed = exactly<64>(View(entry).subspan(at, 64)).value();
      if (crypto::draw::sealed_hash(seen.announcement, seed) == seen.seed_hash) return by(seed);
    }
    const auto tag = ledger::Event::parse(entry)->tag();
    if (tag != ledger::PayloadTag::DrawExecuted && tag != ledger::PayloadTag::DrawDisclosed)
      continue;
    for (std::size_t at = 0; at + 80 <= entry.size(); at += 4) {
      const auto pi = exactly<80>(View(entry).subspan(at, 80)).value();
      const auto seed = crypto::vrf::verify(vrf_key, alpha, pi);
      if (seed) return by(*seed);
    }
  }
  return std::nullopt;
}

// One draw of a city of its own, up to where it is sealed, or opened.
struct Drawn {
  explicit Drawn(std::size_t number, bool opened = false) {
    city.now += number;  // so that announcements, and all that follows, differ
    city.furnish();
    steps.run_to_sealed();
    steps.attest();
    steps.attest("supervisor2");
    if (opened) city.must(steps.opening(), {"platform"});
    seen.entries = entries_of(city, draw.stream());
    seen.announcement = steps.draw().leaf_hash;
    seen.seed_hash = exactly<32>(View(steps.draw().outcome->seed_hash)).value();
    for (std::uint64_t i = 1; i <= kFirms; ++i) seen.pool.push_back(City::code(i));
  }
  bool has(const std::string& firm) {
    return std::ranges::any_of(steps.visits().visits,
                               [&](const auto& visit) { return visit.subject == firm; });
  }
  std::optional<std::string> by_seed() const {
    return find_seed(seen, crypto::vrf::public_key(City::seed("vrf")),
                     projections::alpha_of(steps.draw()));
  }

  City city;
  CityDraw draw{city};
  SealedSteps steps{city, draw};
  Seen seen;
};

TEST(CuriousPublic, NamesADrawnFirmNoMoreOftenThanByChance) {
  std::map<std::string, std::size_t> hits, guesses;
  for (std::size_t number = 0; number < kDraws; ++number) {
    Drawn drawn(number);
    ASSERT_EQ(drawn.steps.visits().visits.size(), kDrawn);
    EXPECT_FALSE(drawn.by_seed()) << "the seed stands in the open";
    std::map<std::string, std::vector<std::string>> named;
    // The execution has one place for each field: the same offsets in every draw.
    for (const Bytes& entry : drawn.seen.entries) {
      const auto event = ledger::Event::parse(entry).value();
      if (event.tag() == ledger::PayloadTag::DrawExecuted)
        guess_by_every_window(drawn.seen, named, entry, 4);
    }
    for (const auto& [guesser, firms] : named) {
      ++guesses[guesser];
      hits[guesser] += drawn.has(firms[0]) ? 1 : 0;
    }
  }
  ASSERT_GT(guesses.size(), 200U);
  const double chance = static_cast<double>(kDrawn) / kFirms;
  for (const auto& [guesser, count] : guesses) {
    const std::size_t most = bound(count, chance, 1e-6 / static_cast<double>(guesses.size()));
    EXPECT_LT(hits[guesser], most) << guesser << " of " << count;
  }
}

// The guesser can win: given a proof he is right every time.
TEST(CuriousPublic, IsRightOnceItIsOpened) {
  for (std::size_t number = 0; number < 5; ++number) {
    Drawn drawn(number, true);
    const auto firm = drawn.by_seed();
    ASSERT_TRUE(firm);
    EXPECT_TRUE(drawn.has(*firm));
  }
  EXPECT_LT(bound(kDraws, 0.1, 1e-9), kDraws) << "and the bound would tell";
}

TEST(CuriousPublic, NoEventOfASealedDrawNamesAnybody) {
  Drawn drawn(0);
  ASSERT_GT(drawn.seen.entries.size(), 8U);
  const auto names = [&](const std::string& id) {
    return std::ranges::any_of(drawn.seen.entries, [&](const Bytes& entry) {
      return text_of(entry).find(id) != std::string_view::npos;
    });
  };
  for (const std::string& firm : drawn.seen.pool) EXPECT_FALSE(names(firm)) << firm;
  for (int i = 1; i <= 8; ++i) EXPECT_FALSE(names("Z000" + std::to_string(i)));
  Drawn opened(0, true);
  opened.city.must(opened.steps.list(), {"platform"});
  opened.seen.entries = entries_of(opened.city, opened.draw.stream());
  std::size_t named = 0;
  for (const std::string& firm : opened.seen.pool) {
    named += std::ranges::any_of(opened.seen.entries, [&](const Bytes& entry) {
      return text_of(entry).find(firm) != std::string_view::npos;
    });
  }
  EXPECT_EQ(named, kDrawn) << "and afterwards those who were drawn";
}

// Two draws of which the same number was drawn look alike in everything that is public of them but
// for what nobody can compute: what is recorded does not depend on who it was.
TEST(CuriousPublic, WhatIsRecordedBesideHashesIsTheSameForEverySeed) {
  std::set<std::string> shapes;
  for (std::size_t number = 0; number < 12; ++number) {
    Drawn drawn(number);
    const auto& outcome = *drawn.steps.draw().outcome;
    std::string shape = std::to_string(outcome.visits) + " " + std::to_string(outcome.vacancies) +
                        " " + std::to_string(outcome.sealed_pi.size());
    for (const auto& stratum : outcome.strata)
      shape += " " + std::to_string(stratum->eligible) + " " + std::to_string(stratum->drawn) +
               " " + std::to_string(stratum->cutoff.size());
    shapes.insert(shape);
  }
  EXPECT_EQ(shapes.size(), 1U);
}

}  // namespace
}  // namespace liuhen::tests
