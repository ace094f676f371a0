// Who came in as a substitute more often than chance would have it.
#include <algorithm>
#include <map>
#include <set>

#include "projections/draw_form.h"
#include "projections/draw_lookup.h"
#include "projections/findings/findings.h"
#include "projections/findings/screening.h"
#include "projections/findings/statistics.h"

namespace liuhen::projections {

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

struct Gain {
  std::uint64_t substitutions = 0;  // in which he could have been taken
  double mean = 0;                  // sum of the chances
  std::uint64_t taken = 0;
  Evidence evidence;
};
using Gains = std::map<std::string, Gain>;

// Those whom the announced pool and the groups let into each group, and who never sat so often in
// this draw that his capacity can have kept him out: with the others left in, every chance would
// come out too small.
std::vector<std::vector<std::string>> candidates_of(const State& state, const Draw& draw) {
  std::map<std::string, std::uint64_t> sat;
  for (const Task& task : draw.tasks) {
    for (const Seat& seat : task.seats) {
      for (const std::string& inspector : seat.held) ++sat[inspector];
    }
  }
  const auto groups = seat_groups(draw);
  std::vector<std::vector<std::string>> out(groups.size());
  for (const auto& [id, versions] : state.inspectors.rows) {
    const auto row = announced_row(state, draw, id);
    if (!row || row->eligibility != 0) continue;
    const auto at = sat.find(id);
    if (at != sat.end() && at->second >= row->capacity) continue;
    if (const auto group = crypto::draw::group_of_inspector(groups, *row))
      out[*group].push_back(id);
  }
  return out;
}

// The inspectors who came into the seat after somebody left it. A seat that nobody held at first,
// or for which nobody was left at some time, cannot be told apart here and is passed over.
std::vector<std::string> substitutes_of(const Seat& seat) {
  if (seat.held.size() != seat.ordinal + std::size_t{1}) return {};
  return {seat.held.begin() + 1, seat.held.end()};
}

void count_seat(const Draw& draw, const Task& task, const Seat& seat,
                const std::vector<std::string>& candidates, Gains& gains) {
  const auto substitutes = substitutes_of(seat);
  if (substitutes.empty()) return;
  std::set<std::string> involved;  // who sat there cannot come again, nor who sits beside it
  for (const Seat& other : task.seats) involved.insert(other.held.begin(), other.held.end());
  std::vector<std::string> free;
  for (const std::string& id : candidates) {
    if (!involved.contains(id)) free.push_back(id);
  }
  for (const std::string& substitute : substitutes) {
    const double chance = 1.0 / static_cast<double>(free.size() + 1);
    for (const std::string& id : free) {
      gains[id].mean += chance;
      ++gains[id].substitutions;
    }
    Gain& gain = gains[substitute];
    gain.mean += chance;
    ++gain.substitutions;
    ++gain.taken;
    gain.evidence.add(*draw.executed_at);
    for (const Recusal& recusal : seat.recusals) {
      if (recusal.approved) gain.evidence.add(*recusal.decided_at);
    }
  }
}

Sentence sentence_of(const std::string& who, const Gain& gain) {
  char mean[32];
  std::snprintf(mean, sizeof mean, "%.2f", gain.mean);
  const std::string zh = who.empty() ? "一名检查人员（证据不足，不列名）" : "检查人员“" + who + "”",
                    en = who.empty() ? "an inspector (not named: the evidence does not suffice)"
                                     : "inspector \"" + who + "\"";
  return {zh + "在 " + number(gain.substitutions) + " 次递补中递补 " + number(gain.taken) +
              " 次，按机会应为 " + mean + " 次",
          en + " came in " + number(gain.taken) + " times in " + number(gain.substitutions) +
              " substitutions; by chance it would be " + mean};
}

}  // namespace

Screen gains_by_substitution(const State& state) {
  Screen screen;
  screen.code = "substitutes-gained";
  screen.title = {"由递补得到检查任务偏多的人", "Who gains from substitutions"};
  screen.method = {
      "每次递补的候选人机会均等；次数之和的尾概率用 Hoeffding（1956）的上界；BH 筛选，Holm "
      "校正后才列名",
      "each candidate of a substitution has the same chance; the tail of the sum is "
      "bounded by Hoeffding (1956); screened by Benjamini–Hochberg, named only after "
      "Holm's correction"};
  screen.limits = {"未公开的利益冲突会减少候选人；到过人数上限的人不算候选人",
                   "conflicts that are not public leave fewer candidates; who may have reached his "
                   "capacity does not count as one"};
  Gains gains;
  for (const auto& [stream, draw] : state.draws.by_stream) {
    const bool any = std::ranges::any_of(draw.tasks, [](const Task& task) {
      return std::ranges::any_of(task.seats,
                                 [](const Seat& seat) { return !substitutes_of(seat).empty(); });
    });
    if (!any || !draws_teams(draw.announcement)) continue;
    const auto candidates = candidates_of(state, draw);
    for (const Task& task : draw.tasks) {
      for (const Seat& seat : task.seats) {
        screen.sample += substitutes_of(seat).size();
        count_seat(draw, task, seat, candidates[seat.group], gains);
      }
    }
  }
  if (gains.empty()) return screen;
  const double usual = static_cast<double>(screen.sample) / static_cast<double>(gains.size());
  Power power;
  power.chance = power_of(screen.sample, usual / static_cast<double>(screen.sample), power.ratio,
                          kNamingLevel / static_cast<double>(gains.size()));
  screen.power = power;
  std::vector<Suspect> suspects;
  for (auto& [who, gain] : gains) {
    if (gain.taken == 0) continue;
    suspects.push_back({.about = who,
                        .what = sentence_of(who, gain),
                        .anonymous = sentence_of("", gain),
                        .evidence = std::move(gain.evidence),
                        .p = sum_upper_bound(gain.taken, gain.substitutions, gain.mean)});
  }
  screen_suspects(std::move(suspects), gains.size(), screen);
  return screen;
}

}  // namespace liuhen::projections
