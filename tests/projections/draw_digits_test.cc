// Digits of lotteries and dice that follow the nonces: who may record them, when, and what they do.
#include <gtest/gtest.h>

#include "projections/digits_shown.h"
#include "tests/projections/drawn_city.h"

namespace liuhen::tests {
namespace {

const DrawnCity::Names kObservers = {"observer", "observer-2"};

struct DigitsCity : DrawnCity {
  DigitsCity() { grant("observer-2", {Role::observer}); }
  static schema::DigitsRecordedT digits(const std::string& source = "ssq",
                                        const std::string& issue = "2026137",
                                        const std::string& numbers = "03081219273106") {
    schema::DigitsRecordedT out;
    out.draw = stream();
    out.source = source;
    out.issue = issue;
    out.digits = numbers;
    return out;
  }
};

TEST(DigitsRecorded, FollowTheNoncesInTheOrderRecorded) {
  DigitsCity city;
  city.announce();
  city.must(DigitsCity::digits(), kObservers);
  city.must(DigitsCity::digits("dice", "", "415263"), {"observer-2", "observer"});
  city.must(DigitsCity::digits("dice", "", "415263"), kObservers);  // thrown again
  city.commit_all();
  city.reveal_all();
  const std::vector<Bytes> contributions = city.draw().contributions();
  ASSERT_EQ(contributions.size(), 5U);
  EXPECT_EQ(contributions[0], city.nonce("contributor-1"));
  EXPECT_EQ(contributions[1], city.nonce("contributor-2"));
  EXPECT_EQ(text_of(contributions[2]), "ssq:2026137:03081219273106");
  EXPECT_EQ(text_of(contributions[3]), "dice::415263");
  EXPECT_EQ(projections::alpha_of(city.draw()),
            crypto::draw::alpha(city.draw().leaf_hash, contributions, {}));

  schema::DrawExecutedT without = city.executed();
  const Bytes alpha = crypto::draw::alpha(city.draw().leaf_hash, city.draw().revealed, {});
  const auto pi = crypto::vrf::prove(DrawnCity::seed("vrf"), alpha);
  without.pi.assign(pi.begin(), pi.end());
  EXPECT_EQ(city.submit(std::move(without), {"platform"}), "draw.vrf") << "none is left out";
  city.must(city.executed(), {"platform"});
  city.must(city.disclosed_whole(), {"platform"});

  const auto lines = projections::digits_of(city.draw());
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].bits, 240U);
  EXPECT_NE(lines[0].what.zh.find("双色球第 2026137 期 03081219273106，至多 24.0 比特"),
            std::string::npos)
      << lines[0].what.zh;
  EXPECT_NE(lines[1].what.en.find("dice 415263, at most 15.5 bits"), std::string::npos)
      << lines[1].what.en;
}

TEST(DigitsRecorded, TakeTwoObserversAndHaveSeenTheAnnouncement) {
  DigitsCity city;
  city.announce();
  EXPECT_EQ(city.submit(DigitsCity::digits(), {"observer"}), "role.signatures");
  EXPECT_EQ(city.submit(DigitsCity::digits(), {"observer", "clerk"}), "role.denied");
  EXPECT_EQ(city.submit(DigitsCity::digits(), {"platform", "observer"}), "role.denied");
  city.seen_size = city.draw().position;
  EXPECT_EQ(city.submit(DigitsCity::digits(), kObservers), "draw.unseen");
  city.seen_size.reset();
  EXPECT_EQ(city.submit(DigitsCity::digits(), kObservers), "");
}

TEST(DigitsRecorded, BeforeCommitmentsAreClosed) {
  DigitsCity city;
  city.announce();
  const std::uint64_t deadline = city.draw().announcement.commit_deadline;
  city.must(city.commitment("contributor-1"), {"contributor-1"});
  city.now = deadline + 1;
  EXPECT_EQ(city.submit(DigitsCity::digits(), kObservers), "draw.late");
  city.now = deadline;
  EXPECT_EQ(city.submit(DigitsCity::digits(), kObservers), "");
  city.now = deadline + 1;
  city.must(city.commitments_closed(), {"platform"});
  EXPECT_EQ(city.submit(DigitsCity::digits("dice", "", "1"), kObservers), "draw.phase");
}

TEST(DigitsRecorded, AreAnOutcomeOfTheirSourceAndNotRepeated) {
  DigitsCity city;
  city.announce();
  EXPECT_EQ(city.submit(DigitsCity::digits("kl8"), kObservers), "digits.source");
  EXPECT_EQ(city.submit(DigitsCity::digits("ssq", ""), kObservers), "digits.issue");
  EXPECT_EQ(city.submit(DigitsCity::digits("ssq", "2026137", "03081219273117"), kObservers),
            "digits.form");
  city.must(DigitsCity::digits(), kObservers);
  EXPECT_EQ(city.submit(DigitsCity::digits("ssq", "2026137", "01020304050607"), kObservers),
            "digits.repeated");
  for (int i = 0; i < 15; ++i) city.must(DigitsCity::digits("dice", "", "6"), kObservers);
  EXPECT_EQ(city.submit(DigitsCity::digits("dice", "", "6"), kObservers), "digits.many");
}

TEST(DigitsRecorded, DoNotKeepADrawAlive) {
  DigitsCity city;
  city.announce();
  city.must(DigitsCity::digits(), kObservers);
  city.now = city.draw().announcement.commit_deadline + 1;
  EXPECT_EQ(city.submit(city.commitments_closed(), {"platform"}), "draw.nothing_committed");
  EXPECT_EQ(city.submit(DrawnCity::reasoned<schema::DrawFailedT>(), {"platform"}), "");
}

}  // namespace
}  // namespace liuhen::tests
