// Subjects that a plan covers and that its draws, taken together, never had in a pool.
#include <algorithm>
#include <functional>
#include <map>

#include "projections/findings/findings.h"
#include "projections/scope_shown.h"

namespace liuhen::projections {

namespace {

using ledger::schema::PlanPublishedT;
using ledger::schema::SubjectStatus;

std::string number(std::uint64_t value) { return std::to_string(value); }

// The draws of one plan that came to something or still may.
struct PlanDraws {
  std::vector<const Draw*> draws;
  bool narrowed = false;
};

// By number of the subject.
class Coverage {
 public:
  Coverage(const State& state, const PlanPublishedT& plan)
      : state_(state), planned_(plan.scope, state.subjects), marks_(state.subjects.size(), 0) {}

  void add(const Draw& draw) {
    const SubjectFilter announced(draw.announcement.scope, state_.subjects);
    for (std::uint32_t subject = 0; subject < marks_.size(); ++subject) {
      const SubjectVersion* version = state_.subjects.at(subject, draw.announcement.pool_position);
      if (version == nullptr) continue;
      if (announced.meets(*version))
        marks_[subject] |= kInPool;
      else if (is_left_out(*version))
        marks_[subject] |= kLeftOut;
    }
  }

  // Whether this one left out somebody who is in none of those added.
  bool leaves_out(const Draw& draw) const {
    for (std::uint32_t subject = 0; subject < marks_.size(); ++subject) {
      if (marks_[subject] != kLeftOut) continue;
      const SubjectVersion* version = state_.subjects.at(subject, draw.announcement.pool_position);
      if (version != nullptr && is_left_out(*version)) return true;
    }
    return false;
  }

  std::uint64_t in_no_pool() const {
    return static_cast<std::uint64_t>(std::ranges::count(marks_, kLeftOut));
  }
  // Of those in no pool, by the division in which they are registered now.
  std::map<std::string, std::uint64_t> by_division() const {
    std::map<std::string, std::uint64_t> out;
    for (std::uint32_t subject = 0; subject < marks_.size(); ++subject) {
      if (marks_[subject] == kLeftOut)
        ++out[state_.subjects.division(state_.subjects.latest(subject))];
    }
    return out;
  }
  // Covered by the plan when one of its draws was announced, as far as any draw tells.
  std::uint64_t looked_at() const {
    return marks_.size() - static_cast<std::uint64_t>(std::ranges::count(marks_, 0));
  }

 private:
  static constexpr std::uint8_t kInPool = 1, kLeftOut = 2;
  bool is_left_out(const SubjectVersion& version) const {
    return static_cast<SubjectStatus>(version.status) == SubjectStatus::active &&
           planned_.meets(version);
  }
  const State& state_;
  const SubjectFilter planned_;
  std::vector<std::uint8_t> marks_;
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
  screen.title = {"在计划范围内而从未进入名录的检查对象",
                  "Subjects in a plan's scope and in no pool of its draws"};
  screen.method = {
      "逐个计划，按其最新一版的范围：某次公告时存续且在范围内、未入该次名录，也不在该计划任何一次未"
      "作"
      "废、未失败的抽取的名录中；只看公告过较小范围的计划",
      "for each plan, by the scope of its newest revision: active and in scope when a draw was "
      "announced, not in that pool, and in none of the plan's draws that are neither voided nor "
      "failed; only plans of which a draw was announced with a narrower scope"};
  screen.limits = {
      "按区划或行业分批抽取的计划，尚未轮到的也在其中；计划范围后来改小的，按改小的计：每次抽取之下"
      "另注明公告当时的计划范围",
      "where a plan is drawn district by district, those whose turn has not come are counted; a "
      "plan that was narrowed later is taken as narrowed: under each draw stands the plan's scope "
      "as it was announced"};
  const auto plans = draws_by_plan(state);
  for (const auto& [id, of_plan] : plans) {
    if (!of_plan.narrowed) continue;
    Coverage coverage(state, state.catalogue.plans.at(id));
    for (const Draw* draw : of_plan.draws) coverage.add(*draw);
    screen.sample += coverage.looked_at();
    const std::uint64_t count = coverage.in_no_pool();
    if (count == 0) continue;
    Finding finding;
    finding.about = id;
    for (const Draw* draw : of_plan.draws) {
      if (coverage.leaves_out(*draw)) finding.evidence.add(draw->position);
    }
    const Sentence divisions = where(coverage.by_division());
    const std::string draws = number(of_plan.draws.size()), times = number(finding.evidence.count);
    finding.what = {"计划“" + id + "”的范围内有 " + number(count) + " 户" + divisions.zh +
                        "不在它 " + draws + " 次抽取的任何一次名录中，其中 " + times +
                        " 次公告把他们留在了范围之外",
                    number(count) + " subjects in the scope of the plan \"" + id + "\"" +
                        divisions.en + " are in the pool of none of its " + draws +
                        " draws; the scopes announced for " + times + " of these left them out"};
    screen.findings.push_back(std::move(finding));
  }
  return screen;
}

}  // namespace liuhen::projections
