// What the service asks of the content that comes with what it writes, so that draws can open what
// they have to; and that the rules do not, so that what was written before it asked is replayed.
#include "projections/content_opens.h"

#include <gtest/gtest.h>

#include <set>

#include "projections/draw_lookup.h"
#include "tests/projections/approved_conflict.h"
#include "tests/projections/restricted_steps.h"

namespace liuhen::tests {
namespace {

std::string code(const Outcome& outcome) { return outcome ? "" : outcome.error().code; }

class ConflictsOpen : public ::testing::Test {
 protected:
  ConflictsOpen() { city.furnish(); }

  template <class Payload>
  std::string asked(Payload payload, const City::Names& authors) {
    const Bytes entry = forged_entry(city, std::move(payload), authors);
    const auto open = [&](const Hash& one) -> std::optional<projections::ConflictContent> {
      if (!at_hand.contains(one)) return std::nullopt;
      return projections::ConflictContent{
          .subject = "X", .inspector = "X", .kind = "kinship", .evidence = ""};
    };
    return code(projections::check_opens(city.state(), ledger::Event::parse(entry).value(), open,
                                         projections::PoolOpener()));
  }
  std::string deciding(bool approved) {
    schema::ConflictDecidedT decided;
    decided.commitment = City::bytes(conflict);
    decided.approved = approved;
    return asked(std::move(decided), {"head"});
  }
  std::string announcing(schema::DrawForm form = schema::DrawForm::both) {
    auto announced = draw.announcement();
    announced.form = form;
    return asked(std::move(announced), {"clerk", "approver"});
  }

  City city;
  CityDraw draw{city};
  const Hash conflict = crypto::sha256(view_of("conflict"));
  std::set<Hash> at_hand;
};

TEST_F(ConflictsOpen, NoneIsDeclaredWithoutItsContent) {
  EXPECT_EQ(asked(declared_conflict(conflict), {"registrar"}), "conflict.unopened");
  at_hand.insert(conflict);
  EXPECT_EQ(asked(declared_conflict(conflict), {"registrar"}), "");
}

TEST_F(ConflictsOpen, NoneIsApprovedThatDoesNotOpen) {
  city.must(declared_conflict(conflict), {"registrar"});  // as an earlier version took it
  EXPECT_EQ(deciding(true), "conflict.unopened");
  EXPECT_EQ(deciding(false), "");
  at_hand.insert(conflict);
  EXPECT_EQ(deciding(true), "");
}

TEST_F(ConflictsOpen, NoTeamsAreDrawnOverOneThatDoesNotOpen) {
  city.must(declared_conflict(conflict), {"registrar"});
  EXPECT_EQ(announcing(), "") << "it is not approved";
  approve_conflict(city, conflict);
  EXPECT_EQ(announcing(), "draw.conflict_unopened");
  EXPECT_EQ(announcing(schema::DrawForm::subjects), "") << "whose teams are named";
  at_hand.insert(conflict);
  EXPECT_EQ(announcing(), "");
  at_hand.clear();
  city.must(ended_conflict(conflict), {"head"});
  EXPECT_EQ(announcing(), "") << "whose pool is taken after its end";
}

// Its substitutes heed what was approved since its pool was taken and is over by now.
TEST_F(ConflictsOpen, NorOverOneThatItsSubstitutesHaveToHeed) {
  const std::uint64_t pool = city.size() - 1;
  city.must(declared_conflict(conflict), {"registrar"});
  approve_conflict(city, conflict);
  city.must(ended_conflict(conflict), {"head"});
  auto announced = draw.unpooled();
  announced.pool_position = pool;
  draw.take_pool(announced, city.state().catalogue.rules.at("R1"));
  ASSERT_EQ(announced.conflict_rows, 0U);
  EXPECT_EQ(asked(std::move(announced), {"clerk", "approver"}), "draw.conflict_unopened");
}

class PoolsOpen : public ::testing::Test {
 protected:
  PoolsOpen() {
    city.furnish();
    steps = std::make_unique<RestrictedSteps>(city, draw);
    opener = steps->opener();
  }
  std::string announcing(const schema::DrawAnnouncedT& announcement) {
    const Bytes entry =
        forged_entry(city, projections::copy_of(announcement), {"clerk", "approver"});
    const auto none = [](const Hash&) { return std::optional<projections::ConflictContent>(); };
    return code(
        projections::check_opens(city.state(), ledger::Event::parse(entry).value(), none, opener));
  }

  City city;
  CityDraw draw{city};
  std::unique_ptr<RestrictedSteps> steps;
  projections::PoolOpener opener;
};

TEST_F(PoolsOpen, NoneIsAnnouncedWithoutItsKey) {
  const auto announcement = steps->announcement();
  EXPECT_EQ(announcing(announcement), "");
  opener.key = [](const auto&) { return std::optional<crypto::draw::PoolKey>(); };
  EXPECT_EQ(announcing(announcement), "pool.unopened");
  opener.key = [](const auto&) {
    return std::optional(crypto::draw::PoolKey(crypto::sha256(view_of("another"))));
  };
  EXPECT_EQ(announcing(announcement), "pool.key");
}

TEST_F(PoolsOpen, NorWithAClassThatDoesNotOpen) {
  const auto announcement = steps->announcement();
  std::size_t asked = 0;
  opener.content = [&, all = opener.content](const Hash& commitment, std::uint64_t position) {
    return ++asked == 7 ? std::optional<Bytes>() : all(commitment, position);
  };
  EXPECT_EQ(announcing(announcement), "pool.unopened");
  EXPECT_GE(asked, 7U);
}

TEST_F(PoolsOpen, NorWithAnotherRootThanItsOwn) {
  auto announcement = steps->announcement();
  announcement.subject_root[0] ^= 1;
  EXPECT_EQ(announcing(announcement), "draw.pool_root");
}

TEST_F(PoolsOpen, APoolThatIsPublicNeedsNoKey) {
  opener = {};
  City other;
  other.furnish();
  CityDraw plain(other);
  const Bytes entry = forged_entry(other, plain.announcement(), {"clerk", "approver"});
  const auto none = [](const Hash&) { return std::optional<projections::ConflictContent>(); };
  EXPECT_EQ(code(projections::check_opens(other.state(), ledger::Event::parse(entry).value(), none,
                                          opener)),
            "");
}

}  // namespace
}  // namespace liuhen::tests
