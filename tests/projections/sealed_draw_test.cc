// Sealed draws: what admission refuses of each step, what is known when, and the other ways out.
#include "projections/sealed_draw.h"

#include <gtest/gtest.h>

#include "crypto/draw/protocol.h"
#include "crypto/sealed_box.h"
#include "projections/calendar.h"
#include "projections/draw_lookup.h"
#include "projections/findings/findings.h"
#include "projections/seal_shown.h"
#include "tests/projections/approved_conflict.h"
#include "tests/projections/sealed_steps.h"
#include "tests/projections/shared_vrf.h"

namespace liuhen::tests {
namespace {

using City = liuhen::tests::City;

class SealedDraw : public ::testing::Test {
 protected:
  SealedDraw() { city.furnish(); }

  template <class Payload, class Change>
  std::string with(Payload payload, const City::Names& authors, const Change& change) {
    change(payload);
    return city.refusal(std::move(payload), authors);
  }
  template <class Change>
  std::string announced(const Change& change) {
    return with(steps.announcement(), {"clerk", "approver"}, change);
  }
  template <class Change>
  std::string executed(const Change& change) {
    return with(steps.execution(), {"platform"}, change);
  }
  template <class Change>
  std::string opened(const Change& change) {
    return with(steps.opening(), {"platform"}, change);
  }
  std::uint64_t deadline() const { return steps.draw().announcement.disclosure_deadline; }

