// Every field of a draw on a beacon that an operator could falsify, falsified alone.
#include "projections/draw_lookup.h"
#include "tests/attacks/dishonest_operator.h"
#include "tests/attacks/fields_of_a_draw.h"

namespace liuhen::tests {
namespace {

std::optional<projections::ConflictContent> none(const Hash&) { return std::nullopt; }

template <class Payload>
class Fields : public Attack, public ::testing::WithParamInterface<Falsified<Payload>> {
 protected:
  // The honest payload is admitted, and this one is named for its one field.
  void expect_alone(Payload payload, const City::Names& authors) {
    const auto& row = this->GetParam();
    const std::uint64_t honest = write(projections::copy_of(payload), authors);
    const Told told = verify();
    EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
    log().pop_back();
    row.falsify(payload);
    const std::uint64_t position = write(std::move(payload), authors);
    ASSERT_EQ(position, honest);
    expect_said(row.code, position, row.words);
  }
  void run_to_execution() {
    run_to_round();
    city.must(town.recorded(), {"platform"});
  }
};

// ---- the announcement ----

class FieldOfAnAnnouncement : public Fields<Announced> {};

TEST_P(FieldOfAnAnnouncement, Alone) { expect_alone(town.announcement(), {"clerk", "approver"}); }

INSTANTIATE_TEST_SUITE_P(Attacks, FieldOfAnAnnouncement, ::testing::ValuesIn(kAnnounced), field_of);

// ---- the contributions and the beacon ----

class FieldOfClosedCommitments : public Fields<Closed> {};

TEST_P(FieldOfClosedCommitments, Alone) {
  town.announce();
  commit_all();
  expect_alone(draw.commitments_closed(), {"platform"});
}

INSTANTIATE_TEST_SUITE_P(Attacks, FieldOfClosedCommitments, ::testing::ValuesIn(kClosed), field_of);

class FieldOfAReveal : public Fields<OneReveal> {};

TEST_P(FieldOfAReveal, Alone) {
  town.announce();
  close_commitments();
  expect_alone(draw.reveal_of("contributor1"), {"contributor1"});
}

INSTANTIATE_TEST_SUITE_P(Attacks, FieldOfAReveal, ::testing::ValuesIn(kReveal), field_of);

class FieldOfClosedReveals : public Fields<RevealsClosed> {};

TEST_P(FieldOfClosedReveals, Alone) {
  town.announce();
  close_commitments();
  reveal_all();
  expect_alone(draw.reveals_closed(), {"platform"});
}

INSTANTIATE_TEST_SUITE_P(Attacks, FieldOfClosedReveals, ::testing::ValuesIn(kRevealsClosed),
                         field_of);

class FieldOfABeacon : public Fields<Recorded> {};

TEST_P(FieldOfABeacon, Alone) {
  run_to_round();
  expect_alone(town.recorded(), {"platform"});
}

INSTANTIATE_TEST_SUITE_P(Attacks, FieldOfABeacon, ::testing::ValuesIn(kRecorded), field_of);

// ---- the outcome ----

class FieldOfAnExecution : public Fields<Executed> {};

TEST_P(FieldOfAnExecution, Alone) {
  run_to_execution();
  expect_alone(draw.execution(none), {"platform"});
}

INSTANTIATE_TEST_SUITE_P(Attacks, FieldOfAnExecution, ::testing::ValuesIn(kExecuted), field_of);

// By weight: some are certain, and the rest is drawn.
class FieldOfAnExecutionByWeight : public Fields<Executed> {};

TEST_P(FieldOfAnExecutionByWeight, Alone) {
  city.weigh();
  run_to_execution();
  expect_alone(draw.execution(none), {"platform"});
}

INSTANTIATE_TEST_SUITE_P(Attacks, FieldOfAnExecutionByWeight, ::testing::ValuesIn(kByWeight),
                         field_of);

class FieldOfAList : public Fields<Listed> {};

TEST_P(FieldOfAList, Alone) {
  run_to_execution();
  city.must(draw.execution(none), {"platform"});
  expect_alone(draw.disclosure(), {"platform"});
}

INSTANTIATE_TEST_SUITE_P(Attacks, FieldOfAList, ::testing::ValuesIn(kListed), field_of);

// ---- substitutes ----

class FieldOfASubstitute : public Fields<Substituted> {};

TEST_P(FieldOfASubstitute, Alone) {
  run();
  town.recuse();
  city.now = town.substitute_time();
  expect_alone(town.substitution(), {"platform"});
}

INSTANTIATE_TEST_SUITE_P(Attacks, FieldOfASubstitute, ::testing::ValuesIn(kSubstituted), field_of);

}  // namespace
}  // namespace liuhen::tests
