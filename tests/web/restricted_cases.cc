// Files of draws of restricted pools for the second implementation
// (api/web/test/restricted.test.js).
//
//   restricted_cases NAME   a proof file: see kCases
//   restricted_cases rows   the key in hex, and of every subject its class and its own row's file:
//   a
//                           list of {"id", "high", "drawn", "file"}
#include "projections/row_file.h"
#include "tests/projections/restricted_steps.h"
#include "tests/web/forged_proofs.h"
#include "tests/web/print_case.h"

namespace liuhen::tests {
namespace {

struct RestrictedTown {
  explicit RestrictedTown(BeaconTown& town) : town(town) {}

  schema::DrawAnnouncedT announcement() {
    auto a = steps.announcement();
    name_beacon(a, town.beacon.chain());
    return a;
  }
  void announce() { town.city.must(announcement(), {"clerk", "approver"}); }
  void ready() {
    announce();
    steps.attest();
    contribute();
  }
  void contribute() {
    town.draw.contribute();
    town.city.now = town.round_time();
    town.city.must(town.recorded(), {"platform"});
  }
  projections::ProofText text() {
    CityProofs proofs(town.city);
    return projections::parse_proof(projections::build_proof_file(town.city.state(), steps.draw(),
                                                                  proofs, steps.opener())
                                        .value())
        .value();
  }
  std::string proof() { return projections::format_proof(text()); }
  template <class Payload>
  std::string forged(Payload payload, const City::Names& authors = {"platform"},
                     const City::Tweak& tweak = {}) {
    return with_forged(town, text(), std::move(payload), authors, tweak);
  }

  BeaconTown& town;
  RestrictedSteps steps{town.city, town.draw};
};

std::string whole(BeaconTown& town) {
  RestrictedTown at(town);
  at.ready();
  at.steps.execute();
  town.city.must(at.steps.attestation(true, false), {"supervisor"});
  town.recuse();
  town.substitute();
  return at.proof();
}
std::string objected(BeaconTown& town) {
  RestrictedTown at(town);
  at.announce();
  at.steps.attest();
  town.city.must(at.steps.attestation(false), {"supervisor2"});
  at.contribute();
  town.city.must(at.steps.execution(), {"platform"});
  town.city.must(at.steps.attestation(false, false), {"supervisor"});
  return at.proof();
}
std::string announced(BeaconTown& town) {
  RestrictedTown at(town);
  at.announce();
  return at.proof();
}
std::string attested_late(BeaconTown& town) {
  RestrictedTown at(town);
  at.announce();
  at.steps.attest("supervisor2");  // so that both keys are in the file
  at.contribute();
  return at.forged(at.steps.attestation(), {"supervisor"});
}
std::string attested_twice(BeaconTown& town) {
  RestrictedTown at(town);
  at.announce();
  at.steps.attest();
  return at.forged(at.steps.attestation(), {"supervisor"});
}
std::string attested_blindly(BeaconTown& town) {
  RestrictedTown at(town);
  at.announce();
  at.steps.attest("supervisor2");
  const std::uint64_t before = at.steps.draw().position;
  return at.forged(at.steps.attestation(), {"supervisor"},
                   [&](schema::IntentT& intent) { intent.seen_size = before; });
}
std::string attested_early(BeaconTown& town) {
  RestrictedTown at(town);
  at.ready();
  return at.forged(at.steps.attestation(true, false), {"supervisor"});
}
std::string executed(BeaconTown& town, const std::function<void(schema::DrawExecutedT&)>& change) {
  RestrictedTown at(town);
  at.ready();
  auto execution = at.steps.execution();
  change(execution);
  return at.forged(std::move(execution));
}
std::string cutoffs_shown(BeaconTown& town) {
  return executed(town, [](auto& execution) {
    execution.strata.push_back(std::make_unique<schema::StratumOutcomeT>());
  });
}
std::string cutoffs_few(BeaconTown& town) {
  return executed(town, [](auto& execution) { execution.cutoff_commitments.resize(32); });
}
std::string too_many(BeaconTown& town) {
  return executed(town, [](auto& execution) { execution.visits = 1'000; });
}
std::string other_pi(BeaconTown& town) {
  return executed(town, [](auto& execution) { execution.pi[79] ^= 1; });
}
std::string listed(BeaconTown& town, const std::function<void(schema::DrawDisclosedT&)>& change) {
  RestrictedTown at(town);
  at.ready();
  town.city.must(at.steps.execution(), {"platform"});
  auto list = at.steps.disclosure();
  change(list);
  return at.forged(std::move(list));
}
std::string out_of_order(BeaconTown& town) {
  return listed(town, [](auto& list) { std::swap(list.visits[0], list.visits[1]); });
}
std::string not_in_the_pool(BeaconTown& town) {
  return listed(town, [](auto& list) { list.visits[0]->subject = City::code(77); });
}
std::string other_team(BeaconTown& town) {
  return listed(town,
                [](auto& list) { std::swap(list.visits[0]->team[0], list.visits[0]->team[1]); });
}
std::string other_ticket(BeaconTown& town) {
  return listed(town, [](auto& list) { list.visits[0]->ticket[0] ^= 1; });
}

const Cases kCases = {{"whole", whole},
                      {"objected", objected},
                      {"announced", announced},
                      {"attested-late", attested_late},
                      {"attested-twice", attested_twice},
                      {"attested-blindly", attested_blindly},
                      {"attested-early", attested_early},
                      {"cutoffs-shown", cutoffs_shown},
                      {"cutoffs-few", cutoffs_few},
                      {"too-many", too_many},
                      {"other-pi", other_pi},
                      {"out-of-order", out_of_order},
                      {"not-in-the-pool", not_in_the_pool},
                      {"other-team", other_team},
                      {"other-ticket", other_ticket}};

// Ids, codes and base64 need no escaping; line ends do.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '\n' ? std::string("\\n") : std::string(1, c);
  return out + "\"";
}

void print_rows() {
  BeaconTown town;
  RestrictedTown at(town);
  at.ready();
  at.steps.execute();
  CityProofs proofs(town.city);
  const auto pool =
      projections::opened_pool_of(town.city.state(), at.steps.draw(), at.steps.opener()).value();
  const char* separator = "[";
  for (std::uint64_t firm = 1; firm <= 40; ++firm) {
    const std::string id = City::code(firm);
    const bool drawn = std::ranges::any_of(at.steps.visits().visits,
                                           [&](const auto& visit) { return visit.subject == id; });
    std::cout << separator << "{\"id\":" << quoted(id)
              << ",\"high\":" << (RestrictedSteps::class_of(firm) == "D" ? "true" : "false")
              << ",\"drawn\":" << (drawn ? "true" : "false") << ",\"file\":"
              << quoted(
                     projections::build_opened_row_file(at.steps.draw(), id, proofs, pool).value())
              << "}";
    separator = ",\n";
  }
  std::cout << "]\n";
}

}  // namespace
}  // namespace liuhen::tests

int main(int argc, char** argv) {
  using namespace liuhen;
  if (argc == 2 && std::string_view(argv[1]) == "rows") {
    tests::print_rows();
    return 0;
  }
  return tests::print_case(argc, argv, tests::kCases, [](const tests::BeaconTown& town) {
    return to_hex(crypto::drand::chain_hash(town.beacon.chain())) + " " +
           std::to_string(town.city.now);
  });
}
