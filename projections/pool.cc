#include "projections/pool.h"

#include <algorithm>

#include "projections/calendar.h"
#include "projections/conditions.h"
#include "projections/last_pool.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;
using schema::DrawAnnouncedT;
using schema::RuleSetT;

std::string number(std::uint64_t value) { return std::to_string(value); }

// Whether the draw, executed at that position, still counts as of `position`: it was not voided by
// then.
bool counts(const Draws& draws, std::uint64_t executed_at, std::uint64_t position) {
  if (executed_at > position) return false;
  const auto voided = draws.voided.find(executed_at);
  return voided == draws.voided.end() || voided->second > position;
}

// By number of the subject: whether a task of it was open as of the position.
std::vector<bool> open_visits(const State& state, std::uint64_t position) {
  std::vector<bool> open(state.subjects.size(), false);
  for (const auto& [stream, draw] : state.draws.by_stream) {
    if (!draw.executed_at || !draw.disclosed_at || *draw.disclosed_at > position) continue;
    if (draw.voided_at && *draw.voided_at <= position) continue;
    for (const Task& task : draw.tasks) {
      if (task.result && task.result->position <= position) continue;
      if (const auto subject = state.subjects.find(task.subject)) open[*subject] = true;
    }
  }
  return open;
}

// By number of the subject: whether it was visited in the days before the recorded time of the
// position, whatever became of the draw that sent people there.
std::vector<bool> visited_lately(const State& state, std::uint64_t position, std::uint32_t days) {
  std::vector<bool> out(state.subjects.size(), false);
  if (days == 0) return out;
  const std::uint64_t now = state.times[position], rest_s = std::uint64_t{days} * 86'400;
  for (const auto& [stream, draw] : state.draws.by_stream) {
    for (const Task& task : draw.tasks) {
      if (!task.result || task.result->position > position) continue;
      if (now - task.result->visited_at >= rest_s) continue;
      if (const auto subject = state.subjects.find(task.subject)) out[*subject] = true;
    }
  }
  return out;
}

// By number of the subject: whether it has had as many visits as the rule allows in the calendar
// year of the position.
std::vector<bool> capped(const State& state, std::uint64_t position, std::uint32_t cap) {
  std::vector<bool> out(state.subjects.size(), false);
  if (cap == 0) return out;
  const std::uint32_t year = calendar_year(state.times[position]);
  for (const auto& [id, visits] : state.draws.visited) {
    const auto had = std::count_if(visits.begin(), visits.end(), [&](const auto& visit) {
      return visit.second == year && counts(state.draws, visit.first, position);
    });
    if (static_cast<std::uint64_t>(had) < cap) continue;
    if (const auto subject = state.subjects.find(id)) out[*subject] = true;
  }
  return out;
}

// Subjects in scope as of the position, sorted bytewise by id: out of all in that order, or, where
// that is null, to be sorted now.
std::vector<std::uint32_t> in_scope(const Subjects& subjects, const SubjectFilter& scope,
                                    std::uint64_t position,
                                    const std::vector<std::uint32_t>* ordered) {
  std::vector<std::uint32_t> out;
  if (ordered != nullptr) {
    for (const std::uint32_t subject : *ordered) {
      const SubjectVersion* version = subjects.at(subject, position);
      if (version != nullptr && scope.meets(*version)) out.push_back(subject);
    }
    return out;
  }
  struct Keyed {
    std::uint64_t head;  // the first eight bytes of the id, big-endian
    std::uint32_t subject;
  };
  std::vector<Keyed> found;
  for (std::uint32_t subject = 0; subject < subjects.size(); ++subject) {
    const SubjectVersion* version = subjects.at(subject, position);
    if (version == nullptr || !scope.meets(*version)) continue;
    const std::string_view id = subjects.id(subject);
    std::uint64_t head = 0;
    for (std::size_t i = 0; i < 8; ++i)
      head = head << 8 | (i < id.size() ? static_cast<unsigned char>(id[i]) : 0U);
    found.push_back({head, subject});
  }
  std::sort(found.begin(), found.end(), [&](const Keyed& a, const Keyed& b) {
    return a.head != b.head ? a.head < b.head : subjects.id(a.subject) < subjects.id(b.subject);
  });
  out.reserve(found.size());
  for (const Keyed& keyed : found) out.push_back(keyed.subject);
  return out;
}

Result<std::vector<SubjectFilter>> strata_of(const State& state, const DrawAnnouncedT& announcement,
                                             const RuleSetT& rule) {
  std::vector<SubjectFilter> strata;
  for (const auto& announced : announcement.strata) {
    if (announced->rule_stratum >= rule.strata.size()) {
      return fail(
          "draw.strata",
          "细则“" + rule.id + "”没有第 " + number(announced->rule_stratum) + " 层（从 0 起）",
          "the rule \"" + rule.id + "\" has no stratum " + number(announced->rule_stratum) +
              " (they count from 0)");
    }
    strata.emplace_back(rule.strata[announced->rule_stratum]->conditions, state.subjects);
  }
  return strata;
}