  City city;
  CityDraw draw{city};
  SealedSteps steps{city, draw};
};

using Announced = schema::DrawAnnouncedT;
using Executed = schema::DrawExecutedT;
using Disclosed = schema::DrawDisclosedT;

TEST_F(SealedDraw, AnAnnouncementSaysAllOfTheSealOrNothing) {
  EXPECT_EQ(with(draw.announcement(), {"clerk", "approver"},
                 [](Announced& a) { a.disclosure_deadline = a.execute_deadline + 1; }),
            "draw.sealed");
  EXPECT_EQ(announced([](Announced& a) { a.sealed = false; }), "draw.sealed");
  EXPECT_EQ(announced([](Announced& a) {
              a.sealed = false;
              a.disclosure_deadline = 0;
            }),
            "draw.sealed");
  EXPECT_EQ(announced([](Announced& a) { a.disclosure_deadline = 0; }), "draw.deadlines");
  EXPECT_EQ(announced([](Announced& a) { a.disclosure_deadline = a.execute_deadline; }),
            "draw.deadlines");
  EXPECT_EQ(
      announced([](Announced& a) { a.disclosure_deadline = a.execute_deadline + 30 * 86'400 + 1; }),
      "draw.deadlines");
  EXPECT_EQ(announced([](Announced& a) { a.pool_key_hash.assign(32, 1); }), "draw.restricted");
  EXPECT_EQ(
      announced([](Announced& a) { a.disclosure_deadline = a.execute_deadline + 30 * 86'400; }),
      "");
}

TEST_F(SealedDraw, SupervisorsAreTwoOrMoreOfThatRoleAndNobodyElse) {
  city.grant_key("supervisor3", {City::Role::supervisor});
  city.grant_key("both", {City::Role::supervisor, City::Role::observer});
  schema::KeyGrantedT again;
  again.grant = city.grant("supervisor-again", {City::Role::supervisor}, "", false, "supervisor");
  city.must(std::move(again), {"trustee-outside", "trustee-inside"});
  schema::KeyGrantedT clerk;
  clerk.grant = city.grant("clerk-too", {City::Role::supervisor}, "", false, "clerk");
  city.must(std::move(clerk), {"trustee-outside", "trustee-inside"});
  const auto named = [&](const City::Names& names) {
    return announced([&](Announced& a) {
      a.supervisors.clear();
      for (const std::string& name : names) {
        const KeyId id = city.id(name);
        a.supervisors.insert(a.supervisors.end(), id.begin(), id.end());
      }
    });
  };
  EXPECT_EQ(named({}), "draw.supervisors");
  EXPECT_EQ(named({"supervisor"}), "draw.supervisors");
  EXPECT_EQ(named({"supervisor", "supervisor"}), "draw.supervisors");
  EXPECT_EQ(named({"supervisor", "supervisor-again"}), "draw.supervisors") << "one person";
  EXPECT_EQ(named({"supervisor", "clerk-too"}), "draw.supervisors") << "an author's person";
  EXPECT_EQ(named({"supervisor", "observer"}), "draw.supervisors") << "another role";
  EXPECT_EQ(named({"supervisor", "platform"}), "draw.supervisors");
  EXPECT_EQ(named({"supervisor", "stranger"}), "draw.supervisors");
  schema::KeyRevokedT revoked;
  revoked.key = City::bytes(city.id("supervisor3"));
  revoked.reason = "离任";
  city.must(std::move(revoked), {"trustee-inside"});
  EXPECT_EQ(named({"supervisor", "supervisor3"}), "draw.supervisors") << "revoked";
  EXPECT_EQ(named({"both", "supervisor2"}), "");
}

TEST_F(SealedDraw, TheExecutionSaysWhatFollowsFromThePoolAndNoMore) {
  steps.ready();
  const auto plain = draw.execution([](const Hash&) { return std::nullopt; });
  EXPECT_EQ(city.refusal(projections::copy_of(plain), {"platform"}), "draw.sealed");
  EXPECT_EQ(executed([&](Executed& e) { e.pi = plain.pi; }), "draw.sealed");
  EXPECT_EQ(executed([](Executed& e) { e.vacancies = 1; }), "draw.sealed");
  EXPECT_EQ(executed([](Executed& e) { e.seed_hash.clear(); }), "draw.sealed");
  EXPECT_EQ(executed([](Executed& e) { e.sealed_pi.resize(128); }), "draw.sealed");
  EXPECT_EQ(executed([](Executed& e) { e.sealed_pi.resize(3 * 128); }), "draw.sealed");
  EXPECT_EQ(executed([&](Executed& e) { e.strata[0]->cutoff = plain.strata[0]->cutoff; }),
            "draw.selection");
  EXPECT_EQ(executed([](Executed& e) { ++e.strata[0]->drawn; }), "draw.selection");
  EXPECT_EQ(executed([](Executed& e) { --e.strata[0]->eligible; }), "draw.selection");
  EXPECT_EQ(executed([](Executed& e) { e.strata.pop_back(); }), "draw.selection");
  EXPECT_EQ(executed([](Executed& e) { ++e.visits; }), "draw.selection");
  EXPECT_EQ(executed([](Executed&) {}), "");
}

TEST_F(SealedDraw, AnExecutionThatIsNotSealedShowsItsProof) {
  draw.announce();
  draw.contribute();
  const auto with_change = [&](auto change) {
    return with(draw.execution([](const Hash&) { return std::nullopt; }), {"platform"}, change);
  };
  EXPECT_EQ(with_change([](Executed& e) { e.pi.clear(); }), "draw.sealed");
  EXPECT_EQ(with_change([](Executed& e) { e.seed_hash.assign(32, 1); }), "draw.sealed");
  EXPECT_EQ(with_change([](Executed& e) { e.sealed_pi.assign(128, 1); }), "draw.sealed");
  EXPECT_EQ(with_change([](Executed&) {}), "");
  auto part = draw.disclosure();
  part.pi.assign(80, 1);
  EXPECT_EQ(city.refusal(std::move(part), {"platform"}), "draw.sealed");
  EXPECT_EQ(city.refusal(draw.disclosure(), {"platform"}), "");
}

TEST_F(SealedDraw, NothingIsKnownUntilItIsOpened) {
  steps.run_to_sealed();
  const projections::Draw& sealed = steps.draw();
  EXPECT_TRUE(sealed.is_sealed() && sealed.open());
  EXPECT_FALSE(sealed.seed || sealed.known_at || sealed.has_tasks());
  EXPECT_TRUE(sealed.expected.empty() && sealed.tasks.empty());
  EXPECT_TRUE(city.state().draws.visited.empty());
  EXPECT_EQ(sealed.outcome->visits, 4U);
  steps.attest();
  const std::uint64_t at = city.must(steps.opening(), {"platform"});
  EXPECT_EQ(sealed.known_at, at);
  EXPECT_TRUE(sealed.seed && !sealed.is_sealed() && !sealed.has_tasks());
  city.must(steps.list(), {"platform"});
  EXPECT_TRUE(sealed.has_tasks() && !sealed.open());
  ASSERT_EQ(sealed.tasks.size(), 4U);
  for (const auto& task : sealed.tasks) {
    const auto& visits = city.state().draws.visited.at(task.subject);
    ASSERT_EQ(visits.size(), 1U);
    EXPECT_EQ(visits[0].first, at) << "counts from when it was known";
  }
  EXPECT_FALSE(sealed.outcome->strata[0]->cutoff.empty());
}

TEST_F(SealedDraw, ASupervisorAttestsToWhatHeHasSeen) {
  steps.ready();
  EXPECT_EQ(city.refusal(steps.attestation(), {"supervisor"}), "attest.early");
  EXPECT_EQ(city.refusal(steps.attestation(), {"observer"}), "") << "not asked to open it";
  const std::uint64_t before = city.size();
  steps.execute();
  EXPECT_EQ(city.refusal(steps.attestation(), {"supervisor"}), "") << "sees the execution";
  EXPECT_EQ(city.refusal(steps.attestation(false), {"supervisor"}), "attest.repeated");
  const auto unseen = city.submit(steps.attestation(), {"supervisor2"}, [&](auto& intent) {
    intent.seen_size = before;
    intent.seen_root = City::bytes(city.tree().root(before));
  });
  EXPECT_EQ(unseen.error().code, "attest.unseen");
  ASSERT_EQ(steps.draw().seal_checked.size(), 1U);
  EXPECT_TRUE(steps.draw().seal_is_attested());
}

TEST_F(SealedDraw, IsDisclosedOnceASupervisorAgrees) {
  steps.run_to_sealed();
  EXPECT_EQ(city.refusal(steps.opening(), {"platform"}), "draw.unattested");
  city.must(steps.attestation(), {"observer"});
  EXPECT_EQ(city.refusal(steps.opening(), {"platform"}), "draw.unattested") << "nobody asked him";
  city.must(steps.attestation(false), {"supervisor"});
  EXPECT_EQ(city.refusal(steps.opening(), {"platform"}), "draw.unattested");
  steps.attest("supervisor2");
  EXPECT_EQ(city.refusal(steps.opening(), {"platform"}), "");
}

TEST_F(SealedDraw, WhatIsDisclosedIsWhatWasCommittedTo) {
  steps.run_to_sealed();
  steps.attest();
  EXPECT_EQ(opened([](Disclosed& d) { d.pi.clear(); }), "draw.sealed");
  EXPECT_EQ(opened([](Disclosed& d) { d.strata.clear(); }), "draw.sealed");
  EXPECT_EQ(opened([](Disclosed& d) { d.part = 1; }), "draw.sealed");
  EXPECT_EQ(opened([&](Disclosed& d) { d.visits = steps.list().visits; }), "draw.sealed");
  EXPECT_EQ(opened([](Disclosed& d) { d.last = true; }), "draw.part");
  EXPECT_EQ(opened([](Disclosed& d) { d.pi[79] ^= 1; }), "draw.vrf");
  EXPECT_EQ(opened([](Disclosed& d) { d.strata[0]->cutoff[0] ^= 1; }), "draw.selection");
  EXPECT_EQ(opened([](Disclosed& d) { d.strata[0]->cutoff.clear(); }), "draw.selection");
  EXPECT_EQ(opened([](Disclosed& d) { ++d.strata[0]->drawn; }), "draw.selection");
  EXPECT_EQ(city.refusal(steps.list(), {"platform"}), "draw.sealed") << "the list comes after";
  EXPECT_EQ(opened([](Disclosed&) {}), "");
  EXPECT_EQ(opened([](Disclosed&) {}), "draw.sealed") << "twice";
  const auto listed = [&](auto change) { return with(steps.list(), {"platform"}, change); };
  EXPECT_EQ(listed([](Disclosed& d) { d.part = 0; }), "draw.part");
  EXPECT_EQ(listed([](Disclosed& d) { std::swap(d.visits[0], d.visits[1]); }),
            "draw.disclosed_visit");
  EXPECT_EQ(listed([](Disclosed& d) { std::swap(d.visits[0]->team[0], d.visits[0]->team[1]); }),
            "draw.disclosed_visit");
  EXPECT_EQ(listed([](Disclosed&) {}), "");
}

// The proof is right and its hash too, but what was executed is not what they give.
TEST_F(SealedDraw, ARootOfAnotherListDoesNotOpen) {
  steps.ready();
  auto execution = steps.execution();
  execution.visits_root[0] ^= 1;
  city.must(std::move(execution), {"platform"});
  steps.attest();
  EXPECT_EQ(city.refusal(steps.opening(), {"platform"}), "draw.visits_root");
}

TEST_F(SealedDraw, AProofOfAnotherKeyDoesNotOpen) {
  steps.run_to_sealed();
  steps.attest();
  const auto other = crypto::vrf::prove(City::seed("other"), projections::alpha_of(steps.draw()));
  EXPECT_EQ(opened([&](Disclosed& d) { d.pi = City::bytes(other); }), "draw.vrf");
}

TEST_F(SealedDraw, TheSeedIsTheOneCommittedTo) {
  steps.ready();
  auto execution = steps.execution();
  execution.seed_hash[0] ^= 1;
  city.must(std::move(execution), {"platform"});
  EXPECT_EQ(projections::opened_seed(steps.draw(), city.key("supervisor")).error().code,
            "draw.seed_hash");
  steps.attest();
  EXPECT_EQ(city.refusal(steps.opening(), {"platform"}), "draw.seed_hash");
}

TEST_F(SealedDraw, EachSupervisorOpensHisOwnAndNobodyElseAny) {
  steps.run_to_sealed();
  for (const char* name : {"supervisor", "supervisor2"}) {
    const auto seed = projections::opened_seed(steps.draw(), city.key(name));
    ASSERT_TRUE(seed) << name;
    EXPECT_EQ(to_hex(*seed), to_hex(steps.seed()));
  }
  EXPECT_EQ(projections::opened_seed(steps.draw(), city.key("observer")).error().code,
            "seal.not_named");
}

// The platform could seal anything to a supervisor: he sees it.
TEST_F(SealedDraw, ASupervisorWhoIsGivenAnotherProofSeesIt) {
  steps.ready();
  const auto garbage = std::array<std::uint8_t, 80>{1, 2, 3};
  auto execution = steps.execution();
  CountingEntropy entropy;
  const auto sealed = crypto::seal(city.id("supervisor"), garbage, entropy).value();
  std::copy(sealed.begin(), sealed.end(), execution.sealed_pi.begin());
  execution.sealed_pi[128] ^= 1;
  city.must(std::move(execution), {"platform"});
  EXPECT_EQ(projections::opened_seed(steps.draw(), city.key("supervisor")).error().code,
            "draw.vrf");
  EXPECT_EQ(projections::opened_seed(steps.draw(), city.key("supervisor2")).error().code,
            "seal.open");
}

TEST_F(SealedDraw, ThePlatformOpensItInTimeByItself) {
  steps.run_to_sealed();
  const auto due_at = [&](std::uint64_t now) { return projections::due(city.state(), now); };
  const std::uint64_t opens = projections::seal_opens_at(steps.draw().announcement);
  EXPECT_EQ(opens, deadline() - 3'600);
  EXPECT_TRUE(due_at(deadline()).empty()) << "nobody has attested";
  steps.attest();
  EXPECT_TRUE(due_at(opens - 1).empty());
  ASSERT_EQ(due_at(opens).size(), 1U);
  EXPECT_EQ(due_at(opens)[0].kind, projections::Due::Kind::disclose);
  city.must(steps.opening(), {"platform"});
  EXPECT_EQ(due_at(city.now).size(), 1U) << "once opened the list follows";
  schema::DrawAnnouncedT soon;
  soon.execute_deadline = 1'000;
  soon.disclosure_deadline = 1'100;
  EXPECT_EQ(projections::seal_opens_at(soon), 1'050U);
}

TEST_F(SealedDraw, LateOrNeverIsUndisclosed) {
  steps.run_to_sealed();
  EXPECT_TRUE(projections::undisclosed(city.state(), deadline()).empty());
  ASSERT_EQ(projections::undisclosed(city.state(), deadline() + 1).size(), 1U);
  EXPECT_FALSE(projections::undisclosed(city.state(), deadline() + 1)[0].disclosed_time);
  steps.attest();
  city.must(steps.opening(), {"platform"});
  EXPECT_EQ(projections::undisclosed(city.state(), deadline() + 1).size(), 1U)
      << "opened, and not listed";
  city.now = deadline() + 5;
  city.must(steps.list(), {"platform"});
  ASSERT_EQ(projections::undisclosed(city.state(), city.now).size(), 1U);
  EXPECT_EQ(projections::undisclosed(city.state(), city.now)[0].disclosed_time, city.now);
}

TEST_F(SealedDraw, VoidedItIsStillOpenedAndShown) {
  steps.run_to_sealed();
  schema::DrawVoidedT voided;
  voided.draw = draw.stream();
  voided.reason = "公告有误";
  EXPECT_EQ(city.refusal(projections::copy_of(voided), {"approver", "clerk"}),
            "draw.void_supervisor");
  city.must(std::move(voided), {"approver", "supervisor"});
  EXPECT_EQ(city.refusal(steps.opening(), {"platform"}), "draw.unattested");
  steps.attest();
  steps.disclose();
  EXPECT_FALSE(steps.draw().has_tasks());
  EXPECT_EQ(steps.draw().tasks.size(), 4U);
  EXPECT_TRUE(city.state().draws.visited.empty());
  EXPECT_TRUE(city.state().draws.voided.empty());
  EXPECT_EQ(CityDraw(city, 2).announcement().attempt, 2U);
}

TEST_F(SealedDraw, VoidedAfterItWasOpenedItCountsUntilThen) {
  steps.whole();
  schema::DrawVoidedT voided;
  voided.draw = draw.stream();
  voided.reason = "公告有误";
  const std::uint64_t at = city.must(std::move(voided), {"approver", "supervisor"});
  EXPECT_EQ(city.state().draws.voided.at(*steps.draw().known_at), at);
}

TEST_F(SealedDraw, HoldersOfSharesExecuteAndOpenIt) {
  SharedVrf vrf(city);
  vrf.share();
  steps.ready();
  const auto theirs = vrf.execution(steps.draw());
  city.must(steps.execution(), {"holder2"});
  steps.attest();
  vrf.grant("holder4");
  EXPECT_EQ(city.refusal(steps.opening(), {"holder4"}), "vrf.holder");
  // Those who put the key together find another proof of the same seed.
  auto opening = steps.opening();
  ASSERT_NE(opening.pi, theirs.pi);
  opening.pi = theirs.pi;
  city.must(std::move(opening), {"holder3"});
  city.must(steps.list(), {"platform"});
  EXPECT_TRUE(steps.draw().has_tasks());
}

TEST_F(SealedDraw, TheDigestTellsSealedStatesApart) {
  steps.run_to_sealed();
  const auto digest = [&] { return projections::digest(city.state()); };
  const Hash before = digest();
  steps.attest();
  EXPECT_NE(digest(), before);
}

TEST_F(SealedDraw, WordsSayUntilWhenAndByWhom) {
  EXPECT_FALSE(projections::seal_shown(city.state(), projections::Draw()));
  steps.run_to_sealed();
  city.must(steps.attestation(false), {"supervisor2"});
  auto seal = projections::seal_shown(city.state(), steps.draw()).value();
  const std::string by = projections::time_text(deadline());
  EXPECT_NE(seal.what.en.find("sealed: its list is opened by " + by), std::string::npos)
      << seal.what.en;
  EXPECT_NE(seal.what.zh.find("至迟于北京时间 " + by), std::string::npos) << seal.what.zh;
  EXPECT_NE(seal.what.en.find("no supervisor has found yet"), std::string::npos);
  ASSERT_EQ(seal.objections.size(), 1U);
  EXPECT_NE(seal.objections[0].zh.find("supervisor2 有异议"), std::string::npos);
  steps.attest();
  steps.disclose();
  seal = projections::seal_shown(city.state(), steps.draw()).value();
  EXPECT_NE(seal.what.en.find("nothing was altered"), std::string::npos);
  EXPECT_NE(seal.what.en.find("found that it replays: supervisor"), std::string::npos);
  EXPECT_NE(seal.what.en.find("and the root of the list follow from it"), std::string::npos);
  EXPECT_NE(seal.objections[0].en.find("he was wrong, or"), std::string::npos);
  const auto screen = projections::seals_objected_to(city.state());
  ASSERT_EQ(screen.findings.size(), 1U);
  EXPECT_EQ(screen.findings[0].evidence.count, 2U);
}

// With conflicts in force the public cannot replay the matching; the seal changes nothing of that.
TEST_F(SealedDraw, WithConflictsTheListHasToGiveTheRoot) {
  const auto content = projections::ConflictContent{
      .subject = City::code(1), .inspector = "Z0001", .kind = "kinship", .evidence = ""};
  Hash commitment;
  commitment.fill(7);
  city.must(declared_conflict(commitment), {"registrar"});
  approve_conflict(city, commitment);
  steps.ready();
  city.must(steps.execution([&](const Hash&) { return std::optional(content); }), {"platform"});
  city.must(steps.attestation(false), {"supervisor2"});
  steps.attest();
  city.must(steps.opening(), {"platform"});
  EXPECT_EQ(with(steps.list(), {"platform"},
                 [](Disclosed& d) { std::swap(d.visits[0]->team[0], d.visits[0]->team[1]); }),
            "draw.disclosed_root");
  EXPECT_EQ(city.refusal(steps.list(), {"platform"}), "");
  EXPECT_EQ(steps.draw().outcome->vacancies, 0U);

  // So that is all that anybody is told.
  const auto seal = projections::seal_shown(city.state(), steps.draw()).value();
  EXPECT_NE(seal.what.en.find("who is drawn follows from it; conflicts are in force"),
            std::string::npos)
      << seal.what.en;
  EXPECT_EQ(seal.what.zh.find("名单根由它重算一致"), std::string::npos) << seal.what.zh;
  EXPECT_NE(seal.objections.at(0).en.find("or he meant who goes there"), std::string::npos);
}

// Everybody may go once: of four visits by teams of two from six, one finds nobody.
TEST_F(SealedDraw, SeatsNeverFilledComeDueWithTheLastPart) {
  auto rule = City::rule("R1", 2);
  rule.default_capacity = 1;
  city.must(std::move(rule), {"clerk", "approver"});
  schema::InspectorsImportedT left;
  left.run = "left";
  left.last = true;
  for (const char* id : {"Z0007", "Z0008"}) {
    left.rows.push_back(City::inspector(id, "MSA-1"));
    left.rows.back()->status = schema::InspectorStatus::left;
  }
  city.must(std::move(left), {"registrar"});
  auto announced = steps.announcement();
  announced.default_capacity = 1;
  draw.take_pool(announced, city.state().catalogue.rules.at("R1"));
  city.must(std::move(announced), {"clerk", "approver"});
  draw.contribute();
  steps.execute();
  EXPECT_EQ(steps.draw().outcome->vacancies, 0U) << "not said before";
  steps.attest();
  city.must(steps.opening(), {"platform"});
  const std::uint64_t last = city.must(steps.list(), {"platform"});
  EXPECT_EQ(steps.draw().outcome->vacancies, 2U);
  std::size_t due = 0;
  for (const auto& task : steps.draw().tasks) {
    for (const auto& seat : task.seats) {
      if (!seat.inspector.empty()) continue;
      ++due;
      EXPECT_EQ(seat.vacated_at, last);
    }
  }
  EXPECT_EQ(due, 2U);
}

}  // namespace
}  // namespace liuhen::tests
