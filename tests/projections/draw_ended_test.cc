#include <gtest/gtest.h>

#include "tests/projections/drawn_city.h"

namespace liuhen::tests {
namespace {

using Voided = schema::DrawVoidedT;
using Failed = schema::DrawFailedT;
const DrawnCity::Names kTwo = {"approver", "clerk"};

TEST(DrawVoided, BeforeTheClosingTheAttemptEnds) {
  DrawnCity city;
  city.announce();
  city.must(DrawnCity::reasoned<Voided>(), kTwo);
  EXPECT_FALSE(city.draw().open());
  EXPECT_FALSE(city.draw().must_execute());
  EXPECT_EQ(city.submit(DrawnCity::reasoned<Voided>(), kTwo), "draw.ended");
  EXPECT_EQ(city.submit(city.commitment("contributor-1"), {"contributor-1"}), "draw.ended");
  city.now += 2 * kHourS;
  EXPECT_EQ(city.submit(DrawnCity::reasoned<Failed>(), {"platform"}), "draw.ended");
}

TEST(DrawVoided, AfterTheClosingItIsStillExecutedAndShown) {
  DrawnCity city;
  city.announce();
  city.commit_all();
  city.must(DrawnCity::reasoned<Voided>(), kTwo);
  EXPECT_TRUE(city.draw().must_execute());
  EXPECT_TRUE(city.draw().open());
  city.reveal_all();
  city.must(city.executed(), {"platform"});
  city.must(city.disclosed_whole(), {"platform"});
  EXPECT_EQ(city.draw().tasks.size(), 10U) << "shown";
  EXPECT_FALSE(city.draw().has_tasks()) << "and discarded";
  EXPECT_TRUE(city.state().draws.visited.empty());
  EXPECT_FALSE(city.draw().open());
}

TEST(DrawVoided, AfterExecutionItTakesASupervisor) {
  DrawnCity city;
  city.run();
  EXPECT_EQ(city.submit(DrawnCity::reasoned<Voided>(), kTwo), "draw.void_supervisor");
  city.must(DrawnCity::reasoned<Voided>(), {"approver", "supervisor"});
  EXPECT_FALSE(city.draw().has_tasks());
  EXPECT_EQ(city.state().draws.voided.at(*city.draw().executed_at), *city.draw().voided_at);
  auto next = city.announcement(2);
  EXPECT_EQ(next.subject_eligible, 40U) << "its visits are open no more";
  next.previous = DrawnCity::stream(1);
  EXPECT_EQ(city.submit(std::move(next), {"clerk", "approver"}), "");
}

TEST(DrawVoided, NeedsAReason) {
  DrawnCity city;
  city.announce();
  auto voided = DrawnCity::reasoned<Voided>();
  voided.reason = "";
  EXPECT_EQ(city.submit(std::move(voided), kTwo), "draw.reason");
}

TEST(DrawFailed, OnlyWhereNobodyCommittedInTime) {
  DrawnCity city;
  city.announce();
  EXPECT_EQ(city.submit(DrawnCity::reasoned<Failed>(), {"platform"}), "draw.early");
  city.now = city.draw().announcement.commit_deadline + 1;
  EXPECT_EQ(city.submit(city.commitments_closed(), {"platform"}), "draw.nothing_committed");
  city.must(DrawnCity::reasoned<Failed>(), {"platform"});
  EXPECT_EQ(city.draw().phase, Draw::Phase::failed);
  EXPECT_EQ(city.submit(DrawnCity::reasoned<Voided>(), kTwo), "draw.ended");
  EXPECT_EQ(city.submit(city.announcement(2), {"clerk", "approver"}), "draw.previous");
}

TEST(DrawFailed, NotWithACommitment) {
  DrawnCity city;
  city.announce();
  city.must(city.commitment("contributor-1"), {"contributor-1"});
  city.now = city.draw().announcement.commit_deadline + 1;
  EXPECT_EQ(city.submit(DrawnCity::reasoned<Failed>(), {"platform"}), "draw.has_commitments");
}

TEST(DrawAttested, OncePerObserver) {
  DrawnCity city;
  city.announce();
  const auto attested = [] {
    schema::DrawAttestedT out;
    out.draw = DrawnCity::stream();
    out.agrees = true;
    out.statement = "seen";
    return out;
  };
  city.must(attested(), {"observer"});
  EXPECT_EQ(city.submit(attested(), {"observer"}), "attest.repeated");
  city.must(attested(), {"supervisor"});
  EXPECT_EQ(city.draw().attestations.size(), 2U);
}

TEST(EvidenceAttached, IsAboutSomething) {
  DrawnCity city;
  schema::EvidenceAttachedT evidence;
  evidence.about = "draw/PLAN/1";
  evidence.sha256.assign(32, 7);
  evidence.kind = "video";
  EXPECT_EQ(city.submit(schema::EvidenceAttachedT(evidence), {"observer"}), "evidence.about");
  city.announce();
  EXPECT_EQ(city.submit(schema::EvidenceAttachedT(evidence), {"observer"}), "");
}

}  // namespace
}  // namespace liuhen::tests