Result<std::uint64_t> stratum_of(const std::vector<SubjectFilter>& strata,
                                 const SubjectVersion& version, std::string_view id) {
  std::optional<std::uint64_t> found;
  for (std::size_t i = 0; i < strata.size(); ++i) {
    if (!strata[i].meets(version)) continue;
    if (found) {
      return fail("draw.strata_overlap",
                  "检查对象“" + std::string(id) + "”同属第 " + number(*found) + " 和第 " +
                      number(i) + " 层：各层不得重叠",
                  "subject \"" + std::string(id) + "\" is in stratum " + number(*found) +
                      " and in " + number(i) + ": strata must not overlap");
    }
    found = i;
  }
  if (!found) {
    return fail("draw.strata_gap",
                "范围内的检查对象“" + std::string(id) + "”不属于任何分层：请补充分层或缩小范围",
                "subject \"" + std::string(id) +
                    "\" is in scope and in no stratum: add one, or narrow the scope");
  }
  return *found;
}

// What keeps a subject out, by the rule and the state after an entry.
class Exclusions {
 public:
  Exclusions(const State& state, const RuleSetT& rule, std::uint64_t position)
      : suspended_apart_(rule.suspended_apart),
        open_(open_visits(state, position)),
        capped_(capped(state, position, rule.yearly_cap)),
        lately_(visited_lately(state, position, rule.rest_days)) {}

  // The first reason that holds.
  SubjectEligibility of(std::uint32_t subject, const SubjectVersion& version) const {
    const auto status = static_cast<schema::SubjectStatus>(version.status);
    if (status == schema::SubjectStatus::suspended && suspended_apart_)
      return SubjectEligibility::suspended;
    if (status != schema::SubjectStatus::active) return SubjectEligibility::not_active;
    if (capped_[subject]) return SubjectEligibility::yearly_cap;
    if (open_[subject]) return SubjectEligibility::visit_open;
    if (lately_[subject]) return SubjectEligibility::visited_lately;
    return SubjectEligibility::eligible;
  }

 private:
  bool suspended_apart_;
  std::vector<bool> open_, capped_, lately_;
};

// The weight that the rule gives a subject: that of the first conditions that it meets.
class Weights {
 public:
  Weights(const State& state, const RuleSetT& rule) {
    for (const auto& weight : rule.weights)
      weights_.emplace_back(SubjectFilter(weight->conditions, state.subjects), weight->weight);
  }

  std::uint64_t of(const SubjectVersion& version) const {
    const auto found = std::ranges::find_if(
        weights_, [&](const auto& weight) { return weight.first.meets(version); });
    return found == weights_.end() ? 1 : found->second;
  }

 private:
  std::vector<std::pair<SubjectFilter, std::uint64_t>> weights_;
};

Outcome position_is_there(const State& state, std::uint64_t position) {
  if (position < state.size()) return ok();
  return fail(
      "draw.position",
      "名录取自第 " + number(position) + " 条记录，账本只有 " + number(state.size()) + " 条",
      "the pool is taken at entry " + number(position) + ", the log has only " +
          number(state.size()));
}

// What a pool says of a subject in scope.
class Standing {
 public:
  static Result<Standing> of(const State& state, const DrawAnnouncedT& announcement,
                             const RuleSetT& rule) {
    auto strata = strata_of(state, announcement, rule);
    if (!strata) return strata.error();
    return Standing(state, announcement, rule, std::move(*strata));
  }

  Result<PooledSubject> operator()(std::uint32_t subject) const {
    const SubjectVersion& version = *state_->subjects.at(subject, position_);
    const Result<std::uint64_t> stratum =
        restricted_ ? std::uint64_t{0} : stratum_of(strata_, version, state_->subjects.id(subject));
    if (!stratum) return stratum.error();
    return PooledSubject{.number = subject,
                         .stratum = *stratum,
                         .weight = weighted_ ? weights_.of(version) : 1,
                         .eligibility = exclusions_.of(subject, version)};
  }

 private:
  Standing(const State& state, const DrawAnnouncedT& announcement, const RuleSetT& rule,
           std::vector<SubjectFilter> strata)
      : state_(&state),
        position_(announcement.pool_position),
        restricted_(!announcement.pool_key_hash.empty()),
        weighted_(announcement.weighted),
        strata_(std::move(strata)),
        exclusions_(state, rule, position_),
        weights_(state, rule) {}

  const State* state_;
  std::uint64_t position_;
  bool restricted_, weighted_;
  std::vector<SubjectFilter> strata_;
  Exclusions exclusions_;
  Weights weights_;
};

