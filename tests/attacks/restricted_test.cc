// Attacks on draws whose pool is restricted: what only a supervisor can tell he is told, with his
// key and the openings that he was handed; what everybody can, everybody is.
#include "crypto/key_file.h"
#include "projections/pool_openings.h"
#include "tests/attacks/dishonest_operator.h"
#include "tests/projections/restricted_steps.h"

namespace liuhen::tests {
namespace {

class AttacksOnRestrictedPools : public Attack {
 protected:
  AttacksOnRestrictedPools() {
    const std::string key(text_of(
        crypto::format_key_file("supervisor2", city.key("supervisor2").seed()).value().view()));
    write_file("supervisor2.key", key);
    write_file("openings", projections::format_pool_openings(steps.openings()));
    as_supervisor_ = " --openings " + (dir() / "openings").string() + " --supervisor-key " +
                     (dir() / "supervisor2.key").string();
  }

  schema::DrawAnnouncedT announcement() {
    auto a = steps.announcement();
    name_beacon(a, town.beacon.chain());
    return a;
  }
  // The rows, after somebody has laid hand on them.
  schema::DrawAnnouncedT announcement_of(
      const std::function<void(std::vector<crypto::draw::SubjectRow>&)>& change) {
    auto a = announcement();
    auto opened = steps.opened(a);
    change(opened.pool.subjects);
    std::vector<crypto::draw::CommittedRow> rows;
    for (const auto& row : opened.pool.subjects) {
      rows.push_back(
          {.id = row.id, .commitment = crypto::draw::row_opening(opened.key, row).commitment()});
    }
    a.subject_root = City::bytes(crypto::draw::committed_root(rows).value());
    return a;
  }
  void announce() { city.must(announcement(), {"clerk", "approver"}); }
  // All is closed and witnessed before the round, which is recorded.
  void run_to_execution() {
    close_reveals();
    witness(town.round_time() - kMarginS);
    city.now = town.round_time();
    city.must(town.recorded(), {"platform"});
  }
  void ready() {
    announce();
    steps.attest();
    run_to_execution();
  }

  // He is told, and the public is not: it is told what was not opened.
  void expect_told(const std::string& code, std::uint64_t position) {
    expect_named(code, position, 0, as_supervisor_);
    const Told in_public = verify();
    EXPECT_EQ(in_public.exit_code, 0) << in_public.report.at("finding");
    EXPECT_EQ(in_public.report.at("not_opened").as_array().size(), 1U);
  }

