#include "projections/scope_shown.h"

#include <map>
#include <set>

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;
using schema::Field;

std::map<Field, std::set<std::string>> by_field(const Conditions& scope) {
  std::map<Field, std::set<std::string>> out;
  for (const auto& condition : scope)
    out[condition->field].insert(condition->values.begin(), condition->values.end());
  return out;
}

Sentence name_of(Field field) {
  switch (field) {
    case Field::kind:
      return {"主体类型", "kind"};
    case Field::division:
      return {"行政区划", "division"};
    case Field::section:
      return {"行业门类", "section"};
    case Field::industry:
      return {"行业大类", "industry"};
    case Field::risk_class:
      return {"风险等级", "risk class"};
    case Field::none:
      break;
  }
  return {};
}

}  // namespace

bool same_scope(const Conditions& a, const Conditions& b) { return by_field(a) == by_field(b); }

Sentence words_of_scope(const Conditions& scope) {
  Sentence out;
  for (const auto& [field, values] : by_field(scope)) {
    const Sentence name = name_of(field);
    std::string zh, en;
    for (const std::string& value : values) {
      zh += (zh.empty() ? "" : "、") + value;
      en += (en.empty() ? "" : ", ") + value;
    }
    out.zh += (out.zh.empty() ? "" : "；") + name.zh + " " + zh;
    out.en += (out.en.empty() ? "" : "; ") + name.en + " " + en;
  }
  if (out.zh.empty()) return {"全部登记对象", "all who are registered"};
  return out;
}

std::optional<ScopeShown> scope_shown(const State& state,
                                      const schema::DrawAnnouncedT& announcement) {
  const auto plan = state.catalogue.plans.find(announcement.plan);
  if (plan == state.catalogue.plans.end() || same_scope(plan->second.scope, announcement.scope))
    return std::nullopt;
  ScopeShown out{.revision = plan->second.revision,
                 .planned = words_of_scope(plan->second.scope),
                 .announced = words_of_scope(announcement.scope)};
  const SubjectFilter planned(plan->second.scope, state.subjects),
      announced(announcement.scope, state.subjects);
  for (std::uint32_t subject = 0; subject < state.subjects.size(); ++subject) {
    const SubjectVersion* version = state.subjects.at(subject, announcement.pool_position);
    if (version == nullptr || !planned.meets(*version) || announced.meets(*version)) continue;
    ++out.left_out;
    if (static_cast<schema::SubjectStatus>(version->status) == schema::SubjectStatus::active)
      ++out.active;
  }
  return out;
}

Sentence words_of(const ScopeShown& scope) {
  const std::string revision = std::to_string(scope.revision),
                    left_out = std::to_string(scope.left_out),
                    active = std::to_string(scope.active);
  return {"公告的范围（" + scope.announced.zh + "）小于计划第 " + revision + " 版的范围（" +
              scope.planned.zh + "）：计划范围内有 " + left_out + " 户（其中存续 " + active +
              " 户）不在名录中",
          "the announced scope (" + scope.announced.en + ") is narrower than that of revision " +
              revision + " of the plan (" + scope.planned.en + "): " + left_out +
              " in the plan's scope, " + active + " of them active, are not in the pool"};
}

}  // namespace liuhen::projections
