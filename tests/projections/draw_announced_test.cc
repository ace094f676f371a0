#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/projections/drawn_city.h"

namespace liuhen::tests {
namespace {

using Announcement = schema::DrawAnnouncedT;

// What admission says of an announcement that is right but for one thing.
template <class Change>
std::string with(DrawnCity& city, Change change) {
  Announcement a = city.announcement();
  change(a);
  return city.submit(std::move(a), {"clerk", "approver"});
}

schema::EvidenceAttachedT evidence() {
  schema::EvidenceAttachedT out;
  out.about = "plan/PLAN";
  out.sha256.assign(32, 1);
  out.kind = "photo";
  return out;
}

TEST(DrawAnnounced, IsAdmittedAndNumbered) {
  DrawnCity city;
  city.announce();
  EXPECT_EQ(city.draw().number, 1U);
  EXPECT_EQ(city.draw().phase, Draw::Phase::committing);
  EXPECT_EQ(city.draw().department, "BUREAU");
  EXPECT_TRUE(city.draw().open());
  EXPECT_FALSE(city.draw().must_execute());
}

TEST(DrawAnnounced, NamesThePlanTheRuleAndTheItems) {
  DrawnCity city;
  EXPECT_EQ(with(city, [](Announcement& a) { a.plan = "NONE"; }), "draw.plan");
  EXPECT_EQ(with(city, [](Announcement& a) { a.attempt = 2; }), "draw.attempt");
  EXPECT_EQ(with(city, [](Announcement& a) { a.rule_revision = 2; }), "draw.rule_revision");
  EXPECT_EQ(with(city, [](Announcement& a) { a.items = {"ITEM-3"}; }), "item.unlisted");
  EXPECT_EQ(with(city, [](Announcement& a) { a.items = {}; }), "item.unlisted");
  EXPECT_EQ(with(city, [](Announcement& a) { a.items = {"ITEM-1", "ITEM-1"}; }), "item.unlisted");
  EXPECT_EQ(with(city, [](Announcement& a) { a.previous = "draw/PLAN/0"; }), "draw.previous");
}

TEST(DrawAnnounced, AnItemWithdrawnIsNotDrawnFor) {
  DrawnCity city;
  schema::ItemWithdrawnT withdrawn;
  withdrawn.id = "ITEM-2";
  withdrawn.reason = "reason";
  city.must(std::move(withdrawn), {"clerk", "office"});
  EXPECT_EQ(with(city, [](Announcement&) {}), "item.unlisted");
  EXPECT_EQ(with(city, [](Announcement& a) { a.items = {"ITEM-1"}; }), "");
}

TEST(DrawAnnounced, KeepsToThePlannedRates) {
  DrawnCity city;
  EXPECT_EQ(with(city, [](Announcement& a) { a.strata[0]->num = 2; }), "draw.rate");
  EXPECT_EQ(with(city, [](Announcement& a) { a.strata[1]->fixed = 1; }), "draw.rate");
  EXPECT_EQ(with(city, [](Announcement& a) { a.strata[0]->minimum = 1; }), "draw.rate");
  EXPECT_EQ(with(city, [](Announcement& a) { a.strata[0]->maximum = 9; }), "draw.rate");
  EXPECT_EQ(with(city, [](Announcement& a) { a.weighted = true; }), "draw.weighted");
  EXPECT_EQ(with(city, [](Announcement& a) { a.strata[1]->rule_stratum = 0; }), "draw.strata");
  EXPECT_EQ(with(city, [](Announcement& a) { a.strata.clear(); }), "draw.strata");
  EXPECT_EQ(with(city, [](Announcement& a) { a.strata.pop_back(); }), "draw.strata_gap");
  EXPECT_EQ(with(city, [](Announcement& a) { a.total = 5; }), "draw.total");
}

TEST(DrawAnnounced, RefusesOddTeams) {
  DrawnCity city;
  EXPECT_EQ(with(city, [](Announcement& a) { a.groups[0]->seats = 1; }), "draw.groups");
  EXPECT_EQ(with(city, [](Announcement& a) { a.groups[0]->seats = 17; }), "draw.groups");
  EXPECT_EQ(
      with(city, [](Announcement& a) { a.groups.push_back(DrawnCity::group("", {"NORTH"}, 0)); }),
      "draw.groups");
  EXPECT_EQ(with(city,
                 [](Announcement& a) {
                   a.groups[0]->units = {"EAST", "SOUTH"};
                 }),
            "draw.units");
  EXPECT_EQ(with(city,
                 [](Announcement& a) {
                   a.groups[0]->units = {"EAST", "EAST"};
                 }),
            "draw.units");
  EXPECT_EQ(with(city, [](Announcement& a) { a.default_capacity = 11; }), "draw.capacity");
}

TEST(DrawAnnounced, FixesWhoContributesAndWithWhichKey) {
  DrawnCity city;
  EXPECT_EQ(with(city, [](Announcement& a) { a.vrf_key[0] ^= 1; }), "draw.vrf_key");
  EXPECT_EQ(with(city, [](Announcement& a) { a.contributors.resize(32); }), "draw.contributors");
  EXPECT_EQ(with(city,
                 [](Announcement& a) {
                   std::copy_n(a.contributors.begin(), 32, a.contributors.begin() + 32);
                 }),
            "draw.contributors");
  const KeyId clerk = city.key("clerk").public_key();
  EXPECT_EQ(with(city, [&](Announcement& a) { DrawnCity::append(a.contributors, clerk); }),
            "draw.contributors");
  city.grant("second-key", {Role::contributor}, "", "", "contributor-1");
  const KeyId second = city.key("second-key").public_key();
  EXPECT_EQ(with(city, [&](Announcement& a) { DrawnCity::append(a.contributors, second); }),
            "draw.contributors");
}

TEST(DrawAnnounced, DeadlinesAscendWithinBounds) {
  DrawnCity city;
  EXPECT_EQ(with(city, [&](Announcement& a) { a.commit_deadline = city.now; }), "draw.deadlines");
  EXPECT_EQ(with(city, [](Announcement& a) { a.reveal_deadline = a.commit_deadline; }),
            "draw.deadlines");
  EXPECT_EQ(with(city, [](Announcement& a) { a.execute_deadline = a.reveal_deadline; }),
            "draw.deadlines");
  EXPECT_EQ(with(city, [&](Announcement& a) { a.execute_deadline = city.now + 31 * 86'400; }),
            "draw.deadlines");
  EXPECT_EQ(with(city, [](Announcement& a) { a.substitute_deadline_s = 0; }), "draw.deadlines");
}

TEST(DrawAnnounced, LeavesLaterVersionsTheirPlaces) {
  DrawnCity city;
  EXPECT_EQ(with(city, [](Announcement& a) { a.beacon_chain.assign(32, 1); }), "beacon.unknown");
  EXPECT_EQ(with(city, [](Announcement& a) { a.beacon_round = 1; }), "beacon.unknown");
  EXPECT_EQ(with(city, [](Announcement& a) { a.disclosure_deadline = 1; }), "draw.sealed");
  EXPECT_EQ(with(city, [](Announcement& a) { a.pool_key_hash.assign(32, 1); }), "draw.restricted");
}

TEST(DrawAnnounced, ThePoolIsTheRegistryAtItsPosition) {
  DrawnCity city;
  EXPECT_EQ(with(city, [](Announcement& a) { a.subject_root[0] ^= 1; }), "draw.pool_root");
  EXPECT_EQ(with(city, [](Announcement& a) { --a.subject_rows; }), "draw.pool_root");
  EXPECT_EQ(with(city, [](Announcement& a) { --a.subject_eligible; }), "draw.pool_root");
  EXPECT_EQ(with(city, [](Announcement& a) { a.inspector_root[0] ^= 1; }), "draw.pool_root");
  EXPECT_EQ(with(city, [](Announcement& a) { --a.inspector_rows; }), "draw.pool_root");
  EXPECT_EQ(with(city, [](Announcement& a) { ++a.inspector_eligible; }), "draw.pool_root");
  EXPECT_EQ(with(city, [](Announcement& a) { a.conflict_root[0] ^= 1; }), "draw.pool_root");
  EXPECT_EQ(with(city, [](Announcement& a) { ++a.conflict_rows; }), "draw.pool_root");
}

// The count taken with one filter and the sample with another.
TEST(DrawAnnounced, AHiddenFilterIsFound) {
  DrawnCity city;
  Announcement a = city.announcement();
  a.scope.push_back(std::make_unique<schema::ConditionT>());
  a.scope[0]->field = schema::Field::division;
  a.scope[0]->values = {"370202"};
  city.take_pool(a);
  a.scope.clear();
  EXPECT_EQ(city.submit(std::move(a), {"clerk", "approver"}), "draw.pool_root");
}

TEST(DrawAnnounced, ThePoolIsFreshAndWhole) {
  DrawnCity city;
  EXPECT_EQ(with(city, [](Announcement& a) { a.pool_position += 1; }), "draw.pool_stale");
  schema::SubjectsImportedT import;
  import.run = "OPEN";
  import.rows.push_back(std::make_unique<schema::SubjectRowT>());
  auto& row = *import.rows[0];
  row.id = "S900";
  row.kind = schema::SubjectKind::firm;
  row.division = "370202";
  row.industry = "F52";
  row.status = schema::SubjectStatus::active;
  city.must(std::move(import), {"registrar"});
  EXPECT_EQ(with(city, [](Announcement&) {}), "draw.import_open");
  city.now += 86'400;
  EXPECT_EQ(with(city, [](Announcement&) {}), "draw.import_open");
  city.now += 1;
  EXPECT_EQ(with(city, [](Announcement&) {}), "draw.pool_stale");
  city.must(schema::EvidenceAttachedT(evidence()), {"observer"});
  EXPECT_EQ(with(city, [](Announcement&) {}), "") << "the run has lapsed";
}

schema::SubjectsImportedT part(std::uint32_t number, bool last, const std::string& id) {
  schema::SubjectsImportedT out;
  out.run = "HALVES";
  out.part = number;
  out.last = last;
  out.rows.push_back(std::make_unique<schema::SubjectRowT>());
  auto& row = *out.rows[0];
  row.id = id;
  row.kind = schema::SubjectKind::firm;
  row.division = "370202";
  row.industry = "F52";
  row.status = schema::SubjectStatus::active;
  return out;
}

// Between two parts the registry is neither the old nor the new one; whoever picks such an entry
// picks who is in.
TEST(DrawAnnounced, ThePoolIsNotTakenInTheMiddleOfAnImport) {
  DrawnCity city;
  Announcement before = city.announcement();
  city.must(part(0, false, "S900"), {"registrar"});
  Announcement after_one = city.announcement();
  city.must(part(1, false, "S901"), {"registrar"});
  Announcement after_two = city.announcement();
  city.must(part(2, true, "S902"), {"registrar"});
  EXPECT_EQ(city.submit(std::move(after_one), {"clerk", "approver"}), "draw.import_midway");
  EXPECT_EQ(city.submit(std::move(after_two), {"clerk", "approver"}), "draw.import_midway");
  EXPECT_EQ(city.submit(std::move(before), {"clerk", "approver"}), "");
  DrawnCity again;
  again.must(part(0, false, "S900"), {"registrar"});
  again.must(part(1, true, "S901"), {"registrar"});
  EXPECT_EQ(with(again, [](Announcement&) {}), "");
}

// A run that lapsed held no draw up; taken up again, it is under way from there only.
TEST(DrawAnnounced, AnImportTakenUpAgainIsUnderWayFromThere) {
  DrawnCity city;
  city.must(part(0, false, "S900"), {"registrar"});
  city.now += 86'401;
  city.must(evidence(), {"observer"});
  Announcement lapsed = city.announcement();
  city.must(part(1, false, "S901"), {"registrar"});
  Announcement midway = city.announcement();
  city.must(part(2, true, "S902"), {"registrar"});
  EXPECT_EQ(city.submit(std::move(midway), {"clerk", "approver"}), "draw.import_midway");
  EXPECT_EQ(city.submit(std::move(lapsed), {"clerk", "approver"}), "");
}

TEST(DrawAnnounced, ScopeMayOnlyNarrowThePlan) {
  DrawnCity city;
  schema::PlanPublishedT plan;
  plan.id = plan.name = "PLAN";
  plan.revision = 2;
  plan.department = "BUREAU";
  plan.year = 2025;
  plan.items = {"ITEM-1", "ITEM-2"};
  plan.rule = "RULE";
  plan.scope.push_back(std::make_unique<schema::ConditionT>());
  plan.scope[0]->field = schema::Field::division;
  plan.scope[0]->values = {"3702"};
  for (std::uint32_t stratum : {0U, 1U}) {
    plan.rates.push_back(std::make_unique<schema::PlannedRateT>());
    plan.rates.back()->stratum = stratum;
  }
  plan.rates[0]->num = 1;
  plan.rates[0]->den = 4;
  plan.rates[1]->fixed = 2;
  city.must(std::move(plan), {"clerk", "approver"});
  const auto scoped = [&](const std::string& division) {
    return with(city, [&](Announcement& a) {
      a.scope.push_back(std::make_unique<schema::ConditionT>());
      a.scope[0]->field = schema::Field::division;
      a.scope[0]->values = {division};
      if (division.size() == 6) city.take_pool(a);
    });
  };
  EXPECT_EQ(with(city, [](Announcement&) {}), "draw.scope");
  EXPECT_EQ(scoped("shop"), "scope.condition");
  EXPECT_EQ(scoped("37"), "draw.scope");
  EXPECT_EQ(scoped("3703"), "draw.scope");
  EXPECT_EQ(scoped("370203"), "");
}

TEST(DrawAnnounced, NoTwoAttemptsAtOnce) {
  DrawnCity city;
  city.announce();
  EXPECT_EQ(city.submit(city.announcement(2), {"clerk", "approver"}), "draw.overlap");
  city.commit_all();
  EXPECT_EQ(city.submit(city.announcement(2), {"clerk", "approver"}), "draw.overlap");
  city.must(DrawnCity::reasoned<schema::DrawVoidedT>(), {"approver", "clerk"});
  EXPECT_EQ(city.submit(city.announcement(2), {"clerk", "approver"}), "draw.overlap")
      << "its outcome has to be shown first";
}

TEST(DrawAnnounced, ARedrawNamesWhatItRepeats) {
  DrawnCity city;
  city.announce();
  city.must(DrawnCity::reasoned<schema::DrawVoidedT>(), {"approver", "clerk"});
  EXPECT_EQ(city.submit(city.announcement(2), {"clerk", "approver"}), "draw.previous");
  auto linked = city.announcement(2);
  linked.previous = DrawnCity::stream(1);
  EXPECT_EQ(city.submit(std::move(linked), {"clerk", "approver"}), "");
  EXPECT_EQ(city.draw(2).number, 2U);
}

// Another plan is no way to a second try without saying so.
TEST(DrawAnnounced, ARedrawUnderAnotherPlanNamesWhatItRepeats) {
  DrawnCity city;
  city.publish_plan("OTHER", {"ITEM-2"});
  city.publish_plan("APART", {"ITEM-1"});
  const auto under = [&](const std::string& plan, const std::string& item,
                         const std::string& previous) {
    auto a = city.announcement();
    a.plan = plan;
    a.items = {item};
    a.previous = previous;
    return city.submit(std::move(a), {"clerk", "approver"});
  };
  auto first = city.announcement();
  first.items = {"ITEM-2"};
  city.must(std::move(first), {"clerk", "approver"});
  city.must(DrawnCity::reasoned<schema::DrawVoidedT>(), {"approver", "clerk"});
  EXPECT_EQ(under("OTHER", "ITEM-2", ""), "draw.previous");
  EXPECT_EQ(under("APART", "ITEM-1", DrawnCity::stream(1)), "draw.previous")
      << "it shares no item with the one voided";
  EXPECT_EQ(under("APART", "ITEM-1", ""), "");
  EXPECT_EQ(under("OTHER", "ITEM-2", DrawnCity::stream(1)), "");
}

// Nor is a draw of a part, which stands, a way to forget what was discarded before.
TEST(DrawAnnounced, ADrawInBetweenHidesNothing) {
  DrawnCity city;
  city.publish_plan("OTHER");
  city.run();
  city.must(DrawnCity::reasoned<schema::DrawVoidedT>(), {"approver", "supervisor"});
  auto small = city.announcement(2);
  small.scope.push_back(std::make_unique<schema::ConditionT>());
  small.scope[0]->field = schema::Field::division;
  small.scope[0]->values = {"370203"};
  city.take_pool(small);
  small.previous = DrawnCity::stream(1);
  city.must(std::move(small), {"clerk", "approver"});
  city.commit_all(2);
  city.reveal_all(2);
  city.must(city.executed(2), {"platform"});
  city.must(city.disclosed_whole(2), {"platform"});
  const auto again = [&](const std::string& previous) {
    auto a = city.announcement();
    a.plan = "OTHER";
    a.previous = previous;
    return city.submit(std::move(a), {"clerk", "approver"});
  };
  EXPECT_EQ(again(""), "draw.previous");
  EXPECT_EQ(again(DrawnCity::stream(2)), "draw.previous") << "which stands";
  EXPECT_EQ(again(DrawnCity::stream(1)), "");
  EXPECT_EQ(projections::outcomes_discarded_before(city.state(),
                                                   city.state().draws.by_stream.at("draw/OTHER/1")),
            std::vector{DrawnCity::stream(1)});
}

// An outcome may be kept until another is on its way, and be discarded then: it was seen all the
// same.
TEST(DrawAnnounced, AnOutcomeDiscardedLaterCounts) {
  DrawnCity city;
  city.run();
  city.now += kHourS;
  city.announce(2);
  EXPECT_TRUE(projections::outcomes_discarded_before(city.state(), city.draw(2)).empty());
  city.must(DrawnCity::reasoned<schema::DrawVoidedT>(), {"approver", "supervisor"});
  EXPECT_EQ(projections::outcomes_discarded_before(city.state(), city.draw(2)),
            std::vector{DrawnCity::stream(1)});
  EXPECT_TRUE(projections::outcomes_discarded_before(city.state(), city.draw(1)).empty());
}

TEST(DrawAnnounced, APeriodicDrawRepeatsNothing) {
  DrawnCity city;
  city.run();
  city.now += 3 * kHourS;
  auto next = city.announcement(2);
  next.previous = DrawnCity::stream(1);
  EXPECT_EQ(city.submit(std::move(next), {"clerk", "approver"}), "draw.previous");
  EXPECT_EQ(city.submit(city.announcement(2), {"clerk", "approver"}), "");
  EXPECT_EQ(city.draw(2).announcement.subject_eligible, 30U)
      << "subjects with an open visit are skipped";
}

TEST(DrawAnnounced, AnEmptyPoolOrTooFewInspectorsAreRefused) {
  DrawnCity city;
  for (int i = 2; i <= 8; ++i)
    ASSERT_EQ(
        city.import_inspector("I0" + std::to_string(i), "EAST", schema::InspectorStatus::left), "");
  EXPECT_EQ(with(city, [](Announcement&) {}), "draw.inspectors_few");
  for (int i = 0; i < 40; ++i) {
    const std::string id = (i < 10 ? "S00" : "S0") + std::to_string(i);
    ASSERT_EQ(
        city.import_subject(id, schema::SubjectStatus::cancelled,
                            i < 30 ? schema::SubjectKind::firm : schema::SubjectKind::cooperative),
        "");
  }
  EXPECT_EQ(with(city, [](Announcement&) {}), "draw.pool_empty");
}

}  // namespace
}  // namespace liuhen::tests
