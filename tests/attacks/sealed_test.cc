// Attacks on sealed draws: what is opened is not what was sealed, or is opened late, never, or
// without anybody's having looked.
#include "crypto/draw/outcome.h"
#include "tests/attacks/dishonest_operator.h"
#include "tests/projections/sealed_steps.h"

namespace liuhen::tests {
namespace {

class AttacksOnSealedDraws : public Attack {
 protected:
  // Announced without a beacon, and all contributed.
  void ready() { steps.ready(); }
  void sealed() {
    ready();
    steps.execute();
  }
  void attested() {
    sealed();
    steps.attest();
  }
  std::uint64_t deadline() const { return steps.draw().announcement.disclosure_deadline; }

  SealedSteps steps{city, draw};
};

TEST_F(AttacksOnSealedDraws, NoneOfThemInAnHonestOne) {
  attested();
  Told told = verify();
  EXPECT_EQ(told.exit_code, 0) << "still sealed: " << told.report.at("finding");
  steps.disclose();
  told = verify(deadline() + 1);
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
}

TEST_F(AttacksOnSealedDraws, AnotherProofIsOpened) {
  attested();
  auto opening = steps.opening();
  opening.pi =
      City::bytes(crypto::vrf::prove(City::seed("another"), projections::alpha_of(steps.draw())));
  expect_named("draw.vrf", write(std::move(opening), {"platform"}));
}

// What was committed to is no seed of the key: he who looked said nothing, and everybody sees.
TEST_F(AttacksOnSealedDraws, AnotherSeedWasSealed) {
  ready();
  auto execution = steps.execution();
  execution.seed_hash[31] ^= 1;
  city.must(std::move(execution), {"platform"});
  steps.attest();
  expect_named("draw.seed_hash", write(steps.opening(), {"platform"}));
}

// The firm that paid is not in the list that is opened; everything else is as it was sealed.
TEST_F(AttacksOnSealedDraws, AnotherListIsOpened) {
  attested();
  city.must(steps.opening(), {"platform"});
  auto list = steps.list();
  list.visits[0]->subject = City::code(39);
  expect_named("draw.disclosed_visit", write(std::move(list), {"platform"}));
}

// The root was that of another list from the start: he who looked said nothing, and everybody sees.
TEST_F(AttacksOnSealedDraws, AnotherListWasSealed) {
  ready();
  auto execution = steps.execution();
  std::vector<crypto::draw::VisitRecord> records;
  for (const auto& visit : steps.visits().visits)
    records.push_back({.subject = visit.subject,
                       .ticket = exactly<32>(View(visit.ticket)).value(),
                       .team = visit.team});
  records[0].subject = City::code(39);
  execution.visits_root = City::bytes(crypto::draw::visits_root(records));
  city.must(std::move(execution), {"platform"});
  steps.attest();
  expect_named("draw.visits_root", write(steps.opening(), {"platform"}));
}

TEST_F(AttacksOnSealedDraws, OtherCutOffsAreOpened) {
  attested();
  auto opening = steps.opening();
  opening.strata[0]->cutoff.assign(32, 0xFF);
  expect_named("draw.selection", write(std::move(opening), {"platform"}));
}

TEST_F(AttacksOnSealedDraws, OpenedLate) {
  attested();
  city.now = deadline() + 1;
  city.must(steps.opening(), {"platform"});
  const std::uint64_t last = city.must(steps.list(), {"platform"});
  expect_said("draw.undisclosed", last, "was disclosed after its deadline");
}

TEST_F(AttacksOnSealedDraws, NeverOpened) {
  attested();
  EXPECT_EQ(verify(deadline()).exit_code, 0);
  expect_named("draw.undisclosed", *steps.draw().executed_at, deadline() + 1);
}

// Its list would not please, so it is voided, and not shown.
TEST_F(AttacksOnSealedDraws, VoidedAndNeverOpened) {
  attested();
  schema::DrawVoidedT voided;
  voided.draw = draw.stream();
  voided.reason = "公告有误";
  city.must(std::move(voided), {"approver", "supervisor"});
  expect_named("draw.undisclosed", *steps.draw().executed_at, deadline() + 1);
}

TEST_F(AttacksOnSealedDraws, OpenedBeforeAnySupervisorLooked) {
  sealed();
  expect_named("draw.unattested", write(steps.opening(), {"platform"}));
}

// An observer nobody named says that all is well, and so does a supervisor who objected.
TEST_F(AttacksOnSealedDraws, OpenedOnTheWordOfSomebodyElse) {
  sealed();
  city.must(steps.attestation(), {"observer"});
  city.must(steps.attestation(false), {"supervisor"});
  expect_named("draw.unattested", write(steps.opening(), {"platform"}));
}

// Signed before there was anything to look at, and held back.
TEST_F(AttacksOnSealedDraws, AttestedBeforehand) {
  ready();
  const std::uint64_t before = city.size();
  steps.execute();
  expect_named("attest.unseen", write(steps.attestation(), {"supervisor"}, [&](auto& intent) {
                 intent.seen_size = before;
                 intent.seen_root = City::bytes(city.tree().root(before));
               }));
}

TEST_F(AttacksOnSealedDraws, AttestedBySomebodyWhoForgedIt) {
  sealed();
  expect_named("intent.signature", write(steps.attestation(), {"supervisor"}, {}, {"platform"}));
}

TEST_F(AttacksOnSealedDraws, ExecutedWithoutSealingItToEverySupervisor) {
  ready();
  auto execution = steps.execution();
  execution.sealed_pi.resize(128);
  expect_named("draw.sealed", write(std::move(execution), {"platform"}));
}

// The clerk's own key, or one supervisor for two.
TEST_F(AttacksOnSealedDraws, SupervisorsWhoAreNone) {
  auto announced = steps.announcement();
  const KeyId clerk = city.id("clerk");
  std::copy(clerk.begin(), clerk.end(), announced.supervisors.begin());
  expect_named("draw.supervisors", write(std::move(announced), {"clerk", "approver"}));
}

// Tasks for those who know already.
TEST_F(AttacksOnSealedDraws, ARecusalWhileItIsSealed) {
  attested();
  schema::RecusalFiledT filed;
  filed.draw = draw.stream();
  filed.ground = "kinship";
  expect_named("task.closed", write(std::move(filed), {steps.visits().visits[0].team[0]}));
}

}  // namespace
}  // namespace liuhen::tests
