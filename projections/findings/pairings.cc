// Inspectors who meet in the same teams more often than the matching would have it. An exact test
// flags; only then the committed pools are matched again under fresh seeds.
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>

#include "crypto/draw/outcome.h"
#include "crypto/sha256.h"
#include "crypto/tuple.h"
#include "ledger/parallel.h"
#include "projections/draw_lookup.h"
#include "projections/findings/findings.h"
#include "projections/findings/first_teams.h"
#include "projections/findings/screening.h"
#include "projections/findings/statistics.h"

namespace liuhen::projections {

namespace {

constexpr std::uint64_t kReplicatesLeast = 9'999, kReplicatesMax = 99'999, kExceedances = 10,
                        kBlock = 64;

// So many matchings that Holm's correction over all pairs can leave one that none of them reaches.
std::uint64_t replicates_for(std::uint64_t tests) {
  return std::clamp(200 * tests, kReplicatesLeast + 1, kReplicatesMax + 1) - 1;
}

std::string number(std::uint64_t value) { return std::to_string(value); }

using Pair = std::pair<std::string, std::string>;

struct Met {
  std::uint64_t times = 0;
  Evidence evidence;
};

std::map<Pair, Met> meetings(const std::vector<FirstTeams>& draws) {
  std::map<Pair, Met> met;
  for (const FirstTeams& teams : draws) {
    for (const auto& team : teams.teams) {
      for (std::size_t i = 0; i < team.size(); ++i) {
        for (std::size_t j = i + 1; j < team.size(); ++j) {
          Met& pair = met[{team[i], team[j]}];
          ++pair.times;
          pair.evidence.add(*teams.draw->executed_at);
        }
      }
    }
  }
  return met;
}

// With each one's visits given, and all ways to place them alike, the visits that they share in one
// draw are hypergeometric; a visit that was put aside is no place.
double exact_p(const std::vector<FirstTeams>& draws, const Pair& pair, std::uint64_t times) {
  std::vector<double> masses{1.0};
  for (const FirstTeams& teams : draws) {
    const std::uint64_t a = teams.load_of(pair.first), b = teams.load_of(pair.second);
    if (a != 0 && b != 0) masses = convolved(masses, hypergeometric_masses(a, b, teams.held));
  }
  double p = 0;
  for (std::size_t k = times; k < masses.size(); ++k) p += masses[k];
  return std::min(p, 1.0);
}

// A draw's matching under other seeds: its pool, and the subjects that it drew.
class Rematch {
 public:
  static std::unique_ptr<Rematch> of(const State& state, const Draw& draw,
                                     const OpenConflict& open) {
    auto pool = pool_of(state, draw.announcement, draw.rule_set);
    if (!pool) return nullptr;
    auto out = std::make_unique<Rematch>();
    for (const Hash& commitment : pool->conflicts) {
      const auto content = open ? open(commitment) : std::nullopt;
      if (!content) return nullptr;
      out->conflicts_.push_back({.subject = content->subject, .inspector = content->inspector});
    }
    out->announcement_ = draw.leaf_hash;
    out->groups_ = announced_groups(draw.announcement);
    out->inspectors_ = std::move(pool->inspectors);
    for (const Task& task : draw.tasks) out->subjects_.push_back(task.subject);
    return out;
  }

  bool may_match(const Pair& pair) const {
    const auto is_there = [&](const std::string& who) {
      return std::ranges::any_of(inspectors_, [&](const auto& row) { return row.id == who; });
    };
    return is_there(pair.first) && is_there(pair.second);
  }

  std::uint64_t meetings_of(const Pair& pair, std::uint64_t replicate) const {
    const auto matching =
        crypto::draw::match(fresh_seed(replicate), groups_, inspectors_, subjects_, conflicts_);
    LIUHEN_CHECK(matching.has_value());  // it was, under the draw's own seed
    std::uint64_t times = 0;
    for (const auto& visit : matching->visits) {
      const auto sits = [&](const std::string& who) {
        return std::ranges::any_of(visit.team, [&](const crypto::draw::Seat& seat) {
          return seat.inspector != crypto::draw::kVacant && inspectors_[seat.inspector].id == who;
        });
      };
      times += sits(pair.first) && sits(pair.second) ? 1 : 0;
    }
    return times;
  }

 private:
  // Two hashes side by side; the same for the same draw and replicate always.
  crypto::draw::Seed fresh_seed(std::uint64_t replicate) const {
    crypto::draw::Seed seed{};
    for (std::uint64_t half = 0; half < 2; ++half) {
      crypto::TupleWriter writer;
      writer.item("liuhen/replicate/v1").item(announcement_).u64(replicate).u64(half);
      const Hash hash = crypto::sha256(writer.view());
      std::ranges::copy(hash, seed.begin() + static_cast<std::ptrdiff_t>(32 * half));
    }
    return seed;
  }

