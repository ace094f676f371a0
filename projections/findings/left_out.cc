// Subjects that a plan covers and that its draws seldom or never had in a pool, beside the others.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>

#include "projections/findings/findings.h"
#include "projections/scope_shown.h"

namespace liuhen::projections {

namespace {

using ledger::schema::PlanPublishedT;
using ledger::schema::SubjectStatus;

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string percent(double share) {
  char out[32];
  std::snprintf(out, sizeof out, "%.1f%%", 100 * share);
  return out;
}

// The draws of one plan that came to something or still may.
struct PlanDraws {
  std::vector<const Draw*> draws;
  bool narrowed = false;
};

// How often each subject, by its number, was in a pool of the plan's draws, of those in which it
// could have been.
class Coverage {
 public:
  Coverage(const State& state, const PlanPublishedT& plan)
      : state_(state), planned_(plan.scope, state.subjects), counts_(state.subjects.size()) {}

  void add(const Draw& draw) {
    const SubjectFilter announced(draw.announcement.scope, state_.subjects);
    for (std::uint32_t subject = 0; subject < counts_.size(); ++subject) {
      const SubjectVersion* version = state_.subjects.at(subject, draw.announcement.pool_position);
      if (version == nullptr) continue;
      const bool in = announced.meets(*version);
      if (!in && !could_be(*version)) continue;
      ++counts_[subject].draws;
      counts_[subject].pools += in ? 1 : 0;
      ++draws_;
      pools_ += in ? 1 : 0;
    }
  }

  // In fewer than half as many pools, of the draws in which it could have been, as all of the
  // plan's subjects taken together.
  bool is_left_out(std::uint32_t subject) const {
    const Count& count = counts_[subject];
    return 2 * count.pools * draws_ < count.draws * pools_;
  }
  // Whether this one left out one of those.
  bool leaves_out(const Draw& draw) const {
    const SubjectFilter announced(draw.announcement.scope, state_.subjects);
    for (std::uint32_t subject = 0; subject < counts_.size(); ++subject) {
      if (!is_left_out(subject)) continue;
      const SubjectVersion* version = state_.subjects.at(subject, draw.announcement.pool_position);
      if (version != nullptr && could_be(*version) && !announced.meets(*version)) return true;
    }
    return false;
  }

  struct Group {
    std::uint64_t subjects = 0, never = 0;             // of them in no pool at all
    std::uint64_t draws = 0, pools = 0;                // of all of them
    std::map<std::string, std::uint64_t> by_division;  // in which they are registered now
  };
  Group left_out() const {
    Group out;
    for (std::uint32_t subject = 0; subject < counts_.size(); ++subject) {
      if (!is_left_out(subject)) continue;
      ++out.subjects;
      out.never += counts_[subject].pools == 0 ? 1 : 0;
      out.draws += counts_[subject].draws;
      out.pools += counts_[subject].pools;
      ++out.by_division[state_.subjects.division(state_.subjects.latest(subject))];
    }
    return out;
  }
  // Covered by the plan when one of its draws was announced.
  std::uint64_t looked_at() const {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(counts_, [](const Count& count) { return count.draws != 0; }));
  }
  double share() const { return share_of(pools_, draws_); }
  static double share_of(std::uint64_t pools, std::uint64_t draws) {
    return draws == 0 ? 0 : static_cast<double>(pools) / static_cast<double>(draws);
  }

