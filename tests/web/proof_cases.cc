// Proof files of draws with a beacon, for the second implementation
// (api/web/test/proof-beacon.test.js).
//
//   proof_cases NAME   prints the file to standard output, and to standard error the chain hash and
//                      the Unix second by which deadlines are to be judged
//
// NAME is whole (with a substitute), digits (of a lottery and of dice), recovered (by holders of
// shares), redraw (of an attempt voided before its round), unfinished, or what a dishonest operator
// would write: other-round, other-chain, early, without, substitute-round, substitute-early,
// substitute-bare.
#include <array>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>

#include "projections/proof_text.h"
#include "tests/projections/beacon_town.h"
#include "tests/projections/shared_vrf.h"

namespace liuhen::tests {
namespace {

std::string proof_of(City& city, const projections::Draw& draw) {
  CityProofs proofs(city);
  return projections::build_proof_file(city.state(), draw, proofs).value();
}

// The draw's proof file with one more entry, which no admission let in.
template <class Payload>
std::string forged(BeaconTown& town, Payload payload, const City::Names& authors = {"platform"}) {
  projections::ProofText proof =
      projections::parse_proof(proof_of(town.city, town.draw.draw())).value();
  auto entries = town.city.entries();
  entries.push_back(forged_entry(town.city, std::move(payload), authors));
  proof.entries.push_back(
      {.position = entries.size() - 1, .bytes = entries.back(), .inclusion = {}});
  CityLog log(town.city, std::move(entries));
  for (auto& entry : proof.entries)
    entry.inclusion = log.tree().inclusion(entry.position, log.tree().size()).value();
  proof.checkpoint = log.note();
  return projections::format_proof(proof);
}

std::string whole(BeaconTown& town) {
  town.execute();
  town.recuse();
  town.substitute();
  return proof_of(town.city, town.draw.draw());
}

std::string digits(BeaconTown& town) {
  town.city.grant_key("observer2", {City::Role::observer});
  town.announce();
  for (const auto& [source, issue, numbers] :
       {std::array{"ssq", "2026137", "03081219273106"}, std::array{"dice", "", "415263"},
        std::array{"qxc", "26137", "00000014"}}) {
    ledger::schema::DigitsRecordedT recorded;
    recorded.draw = town.draw.stream();
    recorded.source = source;
    recorded.issue = issue;
    recorded.digits = numbers;
    town.city.must(std::move(recorded), {"observer", "observer2"});
  }
  town.draw.contribute();
  town.record_and_execute();
  return proof_of(town.city, town.draw.draw());
}

std::string recovered(BeaconTown& town) {
  SharedVrf vrf(town.city);
  vrf.share();
  town.ready();
  town.city.must(town.recorded(), {"platform"});
  town.city.must(vrf.execution(town.draw.draw()), {"holder2"});
  return proof_of(town.city, town.draw.draw());
}

// Somebody with the role, whose key is in the file, and who has no share.
std::string not_a_holder(BeaconTown& town) {
  SharedVrf vrf(town.city);
  vrf.share();
  vrf.grant("holder4", true, {City::Role::holder, City::Role::observer});
  town.ready();
  town.city.must(town.recorded(), {"holder4"});
  return forged(town, vrf.execution(town.draw.draw()), {"holder4"});
}

std::string redraw(BeaconTown& town) {
  town.announce();
  town.void_it();
  CityDraw second(town.city, 2);
  auto again = second.announcement();
  again.previous = town.draw.stream();
  name_beacon(again, town.beacon.chain());
  town.city.must(std::move(again), {"clerk", "approver"});
  second.contribute();
  town.city.now = second.draw().beacon->round_time;
  town.city.must(beacon_recorded(second.draw(), town.beacon.sign(second.draw().beacon->round)),
                 {"platform"});
  second.execute();
  return proof_of(town.city, second.draw());
}

std::string unfinished(BeaconTown& town) {
  town.announce();
  return proof_of(town.city, town.draw.draw());
}

std::string other_round(BeaconTown& town) {
  town.ready();
  const std::uint64_t round = town.draw.draw().beacon->round - 1;
  auto payload = beacon_recorded(town.draw.draw(), town.beacon.sign(round));
  payload.round = round;
  return forged(town, std::move(payload));
}

std::string other_chain(BeaconTown& town) {
  town.ready();
  const TestBeacon own("own");
  return forged(town, beacon_recorded(town.draw.draw(), own.sign(town.draw.draw().beacon->round)));
}

std::string early(BeaconTown& town) {
  town.ready();
  town.city.now -= 1;
  return forged(town, town.recorded());
}

std::string without(BeaconTown& town) {
  town.ready();
  const Bytes alpha =
      crypto::draw::alpha(town.draw.draw().leaf_hash, town.draw.draw().revealed, {});
  ledger::schema::DrawExecutedT executed;
  executed.draw = town.draw.stream();
  executed.pi = City::bytes(crypto::vrf::prove(City::seed("vrf"), alpha));
  executed.visits_root.assign(32, 0);
  return forged(town, std::move(executed));
}

std::string substituted(BeaconTown& town,
                        const std::function<void(ledger::schema::SubstituteDrawnT&)>& change) {
  town.execute();
  town.recuse();
  town.city.now = town.substitute_time();
  auto payload = town.substitution();
  change(payload);
  return forged(town, std::move(payload));
}

std::string substitute_round(BeaconTown& town) {
  return substituted(town, [&](auto& payload) {
    payload.beacon_signature = City::bytes(town.beacon.sign(++payload.beacon_round));
  });
}
std::string substitute_early(BeaconTown& town) {
  return substituted(town, [&](auto&) { town.city.now -= 1; });
}
std::string substitute_bare(BeaconTown& town) {
  return substituted(town, [](auto& payload) { payload.beacon_signature.clear(); });
}

const std::map<std::string, std::string (*)(BeaconTown&)> kCases = {
    {"whole", whole},
    {"digits", digits},
    {"recovered", recovered},
    {"not-a-holder", not_a_holder},
    {"redraw", redraw},
    {"unfinished", unfinished},
    {"other-round", other_round},
    {"other-chain", other_chain},
    {"early", early},
    {"without", without},
    {"substitute-round", substitute_round},
    {"substitute-early", substitute_early},
    {"substitute-bare", substitute_bare}};

}  // namespace
}  // namespace liuhen::tests

int main(int argc, char** argv) {
  using namespace liuhen::tests;
  const auto found = argc == 2 ? kCases.find(argv[1]) : kCases.end();
  if (found == kCases.end()) {
    std::cerr << "usage: proof_cases NAME\n";
    return 3;
  }
  BeaconTown town;
  std::cout << found->second(town);
  std::cerr << liuhen::to_hex(liuhen::crypto::drand::chain_hash(town.beacon.chain())) << " "
            << town.city.now << "\n";
  return 0;
}
