// Who came in as a substitute more often than chance would have it.
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "crypto/draw/substitute.h"
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

// Whether it is known who sat there when: not of a seat that nobody held at first, or for which
// nobody was left at some time.
bool is_traced(const Seat& seat) { return seat.held.size() == seat.ordinal + std::size_t{1}; }

// Positions of the decisions that took somebody from the seat, in order.
std::vector<std::uint64_t> departures(const Seat& seat) {
  std::vector<std::uint64_t> out;
  for (const Recusal& recusal : seat.recusals) {
    if (recusal.approved && recusal.decided_at) out.push_back(*recusal.decided_at);
  }
  return out;
}

struct Substitution {
  const Draw& draw;
  const Task& task;
  const Seat& seat;
  std::uint64_t decision = 0;
  const std::string& taken;
};

// The substitutions whose candidates can be told. What a group was given later would be taken for
// there already: its seats are passed over.
void for_each_substitution(const Draw& draw,
                           const std::function<void(const Substitution&)>& visit) {
  for (const Task& task : draw.tasks) {
    for (const Seat& seat : task.seats) {
      const auto left = departures(seat);
      if (!is_traced(seat) || left.size() < seat.ordinal) continue;
      if (!draw.added_units[seat.group].empty()) continue;
      for (std::size_t i = 0; i < seat.ordinal; ++i)
        visit({draw, task, seat, left[i], seat.held[i + 1]});
    }
  }
}

// As of a decision: who held seats, of the draw and of the visit. Substitutes go in the order of
// the decisions, so each earlier one has come, and no later one. Of seats that cannot be traced
// everybody who ever sat there may count.
struct Standing {
  std::map<std::string, std::uint64_t> loads;
  std::set<std::string> sat;
  crypto::draw::SubstituteSeat place;
};

Standing standing_at(const Substitution& at,
                     const std::map<std::string, crypto::draw::InspectorRow>& rows,
                     bool with_untraced) {
  Standing out;
  const auto sits = [&](const Task& task, const Seat& seat, const std::string& who) {
    ++out.loads[who];
    const auto row = rows.find(who);
    if (&task == &at.task && seat.group == at.seat.group && row != rows.end())
      out.place.other_units.push_back(row->second.unit);
  };
  for (const Task& task : at.draw.tasks) {
    for (const Seat& seat : task.seats) {
      if (!is_traced(seat)) {
        for (const std::string& who : seat.held) {
          if (!with_untraced) break;
          sits(task, seat, who);
          if (&task == &at.task) out.sat.insert(who);
        }
        continue;
      }
      const auto left = departures(seat);
      const auto gone = static_cast<std::size_t>(
          std::ranges::count_if(left, [&](std::uint64_t each) { return each <= at.decision; }));
      if (&seat != &at.seat && gone < seat.held.size()) sits(task, seat, seat.held[gone]);
      if (&task != &at.task) continue;
      const std::size_t came = std::min(seat.held.size(), &seat == &at.seat ? gone : gone + 1);
      out.sat.insert(seat.held.begin(), seat.held.begin() + static_cast<std::ptrdiff_t>(came));
    }
  }
  return out;
}

class Candidates {
 public:
  Candidates(const State& state, const Draw& draw) : state_(state), groups_(seat_groups(draw)) {
    for (const auto& [id, versions] : state.inspectors.rows) {
      if (auto row = announced_row(state, draw, id)) rows_.emplace(id, std::move(*row));
    }
  }

  // Everybody who may have been a candidate, with the greatest chance that he can have had:
  // `unopened` conflicts can have kept out so many of the others.
  void count(const Substitution& at, const std::set<std::string>& in_conflict,
             std::uint64_t unopened, Gains& gains) const {
    const Standing least = standing_at(at, rows_, false), most = standing_at(at, rows_, true);
    std::vector<std::string> possible;
    std::uint64_t sure = 0;
    for (const auto& [id, row] : rows_) {
      const bool taken = id == at.taken;
      if (!taken && !may_come(at, id, row, least, in_conflict)) continue;
      possible.push_back(id);
      sure += taken || may_come(at, id, row, most, in_conflict) ? 1 : 0;
    }
    const double chance = 1.0 / static_cast<double>(sure > unopened ? sure - unopened : 1);
    for (const std::string& id : possible) {
      gains[id].mean += chance;
      ++gains[id].substitutions;
    }
    Gain& gain = gains[at.taken];
    ++gain.taken;
    gain.evidence.add(*at.draw.executed_at);
    gain.evidence.add(at.decision);
  }

