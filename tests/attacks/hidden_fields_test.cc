// Every field of a sealed draw, of one from a restricted pool, and of one with a conflict that
// nobody opens, falsified alone: with less in the open the reader is told no less, be it when the
// seal is opened, when the list is there, or with a supervisor's key.
#include "crypto/key_file.h"
#include "projections/draw_lookup.h"
#include "projections/pool_openings.h"
#include "tests/attacks/closed_conflict.h"
#include "tests/attacks/dishonest_operator.h"
#include "tests/attacks/fields_of_a_draw.h"
#include "tests/projections/restricted_steps.h"
#include "tests/projections/sealed_steps.h"

namespace liuhen::tests {
namespace {

template <class Payload>
class HiddenFields : public Attack, public ::testing::WithParamInterface<Falsified<Payload>> {
 protected:
  void expect_alone(Payload payload) {
    const auto& row = this->GetParam();
    write(projections::copy_of(payload), {"platform"});
    const Told told = verify();
    EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
    log().pop_back();
    row.falsify(payload);
    expect_said(row.code, write(std::move(payload), {"platform"}), row.words);
  }
};

// ---- sealed ----

class FieldOfASealedExecution : public HiddenFields<Executed> {
 protected:
  SealedSteps steps{city, draw};
};

TEST_P(FieldOfASealedExecution, Alone) {
  steps.ready();
  expect_alone(steps.execution());
}

INSTANTIATE_TEST_SUITE_P(Attacks, FieldOfASealedExecution, ::testing::ValuesIn(kSealedExecution),
                         field_of);

class FieldOfAnOpening : public HiddenFields<Listed> {
 protected:
  SealedSteps steps{city, draw};
};

TEST_P(FieldOfAnOpening, Alone) {
  steps.run_to_sealed();
  steps.attest();
  expect_alone(steps.opening());
}

INSTANTIATE_TEST_SUITE_P(Attacks, FieldOfAnOpening, ::testing::ValuesIn(kOpened), field_of);

// ---- a restricted pool ----

class FieldOfARestrictedExecution : public HiddenFields<Executed> {
 protected:
  RestrictedSteps steps{city, draw};
  void ready() {
    steps.announce();
    steps.attest();
    close_reveals();
  }
};

TEST_P(FieldOfARestrictedExecution, Alone) {
  ready();
  expect_alone(steps.execution());
}

INSTANTIATE_TEST_SUITE_P(Attacks, FieldOfARestrictedExecution, ::testing::ValuesIn(kRestricted),
                         field_of);

// What only who opens the pool can tell at once: a supervisor is told with his key.
class FieldThatASupervisorOpens : public FieldOfARestrictedExecution {};

TEST_P(FieldThatASupervisorOpens, Alone) {
  write_file("key",
             text_of(crypto::format_key_file("s", city.key("supervisor").seed()).value().view()));
  write_file("openings", projections::format_pool_openings(steps.openings()));
  ready();
  auto executed = steps.execution();
  GetParam().falsify(executed);
  const std::uint64_t position = write(std::move(executed), {"platform"});
  EXPECT_EQ(verify().exit_code, 0) << "the public cannot tell yet";
  expect_said(GetParam().code, position, GetParam().words,
              " --openings " + (dir() / "openings").string() + " --supervisor-key " +
                  (dir() / "key").string());
}

constexpr const char* kCutOffs = "the commitments to the cut-offs, or the number of visits";
constexpr const char* kRoot = "the root of the visits or the vacancies";
constexpr Falsified<Executed> kOfASupervisor[] = {
    {"visits", "draw.selection", kCutOffs, [](Executed& e) { --e.visits; }},
    {"cutoff_commitments", "draw.selection", kCutOffs,
     [](Executed& e) { flip(e.cutoff_commitments); }},
    {"visits_root", "draw.visits_root", kRoot, [](Executed& e) { flip(e.visits_root); }},
    {"vacancies", "draw.visits_root", kRoot, [](Executed& e) { ++e.vacancies; }},
};
INSTANTIATE_TEST_SUITE_P(Attacks, FieldThatASupervisorOpens, ::testing::ValuesIn(kOfASupervisor),
                         field_of);

// ---- a conflict that nobody opens ----

// The matching cannot be replayed: the list has to give what was recorded at execution, and be one
// that the announcement allows.
class BehindAClosedConflict : public Attack {
 protected:
  ClosedConflict conflict{city, draw};
  void SetUp() override {
    conflict.announce();
    close_reveals();
  }
};

TEST_F(BehindAClosedConflict, NoneOfThemInAnHonestOne) {
  city.must(conflict.execute_for([](Listed&) {}), {"platform"});
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
  EXPECT_EQ(told.draw().at("conflicts_unopened").to_number<int>(), 1);
}

TEST_F(BehindAClosedConflict, AnotherRootThanTheLists) {
  auto executed = conflict.execution();
  flip(executed.visits_root);
  city.must(std::move(executed), {"platform"});
  expect_named("draw.disclosed_root", write(draw.disclosure(), {"platform"}));
}

TEST_F(BehindAClosedConflict, MoreVacanciesThanInTheList) {
  auto executed = conflict.execution();
  ++executed.vacancies;
  city.must(std::move(executed), {"platform"});
  expect_named("draw.disclosed_root", write(draw.disclosure(), {"platform"}));
}

TEST_F(BehindAClosedConflict, SwappedTeams) {
  city.must(conflict.execution(), {"platform"});
  auto list = draw.disclosure();
  std::swap(list.visits[0]->team, list.visits[1]->team);
  expect_named("draw.disclosed_root", write(std::move(list), {"platform"}));
}

class TeamBehindAClosedConflict : public BehindAClosedConflict,
                                  public ::testing::WithParamInterface<Falsified<Listed>> {};

TEST_P(TeamBehindAClosedConflict, Alone) {
  auto list = conflict.execute_for(GetParam().falsify);
  expect_said(GetParam().code, write(std::move(list), {"platform"}), GetParam().words);
}

INSTANTIATE_TEST_SUITE_P(Attacks, TeamBehindAClosedConflict, ::testing::ValuesIn(kTeams), field_of);

}  // namespace
}  // namespace liuhen::tests
