#include "api/server/draw_json.h"

#include "api/server/payload_json.h"
#include "projections/calendar.h"
#include "projections/digits_shown.h"
#include "projections/draw_form.h"
#include "projections/pool_shown.h"
#include "projections/seal_shown.h"
#include "projections/sealed_draw.h"

namespace liuhen::api::server {
namespace {

namespace json = boost::json;
using projections::Draw;

json::value or_null(const std::optional<std::uint64_t>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

json::array contributors_of(const projections::State& state, const Draw& draw) {
  json::array rows;
  for (const KeyId& id : draw.contributors) {
    const projections::Key* key = state.keys.find(id);
    const auto committed = draw.commitments.find(id);
    const auto nonce = draw.nonces.find(id);
    rows.push_back({{"key", to_hex(id)},
                    {"person", key == nullptr ? "" : key->person},
                    {"name", key == nullptr ? "" : key->name},
                    {"commitment", committed == draw.commitments.end()
                                       ? json::value(nullptr)
                                       : json::value(to_hex(committed->second))},
                    {"nonce", nonce == draw.nonces.end() ? json::value(nullptr)
                                                         : json::value(to_hex(nonce->second))}});
  }
  return rows;
}

json::object seat_json(const projections::Seat& seat) {
  json::array held, recusals;
  for (const std::string& id : seat.held) held.emplace_back(id);
  for (const projections::Recusal& recusal : seat.recusals) {
    recusals.push_back({{"inspector", recusal.inspector},
                        {"ground", recusal.ground},
                        {"filed_at", recusal.filed_at},
                        {"decided_at", or_null(recusal.decided_at)},
                        {"approved", recusal.approved}});
  }
  return {{"group", seat.group},
          {"inspector", seat.inspector},
          {"held", std::move(held)},
          {"recusals", std::move(recusals)},
          {"ordinal", seat.ordinal},
          {"exhausted", seat.exhausted},
          {"vacated_at", or_null(seat.vacated_at)}};
}

json::object result_json(const projections::TaskResult& result) {
  json::array rows, follow_ups, objections;
  for (const auto& row : result.rows) rows.push_back(object_json(row));
  for (const std::uint64_t position : result.follow_ups) follow_ups.emplace_back(position);
  for (const std::uint64_t position : result.objections) objections.emplace_back(position);
  return {{"position", result.position},
          {"time", result.time},
          {"visited_at", result.visited_at},
          {"rows", std::move(rows)},
          {"corrections", result.corrections},
          {"follow_ups", std::move(follow_ups)},
          {"published_at", or_null(result.published_at)},
          {"withheld_at", or_null(result.withheld_at)},
          {"objections", std::move(objections)},
          {"open_objection", or_null(result.open_objection)}};
}

json::value beacon_json(const Draw& draw) {
  if (!draw.beacon) return nullptr;
  return json::object{{"chain", to_hex(draw.beacon->chain_hash)},
                      {"round", draw.beacon->round},
                      {"round_time", draw.beacon->round_time},
                      {"recorded_at", or_null(draw.beacon_at)},
                      {"output", draw.beacon_output ? json::value(to_hex(*draw.beacon_output))
                                                    : json::value(nullptr)}};
}

json::array digits_json(const Draw& draw) {
  json::array out;
  for (const auto& line : projections::digits_of(draw)) {
    out.push_back(json::object{{"source", line.digits.source},
                               {"issue", line.digits.issue},
                               {"digits", line.digits.digits},
                               {"bits", projections::tenths(line.bits)},
                               {"position", line.digits.position}});
  }
  return out;
}

json::value seal_json(const projections::State& state, const Draw& draw) {
  const auto seal = projections::seal_shown(state, draw);
  if (!seal) return nullptr;
  json::array supervisors;
  for (const auto& supervisor : seal->supervisors) {
    const auto& checked = supervisor.checked;
    supervisors.push_back({{"key", to_hex(supervisor.key)},
                           {"person", supervisor.person},
                           {"agrees", checked ? json::value(checked->agrees) : nullptr},
                           {"position", checked ? json::value(checked->position) : nullptr}});
  }
  return json::object{{"until", seal->until},
                      {"opens", projections::seal_opens_at(draw.announcement)},
                      {"opened_at", or_null(seal->opened_at)},
                      {"supervisors", std::move(supervisors)}};
}

json::value checked_json(const std::optional<projections::SealChecked>& checked) {
  if (!checked) return nullptr;
  return json::object{{"agrees", checked->agrees}, {"position", checked->position}};
}

json::value restricted_json(const projections::State& state, const Draw& draw) {
  const auto pool = projections::pool_shown(state, draw);
  if (!pool) return nullptr;
  json::array supervisors;
  for (const auto& supervisor : pool->supervisors) {
    supervisors.push_back({{"key", to_hex(supervisor.key)},
                           {"person", supervisor.person},
                           {"pool", checked_json(supervisor.pool)},
                           {"execution", checked_json(supervisor.execution)}});
  }
  return json::object{{"attested", pool->attested},
                      {"supervisors", std::move(supervisors)},
                      {"zh", pool->what.zh},
                      {"en", pool->what.en}};
}

}  // namespace

const char* const kTierZh =
    "丙级（C）：信标和见证人是否为您所信任，服务不替您判断，请用 liuhen-verify "
    "按您自己的策略核验（可能达到甲级 A 或乙级 "
    "B）。抽取可以从账本重算核对；但没有见证，运营方是否反复试做公告"
    "直到结果合意，密码学上无法排除。";
const char* const kTierEn =
    "Tier C: whether the beacon and the witnesses are ones that you trust is not for the service "
    "to say: verify it with liuhen-verify by your own policy, which may find tier A or B. The draw "
    "can be "
    "recomputed and checked from the log, but without witnesses cryptography does not rule out "
    "that the operator tried announcements until one pleased.";

const char* name_of(Draw::Phase phase) {
  switch (phase) {
    case Draw::Phase::committing:
      return "committing";
    case Draw::Phase::revealing:
      return "revealing";
    case Draw::Phase::ready:
      return "ready";
    case Draw::Phase::executed:
      return "executed";
    case Draw::Phase::disclosed:
      return "disclosed";
    case Draw::Phase::failed:
      return "failed";
  }
  return "";
}

std::pair<const char*, const char*> describe(const Draw& draw) {
  if (draw.discarded) return {"已作废", "voided"};
  switch (draw.phase) {
    case Draw::Phase::committing:
      return {"等待承诺", "awaiting commitments"};
    case Draw::Phase::revealing:
      return {"等待揭示", "awaiting reveals"};
    case Draw::Phase::ready:
      if (draw.awaits_beacon()) return {"等待信标", "awaiting the beacon"};
      return {"待执行", "to be executed"};
    case Draw::Phase::executed:
      if (draw.is_sealed()) return {"已抽取，密封中", "drawn, sealed"};
      return {"已抽取，名单列示中", "drawn, being listed"};
    case Draw::Phase::disclosed:
      return {"名单已列示", "listed"};
    case Draw::Phase::failed:
      return {"失败", "failed"};
  }
  return {"", ""};
}

json::object draw_summary(const Draw& draw) {
  return {
      {"number", draw.number},
      {"stream", draw.stream},
      {"plan", draw.announcement.plan},
      {"attempt", draw.announcement.attempt},
      {"department", draw.department},
      {"phase", name_of(draw.phase)},
      {"discarded", draw.discarded},
      {"tier", "C"},
      {"form", ledger::schema::EnumNameDrawForm(draw.announcement.form)},
      {"position", draw.position},
      {"time", draw.time},
      {"executed_time", draw.executed_at ? json::value(draw.executed_time) : json::value(nullptr)},
      {"visits", draw.outcome ? json::value(draw.outcome->visits) : json::value(nullptr)},
      {"sealed", draw.is_sealed()},
      {"vacancies", draw.outcome && !draw.is_sealed() ? json::value(draw.outcome->vacancies)
                                                      : json::value(nullptr)}};
}

json::object draw_json(const projections::State& state, const Draw& draw) {
  json::object fields = draw_summary(draw);
  fields["tier_zh"] = kTierZh;
  fields["tier_en"] = kTierEn;
  const projections::Sentence form = projections::words_for_form(draw.announcement);
  fields["form_zh"] = form.zh;
  fields["form_en"] = form.en;
  fields["leaf_hash"] = to_hex(draw.leaf_hash);
  fields["rule"] = draw.rule;
  fields["announcement"] = object_json(draw.announcement);
  fields["commit_deadline"] = draw.announcement.commit_deadline;
  fields["reveal_deadline"] = draw.announcement.reveal_deadline;
  fields["execute_deadline"] = draw.announcement.execute_deadline;
  fields["pool_position"] = draw.announcement.pool_position;
  fields["subject_root"] = to_hex(draw.announcement.subject_root);
  fields["inspector_root"] = to_hex(draw.announcement.inspector_root);
  fields["conflict_root"] = to_hex(draw.announcement.conflict_root);
  fields["contributors"] = contributors_of(state, draw);
  fields["commitments_closed_at"] = or_null(draw.commitments_closed_at);
  fields["reveals_closed_at"] = or_null(draw.reveals_closed_at);
  fields["executed_at"] = or_null(draw.executed_at);
  fields["disclosed_at"] = or_null(draw.disclosed_at);
  fields["voided_at"] = or_null(draw.voided_at);
  fields["failed_at"] = or_null(draw.failed_at);
  fields["beacon"] = beacon_json(draw);
  fields["digits"] = digits_json(draw);
  fields["seal"] = seal_json(state, draw);
  fields["restricted_pool"] = restricted_json(state, draw);
  fields["alpha"] = draw.reveals_closed_at && !draw.awaits_beacon()
                        ? json::value(to_hex(projections::alpha_of(draw)))
                        : json::value(nullptr);
  fields["seed"] = draw.seed ? json::value(to_hex(*draw.seed)) : json::value(nullptr);
  fields["outcome"] = draw.outcome ? json::value(object_json(*draw.outcome)) : json::value(nullptr);
  json::array attestations;
  for (const std::uint64_t position : draw.attestations) attestations.emplace_back(position);
  fields["attestations"] = std::move(attestations);
  fields["tasks"] = draw.tasks.size();
  return fields;
}

json::object task_json(const projections::State& state, const Draw& draw, std::uint64_t visit) {
  const projections::Task& task = draw.tasks[visit];
  json::array seats;
  for (const projections::Seat& seat : task.seats) seats.push_back(seat_json(seat));
  const auto day = projections::day_of_visit(draw.announcement, visit);
  return {{"visit", visit},
          {"subject", task.subject},
          {"due_day", day ? json::value(projections::date_text(*day)) : json::value(nullptr)},
          {"team_drawn", projections::draws_teams(draw.announcement)},
          {"ticket", to_hex(task.ticket)},
          {"certain", projections::is_certain(state, draw, task.subject)},
          {"seats", std::move(seats)},
          {"result", task.result ? json::value(result_json(*task.result)) : json::value(nullptr)}};
}

}  // namespace liuhen::api::server
