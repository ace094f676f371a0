// The verifier against a dishonest operator, who appends and signs without asking admission.
#include "tests/projections/verified_log.h"

namespace liuhen::projections {
namespace {

class Dishonest : public ::testing::Test {
 protected:
  City city;
  CityDraw draw{city};
  void SetUp() override { city.furnish(); }

  template <class Payload>
  void expect(const std::string& code, Payload payload, const City::Names& authors,
              const City::Tweak& tweak = {}, const City::Names& signers = {}) {
    CityLog log(city);
    log.entries().push_back(forged_entry(city, std::move(payload), authors, tweak, signers));
    log.sign();
    expect_violated(check(log), city.size(), code);
  }
};

TEST_F(Dishonest, ForgesAnAuthor) {
  expect("intent.signature", draw.announcement(), {"clerk", "approver"}, {}, {"clerk", "platform"});
}

TEST_F(Dishonest, GrantsAKeyWithOneTrustee) {
  schema::KeyGrantedT granted;
  granted.grant = city.grant("crony", {City::Role::clerk});
  expect("role.signatures", std::move(granted), {"trustee-inside"});
  schema::KeyGrantedT inside;
  inside.grant = city.grant("crony", {City::Role::clerk});
  expect("role.outside", std::move(inside), {"trustee-inside", "trustee-second"});
}

TEST_F(Dishonest, RegistersAVrfKeyAlone) {
  schema::VrfKeyRegisteredT registered;
  const KeyId vrf = crypto::vrf::public_key(City::seed("vrf2"));
  registered.key = City::bytes(vrf);
  registered.proof =
      City::bytes(crypto::vrf::prove(City::seed("vrf2"), vrf_possession_bytes(City::kOrigin, vrf)));
  expect("role.signatures", std::move(registered), {"platform"});
}

TEST_F(Dishonest, AnnouncesAKeyOfItsOwn) {
  auto announced = draw.announcement();
  announced.vrf_key = City::bytes(crypto::vrf::public_key(City::seed("vrf2")));
  expect("draw.vrf_key", std::move(announced), {"clerk", "approver"});
}

TEST_F(Dishonest, LeavesASubjectOutOfThePool) {
  auto announced = draw.announcement();
  announced.subject_rows -= 1;
  expect("draw.pool_root", std::move(announced), {"clerk", "approver"});
}

TEST_F(Dishonest, AnnouncesTwoAttemptsAtOnce) {
  draw.announce();
  CityDraw second(city, 2);
  expect("draw.overlap", second.announcement(), {"clerk", "approver"});
}

TEST_F(Dishonest, TakesALateCommitment) {
  draw.announce();
  draw.commit("contributor1");
  auto late = draw.commitment("contributor2");
  city.now += 1500;
  expect("draw.late", std::move(late), {"contributor2"});
}

TEST_F(Dishonest, TakesACommitmentAfterTheClosing) {
  draw.announce();
  draw.commit("contributor1");
  auto late = draw.commitment("contributor2");
  city.now += 1500;
  city.must(draw.commitments_closed(), {"platform"});
  expect("draw.phase", std::move(late), {"contributor2"});
}

TEST_F(Dishonest, DropsAReveal) {
  draw.announce();
  for (const char* name : {"contributor1", "contributor2"}) draw.commit(name);
  city.must(draw.commitments_closed(), {"platform"});
  for (const char* name : {"contributor1", "contributor2"}) city.must(draw.reveal_of(name), {name});
  auto closed = draw.reveals_closed();
  closed.nonces[1]->nonce.clear();
  expect("draw.reveals", std::move(closed), {"platform"});
}

TEST_F(Dishonest, BackdatesAnEntry) {
  city.now -= 100;
  expect("chain.time", City::item("I9"), {"clerk"});
}

TEST_F(Dishonest, TakesAnIntentForAnotherLog) {
  expect("intent.origin", City::item("I9"), {"clerk"},
         [](auto& intent) { intent.origin = "liuhen.example/elsewhere"; });
}

TEST_F(Dishonest, TakesAnIntentFromAFork) {
  expect("intent.fork", City::item("I9"), {"clerk"},
         [](auto& intent) { intent.seen_root.assign(32, 7); });
}

class DishonestExecution : public Dishonest {
 protected:
  static std::optional<ConflictContent> none(const Hash&) { return std::nullopt; }
  void SetUp() override {
    Dishonest::SetUp();
    draw.announce();
    draw.contribute();
  }
};

TEST_F(DishonestExecution, MovesACutOff) {
  auto executed = draw.execution(none);
  executed.strata[0]->cutoff[0] ^= 1;
  expect("draw.selection", std::move(executed), {"platform"});
}

TEST_F(DishonestExecution, ProvesWithAnotherKey) {
  auto executed = draw.execution(none);
  executed.pi = City::bytes(crypto::vrf::prove(City::seed("vrf2"), alpha_of(draw.draw())));
  expect("draw.vrf", std::move(executed), {"platform"});
}

TEST_F(DishonestExecution, SwapsTeams) {
  city.must(draw.execution(none), {"platform"});
  auto disclosed = draw.disclosure();
  ASSERT_NE(disclosed.visits[0]->team, disclosed.visits[1]->team);
  std::swap(disclosed.visits[0]->team, disclosed.visits[1]->team);
  expect("draw.disclosed_visit", std::move(disclosed), {"platform"});
}

TEST_F(DishonestExecution, ChoosesTheSubstitute) {
  draw.execute();
  auto substitute = draw.recuse(0);
  const auto& seats = draw.draw().tasks[0].seats;
  for (const auto& [id, versions] : city.state().inspectors.rows) {
    if (id == substitute.inspector || id == seats[0].held[0] || id == seats[1].inspector) continue;
    substitute.inspector = id;
    break;
  }
  expect("substitute.candidate", std::move(substitute), {"platform"});
}

TEST_F(DishonestExecution, ChangesAResultInPlace) {
  draw.execute();
  draw.result(0);
  CityLog log(city);
  const std::uint64_t position = city.size() - 2;
  const auto event = ledger::Event::parse(city.entries()[position]).value();
  ASSERT_EQ(event.tag(), ledger::PayloadTag::ResultRecorded);
  schema::IntentT intent;
  event.intent().fields().UnPackTo(&intent);
  intent.payload.AsResultRecorded()->rows[0]->category = 3;
  log.entries()[position] = ledger::encode_entry(position, event.time(), event.previous(),
                                                 ledger::encode(intent), event.signatures());
  log.sign();
  const Report report = check(log);
  ASSERT_EQ(report.verdict, Verdict::violated);
  EXPECT_EQ(report.position, position) << report.finding->en;
}

TEST_F(DishonestExecution, DoesNotExecute) {
  CityLog log(city);
  expect_verified(check(log, {}, city.now));
  expect_violated(check(log, {}, city.now + 10'000), draw.draw().position, "draw.escape");
}

TEST_F(DishonestExecution, ExecutesLate) {
  city.now += 5'000;
  draw.execute();
  CityLog log(city);
  expect_violated(check(log), *draw.draw().executed_at, "draw.escape");
}

}  // namespace
}  // namespace liuhen::projections