  Hash announcement_{};
  std::vector<crypto::draw::SeatGroup> groups_;
  std::vector<crypto::draw::InspectorRow> inspectors_;
  std::vector<std::string> subjects_;
  std::vector<crypto::draw::Conflict> conflicts_;
};

class Rematches {
 public:
  Rematches(const State& state, const FindingsOptions& options)
      : state_(state), options_(options) {}

  // How often fresh matchings bring the two together as often as they were, in all draws whose pool
  // has both. Where they were not both matched as well: fresh seeds leave them out as often, and to
  // look only at draws that did not would make any number of meetings look rare. Absent if a
  // conflict that it needs is not opened.
  std::optional<MonteCarlo> replay(const std::vector<FirstTeams>& draws, const Pair& pair,
                                   std::uint64_t times, std::uint64_t most) {
    std::vector<const Rematch*> shared;
    for (const FirstTeams& teams : draws) {
      const Rematch* rematch = find(*teams.draw);
      if (rematch == nullptr) return std::nullopt;
      if (rematch->may_match(pair)) shared.push_back(rematch);
    }
    std::array<std::uint64_t, kBlock> met{};
    return sequential_monte_carlo(kExceedances, most, [&](std::uint64_t i) {
      if (i % kBlock == 0) {
        if (options_.progress) options_.progress(i, most);
        ledger::for_each_index(kBlock, options_.threads, [&](std::size_t j) {
          met[j] = 0;
          for (const Rematch* rematch : shared) met[j] += rematch->meetings_of(pair, i + j);
        });
      }
      return met[i % kBlock] >= times;
    });
  }

 private:
  const Rematch* find(const Draw& draw) {
    const auto [at, first] = made_.try_emplace(&draw);
    if (first) at->second = Rematch::of(state_, draw, options_.open);
    return at->second.get();
  }
  const State& state_;
  const FindingsOptions& options_;
  std::map<const Draw*, std::unique_ptr<Rematch>> made_;
};

Sentence sentence_of(const Pair& pair, std::uint64_t times, bool named) {
  return named ? Sentence{"检查人员“" + pair.first + "”与“" + pair.second + "”同组 " +
                              number(times) + " 次",
                          "inspectors \"" + pair.first + "\" and \"" + pair.second +
                              "\" were in one team " + number(times) + " times"}
               : Sentence{"两名检查人员（证据不足，不列名）同组 " + number(times) + " 次",
                          "two inspectors (not named: the evidence does not suffice) were in one "
                          "team " +
                              number(times) + " times"};
}

// Flagged by the exact test, whose null is only near the matching's: nobody is named by that.
struct Flagged {
  Pair pair;
  const Met* met = nullptr;
  double exact = 1, exact_adjusted = 1;
  std::optional<MonteCarlo> replayed;
};

std::vector<Flagged> flagged_of(const std::vector<FirstTeams>& draws,
                                const std::map<Pair, Met>& met, std::uint64_t tests) {
  std::vector<Flagged> all, out;
  std::vector<double> p;
  for (const auto& [pair, meeting] : met) {
    if (meeting.times < 2) continue;
    p.push_back(exact_p(draws, pair, meeting.times));
    all.push_back({.pair = pair, .met = &meeting, .exact = p.back(), .replayed = {}});
  }
  const auto discovery = benjamini_hochberg(p, tests), naming = holm(p, tests);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (discovery[i] > kFalseDiscoveryRate) continue;
    all[i].exact_adjusted = naming[i];
    out.push_back(std::move(all[i]));
  }
  return out;
}

Finding not_replayed(const Flagged& flagged) {
  Finding finding;
  finding.what = sentence_of(flagged.pair, flagged.met->times, false);
  finding.what.zh += "；利益冲突未打开，不能以新种子重抽";
  finding.what.en += "; conflicts were not opened, so fresh seeds could not be tried";
  finding.p = flagged.exact;
  finding.adjusted = flagged.exact_adjusted;
  return finding;
}

// Whom fresh seeds bring together as often goes; who stays is named if Holm's correction over all
// pairs of the screen leaves the p of the fresh seeds low enough. A pair that was not flagged
// counts there as one whose p is 1.
void add_findings(const std::vector<Flagged>& flagged, Screen& screen) {
  std::vector<double> p;
  for (const Flagged& each : flagged) {
    if (each.replayed) p.push_back(each.replayed->p);
  }
  const auto listing = benjamini_hochberg(p, p.size()), naming = holm(p, screen.tests);
  std::size_t i = 0;
  for (const Flagged& each : flagged) {
    if (!each.replayed) {
      screen.findings.push_back(not_replayed(each));
      continue;
    }
    const double listed = listing[i], adjusted = naming[i++];
    if (listed > kFalseDiscoveryRate) continue;
    const bool named = adjusted <= kNamingLevel;
    Finding finding;
    finding.what = sentence_of(each.pair, each.met->times, named);
    finding.what.zh +=
        "；以新种子重抽 " + number(each.replayed->replicates) + " 次，几乎没有这样多的";
    finding.what.en += "; of " + number(each.replayed->replicates) +
                       " matchings under fresh seeds hardly any had as many";
    finding.p = each.replayed->p;
    finding.adjusted = adjusted;
    if (named) {
      finding.about = each.pair.first + " " + each.pair.second;
      finding.evidence = each.met->evidence;
    }
    screen.findings.push_back(std::move(finding));
  }
  std::ranges::stable_sort(screen.findings,
                           [](const Finding& a, const Finding& b) { return *a.p < *b.p; });
}

std::uint64_t pairs_of(std::uint64_t people) { return people * (people - 1) / 2; }

// Of a pair who meet as often as the average, one of whom has as many visits as the average.
Power power_for(const std::vector<FirstTeams>& draws, std::uint64_t people) {
  std::uint64_t seats = 0, together = 0;
  for (const FirstTeams& teams : draws) {
    for (const auto& team : teams.teams) {
      seats += team.size();
      together += team.empty() ? 0 : pairs_of(team.size());
    }
  }
  const double pairs = static_cast<double>(pairs_of(people));
  const std::uint64_t visits = seats / people;
  Power power;
  if (visits != 0) {
    const double chance = static_cast<double>(together) / pairs / static_cast<double>(visits);
    power.chance = power_of(visits, std::min(chance, 1.0), power.ratio, kNamingLevel / pairs);
  }
  return power;
}

// Whether the fresh seeds can name anybody: there are enough of them for so many pairs, and what
// the matchings need is open.
bool can_name(const State& state, const std::vector<FirstTeams>& draws, std::uint64_t tests,
              const OpenConflict& open) {
  if (kNamingLevel * static_cast<double>(replicates_for(tests) + 1) < static_cast<double>(tests))
    return false;
  std::set<Hash> opened;
  for (const FirstTeams& teams : draws) {
    for (const Hash& commitment :
         state.conflicts.in_force(teams.draw->announcement.pool_position)) {
      if (opened.contains(commitment)) continue;
      if (!open || !open(commitment)) return false;
      opened.insert(commitment);
    }
  }
  return true;
}

}  // namespace

