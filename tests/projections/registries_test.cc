// The registries of subjects and inspectors, and conflicts of interest.
#include <gtest/gtest.h>

#include "crypto/commitment.h"
#include "tests/projections/approved_conflict.h"

namespace liuhen::tests {
namespace {

namespace schema = ledger::schema;
using schema::SubjectKind;

schema::SubjectsImportedT part(const std::string& run, std::uint32_t number, bool last) {
  schema::SubjectsImportedT out;
  out.run = run;
  out.part = number;
  out.last = last;
  return out;
}

std::string row_refusal(City& city, const std::function<void(schema::SubjectRowT&)>& change) {
  auto imported = part("try", 0, true);
  imported.rows.push_back(City::firm(1));
  change(*imported.rows[0]);
  const auto before = city.state().stream_version("import/try");
  imported.part = static_cast<std::uint32_t>(before);
  return city.refusal(std::move(imported), {"registrar"});
}

TEST(Codes, OfTheStandardsExamples) {
  EXPECT_TRUE(projections::is_uscc("91350100M000100Y43"));
  EXPECT_FALSE(projections::is_uscc("91350100M000100Y4Z"));
  EXPECT_FALSE(projections::is_uscc("91350100M000100Y4"));
  EXPECT_FALSE(projections::is_uscc("91350100I000100Y43"));
  EXPECT_TRUE(projections::is_resident_id("11010519491231002X"));  // GB 11643-1999, its own example
  EXPECT_TRUE(projections::is_resident_id("440524188001010014"));
  EXPECT_FALSE(projections::is_resident_id("110105194912310021"));
  EXPECT_FALSE(projections::is_resident_id("11010519491331002X"));
}

TEST(Subjects, RowsAreChecked) {
  City city;
  EXPECT_EQ(row_refusal(city, [](auto& r) { r.id = ""; }), "subject.id");
  EXPECT_EQ(row_refusal(city, [](auto& r) { r.id = "abc"; }), "subject.id");
  EXPECT_EQ(row_refusal(city, [](auto& r) { r.id = std::string(24, 'A'); }), "subject.id");
  EXPECT_EQ(row_refusal(city, [](auto& r) { r.id.back() = r.id.back() == '0' ? '1' : '0'; }),
            "subject.check_character");
  EXPECT_EQ(row_refusal(city, [](auto& r) { r.kind = SubjectKind::unknown; }), "subject.kind");
  EXPECT_EQ(row_refusal(city, [](auto& r) { r.status = schema::SubjectStatus::unknown; }),
            "subject.status");
  EXPECT_EQ(row_refusal(city, [](auto& r) { r.division = "3702"; }), "subject.division");
  EXPECT_EQ(row_refusal(city, [](auto& r) { r.industry = "U52"; }), "subject.industry");
  EXPECT_EQ(row_refusal(city, [](auto& r) { r.industry = "F5"; }), "subject.industry");
  EXPECT_EQ(row_refusal(city, [](auto& r) { r.id = "370200100000001"; }), "")
      << "an old registry number has no such character";
  EXPECT_EQ(row_refusal(city, [](auto&) {}), "");
}

TEST(Subjects, PeopleHaveAnOpaqueIdAndNoName) {
  City city;
  const auto person = [](const std::string& id, SubjectKind kind) {
    return [=](schema::SubjectRowT& row) {
      row.id = id;
      row.kind = kind;
      row.name.clear();
      row.address.clear();
    };
  };
  for (const SubjectKind kind : {SubjectKind::sole_trader, SubjectKind::natural_person}) {
    EXPECT_EQ(row_refusal(city, person("11010519491231002X", kind)), "subject.personal_id");
    EXPECT_EQ(row_refusal(city, person("92370202MA3TESTX0Q", kind)), "subject.personal_id");
    EXPECT_EQ(row_refusal(city,
                          [&](auto& r) {
                            person("G-000001", kind)(r);
                            r.name = "某某";
                          }),
              "subject.personal_data");
    EXPECT_EQ(row_refusal(city,
                          [&](auto& r) {
                            person("G-000001", kind)(r);
                            r.address = "某路";
                          }),
              "subject.personal_data");
    EXPECT_EQ(row_refusal(city, person("G-000001", kind)), "");
  }
}

TEST(Subjects, OneOfAPartOnce) {
  City city;
  auto imported = part("run", 0, true);
  for (const std::uint64_t number : {1, 2, 3, 1}) imported.rows.push_back(City::firm(number));
  EXPECT_EQ(city.refusal(std::move(imported), {"registrar"}), "subject.duplicate");
  EXPECT_EQ(city.state().subjects.size(), 0U);
}

TEST(Subjects, PartsComeInOrderAndARunCanBeTakenUpAgain) {
  City city;
  const auto send = [&](std::uint32_t number, bool last, std::uint64_t firm) {
    auto imported = part("run", number, last);
    if (firm != 0) imported.rows.push_back(City::firm(firm));
    return city.refusal(std::move(imported), {"registrar"});
  };
  EXPECT_EQ(send(1, false, 1), "import.part");
  EXPECT_EQ(send(0, false, 0), "import.empty");
  EXPECT_EQ(send(0, false, 1), "");
  EXPECT_EQ(city.state().subjects.open_runs().at("run").next_part, 1U);
  EXPECT_EQ(send(0, false, 1), "import.part");
  EXPECT_EQ(send(1, true, 0), "");
  EXPECT_TRUE(city.state().subjects.open_runs().empty());
  EXPECT_EQ(send(0, true, 2), "import.part");
  EXPECT_EQ(send(2, true, 2), "");
}

TEST(Subjects, ARunIsOfOneRegistry) {
  City city;
  city.set_department("MSA");
  auto imported = part("run", 0, false);
  imported.rows.push_back(City::firm(1));
  city.must(std::move(imported), {"registrar"});
  schema::InspectorsImportedT inspectors;
  inspectors.run = "run";
  inspectors.part = 1;
  inspectors.last = true;
  EXPECT_EQ(city.refusal(std::move(inspectors), {"registrar"}), "import.run");
}

TEST(Subjects, KeepTheirHistory) {
  City city;
  city.import_firms(1, 3000, "first");
  const std::uint64_t before = city.size() - 1;
  auto changed = part("second", 0, true);
  changed.rows.push_back(City::firm(1234, "370203", "G54"));
  changed.rows[0]->status = schema::SubjectStatus::cancelled;
  const Hash commitment = crypto::sha256(view_of("x"));
  changed.rows[0]->restricted = City::bytes(commitment);
  const auto digest = projections::row_digest(*changed.rows[0]);
  city.must(std::move(changed), {"registrar"});

  const auto& subjects = city.state().subjects;
  EXPECT_EQ(subjects.size(), 3000U);
  for (std::uint64_t number = 1; number <= 3000; ++number) {
    const auto found = subjects.find(City::code(number));
    ASSERT_TRUE(found.has_value());
    ASSERT_EQ(subjects.id(*found), City::code(number));
    ASSERT_EQ(subjects.version(*found), number == 1234 ? 2U : 1U);
    ASSERT_EQ(subjects.at(*found, before)->digest, projections::row_digest(*City::firm(number)));
  }
  EXPECT_FALSE(subjects.find("NOBODY").has_value());
  const auto subject = *subjects.find(City::code(1234));
  EXPECT_EQ(subjects.latest(subject).digest, digest);
  EXPECT_EQ(subjects.division(subjects.latest(subject)), "370203");
  EXPECT_EQ(subjects.industry(*subjects.at(subject, before)), "F52");
  EXPECT_EQ(subjects.at(subject, 0), nullptr);
  EXPECT_EQ(city.state().stream_version("subject/" + City::code(1234)), 2U);
  EXPECT_EQ(city.state().stream_version("subject/NOBODY"), 0U);
}

TEST(Inspectors, RowsAreCheckedAndSorted) {
  City city;
  city.set_department("MSA");
  std::uint32_t next = 0;
  const auto refusal = [&](const std::function<void(schema::InspectorsImportedT&)>& change) {
    schema::InspectorsImportedT imported;
    imported.run = "run";
    imported.part = next;
    imported.last = true;
    imported.rows.push_back(City::inspector("Z0001", "MSA"));
    change(imported);
    const std::string code = city.refusal(std::move(imported), {"registrar"});
    if (code.empty()) ++next;
    return code;
  };
  EXPECT_EQ(refusal([](auto& p) { p.rows[0]->unit = "X"; }), "inspector.unit");
  EXPECT_EQ(refusal([](auto& p) { p.rows[0]->id = "检查员"; }), "inspector.id");
  EXPECT_EQ(refusal([](auto& p) { p.rows[0]->name.clear(); }), "inspector.name");
  EXPECT_EQ(refusal([](auto& p) { p.rows[0]->qualifications = {""}; }), "inspector.qualification");
  EXPECT_EQ(refusal([](auto& p) { p.rows.push_back(City::inspector("Z0001", "MSA")); }),
            "inspector.duplicate");
  EXPECT_EQ(refusal([](auto& p) { p.rows[0]->qualifications = {"B", "A", "B"}; }), "");
  const std::uint64_t first = city.size() - 1;
  EXPECT_EQ(refusal([](auto& p) { p.rows[0]->status = schema::InspectorStatus::left; }), "");
  const auto& inspectors = city.state().inspectors;
  EXPECT_EQ(inspectors.at("Z0001", first)->qualifications, (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(inspectors.at("Z0001", first)->status, schema::InspectorStatus::active);
  EXPECT_EQ(inspectors.latest("Z0001")->status, schema::InspectorStatus::left);
  EXPECT_EQ(inspectors.at("Z0001", first - 1), nullptr);
  EXPECT_EQ(inspectors.latest("Z0002"), nullptr);
}

TEST(Conflicts, AreDecidedOnceByAHeadOfTheUnit) {
  City city;
  city.furnish(0, 2);
  city.grant_key("head-1", {schema::Role::head}, "MSA-1");
  city.grant_key("head-2", {schema::Role::head}, "MSA-2");
  city.grant_key("head-0", {schema::Role::head}, "MSA");
  const Hash a = crypto::sha256(view_of("a")), b = crypto::sha256(view_of("b"));
  const auto declared = [&](const Hash& commitment) {
    schema::ConflictDeclaredT out;
    out.commitment = City::bytes(commitment);
    out.unit = "MSA-1";
    return out;
  };
  const auto decided = [&](const Hash& commitment, bool approved) {
    schema::ConflictDecidedT out;
    out.commitment = City::bytes(commitment);
    out.approved = approved;
    return out;
  };
  EXPECT_EQ(city.refusal(decided(a, true), {"head-1"}), "conflict.unknown");
  EXPECT_EQ(city.refusal(declared(a), {"Z0002"}), "role.department");
  EXPECT_EQ(city.refusal(declared(a), {"Z0001"}), "");
  EXPECT_EQ(city.refusal(declared(a), {"registrar"}), "conflict.known");
  EXPECT_EQ(city.refusal(declared(b), {"Z0001"}), "");
  EXPECT_EQ(city.refusal(decided(a, true), {"head-2"}), "role.department");
  const std::uint64_t at = city.must(decided(b, true), {"head-1"});
  EXPECT_EQ(city.refusal(decided(b, false), {"head-0"}), "conflict.decided");
  city.must(decided(a, true), {"head-0"});
  const auto& conflicts = city.state().conflicts;
  EXPECT_EQ(conflicts.in_force(at - 1), std::vector<Hash>{});
  EXPECT_EQ(conflicts.in_force(at), std::vector<Hash>{b});
  EXPECT_EQ(conflicts.in_force(at + 1), (std::vector<Hash>{a, b})) << "in order of declaration";
}

TEST(Conflicts, EndByAHeadOfTheUnitOnceAndForLaterPools) {
  City city;
  city.furnish(0, 2);
  city.grant_key("head-1", {schema::Role::head}, "MSA-1");
  city.grant_key("head-2", {schema::Role::head}, "MSA-2");
  city.grant_key("both", {schema::Role::registrar, schema::Role::head});
  const Hash a = crypto::sha256(view_of("a")), b = crypto::sha256(view_of("b"));
  EXPECT_EQ(city.refusal(ended_conflict(a), {"head-1"}), "conflict.unknown");
  city.must(declared_conflict(a), {"both"});
  EXPECT_EQ(city.refusal(ended_conflict(a), {"head-1"}), "conflict.not_in_force") << "undecided";
  city.must(declared_conflict(b), {"registrar"});
  schema::ConflictDecidedT refused;
  refused.commitment = City::bytes(b);
  city.must(std::move(refused), {"head-1"});
  EXPECT_EQ(city.refusal(ended_conflict(b), {"head-1"}), "conflict.not_in_force") << "turned down";
  approve_conflict(city, a);
  EXPECT_EQ(city.refusal(ended_conflict(a), {"registrar"}), "role.denied");
  EXPECT_EQ(city.refusal(ended_conflict(a), {"head-2"}), "role.department");
  EXPECT_EQ(city.refusal(ended_conflict(a), {"both"}), "conflict.own");
  auto silent = ended_conflict(a);
  silent.reason.clear();
  EXPECT_EQ(city.refusal(std::move(silent), {"head-1"}), "conflict.reason");
  const std::uint64_t before = city.size() - 1, at = city.must(ended_conflict(a), {"head-1"});
  EXPECT_EQ(city.refusal(ended_conflict(a), {"head-1"}), "conflict.ended");
  EXPECT_EQ(city.refusal(declared_conflict(a), {"registrar"}), "conflict.known");
  const auto& conflicts = city.state().conflicts;
  EXPECT_EQ(conflicts.in_force(before), std::vector<Hash>{a});
  EXPECT_EQ(conflicts.in_force(at), std::vector<Hash>{});
  EXPECT_EQ(conflicts.of_draw(before, at + 9), std::vector<Hash>{a}) << "of an announced draw";
  EXPECT_EQ(conflicts.of_draw(at, at + 9), std::vector<Hash>{});
  const Hash again = crypto::sha256(view_of("a, with another salt"));
  city.must(declared_conflict(again), {"registrar"});
  approve_conflict(city, again);
  EXPECT_EQ(conflicts.in_force(city.size()), std::vector<Hash>{again});
}

TEST(Conflicts, ContentSurvivesTheWay) {
  const projections::ConflictContent content{
      .subject = "S", .inspector = "Z0001", .kind = "亲属", .evidence = ""};
  const Bytes bytes = projections::encode(content);
  const auto back = projections::decode_conflict(bytes);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(projections::encode(*back), bytes);
  EXPECT_EQ(back->kind, "亲属");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(projections::decode_conflict(View(bytes).first(size)).error().code,
              "conflict.content")
        << size;
  }
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(projections::decode_conflict(longer).has_value());
}

}  // namespace
}  // namespace liuhen::tests
