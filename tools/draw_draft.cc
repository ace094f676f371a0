#include "tools/draw_draft.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>

#include "api/client/beacon_source.h"
#include "ledger/intent.h"
#include "projections/draw_form.h"
#include "projections/restricted_pool.h"
#include "tools/payload_json.h"
#include "tools/text_file.h"

namespace liuhen::tools {

namespace json = boost::json;
namespace schema = ledger::schema;

namespace {

const json::object* row_with(const json::array& rows, std::string_view name,
                             std::string_view value) {
  for (const json::value& row : rows) {
    if (std::string_view(row.at(name).as_string()) == value) return &row.as_object();
  }
  return nullptr;
}

Result<json::array> rows_of(Session& session, const std::string& what) {
  auto answer = session.get("/api/v1/" + what);
  if (!answer) return answer.error();
  return answer->at(what).as_array();
}

// Plans and rules travel as JSON by the names of the schema, so they are read back the same way.
Result<schema::PlanPublishedT> plan_of(Session& session, const std::string& id) {
  auto rows = rows_of(session, "plans");
  if (!rows) return rows.error();
  const json::object* row = row_with(*rows, "id", id);
  if (row == nullptr) return fail("draw.plan", "没有计划 " + id, "there is no plan " + id);
  auto payload = payload_from_json("PlanPublished", json::serialize(*row));
  if (!payload) return payload.error();
  return std::move(*payload->AsPlanPublished());
}

Result<schema::RuleSetT> rule_of(Session& session, const std::string& id) {
  auto rows = rows_of(session, "rules");
  if (!rows) return rows.error();
  const json::object* row = row_with(*rows, "id", id);
  if (row == nullptr) return fail("draw.rule", "没有细则 " + id, "there is no rule " + id);
  auto payload = payload_from_json("RuleSet", json::serialize(*row));
  if (!payload) return payload.error();
  return std::move(*payload->AsRuleSet());
}

// The valid key with the role of a person, or the key itself where it is given in hex.
Result<Bytes> key_with_role(const json::value& keys, const std::string& who,
                            std::string_view wanted) {
  for (const json::value& row : keys.at("keys").as_array()) {
    const std::string_view key = row.at("key").as_string(), person = row.at("person").as_string();
    if ((person != who && key != who) || !row.at("revoked").is_null()) continue;
    for (const json::value& role : row.at("roles").as_array()) {
      if (std::string_view(role.as_string()) == wanted) return from_hex(key);
    }
  }
  if (wanted == "supervisor")
    return fail("draw.supervisors", who + " 没有监督人的密钥",
                who + " holds no key with the role supervisor");
  return fail("draw.contributor", who + " 没有贡献人的密钥",
              who + " holds no key with the role contributor");
}

Outcome fill_people(Session& session, const DrawDraft& asked, schema::DrawAnnouncedT& draw) {
  auto answer = session.get("/api/v1/keys");
  if (!answer) return answer.error();
  for (const std::string& person : asked.contributors) {
    const auto id = key_with_role(*answer, person, "contributor");
    if (!id) return id.error();
    draw.contributors.insert(draw.contributors.end(), id->begin(), id->end());
  }
  for (const std::string& person : asked.supervisors) {
    const auto id = key_with_role(*answer, person, "supervisor");
    if (!id) return id.error();
    draw.supervisors.insert(draw.supervisors.end(), id->begin(), id->end());
  }
  auto vrf = from_hex(std::string_view(answer->at("vrf").as_string()));
  if (!vrf) return vrf.error();
  draw.vrf_key = *vrf;
  return ok();
}

// The department and those below it.
Result<std::vector<std::string>> units_below(Session& session, const std::string& department) {
  auto rows = rows_of(session, "departments");
  if (!rows) return rows.error();
  std::set<std::string> units{department};
  for (std::size_t before = 0; before != units.size();) {
    before = units.size();
    for (const json::value& row : *rows) {
      if (units.contains(std::string(row.at("superior").as_string())))
        units.insert(std::string(row.at("id").as_string()));
    }
  }
  return std::vector<std::string>(units.begin(), units.end());
}

Outcome fill_groups(Session& session, const DrawDraft& asked, const std::string& department,
                    schema::DrawAnnouncedT& draw) {
  if (!asked.groups_file.empty()) {
    auto text = read_text(asked.groups_file);
    if (!text) return text.error();
    boost::system::error_code problem;
    const json::value groups = json::parse(*text, problem);
    if (problem)
      return fail("draw.groups", asked.groups_file + " 不是 JSON",
                  asked.groups_file + " is not JSON");
    for (const json::value& row : groups.as_array()) {
      auto group = std::make_unique<schema::SeatGroupT>();
      if (const json::value* q = row.as_object().if_contains("qualification"))
        group->qualification = std::string(q->as_string());
      for (const json::value& unit : row.at("units").as_array())
        group->units.emplace_back(unit.as_string());
      group->seats = row.at("seats").to_number<std::uint32_t>();
      if (const json::value* limit = row.as_object().if_contains("unit_limit"))
        group->unit_limit = limit->to_number<std::uint32_t>();
      draw.groups.push_back(std::move(group));
    }
    return ok();
  }
  auto group = std::make_unique<schema::SeatGroupT>();
  group->qualification = asked.qualification;
  group->units = asked.units;
  if (group->units.empty()) {
    auto units = units_below(session, department);
    if (!units) return units.error();
    group->units = *units;
  }
  group->seats = asked.seats;
  group->unit_limit = asked.unit_limit;
  draw.groups.push_back(std::move(group));
  return ok();
}

// "2026-11-30" as days since 1970-01-01.
Result<std::uint32_t> day_from(const std::string& text) {
  int year = 0, length = 0;
  unsigned month = 0, day = 0;
  const bool whole =
      std::sscanf(text.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &length) == 3 &&
      static_cast<std::size_t>(length) == text.size();
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  const auto days = std::chrono::sys_days{date}.time_since_epoch().count();
  if (whole && date.ok() && days > 0) return static_cast<std::uint32_t>(days);
  return fail("draw.form_days", "“" + text + "”不是日期，应写成 2026-11-30",
              "\"" + text + "\" is no date: write it as 2026-11-30");
}

Outcome fill_form(const DrawDraft& asked, schema::DrawAnnouncedT& draw) {
  const auto& forms = schema::EnumValuesDrawForm();
  const auto found = std::ranges::find(forms, asked.form, schema::EnumNameDrawForm);
  if (found == std::end(forms)) {
    return fail("draw.form", "没有“" + asked.form + "”这种形式：both、subjects、inspectors、full",
                "there is no form \"" + asked.form + "\": both, subjects, inspectors or full");
  }
  draw.form = *found;
  draw.form_reason = asked.form_reason;
  draw.visits_per_day = asked.visits_per_day;
  if (asked.first_day.empty()) return ok();
  const auto day = day_from(asked.first_day);
  if (!day) return day.error();
  draw.first_day = *day;
  return ok();
}

// The first round that leaves the rule's margin twice after the reveals: the platform has to close
// them, and witnesses to cosign that, a margin before the round.
Outcome fill_beacon(Session& session, const std::string& chain, std::uint64_t margin_s,
                    schema::DrawAnnouncedT& draw) {
  if (chain.empty()) return ok();
  auto rows = rows_of(session, "beacons");
  if (!rows) return rows.error();
  const json::object* row = row_with(*rows, "hash", chain);
  if (row == nullptr)
    return fail("beacon.unknown", "没有登记信标链 " + chain,
                "no beacon chain " + chain + " is registered");
  const auto info = api::parse_drand_info(json::serialize(*row));
  if (!info) return info.error();
  const auto round =
      crypto::drand::round_at_or_after(info->chain, draw.reveal_deadline + 2 * margin_s);
  if (!round) return round.error();
  draw.beacon_chain.assign(info->hash.begin(), info->hash.end());
  draw.beacon_round = *round;
  return ok();
}

Result<std::vector<std::uint8_t>> hash_of(const json::value& answer, const char* name) {
  return from_hex(std::string_view(answer.at(name).as_string()));
}

// What the clerk is about to sign: how many of each stratum, whom the rule keeps out, and where
// nothing is left to chance.
void say_forecast(Session& session, const json::value& answer, const schema::DrawAnnouncedT& draw,
                  bool restricted) {
  if (const auto form = projections::words_for_form(draw); !form.zh.empty())
    session.environment().say("  " + form.zh, "  " + form.en);
  const bool draws = projections::draws_subjects(draw);
  const auto count = [](const json::value& row, const char* name) {
    return std::to_string(row.at(name).to_number<std::uint64_t>());
  };
  const auto words = [](const json::value& row, const char* name) {
    return std::string(row.at(name).as_string());
  };
  for (const json::value& row : answer.at("strata").as_array()) {
    const std::string label = words(row, "label"), drawn = count(row, "drawn"),
                      eligible = count(row, "eligible"), certain = count(row, "certain");
    std::string zh = "  " + label + "：可抽 " + eligible + "，抽 " + drawn;
    std::string en = "  " + label + ": " + drawn + " of " + eligible;
    if (certain != "0") {
      zh += "，其中 " + certain + " 户仅凭权重即必然抽中";
      en += ", " + certain + " of them certain by their weight alone";
    }
    if (draws && drawn != "0" && !row.at("random").as_bool()) {
      zh += "，不具随机性";
      en += ", which is not random";
    }
    // Whoever has the registry can name these, seal or not.
    if (draw.sealed && (drawn == "0" || drawn == eligible || certain != "0")) {
      zh += "；密封无用：谁被抽中、谁不会被抽中，从名录即可知道";
      en += "; the seal hides nothing of those: who is drawn, or is not, follows from the registry";
    }
    // The rates are public, and so is who was drawn.
    if (restricted && drawn == "0") {
      zh += "；凡被抽中的，外人即知其不属此层";
      en += "; whoever is drawn is known not to be in it";
    } else if (restricted && drawn == eligible) {
      zh += "；凡可抽而未被抽中的，外人即知其不属此层";
      en += "; whoever could be and is not drawn is known not to be in it";
    }
    session.environment().say(zh, en);
  }
  for (const json::value& row : answer.at("excluded").as_array())
    session.environment().say("  不可抽 " + count(row, "subjects") + " 户：" + words(row, "zh"),
                              "  kept out: " + count(row, "subjects") + ", " + words(row, "en"));
}

// Fresh, for this draw alone.
Result<std::vector<ledger::Opening>> make_pool_key(Session& session, schema::DrawAnnouncedT& draw,
                                                   const schema::RuleSetT& rule) {
  std::vector<ledger::Opening> openings;
  if (!projections::asks_for_restricted(draw, rule)) return openings;
  if (draw.supervisors.size() < 2 * sizeof(KeyId)) {
    return fail("draw.supervisors", "细则按风险等级分层：请用 --supervisor 指定两位以上监督人",
                "the rule's strata are by risk class: name two supervisors or more with "
                "--supervisor");
  }
  crypto::draw::PoolKey key;
  session.environment().entropy.fill(key.writable());
  if (auto announced = projections::announce_key(key, session.environment().entropy, draw);
      !announced)
    return announced.error();
  auto opened = crypto::draw::pool_key_opening(key);
  openings.push_back(
      {.commitment = opened.commitment(), .salt = opened.salt, .bytes = std::move(opened.bytes)});
  return openings;
}

// What the service works out: in the clear, or for who signs where the pool is restricted.
Result<json::value> pool_from_service(Session& session, const schema::DrawAnnouncedT& draw,
                                      const std::vector<ledger::Opening>& openings) {
  const std::string target = "/api/v1/drafts/draw?latest=1";
  auto intent = session.build(united(draw));
  if (!intent) return intent.error();
  if (openings.empty()) return session.post_bytes(target, *intent);
  auto body = session.submission(*intent, openings);
  if (!body) return body.error();
  return session.post(target, *body);
}

Outcome fill_pool(Session& session, const std::vector<ledger::Opening>& openings,
                  schema::DrawAnnouncedT& draw) {
  draw.subject_root.assign(32, 0);
  draw.inspector_root.assign(32, 0);
  draw.conflict_root.assign(32, 0);
  auto answer = pool_from_service(session, draw, openings);
  if (!answer) return answer.error();
  draw.pool_position = answer->at("pool_position").to_number<std::uint64_t>();
  for (const auto& [name, field] : {std::pair{"subject_root", &draw.subject_root},
                                    {"inspector_root", &draw.inspector_root},
                                    {"conflict_root", &draw.conflict_root}}) {
    auto hash = hash_of(*answer, name);
    if (!hash) return hash.error();
    *field = *hash;
  }
  draw.subject_rows = answer->at("subject_rows").to_number<std::uint64_t>();
  draw.subject_eligible = answer->at("subject_eligible").to_number<std::uint64_t>();
  draw.inspector_rows = answer->at("inspector_rows").to_number<std::uint64_t>();
  draw.inspector_eligible = answer->at("inspector_eligible").to_number<std::uint64_t>();
  draw.conflict_rows = answer->at("conflict_rows").to_number<std::uint64_t>();
  say_forecast(session, *answer, draw, !openings.empty());
  return ok();
}

}  // namespace

Result<DraftedDraw> draft_of(Session& session, const DrawDraft& asked) {
  auto plan = plan_of(session, asked.plan);
  if (!plan) return plan.error();
  auto rule = rule_of(session, plan->rule);
  if (!rule) return rule.error();
  auto draws = rows_of(session, "draws");
  if (!draws) return draws.error();

  schema::DrawAnnouncedT draw;
  draw.plan = plan->id;
  draw.attempt = 1;
  for (const json::value& row : *draws) {
    if (std::string_view(row.at("plan").as_string()) == plan->id) ++draw.attempt;
  }
  draw.previous = asked.previous.empty() ? "" : draw_stream(asked.previous);
  draw.rule_revision = rule->revision;
  draw.items = plan->items;
  draw.scope = std::move(plan->scope);
  for (const auto& rate : plan->rates) {
    auto stratum = std::make_unique<schema::AnnouncedStratumT>();
    stratum->rule_stratum = rate->stratum;
    stratum->num = rate->num;
    stratum->den = rate->den;
    stratum->fixed = rate->fixed;
    stratum->minimum = rate->minimum;
    stratum->maximum = rate->maximum;
    draw.strata.push_back(std::move(stratum));
  }
  draw.total = asked.total;
  if (auto outcome = fill_form(asked, draw); !outcome) return outcome.error();
  draw.weighted = !rule->weights.empty();
  draw.default_capacity = rule->default_capacity;
  draw.capacities = std::move(rule->capacities);
  const std::uint64_t now = session.environment().clock.now_s();
  draw.commit_deadline = now + asked.commit_min * 60;
  draw.reveal_deadline = draw.commit_deadline + asked.reveal_min * 60;
  draw.execute_deadline = draw.reveal_deadline + asked.execute_min * 60;
  draw.sealed = asked.sealed_until != 0;
  draw.disclosure_deadline = asked.sealed_until;
  draw.substitute_delay_s = asked.substitute_delay_s;
  draw.substitute_deadline_s = asked.substitute_delay_s + 86'400;
  if (auto outcome = fill_beacon(session, asked.beacon, rule->margin_s, draw); !outcome)
    return outcome.error();
  if (auto outcome = fill_people(session, asked, draw); !outcome) return outcome.error();
  if (auto outcome = fill_groups(session, asked, plan->department, draw); !outcome)
    return outcome.error();
  auto openings = make_pool_key(session, draw, *rule);
  if (!openings) return openings.error();
  if (auto outcome = fill_pool(session, *openings, draw); !outcome) return outcome.error();
  return DraftedDraw{.announcement = std::move(draw), .openings = std::move(*openings)};
}

}  // namespace liuhen::tools
