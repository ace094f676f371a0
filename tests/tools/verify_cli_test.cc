// liuhen-verify as a person runs it: the built program, a ledger on disk, exit codes and what is
// printed.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "crypto/random.h"
#include "ledger/head_file.h"
#include "ledger/rocksdb_storage.h"
#include "ledger/sequencer.h"
#include "tests/projections/city_log.h"

namespace liuhen::tools {
namespace {

namespace fs = std::filesystem;
using tests::City;
using tests::CityDraw;

struct Ran {
  int code = -1;
  std::string out;  // with what went to stderr
};

Ran verify(const std::string& arguments) {
  const std::string command =
      std::string(LIUHEN_BINARY_DIR) + "/bin/liuhen-verify " + arguments + " 2>&1";
  Ran ran;
  FILE* pipe = popen(command.c_str(), "r");
  LIUHEN_CHECK(pipe != nullptr);
  char buffer[4096];
  for (std::size_t got; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    ran.out.append(buffer, got);
  const int status = pclose(pipe);
  if (WIFEXITED(status)) ran.code = WEXITSTATUS(status);
  return ran;
}

bool has(const Ran& ran, const std::string& text) {
  return ran.out.find(text) != std::string::npos;
}

// The clock that each of the city's entries was recorded by.
class GivenClock final : public ledger::Clock {
 public:
  std::uint64_t now_s() override { return now; }
  std::uint64_t now = 0;
};

class VerifyCli : public ::testing::Test {
 protected:
  City city;
  CityDraw draw{city};
  fs::path dir = fs::temp_directory_path() / ("liuhen-verify-test-" + std::to_string(getpid()));

  void SetUp() override {
    fs::remove_all(dir);
    fs::create_directories(dir);
    city.furnish();
    draw.whole();
    city.must(draw.recuse(0), {"platform"});
    draw.result(0);
    write_ledger();
    tests::CityLog log(city);
    vkey = log.note_key().vkey();
    at = "--at " + std::to_string(city.now);
  }
  void TearDown() override { fs::remove_all(dir); }

  // The city's log through the sequencer, on disk.
  void write_ledger() {
    auto storage = ledger::open_rocksdb((dir / "db").string(), {.mode = ledger::OpenMode::create});
    ASSERT_TRUE(storage) << storage.error().en;
    ledger::DiskHeadFile head((dir / "head").string());
    crypto::SystemEntropy entropy;
    crypto::Secret<32> master(crypto::sha256(view_of("master")));
    ledger::RestrictedStore restricted(**storage, master, entropy);
    projections::StateAdmission admission(City::kOrigin);
    GivenClock clock;
    const crypto::SigningKey log_key(City::seed("log"));
    auto sequencer = ledger::Sequencer::open(**storage, head, restricted, admission, clock,
                                             {.origin = City::kOrigin, .log_key = &log_key});
    ASSERT_TRUE(sequencer) << sequencer.error().en;
    for (const Bytes& entry : city.entries()) {
      const auto event = ledger::Event::parse(entry).value();
      clock.now = event.time();
      ledger::Submission submission{
          .intent = City::bytes(event.intent().bytes()), .signatures = {}, .openings = {}};
      const auto signatures = event.signatures();
      for (std::size_t i = 0; i < signatures.size(); ++i)
        submission.signatures.emplace_back(event.intent().author(i), signatures[i]);
      const auto answer = (*sequencer)->submit_and_wait(std::move(submission));
      ASSERT_TRUE(answer) << answer.error().en;
    }
    (*sequencer)->stop();
  }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(dir / name, std::ios::binary) << text;
    return (dir / name).string();
  }

  std::string vkey, at;
};

TEST_F(VerifyCli, ADirectory) {
  const Ran ran = verify("dir " + dir.string() + " " + at);
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_TRUE(ran.out.starts_with("公钥未固定")) << ran.out;
  EXPECT_TRUE(has(ran, "结论：已核验"));
  EXPECT_TRUE(has(ran, "draw/P1/1"));
  const Ran pinned = verify("dir " + dir.string() + " --lang en --vkey " + vkey + " " + at);
  EXPECT_EQ(pinned.code, 0) << pinned.out;
  EXPECT_TRUE(pinned.out.starts_with("Verdict: verified")) << pinned.out;
  EXPECT_TRUE(has(pinned, "honest"));
  const std::string policy = write("policy", "log " + vkey + "\nquorum none\n");
  const Ran json = verify("dir " + dir.string() + " --json --policy " + policy + " " + at);
  EXPECT_EQ(json.code, 0);
  EXPECT_TRUE(has(json, "\"verdict\":\"verified\"")) << json.out;
  EXPECT_TRUE(has(json, "\"keys_pinned\":true"));
}

// One byte of a stored entry, through the storage's own door.
TEST_F(VerifyCli, AByteOfAStoredEntry) {
  for (const std::uint64_t position : {std::uint64_t{0}, std::uint64_t{7}, city.size() - 1}) {
    const auto change = [&](std::size_t at_byte) {
      auto storage =
          ledger::open_rocksdb((dir / "db").string(), {.mode = ledger::OpenMode::existing}).value();
      std::string entry =
          *storage->get(ledger::Family::entries, ledger::key_of_number(position)).value();
      entry[at_byte] = static_cast<char>(entry[at_byte] ^ 1);
      ledger::Batch batch;
      batch.put(ledger::Family::entries, ledger::key_of_number(position), entry);
      ASSERT_TRUE(storage->commit(batch));
    };
    change(60);
    const Ran ran = verify("dir " + dir.string() + " " + at);
    EXPECT_EQ(ran.code, 1) << ran.out;
    EXPECT_TRUE(has(ran, "位置：第 " + std::to_string(position) + " 条")) << ran.out;
    change(60);
  }
  EXPECT_EQ(verify("dir " + dir.string() + " " + at).code, 0);
}

TEST_F(VerifyCli, AHeadThatTheDatabaseHasFallenBehind) {
  tests::CityLog longer(city);
  longer.entries().push_back(tests::forged_entry(city, City::item("I9"), {"clerk"}));
  longer.sign();
  write("head", longer.note());
  const Ran ahead = verify("dir " + dir.string() + " " + at);
  EXPECT_EQ(ahead.code, 1) << ahead.out;
  EXPECT_TRUE(has(ahead, "head.ahead")) << ahead.out;
  tests::CityLog other(city);
  other.entries().pop_back();
  other.entries().back()[70] ^= 1;
  other.sign();
  write("head", other.note());
  const Ran fork = verify("dir " + dir.string() + " " + at);
  EXPECT_EQ(fork.code, 1) << fork.out;
  EXPECT_TRUE(has(fork, "head.fork")) << fork.out;
  fs::remove(dir / "head");
  EXPECT_EQ(verify("dir " + dir.string() + " " + at).code, 2);
}

TEST_F(VerifyCli, AMirror) {
  tests::CityLog log(city);
  const unsigned size = static_cast<unsigned>(city.size());
  ASSERT_LT(size, 256u);
  fs::create_directories(dir / "mirror/tile/0/000.p");
  fs::create_directories(dir / "mirror/tile/entries/000.p");
  write("mirror/checkpoint", log.note());
  write("mirror/tile/0/000.p/" + std::to_string(size),
        std::string(text_of(log.tile(0, 0, size).value())));
  std::string bundle(text_of(log.entries(0, size).value()));
  const std::string path = "mirror/tile/entries/000.p/" + std::to_string(size);
  write(path, bundle);
  EXPECT_EQ(verify("tiles " + (dir / "mirror").string() + " --vkey " + vkey + " " + at).code, 0);
  bundle[bundle.size() / 2] = static_cast<char>(bundle[bundle.size() / 2] ^ 1);
  write(path, bundle);
  EXPECT_EQ(verify("tiles " + (dir / "mirror").string() + " --vkey " + vkey + " " + at).code, 1);
  fs::remove(dir / path);
  EXPECT_EQ(verify("tiles " + (dir / "mirror").string() + " --vkey " + vkey + " " + at).code, 2);
}

TEST_F(VerifyCli, AProofFile) {
  tests::CityProofs proofs(city);
  std::string text = projections::build_proof_file(city.state(), draw.draw(), proofs).value();
  const std::string path = write("a.draw-proof", text);
  const Ran ran = verify("file " + path + " --lang en --vkey " + vkey + " " + at);
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_TRUE(has(ran, "cannot show")) << ran.out;
  const auto row = text.find("\nsubject ") + 12;
  text[row] = text[row] == '1' ? '2' : '1';
  write("a.draw-proof", text);
  EXPECT_EQ(verify("file " + path + " --vkey " + vkey + " " + at).code, 1);
  EXPECT_EQ(verify("file " + (dir / "none").string()).code, 2);
}

TEST_F(VerifyCli, Usage) {
  EXPECT_EQ(verify("").code, 3);
  EXPECT_EQ(verify("dir").code, 3);
  EXPECT_EQ(verify("dir " + dir.string() + " --vkey nonsense").code, 3);
  EXPECT_EQ(verify("dir " + dir.string() + " --policy " + (dir / "none").string()).code, 3);
  EXPECT_EQ(verify("dir " + dir.string() + " --nonsense").code, 3);
  EXPECT_EQ(verify("dir " + (dir / "none").string()).code, 2);
  EXPECT_EQ(verify("url http://127.0.0.1:1").code, 2);
  const Ran help = verify("--help");
  EXPECT_EQ(help.code, 0);
  EXPECT_TRUE(has(help, "退出码"));
  const Ran english = verify("--help --lang en");
  EXPECT_EQ(english.code, 0);
  EXPECT_TRUE(has(english, "Exit codes"));
}

}  // namespace
}  // namespace liuhen::tools
