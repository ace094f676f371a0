// What the service asks before it writes, so that draws of restricted pools can open them; and that
// the rules do not, so that what was written before it asked is replayed.
#include "projections/pools_kept.h"

#include <gtest/gtest.h>

#include "projections/draw_lookup.h"
#include "tests/projections/restricted_steps.h"

namespace liuhen::tests {
namespace {

class PoolsKept : public ::testing::Test {
 protected:
  PoolsKept() {
    city.furnish();
    steps = std::make_unique<RestrictedSteps>(city, draw);
  }

  template <class Payload>
  Outcome asked(Payload payload, const City::Names& authors) {
    const Bytes entry = forged_entry(city, std::move(payload), authors);
    return projections::check_pools_kept(city.state(), ledger::Event::parse(entry).value(),
                                         steps->opener().commitment);
  }
  static std::string code(const Outcome& outcome) { return outcome ? "" : outcome.error().code; }
  static schema::RecordsErasedT erasure(const Hash& commitment) {
    schema::RecordsErasedT out;
    out.commitments = City::bytes(commitment);
    out.ground = "个人信息保护法第四十七条";
    return out;
  }
  std::string erasing(const Hash& commitment) {
    return code(asked(erasure(commitment), {"registrar", "supervisor"}));
  }
  void erase(const Hash& commitment) {
    city.must(erasure(commitment), {"registrar", "supervisor"});
  }
  // Of the firm's newest row.
  Hash hidden(std::uint64_t firm) const {
    const auto& subjects = city.state().subjects;
    return steps->opener().commitment(subjects.latest(*subjects.find(City::code(firm)))).value();
  }
  Hash key() const { return exactly<32>(View(steps->draw().announcement.pool_key_hash)).value(); }
  std::string announcing(const schema::DrawAnnouncedT& announcement) {
    return code(asked(projections::copy_of(announcement), {"clerk", "approver"}));
  }
  void void_it() {
    schema::DrawVoidedT voided;
    voided.draw = draw.stream();
    voided.reason = "公告有误";
    city.must(std::move(voided), {"approver", "clerk"});
  }

  City city;
  CityDraw draw{city};
  std::unique_ptr<RestrictedSteps> steps;
};

constexpr std::uint64_t kFirm = 5;

// Two classes that the firm is not of.
City::Names others() {
  City::Names out{"A", "B", "D"};
  std::erase(out, RestrictedSteps::class_of(kFirm));
  return out;
}

TEST_F(PoolsKept, UntilTheListIsComplete) {
  const Hash one = hidden(kFirm);
  EXPECT_EQ(erasing(one), "") << "nothing is announced";
  steps->announce();
  const Outcome refused = asked(erasure(one), {"registrar", "supervisor"});
  EXPECT_EQ(code(refused), "erasure.pool");
  EXPECT_NE(refused.error().en.find("draw/P1/1"), std::string::npos) << refused.error().en;
  EXPECT_EQ(erasing(key()), "erasure.pool");
  steps->attest();
  draw.contribute();
  EXPECT_EQ(erasing(one), "erasure.pool");
  city.must(steps->execution(), {"platform"});
  EXPECT_EQ(erasing(one), "erasure.pool") << "the list has to be made";
  EXPECT_EQ(erasing(key()), "erasure.pool");
  city.must(steps->disclosure(), {"platform"});
  EXPECT_EQ(erasing(one), "");
  EXPECT_EQ(erasing(key()), "");
}

TEST_F(PoolsKept, AnyOfThoseListed) {
  steps->announce();
  const Hash other = crypto::sha256(view_of("an inspector's telephone"));
  EXPECT_EQ(erasing(other), "");
  auto both = erasure(other);
  const Hash one = hidden(kFirm);
  both.commitments.insert(both.commitments.end(), one.begin(), one.end());
  EXPECT_EQ(code(asked(std::move(both), {"registrar", "supervisor"})), "erasure.pool");
}

TEST_F(PoolsKept, OnlyWhatThePoolWasTakenOf) {
  const Hash before = hidden(kFirm);
  steps->register_classes("again", {{kFirm, others()[0]}});
  const Hash taken = hidden(kFirm);
  ASSERT_NE(before, taken);
  steps->announce();
  steps->register_classes("later", {{kFirm, others()[1]}});
  EXPECT_EQ(erasing(before), "");
  EXPECT_EQ(erasing(taken), "erasure.pool");
  EXPECT_EQ(erasing(hidden(kFirm)), "");
}

TEST_F(PoolsKept, ADrawThatCameToNothingNeedsNone) {
  steps->announce();
  void_it();
  EXPECT_EQ(erasing(hidden(kFirm)), "");
  EXPECT_EQ(erasing(key()), "");
}

TEST_F(PoolsKept, OneThatIsVoidedAndHasToBeExecutedDoes) {
  steps->ready();
  void_it();
  EXPECT_EQ(erasing(hidden(kFirm)), "erasure.pool");
  EXPECT_EQ(erasing(key()), "erasure.pool");
}

// As a service of an earlier version let it be: nothing else is kept for it.
TEST_F(PoolsKept, NothingForAPoolThatNobodyCanOpenAnyMore) {
  steps->announce();
  erase(hidden(kFirm));
  EXPECT_EQ(erasing(hidden(kFirm + 1)), "");
}

TEST_F(PoolsKept, NoDrawIsAnnouncedOverAPoolThatNobodyCanOpen) {
  const auto drafted = steps->announcement();
  EXPECT_EQ(announcing(drafted), "");
  erase(hidden(kFirm));
  EXPECT_EQ(announcing(drafted), "draw.pool_erased");
  steps->register_classes("again", {{kFirm, others()[0]}});
  EXPECT_EQ(announcing(steps->announcement()), "") << "whose pool is taken after that";
}

}  // namespace
}  // namespace liuhen::tests
