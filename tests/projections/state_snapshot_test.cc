// A state that was stored and read again is the state: it has the same digest and encoding, and
// admits and refuses the same from there on, wherever in a log it was cut.
#include "projections/state_snapshot.h"

#include <gtest/gtest.h>

#include <random>

#include "ledger/memory_storage.h"
#include "projections/fold_sources.h"
#include "tests/projections/approved_conflict.h"
#include "tests/projections/beacon_town.h"
#include "tests/projections/restricted_steps.h"
#include "tests/projections/shared_vrf.h"

namespace liuhen::tests {
namespace {

namespace schema = ledger::schema;
using Log = std::vector<Bytes>;

// A log in parts, as it grows.
struct Fold {
  projections::State state;
  ledger::LogFold log{City::kOrigin};

  Fold() { state.origin = City::kOrigin; }
  Fold(projections::State stored, ledger::LogFold fold)
      : state(std::move(stored)), log(std::move(fold)) {}
  Outcome admit(const ledger::Event& event) const {
    return projections::admit(state, event, log.tree());
  }
  void apply(const ledger::Event& event) {
    projections::apply(state, event);
    log.append(event);
  }
};

const crypto::SigningKey& key() {
  static const crypto::SigningKey key{City::seed("platform")};
  return key;
}

void store(const Fold& fold, ledger::MemoryStorage& storage) {
  ledger::SnapshotWriter writer(storage, fold.state.size());
  ledger::write_fold(fold.log, writer);
  projections::write_state(fold.state, writer);
  ASSERT_TRUE(writer.finish({.fold = projections::fold_sources(),
                             .origin = City::kOrigin,
                             .size = fold.state.size(),
                             .root = fold.log.tree().root(),
                             .digest = projections::digest(fold.state),
                             .bytes = 0,
                             .chunks = {}},
                            key()));
}

Fold load(ledger::MemoryStorage& storage) {
  auto reader = ledger::SnapshotReader::open(storage, key().public_key(), City::kOrigin,
                                             projections::fold_sources())
                    .value()
                    .value();
  auto log = ledger::read_fold(reader).value();
  return {projections::read_state(reader).value(), std::move(*log)};
}

std::vector<std::string> codes_of_all(const Fold& fold, const Log& log) {
  std::vector<std::string> codes;
  for (const Bytes& entry : log) {
    const auto event = ledger::Event::parse(entry).value();
    const Outcome follows = fold.log.check(event);
    const Outcome admitted = follows ? fold.admit(event) : follows;
    codes.push_back(admitted ? "" : admitted.error().code);
  }
  return codes;
}

// From a snapshot at each cut, and from zero.
void expect_agreement(const Log& log, const std::set<std::size_t>& cuts) {
  Fold whole;
  std::vector<std::pair<std::size_t, std::unique_ptr<Fold>>> begun;
  for (std::size_t at = 0; at <= log.size(); ++at) {
    if (cuts.contains(at)) {
      ledger::MemoryStorage storage, again;
      store(whole, storage);
      auto fold = std::make_unique<Fold>(load(storage));
      ASSERT_EQ(projections::digest(fold->state), projections::digest(whole.state)) << at;
      store(*fold, again);
      ASSERT_EQ(again.contents(), storage.contents()) << at;
      ASSERT_EQ(codes_of_all(*fold, log), codes_of_all(whole, log)) << at;
      begun.emplace_back(at, std::move(fold));
    }
    if (at == log.size()) break;
    const auto event = ledger::Event::parse(log[at]).value();
    for (auto& [cut, fold] : begun) {
      ASSERT_TRUE(fold->log.check(event)) << "entry " << at << " from " << cut;
      const Outcome admitted = fold->admit(event);
      ASSERT_TRUE(admitted) << "entry " << at << " from " << cut << ": " << admitted.error().en;
      fold->apply(event);
    }
    whole.apply(event);
  }
  for (const auto& [cut, fold] : begun) {
    EXPECT_EQ(projections::digest(fold->state), projections::digest(whole.state)) << cut;
    EXPECT_EQ(fold->log.tree().root(), whole.log.tree().root()) << cut;
  }
}

std::set<std::size_t> some_cuts(std::size_t size) {
  std::mt19937 random(static_cast<unsigned>(size));
  std::set<std::size_t> cuts{0, 1, size};
  while (cuts.size() < 12) cuts.insert(random() % (size + 1));
  return cuts;
}

TEST(StateSnapshot, OfADrawWithAllThatFollowsAgreesWithTheReplay) {
  City city;
  city.furnish();
  schema::ConflictDeclaredT declared;
  declared.commitment = City::bytes(crypto::sha256(view_of("conflict")));
  declared.unit = "MSA-1";
  city.must(std::move(declared), {"registrar"});
  schema::ConflictDecidedT decided;
  decided.commitment = City::bytes(crypto::sha256(view_of("conflict")));
  city.must(std::move(decided), {"head"});
  const Hash over = crypto::sha256(view_of("conflict that ended"));
  city.must(declared_conflict(over), {"registrar"});
  approve_conflict(city, over);
  city.must(ended_conflict(over), {"head"});
  CityDraw draw(city);
  draw.whole();
  city.must(draw.recuse(0), {"platform"});
  draw.result(1);
  schema::RecordsErasedT erased;
  erased.commitments = City::bytes(crypto::sha256(view_of("conflict")));
  erased.ground = "个人信息保护法第四十七条";
  city.must(std::move(erased), {"registrar", "supervisor"});
  schema::StateDigestedT digested;
  digested.position = city.size() - 1;
  digested.digest = City::bytes(projections::digest(city.state()));
  city.must(std::move(digested), {"platform"});
  schema::SubjectsImportedT open;  // a run that goes on
  open.run = "open";
  open.rows.push_back(City::firm(3, "370203", "G54"));
  open.rows.push_back(City::firm(900, "370211", "A01"));
  city.must(std::move(open), {"registrar"});
  expect_agreement(city.entries(), some_cuts(city.size()));
}

TEST(StateSnapshot, OfADrawOnABeaconAgreesWithTheReplay) {
  BeaconTown town;
  town.execute();
  town.recuse();
  town.substitute();
  expect_agreement(town.city.entries(), some_cuts(town.city.size()));
}

TEST(StateSnapshot, OfAVoidedDrawAgreesWithTheReplay) {
  BeaconTown town;
  town.ready();
  town.void_it();
  town.record_and_execute();
  expect_agreement(town.city.entries(), some_cuts(town.city.size()));
}

TEST(StateSnapshot, OfARestrictedPoolAgreesWithTheReplay) {
  City city;
  city.furnish();
  CityDraw draw(city);
  RestrictedSteps steps(city, draw);
  steps.whole();
  city.must(steps.attestation(true, false), {"supervisor2"});
  expect_agreement(city.entries(), some_cuts(city.size()));
}

TEST(StateSnapshot, OfASharedKeyAgreesWithTheReplay) {
  City city;
  city.furnish();
  SharedVrf shared(city);
  shared.share();
  CityDraw draw(city);
  draw.announce();
  draw.contribute();
  city.now = draw.draw().announcement.execute_deadline + 1;
  city.must(shared.execution(draw.draw()), {"holder1"});
  expect_agreement(city.entries(), some_cuts(city.size()));
}

// Every chunk is full, and the registry has grown its tables a few times.
TEST(StateSnapshot, OfSeveralChunksAgreesWithTheReplay) {
  City city;
  city.furnish(30'000, 2);
  schema::SubjectsImportedT changed;
  changed.run = "changed";
  changed.last = true;
  changed.rows.push_back(City::firm(7, "370203", "G54"));
  city.must(std::move(changed), {"registrar"});
  expect_agreement(city.entries(), {city.size() - 1});
}

// What makes no sense is refused, whoever signed it.
TEST(StateSnapshot, OfContentThatIsNoStateIsRefused) {
  City city;
  city.furnish(5, 2);
  Fold fold;
  for (const Bytes& entry : city.entries()) fold.apply(ledger::Event::parse(entry).value());
  ledger::MemoryStorage storage;
  store(fold, storage);
  auto contents = storage.contents();
  auto& family = contents[static_cast<std::size_t>(ledger::Family::snapshots)];
  std::string content;
  for (const auto& [name, chunk] : family) {
    if (name != "head") content += chunk;
  }
  // Behind the fold: leaves and uses, the last time, and the one key by which it has signed.
  const std::size_t begin = fold.log.size() * 48 + 8 + 8 + (8 + sizeof(KeyId));
  std::size_t refused = 0, tried = 0;
  std::mt19937 random(1);
  for (std::size_t at = begin; at < content.size(); at += 1 + random() % 61, ++tried) {
    std::string changed = content;
    changed[at] = static_cast<char>(changed[at] ^ (1 << random() % 8));
    if (random() % 4 == 0) changed.resize(at);
    ledger::MemoryStorage other;
    ledger::SnapshotWriter writer(other, fold.state.size());
    writer.write(view_of(changed));
    ASSERT_TRUE(writer.finish({.fold = projections::fold_sources(),
                               .origin = City::kOrigin,
                               .size = fold.state.size(),
                               .root = fold.log.tree().root(),
                               .digest = {},
                               .bytes = 0,
                               .chunks = {}},
                              key()));
    auto reader = ledger::SnapshotReader::open(other, key().public_key(), City::kOrigin,
                                               projections::fold_sources())
                      .value()
                      .value();
    ASSERT_TRUE(ledger::read_fold(reader));
    const auto state = projections::read_state(reader);
    if (!state) {
      EXPECT_EQ(state.error().code, "snapshot.damaged");
      ++refused;
    }
  }
  EXPECT_GT(tried, 50U);
  EXPECT_GT(refused, tried / 10);
}

}  // namespace
}  // namespace liuhen::tests
