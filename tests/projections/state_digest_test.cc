// The worked example of docs/formats/state-digest.md, whose digest reference/state_digest.py
// computes from the page alone: here the same state is built and digested.
#include <gtest/gtest.h>

#include "ledger/event.h"
#include "projections/state.h"
#include "tests/worked_example.h"

namespace liuhen::tests {
namespace {

namespace schema = ledger::schema;
using projections::State;

Hash hash_of(std::uint8_t byte) {
  Hash out;
  out.fill(byte);
  return out;
}
Bytes bytes_of(std::uint8_t byte, std::size_t size) { return Bytes(size, byte); }

std::unique_ptr<schema::ConditionT> condition(schema::Field field,
                                              std::vector<std::string> values) {
  auto out = std::make_unique<schema::ConditionT>();
  out->field = field;
  out->values = std::move(values);
  return out;
}

void add_keys(State& state) {
  using schema::Role;
  const KeyId clerk = hash_of(2), trustee = hash_of(3);
  state.keys.keys[clerk] = {.id = clerk,
                            .person = "clerk",
                            .name = "经办人0001",
                            .roles = {Role::inspector, Role::clerk},
                            .department = "MSA",
                            .inspector = "Z0001",
                            .outside = false,
                            .granted_at = 0,
                            .revoked_at = {}};
  state.keys.keys[trustee] = {.id = trustee,
                              .person = "trustee",
                              .name = "",
                              .roles = {Role::trustee},
                              .department = "",
                              .inspector = "",
                              .outside = true,
                              .granted_at = 0,
                              .revoked_at = 2};
  state.keys.permissions[ledger::PayloadTag::KeyGranted] = {.first = {Role::trustee},
                                                            .second = {Role::trustee}};
  state.keys.permissions[ledger::PayloadTag::Genesis] = {.first = {Role::clerk}, .second = {}};
  state.keys.vrf.push_back(
      {.id = hash_of(4),
       .registered_at = 1,
       .sharing = projections::VrfSharing{.commitments = {hash_of(4), hash_of(0x13)},
                                          .holders = {hash_of(0x15), hash_of(0x14)},
                                          .confirmed = {hash_of(0x14)},
                                          .shared_at = 5},
       .retired_at = 15});
}

schema::ItemListedT item(std::uint32_t revision, const std::string& method) {
  schema::ItemListedT out;
  out.id = "I1";
  out.revision = revision;
  out.department = "MSA";
  out.name = "事项I1";
  out.basis = "依据";
  out.object = "企业";
  out.content = "公示信息";
  out.method = method;
  return out;
}

schema::RuleSetT rule() {
  schema::RuleSetT out;
  out.id = "R1";
  out.revision = 1;
  out.department = "MSA";
  out.name = "细则";
  auto stratum = std::make_unique<schema::StratumRuleT>();
  stratum->label = "企业";
  stratum->conditions.push_back(condition(schema::Field::kind, {"firm"}));
  stratum->max_den = 20;
  out.strata.push_back(std::move(stratum));
  out.yearly_cap = 1;
  auto capacity = std::make_unique<schema::UnitCapacityT>();
  capacity->unit = "MSA";
  capacity->capacity = 3;
  out.capacities.push_back(std::move(capacity));
  out.rest_days = 90;
  out.suspended_apart = true;
  auto weight = std::make_unique<schema::WeightRuleT>();
  weight->weight = 5;
  weight->conditions.push_back(condition(schema::Field::industry, {"H62"}));
  out.weights.push_back(std::move(weight));
  return out;
}

void add_catalogue(State& state) {
  state.catalogue.departments["MSA"] = {
      .id = "MSA", .name = "市场监督管理局", .division = "370200", .superior = "", .active = true};
  projections::Item& listed = state.catalogue.items["I1"];
  listed.stage = projections::Item::Stage::published;
  listed.published_revision = 1;
  listed.listed_by = "clerk";
  listed.published = item(1, "");
  listed.proposed = item(2, "书面");
  state.catalogue.rules["R1"] = rule();
  schema::PlanPublishedT plan;
  plan.id = "P1";
  plan.revision = 2;
  plan.department = "MSA";
  plan.name = "计划";
  plan.year = 2026;
  plan.targeted = true;
  plan.items = {"I1"};
  plan.rule = "R1";
  plan.scope.push_back(condition(schema::Field::division, {"3702", "370300"}));
  auto rate = std::make_unique<schema::PlannedRateT>();
  rate->num = 1;
  rate->den = 20;
  rate->minimum = 1;
  rate->maximum = 9;
  plan.rates.push_back(std::move(rate));
  state.catalogue.plans["P1"] = std::move(plan);
}

// The entry at position 5, with the two subjects.
Bytes import_entry() {
  schema::SubjectsImportedT imported;
  imported.run = "2026";
  auto firm = std::make_unique<schema::SubjectRowT>();
  firm->id = "91350100M000100Y43";
  firm->kind = schema::SubjectKind::firm;
  firm->name = "示例有限公司";
  firm->division = "370202";
  firm->industry = "F52";
  firm->address = "香港中路1号";
  firm->status = schema::SubjectStatus::active;
  imported.rows.push_back(std::move(firm));
  auto trader = std::make_unique<schema::SubjectRowT>();
  trader->id = "GT370203-00000002";
  trader->kind = schema::SubjectKind::sole_trader;
  trader->division = "370203";
  trader->industry = "H62";
  trader->status = schema::SubjectStatus::active;
  trader->restricted = bytes_of(5, 32);
  imported.rows.push_back(std::move(trader));
  schema::IntentT intent;
  intent.origin = "liuhen.example/city";
  intent.id = bytes_of(1, 16);
  intent.stream = "import/2026";
  intent.authors = bytes_of(2, 32);
  intent.seen_root = bytes_of(0, 32);
  intent.payload.Set(std::move(imported));
  const Signature unsigned_yet{};
  return ledger::encode_entry(5, 1'790'000'060, Hash{}, ledger::encode(intent), {&unsigned_yet, 1});
}

void add_registries(State& state) {
  const Bytes entry = import_entry();
  const auto event = ledger::Event::parse(entry);
  ASSERT_TRUE(event.has_value()) << event.error().en;
  state.subjects.apply(*event, event->payload<schema::SubjectsImported>());
  schema::InspectorRowT row;
  row.id = "Z0001";
  row.name = "检查员0001";
  row.unit = "MSA";
  row.qualifications = {"特种设备", "执法证", "特种设备"};
  row.status = schema::InspectorStatus::active;
  projections::InspectorVersion inspector;
  inspector.position = 6;
  inspector.digest = projections::row_digest(row);
  state.inspectors.rows["Z0001"].push_back(std::move(inspector));
  state.inspectors.ended_runs.push_back({.first = 3, .last = 6});
  state.conflicts.rows.push_back({.commitment = hash_of(6),
                                  .unit = "MSA",
                                  .declared_at = 7,
                                  .decided_at = 9,
                                  .approved = true,
                                  .declared_by = "clerk",
                                  .ended_at = 31});
}

projections::Task task() {
  projections::Task out;
  out.subject = "91350100M000100Y43";
  out.ticket = hash_of(0x0e);
  projections::Seat vacated;
  vacated.held = {"Z0001"};
  vacated.recusals.push_back({.inspector = "Z0001",
                              .ground = "kinship",
                              .filed_at = 18,
                              .decided_at = 19,
                              .approved = true,
                              .filer = "clerk"});
  vacated.vacated_at = 19;
  projections::Seat filled;
  filled.inspector = "Z0002";
  filled.held = {"Z0002"};
  projections::Seat exhausted;
  exhausted.group = 1;
  exhausted.ordinal = 1;
  exhausted.exhausted = true;
  out.seats = {vacated, filled, exhausted};
  projections::TaskResult result;
  result.position = 25;
  result.time = 1'790'000'300;
  result.visited_at = 1'790'000'250;
  schema::ItemResultT found;
  found.item = "I1";
  found.category = 1;
  found.note = "说明";
  result.rows.push_back(found);
  result.corrections = 1;
  result.corrected_at = 26;
  result.follow_ups = {27};
  result.published_at = 28;
  result.objections = {29};
  result.open_objection = 29;
  out.result = std::move(result);
  return out;
}

schema::DrawExecutedT outcome() {
  schema::DrawExecutedT out;
  out.pi = bytes_of(0x0d, 80);
  auto drawn = std::make_unique<schema::StratumOutcomeT>();
  drawn->eligible = 2;
  drawn->drawn = 1;
  drawn->rest_drawn = 1;
  drawn->rest_weight = 12;
  drawn->cutoff = bytes_of(0x0e, 32);
  out.strata.push_back(std::move(drawn));
  out.strata.push_back(std::make_unique<schema::StratumOutcomeT>());
  out.visits_root = bytes_of(0x0f, 32);
  out.visits = 1;
  out.vacancies = 1;
  return out;
}

void add_draw(State& state) {
  projections::Draw draw;
  draw.stream = "draw/P1/1";
  draw.number = 1;
  draw.position = 10;
  draw.time = 1'790'000'100;
  draw.leaf_hash = hash_of(7);
  draw.department = "MSA";
  draw.rule = "R1";
  draw.rule_set = rule();
  draw.contributors = {hash_of(8), hash_of(9)};
  draw.commitments[hash_of(8)] = hash_of(0x0a);
  draw.committed = {hash_of(8)};
  draw.nonces[hash_of(8)] = hash_of(0x0b);
  draw.revealed = {bytes_of(0x0b, 32), {}};
  draw.phase = projections::Draw::Phase::disclosed;
  draw.commitments_closed_at = 13;
  draw.reveals_closed_at = 15;
  draw.executed_at = 16;
  draw.executed_time = 1'790'000'200;
  draw.disclosed_at = 17;
  draw.next_part = 1;
  draw.beacon = projections::DrawBeacon{
      .chain_hash = hash_of(0x11), .chain = {}, .round = 123, .round_time = 1'790'000'150};
  draw.beacon_output = hash_of(0x12);
  draw.beacon_at = 14;
  draw.digits = {{.source = "dice", .issue = "", .digits = "415263", .position = 12}};
  draw.seed.emplace().fill(0x0c);
  draw.outcome = outcome();
  draw.announcement.weighted = true;
  draw.added_units = {{}, {"LAB"}};
  draw.tasks.push_back(task());
  draw.attestations = {20};
  draw.attested_by = {hash_of(0x10)};
  state.draws.streams.push_back(draw.stream);
  state.draws.by_stream.emplace("draw/P1/1", std::move(draw));
  state.draws.visited["91350100M000100Y43"] = {{16, 2026}};
  state.draws.voided[4] = 8;
}

TEST(StateDigest, WorkedExample) {
  const auto example = worked_example("docs/formats/state-digest.md", "Worked example");
  State state;
  state.origin = "liuhen.example/city";
  state.city = "示范市";
  state.division = "370200";
  state.admission_version = 1;
  state.log_key = hash_of(1);
  state.times = {1'790'000'000, 1'790'000'000, 1'790'000'060};
  add_keys(state);
  add_catalogue(state);
  ASSERT_NO_FATAL_FAILURE(add_registries(state));
  add_draw(state);
  state.erased[hash_of(5)] = 30;
  state.beacons.chains[hash_of(0x11)] = {.chain = {}, .active = true, .set_at = 2};
  state.stream_versions = {{"import/2026", 1}, {"genesis", 1}};
  EXPECT_EQ(to_hex(projections::digest(state)), example.at("digest"));
}

}  // namespace
}  // namespace liuhen::tests
