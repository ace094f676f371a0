#include "projections/conditions.h"

#include <algorithm>
#include <set>

#include "projections/fields.h"
#include "projections/pool.h"
#include "projections/subjects.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;
using schema::Field;

constexpr std::size_t kClassBytesMax = 24;  // as import takes them

bool digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}
bool is_section(char c) { return c >= 'A' && c <= 'T'; }

bool is_value(Field field, std::string_view value) {
  switch (field) {
    case Field::kind: {
      const auto& kinds = schema::EnumValuesSubjectKind();
      return std::any_of(std::begin(kinds), std::end(kinds), [&](schema::SubjectKind kind) {
        return kind != schema::SubjectKind::unknown && value == schema::EnumNameSubjectKind(kind);
      });
    }
    case Field::division:
      return (value.size() == 2 || value.size() == 4 || value.size() == 6) && digits(value);
    case Field::section:
      return value.size() == 1 && is_section(value[0]);
    case Field::industry:
      return value.size() == 3 && is_section(value[0]) && digits(value.substr(1));
    case Field::risk_class:
      return !value.empty() && value.size() <= kClassBytesMax;
    case Field::none:
      break;
  }
  return false;
}

bool one_of(const schema::ConditionT& condition, std::string_view value) {
  return std::find(condition.values.begin(), condition.values.end(), value) !=
         condition.values.end();
}

bool allows_kind(const schema::ConditionT& condition, schema::SubjectKind kind) {
  return condition.field != Field::kind || one_of(condition, schema::EnumNameSubjectKind(kind));
}
bool allows_division(const schema::ConditionT& condition, std::string_view division) {
  return condition.field != Field::division ||
         std::any_of(condition.values.begin(), condition.values.end(),
                     [&](const std::string& value) { return division.starts_with(value); });
}
bool allows_industry(const schema::ConditionT& condition, std::string_view industry) {
  if (condition.field == Field::section) return one_of(condition, industry.substr(0, 1));
  return condition.field != Field::industry || one_of(condition, industry);
}

// Whether some subject could have a value that both allow. Sections and industries are prefixes of
// one another, as divisions are.
bool compatible(const schema::ConditionT& a, const schema::ConditionT& b) {
  const auto family = [](Field field) { return field == Field::industry ? Field::section : field; };
  if (family(a.field) != family(b.field)) return true;
  for (const std::string& x : a.values) {
    for (const std::string& y : b.values) {
      if (x == y || (a.field != Field::kind && (x.starts_with(y) || y.starts_with(x)))) return true;
    }
  }
  return false;
}

}  // namespace

Outcome check_conditions(const ConditionTables* conditions, bool restricted_too) {
  if (conditions == nullptr) return ok();
  std::set<Field> fields;
  for (const schema::Condition* condition : *conditions) {
    const std::string name = schema::EnumNameField(condition->field());
    if (condition->field() == Field::risk_class && !restricted_too) {
      return fail("scope.restricted", "风险等级是受限内容，只能用于抽查细则的分层",
                  "the risk class is restricted: only the strata of a rule may speak of it");
    }
    if (!fields.insert(condition->field()).second || condition->values()->size() == 0) {
      return fail("scope.condition", "条件字段“" + name + "”重复，或没有取值",
                  "the field \"" + name + "\" has two conditions, or no values");
    }
    std::set<std::string_view> seen;
    for (const flatbuffers::String* value : *condition->values()) {
      if (is_value(condition->field(), text(value)) && seen.insert(text(value)).second) continue;
      const std::string given(text(value));
      return fail("scope.condition", "条件字段“" + name + "”的取值“" + given + "”格式不对或重复",
                  "\"" + given + "\" is no value of the field \"" + name + "\", or given twice");
    }
  }
  return ok();
}

bool has_restricted(const Conditions& conditions) {
  return std::ranges::any_of(
      conditions, [](const auto& condition) { return condition->field == Field::risk_class; });
}

bool meets_class(const Conditions& conditions, std::string_view risk_class) {
  return std::ranges::all_of(conditions, [&](const auto& condition) {
    return condition->field != Field::risk_class || one_of(*condition, risk_class);
  });
}

SubjectFilter::SubjectFilter(const Conditions& conditions, const Subjects& subjects) {
  const auto all = [&](const auto& allows) {
    return std::all_of(conditions.begin(), conditions.end(),
                       [&](const auto& condition) { return allows(*condition); });
  };
  for (const schema::SubjectKind kind : schema::EnumValuesSubjectKind()) {
    kinds_.push_back(all([&](const auto& condition) { return allows_kind(condition, kind); }));
  }
  for (const std::string& division : subjects.divisions()) {
    divisions_.push_back(
        all([&](const auto& condition) { return allows_division(condition, division); }));
  }
  for (const std::string& industry : subjects.industries()) {
    industries_.push_back(
        all([&](const auto& condition) { return allows_industry(condition, industry); }));
  }
}

bool SubjectFilter::meets(const SubjectVersion& version) const {
  return kinds_[version.kind] && divisions_[version.division] && industries_[version.industry];
}

bool scopes_overlap(const Conditions& a, const Conditions& b) {
  for (const auto& x : a) {
    for (const auto& y : b) {
      if (!compatible(*x, *y)) return false;
    }
  }
  return true;
}

}  // namespace liuhen::projections