  std::string as_supervisor_;
  RestrictedSteps steps{city, draw};
};

TEST_F(AttacksOnRestrictedPools, NoneOfThemInAnHonestOne) {
  ready();
  steps.execute();
  Told told = verify();
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
  EXPECT_EQ(told.report.at("not_opened").as_array().size(), 1U);
  EXPECT_EQ(told.draw().at("tier").as_string(), "A+B");
  EXPECT_TRUE(told.draw().at("restricted_pool").at("attested").as_bool());
  told = verify(0, true, as_supervisor_);
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
  EXPECT_TRUE(told.report.at("not_opened").as_array().empty());
  EXPECT_TRUE(told.draw().at("restricted_pool").at("opened").as_bool());
}

TEST_F(AttacksOnRestrictedPools, NobodyAttestedInTime) {
  announce();
  run_to_execution();
  steps.execute();
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
  EXPECT_EQ(told.draw().at("tier").as_string(), "B") << "it is never A";
  EXPECT_FALSE(told.draw().at("restricted_pool").at("attested").as_bool());
}

TEST_F(AttacksOnRestrictedPools, AnObjectionIsOutvoted) {
  announce();
  steps.attest();
  city.must(steps.attestation(false), {"supervisor2"});
  run_to_execution();
  steps.execute();
  EXPECT_EQ(verify().draw().at("tier").as_string(), "B");
}

TEST_F(AttacksOnRestrictedPools, AttestedAfterTheCommitmentsWereClosed) {
  announce();
  close_commitments();
  expect_named("attest.late", write(steps.attestation(), {"supervisor"}));
}

TEST_F(AttacksOnRestrictedPools, AttestedBySomebodyElse) {
  announce();
  expect_named("attest.pool", write(steps.attestation(), {"observer"}));
}

// A friend of class D is put among the others, of whom few are drawn.
TEST_F(AttacksOnRestrictedPools, WrongClass) {
  const auto a = announcement_of([](auto& rows) {
    const auto high = std::ranges::find(rows, 0U, &crypto::draw::SubjectRow::stratum);
    high->stratum = 1;
  });
  expect_told("draw.pool_root", city.must(a, {"clerk", "approver"}));
}

// It could be drawn, and the row hides that it could not.
TEST_F(AttacksOnRestrictedPools, KeptOutBehindTheCommitment) {
  const auto a = announcement_of([](auto& rows) { rows[7].eligibility = 3; });
  expect_told("draw.pool_root", city.must(a, {"clerk", "approver"}));
}

// Once the seed is known, a key is looked for that draws whom one likes.
TEST_F(AttacksOnRestrictedPools, KeyGroundAfterTheSeed) {
  ready();
  auto pool = projections::opened_pool_of(city.state(), steps.draw(), steps.opener()).value();
  pool.key = crypto::draw::PoolKey(crypto::sha256(view_of("the friend is spared")));
  const std::uint64_t at = city.must(steps.execution(std::move(pool)), {"platform"});
  city.must(steps.disclosure(), {"platform"});
  expect_told("draw.selection", at);
}

TEST_F(AttacksOnRestrictedPools, WrongCutOff) {
  ready();
  auto execution = steps.execution();
  execution.cutoff_commitments[40] ^= 1;
  expect_told("draw.selection", city.must(std::move(execution), {"platform"}));
}

// Another firm is visited than the one that was drawn; teams and root are right for that list.
TEST_F(AttacksOnRestrictedPools, AnotherFirmIsListed) {
  ready();
  auto pool = projections::opened_pool_of(city.state(), steps.draw(), steps.opener()).value();
  const auto honest = steps.execution();
  const std::string spared = steps.visits().visits[0].subject;
  auto bent = pool.pool;
  std::erase_if(bent.subjects, [&](const auto& row) { return row.id == spared; });
  pool.pool = std::move(bent);
  auto execution = steps.execution(std::move(pool));
  execution.cutoff_commitments = honest.cutoff_commitments;
  const bool as_many = execution.visits == honest.visits;
  const std::uint64_t at = city.must(std::move(execution), {"platform"});
  city.must(steps.disclosure(), {"platform"});
  expect_told(as_many ? "draw.visits_root" : "draw.selection", at);
}

TEST_F(AttacksOnRestrictedPools, SwappedRoot) {
  ready();
  auto execution = steps.execution();
  execution.visits_root[0] ^= 1;
  const std::uint64_t at = city.must(std::move(execution), {"platform"});
  expect_told("draw.visits_root", at);
  expect_named("draw.disclosed_root", write(steps.disclosure(), {"platform"}));
}

TEST_F(AttacksOnRestrictedPools, AnotherKeyIsSealedToHim) {
  auto a = announcement();
  const auto hash = a.pool_key_hash;
  CountingEntropy entropy;
  const crypto::draw::PoolKey other(crypto::sha256(view_of("another")));
  ASSERT_TRUE(projections::announce_key(other, entropy, a));
  a.pool_key_hash = hash;
  expect_told("pool.key", city.must(std::move(a), {"clerk", "approver"}));
}

TEST_F(AttacksOnRestrictedPools, CutOffsInTheOpen) {
  ready();
  auto execution = steps.execution();
  for (std::size_t i = 0; i < 2; ++i)
    execution.strata.push_back(std::make_unique<schema::StratumOutcomeT>());
  expect_named("draw.restricted", write(std::move(execution), {"platform"}));
}

// Strata by class without a key: everybody's class would follow.
TEST_F(AttacksOnRestrictedPools, ClassesInTheOpen) {
  auto a = announcement();
  a.pool_key_hash.clear();
  a.pool_key_sealed.clear();
  a.supervisors.clear();
  expect_said("draw.restricted", write(std::move(a), {"clerk", "approver"}),
              "so the announcement commits to a key");
}

TEST_F(AttacksOnRestrictedPools, ListedOutOfTheSeedsOrder) {
  ready();
  city.must(steps.execution(), {"platform"});
  auto list = steps.disclosure();
  std::swap(list.visits[0], list.visits[1]);
  expect_said("draw.disclosed_visit", write(std::move(list), {"platform"}),
              "it is not in the order that the seed gives");
}

TEST_F(AttacksOnRestrictedPools, ListedWithoutHavingBeenInThePool) {
  ready();
  city.must(steps.execution(), {"platform"});
  auto list = steps.disclosure();
  list.visits[0]->subject = City::code(77);
  expect_said("draw.disclosed_visit", write(std::move(list), {"platform"}),
              "its subject is not in the pool");
}

}  // namespace
}  // namespace liuhen::tests
