// Shares of the VRF key in the log, and draws that their holders execute.
#include "projections/vrf_sharing.h"

#include <gtest/gtest.h>

#include "projections/verify.h"
#include "tests/projections/shared_vrf.h"

namespace liuhen::projections {
namespace {

using tests::City;
using tests::CityDraw;
using tests::CityLog;
using tests::SharedVrf;

const City::Names kRegistrars = {"platform", "trustee-outside"};

struct Town {
  City city;
  CityDraw draw{city};
  SharedVrf vrf{city};

  Town() { city.furnish(); }
  void ready() {
    draw.announce();
    draw.contribute();
  }
  Report verify(std::uint64_t now = 0) {
    CityLog log(city);
    return verify_log(log, {.now_s = now, .threads = 1});
  }
};

TEST(VrfKeyShared, AmongPersonsOutsideTheOperator) {
  Town town;
  for (const char* name : {"holder1", "holder2"}) town.vrf.grant(name);
  town.vrf.grant("inside", false);
  town.vrf.grant("observer9", true, {City::Role::observer});
  town.vrf.grant("second", true, {City::Role::holder}, "holder1");
  const auto refusal = [&](const City::Names& holders) {
    return town.city.refusal(town.vrf.shared(holders), kRegistrars);
  };
  EXPECT_EQ(refusal({"holder1", "inside"}), "vrf.holders");
  EXPECT_EQ(refusal({"holder1", "observer9"}), "vrf.holders");
  EXPECT_EQ(refusal({"holder1", "second"}), "vrf.holders") << "one person";
  EXPECT_EQ(refusal({"holder1", "nobody"}), "vrf.holders");
  EXPECT_EQ(refusal({"holder1"}), "feldman.threshold");
  EXPECT_EQ(town.city.refusal(town.vrf.shared({"holder1", "holder2"}), {"platform"}),
            "role.signatures");
  EXPECT_EQ(refusal({"holder1", "holder2"}), "");
  EXPECT_EQ(refusal({"holder1", "holder2"}), "vrf.shared");
}

TEST(VrfKeyShared, TheCommitmentsAreToTheKey) {
  Town town;
  for (const std::string& name : SharedVrf::kHolders) town.vrf.grant(name);
  const auto refusal = [&](auto change) {
    auto payload = town.vrf.shared();
    change(payload);
    return town.city.refusal(std::move(payload), kRegistrars);
  };
  using T = schema::VrfKeySharedT;
  EXPECT_EQ(refusal([](T& p) { p.key[3] ^= 1; }), "vrf.unknown");
  EXPECT_EQ(refusal([](T& p) {
              std::rotate(p.commitments.begin(), p.commitments.begin() + 32, p.commitments.end());
            }),
            "feldman.commitments");
  EXPECT_EQ(refusal([](T& p) { p.commitments.resize(32); }), "feldman.commitments");
  EXPECT_EQ(refusal([](T& p) { p.commitments.clear(); }), "feldman.commitments");
  EXPECT_EQ(refusal([](T&) {}), "");
}

TEST(VrfKeyShared, NotToThePlatformByAnotherKey) {
  Town town;
  const auto refusal = [&](const std::string& name, City::Role role, const std::string& person) {
    schema::KeyGrantedT granted;
    granted.grant = town.city.grant(name, {role}, "", true, person);
    return town.city.refusal(std::move(granted), {"trustee-outside", "trustee-inside"});
  };
  town.vrf.grant("holder1");
  EXPECT_EQ(refusal("platform9", City::Role::platform, "holder1"), "key.roles");
  EXPECT_EQ(refusal("platform8", City::Role::platform, "contractor"), "");
  EXPECT_EQ(refusal("holder8", City::Role::holder, "contractor"), "key.roles");
}

TEST(VrfShareConfirmed, OfWhatTheHolderHasSeen) {
  Town town;
  for (const std::string& name : SharedVrf::kHolders) town.vrf.grant(name);
  const std::uint64_t shared_at = town.city.size();
  town.city.must(town.vrf.shared(), kRegistrars);
  const auto seeing = [&](std::uint64_t size) {
    return [&town, size](schema::IntentT& intent) {
      intent.seen_size = size;
      intent.seen_root = City::bytes(town.city.tree().root(size));
    };
  };
  EXPECT_EQ(town.city.refusal(town.vrf.confirmed(), {"holder1"}, seeing(shared_at)), "vrf.unseen");
  EXPECT_EQ(town.city.refusal(town.vrf.confirmed(), {"holder1"}, seeing(shared_at + 1)), "");
}

TEST(VrfShareConfirmed, ByEachHolderOnce) {
  Town town;
  town.vrf.grant("holder1");
  EXPECT_EQ(town.city.refusal(town.vrf.confirmed(), {"holder1"}), "vrf.not_shared");
  for (const char* name : {"holder2", "holder3", "holder4"}) town.vrf.grant(name);
  town.city.must(town.vrf.shared(), kRegistrars);
  EXPECT_EQ(town.city.refusal(town.vrf.confirmed(), {"holder4"}), "vrf.holder");
  EXPECT_EQ(town.city.refusal(town.vrf.confirmed(), {"clerk"}), "role.denied");
  EXPECT_EQ(town.city.refusal(town.vrf.confirmed(), {"holder2"}), "");
  EXPECT_EQ(town.city.refusal(town.vrf.confirmed(), {"holder2"}), "vrf.confirmed");
  EXPECT_EQ(town.city.state().keys.vrf_in_force()->sharing->confirmed.size(), 1U);
}

TEST(VrfSharing, IsReportedOfEachDraw) {
  Town alone;
  alone.ready();
  const DrawLine depends = alone.verify().draws.at(0);
  EXPECT_FALSE(depends.vrf_shared);
  EXPECT_NE(depends.vrf_sharing.en.find("not shared"), std::string::npos);
  EXPECT_NE(depends.vrf_sharing.zh.find("没有分持"), std::string::npos);
  Town shared;
  for (const std::string& name : SharedVrf::kHolders) shared.vrf.grant(name);
  shared.city.must(shared.vrf.shared(), kRegistrars);
  shared.city.must(shared.vrf.confirmed(), {"holder1"});
  shared.ready();
  EXPECT_TRUE(shared.verify().draws.at(0).vrf_shared);
  EXPECT_NE(shared.verify().draws.at(0).vrf_sharing.en.find("fewer"), std::string::npos);
  shared.city.must(shared.vrf.confirmed(), {"holder3"});
  EXPECT_EQ(shared.verify().draws.at(0).vrf_sharing.en.find("fewer"), std::string::npos);
}

TEST(DrawExecuted, ByHoldersIsTheSameDrawAndRetiresTheKey) {
  Town town;
  town.vrf.share();
  town.ready();
  town.vrf.grant("holder4");
  const auto theirs = town.vrf.execution(town.draw.draw());
  const auto own = town.draw.execution([](const Hash&) { return std::nullopt; });
  EXPECT_NE(theirs.pi, own.pi);
  EXPECT_EQ(theirs.visits_root, own.visits_root) << "whoever executes, the same are drawn";

  EXPECT_EQ(town.city.refusal(theirs, {"holder4"}), "vrf.holder");
  EXPECT_EQ(town.city.refusal(theirs, {"clerk"}), "role.denied");
  auto wrong = theirs;
  wrong.vacancies += 1;
  EXPECT_EQ(town.city.refusal(std::move(wrong), {"holder1"}), "draw.visits_root");
  town.city.must(theirs, {"holder1"});
  EXPECT_EQ(town.city.state().keys.vrf_in_force(), nullptr);
  town.city.must(town.draw.disclosure(), {"platform"});
  EXPECT_TRUE(town.draw.draw().has_tasks());
  EXPECT_EQ(town.city.refusal(town.vrf.confirmed(), {"holder2"}), "vrf.unknown");

  schema::StateDigestedT digested;
  digested.position = town.city.size() - 1;
  digested.digest = City::bytes(digest(town.city.state()));
  town.city.must(std::move(digested), {"platform"});
  EXPECT_EQ(town.verify().verdict, ledger::Verdict::verified);
}

TEST(DrawExecuted, ByHoldersInTimeIsNoEscape) {
  Town town;
  town.vrf.share();
  town.ready();
  const std::uint64_t after = town.draw.draw().announcement.execute_deadline + 1;
  EXPECT_EQ(town.verify(after).finding->code, "draw.escape");
  town.city.must(town.vrf.execution(town.draw.draw()), {"holder3"});
  EXPECT_EQ(town.verify(after).verdict, ledger::Verdict::verified);
}

TEST(DrawAnnounced, NotUnderAKeyThatHoldersHaveUsed) {
  Town town;
  town.vrf.share();
  town.ready();
  (void)town.draw.execution([](const Hash&) { return std::nullopt; });  // what is to be listed
  town.city.must(town.vrf.execution(town.draw.draw()), {"holder1"});
  town.city.must(town.draw.disclosure(), {"platform"});
  CityDraw second(town.city, 2);
  EXPECT_EQ(town.city.refusal(second.announcement(), {"clerk", "approver"}), "draw.vrf_key");
  schema::VrfKeyRegisteredT registered;
  const KeyId key = crypto::vrf::public_key(City::seed("vrf2"));
  registered.key = City::bytes(key);
  registered.proof =
      City::bytes(crypto::vrf::prove(City::seed("vrf2"), vrf_possession_bytes(City::kOrigin, key)));
  town.city.must(std::move(registered), kRegistrars);
  auto announced = second.announcement();
  announced.vrf_key = City::bytes(key);
  EXPECT_EQ(town.city.refusal(std::move(announced), {"clerk", "approver"}), "");
}

TEST(DrawExecuted, NotByAHolderOfAnotherKey) {
  Town town;
  town.vrf.grant("holder1");
  town.ready();  // the key is not shared
  EXPECT_EQ(town.city.refusal(town.vrf.execution(town.draw.draw()), {"holder1"}), "vrf.holder");
}

}  // namespace
}  // namespace liuhen::projections
