#include <gtest/gtest.h>

#include "tests/projections/drawn_city.h"

namespace liuhen::tests {
namespace {

TEST(DrawContributions, CommitRevealAndCloseInTurn) {
  DrawnCity city;
  city.announce();
  city.commit_all();
  EXPECT_EQ(city.draw().phase, Draw::Phase::revealing);
  EXPECT_TRUE(city.draw().must_execute());
  city.reveal_all();
  EXPECT_EQ(city.draw().phase, Draw::Phase::ready);
  EXPECT_EQ(city.draw().revealed,
            (std::vector<Bytes>{city.nonce("contributor-1"), city.nonce("contributor-2")}));
}

TEST(DrawContributions, OnlyAnnouncedContributorsOnceInTime) {
  DrawnCity city;
  EXPECT_EQ(city.submit(
                [&] {
                  schema::DrawCommittedT c;
                  c.draw = "draw/PLAN/1";
                  c.commitment.assign(32, 1);
                  return c;
                }(),
                {"contributor-1"}),
            "draw.unknown");
  city.announce();
  EXPECT_EQ(city.submit(city.commitment("contributor-3"), {"contributor-3"}), "draw.contributor");
  city.must(city.commitment("contributor-1"), {"contributor-1"});
  EXPECT_EQ(city.submit(city.commitment("contributor-1"), {"contributor-1"}), "draw.committed");
  city.now = city.draw().announcement.commit_deadline + 1;
  EXPECT_EQ(city.submit(city.commitment("contributor-2"), {"contributor-2"}), "draw.late");
}

TEST(DrawContributions, ACopiedCommitmentIsRefused) {
  DrawnCity city;
  city.announce();
  city.must(city.commitment("contributor-1"), {"contributor-1"});
  EXPECT_EQ(city.submit(city.commitment("contributor-1"), {"contributor-2"}), "draw.copied");
}

TEST(DrawContributions, WhoeverCommitsHasSeenTheAnnouncement) {
  DrawnCity city;
  city.announce();
  city.seen_size = city.draw().position;
  EXPECT_EQ(city.submit(city.commitment("contributor-1"), {"contributor-1"}), "draw.unseen");
  city.seen_size = city.draw().position + 1;
  EXPECT_EQ(city.submit(city.commitment("contributor-1"), {"contributor-1"}), "");
}

TEST(DrawContributions, CommitmentsCloseWhenAllHaveOrAtTheDeadline) {
  DrawnCity city;
  city.announce();
  EXPECT_EQ(city.submit(city.commitments_closed(), {"platform"}), "draw.early");
  city.must(city.commitment("contributor-1"), {"contributor-1"});
  EXPECT_EQ(city.submit(city.commitments_closed(), {"platform"}), "draw.early");
  city.now = city.draw().announcement.commit_deadline;
  EXPECT_EQ(city.submit(city.commitments_closed(), {"platform"}), "draw.early");
  city.now += 1;
  auto dropped = city.commitments_closed();
  dropped.committed.clear();
  EXPECT_EQ(city.submit(std::move(dropped), {"platform"}), "draw.commitments");
  city.must(city.commitments_closed(), {"platform"});
  EXPECT_EQ(city.submit(city.commitment("contributor-2"), {"contributor-2"}), "draw.phase");
}

TEST(DrawContributions, TheClosingKeepsTheAnnouncedOrder) {
  DrawnCity city;
  city.announce();
  for (const char* who : {"contributor-2", "contributor-1"}) city.must(city.commitment(who), {who});
  auto swapped = city.commitments_closed();
  std::rotate(swapped.committed.begin(), swapped.committed.begin() + 32, swapped.committed.end());
  EXPECT_EQ(city.submit(std::move(swapped), {"platform"}), "draw.commitments");
}

TEST(DrawContributions, ARevealMatchesItsCommitment) {
  DrawnCity city;
  city.announce();
  city.commit_all();
  auto other = city.reveal("contributor-1");
  other.nonce[0] ^= 1;
  EXPECT_EQ(city.submit(std::move(other), {"contributor-1"}), "draw.reveal_mismatch");
  EXPECT_EQ(city.submit(city.reveal("contributor-3"), {"contributor-3"}), "draw.contributor");
  city.must(city.reveal("contributor-1"), {"contributor-1"});
  EXPECT_EQ(city.submit(city.reveal("contributor-1"), {"contributor-1"}), "draw.revealed");
}

TEST(DrawContributions, WhoeverRevealsHasSeenTheClosingAndIsInTime) {
  DrawnCity city;
  city.announce();
  city.commit_all();
  city.seen_size = *city.draw().commitments_closed_at;
  EXPECT_EQ(city.submit(city.reveal("contributor-1"), {"contributor-1"}), "draw.unseen");
  city.seen_size.reset();
  city.now = city.draw().announcement.reveal_deadline + 1;
  EXPECT_EQ(city.submit(city.reveal("contributor-1"), {"contributor-1"}), "draw.late");
}

TEST(DrawContributions, WhoDidNotCommitCannotReveal) {
  DrawnCity city;
  city.announce();
  city.must(city.commitment("contributor-1"), {"contributor-1"});
  city.now = city.draw().announcement.commit_deadline + 1;
  city.must(city.commitments_closed(), {"platform"});
  EXPECT_EQ(city.submit(city.reveal("contributor-2"), {"contributor-2"}), "draw.not_committed");
}

TEST(DrawContributions, NoRevealIsDroppedAndForfeitsStayEmpty) {
  DrawnCity city;
  city.announce();
  city.commit_all();
  city.must(city.reveal("contributor-2"), {"contributor-2"});
  EXPECT_EQ(city.submit(city.reveals_closed(), {"platform"}), "draw.early");
  city.now = city.draw().announcement.reveal_deadline + 1;
  auto dropped = city.reveals_closed();
  dropped.nonces[1]->nonce.clear();
  EXPECT_EQ(city.submit(std::move(dropped), {"platform"}), "draw.reveals");
  auto invented = city.reveals_closed();
  invented.nonces[0]->nonce = city.nonce("contributor-1");
  EXPECT_EQ(city.submit(std::move(invented), {"platform"}), "draw.reveals");
  auto shortened = city.reveals_closed();
  shortened.nonces.erase(shortened.nonces.begin());
  EXPECT_EQ(city.submit(std::move(shortened), {"platform"}), "draw.reveals");
  city.must(city.reveals_closed(), {"platform"});
  EXPECT_EQ(city.draw().revealed, (std::vector<Bytes>{{}, city.nonce("contributor-2")}));
  EXPECT_EQ(city.submit(city.reveal("contributor-1"), {"contributor-1"}), "draw.phase");
}

}  // namespace
}  // namespace liuhen::tests