Screen pairings_repeated(const State& state, const FindingsOptions& options) {
  Screen screen;
  screen.code = "pairs-repeated";
  screen.title = {"反复同组的检查人员", "Inspectors who meet again and again"};
  screen.method = {
      "每人次数既定时同组次数服从超几何分布（搁置的检查不计），各次抽取相加，BH "
      "筛选；筛出的以新种子"
      "重新匹配名录（序贯蒙特卡洛，至少 9999 次、至多 99999 次），其 p 经所有配对的 Holm "
      "校正后才列名",
      "with each one's visits given, shared visits are hypergeometric (without those put aside), "
      "summed over the draws, screened by Benjamini–Hochberg; whoever is left is matched again "
      "under fresh seeds (sequential Monte Carlo, of at most 9,999 to 99,999), and named only if "
      "that p stands after Holm's correction over all pairs"};
  screen.limits = {
      "利益冲突未打开的不能重抽，不列名；配对超过 1000 对（46 "
      "人）时重抽次数不足以列名；重抽的只是匹配，抽中的对象不变；由单位指派人员的抽取不在其中",
      "where conflicts are not opened no fresh seeds are tried, and nobody is named; of more than "
      "1,000 pairs (46 people) the fresh seeds are too few to name one; only the matching is drawn "
      "afresh, the subjects drawn stay; draws whose teams are named, not drawn, are not looked at"};
  const std::vector<FirstTeams> draws = first_teams(state);
  const std::map<Pair, Met> met = meetings(draws);
  std::set<std::string> people;
  for (const FirstTeams& teams : draws) {
    screen.sample += teams.teams.size();
    for (const auto& [who, load] : teams.loads) people.insert(who);
  }
  if (people.size() < 2) return screen;
  screen.tests = pairs_of(people.size());
  screen.power = power_for(draws, people.size());
  if (!can_name(state, draws, screen.tests, options.open)) screen.power->chance = 0;
  Rematches rematches(state, options);
  auto flagged = flagged_of(draws, met, screen.tests);
  for (Flagged& each : flagged)
    each.replayed =
        rematches.replay(draws, each.pair, each.met->times, replicates_for(screen.tests));
  add_findings(flagged, screen);
  return screen;
}

}  // namespace liuhen::projections
