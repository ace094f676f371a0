// What the service computes for people before they sign, and the platform's push
// (docs/formats/api.md, "Drafts").
#include <algorithm>

#include "api/server/backend.h"
#include "api/server/json_fields.h"
#include "api/server/pool_opener.h"
#include "api/server/submission_json.h"
#include "crypto/draw/pps.h"
#include "ledger/submission_check.h"
#include "projections/outcome.h"
#include "projections/reasons.h"

namespace liuhen::api::server {
namespace {

namespace json = boost::json;
namespace schema = ledger::schema;

using Weights = std::vector<std::uint64_t>;

// Of those that can be drawn, by stratum.
std::vector<Weights> weights_of(const projections::Pool& pool, std::size_t strata) {
  std::vector<Weights> weights(strata);
  for (const auto& row : pool.subjects) {
    if (row.eligibility == 0) weights[row.stratum].push_back(row.weight);
  }
  return weights;
}

// How many are certain to be among the k drawn, by weight: no seed is needed for that.
std::uint64_t certain_of(const Weights& weights, std::uint64_t k) {
  if (k == 0) return 0;
  const crypto::draw::PpsStratum how = crypto::draw::take_certain(weights, k);
  return static_cast<std::uint64_t>(
      std::ranges::count_if(weights, [&](std::uint64_t weight) { return how.is_certain(weight); }));
}

// What the draw will come to in each stratum, whatever the seed.
Result<json::array> strata_of(const schema::DrawAnnouncedT& draft, const schema::RuleSetT& rule,
                              const projections::Pool& pool) {
  const std::size_t strata = draft.strata.size();
  const std::vector<std::uint64_t> eligible = projections::eligible_by_stratum(pool, strata);
  const auto counts = crypto::draw::drawn_counts(projections::allocation_of(draft), eligible);
  if (!counts) return counts.error();
  const std::vector<Weights> weights = weights_of(pool, strata);
  json::array rows;
  for (std::size_t i = 0; i < strata; ++i) {
    const std::uint64_t k = (*counts)[i];
    const std::uint64_t certain = draft.weighted ? certain_of(weights[i], k) : 0;
    rows.push_back({{"label", rule.strata[draft.strata[i]->rule_stratum]->label},
                    {"eligible", eligible[i]},
                    {"drawn", k},
                    {"certain", certain},
                    {"random", k != 0 && k < eligible[i] && eligible[i] >= rule.minimum_pool}});
  }
  return rows;
}

// How many are kept out, by the code of the reason.
json::array excluded_of(const projections::Pool& pool) {
  std::map<std::uint64_t, std::uint64_t> by_code;
  for (const auto& row : pool.subjects) {
    if (row.eligibility != 0) ++by_code[row.eligibility];
  }
  json::array rows;
  for (const auto& [code, subjects] : by_code) {
    const projections::Sentence reason = projections::reason_of(code);
    rows.push_back({{"code", code}, {"subjects", subjects}, {"zh", reason.zh}, {"en", reason.en}});
  }
  return rows;
}

// A draft of a restricted pool is sent as it would be to be recorded, signed by one of its authors
// at least and with the pool's key: what it answers follows from the classes registered.
Result<ledger::CheckedSubmission> signed_draft(const Backend& backend, std::string_view body) {
  const Result<json::object> fields = parse_object(body);
  if (!fields) return fields.error();
  Result<ledger::Submission> submission = submission_of(*fields);
  if (!submission) return submission.error();
  return ledger::check_submission(std::move(*submission), backend.origin);
}

// Whether one of those who signed may announce draws.
Outcome check_drafter(const projections::State& state, const ledger::CheckedSubmission& draft,
                      std::uint64_t now_s) {
  const auto permission = state.keys.permissions.find(ledger::PayloadTag::DrawAnnounced);
  for (std::size_t i = 0; i < draft.signatures.size(); ++i) {
    const projections::Key* key = state.keys.find(draft.intent.author(i));
    if (!draft.signatures[i] || key == nullptr || !key->valid() ||
        permission == state.keys.permissions.end() || draft.intent.fields().expires() < now_s)
      continue;
    const auto has = [&](projections::Role role) { return key->has(role); };
    if (std::ranges::any_of(permission->second.first, has) ||
        std::ranges::any_of(permission->second.second, has))
      return ok();
  }
  return fail("role.denied", "受限名录的草稿须由有权公告抽取的人签名：结果取决于登记的风险等级",
              "a draft of a restricted pool is signed by somebody who may announce draws, since "
              "the answer follows from the classes registered");
}

// With the strata that the draft's own key opens.
Result<projections::Pool> opened_draft(const Backend& backend, const projections::State& state,
                                       const ledger::CheckedSubmission& submission,
                                       const schema::DrawAnnouncedT& draft,
                                       const schema::RuleSetT& rule, std::uint64_t now_s) {
  if (Outcome checked = check_drafter(state, submission, now_s); !checked) return checked.error();
  if (submission.submission.openings.size() != 1)
    return field_error("openings", "须有且只有名录密钥一项", "has to hold the pool's key alone");
  const auto key = crypto::draw::PoolKey::from(submission.submission.openings[0].bytes);
  if (!key) return key.error();
  auto opened = projections::opened_pool_of(state, draft, rule, *key,
                                            pool_opener(backend.restricted, backend.storage));
  if (!opened) return opened.error();
  return std::move(opened->pool);
}

// The pool of an announcement that is being drawn up: its roots and counts, and what they will
// come to.
Response draft_draw(const Backend& backend, const Call& call) {
  std::optional<ledger::CheckedSubmission> submission;
  if (call.request.body.starts_with('{')) {
    auto checked = signed_draft(backend, call.request.body);
    if (!checked) return problem(checked.error());
    submission = std::move(*checked);
  }
  const Result<ledger::IntentView> intent = ledger::IntentView::parse(
      submission ? submission->intent.bytes() : view_of(call.request.body));
  if (!intent) return problem(intent.error());
  if (intent->tag() != ledger::PayloadTag::DrawAnnounced) {
    return problem(fail("request.payload", "内容应为抽取公告（DrawAnnounced）",
                        "the payload has to be DrawAnnounced"));
  }
  schema::DrawAnnouncedT draft;
  intent->payload<schema::DrawAnnounced>().UnPackTo(&draft);
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  const projections::State& state = reading->state();
  if (call.target.text("latest") == "1" && state.size() > 0) draft.pool_position = state.size() - 1;
  const auto plan = state.catalogue.plans.find(draft.plan);
  if (plan == state.catalogue.plans.end()) {
    return problem(absent("没有计划 " + draft.plan, "there is no plan " + draft.plan));
  }
  const auto rule = state.catalogue.rules.find(plan->second.rule);
  if (rule == state.catalogue.rules.end()) {
    return problem(
        absent("没有细则 " + plan->second.rule, "there is no rule " + plan->second.rule));
  }
  if (!draft.pool_key_hash.empty() && !submission) {
    return problem(fail("draft.unsigned", "受限名录的草稿须签名并附名录密钥",
                        "a draft of a restricted pool is signed, and comes with the pool's key"));
  }
  const Result<projections::Pool> pool =
      draft.pool_key_hash.empty()
          ? projections::pool_of(state, draft, rule->second)
          : opened_draft(backend, state, *submission, draft, rule->second, backend.clock.now_s());
  if (!pool) return problem(pool.error());
  Result<json::array> strata = strata_of(draft, rule->second, *pool);
  if (!strata) return problem(strata.error());
  return json_response({{"strata", std::move(*strata)},
                        {"excluded", excluded_of(*pool)},
                        {"pool_position", draft.pool_position},
                        {"subject_root", to_hex(pool->subject_root)},
                        {"subject_rows", pool->subjects.size()},
                        {"subject_eligible", pool->subjects_eligible},
                        {"inspector_root", to_hex(pool->inspector_root)},
                        {"inspector_rows", pool->inspectors.size()},
                        {"inspector_eligible", pool->inspectors_eligible},
                        {"conflict_root", to_hex(pool->conflict_root)},
                        {"conflict_rows", pool->conflicts.size()}});
}

Response advance(const Backend& backend, const Call&) {
  if (Outcome done = backend.platform.advance(); !done) return problem(done.error());
  return json_response({{"size", backend.sequencer.size()}});
}

constexpr Route kRoutes[] = {
    {"POST", "/api/v1/drafts/draw", draft_draw},
    {"POST", "/api/v1/platform/advance", advance},
};

}  // namespace

std::span<const Route> draft_routes() { return kRoutes; }

}  // namespace liuhen::api::server
