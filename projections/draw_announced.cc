// DrawAnnounced: everything that a draw will depend on, fixed before any randomness
// (docs/formats/draw.md).
#include <algorithm>
#include <set>

#include "projections/calendar.h"
#include "projections/conditions.h"
#include "projections/draw_form.h"
#include "projections/draw_lookup.h"
#include "projections/last_pool.h"
#include "projections/restricted_pool.h"
#include "projections/sealed_draw.h"

namespace liuhen::projections {

namespace {

using ledger::schema::DrawAnnouncedT;
using ledger::schema::PlanPublishedT;
using ledger::schema::RuleSetT;

constexpr std::size_t kGroupsMax = 8;
constexpr std::uint64_t kSeatsMax = 16;  // of a visit, all groups together
constexpr std::size_t kContributorsMin = 2, kContributorsMax = 16;
constexpr std::size_t kStrataMax = 256;
constexpr std::uint64_t kPoolAgeMaxS = 86'400;
constexpr std::uint64_t kDrawLifeMaxS = 30 * 86'400;

struct Announcing {
  const State& state;
  const ledger::Event& event;
  const DrawAnnouncedT& a;
  const PlanPublishedT& plan;
  const RuleSetT& rule;
};

Outcome check_restricted(const Announcing& c) { return check_restriction(c.a, c.rule); }

Outcome check_seal(const Announcing& c) { return check_sealing(c.state, c.event, c.a); }

Outcome check_weighted(const Announcing& c) {
  if (c.a.weighted == !c.rule.weights.empty()) return ok();
  return fail(
      "draw.weighted",
      "抽查细则“" + c.rule.id + "”" +
          (c.a.weighted ? "没有规定权重，公告却按权重抽取" : "规定了权重，公告却不按权重抽取"),
      "the rule \"" + c.rule.id + "\" has " +
          (c.a.weighted ? "no weights, and the announcement draws by weight"
                        : "weights, and the announcement does not draw by them"));
}

Outcome check_plan(const Announcing& c) {
  if (c.a.rule_revision != c.rule.revision) {
    return fail("draw.rule_revision",
                "抽查细则“" + c.rule.id + "”现行为第 " + std::to_string(c.rule.revision) +
                    " 版，公告写的是第 " + std::to_string(c.a.rule_revision) + " 版",
                "the rule \"" + c.rule.id + "\" is at revision " + std::to_string(c.rule.revision) +
                    ", the announcement says " + std::to_string(c.a.rule_revision));
  }
  std::set<std::string> seen;
  for (const std::string& id : c.a.items) {
    const auto item = c.state.catalogue.items.find(id);
    const bool planned =
        std::find(c.plan.items.begin(), c.plan.items.end(), id) != c.plan.items.end();
    if (!planned || item == c.state.catalogue.items.end() || !item->second.in_force() ||
        !seen.insert(id).second) {
      return fail("item.unlisted",
                  "事项“" + id + "”不在计划内、未在现行抽查事项清单中公布，或重复列出",
                  "the item \"" + id +
                      "\" is not in the plan, not published in the list in force, or named twice");
    }
  }
  if (c.a.items.empty()) {
    return fail("item.unlisted", "公告没有列出任何抽查事项",
                "the announcement names no inspection item");
  }
  return ok();
}

// Whether what meets `value` meets `planned` too; a division's 2 or 4 digits stand for all that
// begin so.
bool is_narrower(ledger::schema::Field field, const std::string& value,
                 const std::string& planned) {
  return field == ledger::schema::Field::division ? value.starts_with(planned) : value == planned;
}

// Each condition of the plan must be there, narrowed at most.
Outcome check_scope(const Announcing& c) {
  for (const auto& planned : c.plan.scope) {
    const auto found = std::find_if(c.a.scope.begin(), c.a.scope.end(), [&](const auto& condition) {
      return condition->field == planned->field;
    });
    const auto within = [&](const std::string& value) {
      return std::any_of(
          planned->values.begin(), planned->values.end(),
          [&](const std::string& whole) { return is_narrower(planned->field, value, whole); });
    };
    if (found == c.a.scope.end() ||
        !std::all_of((*found)->values.begin(), (*found)->values.end(), within)) {
      return fail("draw.scope",
                  "抽取范围超出了计划“" + c.plan.id + "”的范围：计划的每个条件都须保留，只可缩小",
                  "the scope goes beyond that of the plan \"" + c.plan.id +
                      "\": keep each of its conditions, narrowed at most");
    }
  }
  return ok();
}

Outcome check_strata(const Announcing& c) {
  if (c.a.strata.empty() || c.a.strata.size() > kStrataMax) {
    return fail("draw.strata", "分层须有 1 至 256 个", "there must be 1 to 256 strata");
  }
  std::set<std::uint32_t> seen;
  for (const auto& stratum : c.a.strata) {
    const std::string number = std::to_string(stratum->rule_stratum);
    const auto planned =
        std::find_if(c.plan.rates.begin(), c.plan.rates.end(),
                     [&](const auto& rate) { return rate->stratum == stratum->rule_stratum; });
    if (stratum->rule_stratum >= c.rule.strata.size() || planned == c.plan.rates.end() ||
        !seen.insert(stratum->rule_stratum).second) {
      return fail("draw.strata", "分层 " + number + " 不在细则和计划中，或重复列出",
                  "stratum " + number + " is not in the rule and the plan, or named twice");
    }
    if (stratum->den == 0 || stratum->num > stratum->den || stratum->num != (*planned)->num ||
        stratum->den != (*planned)->den || stratum->fixed != (*planned)->fixed ||
        stratum->minimum != (*planned)->minimum || stratum->maximum != (*planned)->maximum) {
      return fail("draw.rate", "分层 " + number + " 的比例、数量或其上下限与计划公布的不一致",
                  "the rate or count of stratum " + number +
                      ", or its minimum or maximum, is not the one planned");
    }
  }
  const bool left_open =
      std::all_of(c.plan.rates.begin(), c.plan.rates.end(),
                  [](const auto& rate) { return rate->num == 0 && rate->fixed == 0; });
  if ((c.a.total != 0) != left_open) {
    return fail("draw.total",
                "计划未定比例时（各层比例均为 0）须且仅须给出总数；计划已定比例时不得另定总数",
                "a total is given if, and only if, the plan leaves every rate at 0");
  }
  return ok();
}

Outcome check_special(const Announcing& c) { return check_form(c.a); }

Outcome check_groups(const Announcing& c) {
  std::uint64_t seats = 0;
  const auto& groups = c.a.groups;
  const bool each_seated = std::all_of(groups.begin(), groups.end(), [&](const auto& group) {
    seats += group->seats;
    return group->seats >= 1 && !group->units.empty();
  });
  if (groups.empty() || groups.size() > kGroupsMax || !each_seated || seats > kSeatsMax ||
      groups[0]->seats < 2) {
    return fail("draw.groups",
                "席位须分 1 至 8 "
                "组，每组至少一席一单位，第一组（执法人员）至少两席，每次检查合计至多 16 席",
                "seats need 1 to 8 groups, each with a seat and a unit, two or more seats in the "
                "first (the officers), 16 in all at most");
  }
  for (std::size_t g = 0; g < groups.size(); ++g) {
    std::set<std::string> seen;
    for (const std::string& unit : groups[g]->units) {
      const bool exists = c.state.catalogue.departments.contains(unit);
      // Officers come from the department that answers for the draw; others may join from anywhere.
      if (!exists || !seen.insert(unit).second ||
          (g == 0 && !c.state.catalogue.within(unit, c.plan.department))) {
        return fail("draw.units",
                    "第 " + std::to_string(g) + " 组的单位“" + unit +
                        "”不存在、重复，或执法人员单位不属于计划部门“" + c.plan.department + "”",
                    "unit \"" + unit + "\" of group " + std::to_string(g) +
                        " does not exist, is named twice, or as officers' unit is not of the "
                        "plan's department \"" +
                        c.plan.department + "\"");
      }
    }
  }
  return ok();
}

Outcome check_capacities(const Announcing& c) {
  const auto listed = [](const auto& capacities) {
    std::map<std::string, std::uint32_t> by_unit;
    for (const auto& capacity : capacities) by_unit[capacity->unit] = capacity->capacity;
    return by_unit;
  };
  const auto announced = listed(c.a.capacities);
  const bool positive =
      c.a.default_capacity >= 1 && std::all_of(announced.begin(), announced.end(),
                                               [](const auto& entry) { return entry.second >= 1; });
  if (positive && c.a.default_capacity == c.rule.default_capacity &&
      announced == listed(c.rule.capacities) && announced.size() == c.a.capacities.size()) {
    return ok();
  }
  return fail("draw.capacity", "每人任务上限须与细则“" + c.rule.id + "”的一致，且不小于 1",
              "the capacities must be those of the rule \"" + c.rule.id + "\", and 1 or more");
}

Outcome check_contributors(const Announcing& c) {
  const VrfKey* vrf = c.state.keys.vrf_in_force();
  if (vrf == nullptr || !std::ranges::equal(c.a.vrf_key, vrf->id)) {
    return fail("draw.vrf_key", "公告的可验证随机函数公钥不是现行登记的那一把",
                "the announced VRF key is not the one in force");
  }
  const auto ids = hashes(c.a.contributors);
  if (ids.size() < kContributorsMin || ids.size() > kContributorsMax ||
      c.a.contributors.size() % 32 != 0) {
    return fail("draw.contributors", "随机数贡献人须有 2 至 16 位",
                "there must be 2 to 16 contributors");
  }
  std::set<std::string> persons;
  for (const KeyId& id : ids) {
    const Key* key = c.state.keys.find(id);
    if (key == nullptr || !key->valid() || !key->has(Role::contributor) ||
        !persons.insert(key->person).second) {
      return fail("draw.contributors",
                  "贡献人密钥 " + to_hex(id) + " 未授予该角色、已撤销，或与另一位贡献人同属一人",
                  "the contributor key " + to_hex(id) +
                      " has no such role, is revoked, or belongs to the same person as another");
    }
  }
  return ok();
}

Outcome check_deadlines(const Announcing& c) {
  const DrawAnnouncedT& a = c.a;
  const std::uint64_t now = c.event.time();
  if (now < a.commit_deadline && a.commit_deadline < a.reveal_deadline &&
      a.reveal_deadline < a.execute_deadline && a.execute_deadline - now <= kDrawLifeMaxS &&
      a.substitute_deadline_s > 0) {
    return ok();
  }
  return fail("draw.deadlines",
              "期限须依次为：公告时间 < 承诺 < 揭示 < 执行，执行期限在 30 天以内，递补期限大于 0",
              "deadlines must ascend from now over commitment and reveal to execution, within 30 "
              "days, and the substitutes' be above 0");
}

// The round must not be known while anybody can still reveal, or hold back, a nonce.
Outcome check_beacon(const Announcing& c) {
  const DrawAnnouncedT& a = c.a;
  if (a.beacon_chain.empty() && a.beacon_round == 0) return ok();
  const auto hash = exactly<32>(View(a.beacon_chain));
  const RegisteredChain* registered = hash ? c.state.beacons.find(*hash) : nullptr;
  if (registered == nullptr || !registered->active) {
    return fail("beacon.unknown",
                "信标链 " + to_hex(a.beacon_chain) + " 未登记或已停用：请先由两位受托人登记",
                "the beacon chain " + to_hex(a.beacon_chain) +
                    " is not registered, or no longer active: two trustees register it first");
  }
  const auto time = crypto::drand::round_time(registered->chain, a.beacon_round);
  if (!time) return time.error();
  const DrawBeacon beacon{
      .chain_hash = *hash, .chain = {}, .round = a.beacon_round, .round_time = *time};
  if (beacon.leaves(c.rule.margin_s, a.reveal_deadline) && *time < a.execute_deadline) return ok();
  const std::string round = std::to_string(a.beacon_round),
                    margin = std::to_string(c.rule.margin_s);
  return fail("draw.beacon_round",
              "信标第 " + round + " 轮在" + time_zh(*time) + "：须比揭示期限晚至少 " + margin +
                  " 秒，且早于执行期限",
              "round " + round + " of the beacon is due at " + time_en(*time) + ": it must be " +
                  margin +
                  " seconds or more after the deadline for reveals, and before that for execution");
}

Outcome check_pool_position(const Announcing& c) {
  const std::uint64_t position = c.a.pool_position;
  if (position >= c.event.position() || position >= c.state.size() ||
      c.state.times[position] + kPoolAgeMaxS < c.event.time()) {
    return fail("draw.pool_stale",
                "名录取自第 " + std::to_string(position) + " 条记录：它须早于公告，且至多早一天",
                "the pool is taken at entry " + std::to_string(position) +
                    ": it must be before the announcement, by a day at most");
  }
  // Who has one draw's entries does not have every part of a run.
  if (c.state.given_pool) return ok();
  const auto check_runs = [&](const std::map<std::string, OpenRun>& runs) -> Outcome {
    for (const auto& [id, run] : runs) {
      if (run.lapsed(c.event.time())) continue;
      return fail("draw.import_open", "导入“" + id + "”尚未完成：请补传其余部分，或等它一天后失效",
                  "the import \"" + id +
                      "\" has not ended: send its other parts, or wait a day until it lapses");
    }
    return ok();
  };
  const auto check_ended = [&](const std::vector<RunSpan>& runs) -> Outcome {
    for (const RunSpan& run : runs) {
      if (position < run.first || position >= run.last) continue;
      return fail("draw.import_midway",
                  "名录取自第 " + std::to_string(position) +
                      " 条记录，正当一次导入的中途：请取第 " + std::to_string(run.last) +
                      " 条记录或其后",
                  "the pool is taken at entry " + std::to_string(position) +
                      ", in the middle of an import: take entry " + std::to_string(run.last) +
                      " or a later one");
    }
    return ok();
  };
  if (auto checked = check_runs(c.state.subjects.open_runs()); !checked) return checked;
  if (auto checked = check_runs(c.state.inspectors.open_runs); !checked) return checked;
  if (auto checked = check_ended(c.state.subjects.ended_runs()); !checked) return checked;
  return check_ended(c.state.inspectors.ended_runs);
}

Outcome check_overlap(const Announcing& c) {
  for (const auto& [stream, other] : c.state.draws.by_stream) {
    if (!other.open()) continue;
    const std::string* item = common_item(c.a, other.announcement);
    if (item == nullptr) continue;
    return fail("draw.overlap",
                "抽取“" + stream + "”尚未结束，与本次同有事项“" + *item + "”且范围重叠：须待其结束",
                "the draw \"" + stream + "\" has not ended and shares the item \"" + *item +
                    "\" and part of the scope: wait for its end");
  }
  return ok();
}

// The newest earlier draw, of whatever plan, on one of the items and over part of the scope, that
// came to nothing: what was drawn since, and stands, does not make it forgotten. A second try under
// another plan is a second try, and so is one with a small draw in between.
Outcome check_previous(const Announcing& c) {
  std::string fruitless;
  const auto& streams = c.state.draws.streams;
  for (auto stream = streams.rbegin(); stream != streams.rend() && fruitless.empty(); ++stream) {
    const Draw& earlier = c.state.draws.by_stream.at(*stream);
    const bool ended = earlier.discarded || earlier.phase == Draw::Phase::failed;
    if (ended && common_item(c.a, earlier.announcement) != nullptr) fruitless = earlier.stream;
  }
  if (c.a.previous == fruitless) return ok();
  if (fruitless.empty()) {
    return fail("draw.previous", "此前同事项同范围的抽取没有作废或失败的，“前次”须留空",
                "no earlier draw on these items and this scope was voided or has failed: leave "
                "\"previous\" empty");
  }
  return fail(
      "draw.previous",
      "此前同事项同范围的抽取中，“" + fruitless + "”是最近一次作废或失败的，须在“前次”中写明",
      "of the earlier draws on these items and this scope \"" + fruitless +
          "\" is the newest that was voided or has failed: name it as previous");
}

// Who has one draw's entries has its rows from somebody, and the announcement to hold them against.
Error bad_root(const State& state, const std::string& zh, const std::string& en) {
  if (state.given_pool) {
    return fail("proof.rows", "文件中的名录行与公告不符：" + zh,
                "the rows of the file are not those of the announcement: the " + en);
  }
  return fail(
      "draw.pool_root",
      "公告的" + zh + "与第 pool_position 条记录之后的状态不符：请用该位置重新计算",
      "the announced " + en +
          " is not that of the state after pool_position: compute it again for that position");
}

Outcome check_pool(const Announcing& c) {
  const auto held = last_pool_of(c.state, c.a, c.rule);
  if (!held) return held.error();
  const Pool* pool = held->get();
  const auto differs = [](const std::vector<std::uint8_t>& announced, const Hash& root) {
    return !std::equal(announced.begin(), announced.end(), root.begin(), root.end());
  };
  const DrawAnnouncedT& a = c.a;
  if (a.subject_rows != pool->subjects.size())
    return bad_root(c.state, "检查对象行数", "number of subjects");
  // What rows of a restricted pool hide, and so their root, is for who may open them.
  if (!pool->committed && a.subject_eligible != pool->subjects_eligible)
    return bad_root(c.state, "可抽检查对象数", "number of eligible subjects");
  if (pool->restricted == pool->committed && differs(a.subject_root, pool->subject_root))
    return bad_root(c.state, "检查对象名录根", "root of the subjects");
  if (a.inspector_rows != pool->inspectors.size())
    return bad_root(c.state, "检查人员行数", "number of inspectors");
  if (a.inspector_eligible != pool->inspectors_eligible)
    return bad_root(c.state, "可派检查人员数", "number of eligible inspectors");
  if (differs(a.inspector_root, pool->inspector_root))
    return bad_root(c.state, "检查人员名录根", "root of the inspectors");
  if (a.conflict_rows != pool->conflicts.size())
    return bad_root(c.state, "利益冲突数", "number of conflicts");
  if (differs(a.conflict_root, pool->conflict_root))
    return bad_root(c.state, "利益冲突根", "root of the conflicts");
  if (a.subject_eligible == 0) {
    return fail("draw.pool_empty", "范围内没有可抽的检查对象", "no subject in scope can be drawn");
  }
  if (pool->inspectors_eligible < 2) {
    return fail("draw.inspectors_few", "可派的检查人员不足两名",
                "fewer than two inspectors can be sent");
  }
  return ok();
}

std::optional<DrawBeacon> beacon_of(const State& state, const DrawAnnouncedT& a) {
  if (a.beacon_chain.empty()) return std::nullopt;
  const Hash hash = exactly<32>(View(a.beacon_chain)).value();
  const RegisteredChain* registered = state.beacons.find(hash);
  LIUHEN_CHECK(registered != nullptr);
  return DrawBeacon{
      .chain_hash = hash,
      .chain = registered->chain,
      .round = a.beacon_round,
      .round_time = crypto::drand::round_time(registered->chain, a.beacon_round).value()};
}

}  // namespace

Outcome admit(const State& state, const ledger::Event& event,
              const ledger::schema::DrawAnnounced& payload) {
  const DrawAnnouncedT a = unpacked(payload);
  const auto plan = state.catalogue.plans.find(a.plan);
  if (plan == state.catalogue.plans.end()) {
    return fail("draw.plan", "没有计划“" + a.plan + "”", "there is no plan \"" + a.plan + "\"");
  }
  const auto rule = state.catalogue.rules.find(plan->second.rule);
  if (rule == state.catalogue.rules.end()) {
    return fail("draw.rule", "计划“" + a.plan + "”所据细则不存在",
                "the rule of the plan \"" + a.plan + "\" does not exist");
  }
  const auto& draws = state.draws.by_stream;
  if (a.attempt == 0 || draws.contains(draw_stream(a.plan, a.attempt)) ||
      (a.attempt > 1 && !draws.contains(draw_stream(a.plan, a.attempt - 1)))) {
    return fail(
        "draw.attempt",
        "计划“" + a.plan + "”的抽取次数须逐次加一，" + std::to_string(a.attempt) + " 不是下一次",
        "attempts of the plan \"" + a.plan + "\" count up by one; " + std::to_string(a.attempt) +
            " is not the next");
  }
  if (auto checked = check_conditions(payload.scope()); !checked) return checked;
  const Announcing c{
      .state = state, .event = event, .a = a, .plan = plan->second, .rule = rule->second};
  for (const auto check :
       {check_plan, check_weighted, check_scope, check_strata, check_restricted, check_special,
        check_groups, check_capacities, check_contributors, check_deadlines, check_seal,
        check_beacon, check_pool_position, check_overlap, check_previous, check_pool}) {
    if (auto checked = check(c); !checked) return checked;
  }
  return ok();
}

void apply(State& state, const ledger::Event& event, const ledger::schema::DrawAnnounced& payload) {
  Draw draw;
  draw.announcement = unpacked(payload);
  draw.stream = draw_stream(draw.announcement.plan, draw.announcement.attempt);
  draw.number = state.draws.streams.size() + 1;
  draw.position = event.position();
  draw.time = event.time();
  draw.leaf_hash = event.leaf_hash();
  const PlanPublishedT& plan = state.catalogue.plans.at(draw.announcement.plan);
  draw.department = plan.department;
  draw.rule = plan.rule;
  draw.rule_set = copy_of(state.catalogue.rules.at(plan.rule));
  draw.contributors = hashes(draw.announcement.contributors);
  draw.supervisors = hashes(draw.announcement.supervisors);
  draw.beacon = beacon_of(state, draw.announcement);
  draw.added_units.resize(draw.announcement.groups.size());
  state.draws.streams.push_back(draw.stream);
  std::string stream = draw.stream;
  state.draws.by_stream.emplace(std::move(stream), std::move(draw));
}

}  // namespace liuhen::projections