Outcome fill_subjects(const State& state, const DrawAnnouncedT& announcement, const RuleSetT& rule,
                      Pool& pool) {
  const auto standing = Standing::of(state, announcement, rule);
  if (!standing) return standing.error();
  pool.restricted = !announcement.pool_key_hash.empty();
  const auto subjects = in_scope(
      state.subjects, SubjectFilter(announcement.scope, state.subjects), announcement.pool_position,
      state.last_pool ? &state.last_pool->in_order(state.subjects) : nullptr);
  pool.subjects.reserve(subjects.size());
  crypto::draw::SubjectPool rows(announcement.weighted);
  for (const std::uint32_t subject : subjects) {
    const auto pooled = (*standing)(subject);
    if (!pooled) return pooled.error();
    pool.subjects.push_back({.id = std::string(state.subjects.id(subject)),
                             .stratum = pooled->stratum,
                             .weight = pooled->weight,
                             .eligibility = static_cast<std::uint64_t>(pooled->eligibility)});
    if (auto added = rows.add(pool.subjects.back()); !added) return added;
  }
  if (!pool.restricted) pool.subject_root = rows.root();
  pool.subjects_eligible = rows.eligible();
  return ok();
}

bool fits_a_group(const DrawAnnouncedT& announcement, const InspectorVersion& version) {
  return std::any_of(
      announcement.groups.begin(), announcement.groups.end(), [&](const auto& group) {
        const bool unit =
            std::find(group->units.begin(), group->units.end(), version.unit) != group->units.end();
        const bool holds = group->qualification.empty() ||
                           std::binary_search(version.qualifications.begin(),
                                              version.qualifications.end(), group->qualification);
        return unit && holds;
      });
}

std::uint64_t capacity_for(const DrawAnnouncedT& announcement, const std::string& unit) {
  for (const auto& capacity : announcement.capacities) {
    if (capacity->unit == unit) return capacity->capacity;
  }
  return announcement.default_capacity;
}

Outcome fill_inspectors(const State& state, const DrawAnnouncedT& announcement, Pool& pool) {
  crypto::draw::InspectorPool rows;
  for (const auto& [id, versions] : state.inspectors.rows) {
    const InspectorVersion* version = state.inspectors.at(id, announcement.pool_position);
    if (version == nullptr) continue;
    auto eligibility = InspectorEligibility::eligible;
    if (version->status != schema::InspectorStatus::active) {
      eligibility = InspectorEligibility::not_active;
    } else if (!fits_a_group(announcement, *version)) {
      eligibility = InspectorEligibility::no_group;
    }
    pool.inspectors.push_back({.id = id,
                               .unit = version->unit,
                               .qualifications = version->qualifications,
                               .capacity = capacity_for(announcement, version->unit),
                               .eligibility = static_cast<std::uint64_t>(eligibility)});
    if (auto added = rows.add(pool.inspectors.back()); !added) return added;
  }
  pool.inspector_root = rows.root();
  pool.inspectors_eligible = rows.eligible();
  return ok();
}

}  // namespace

Result<Pool> pool_of(const State& state, const DrawAnnouncedT& announcement, const RuleSetT& rule) {
  if (auto there = position_is_there(state, announcement.pool_position); !there)
    return there.error();
  if (state.given_pool) return *state.given_pool;
  Pool pool;
  if (auto filled = fill_subjects(state, announcement, rule, pool); !filled) return filled.error();
  if (auto filled = fill_inspectors(state, announcement, pool); !filled) return filled.error();
  pool.conflicts = state.conflicts.in_force(announcement.pool_position);
  pool.conflict_root = crypto::draw::conflicts_root(pool.conflicts);
  return pool;
}

Outcome each_pooled(const State& state, const DrawAnnouncedT& announcement, const RuleSetT& rule,
                    const std::function<void(const PooledSubject&)>& each) {
  if (auto there = position_is_there(state, announcement.pool_position); !there) return there;
  const auto standing = Standing::of(state, announcement, rule);
  if (!standing) return standing.error();
  const SubjectFilter scope(announcement.scope, state.subjects);
  for (std::uint32_t subject = 0; subject < state.subjects.size(); ++subject) {
    const SubjectVersion* version = state.subjects.at(subject, announcement.pool_position);
    if (version == nullptr || !scope.meets(*version)) continue;
    const auto pooled = (*standing)(subject);
    if (!pooled) return pooled.error();
    each(*pooled);
  }
  return ok();
}

crypto::draw::SubjectRow announced_subject(const State& state, const Draw& draw,
                                           std::string_view id) {
  if (state.given_pool) {
    const auto& rows = state.given_pool->subjects;
    return *std::ranges::lower_bound(rows, id, {}, &crypto::draw::SubjectRow::id);
  }
  const auto number = state.subjects.find(id);
  LIUHEN_CHECK(number);
  const SubjectVersion* version = state.subjects.at(*number, draw.announcement.pool_position);
  const auto strata = strata_of(state, draw.announcement, draw.rule_set);
  LIUHEN_CHECK(version != nullptr && strata);
  return {.id = std::string(id),
          .stratum = stratum_of(*strata, *version, id).value(),
          .weight = draw.announcement.weighted ? Weights(state, draw.rule_set).of(*version) : 1};
}

std::vector<std::uint64_t> eligible_by_stratum(const Pool& pool, std::size_t strata) {
  std::vector<std::uint64_t> eligible(strata, 0);
  for (const auto& row : pool.subjects) {
    if (row.eligibility == 0 && row.stratum < strata) ++eligible[row.stratum];
  }
  return eligible;
}

}  // namespace liuhen::projections
