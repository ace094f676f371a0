#include "projections/catalogue.h"

#include <algorithm>

#include "projections/conditions.h"
#include "projections/fields.h"
#include "projections/state.h"

namespace liuhen::projections {

namespace {

namespace schema = ledger::schema;

std::string quoted_zh(std::string_view id) { return "“" + std::string(id) + "”"; }
std::string in_quotes(std::string_view id) { return "\"" + std::string(id) + "\""; }

Outcome check_id(std::string_view id) {
  const bool good = !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
  if (good) return ok();
  return fail("catalogue.id",
              "编号" + quoted_zh(id) + "不合规则：应为 1 至 64 个字母、数字或 - _ .",
              "the id " + in_quotes(id) + " is not 1 to 64 of letters, digits, '-', '_' and '.'");
}

Outcome check_revision(std::string_view what_zh, std::string_view what_en, std::string_view id,
                       std::uint32_t last, std::uint32_t given) {
  if (given == last + 1) return ok();
  return fail("catalogue.revision",
              std::string(what_zh) + quoted_zh(id) + "的下一版应为第 " + std::to_string(last + 1) +
                  " 版，实为第 " + std::to_string(given) + " 版",
              "the next revision of the " + std::string(what_en) + " " + in_quotes(id) + " is " +
                  std::to_string(last + 1) + ", not " + std::to_string(given));
}

Outcome check_named(std::string_view id, const flatbuffers::String* name) {
  if (auto checked = check_id(id); !checked) return checked;
  if (!text(name).empty()) return ok();
  return fail("catalogue.name", quoted_zh(id) + "没有名称", in_quotes(id) + " has no name");
}

// The item, if `revision` is its newest and that is at `stage`.
Result<const Item*> find_item(const State& state, std::string_view id, std::uint32_t revision,
                              Item::Stage stage) {
  const auto found = state.catalogue.items.find(std::string(id));
  if (found == state.catalogue.items.end())
    return fail("item.unknown", "没有抽查事项" + quoted_zh(id),
                "there is no inspection item " + in_quotes(id));
  const Item& item = found->second;
  if (item.proposed.revision == revision && item.stage == stage) return &item;
  return fail("item.stage",
              "抽查事项" + quoted_zh(id) + "第 " + std::to_string(revision) +
                  " 版不是最新的一版，或不在这一步：须先列入，再审核，再公布",
              "revision " + std::to_string(revision) + " of the item " + in_quotes(id) +
                  " is not its newest, or not at this step: listed, then reviewed, then published");
}

}  // namespace

bool Catalogue::within(std::string_view department, std::string_view superior) const {
  for (auto found = departments.find(department); found != departments.end();
       found = departments.find(found->second.superior)) {
    if (found->first == superior) return true;
  }
  return false;
}

Outcome Catalogue::check_department(std::string_view id) const {
  const auto found = departments.find(id);
  if (found == departments.end())
    return fail("department.unknown", "没有部门" + quoted_zh(id),
                "there is no department " + in_quotes(id));
  if (!found->second.active)
    return fail("department.inactive", "部门" + quoted_zh(id) + "已停用",
                "the department " + in_quotes(id) + " is not active");
  return ok();
}

Outcome admit(const State& state, const ledger::Event&, const schema::DepartmentSet& payload) {
  const std::string_view id = text(payload.id()), superior = text(payload.superior()),
                         division = text(payload.division());
  if (auto checked = check_named(id, payload.name()); !checked) return checked;
  if (division.size() != 6 ||
      !std::all_of(division.begin(), division.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return fail("department.division", "部门" + quoted_zh(id) + "的行政区划须为六位数字",
                "the division of the department " + in_quotes(id) + " has to be six digits");
  }
  if (superior.empty()) return ok();
  if (auto checked = state.catalogue.check_department(superior); !checked) return checked;
  if (superior == id || state.catalogue.within(superior, id)) {
    return fail("department.cycle",
                "部门" + quoted_zh(id) + "不能隶属于自己或自己的下级" + quoted_zh(superior),
                "the department " + in_quotes(id) + " cannot be below itself or below its own " +
                    in_quotes(superior));
  }
  return ok();
}

void apply(State& state, const ledger::Event&, const schema::DepartmentSet& payload) {
  Department department{.id = std::string(text(payload.id())),
                        .name = std::string(text(payload.name())),
                        .division = std::string(text(payload.division())),
                        .superior = std::string(text(payload.superior())),
                        .active = payload.active()};
  std::string id = department.id;
  state.catalogue.departments.insert_or_assign(std::move(id), std::move(department));
}

Outcome admit(const State& state, const ledger::Event&, const schema::ItemListed& payload) {
  const std::string_view id = text(payload.id());
  if (auto checked = check_named(id, payload.name()); !checked) return checked;
  if (auto checked = state.catalogue.check_department(text(payload.department())); !checked)
    return checked;
  if (text(payload.basis()).empty() || text(payload.object()).empty() ||
      text(payload.content()).empty()) {
    return fail("item.incomplete",
                "抽查事项" + quoted_zh(id) + "须写明抽查依据、抽查对象和抽查内容",
                "the item " + in_quotes(id) + " needs its legal basis, its object and its content");
  }
  const auto found = state.catalogue.items.find(std::string(id));
  if (found == state.catalogue.items.end())
    return check_revision("抽查事项", "item", id, 0, payload.revision());
  if (found->second.stage == Item::Stage::withdrawn) {
    return fail("item.withdrawn", "抽查事项" + quoted_zh(id) + "已撤销，不能修订：请以新编号列入",
                "the item " + in_quotes(id) +
                    " is withdrawn and cannot be revised: list one under a new id");
  }
  return check_revision("抽查事项", "item", id, found->second.proposed.revision,
                        payload.revision());
}

void apply(State& state, const ledger::Event& event, const schema::ItemListed& payload) {
  Item& item = state.catalogue.items[std::string(text(payload.id()))];
  item.proposed = unpacked(payload);
  item.stage = Item::Stage::listed;
  item.listed_by = author_key(state, event, 0)->person;
}

Outcome admit(const State& state, const ledger::Event& event, const schema::ItemReviewed& payload) {
  const auto item = find_item(state, text(payload.id()), payload.revision(), Item::Stage::listed);
  if (!item) return item.error();
  if (author_key(state, event, 0)->person != (*item)->listed_by) return ok();
  return fail("item.reviewer",
              "抽查事项" + quoted_zh(text(payload.id())) + "由列入者本人审核：须由他人审核",
              "the item " + in_quotes(text(payload.id())) +
                  " was listed by its reviewer: another person has to review it");
}

void apply(State& state, const ledger::Event&, const schema::ItemReviewed& payload) {
  state.catalogue.items.at(std::string(text(payload.id()))).stage =
      payload.approved() ? Item::Stage::approved : Item::Stage::rejected;
}

Outcome admit(const State& state, const ledger::Event&, const schema::ItemPublished& payload) {
  if (auto item = find_item(state, text(payload.id()), payload.revision(), Item::Stage::approved);
      !item)
    return item.error();
  return ok();
}

void apply(State& state, const ledger::Event&, const schema::ItemPublished& payload) {
  Item& item = state.catalogue.items.at(std::string(text(payload.id())));
  item.published = item.proposed;
  item.published_revision = payload.revision();
  item.stage = Item::Stage::published;
}

Outcome admit(const State& state, const ledger::Event&, const schema::ItemWithdrawn& payload) {
  const auto found = state.catalogue.items.find(std::string(text(payload.id())));
  if (found == state.catalogue.items.end())
    return fail("item.unknown", "没有抽查事项" + quoted_zh(text(payload.id())),
                "there is no inspection item " + in_quotes(text(payload.id())));
  if (found->second.stage == Item::Stage::withdrawn)
    return fail("item.withdrawn", "抽查事项" + quoted_zh(found->first) + "此前已撤销",
                "the item " + in_quotes(found->first) + " has been withdrawn before");
  return ok();
}

void apply(State& state, const ledger::Event&, const schema::ItemWithdrawn& payload) {
  state.catalogue.items.at(std::string(text(payload.id()))).stage = Item::Stage::withdrawn;
}

namespace {

// a/b <= c/d
bool at_most(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<Wide>(a) * d <= static_cast<Wide>(c) * b;
}
bool is_rate(std::uint64_t num, std::uint64_t den) { return den > 0 && num <= den; }

constexpr std::size_t kStrataMax = 256;
constexpr std::uint32_t kMarginMinS = 60;
constexpr std::uint32_t kRestDaysMax = 3660;
constexpr std::size_t kWeightsMax = 64;
constexpr std::uint64_t kWeightMax = 1'000'000;  // times the rows of any registry below 2^64

Outcome check_strata(std::string_view id,
                     const flatbuffers::Vector<flatbuffers::Offset<schema::StratumRule>>& strata) {
  if (strata.size() == 0 || strata.size() > kStrataMax) {
    return fail("rule.strata", "抽查细则" + quoted_zh(id) + "须有 1 至 256 个分层",
                "the rule " + in_quotes(id) + " needs 1 to 256 strata");
  }
  std::set<std::string_view> labels;
  for (const schema::StratumRule* stratum : strata) {
    const std::string_view label = text(stratum->label());
    if (label.empty() || !labels.insert(label).second) {
      return fail("rule.strata",
                  "抽查细则" + quoted_zh(id) + "的分层没有名称或重名：" + quoted_zh(label),
                  "a stratum of the rule " + in_quotes(id) +
                      " has no label, or that of another: " + in_quotes(label));
    }
    if (!is_rate(stratum->min_num(), stratum->min_den()) ||
        !is_rate(stratum->max_num(), stratum->max_den()) ||
        !at_most(stratum->min_num(), stratum->min_den(), stratum->max_num(), stratum->max_den())) {
      return fail(
          "rule.rate",
          "分层" + quoted_zh(label) +
              "的比例界限不成立：分母须大于 0，比例不超过 1，下限不高于上限",
          "the bounds of the stratum " + in_quotes(label) +
              " make no sense: denominators above 0, rates up to 1, the lower not above the upper");
    }
    if (auto checked = check_conditions(stratum->conditions(), true); !checked) return checked;
  }
  return ok();
}

Outcome check_capacities(const State& state, std::string_view id, const schema::RuleSet& payload) {
  std::set<std::string_view> units;
  bool good = payload.default_capacity() >= 1;
  if (payload.capacities() != nullptr) {
    for (const schema::UnitCapacity* capacity : *payload.capacities()) {
      const std::string_view unit = text(capacity->unit());
      good = good && capacity->capacity() >= 1 && units.insert(unit).second &&
             state.catalogue.departments.contains(unit);
    }
  }
  if (good) return ok();
  return fail("rule.capacity",
              "抽查细则" + quoted_zh(id) + "的每人任务上限须至少为 1，单位须存在且各列一次",
              "capacities of the rule " + in_quotes(id) +
                  " are at least 1, of departments that exist, each once");
}

Outcome check_weights(std::string_view id, const schema::RuleSet& payload) {
  if (payload.weights() == nullptr) return ok();
  const auto& weights = *payload.weights();
  for (const schema::WeightRule* weight : weights) {
    if (auto checked = check_conditions(weight->conditions()); !checked) return checked;
  }
  const bool good = weights.size() <= kWeightsMax &&
                    std::all_of(weights.begin(), weights.end(), [](const auto* weight) {
                      return weight->weight() >= 1 && weight->weight() <= kWeightMax;
                    });
  if (good) return ok();
  return fail("rule.weights", "抽查细则" + quoted_zh(id) + "的权重至多 64 条，每条为 1 至 1000000",
              "the rule " + in_quotes(id) + " may have 64 weights, each from 1 to 1000000");
}

}  // namespace

Outcome admit(const State& state, const ledger::Event&, const schema::RuleSet& payload) {
  const std::string_view id = text(payload.id());
  if (auto checked = check_named(id, payload.name()); !checked) return checked;
  if (auto checked = state.catalogue.check_department(text(payload.department())); !checked)
    return checked;
  const auto found = state.catalogue.rules.find(std::string(id));
  const std::uint32_t last = found == state.catalogue.rules.end() ? 0 : found->second.revision;
  if (auto checked = check_revision("抽查细则", "rule", id, last, payload.revision()); !checked)
    return checked;
  if (auto checked = check_strata(id, *payload.strata()); !checked) return checked;
  if (payload.margin_s() < kMarginMinS) {
    return fail("rule.margin", "抽查细则" + quoted_zh(id) + "的时间裕量须至少为 60 秒",
                "the margin of the rule " + in_quotes(id) + " has to be 60 seconds or more");
  }
  if (payload.rest_days() > kRestDaysMax) {
    return fail("rule.rest_days", "抽查细则" + quoted_zh(id) + "的间隔至多 3660 天",
                "the rest of the rule " + in_quotes(id) + " is 3660 days at most");
  }
  if (auto checked = check_weights(id, payload); !checked) return checked;
  return check_capacities(state, id, payload);
}

void apply(State& state, const ledger::Event&, const schema::RuleSet& payload) {
  state.catalogue.rules.insert_or_assign(std::string(text(payload.id())), unpacked(payload));
}

namespace {

Outcome check_items(const State& state, const schema::PlanPublished& payload) {
  const std::string_view department = text(payload.department());
  std::set<std::string_view> seen;
  for (const flatbuffers::String* name : *payload.items()) {
    const auto found = state.catalogue.items.find(std::string(text(name)));
    if (found == state.catalogue.items.end() || !found->second.in_force()) {
      return fail("item.unlisted",
                  "事项" + quoted_zh(text(name)) + "未在现行抽查事项清单中公布，不得列入计划",
                  "the item " + in_quotes(text(name)) +
                      " is not published in the list in force and cannot be planned");
    }
    if (!state.catalogue.within(found->second.published.department, department)) {
      return fail(
          "plan.item",
          "事项" + quoted_zh(text(name)) + "不属于部门" + quoted_zh(department) + "或其下级",
          "the item " + in_quotes(text(name)) + " is not of the department " +
              in_quotes(department) + " or one below it");
    }
    if (!seen.insert(text(name)).second)
      return fail("plan.item", "事项" + quoted_zh(text(name)) + "列了两次",
                  "the item " + in_quotes(text(name)) + " is listed twice");
  }
  if (!seen.empty()) return ok();
  return fail("plan.item", "计划" + quoted_zh(text(payload.id())) + "没有抽查事项",
              "the plan " + in_quotes(text(payload.id())) + " has no items");
}

// Whether anybody is in the scope of a plan, in the registry as it is now.
bool has_subject_in(const State& state, const Conditions& scope) {
  const SubjectFilter filter(scope, state.subjects);
  for (std::uint32_t subject = 0; subject < state.subjects.size(); ++subject) {
    const SubjectVersion* version = state.subjects.at(subject, state.size());
    if (version != nullptr && filter.meets(*version)) return true;
  }
  return false;
}

Outcome check_rates(const schema::RuleSetT& rule, const schema::PlanPublished& payload) {
  const auto& rates = *payload.rates();
  if (rates.size() == 0)
    return fail("plan.rates", "计划没有列出任何分层的比例", "the plan gives no stratum a rate");
  // All rates 0: the strata take part, and each draw announces how many in all.
  const bool left_open = std::all_of(rates.begin(), rates.end(), [](const auto* rate) {
    return rate->num() == 0 && rate->fixed() == 0;
  });
  std::set<std::uint32_t> seen;
  for (const schema::PlannedRate* rate : rates) {
    const std::string number = std::to_string(rate->stratum());
    if (rate->stratum() >= rule.strata.size() || !seen.insert(rate->stratum()).second) {
      return fail(
          "plan.rates",
          "细则" + quoted_zh(rule.id) + "没有第 " + number + " 层（从 0 起），或该层列了两次",
          "the rule " + in_quotes(rule.id) + " has no stratum " + number +
              " (they count from 0), or it is listed twice");
    }
    const auto& bounds = *rule.strata[rate->stratum()];
    if (!is_rate(rate->num(), rate->den()) || (rate->fixed() != 0 && rate->num() != 0)) {
      return fail(
          "plan.rates",
          "第 " + number + " 层的比例不成立：分母须大于 0，比例不超过 1；定数时比例须为 0",
          "the rate of stratum " + number +
              " makes no sense: denominator above 0, rate up to 1, and 0 beside a fixed count");
    }
    if ((rate->maximum() != 0 && rate->minimum() > rate->maximum()) ||
        (rate->fixed() != 0 && (rate->minimum() != 0 || rate->maximum() != 0))) {
      return fail("plan.rates",
                  "第 " + number + " 层的最低数不得大于最高数；已有定数的不另设最低数、最高数",
                  "the minimum of stratum " + number +
                      " may not be above its maximum, and beside a fixed count there is neither");
    }
    if (left_open || rate->fixed() != 0) continue;
    if (!at_most(bounds.min_num, bounds.min_den, rate->num(), rate->den()) ||
        !at_most(rate->num(), rate->den(), bounds.max_num, bounds.max_den)) {
      return fail("plan.bounds",
                  "第 " + number + " 层" + quoted_zh(bounds.label) + "的比例超出细则规定的界限",
                  "the rate of stratum " + number + " " + in_quotes(bounds.label) +
                      " is outside the rule's bounds");
    }
  }
  return ok();
}

}  // namespace

Outcome admit(const State& state, const ledger::Event&, const schema::PlanPublished& payload) {
  const std::string_view id = text(payload.id()), department = text(payload.department());
  if (auto checked = check_named(id, payload.name()); !checked) return checked;
  if (auto checked = state.catalogue.check_department(department); !checked) return checked;
  const auto found = state.catalogue.plans.find(std::string(id));
  const std::uint32_t last = found == state.catalogue.plans.end() ? 0 : found->second.revision;
  if (auto checked = check_revision("计划", "plan", id, last, payload.revision()); !checked)
    return checked;
  if (payload.year() < 2000 || payload.year() > 2200) {
    return fail(
        "plan.year",
        "计划" + quoted_zh(id) + "的年度 " + std::to_string(payload.year()) + " 不合理",
        "the plan " + in_quotes(id) + " has the odd year " + std::to_string(payload.year()));
  }
  if (auto checked = check_items(state, payload); !checked) return checked;
  const auto rule = state.catalogue.rules.find(std::string(text(payload.rule())));
  if (rule == state.catalogue.rules.end() ||
      !state.catalogue.within(department, rule->second.department)) {
    return fail("plan.rule",
                "没有抽查细则" + quoted_zh(text(payload.rule())) + "，或它不是部门" +
                    quoted_zh(department) + "及其上级的",
                "there is no rule " + in_quotes(text(payload.rule())) +
                    ", or it is not of the department " + in_quotes(department) +
                    " or one above it");
  }
  if (auto checked = check_conditions(payload.scope()); !checked) return checked;
  if (auto checked = check_rates(rule->second, payload); !checked) return checked;
  // Who has one draw's rows has no registry to ask.
  // Before the first import there is nothing to judge a scope by; a draw asks again.
  if (state.given_pool || state.subjects.size() == 0 ||
      has_subject_in(state, unpacked(payload).scope))
    return ok();
  return fail("plan.pool_empty",
              "计划" + quoted_zh(id) + "的范围内没有一个检查对象：请核对范围，或先导入名录",
              "no subject of the registry is in the scope of the plan " + in_quotes(id) +
                  ": check the scope, or import the registry first");
}

void apply(State& state, const ledger::Event&, const schema::PlanPublished& payload) {
  state.catalogue.plans.insert_or_assign(std::string(text(payload.id())), unpacked(payload));
}

}  // namespace liuhen::projections
