// Ways to draw that failed elsewhere, each as a generator: which screen finds it, and after how
// many draws. It prints the table of docs/findings.md, and compares it.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iostream>
#include <random>
#include <set>

#include "projections/findings/findings.h"
#include "tests/projections/findings/bent_city.h"

namespace liuhen::projections {
namespace {

using tests::BentCity;

using Firms = std::vector<std::string>;
using Random = std::mt19937_64;

constexpr int kRuns = 11;
constexpr std::size_t kDrawn = 4;

struct Generator {
  std::string name, screen;
  std::function<void(BentCity&, const Firms&, Random&)> draw;          // one more draw
  std::function<bool(const std::string& named, const Firms&)> guilty;  // empty: nobody is
  std::uint64_t firms = 40;
  int most = 200, every = 5;  // draws at most, and looked at after so many
};

Firms sample(Firms from, std::size_t count, Random& random) {
  std::ranges::shuffle(from, random);
  from.resize(count);
  return from;
}
std::string inspector(std::uint64_t number) { return "Z000" + std::to_string(number); }

std::vector<std::string> named(const BentCity& bent, const std::string& code) {
  const State& state = const_cast<BentCity&>(bent).state();
  std::vector<Screen> screens;
  if (code.starts_with("drawn-"))
    screens = drawn_too_often_or_never(state, {});
  else if (code == "substitutes-gained")
    screens.push_back(gains_by_substitution(state, {}));
  else if (code == "recusals-inspector")
    screens.push_back(recusals_by_inspector(state));
  else if (code == "draw-repeated")
    screens.push_back(attempts_repeated(state));
  else if (code == "pool-small")
    screens.push_back(pools_small(state));
  std::vector<std::string> out;
  const auto screen = std::ranges::find(screens, code, &Screen::code);
  LIUHEN_CHECK(screen != screens.end());
  for (const Finding& finding : screen->findings) {
    if (!finding.about.empty()) out.push_back(finding.about);
  }
  return out;
}

// Draws until somebody is named; 0: nobody is.
int draws_until_named(const Generator& generator, Random random) {
  BentCity bent(generator.firms);
  const Firms firms = bent.firms();
  for (int i = 1; i <= generator.most; ++i) {
    generator.draw(bent, firms, random);
    if (i % generator.every != 0) continue;
    const auto found = named(bent, generator.screen);
    for (const std::string& who : found)
      EXPECT_TRUE(generator.guilty(who, firms)) << generator.name << " names " << who;
    if (!found.empty()) return i;
  }
  return 0;
}

// How many of some runs of a generator that favours nobody name somebody after all.
std::string false_alarms_of(const Generator& generator) {
  constexpr int kHonestRuns = 100;
  BentCity bent(generator.firms);
  const Firms firms = bent.firms();
  int alarms = 0;
  for (int run = 1; run <= kHonestRuns; ++run) {
    bent.state().draws = {};
    Random random(1000U * static_cast<unsigned>(run));
    for (int i = 0; i < generator.most; ++i) generator.draw(bent, firms, random);
    alarms += named(bent, generator.screen).empty() ? 0 : 1;
  }
  return "after " + std::to_string(generator.most) + ": in " + std::to_string(alarms) + " of " +
         std::to_string(kHonestRuns) + " runs | |";
}

std::string row_of(const Generator& generator) {
  const std::string begin = "| " + generator.name + " | `" + generator.screen + "` | ";
  if (!generator.guilty) return begin + false_alarms_of(generator);
  std::vector<int> draws;
  for (int run = 1; run <= kRuns; ++run)
    draws.push_back(draws_until_named(generator, Random(static_cast<std::uint64_t>(run))));
  std::ranges::sort(draws);
  EXPECT_NE(draws.front(), 0) << generator.name << " is not always found";
  return begin + std::to_string(draws[kRuns / 2]) + " | " + std::to_string(draws.back()) + " |";
}

bool is_eighth(const std::string& who, const Firms& firms) { return who == firms[7]; }

void fair(BentCity& bent, const Firms& firms, Random& random) {
  bent.add(sample(firms, kDrawn, random));
}
// A start in [1, N/n], then a fixed step of N/n: of N = 43 rows the last three are never drawn.
void fixed_step(BentCity& bent, const Firms& firms, Random& random) {
  const std::size_t step = firms.size() / kDrawn, start = random() % step;
  Firms drawn;
  for (std::size_t i = 0; i < kDrawn; ++i) drawn.push_back(firms[start + i * step]);
  bent.add(drawn);
}
void last_tenth_favoured(BentCity& bent, const Firms& firms, Random& random) {
  std::set<std::string> drawn;
  while (drawn.size() < kDrawn) {
    const std::size_t pick = random() % (36 * 2 + 4 * 5);
    drawn.insert(pick < 72 ? firms[pick / 2] : firms[36 + (pick - 72) / 5]);
  }
  bent.add({drawn.begin(), drawn.end()});
}
void most_left_out(BentCity& bent, const Firms& firms, Random& random) {
  bent.add(sample({firms.begin(), firms.begin() + 10}, kDrawn, random));
}
// One in a million seeds, as from a clock: who knows the time can try them all.
void few_seeds(BentCity& bent, const Firms& firms, Random& random) {
  Random of_seed(random() % 1'000'000);
  bent.add(sample(firms, kDrawn, of_seed));
}
// Tried again until the eighth firm is drawn, or is not.
auto tried_until(bool drawn) {
  return [drawn](BentCity& bent, const Firms& firms, Random& random) {
    Firms picked;
    do {
      picked = sample(firms, kDrawn, random);
    } while ((std::ranges::count(picked, firms[7]) != 0) != drawn);
    bent.add(picked);
  };
}
std::vector<std::vector<std::string>> teams(Random& random) {
  Firms people;
  for (std::uint64_t i = 1; i <= 8; ++i) people.push_back(inspector(i));
  people = sample(people, 8, random);
  std::vector<std::vector<std::string>> out;
  for (std::size_t i = 0; i < 8; i += 2) out.push_back({people[i], people[i + 1]});
  return out;
}
// Somebody steps aside, and all who could come are ill but one.
void all_ill_but_one(BentCity& bent, const Firms& firms, Random& random) {
  Draw& draw = bent.add(sample(firms, kDrawn, random), teams(random));
  Task& task = draw.tasks[0];
  const bool sits = std::ranges::any_of(
      task.seats, [](const Seat& seat) { return seat.inspector == inspector(6); });
  BentCity::replace(task.seats[0], sits ? inspector(2) : inspector(6));
}
// Thrown away until the sixth inspector goes.
void filed_until_the_right_one(BentCity& bent, const Firms& firms, Random& random) {
  for (bool pleases = false; !pleases;) {
    Draw& draw = bent.add(sample(firms, kDrawn, random), teams(random));
    const auto& seats = draw.tasks[0].seats;
    pleases =
        std::ranges::any_of(seats, [](const Seat& seat) { return seat.inspector == inspector(6); });
    if (pleases) continue;
    draw.voided_at = *draw.executed_at + 5;
    draw.voided_time = draw.executed_time + 60;
    draw.discarded = true;
  }
}

std::vector<Generator> generators() {
  const auto anyone = [](const std::string&, const Firms&) { return true; };
  return {
      {"a fair one", "drawn-often", fair, {}},
      {"a fair one", "drawn-seldom", fair, {}},
      {"a start, then a fixed step: 43 firms, the last 3 are never drawn", "drawn-seldom",
       fixed_step, [](const std::string& who, const Firms& firms) { return who >= firms[40]; }, 43},
      {"gaps that bring out the last tenth 2.5 times as often", "drawn-often", last_tenth_favoured,
       [](const std::string& who, const Firms& firms) { return who >= firms[36]; }, 40, 400},
      {"three quarters left out", "drawn-often", most_left_out,
       [](const std::string& who, const Firms& firms) { return who <= firms[9]; }},
      {"three quarters left out", "drawn-seldom", most_left_out,
       [](const std::string& who, const Firms& firms) { return who > firms[9]; }},
      {"tried again until one firm is drawn", "drawn-often", tried_until(true), is_eighth},
      {"tried again until one firm is not", "drawn-seldom", tried_until(false), is_eighth},
      {"one of 1,000,000 seeds", "drawn-often", few_seeds, {}},
      {"one of 1,000,000 seeds", "drawn-seldom", few_seeds, {}},
      {"all ill but one, who comes instead", "substitutes-gained", all_ill_but_one,
       [](const std::string& who, const Firms&) { return who == inspector(6); }},
      {"thrown away until the right inspector goes", "draw-repeated", filed_until_the_right_one,
       anyone, 40, 200, 1},
      {"8 inspectors for teams of 2", "pool-small", fair, anyone, 40, 200, 1},
  };
}

TEST(FaultyGenerators, AreFoundAsTheTableSays) {
  std::vector<std::string> written, computed;
  std::ifstream page(std::string(LIUHEN_SOURCE_DIR) + "/docs/findings.md");
  bool in_table = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("| generator | ")) in_table = true;
    if (in_table && !line.starts_with("|")) break;
    if (in_table && !line.starts_with("| generator | ") && !line.starts_with("| ---"))
      written.push_back(line);
  }
  for (const Generator& generator : generators()) {
    computed.push_back(row_of(generator));
    std::cout << computed.back() << "\n";
  }
  EXPECT_EQ(written, computed);
}

}  // namespace
}  // namespace liuhen::projections
