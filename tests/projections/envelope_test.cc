// Who may act, and what their intents have to say before anyone looks at what they are about.
#include <gtest/gtest.h>

#include "ledger/limits.h"
#include "ledger/log_keys.h"
#include "ledger/loss.h"
#include "tests/projections/city.h"

namespace liuhen::tests {
namespace {

namespace schema = ledger::schema;
using Role = schema::Role;

const City::Names kTrustees{"trustee-outside", "trustee-inside"};

schema::DepartmentSetT department(const std::string& id, const std::string& superior = "") {
  schema::DepartmentSetT out;
  out.id = id;
  out.name = id;
  out.division = "370200";
  out.superior = superior;
  return out;
}
schema::KeyGrantedT granted(City& city, const std::string& name, std::vector<Role> roles) {
  schema::KeyGrantedT out;
  out.grant = city.grant(name, std::move(roles));
  return out;
}
schema::KeyRevokedT revoked(City& city, const std::string& name) {
  schema::KeyRevokedT out;
  out.key = City::bytes(city.id(name));
  out.reason = "离任";
  return out;
}

TEST(Envelope, TheFixtureRecords) {
  City city;
  EXPECT_EQ(city.size(), 1U);
  city.furnish();
  EXPECT_EQ(city.state().subjects.size(), 40U);
  EXPECT_EQ(city.state().inspectors.rows.size(), 8U);
  EXPECT_EQ(city.state().size(), city.size());
}

TEST(Envelope, AForgedAuthorIsRefused) {
  City city;
  const auto intent = city.intent(department("D"), {"office"});
  EXPECT_EQ(city.record(ledger::encode(intent), {"clerk"}).error().code, "intent.signature");
  EXPECT_EQ(city.refusal(department("D"), {"nobody"}), "key.unknown");
}

TEST(Envelope, ARevokedKeySignsNothing) {
  City city;
  city.must(revoked(city, "office"), {"trustee-inside"});
  EXPECT_EQ(city.refusal(department("D"), {"office"}), "key.revoked");
}

TEST(Envelope, TheRoleHasToAllowIt) {
  City city;
  EXPECT_EQ(city.refusal(department("D"), {"clerk"}), "role.denied");
  city.furnish(0, 0);
  EXPECT_EQ(city.refusal(City::plan("P2"), {"approver", "clerk"}), "role.denied");
  EXPECT_EQ(city.refusal(City::plan("P2"), {"clerk"}), "role.signatures");
  EXPECT_EQ(city.refusal(department("D"), {"office", "clerk"}), "role.signatures");
  EXPECT_EQ(city.refusal(City::plan("P2"), {"clerk", "approver"}), "");
}

TEST(Envelope, OnePersonIsNotTwo) {
  City city;
  city.furnish(0, 0);
  schema::KeyGrantedT second;
  second.grant = city.grant("clerk's approver key", {Role::approver}, "", false, "clerk");
  city.must(std::move(second), kTrustees);
  EXPECT_EQ(city.refusal(City::plan("P2"), {"clerk", "clerk's approver key"}),
            "intent.same_person");
}

TEST(Envelope, TheVersionHasToBeTheNewest) {
  City city;
  city.furnish(0, 0);
  EXPECT_EQ(city.refusal(City::plan("P1", 2), {"clerk", "approver"},
                         [](auto& intent) { intent.expected_version = 0; }),
            "intent.version_stale");
  EXPECT_EQ(city.refusal(City::plan("P1", 2), {"clerk", "approver"},
                         [](auto& intent) { intent.expected_version = 2; }),
            "intent.version_stale");
  EXPECT_EQ(city.refusal(City::plan("P1", 2), {"clerk", "approver"},
                         [](auto& intent) { intent.expected_version = flatbuffers::nullopt; }),
            "intent.version_missing");
  EXPECT_EQ(city.refusal(department("MSA"), {"office"},
                         [](auto& intent) { intent.expected_version = flatbuffers::nullopt; }),
            "");
  EXPECT_EQ(city.refusal(City::plan("P1", 2), {"clerk", "approver"}), "");
}

TEST(Envelope, TheStreamIsThePayloads) {
  City city;
  EXPECT_EQ(city.refusal(department("D"), {"office"},
                         [](auto& intent) { intent.stream = "department/E"; }),
            "intent.stream");
}

TEST(Envelope, AnotherLogsIntentMeansNothing) {
  City city;
  EXPECT_EQ(city.refusal(department("D"), {"office"},
                         [](auto& intent) { intent.origin = "liuhen.example/other"; }),
            "intent.origin");
}

TEST(Envelope, IntentsExpire) {
  City city;
  const std::uint64_t now = city.now, most = now + ledger::kIntentLifeMaxS;
  EXPECT_EQ(
      city.refusal(department("D"), {"office"}, [&](auto& intent) { intent.expires = now - 1; }),
      "intent.expired");
  EXPECT_EQ(
      city.refusal(department("D"), {"office"}, [&](auto& intent) { intent.expires = most + 1; }),
      "intent.expiry");
  EXPECT_EQ(city.refusal(department("D"), {"office"}, [&](auto& intent) { intent.expires = now; }),
            "");
  EXPECT_EQ(city.refusal(department("E"), {"office"}, [&](auto& intent) { intent.expires = most; }),
            "");
}

TEST(Envelope, WhoSawAnotherLogIsHeard) {
  City city;
  EXPECT_EQ(
      city.refusal(department("D"), {"office"}, [](auto& intent) { intent.seen_root[0] ^= 1; }),
      "intent.fork");
  EXPECT_EQ(city.refusal(department("D"), {"office"}, [](auto& intent) { intent.seen_size += 1; }),
            "intent.fork");
  EXPECT_EQ(city.refusal(department("D"), {"office"}, [](auto& intent) { intent.seen_size = 0; }),
            "intent.fork");
  EXPECT_EQ(city.refusal(department("D"), {"office"},
                         [](auto& intent) {
                           intent.seen_size = 0;
                           intent.seen_root = City::bytes(crypto::empty_root());
                         }),
            "");
}

TEST(Envelope, ADepartmentsKeyStaysInItsDepartment) {
  City city;
  city.furnish(0, 0);
  city.grant_key("clerk-1", {Role::clerk}, "MSA-1");
  EXPECT_EQ(city.refusal(City::item("I2", 1, "MSA-1"), {"clerk-1"}), "");
  EXPECT_EQ(city.refusal(City::item("I3", 1, "MSA-2"), {"clerk-1"}), "role.department");
  EXPECT_EQ(city.refusal(City::item("I3", 1, "MSA"), {"clerk-1"}), "role.department");
  EXPECT_EQ(city.refusal(City::item("I1", 2, "MSA-1"), {"clerk-1"}), "role.department")
      << "takes another's item over";
  city.grant_key("clerk-0", {Role::clerk}, "MSA");
  EXPECT_EQ(city.refusal(City::item("I3", 1, "MSA-2"), {"clerk-0"}), "");
  city.grant_key("office-1", {Role::office}, "MSA-1");
  EXPECT_EQ(city.refusal(department("MSA-1-1", "MSA-1"), {"office-1"}), "");
  EXPECT_EQ(city.refusal(department("X"), {"office-1"}), "role.department");
  EXPECT_EQ(city.refusal(department("MSA-1", "MSA-2"), {"office-1"}), "role.department");
}

TEST(Genesis, IsTheFirstAndOnlyTheFirst) {
  City city;
  EXPECT_EQ(city.refusal(city.genesis(), kTrustees), "genesis.first");
  City empty = City::without_genesis();
  EXPECT_EQ(empty.refusal(department("D"), {"office"}), "genesis.first");
}

TEST(Genesis, TakesTwoTrusteesOneOutside) {
  City city = City::without_genesis();
  EXPECT_EQ(city.refusal(city.genesis(), {"trustee-outside"}), "role.signatures");
  EXPECT_EQ(city.refusal(city.genesis(), {"trustee-inside", "trustee-second"}), "role.outside");
  EXPECT_EQ(city.refusal(city.genesis(), {"trustee-outside", "clerk"}), "role.signatures");
  EXPECT_EQ(city.refusal(city.genesis(), {"trustee-outside", "stranger"}), "role.signatures");
  auto same = city.genesis();
  same.keys[1] = city.grant("trustee-inside", {Role::trustee}, "", true, "trustee-outside");
  EXPECT_EQ(city.refusal(std::move(same), kTrustees), "intent.same_person");
}

TEST(Genesis, SaysWhatItMust) {
  City city = City::without_genesis();
  const auto refusal = [&](const std::function<void(schema::GenesisT&)>& change) {
    auto genesis = city.genesis();
    change(genesis);
    return city.refusal(std::move(genesis), kTrustees);
  };
  EXPECT_EQ(refusal([](auto& g) { g.version = 2; }), "genesis.version");
  EXPECT_EQ(refusal([](auto& g) { g.keys.erase(g.keys.begin() + 3); }), "genesis.platform");
  EXPECT_EQ(refusal([](auto& g) { g.keys[3]->proof[0] ^= 1; }), "key.possession");
  EXPECT_EQ(refusal([](auto& g) { g.permissions.erase(g.permissions.begin()); }),
            "permissions.trustees");
  EXPECT_EQ(refusal([](auto& g) { g.permissions.clear(); }), "permissions.trustees");
  using Tag = ledger::schema::Payload;
  for (const Tag tag : {Tag::DrawAnnounced, Tag::DrawVoided, Tag::UnitsAdded}) {
    EXPECT_EQ(refusal([&](auto& g) {
                for (auto& permission : g.permissions) {
                  if (permission->payload == static_cast<std::uint8_t>(tag))
                    permission->second.clear();
                }
              }),
              "permissions.two");
  }
  EXPECT_EQ(refusal([](auto& g) { g.permissions[1]->second.clear(); }), "permissions.trustees");
  EXPECT_EQ(refusal([](auto& g) {
              g.permissions.push_back(std::make_unique<schema::PermissionT>(*g.permissions[0]));
            }),
            "permissions.malformed");
  EXPECT_EQ(refusal([&](auto& g) { g.log_key = g.keys[0]->key; }), "genesis.log_key");
  EXPECT_EQ(refusal([&](auto& g) { g.keys[4]->department = "MSA"; }), "key.department");
  EXPECT_EQ(refusal([](auto&) {}), "");
}

TEST(Keys, AreGrantedByTwoTrusteesOneOutside) {
  City city;
  EXPECT_EQ(city.refusal(granted(city, "new", {Role::clerk}), {"trustee-outside"}),
            "role.signatures");
  EXPECT_EQ(city.refusal(granted(city, "new", {Role::clerk}), {"trustee-inside", "trustee-second"}),
            "role.outside");
  EXPECT_EQ(city.refusal(granted(city, "new", {Role::clerk}), {"trustee-outside", "platform"}),
            "role.denied");
  EXPECT_EQ(city.refusal(granted(city, "new", {Role::clerk}), kTrustees), "");
}

TEST(Keys, AGrantNeedsItsHoldersConsentAndSense) {
  City city;
  const auto refusal = [&](const std::function<void(schema::KeyGrantT&)>& change) {
    auto grant = granted(city, "new", {Role::clerk});
    change(*grant.grant);
    return city.refusal(std::move(grant), kTrustees);
  };
  EXPECT_EQ(refusal([](auto& g) { g.person = "another"; }), "key.possession");
  EXPECT_EQ(refusal([](auto& g) { g.alg = 2; }), "key.algorithm");
  EXPECT_EQ(refusal([](auto& g) { g.roles.clear(); }), "key.roles");
  EXPECT_EQ(refusal([](auto& g) { g.roles = {4, 4}; }), "key.roles");
  EXPECT_EQ(refusal([](auto& g) { g.roles = {static_cast<std::uint8_t>(Role::inspector)}; }),
            "key.inspector");
  EXPECT_EQ(refusal([](auto& g) { g.department = "nowhere"; }), "key.department");
  EXPECT_EQ(refusal([](auto& g) {
              g.roles = {1, 11};
              g.outside = true;
            }),
            "key.roles");
  EXPECT_EQ(city.refusal(granted(city, "clerk", {Role::clerk}), kTrustees), "key.known");
}

TEST(Keys, ThePlatformIsNobodysOutsideTrustee) {
  City city;
  schema::KeyGrantedT grant;
  grant.grant = city.grant("second", {Role::platform}, "", true, "trustee-outside");
  EXPECT_EQ(city.refusal(std::move(grant), kTrustees), "key.roles");
  grant.grant = city.grant("second", {Role::clerk}, "", false, "trustee-outside");
  EXPECT_EQ(city.refusal(std::move(grant), kTrustees), "key.outside");
}

TEST(Keys, ARevokedOneCannotComeBack) {
  City city;
  EXPECT_EQ(city.refusal(revoked(city, "clerk"), {"office"}), "key.revoke_denied");
  EXPECT_EQ(city.refusal(revoked(city, "clerk"), {"clerk"}), "");
  EXPECT_EQ(city.refusal(revoked(city, "clerk"), {"trustee-inside"}), "key.revoked");
  EXPECT_EQ(city.refusal(granted(city, "clerk", {Role::clerk}), kTrustees), "key.known");
}

TEST(Keys, TwoTrusteesOneOutsideRemain) {
  City city;
  EXPECT_EQ(city.refusal(revoked(city, "trustee-outside"), {"trustee-inside"}), "key.last_trustee");
  EXPECT_EQ(city.refusal(revoked(city, "trustee-second"), {"trustee-inside"}), "");
  EXPECT_EQ(city.refusal(revoked(city, "trustee-inside"), {"trustee-outside"}), "key.last_trustee");
}

TEST(Keys, PermissionsStayWithTheTrustees) {
  City city;
  const auto changed = [&](const std::function<void(std::vector<schema::PermissionT>&)>& change) {
    schema::PermissionsChangedT out;
    auto table = projections::default_permissions();
    change(table);
    for (const auto& permission : table)
      out.permissions.push_back(std::make_unique<schema::PermissionT>(permission));
    out.reason = "机构改革";
    return city.refusal(std::move(out), kTrustees);
  };
  EXPECT_EQ(
      changed([](auto& table) { table[1].second = {static_cast<std::uint8_t>(Role::platform)}; }),
      "permissions.trustees");
  EXPECT_EQ(changed([](auto& table) {
              table[0].first.push_back(static_cast<std::uint8_t>(Role::platform));
            }),
            "permissions.trustees");
  EXPECT_EQ(changed([](auto& table) { table[4].first = {200}; }), "payload.unknown");
  EXPECT_EQ(changed([](auto& table) { table[4].payload = 200; }), "payload.unknown");
  EXPECT_EQ(changed([](auto& table) { table[4].payload = 0; }), "permissions.malformed");
  EXPECT_EQ(changed([](auto& table) { table[4].first = {0}; }), "permissions.malformed");
  EXPECT_EQ(changed([](auto& table) { table[4].first = {static_cast<std::uint8_t>(Role::clerk)}; }),
            "");
  EXPECT_EQ(city.refusal(department("D"), {"office"}), "role.denied");
  EXPECT_EQ(city.refusal(department("D"), {"clerk"}), "");
}

TEST(Keys, AVrfKeyIsProvedOnce) {
  City city;
  schema::VrfKeyRegisteredT vrf;
  const KeyId key = crypto::vrf::public_key(City::seed("vrf"));
  vrf.key = City::bytes(key);
  vrf.proof = City::bytes(crypto::vrf::prove(
      City::seed("vrf"), projections::vrf_possession_bytes("liuhen.example/other", key)));
  EXPECT_EQ(city.refusal(std::move(vrf), {"platform", "trustee-outside"}), "vrf.proof");
  city.register_vrf();
  EXPECT_EQ(city.state().keys.vrf.back().id, key);
  vrf.key = City::bytes(key);
  vrf.proof = City::bytes(
      crypto::vrf::prove(City::seed("vrf"), projections::vrf_possession_bytes(City::kOrigin, key)));
  EXPECT_EQ(city.refusal(std::move(vrf), {"platform", "trustee-outside"}), "vrf.known");
}

TEST(EvidenceAttached, OfANewLogKeyIsSignedByTwoTrusteesOneOfThemOutside) {
  City city;
  schema::EvidenceAttachedT change;
  change.about = liuhen::ledger::kKeyChangeAbout;
  change.kind = liuhen::ledger::kKeyChangeKind;
  const auto to = [&](const std::string& name) {
    change.note =
        liuhen::ledger::sign_key_change(City::kOrigin, city.key("log"), city.key(name), "x");
    change.sha256 = City::bytes(crypto::sha256(view_of(change.note)));
  };
  const auto by = [&](const City::Names& authors) {
    return city.refusal(schema::EvidenceAttachedT(change), authors);
  };
  to("log-2");
  EXPECT_EQ(by({"observer"}), "role.signatures");
  EXPECT_EQ(by({"platform", "trustee-outside"}), "role.denied");
  EXPECT_EQ(by({"trustee-inside", "trustee-second"}), "role.outside");
  to("clerk");
  EXPECT_EQ(by(kTrustees), "log_key.known") << "somebody's own";
  to("log-2");
  EXPECT_EQ(by(kTrustees), "");
  EXPECT_EQ(city.state().log_key, city.id("log-2"));
  EXPECT_EQ(city.refusal(granted(city, "log-2", {Role::clerk}), kTrustees), "key.known");
}

TEST(EvidenceAttached, OfALossIsSignedByWhoAnswersForTheLogAndSomebodyOutside) {
  City city;
  schema::EvidenceAttachedT loss;
  loss.about = liuhen::ledger::kLossAbout;
  loss.sha256.assign(32, 7);
  loss.kind = liuhen::ledger::kLossKind;
  const auto by = [&](const City::Names& authors) {
    return city.refusal(schema::EvidenceAttachedT(loss), authors);
  };
  for (const char* who : {"observer", "supervisor", "clerk", "platform", "trustee-outside"})
    EXPECT_EQ(by({who}), "role.signatures") << who;
  EXPECT_EQ(by({"observer", "trustee-outside"}), "role.denied");
  EXPECT_EQ(by({"clerk", "trustee-outside"}), "role.denied");
  EXPECT_EQ(by({"platform", "supervisor"}), "role.denied");
  EXPECT_EQ(by({"trustee-outside", "platform"}), "role.denied");
  EXPECT_EQ(by({"platform", "trustee-inside"}), "role.outside");
  EXPECT_EQ(by({"platform", "trustee-outside"}), "");
  EXPECT_EQ(by({"trustee-inside", "trustee-outside"}), "");
}

}  // namespace
}  // namespace liuhen::tests
