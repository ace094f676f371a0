// Proof files with what their verifiers do not judge: what a later version may bring, and what only
// the whole log shows. For the second implementation (api/web/test/proof-later.test.js).
//
//   later_cases NAME   prints the file to standard output, and to standard error the Unix second by
//                      which deadlines are to be judged
#include "tests/web/forged_proofs.h"
#include "tests/web/print_case.h"

namespace liuhen::tests {
namespace {

const City::Names kTrustees = {"trustee-outside", "trustee-inside"};
constexpr auto kLaterRole = static_cast<std::uint8_t>(ledger::schema::Role::MAX) + 1;
constexpr auto kLaterKind = static_cast<std::uint8_t>(ledger::schema::Payload::MAX) + 1;

ledger::schema::PermissionsChangedT permissions() {
  ledger::schema::PermissionsChangedT changed;
  for (const auto& permission : projections::default_permissions())
    changed.permissions.push_back(std::make_unique<ledger::schema::PermissionT>(permission));
  changed.reason = "新版本";
  return changed;
}

std::string role_of_first(BeaconTown& town) {
  town.draw.whole();
  auto changed = permissions();
  changed.permissions[3]->first.push_back(kLaterRole);
  return forged(town, std::move(changed), kTrustees);
}
std::string role_of_second(BeaconTown& town) {
  town.draw.whole();
  auto changed = permissions();
  changed.permissions[3]->second.push_back(kLaterRole);
  return forged(town, std::move(changed), kTrustees);
}
std::string role_granted(BeaconTown& town) {
  town.draw.whole();
  ledger::schema::KeyGrantedT granted;
  granted.grant = town.city.grant("next", {City::Role::clerk});
  granted.grant->roles.push_back(kLaterRole);
  return forged(town, std::move(granted), kTrustees);
}
std::string kind_permitted(BeaconTown& town) {
  town.draw.whole();
  auto changed = permissions();
  changed.permissions.push_back(std::make_unique<ledger::schema::PermissionT>());
  changed.permissions.back()->payload = kLaterKind;
  changed.permissions.back()->first = {static_cast<std::uint8_t>(City::Role::clerk)};
  return forged(town, std::move(changed), kTrustees);
}

// What no version has.
std::string no_kind(BeaconTown& town) {
  town.draw.whole();
  auto changed = permissions();
  changed.permissions[3]->payload = 0;
  return forged(town, std::move(changed), kTrustees);
}
std::string no_role(BeaconTown& town) {
  town.draw.whole();
  auto changed = permissions();
  changed.permissions[3]->first.push_back(0);
  return forged(town, std::move(changed), kTrustees);
}

// An import that no admission let in, by whose first row the next substitute would be in no group.
std::string import_twice(BeaconTown& town) {
  BeaconTown other;
  other.execute();
  other.recuse();
  const std::string next = other.substitution().inspector;
  town.execute();
  ledger::schema::InspectorsImportedT imported;
  imported.run = "twice";
  imported.last = true;
  imported.rows.push_back(City::inspector(next, "MSA"));
  imported.rows.push_back(City::inspector(next, town.city.state().inspectors.latest(next)->unit));
  LIUHEN_CHECK(town.city.refusal(ledger::schema::InspectorsImportedT(imported), {"registrar"}) ==
               "inspector.duplicate");
  town.city.slip_in(std::move(imported), {"registrar"});
  town.recuse();
  LIUHEN_CHECK(town.substitution().inspector == next);
  town.substitute();
  return proof_of(town.city, town.draw.draw());
}

const Cases kCases = {{"import-twice", import_twice},
                      {"role-of-first", role_of_first},
                      {"role-of-second", role_of_second},
                      {"role-granted", role_granted},
                      {"kind-permitted", kind_permitted},
                      {"no-kind", no_kind},
                      {"no-role", no_role}};

}  // namespace
}  // namespace liuhen::tests

int main(int argc, char** argv) {
  using namespace liuhen;
  return tests::print_case(argc, argv, tests::kCases, [](const tests::BeaconTown& town) {
    return std::to_string(town.city.now);
  });
}