 private:
  // docs/formats/draw.md section 9, as of the decision.
  bool may_come(const Substitution& at, const std::string& id,
                const crypto::draw::InspectorRow& row, const Standing& standing,
                const std::set<std::string>& in_conflict) const {
    const InspectorVersion* version = state_.inspectors.at(id, at.decision);
    if (version == nullptr || version->status != ledger::schema::InspectorStatus::active)
      return false;
    const crypto::draw::InspectorRow then{
        .id = {}, .unit = version->unit, .qualifications = version->qualifications};
    const auto load = standing.loads.find(id);
    return crypto::draw::may_substitute(
        {.row = row,
         .eligible = crypto::draw::group_of_inspector(groups_, then) == at.seat.group,
         .conflict = in_conflict.contains(id),
         .held_seat = standing.sat.contains(id),
         .load = load == standing.loads.end() ? 0 : load->second},
        groups_, at.seat.group, standing.place);
  }

  const State& state_;
  std::vector<crypto::draw::SeatGroup> groups_;
  std::map<std::string, crypto::draw::InspectorRow> rows_;
};

// Conflicts as the reader knows them, each opened once.
class KnownConflicts {
 public:
  KnownConflicts(const State& state, const OpenConflict& open) : state_(state), open_(open) {}

  // Who may not go there, and how many conflicts in force then stay hidden.
  std::pair<std::set<std::string>, std::uint64_t> at(const Substitution& substitution) {
    const std::string& subject = substitution.task.subject;
    std::pair<std::set<std::string>, std::uint64_t> out;
    for (const Hash& commitment : state_.conflicts.of_draw(
             substitution.draw.announcement.pool_position, substitution.decision)) {
      const auto [found, first] = opened_.try_emplace(commitment);
      if (first && open_) found->second = open_(commitment);
      if (!found->second)
        ++out.second;
      else if (found->second->subject == subject)
        out.first.insert(found->second->inspector);
    }
    return out;
  }

 private:
  const State& state_;
  const OpenConflict& open_;
  std::map<Hash, std::optional<ConflictContent>> opened_;
};

// Of somebody with as many substitutions as the average. The test goes by the greatest chance that
// he can have had: the more conflicts are hidden, the less it finds.
Power power_for(const Gains& gains) {
  std::uint64_t substitutions = 0, taken = 0;
  double mean = 0;
  for (const auto& [who, gain] : gains) {
    substitutions += gain.substitutions;
    taken += gain.taken;
    mean += gain.mean;
  }
  Power power;
  const std::uint64_t trials = substitutions / gains.size();
  const double all = static_cast<double>(substitutions), usual = static_cast<double>(taken) / all,
               level = kNamingLevel / static_cast<double>(gains.size());
  for (std::uint64_t k = 1; k <= trials; ++k) {
    if (sum_upper_bound(k, trials, mean / all * static_cast<double>(trials)) > level) continue;
    power.chance = binomial_upper(k, trials, std::min(1.0, usual * power.ratio));
    break;
  }
  return power;
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

Screen gains_by_substitution(const State& state, const OpenConflict& open) {
  Screen screen;
  screen.code = "substitutes-gained";
  screen.title = {"由递补得到检查任务偏多的人", "Who gains from substitutions"};
  screen.method = {
      "每次递补的候选人机会均等，候选人按决定当时计（名额、人数上限、停用、已知的利益冲突）；次数之"
      "和的"
      "尾概率用 Hoeffding（1956）的上界；BH 筛选，Holm 校正后才列名",
      "each candidate of a substitution has the same chance, and candidates are those of its "
      "decision (capacity, unit limit, status, the conflicts that are known); the tail of the sum "
      "is bounded by Hoeffding (1956); screened by Benjamini–Hochberg, named only after Holm's "
      "correction"};
  screen.limits = {
      "未公开的利益冲突都当作排除了别的候选人；无人可递补过的席位、后来增加了单位的组不在其中",
      "each conflict that is not public counts as one candidate fewer; seats for which "
      "nobody was left at some time, and groups that were given units later, are left "
      "out"};
  Gains gains;
  KnownConflicts conflicts(state, open);
  for (const auto& [stream, draw] : state.draws.by_stream) {
    if (draw.tasks.empty() || !draws_teams(draw.announcement)) continue;
    std::optional<Candidates> candidates;  // few draws have substitutions
    for_each_substitution(draw, [&](const Substitution& at) {
      if (!candidates) candidates.emplace(state, at.draw);
      const auto [in_conflict, unopened] = conflicts.at(at);
      candidates->count(at, in_conflict, unopened, gains);
      ++screen.sample;
    });
  }
  if (gains.empty()) return screen;
  screen.power = power_for(gains);
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
