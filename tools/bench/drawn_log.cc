#include "tools/bench/drawn_log.h"

#include <algorithm>
#include <utility>

#include "crypto/draw/protocol.h"
#include "crypto/vrf.h"
#include "projections/outcome.h"
#include "projections/streams.h"

namespace liuhen::tools::bench {

namespace schema = ledger::schema;

namespace {

inline constexpr const char* kBureau = "SCJG";
inline constexpr const char* kUnits[] = {"SCJG-1", "SCJG-2"};
inline constexpr const char* kContributors[] = {"contributor-1", "contributor-2"};
inline constexpr std::size_t kInspectors = 500;
inline constexpr std::size_t kPartsAtOnce = 500;  // made and submitted
inline constexpr std::uint64_t kHourS = 3'600;

template <class Range>
void append(std::vector<std::uint8_t>& to, const Range& bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

crypto::draw::Nonce nonce_of(const std::string& contributor, const std::string& stream) {
  return crypto::sha256(view_of(contributor + " of " + stream));
}

}  // namespace

DrawnLog::DrawnLog() {
  for (std::size_t parts = 0; parts < kSubjects / kRowsPerPart; parts += kPartsAtOnce) {
    const std::size_t left = kSubjects / kRowsPerPart - parts;
    log_.append(log_.imports(std::min(kPartsAtOnce, left), false, left <= kPartsAtOnce), 64);
  }
  set_departments();
  import_inspectors();
  publish_item();
  set_rule();
  register_vrf();
}

void DrawnLog::set_departments() {
  for (const auto& [id, superior] :
       {std::pair(kBureau, ""), std::pair(kUnits[0], kBureau), std::pair(kUnits[1], kBureau)}) {
    schema::DepartmentSetT department;
    department.id = id;
    department.name = std::string("市场监督管理部门") + id;
    department.division = "370202";
    department.superior = superior;
    log_.record(std::move(department), {&log_.person("office-1")});
  }
}

void DrawnLog::import_inspectors() {
  schema::InspectorsImportedT imported;
  for (std::size_t i = 0; i < kInspectors; ++i) {
    if (imported.rows.empty()) imported.run = "inspectors-" + std::to_string(i);
    auto row = std::make_unique<schema::InspectorRowT>();
    row->id = "Z" + std::to_string(100'000 + i);
    row->name = "检查员" + std::to_string(i);
    row->unit = kUnits[i % 2];
    row->status = schema::InspectorStatus::active;
    imported.rows.push_back(std::move(row));
    if (imported.rows.size() < kRowsPerPart && i + 1 < kInspectors) continue;
    imported.last = true;
    log_.record(std::exchange(imported, {}), {&log_.person("registrar-1")});
  }
}

void DrawnLog::publish_item() {
  schema::ItemListedT item;
  item.id = "I1";
  item.revision = 1;
  item.department = kBureau;
  item.name = "公示信息检查";
  item.basis = "《企业信息公示暂行条例》";
  item.object = "经营主体";
  item.content = "公示信息";
  log_.record(std::move(item), {&log_.person("clerk-1")});
  schema::ItemReviewedT reviewed;
  reviewed.id = "I1";
  reviewed.revision = 1;
  reviewed.approved = true;
  log_.record(std::move(reviewed), {&log_.person("office-1")});
  schema::ItemPublishedT published;
  published.id = "I1";
  published.revision = 1;
  log_.record(std::move(published), {&log_.person("clerk-1")});
}

// One stratum, everybody.
void DrawnLog::set_rule() {
  schema::RuleSetT rule;
  rule.id = "R1";
  rule.revision = 1;
  rule.department = kBureau;
  rule.name = "抽查工作细则";
  rule.strata.push_back(std::make_unique<schema::StratumRuleT>());
  rule.strata[0]->label = "全部";
  log_.record(std::move(rule), {&log_.person("clerk-1"), &log_.person("approver-1")});
}

void DrawnLog::register_vrf() {
  schema::VrfKeyRegisteredT registered;
  const KeyId key = crypto::vrf::public_key(log_.keys().vrf);
  append(registered.key, key);
  append(registered.proof, crypto::vrf::prove(log_.keys().vrf, projections::vrf_possession_bytes(
                                                                   kSampleOrigin, key)));
  log_.record(std::move(registered), {&log_.keys().platform, &log_.person("trustee-2")});
}

void DrawnLog::draw() {
  log_.append(log_.changes(draws_ * kChangesPerDraw, kChangesPerDraw), 64);
  const std::string stream = announce(publish_plan());
  contribute(stream);
  execute(stream);
  ++draws_;
}

std::string DrawnLog::publish_plan() {
  schema::PlanPublishedT plan;
  plan.id = "P" + std::to_string(draws_ + 1);
  plan.revision = 1;
  plan.department = kBureau;
  plan.name = "抽查计划";
  plan.year = 2026;
  plan.items = {"I1"};
  plan.rule = "R1";
  plan.rates.push_back(std::make_unique<schema::PlannedRateT>());
  plan.rates[0]->fixed = kVisitsPerDraw;
  const std::string id = plan.id;
  log_.record(std::move(plan), {&log_.person("clerk-1"), &log_.person("approver-1")});
  return id;
}

std::string DrawnLog::announce(const std::string& plan) {
  const projections::State& state = log_.state();
  schema::DrawAnnouncedT a;
  a.plan = plan;
  a.attempt = 1;
  a.rule_revision = 1;
  a.items = {"I1"};
  a.strata.push_back(std::make_unique<schema::AnnouncedStratumT>());
  a.strata[0]->fixed = kVisitsPerDraw;
  a.groups.push_back(std::make_unique<schema::SeatGroupT>());
  a.groups[0]->units = {kUnits[0], kUnits[1]};
  a.groups[0]->seats = 2;
  a.default_capacity = 10;
  append(a.vrf_key, crypto::vrf::public_key(log_.keys().vrf));
  for (const char* name : kContributors) append(a.contributors, log_.person(name).public_key());
  a.commit_deadline = log_.now_s() + kHourS;
  a.reveal_deadline = a.commit_deadline + kHourS;
  a.execute_deadline = a.reveal_deadline + kHourS;
  a.substitute_delay_s = 60;
  a.substitute_deadline_s = 86'400;
  a.pool_position = state.size() - 1;
  const auto pool = projections::pool_of(state, a, state.catalogue.rules.at("R1"));
  LIUHEN_CHECK(pool.has_value());
  append(a.subject_root, pool->subject_root);
  a.subject_rows = pool->subjects.size();
  a.subject_eligible = pool->subjects_eligible;
  append(a.inspector_root, pool->inspector_root);
  a.inspector_rows = pool->inspectors.size();
  a.inspector_eligible = pool->inspectors_eligible;
  append(a.conflict_root, pool->conflict_root);
  log_.record(std::move(a), {&log_.person("clerk-1"), &log_.person("approver-1")});
  return "draw/" + plan + "/1";
}

void DrawnLog::contribute(const std::string& stream) {
  const projections::Draw& draw = log_.state().draws.by_stream.at(stream);
  schema::CommitmentsClosedT committed;
  schema::RevealsClosedT revealed;
  committed.draw = revealed.draw = stream;
  for (const char* name : kContributors) {
    const crypto::SigningKey& key = log_.person(name);
    schema::DrawCommittedT commitment;
    commitment.draw = stream;
    append(commitment.commitment,
           crypto::draw::commitment(draw.leaf_hash, key.public_key(), nonce_of(name, stream)));
    log_.record(std::move(commitment), {&key});
    append(committed.committed, key.public_key());
  }
  log_.record(std::move(committed), {&log_.keys().platform});
  for (const char* name : kContributors) {
    schema::DrawRevealedT reveal;
    reveal.draw = stream;
    append(reveal.nonce, nonce_of(name, stream));
    log_.record(std::move(reveal), {&log_.person(name)});
    revealed.nonces.push_back(std::make_unique<schema::RevealedT>());
    append(revealed.nonces.back()->nonce, nonce_of(name, stream));
  }
  log_.record(std::move(revealed), {&log_.keys().platform});
}

void DrawnLog::execute(const std::string& stream) {
  const projections::State& state = log_.state();
  const projections::Draw& draw = state.draws.by_stream.at(stream);
  const Bytes alpha = projections::alpha_of(draw);
  const auto pi = crypto::vrf::prove(log_.keys().vrf, alpha);
  const auto seed = crypto::vrf::verify(crypto::vrf::public_key(log_.keys().vrf), alpha, pi);
  LIUHEN_CHECK(seed.has_value());
  const auto visits = projections::visits_of(state, draw, *seed, {});
  LIUHEN_CHECK(visits.has_value());
  log_.record(projections::execution_of(draw, pi, *visits), {&log_.keys().platform});
  schema::DrawDisclosedT disclosed;
  disclosed.draw = stream;
  disclosed.last = true;
  for (const auto& visit : visits->visits)
    disclosed.visits.push_back(std::make_unique<schema::VisitT>(visit));
  log_.record(std::move(disclosed), {&log_.keys().platform});
}

}  // namespace liuhen::tools::bench
