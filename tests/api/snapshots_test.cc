// A service that starts from a snapshot is the service that starts from zero, and one that cannot
// be used is not: what it does is told by its log.
#include <gtest/gtest.h>

#include "api/server/background_check.h"
#include "crypto/commitment.h"
#include "ledger/rocksdb_storage.h"
#include "projections/fold_sources.h"
#include "projections/state_snapshot.h"
#include "tests/api/town.h"
#include "tests/projections/city_log.h"
#include "tests/slower.h"

namespace liuhen::tests {
namespace {

namespace json = boost::json;
namespace schema = ledger::schema;
using ledger::Family;

// Asked for the time of the line that a start writes, it takes a file away: what opened the
// database before goes on, and the check that follows cannot.
class HidingClock final : public ledger::Clock {
 public:
  explicit HidingClock(std::string file) : file_(std::move(file)) {}
  std::uint64_t now_s() override {
    if (!hidden_.exchange(true)) std::filesystem::rename(file_, file_ + ".hidden");
    return 1'790'000'000;
  }
  void put_back() { std::filesystem::rename(file_ + ".hidden", file_); }

 private:
  const std::string file_;
  std::atomic<bool> hidden_ = false;
};

class Snapshots : public ::testing::Test {
 protected:
  Snapshots() {
    town_.snapshots.stop_entries = 1;
    town_.log = log_.get();
    reopen();
    town_.city.furnish();
    CityDraw draw(town_.city);
    draw.whole();
    town_.catch_up();
    town_.close();
  }
  void reopen() {
    town_.close();
    town_.open();
  }

