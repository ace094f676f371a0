// What the service asks before it writes, so that draws can open what they have to; and that the
// rules do not, so that what was written before it asked is replayed.
#include "projections/conflicts_kept.h"

#include <gtest/gtest.h>

#include "tests/projections/approved_conflict.h"
#include "tests/projections/city_log.h"

namespace liuhen::tests {
namespace {

class ConflictsKept : public ::testing::Test {
 protected:
  ConflictsKept() { city.furnish(); }

  template <class Payload>
  Outcome asked(Payload payload, const City::Names& authors) {
    const Bytes entry = forged_entry(city, std::move(payload), authors);
    return projections::check_conflicts_kept(city.state(), ledger::Event::parse(entry).value());
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
  std::string deciding(const Hash& commitment, bool approved) {
    schema::ConflictDecidedT decided;
    decided.commitment = City::bytes(commitment);
    decided.approved = approved;
    return code(asked(std::move(decided), {"head"}));
  }
  std::string announcing(schema::DrawForm form = schema::DrawForm::both) {
    auto announced = draw.announcement();
    announced.form = form;
    return code(asked(std::move(announced), {"clerk", "approver"}));
  }
  void approve() {
    city.must(declared_conflict(conflict), {"registrar"});
    approve_conflict(city, conflict);
  }
  void end() { city.must(ended_conflict(conflict), {"head"}); }
  void erase() { city.must(erasure(conflict), {"registrar", "supervisor"}); }
  static std::optional<projections::ConflictContent> elsewhere(const Hash&) {
    return projections::ConflictContent{
        .subject = "X", .inspector = "X", .kind = "kinship", .evidence = ""};
  }

  City city;
  CityDraw draw{city};
  const Hash conflict = crypto::sha256(view_of("conflict"));
};

TEST_F(ConflictsKept, ContentStaysUntilTheConflictHasEnded) {
  EXPECT_EQ(erasing(conflict), "") << "nothing that was declared";
  city.must(declared_conflict(conflict), {"registrar"});
  EXPECT_EQ(erasing(conflict), "erasure.conflict") << "somebody has to decide on it";
  approve_conflict(city, conflict);
  EXPECT_EQ(erasing(conflict), "erasure.conflict");
  const Hash other = crypto::sha256(view_of("a firm's telephone"));
  EXPECT_EQ(erasing(other), "");
  auto both = erasure(other);
  both.commitments.insert(both.commitments.end(), conflict.begin(), conflict.end());
  EXPECT_EQ(code(asked(std::move(both), {"registrar", "supervisor"})), "erasure.conflict");
  end();
  EXPECT_EQ(erasing(conflict), "");
}

TEST_F(ConflictsKept, ThatOfOneTurnedDownMayGo) {
  city.must(declared_conflict(conflict), {"registrar"});
  schema::ConflictDecidedT refused;
  refused.commitment = City::bytes(conflict);
  city.must(std::move(refused), {"head"});
  EXPECT_EQ(erasing(conflict), "");
}

TEST_F(ConflictsKept, AndUntilDrawsThatTookTheirPoolBeforeAreDone) {
  approve();
  draw.announce();
  end();
  const Outcome refused = asked(erasure(conflict), {"registrar", "supervisor"});
  EXPECT_EQ(code(refused), "erasure.conflict");
  EXPECT_NE(refused.error().en.find("draw/P1/1"), std::string::npos) << refused.error().en;
  draw.contribute();
  EXPECT_EQ(erasing(conflict), "erasure.conflict");
  city.must(draw.execution(elsewhere), {"platform"});
  EXPECT_EQ(erasing(conflict), "erasure.conflict") << "the list has to be made";
  city.must(draw.disclosure(), {"platform"});
  const std::size_t visits = draw.draw().tasks.size();
  ASSERT_GE(visits, 2U);
  for (std::size_t visit = 0; visit < visits; ++visit) {
    EXPECT_EQ(erasing(conflict), "erasure.conflict") << "a substitute may be due yet";
    draw.result(visit);
  }
  EXPECT_EQ(erasing(conflict), "");
}

TEST_F(ConflictsKept, ADrawThatCameToNothingNeedsNone) {
  approve();
  draw.announce();
  end();
  schema::DrawVoidedT voided;
  voided.draw = draw.stream();
  voided.reason = "公告有误";
  city.must(std::move(voided), {"approver", "clerk"});
  EXPECT_EQ(erasing(conflict), "");
}

TEST_F(ConflictsKept, NoneIsApprovedWhoseContentIsGone) {
  city.must(declared_conflict(conflict), {"registrar"});
  erase();  // as a service of an earlier version did
  EXPECT_EQ(deciding(conflict, true), "conflict.erased");
  EXPECT_EQ(deciding(conflict, false), "");
}

// A ledger in which one in force was erased replays, and goes on once it has ended.
TEST_F(ConflictsKept, NoDrawIsAnnouncedOverOneThatNobodyCanOpen) {
  approve();
  erase();
  EXPECT_EQ(announcing(), "draw.conflict_erased");
  EXPECT_EQ(announcing(schema::DrawForm::subjects), "") << "whose teams are named";
  end();
  EXPECT_EQ(announcing(), "");
  draw.whole();
}

// Its substitutes heed what was approved since its pool was taken and is over by now.
TEST_F(ConflictsKept, NorOneWhoseSubstitutesWouldHaveToOpenWhatIsGone) {
  const std::uint64_t pool = city.size() - 1;
  approve();
  end();
  EXPECT_EQ(erasing(conflict), "") << "no draw has taken its pool before";
  erase();
  auto announced = draw.unpooled();
  announced.pool_position = pool;
  draw.take_pool(announced, city.state().catalogue.rules.at("R1"));
  ASSERT_EQ(announced.conflict_rows, 0U);
  EXPECT_EQ(code(asked(std::move(announced), {"clerk", "approver"})), "draw.conflict_erased");
  EXPECT_EQ(announcing(), "") << "once the pool is taken after its end";
}

}  // namespace
}  // namespace liuhen::tests
