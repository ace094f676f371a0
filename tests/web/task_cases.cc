// Proof files in which something happens to an inspector, a seat, a key or a department, for the
// second implementation (api/web/test/proof-tasks.test.js).
//
//   task_cases NAME   prints the file to standard output, and to standard error the Unix second by
//                     which deadlines are to be judged
//
// NAME is what an honest operator records, or a dishonest one: see kCases.
#include "crypto/draw/rows.h"
#include "tests/web/conflict_cases.h"
#include "tests/web/forged_proofs.h"
#include "tests/web/print_case.h"

namespace liuhen::tests {
namespace {

using ledger::schema::DrawAnnouncedT;

std::string proof(BeaconTown& town) { return proof_of(town.city, town.draw.draw()); }

const City::Names kTrustees = {"trustee-outside", "trustee-inside"};

// ---- seats ----

// Each visit has a third seat for a unit that has nobody.
void execute_with_empty_group(BeaconTown& town) {
  town.city.set_department("MSA-3", "MSA");
  town.city.set_department("MSA-4", "MSA");
  town.city.import_inspectors({"X0001", "X0002"}, "MSA-4", "experts");
  DrawAnnouncedT announced = town.draw.unpooled();
  announced.groups.push_back(std::make_unique<schema::SeatGroupT>());
  announced.groups[1]->units = {"MSA-3"};
  announced.groups[1]->seats = 1;
  town.draw.take_pool(announced, town.city.state().catalogue.rules.at("R1"));
  town.city.must(std::move(announced), {"clerk", "approver"});
  town.draw.contribute();
  town.draw.execute();
  town.city.now += 20;
}
schema::SubstituteDrawnT for_third_seat(const BeaconTown& town, std::uint64_t visit) {
  schema::SubstituteDrawnT drawn;
  drawn.draw = town.draw.stream();
  drawn.visit = visit;
  drawn.seat = 2;
  drawn.ordinal = town.draw.draw().tasks[visit].seats[2].ordinal + 1;
  return drawn;
}
schema::UnitsAddedT unit_added(const BeaconTown& town) {
  schema::UnitsAddedT added;
  added.draw = town.draw.stream();
  added.group = 1;
  added.units = {"MSA-4"};
  added.reason = "无人可递补";
  return added;
}

// The first visit has its result when a unit is given: the second is the first that is due.
std::string units_after_result(BeaconTown& town) {
  execute_with_empty_group(town);
  for (std::uint64_t visit = 0; visit < town.draw.draw().tasks.size(); ++visit)
    town.city.must(for_third_seat(town, visit), {"platform"});
  town.draw.result(0);
  town.city.must(unit_added(town), {"approver", "head"});
  town.city.now += 20;
  auto drawn = for_third_seat(town, 1);
  drawn.inspector = projections::substitute_of(town.city.state(), town.draw.draw(), 1, 2,
                                               [](const Hash&) { return std::nullopt; })
                        .value()
                        .inspector;
  LIUHEN_CHECK(drawn.inspector.starts_with("X000"));
  town.city.must(std::move(drawn), {"platform"});
  return proof(town);
}
std::string units_while_due(BeaconTown& town) {
  execute_with_empty_group(town);
  return forged(town, unit_added(town), {"approver", "head"});
}
std::string vacant_after_result(BeaconTown& town) {
  execute_with_empty_group(town);
  town.city.must(for_third_seat(town, 0), {"platform"});
  town.draw.result(0);
  schema::RecusalFiledT filed;
  filed.draw = town.draw.stream();
  filed.seat = 2;
  filed.ground = "absence";
  return forged(town, std::move(filed), {"clerk"});
}

void decide(BeaconTown& town, std::uint64_t visit, std::uint32_t seat, const std::string& decider,
            bool approved) {
  schema::RecusalDecidedT decided;
  decided.draw = town.draw.stream();
  decided.visit = visit;
  decided.seat = seat;
  decided.approved = approved;
  town.city.must(std::move(decided), {decider});
}
void recuse(BeaconTown& town, std::uint64_t visit, std::uint32_t seat, const std::string& decider,
            bool approved) {
  schema::RecusalFiledT filed;
  filed.draw = town.draw.stream();
  filed.visit = visit;
  filed.seat = seat;
  filed.ground = "kinship";
  town.city.must(std::move(filed), {town.draw.draw().tasks[visit].seats[seat].inspector});
  decide(town, visit, seat, decider, approved);
}
// By one who has left, before somebody goes instead.
std::string result_unsettled(BeaconTown& town) {
  town.draw.whole();
  const auto& seats = town.draw.draw().tasks[0].seats;
  const std::string left = seats[0].inspector, stays = seats[1].inspector;
  recuse(town, 0, 1, "head", false);
  recuse(town, 0, 0, "head", true);
  schema::ResultRecordedT recorded;
  recorded.draw = town.draw.stream();
  recorded.visited_at = town.city.now;
  recorded.method = 1;
  return forged(town, std::move(recorded), {left, stays});
}
// The approver is an inspector too, and was not there.
std::string corrected_by_inspector(BeaconTown& town) {
  town.city.grant_key("approver2", {City::Role::approver}, "", "Z0099");
  town.city.must(town.draw.announcement(), {"clerk", "approver2"});
  town.draw.contribute();
  town.draw.execute();
  town.draw.result(0);
  schema::ResultCorrectedT corrected;
  corrected.draw = town.draw.stream();
  corrected.reason = "录入有误";
  corrected.rows.push_back(std::make_unique<schema::ItemResultT>());
  corrected.rows[0]->item = "I1";
  corrected.rows[0]->category = 1;
  return forged(town, std::move(corrected),
                {town.draw.draw().tasks[0].seats[0].inspector, "approver2"});
}

// The unit's seventeenth superior has a head, and only sixteen departments are asked for one.
void recuse_one_of(BeaconTown& town, const std::string& unit, const std::string& decider) {
  const auto& tasks = town.draw.draw().tasks;
  for (std::uint64_t visit = 0; visit < tasks.size(); ++visit) {
    for (std::uint32_t seat = 0; seat < 2; ++seat) {
      const std::string& id = tasks[visit].seats[seat].inspector;
      if (id.empty() || town.city.state().inspectors.latest(id)->unit != unit) continue;
      return recuse(town, visit, seat, decider, true);
    }
  }
  LIUHEN_CHECK(false);
}
std::string far_superior(BeaconTown& town) {
  std::string unit = "MSA";
  for (int i = 1; i <= 17; ++i) {
    const std::string below = "L" + std::to_string(i);
    town.city.set_department(below, unit);
    unit = below;
  }
  const City::Names deep = {"D0001", "D0002", "D0003", "D0004"};
  town.city.import_inspectors(deep, unit, "deep");
  for (const std::string& id : deep) town.city.grant_key(id, {City::Role::inspector}, unit, id);
  town.city.grant_key("head-msa", {City::Role::head}, "MSA");
  DrawAnnouncedT announced = town.draw.unpooled();
  announced.groups[0]->units = {"MSA-1", unit};
  town.draw.take_pool(announced, town.city.state().catalogue.rules.at("R1"));
  town.city.must(std::move(announced), {"clerk", "approver"});
  town.draw.contribute();
  town.draw.execute();
  recuse_one_of(town, "MSA-1", "head-msa");
  recuse_one_of(town, unit, "head");
  return proof(town);
}

// The unit's head is the inspector himself, whose key has signed nothing; his superior decides.
std::string head_recused(BeaconTown& town) {
  schema::KeyGrantedT granted;
  granted.grant = town.city.grant("head-1", {City::Role::head}, "MSA-1", false, "Z0001");
  town.city.must(std::move(granted), kTrustees);
  town.city.grant_key("head-msa", {City::Role::head}, "MSA");
  // Of the unit nobody else is there: both go on every visit.
  schema::InspectorsImportedT away;
  away.run = "away";
  away.last = true;
  for (const char* id : {"Z0005", "Z0007"}) {
    away.rows.push_back(City::inspector(id, "MSA-1"));
    away.rows.back()->status = schema::InspectorStatus::suspended;
  }
  town.city.must(std::move(away), {"registrar"});
  DrawAnnouncedT announced = town.draw.unpooled();
  announced.groups[0]->units = {"MSA-1"};
  town.draw.take_pool(announced, town.city.state().catalogue.rules.at("R1"));
  town.city.must(std::move(announced), {"clerk", "approver"});
  town.draw.contribute();
  town.draw.execute();
  std::set<std::string> left;
  const auto& tasks = town.draw.draw().tasks;
  for (std::uint64_t visit = 0; visit < tasks.size(); ++visit) {
    for (std::uint32_t seat = 0; seat < 2; ++seat) {
      const std::string id = tasks[visit].seats[seat].inspector;
      if (id != "Z0001" && id != "Z0003") continue;
      schema::RecusalFiledT filed;
      filed.draw = town.draw.stream();
      filed.visit = visit;
      filed.seat = seat;
      filed.ground = "absence";
      town.city.must(std::move(filed), {"clerk"});
      decide(town, visit, seat, id == "Z0001" ? "head-msa" : "head-1", true);
      left.insert(id);
    }
  }
  LIUHEN_CHECK(left.size() == 2);  // so that the file has the key of the unit's head
  return proof(town);
}

// ---- keys and permissions ----

schema::PermissionsChangedT permissions() {
  schema::PermissionsChangedT changed;
  for (const auto& permission : projections::default_permissions())
    changed.permissions.push_back(std::make_unique<schema::PermissionT>(permission));
  changed.reason = "调整分工";
  return changed;
}

std::string role_twice(BeaconTown& town) {
  auto changed = permissions();
  for (auto& row : changed.permissions) row->first.push_back(row->first.front());
  town.city.must(std::move(changed), kTrustees);
  town.draw.whole();
  return proof(town);
}
std::string genesis_in_table(BeaconTown& town) {
  town.draw.whole();
  auto changed = permissions();
  changed.permissions.push_back(std::make_unique<schema::PermissionT>());
  changed.permissions.back()->payload = static_cast<std::uint8_t>(schema::Payload::Genesis);
  changed.permissions.back()->first = {static_cast<std::uint8_t>(City::Role::trustee)};
  return forged(town, std::move(changed), kTrustees);
}

// Whoever comes in the place of a trustee has signed nothing that the file holds.
std::string trustee_replaced(BeaconTown& town) {
  schema::KeyGrantedT granted;
  granted.grant = town.city.grant("trustee-next", {City::Role::trustee}, "", true);
  town.city.must(std::move(granted), kTrustees);
  schema::KeyRevokedT revoked;
  revoked.key = City::bytes(town.city.id("trustee-outside"));
  revoked.reason = "离任";
  town.city.must(std::move(revoked), {"trustee-inside"});
  town.draw.whole();
  return proof(town);
}

std::string granted(BeaconTown& town, const std::string& name, City::Role role,
                    const std::string& inspector) {
  town.draw.whole();
  schema::KeyGrantedT granted;
  granted.grant = town.city.grant(name, {role}, "", false, "somebody");
  granted.grant->inspector = inspector;
  return forged(town, std::move(granted), kTrustees);
}
std::string key_of_log(BeaconTown& town) { return granted(town, "log", City::Role::observer, ""); }
std::string no_certificate(BeaconTown& town) {
  return granted(town, "somebody", City::Role::inspector, "执法 1");
}

// What is no department's affair a key of any department signs.
std::string contributor_of_department(BeaconTown& town) {
  town.city.grant_key("contributor4", {City::Role::contributor}, "MSA");
  DrawAnnouncedT announced = town.draw.announcement();
  const KeyId id = town.city.id("contributor4");
  std::copy(id.begin(), id.end(), announced.contributors.begin());
  town.city.must(std::move(announced), {"clerk", "approver"});
  for (const char* name : {"contributor4", "contributor2"}) town.draw.commit(name);
  town.city.must(town.draw.commitments_closed(), {"platform"});
  for (const char* name : {"contributor4", "contributor2"})
    town.city.must(town.draw.reveal_of(name), {name});
  town.city.must(town.draw.reveals_closed(), {"platform"});
  town.draw.execute();
  return proof(town);
}

// ---- registries, items, rules ----

schema::InspectorsImportedT moved(const std::string& id, const std::string& unit) {
  schema::InspectorsImportedT imported;
  imported.run = "moved";
  imported.last = true;
  imported.rows.push_back(City::inspector(id, unit));
  return imported;
}
// From a unit that the file says nothing of.
std::string registrar_of_department(BeaconTown& town) {
  town.city.set_department("MSA-9", "MSA");
  town.city.import_inspectors({"Y0001"}, "MSA-9", "others");
  town.city.grant_key("registrar2", {City::Role::registrar}, "MSA");
  town.draw.whole();
  town.city.must(moved("Y0001", "MSA-1"), {"registrar2"});
  town.draw.result(0);
  return proof(town);
}
std::string taken_from_another(BeaconTown& town) {
  town.city.grant_key("registrar2", {City::Role::registrar}, "MSA-1");
  town.draw.whole();
  town.city.slip_in(moved("Z0002", "MSA-1"), {"registrar2"});
  town.draw.result(0);
  return proof(town);
}
// Of the two parts of an import after the pool was taken one is about nobody in it.
std::string import_in_between(BeaconTown& town) {
  DrawAnnouncedT announced = town.draw.announcement();
  auto part = moved("Z0001", "MSA-1");
  part.last = false;
  town.city.must(std::move(part), {"registrar"});
  part = moved("N0001", "MSA-1");
  part.part = 1;
  town.city.must(std::move(part), {"registrar"});
  town.city.must(std::move(announced), {"clerk", "approver"});
  town.draw.contribute();
  town.draw.execute();
  return proof(town);
}
// The entry that the pool is taken at is not in the file, and the next one is.
std::string stale_pool(BeaconTown& town) {
  const std::uint64_t position = town.city.size() - 1;
  town.city.grant_key("contributor4", {City::Role::contributor});
  town.city.now += 3 * 86'400;
  DrawAnnouncedT announced = town.draw.unpooled();
  announced.pool_position = position;
  const KeyId id = town.city.id("contributor4");
  announced.contributors.insert(announced.contributors.end(), id.begin(), id.end());
  town.draw.take_pool(announced, town.city.state().catalogue.rules.at("R1"));
  town.city.slip_in(std::move(announced), {"clerk", "approver"});
  return proof(town);
}
// Of a pool that is announced as it is, and not as the rule has it.
std::string other_capacity(BeaconTown& town) {
  town.draw.whole();
  DrawAnnouncedT announced = CityDraw(town.city, 2).announcement();
  auto pool = projections::pool_of(town.city.state(), announced, City::rule()).value();
  auto text = projections::parse_proof(proof(town)).value();
  text.draw = "draw/P1/2";
  text.subjects = std::move(pool.subjects);
  text.inspectors = std::move(pool.inspectors);
  ++text.inspectors[0].capacity;
  crypto::draw::InspectorPool rows;
  for (const auto& row : text.inspectors) LIUHEN_CHECK(rows.add(row).has_value());
  announced.inspector_root = City::bytes(rows.root());
  return with_forged(town, std::move(text), std::move(announced), {"clerk", "approver"});
}

// A revision that is not in force gives the item to another department.
std::string item_revised(BeaconTown& town) {
  town.city.set_department("OTHER");
  town.city.must(City::item("I1", 2, "OTHER"), {"clerk"});
  town.city.must(City::plan("P1", 2), {"clerk", "approver"});
  town.draw.whole();
  return proof(town);
}
std::string review_of_withdrawn(BeaconTown& town) {
  town.draw.whole();
  schema::ItemWithdrawnT withdrawn;
  withdrawn.id = "I1";
  withdrawn.reason = "依据已废止";
  town.city.must(std::move(withdrawn), {"clerk", "office"});
  town.draw.result(0);
  schema::ItemReviewedT reviewed;
  reviewed.id = "I1";
  reviewed.revision = 1;
  return forged(town, std::move(reviewed), {"office"});
}
std::string capacity_of_nobody(BeaconTown& town) {
  town.draw.whole();
  auto rule = City::rule("R1", 2);
  rule.capacities.push_back(std::make_unique<schema::UnitCapacityT>());
  rule.capacities[0]->unit = "NOBODY";
  rule.capacities[0]->capacity = 1;
  return forged(town, std::move(rule), {"clerk", "approver"});
}
std::string conflict_of_nobody(BeaconTown& town) {
  town.draw.whole();
  schema::ConflictDeclaredT declared;
  declared.commitment.assign(32, 1);
  declared.unit = "NOBODY";
  return forged(town, std::move(declared), {"registrar"});
}

// ---- other draws ----

void discard(BeaconTown& town, const City::Names& authors) {
  schema::DrawVoidedT voided;
  voided.draw = town.draw.stream();
  voided.reason = "公告有误";
  town.city.must(std::move(voided), authors);
}
DrawAnnouncedT scoped(BeaconTown& town, CityDraw& draw, schema::Field field,
                      const std::string& value) {
  DrawAnnouncedT announced = draw.unpooled();
  announced.scope.push_back(std::make_unique<schema::ConditionT>());
  announced.scope[0]->field = field;
  announced.scope[0]->values = {value};
  draw.take_pool(announced, town.city.state().catalogue.rules.at("R1"));
  return announced;
}
// Of two trades that have nothing in common; one is named by its section.
std::string other_trade(BeaconTown& town) {
  schema::SubjectsImportedT imported;
  imported.run = "restaurants";
  imported.last = true;
  for (std::uint64_t i = 0; i < 20; ++i)
    imported.rows.push_back(City::firm(500 + i, "370202", "H62"));
  town.city.must(std::move(imported), {"registrar"});
  town.city.must(scoped(town, town.draw, schema::Field::section, "F"), {"clerk", "approver"});
  town.draw.contribute();
  town.draw.execute();
  discard(town, {"approver", "supervisor"});
  CityDraw second(town.city, 2);
  town.city.must(scoped(town, second, schema::Field::industry, "H62"), {"clerk", "approver"});
  second.contribute();
  second.execute();
  return proof_of(town.city, second.draw());
}
std::string round_of_no_chain(BeaconTown& town) {
  DrawAnnouncedT announced = town.draw.announcement();
  announced.beacon_round = 5;
  town.city.slip_in(std::move(announced), {"clerk", "approver"});
  discard(town, {"approver", "clerk"});
  CityDraw second(town.city, 2);
  announced = second.announcement();
  announced.previous = town.draw.stream();
  town.city.must(std::move(announced), {"clerk", "approver"});
  return proof_of(town.city, second.draw());
}

std::string evidence_about(BeaconTown& town, const std::string& about) {
  town.draw.whole();
  schema::EvidenceAttachedT attached;
  attached.about = about;
  attached.sha256.assign(32, 1);
  attached.kind = "photo";
  return forged(town, std::move(attached), {"observer"});
}
std::string evidence_of_nothing(BeaconTown& town) { return evidence_about(town, "plan/P9"); }
std::string evidence_of_inspector(BeaconTown& town) {
  return evidence_about(town, "inspector/Z0001");
}

// ---- places in the log ----

Bytes signed_at(City& city, std::uint64_t position, const Hash& previous,
                const schema::IntentT& intent, const City::Names& authors) {
  const Bytes bytes = ledger::encode(intent);
  std::vector<Signature> signatures;
  for (const std::string& name : authors)
    signatures.push_back(ledger::sign_intent(city.key(name), bytes));
  return ledger::encode_entry(position, city.now, previous, bytes, signatures);
}
std::string other_position(BeaconTown& town) {
  town.draw.whole();
  schema::DrawAttestedT attested;
  attested.draw = town.draw.stream();
  City& city = town.city;
  return with_entry(town, projections::parse_proof(proof(town)).value(),
                    signed_at(city, city.size() + 1, crypto::leaf_hash(city.entries().back()),
                              city.intent(std::move(attested), {"observer"}), {"observer"}));
}
// A genesis that has something before it.
std::string not_the_first(BeaconTown&) {
  City city = City::without_genesis();
  const auto genesis = city.intent(city.genesis(), kTrustees);
  LIUHEN_CHECK(
      city.record_entry(signed_at(city, 0, crypto::sha256(view_of("before")), genesis, kTrustees))
          .has_value());
  city.furnish();
  CityDraw draw(city);
  draw.whole();
  return proof_of(city, draw.draw());
}

const Cases kCases = {{"units-after-result", units_after_result},
                      {"far-superior", far_superior},
                      {"head-recused", head_recused},
                      {"role-twice", role_twice},
                      {"trustee-replaced", trustee_replaced},
                      {"contributor-of-department", contributor_of_department},
                      {"registrar-of-department", registrar_of_department},
                      {"import-in-between", import_in_between},
                      {"item-revised", item_revised},
                      {"other-trade", other_trade},
                      {"evidence-of-inspector", evidence_of_inspector},
                      {"conflict-ended", conflict_ended},
                      {"conflict-ended-hides-one", conflict_ended_hides_one},
                      {"conflict-renewed", conflict_renewed},
                      {"conflict-left-out", conflict_left_out},
                      {"conflict-ended-twice", conflict_ended_twice},
                      {"conflict-never-declared", conflict_never_declared},
                      {"conflict-ended-by-declarer", conflict_ended_by_declarer},
                      {"conflict-ended-silently", conflict_ended_silently},
                      {"units-while-due", units_while_due},
                      {"vacant-after-result", vacant_after_result},
                      {"result-unsettled", result_unsettled},
                      {"corrected-by-inspector", corrected_by_inspector},
                      {"genesis-in-table", genesis_in_table},
                      {"key-of-log", key_of_log},
                      {"no-certificate", no_certificate},
                      {"taken-from-another", taken_from_another},
                      {"stale-pool", stale_pool},
                      {"other-capacity", other_capacity},
                      {"review-of-withdrawn", review_of_withdrawn},
                      {"capacity-of-nobody", capacity_of_nobody},
                      {"conflict-of-nobody", conflict_of_nobody},
                      {"round-of-no-chain", round_of_no_chain},
                      {"other-position", other_position},
                      {"not-the-first", not_the_first},
                      {"evidence-of-nothing", evidence_of_nothing}};

}  // namespace
}  // namespace liuhen::tests

int main(int argc, char** argv) {
  using namespace liuhen;
  return tests::print_case(argc, argv, tests::kCases, [](const tests::BeaconTown& town) {
    return std::to_string(town.city.now);
  });
}
