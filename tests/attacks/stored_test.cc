// Attacks on what is stored beside the entries: restricted content, behind its commitment.
#include <filesystem>

#include "crypto/draw/outcome.h"
#include "crypto/draw/protocol.h"
#include "crypto/draw/ticket.h"
#include "crypto/key_file.h"
#include "crypto/random.h"
#include "ledger/head_file.h"
#include "ledger/rocksdb_storage.h"
#include "ledger/sequencer.h"
#include "tests/attacks/liuhen_verify.h"
#include "tests/ledger_sample.h"
#include "tests/projections/approved_conflict.h"
#include "tests/projections/city_log.h"
#include "tests/projections/submission_of.h"

namespace liuhen::tests {
namespace {

namespace fs = std::filesystem;

class AttacksOnStorage : public ::testing::Test {
 protected:
  City city;
  fs::path dir = fs::temp_directory_path() / ("liuhen-attacks-stored-" + std::to_string(getpid()));
  Hash commitment{};
  std::map<Hash, ledger::Opening> openings;
  std::uint64_t declared_at = 0;  // of the newest

  // A conflict of interest is declared, and the city's log stored with what it is about.
  void SetUp() override {
    fs::remove_all(dir);
    fs::create_directories(dir);
    city.furnish();
    commitment = declare("Z0001", "salt");
    go_on();
    store();
  }
  // Of a firm that is in no registry.
  Hash declare(const std::string& inspector, const std::string& salt) {
    ledger::Opening opening;
    opening.salt = crypto::sha256(view_of(salt));
    opening.bytes = projections::encode(projections::ConflictContent{
        .subject = City::code(999), .inspector = inspector, .kind = "kinship", .evidence = ""});
    opening.commitment = crypto::commit(opening.salt, opening.bytes);
    city.must(declared_conflict(opening.commitment), {"registrar"});
    declared_at = city.size() - 1;
    return openings.emplace(opening.commitment, opening).first->first;
  }
  // What happens after the declaration.
  virtual void go_on() {}
  void TearDown() override { fs::remove_all(dir); }

  void store() {
    auto storage =
        ledger::open_rocksdb((dir / "db").string(), {.mode = ledger::OpenMode::create}).value();
    ledger::DiskHeadFile head((dir / "head").string());
    crypto::SystemEntropy entropy;
    crypto::Secret<32> master(crypto::sha256(view_of("master")));
    ledger::RestrictedStore restricted(*storage, master, entropy);
    projections::StateAdmission admission(City::kOrigin);
    StillClock clock;
    clock.now = city.now;
    const crypto::SigningKey log_key(City::seed("log"));
    auto sequencer = ledger::Sequencer::open(*storage, head, restricted, admission, clock,
                                             {.origin = City::kOrigin, .log_key = &log_key})
                         .value();
    for (const Bytes& entry : city.entries()) {
      const auto event = ledger::Event::parse(entry).value();
      ledger::Submission submission = submission_of(event);
      for (const Hash& one : ledger::commitments_of(event.intent())) {
        if (openings.contains(one)) submission.openings.push_back(openings.at(one));
      }
      ASSERT_TRUE(sequencer->submit_and_wait(std::move(submission)));
    }
    sequencer->stop();
  }
  // One byte of what is stored under the commitment.
  void alter(ledger::Family family) {
    auto storage =
        ledger::open_rocksdb((dir / "db").string(), {.mode = ledger::OpenMode::existing}).value();
    const std::string key(text_of(commitment));
    std::string value = *storage->get(family, key).value();
    value[value.size() / 2] = static_cast<char>(value[value.size() / 2] ^ 1);
    ledger::Batch batch;
    batch.put(family, key, value);
    ASSERT_TRUE(storage->commit(batch));
  }

  // What is under the commitment goes, with its key, as if it had never been there.
  void lose() {
    auto storage =
        ledger::open_rocksdb((dir / "db").string(), {.mode = ledger::OpenMode::existing}).value();
    const std::string key(text_of(commitment));
    ledger::Batch batch;
    for (const ledger::Family family : {ledger::Family::restricted, ledger::Family::record_keys}) {
      ASSERT_TRUE(storage->get(family, key).value());
      batch.remove(family, key);
    }
    ASSERT_TRUE(storage->commit(batch));
  }

