// Attacks on what is stored beside the entries: restricted content, behind its commitment.
#include <filesystem>

#include "crypto/random.h"
#include "ledger/head_file.h"
#include "ledger/rocksdb_storage.h"
#include "ledger/sequencer.h"
#include "tests/attacks/liuhen_verify.h"
#include "tests/ledger_sample.h"
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

  // A conflict of interest is declared, and the city's log stored with what it is about.
  void SetUp() override {
    fs::remove_all(dir);
    fs::create_directories(dir);
    city.furnish();
    ledger::Opening opening;
    opening.salt = crypto::sha256(view_of("salt"));
    opening.bytes = projections::encode(projections::ConflictContent{
        .subject = City::code(1), .inspector = "Z0001", .kind = "kinship", .evidence = ""});
    commitment = opening.commitment = crypto::commit(opening.salt, opening.bytes);
    schema::ConflictDeclaredT declared;
    declared.commitment = City::bytes(commitment);
    declared.unit = "MSA-1";
    city.must(std::move(declared), {"registrar"});
    store(opening);
  }
  void TearDown() override { fs::remove_all(dir); }

  void store(const ledger::Opening& opening) {
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
      if (event.tag() == ledger::PayloadTag::ConflictDeclared)
        submission.openings.push_back(opening);
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

  Told verify() const {
    return run_liuhen_verify("dir " + dir.string() + " --at " + std::to_string(city.now));
  }
  void expect_named(const std::string& code) const {
    const auto finding = finding_of(verify(), code);
    ASSERT_TRUE(finding.contains("where"));
    EXPECT_NE(finding.at("where").as_string().find(to_hex(commitment)), boost::json::string::npos)
        << finding;
  }
};

TEST_F(AttacksOnStorage, NoneInAnHonestRun) {
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
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
