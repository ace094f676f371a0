// Files of single rows for the second implementation (api/web/test/row-file.test.js).
//
//   row_cases          of three draws, one with a beacon and one that was sealed, for every subject
//   of their pools and for ids
//                      that are not there: a list of {"id", "in_pool", "reason", "drawn", "file"}
//   row_cases weighted the same of a draw by weight, which one row alone does not show whole
//   row_cases forged   as a dishonest operator would make them: a list of {"name", "file"}
#include <functional>
#include <iostream>
#include <map>

#include "projections/pool.h"
#include "projections/row_file.h"
#include "tests/projections/beacon_town.h"
#include "tests/projections/sealed_steps.h"

namespace liuhen::tests {
namespace {

using projections::Draw;
using projections::ProofEntry;
using projections::RowText;

// Ids, codes and base64 need no escaping; line ends do.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '\n' ? std::string("\\n") : std::string(1, c);
  return out + "\"";
}

std::string file_of(City& city, const Draw& draw, const std::string& id) {
  CityProofs proofs(city);
  return projections::build_row_file(city.state(), draw, id, proofs).value();
}

projections::Pool pool_of_draw(const City& city, const Draw& draw) {
  return projections::pool_of(city.state(), draw.announcement, draw.rule_set).value();
}

void print_all(City& city, const Draw& draw, const char*& separator) {
  const auto print = [&](const std::string& id, bool in_pool, std::uint64_t reason) {
    const bool drawn =
        std::ranges::find(draw.tasks, id, &projections::Task::subject) != draw.tasks.end();
    std::cout << separator << "{\"id\":" << quoted(id)
              << ",\"in_pool\":" << (in_pool ? "true" : "false") << ",\"reason\":" << reason
              << ",\"drawn\":" << (drawn ? "true" : "false")
              << ",\"file\":" << quoted(file_of(city, draw, id)) << "}";
    separator = ",\n";
  };
  for (const auto& row : pool_of_draw(city, draw).subjects) {
    print(row.id, true, row.eligibility);
    print(row.id + "-", false, 0);
  }
  print("0", false, 0);
}

void print_honest() {
  BeaconTown town;
  town.execute();
  const char* separator = "[";
  print_all(town.city, town.draw.draw(), separator);
  CityDraw second(town.city, 2);  // finds visits open
  second.whole();
  print_all(town.city, second.draw(), separator);
  CityDraw third(town.city, 3);  // sealed, and opened
  SealedSteps(town.city, third).whole();
  print_all(town.city, third.draw(), separator);
  std::cout << "]\n";
}

void print_weighted() {
  BeaconTown town;
  town.city.weigh();
  town.execute();
  const char* separator = "[";
  print_all(town.city, town.draw.draw(), separator);
  std::cout << "]\n";
}

// The file with one more entry, which no admission let in.
template <class Payload>
std::string forged(BeaconTown& town, RowText file, Payload payload) {
  auto entries = town.city.entries();
  entries.push_back(forged_entry(town.city, std::move(payload), {"platform"}));
  file.entries.push_back(
      {.position = entries.size() - 1, .bytes = entries.back(), .inclusion = {}});
  CityLog log(town.city, std::move(entries));
  for (ProofEntry& entry : file.entries)
    entry.inclusion = log.tree().inclusion(entry.position, log.tree().size()).value();
  file.checkpoint = log.note();
  return projections::format_row_file(file);
}

template <class Payload>
std::string forged(BeaconTown& town, Payload payload) {
  const std::string id = pool_of_draw(town.city, town.draw.draw()).subjects[2].id;
  return forged(town, projections::parse_row_file(file_of(town.city, town.draw.draw(), id)).value(),
                std::move(payload));
}

// What an honest platform would record, to be changed. The draw is ready, its beacon recorded.
ledger::schema::DrawExecutedT execution(BeaconTown& town) {
  return town.draw.execution([](const Hash&) { return std::nullopt; });
}
void ready(BeaconTown& town) {
  town.ready();
  town.city.must(town.recorded(), {"platform"});
}
std::string executed(BeaconTown& town,
                     const std::function<void(ledger::schema::DrawExecutedT&)>& change) {
  ready(town);
  auto payload = execution(town);
  change(payload);
  return forged(town, std::move(payload));
}

// By a beacon that was not waited for: pi over no output.
std::string unbeaconed(BeaconTown& town) {
  town.ready();
  ledger::schema::DrawExecutedT payload;
  payload.draw = town.draw.stream();
  payload.pi = City::bytes(crypto::vrf::prove(
      City::seed("vrf"),
      crypto::draw::alpha(town.draw.draw().leaf_hash, town.draw.draw().revealed, {})));
  payload.visits_root.assign(32, 0);
  return forged(town, std::move(payload));
}

// A seal is opened that there is not, or by another proof.
std::string opening_of_none(BeaconTown& town) {
  town.execute();
  ledger::schema::DrawDisclosedT opening;
  opening.draw = town.draw.stream();
  opening.pi.assign(80, 1);
  return forged(town, std::move(opening));
}
// The file of a sealed draw that is not opened yet is not built: the steps up to there are put
// together here.
std::string opened(BeaconTown& town, std::uint8_t in_seed_hash, std::uint8_t in_pi) {
  SealedSteps steps(town.city, town.draw);
  steps.ready();
  RowText file =
      projections::parse_row_file(file_of(town.city, town.draw.draw(),
                                          pool_of_draw(town.city, town.draw.draw()).subjects[2].id))
          .value();
  auto execution = steps.execution();
  execution.seed_hash[0] ^= in_seed_hash;
  const std::uint64_t executed = town.city.must(std::move(execution), {"platform"});
  file.entries.push_back(
      {.position = executed, .bytes = town.city.entries().back(), .inclusion = {}});
  auto opening = steps.opening();
  opening.pi[79] ^= in_pi;
  return forged(town, std::move(file), std::move(opening));
}

const std::map<std::string, std::function<std::string(BeaconTown&)>> kForged = {
    {"honest", [](BeaconTown& town) { return executed(town, [](auto&) {}); }},
    {"pi", [](BeaconTown& town) { return executed(town, [](auto& it) { it.pi[70] ^= 1; }); }},
    {"no-cutoff",
     [](BeaconTown& town) {
       return executed(town, [](auto& it) { it.strata[0]->cutoff.clear(); });
     }},
    {"cutoff-of-none",
     [](BeaconTown& town) { return executed(town, [](auto& it) { it.strata[0]->drawn = 0; }); }},
    {"more-than-eligible",
     [](BeaconTown& town) { return executed(town, [](auto& it) { it.strata[0]->eligible = 1; }); }},
    {"no-strata",
     [](BeaconTown& town) { return executed(town, [](auto& it) { it.strata.clear(); }); }},
    {"other-draw",
     [](BeaconTown& town) { return executed(town, [](auto& it) { it.draw = "draw/P1/9"; }); }},
    {"rest-without-weights",
     [](BeaconTown& town) {
       return executed(town, [](auto& it) { it.strata[0]->rest_weight = 1; });
     }},
    {"no-rest",
     [](BeaconTown& town) {
       town.city.weigh();
       return executed(town, [](auto& it) { it.strata[0]->rest_drawn = 0; });
     }},
    {"cutoff-by-weight",
     [](BeaconTown& town) {
       town.city.weigh();
       return executed(town, [](auto& it) { it.strata[0]->cutoff.assign(32, 0xff); });
     }},
    {"opening-of-none", opening_of_none},
    {"sealed-pi", [](BeaconTown& town) { return opened(town, 0, 1); }},
    {"sealed-seed", [](BeaconTown& town) { return opened(town, 1, 0); }},
    {"unbeaconed", unbeaconed}};

void print_forged() {
  const char* separator = "[";
  for (const auto& [name, make] : kForged) {
    BeaconTown town;
    std::cout << separator << "{\"name\":" << quoted(name) << ",\"file\":" << quoted(make(town))
              << "}";
    separator = ",\n";
  }
  std::cout << "]\n";
}

}  // namespace
}  // namespace liuhen::tests

int main(int argc, char** argv) {
  if (argc == 1) {
    liuhen::tests::print_honest();
  } else if (argc == 2 && std::string_view(argv[1]) == "weighted") {
    liuhen::tests::print_weighted();
  } else if (argc == 2 && std::string_view(argv[1]) == "forged") {
    liuhen::tests::print_forged();
  } else {
    std::cerr << "usage: row_cases [weighted|forged]\n";
    return 3;
  }
  return 0;
}