  Told verify(const std::string& more = "") const {
    return run_liuhen_verify("dir " + dir.string() + " --at " + std::to_string(city.now) + more);
  }
  Told verify_with_key() const {
    const fs::path key = dir / "master.key";
    const crypto::SigningSeed master(crypto::sha256(view_of("master")));
    std::ofstream(key) << text_of(crypto::format_key_file("master", master).value().view());
    return verify(" --master-key " + key.string());
  }
  // That it is gone, and of which entry; and which of these guarantees are not ticked for it.
  void expect_absent(const Told& told, const std::set<std::string>& unticked) const {
    EXPECT_EQ(told.exit_code, 2);
    ASSERT_TRUE(told.report.at("finding").is_object());
    const auto& finding = told.report.at("finding").as_object();
    EXPECT_EQ(finding.at("code").as_string(), "restricted.absent") << finding;
    EXPECT_EQ(finding.at("position").to_number<std::uint64_t>(), declared_at) << finding;
    EXPECT_EQ(told.report.at("content_absent_count").to_number<int>(), 1);
    const auto& first = told.report.at("content_absent").as_array().at(0).as_object();
    EXPECT_EQ(first.at("commitment").as_string(), to_hex(commitment));
    std::set<std::string> found;
    for (const auto& guarantee : told.report.at("guarantees").as_array()) {
      const std::string id(guarantee.at("id").as_string());
      if ((id == "G7" || id == "G10") && !guarantee.at("checked").as_bool()) found.insert(id);
    }
    EXPECT_EQ(found, unticked);
  }
  void expect_named(const std::string& code) const {
    const auto finding = finding_of(verify(), code);
    ASSERT_TRUE(finding.contains("where"));
    EXPECT_NE(finding.at("where").as_string().find(to_hex(commitment)), boost::json::string::npos)
        << finding;
  }
};

TEST_F(AttacksOnStorage, NoneInAnHonestRun) {
  for (const Told& told : {verify(), verify_with_key()}) {
    EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
    EXPECT_EQ(told.report.at("content_absent_count").to_number<int>(), 0);
  }
}

// A copy for readers without the key may do without the content; who has the key is told.
TEST_F(AttacksOnStorage, LostRestrictedContent) {
  lose();
  EXPECT_EQ(verify().exit_code, 0);
  expect_absent(verify_with_key(), {"G10"});
}

// Two conflicts that a draw has to heed, of which the other one goes.
class AttacksOnStorageOfADraw : public AttacksOnStorage {
 protected:
  CityDraw draw{city};

  void go_on() override {
    const Hash first = commitment;
    commitment = declare("Z0002", "other salt");
    for (const Hash& one : {first, commitment}) approve_conflict(city, one);
    draw.announce();
    draw.contribute();
    execute();
  }
  static std::optional<projections::ConflictContent> content(const std::string& inspector) {
    return projections::ConflictContent{
        .subject = City::code(999), .inspector = inspector, .kind = "kinship", .evidence = ""};
  }
  virtual void execute() {
    draw.execute([](const Hash&) { return content("Z0001"); });
  }
};

TEST_F(AttacksOnStorageOfADraw, LostConflictThatItHeeded) {
  EXPECT_EQ(verify_with_key().exit_code, 0);
  lose();
  expect_absent(verify_with_key(), {"G7", "G10"});
}

// The operator has sent whom he likes on every visit, and loses a conflict, so that nobody computes
// the teams again.
class AttacksOnTeamsWithALostConflict : public AttacksOnStorageOfADraw {
 protected:
  void execute() override {
    auto executed = draw.execution([](const Hash&) { return content("Z0001"); });
    auto list = draw.disclosure();
    const auto seed = crypto::vrf::verify(crypto::vrf::public_key(City::seed("vrf")),
                                          projections::alpha_of(draw.draw()),
                                          exactly<80>(View(executed.pi)).value())
                          .value();
    std::vector<crypto::draw::VisitRecord> records;
    for (auto& visit : list.visits) {
      const crypto::draw::TicketHasher order(crypto::draw::pair_key(seed, visit->subject));
      visit->team = {"Z0003", "Z0006"};
      if (order.of("Z0006") < order.of("Z0003")) visit->team = {"Z0006", "Z0003"};
      records.push_back({.subject = visit->subject,
                         .ticket = exactly<32>(View(visit->ticket)).value(),
                         .team = visit->team});
    }
    executed.visits_root = City::bytes(crypto::draw::visits_root(records));
    city.must(std::move(executed), {"platform"});
    city.must(std::move(list), {"platform"});
    disclosed_at = city.size() - 1;
  }
  void expect_passed_over(const Told& told) const {
    const auto finding = finding_of(told, "draw.visits_root");
    EXPECT_NE(finding.at("en").as_string().find("passes over more people"),
              boost::json::string::npos)
        << finding;
    EXPECT_EQ(finding.at("position").to_number<std::uint64_t>(), disclosed_at);
  }
  std::uint64_t disclosed_at = 0;
};

TEST_F(AttacksOnTeamsWithALostConflict, TheSamePairIsSentEverywhere) {
  lose();
  expect_passed_over(verify_with_key());
}

// Two conflicts explain no more, even to who opens none.
TEST_F(AttacksOnTeamsWithALostConflict, NorIsThePublicToldThatItMayBeSo) {
  expect_passed_over(verify());
}

TEST_F(AttacksOnStorage, AlteredRestrictedContent) {
  alter(ledger::Family::restricted);
  expect_named("restricted.changed");
}

TEST_F(AttacksOnStorage, AlteredKeyOfRestrictedContent) {
  alter(ledger::Family::record_keys);
  expect_named("record_keys.changed");
}

}  // namespace
}  // namespace liuhen::tests