  // The service's own log is written by a thread of its own.
  std::vector<json::object> lines(const std::string& event) {
    std::vector<json::object> out;
    std::ifstream in(logs_ / "log");
    for (std::string line; std::getline(in, line) && !in.eof();) {
      json::object fields = json::parse(line).as_object();
      if (fields.at("event").as_string() == event) out.push_back(std::move(fields));
    }
    return out;
  }
  json::object wait_for(const std::string& event, std::size_t count) {
    for (int i = 0; i < 2'000 * kSlower && lines(event).size() < count; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const auto found = lines(event);
    EXPECT_GE(found.size(), count) << event;
    return found.empty() ? json::object{} : found.back();
  }
  std::uint64_t started_from() {
    return wait_for("started", ++starts_ + 1).at("snapshot").to_number<std::uint64_t>();
  }

  std::unique_ptr<ledger::Storage> database(
      ledger::OpenMode mode = ledger::OpenMode::existing) const {
    return ledger::open_rocksdb(town_.dir() + "/db", {.mode = mode}).value();
  }
  using Pairs = std::map<std::string, std::string>;
  Pairs stored(Family family = Family::snapshots) const {
    Pairs out;
    EXPECT_TRUE(database(ledger::OpenMode::read_only)
                    ->scan(family, "", [&](std::string_view key, std::string_view value) {
                      out.emplace(key, value);
                      return true;
                    }));
    return out;
  }
  void replace(const Pairs& with) {
    ledger::Batch batch;
    for (const auto& [key, value] : stored()) batch.remove(Family::snapshots, key);
    for (const auto& [key, value] : with) batch.put(Family::snapshots, key, value);
    ASSERT_TRUE(database()->store_cache(batch));
  }
  // Of which the new one alone is to stay: how many there are then, and why.
  std::pair<std::size_t, std::string> back_up_alone() {
    const std::string place = logs_ / "backups";
    const auto made = town_.service().back_up(place, 1, {});
    EXPECT_TRUE(made) << made.error().en;
    return {ledger::list_backups(place).value().size(),
            made && made->unpurged ? made->unpurged->code : ""};
  }
  std::string digest() {
    return std::string(town_.json("/api/v1/state/digest").at("digest").as_string());
  }

  TempDir logs_;
  FixedClock clock_;
  std::unique_ptr<api::server::JsonLog> log_ =
      api::server::JsonLog::open(logs_ / "log", clock_).value();
  Town town_;
  std::size_t starts_ = 0;
};

TEST_F(Snapshots, AStartFromOneGivesWhatAStartFromZeroDoes) {
  const std::uint64_t size = town_.city.size();
  town_.open();
  EXPECT_EQ(started_from(), size);
  EXPECT_EQ(wait_for("checked", 1).at("snapshot").to_number<std::uint64_t>(), size);
  const std::string from_snapshot = digest();
  EXPECT_EQ(from_snapshot, to_hex(projections::digest(town_.city.state())));

  town_.city.set_department("NEW");
  town_.catch_up();
  reopen();
  EXPECT_EQ(started_from(), size + 1) << "a new one was made on stopping";
  town_.close();
  replace({});
  town_.open();
  EXPECT_EQ(started_from(), 0U);
  EXPECT_EQ(digest(), to_hex(projections::digest(town_.city.state())));
}

TEST_F(Snapshots, OneThatIsDamagedIsIgnored) {
  const std::uint64_t size = town_.city.size();
  const Pairs sound = stored();
  ASSERT_EQ(sound.size(), 2U);
  std::size_t ignored = 0;
  for (const auto& [key, value] : sound) {
    for (const bool cut : {false, true}) {
      Pairs pairs = sound;
      if (cut) {
        pairs[key].resize(value.size() / 2);
      } else {
        pairs[key][value.size() / 3] ^= 1;
      }
      replace(pairs);
      town_.open();
      EXPECT_EQ(started_from(), 0U);
      EXPECT_EQ(wait_for("snapshot_ignored", ++ignored).at("code"), "snapshot.damaged");
      EXPECT_EQ(town_.size(), size);
      town_.close();
    }
  }
}

TEST_F(Snapshots, OneThatIsAheadOfTheLogIsIgnored) {
  const std::uint64_t size = town_.city.size();
  std::filesystem::copy(town_.dir(), logs_ / "earlier", std::filesystem::copy_options::recursive);
  town_.open();
  started_from();
  town_.city.set_department("NEW");
  town_.catch_up();
  town_.close();
  const Pairs ahead = stored();
  std::filesystem::remove_all(town_.dir());
  std::filesystem::copy(logs_ / "earlier", town_.dir(), std::filesystem::copy_options::recursive);
  replace(ahead);
  town_.open();
  EXPECT_EQ(started_from(), 0U);
  EXPECT_NE(wait_for("snapshot_ignored", 1).at("detail").as_string().find("snapshot.other"),
            std::string::npos);
  EXPECT_EQ(town_.size(), size);
}

TEST_F(Snapshots, OneOfAnotherProgramIsIgnored) {
  auto storage = database();
  ledger::SnapshotWriter other(*storage, 5);
  ASSERT_TRUE(other.finish({.fold = crypto::sha256(view_of("other sources")),
                            .origin = City::kOrigin,
                            .size = 5,
                            .root = {},
                            .digest = {},
                            .bytes = 0,
                            .chunks = {}},
                           town_.city.key("platform")));
  storage.reset();
  town_.open();
  EXPECT_EQ(started_from(), 0U);
  EXPECT_EQ(wait_for("snapshot_ignored", 1).at("code"), "snapshot.other");
}

// Whoever has the platform's key and the disk can put a state there that no log gives.
TEST_F(Snapshots, AStateThatTheLogDoesNotGiveIsFoundAfterwards) {
  projections::State state;
  state.origin = City::kOrigin;
  ledger::LogFold fold(City::kOrigin);
  for (const Bytes& entry : town_.city.entries()) {
    const auto event = ledger::Event::parse(entry).value();
    projections::apply(state, event);
    fold.append(event);
  }
  state.keys.keys.begin()->second.roles.insert(projections::Role::trustee);
  auto storage = database();
  ledger::SnapshotWriter writer(*storage, fold.size());
  ledger::write_fold(fold, writer);
  projections::write_state(state, writer);
  ASSERT_TRUE(writer.finish({.fold = projections::fold_sources(),
                             .origin = City::kOrigin,
                             .size = fold.size(),
                             .root = fold.tree().root(),
                             .digest = projections::digest(state),
                             .bytes = 0,
                             .chunks = {}},
                            town_.city.key("platform")));
  storage.reset();
  town_.open();
  EXPECT_EQ(started_from(), fold.size());
  EXPECT_EQ(wait_for("check_failed", 1).at("code"), "ledger.mismatch");
  for (int i = 0; i < 1'000 * kSlower && town_.get("/readyz").status == 200; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const Bytes intent = ledger::encode(town_.city.intent(
      [] {
        schema::DepartmentSetT out;
        out.id = "NEW";
        out.name = "部门";
        out.division = "370200";
        return out;
      }(),
      {"office"}));
  EXPECT_EQ(Town::code(town_.send(intent, {"office"})), "ledger.stopped");
  town_.close();
  EXPECT_TRUE(stored().empty()) << "the next start is not from it";
  town_.open();
  EXPECT_EQ(started_from(), 0U);
  EXPECT_EQ(Town::code(town_.send(intent, {"office"})), "");
}

// What a start from zero refuses is found soon after a start from a snapshot.
TEST_F(Snapshots, WhatIsWrongWithTheRestOfTheDatabaseIsFoundAfterwards) {
  {
    const Pairs streams = stored(Family::streams);
    ledger::Batch batch;
    batch.remove(Family::streams, streams.begin()->first);
    ASSERT_TRUE(database()->commit(batch));
  }
  town_.open();
  EXPECT_EQ(started_from(), town_.city.size());
  EXPECT_EQ(wait_for("check_failed", 1).at("code"), "ledger.mismatch");
  for (int i = 0; i < 1'000 * kSlower && town_.get("/readyz").status == 200; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(town_.get("/readyz").status, 503U);
  town_.close();
  EXPECT_EQ(town_.try_open().error().code, "ledger.mismatch");
}

// A changed entry is in the new backup too: older ones may be all that is left.
TEST_F(Snapshots, NoOlderBackupIsDroppedUnlessTheRestWasFoundRight) {
  using Answer = std::pair<std::size_t, std::string>;
  town_.open();
  started_from();
  wait_for("checked", 1);
  EXPECT_EQ(back_up_alone(), Answer(1, ""));
  EXPECT_EQ(back_up_alone(), Answer(1, ""));
  town_.close();
  {
    std::string entry = stored(Family::entries).at(ledger::key_of_number(5));
    entry[entry.size() / 2] ^= 1;
    ledger::Batch batch;
    batch.put(Family::entries, ledger::key_of_number(5), entry);
    ASSERT_TRUE(database()->commit(batch));
  }
  town_.open();
  EXPECT_EQ(started_from(), town_.city.size());
  wait_for("check_failed", 1);
  for (int i = 0; i < 1'000 * kSlower && !town_.service().stopped(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(back_up_alone(), Answer(2, "backup.unverified"));
}

TEST_F(Snapshots, NoOlderBackupIsDroppedWhileTheRestIsNotChecked) {
  using Answer = std::pair<std::size_t, std::string>;
  town_.open();
  EXPECT_EQ(started_from(), town_.city.size());
  wait_for("checked", 1);
  EXPECT_EQ(back_up_alone(), Answer(1, ""));
  town_.close();
  HidingClock hiding(town_.dir() + "/db/CURRENT");
  const auto log = api::server::JsonLog::open(logs_ / "log", hiding).value();
  town_.log = log.get();
  town_.open();
  EXPECT_EQ(started_from(), town_.city.size());
  wait_for("check_failed", 1);
  hiding.put_back();
  EXPECT_FALSE(town_.service().stopped());
  EXPECT_EQ(back_up_alone(), Answer(2, "backup.unverified"));
  town_.close();
}

TEST_F(Snapshots, ACheckSaysThatItLeavesSomethingOpenUntilItHasEndedWell) {
  crypto::SystemEntropy entropy;
  api::server::Observer observer(log_.get(), entropy);
  const std::vector<crypto::NoteKey> keys{
      {.name = City::kOrigin, .key = town_.city.key("log").public_key()}};
  const auto ignore = [](const Error&) {};
  api::server::BackgroundCheck cannot(town_.dir() + "/absent", City::kOrigin, keys, observer,
                                      ignore);
  EXPECT_FALSE(cannot.leaves_open());
  cannot.start({});
  EXPECT_TRUE(cannot.leaves_open());
  wait_for("check_failed", 1);
  EXPECT_TRUE(cannot.leaves_open()) << "it is tried again later";
  cannot.stop();
  EXPECT_TRUE(cannot.leaves_open());

  api::server::BackgroundCheck check(town_.dir() + "/db", City::kOrigin, keys, observer, ignore);
  ledger::SnapshotHead of_more;  // with whose state none is compared
  of_more.size = 1'000'000;
  check.start(of_more);
  wait_for("checked", 1);
  EXPECT_FALSE(check.leaves_open());
}

// One that is made while the service runs does not need a stop.
TEST_F(Snapshots, OneIsMadeWhileTheServiceRuns) {
  replace({});
  town_.snapshots = {.stop_entries = 1'000'000, .entries = 2, .pause = std::chrono::seconds(0)};
  const std::size_t before = lines("snapshot").size();
  town_.open();
  started_from();
  wait_for("snapshot", before + 1);
  town_.city.set_department("NEW-1");
  town_.city.set_department("NEW-2");
  town_.catch_up();
  EXPECT_EQ(wait_for("snapshot", before + 2).at("size").to_number<std::uint64_t>(),
            town_.city.size());
  reopen();
  EXPECT_EQ(started_from(), town_.city.size());
}

// Neither what was erased nor what may be is in it: of restricted content it has what entries have.
TEST_F(Snapshots, HoldNoRestrictedContent) {
  const std::string secret = "负责人0001 0532-00000001 not for the public";
  const Hash salt = crypto::sha256(view_of("salt"));
  schema::SubjectsImportedT imported;
  imported.run = "restricted";
  imported.last = true;
  imported.rows.push_back(City::firm(900));
  const Hash commitment = crypto::commit(salt, view_of(secret));
  imported.rows[0]->restricted = City::bytes(commitment);
  town_.open();
  started_from();
  const Bytes intent = ledger::encode(town_.city.intent(std::move(imported), {"registrar"}));
  ASSERT_TRUE(town_.city.record(intent, {"registrar"}));
  town_.clock.now = town_.city.now;
  const json::array openings{{{"commitment", to_hex(commitment)},
                              {"salt", to_hex(salt)},
                              {"bytes", to_base64(view_of(secret))}}};
  const api::Response answer = town_.post(
      "/api/v1/intents",
      Town::submission(
          intent,
          {{town_.city.id("registrar"), ledger::sign_intent(town_.city.key("registrar"), intent)}},
          openings));
  ASSERT_EQ(answer.status, 200U) << answer.body;
  town_.close();
  ASSERT_EQ(stored(Family::restricted).size(), 1U);
  const std::string record_key = stored(Family::record_keys).begin()->second;
  bool names_the_subject = false;
  for (const auto& [key, value] : stored()) {
    EXPECT_EQ(value.find(secret), std::string::npos);
    EXPECT_EQ(value.find("负责人0001"), std::string::npos);
    EXPECT_EQ(value.find(text_of(salt)), std::string::npos);
    EXPECT_EQ(value.find(record_key.substr(0, 40)), std::string::npos);
    names_the_subject |= value.find(City::code(900)) != std::string::npos;
  }
  EXPECT_TRUE(names_the_subject) << "it is the right snapshot";
}

}  // namespace
}  // namespace liuhen::tests