 private:
  struct Count {
    std::uint64_t draws = 0, pools = 0;
  };
  bool could_be(const SubjectVersion& version) const {
    return static_cast<SubjectStatus>(version.status) == SubjectStatus::active &&
           planned_.meets(version);
  }
  const State& state_;
  const SubjectFilter planned_;
  std::vector<Count> counts_;
  std::uint64_t draws_ = 0, pools_ = 0;
};

std::map<std::string, PlanDraws> draws_by_plan(const State& state) {
  std::map<std::string, PlanDraws> out;
  for (const std::string& stream : state.draws.streams) {
    const Draw& draw = state.draws.by_stream.at(stream);
    const auto plan = state.catalogue.plans.find(draw.announcement.plan);
    if (draw.discarded || draw.failed_at || plan == state.catalogue.plans.end()) continue;
    PlanDraws& of_plan = out[draw.announcement.plan];
    of_plan.draws.push_back(&draw);
    of_plan.narrowed |= !same_scope(plan->second.scope, draw.announcement.scope);
  }
  return out;
}

// The divisions with the most of them, three at most.
Sentence where(const std::map<std::string, std::uint64_t>& by_division) {
  std::vector<std::pair<std::string, std::uint64_t>> most(by_division.begin(), by_division.end());
  std::ranges::stable_sort(most, std::ranges::greater{},
                           [](const auto& row) { return row.second; });
  if (most.size() > 3) most.resize(3);
  std::string out;
  for (const auto& [division, count] : most)
    out += (out.empty() ? "" : ", ") + division + ": " + number(count);
  return {"（最多的区划 " + out + "）", " (most of them in the divisions " + out + ")"};
}

}  // namespace

Screen plans_leave_out(const State& state) {
  Screen screen;
  screen.code = "plan-left-out";
  screen.title = {"在计划范围内而少有或从未进入名录的检查对象",
                  "Subjects in a plan's scope and in few or no pools of its draws"};
  screen.method = {
      "逐个计划，按其最新一版的范围：公告时存续且在范围内的，算该次可入名录；入名录的次数与可入的次"
      "数"
      "之比，不到全体合计之比一半的列出；作废、失败的抽取不计；只看公告过较小范围的计划",
      "for each plan, by the scope of its newest revision: who was active and in scope when a draw "
      "was announced could have been in its pool; listed are those whose pools, of the draws in "
      "which they could have been, are less than half the share of all of them taken together; "
      "draws voided or failed do not count; only plans of which a draw was announced with a "
      "narrower scope"};
  screen.limits = {
      "按区划或行业分批抽取的计划，尚未轮到的，和按规定轮次就少的，也在其中；计划范围后来改小的，按"
      "改"
      "小的计：每次抽取之下另注明公告当时的计划范围",
      "where a plan is drawn district by district, those whose turn has not come, and those whose "
      "turn is meant to come less often, are counted; a plan that was narrowed later is taken as "
      "narrowed: under each draw stands the plan's scope as it was announced"};
  const auto plans = draws_by_plan(state);
  for (const auto& [id, of_plan] : plans) {
    if (!of_plan.narrowed) continue;
    Coverage coverage(state, state.catalogue.plans.at(id));
    for (const Draw* draw : of_plan.draws) coverage.add(*draw);
    screen.sample += coverage.looked_at();
    const Coverage::Group out = coverage.left_out();
    if (out.subjects == 0) continue;
    Finding finding;
    finding.about = id;
    for (const Draw* draw : of_plan.draws) {
      if (coverage.leaves_out(*draw)) finding.evidence.add(draw->position);
    }
    const Sentence divisions = where(out.by_division);
    const std::string count = number(out.subjects), never = number(out.never),
                      draws = number(of_plan.draws.size()), times = number(finding.evidence.count),
                      theirs = percent(Coverage::share_of(out.pools, out.draws)),
                      all = percent(coverage.share());
    finding.what = {
        "计划“" + id + "”的范围内有 " + count + " 户" + divisions.zh + "少有或从未进入它 " + draws +
            " 次抽取的名录：平均入 " + theirs + "，全体平均 " + all + "；其中 " + never +
            " 户从未入过；" + times + " 次公告把他们留在了范围之外",
        count + " subjects in the scope of the plan \"" + id + "\"" + divisions.en +
            " are in few or none of the pools of its " + draws + " draws: in " + theirs +
            " on average, all together in " + all + "; " + never +
            " of them in none; the scopes announced for " + times + " of these left them out"};
    screen.findings.push_back(std::move(finding));
  }
  return screen;
}

}  // namespace liuhen::projections
