// What the service computes for people before they sign, and the platform's push
// (docs/formats/api.md, "Drafts").
#include "api/server/backend.h"
#include "projections/pool.h"

namespace liuhen::api::server {
namespace {

namespace json = boost::json;
namespace schema = ledger::schema;

// The pool of an announcement that is being drawn up: its roots and counts.
Response draft_draw(const Backend& backend, const Call& call) {
  const Result<ledger::IntentView> intent = ledger::IntentView::parse(view_of(call.request.body));
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
  const Result<projections::Pool> pool = projections::pool_of(state, draft, rule->second);
  if (!pool) return problem(pool.error());
  return json_response({{"pool_position", draft.pool_position},
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
