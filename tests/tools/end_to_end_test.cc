// The main job, by the programs a person runs: the demonstration on at least 50,000 subjects,
// verified; then the same ledger with one byte changed, and the proof file with one character
// changed.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "api/import/sample.h"
#include "crypto/random.h"
#include "ledger/clock.h"
#include "ledger/rocksdb_storage.h"
#include "tools/session.h"

namespace liuhen::tools {
namespace {

namespace fs = std::filesystem;

std::string data_directory() {
  if (const char* given = std::getenv("LIUHEN_DATA")) return given;
  const fs::path beside = fs::path(LIUHEN_SOURCE_DIR).parent_path() / "shared" / "data";
  return fs::exists(beside) ? beside.string() : "";
}

struct Ran {
  int code = -1;
  std::string text;
};

Ran shell(const std::string& command) {
  Ran ran;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  char buffer[4096];
  while (const std::size_t got = std::fread(buffer, 1, sizeof(buffer), pipe))
    ran.text.append(buffer, got);
  const int status = ::pclose(pipe);
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

const std::string kVerify = std::string(LIUHEN_BINARY_DIR) + "/bin/liuhen-verify";

// One demonstration for all tests of the file: it takes a while.
class EndToEnd : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    crypto::initialise();
    const std::string made =
        (fs::temp_directory_path() / ("liuhen-e2e-" + std::to_string(::getpid()))).string();
    fs::remove_all(made);
    dir_ = new std::string(made);
    ledger::SystemClock clock;
    crypto::SystemEntropy entropy;
    std::ostringstream out, err;
    Environment environment{
        .language = Language::zh, .out = out, .err = err, .clock = clock, .entropy = entropy};
    std::vector<std::string> arguments = {"demo",  "--dir",        *dir_, "--subjects",
                                          "50000", "--inspectors", "330"};
    const std::string data = data_directory();
    if (data.empty()) {
      std::cout << "shared/data is absent: the generator's own names are used\n";
    } else {
      arguments.insert(arguments.end(), {"--data", data});
    }
    code_ = run(arguments, environment);
    if (code_ != kDone) std::cout << out.str() << err.str();
    shown_ = new std::string(out.str());
    vkey_ = new std::string();
    std::ostringstream key;
    Environment asking{
        .language = Language::zh, .out = key, .err = err, .clock = clock, .entropy = entropy};
    if (code_ == kDone && run({"state", "vkey", "--dir", *dir_}, asking) == kDone)
      *vkey_ = key.str().substr(0, key.str().size() - 1);
  }
  static void TearDownTestSuite() {
    fs::remove_all(*dir_);
    fs::remove_all(*dir_ + ".demo");
    delete dir_;
    delete vkey_;
    delete shown_;
  }
  void SetUp() override { ASSERT_EQ(code_, kDone) << "the demonstration failed"; }

  static std::string* dir_;
  static std::string* vkey_;
  static std::string* shown_;  // what the demonstration printed
  static int code_;
};
std::string* EndToEnd::dir_ = nullptr;
std::string* EndToEnd::vkey_ = nullptr;
std::string* EndToEnd::shown_ = nullptr;
int EndToEnd::code_ = -1;

TEST_F(EndToEnd, TheVerifierAgrees) {
  const Ran ran = shell(kVerify + " dir " + *dir_ + " --vkey '" + *vkey_ + "' --lang en");
  EXPECT_EQ(ran.code, 0) << ran.text;
  EXPECT_NE(ran.text.find("verified"), std::string::npos) << ran.text;
}

// Every entry came of a command that is shown, and which runs as it is shown.
TEST_F(EndToEnd, TheCommandsAPersonWouldTypeAreShown) {
  const std::string init = "\n$ liuhen init --dir " + *dir_ + " --origin ";
  const std::string exported = "\n$ export LIUHEN_DIR=" + *dir_ + "\n";
  const std::size_t made = shown_->find(init), named = shown_->find(exported);
  ASSERT_NE(made, std::string::npos);
  ASSERT_NE(named, std::string::npos);
  EXPECT_LT(made, named);
  EXPECT_LT(named, shown_->find("\n$ liuhen department "));
  std::size_t advanced = 0;
  const std::string advance = "\n$ liuhen draw advance\n";
  for (std::size_t at = 0; (at = shown_->find(advance, at)) != std::string::npos; ++at) ++advanced;
  EXPECT_GE(advanced, 7u);  // two phases of each of three draws, and a substitute

  std::string typed;  // one of them, as it stands
  std::istringstream lines(*shown_);
  while (std::getline(lines, typed) && !typed.starts_with("$ liuhen draw proof ")) continue;
  ASSERT_TRUE(typed.starts_with("$ liuhen draw proof ")) << typed;
  const std::string proof = *dir_ + ".demo/files/2026-ND-1.draw-proof";
  fs::remove(proof);
  const Ran ran = shell("export LIUHEN_DIR=" + *dir_ + "; PATH=" + LIUHEN_BINARY_DIR +
                        "/bin:$PATH; " + typed.substr(2));
  EXPECT_EQ(ran.code, 0) << ran.text;
  EXPECT_TRUE(fs::exists(proof));
}

TEST_F(EndToEnd, WithoutPinnedKeysItSaysSoFirst) {
  const Ran ran = shell(kVerify + " dir " + *dir_ + " --lang en --quiet");
  EXPECT_EQ(ran.code, 0) << ran.text;
  EXPECT_NE(ran.text.substr(0, ran.text.find('\n')).find("not pinned"), std::string::npos)
      << ran.text;
}

TEST_F(EndToEnd, AChangedByteIsFoundAtItsPosition) {
  const std::string copy = *dir_ + "-changed";
  fs::remove_all(copy);
  fs::copy(*dir_, copy, fs::copy_options::recursive);
  constexpr std::uint64_t kPosition = 137;
  {
    auto storage = ledger::open_rocksdb(copy + "/db", {});
    ASSERT_TRUE(storage) << storage.error().en;
    auto entry = (*storage)->get(ledger::Family::entries, ledger::key_of_number(kPosition));
    ASSERT_TRUE(entry && *entry);
    std::string bytes = **entry;
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    ledger::Batch batch;
    batch.put(ledger::Family::entries, ledger::key_of_number(kPosition), bytes);
    ASSERT_TRUE((*storage)->commit(batch));
  }
  const Ran ran = shell(kVerify + " dir " + copy + " --lang en --quiet");
  fs::remove_all(copy);
  EXPECT_EQ(ran.code, 1) << ran.text;
  EXPECT_NE(ran.text.find("At: entry " + std::to_string(kPosition) + "\n"), std::string::npos)
      << ran.text;
}

TEST_F(EndToEnd, TheProofFileStandsAloneAndBreaksWhenChanged) {
  const std::string proof = *dir_ + ".demo/files/2026-ND-1.draw-proof";
  ASSERT_TRUE(fs::exists(proof));
  const Ran good = shell(kVerify + " file " + proof + " --vkey '" + *vkey_ + "' --lang en");
  EXPECT_EQ(good.code, 0) << good.text;

  std::ifstream in(proof, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  const std::size_t row = text.find("\nsubject ");
  ASSERT_NE(row, std::string::npos);
  text[row + 12] = text[row + 12] == '1' ? '2' : '1';
  const std::string changed = *dir_ + "/changed.draw-proof";
  std::ofstream(changed, std::ios::binary) << text;
  const Ran bad = shell(kVerify + " file " + changed + " --vkey '" + *vkey_ + "' --lang en");
  EXPECT_EQ(bad.code, 1) << bad.text;
}

TEST_F(EndToEnd, TheSameFileAgainChangesNothing) {
  ledger::SystemClock clock;
  crypto::SystemEntropy entropy;
  std::ostringstream out, err;
  Environment environment{
      .language = Language::en, .out = out, .err = err, .clock = clock, .entropy = entropy};
  EXPECT_EQ(run({"import", "subjects", *dir_ + ".demo/files/subjects.csv", "--dir", *dir_, "--key",
                 *dir_ + ".demo/people/registrar-1.key"},
                environment),
            kDone)
      << err.str();
  EXPECT_NE(out.str().find("imported: 0 rows differed, 50000 did not"), std::string::npos)
      << out.str();
}

TEST_F(EndToEnd, NothingIsInventedAboutRealFirms) {
  ledger::SystemClock clock;
  crypto::SystemEntropy entropy;
  std::ostringstream out;
  Environment environment{
      .language = Language::en, .out = out, .err = out, .clock = clock, .entropy = entropy};
  Target target;
  target.dir = *dir_;
  Session session(environment, target);
  std::size_t results = 0, findings = 0, real = 0;
  for (const char* draw : {"2026-ND/1", "2026-LS-01/1", "2026-LS-01/2"}) {
    auto tasks = session.get("/api/v1/draws/" + std::string(draw) + "/tasks?limit=1000");
    ASSERT_TRUE(tasks) << tasks.error().en;
    for (const auto& task : tasks->at("tasks").as_array()) {
      const std::string id(task.at("subject").as_string());
      auto subject = session.get("/api/v1/subjects/" + segment(id));
      ASSERT_TRUE(subject) << subject.error().en;
      const auto* name = subject->as_object().if_contains("name");  // a person's is not there
      const bool is_real = name != nullptr && api::sample_bears_real_name(name->as_string());
      real += is_real;
      std::size_t said = 0;
      for (const auto& seat : task.at("seats").as_array())
        said += seat.at("recusals").as_array().size();
      if (!task.at("result").is_null()) {
        ++results;
        for (const auto& row : task.at("result").at("rows").as_array())
          said += row.at("category").to_number<int>() != 1;
        said += !task.at("result").at("withheld_at").is_null();
      }
      findings += said;
      EXPECT_FALSE(is_real && said > 0) << id;
    }
  }
  EXPECT_EQ(results, 4u);
  EXPECT_EQ(findings, 5u);  // a recusal, three findings, one of them withheld
  if (!data_directory().empty()) {
    EXPECT_GT(real, 100u);
  }
}

// What a person mistypes is refused with a code and a sentence, whatever it is.
TEST_F(EndToEnd, WhatNoIntentCanHoldIsRefused) {
  const std::string people = *dir_ + ".demo/people/";
  const std::string clerk = " --key " + people + "clerk-1.key", where = " --dir " + *dir_;
  const std::string office = " --key " + people + "office-1.key";
  const std::string liuhen = std::string(LIUHEN_BINARY_DIR) + "/bin/liuhen ";
  for (const std::string& typed :
       {"department X9 --division 370202 --name " + std::string(500, 'x') + office,
        "department X9 --division 370202 --name \"$(printf 'a\\tb')\"" + office,
        "department X9 --division 370202 --name \"$(printf '\\377')\"" + office,
        "item withdraw QD-SJ-001 --reason r" + clerk + clerk}) {
    const Ran ran = shell(liuhen + typed + where + " --lang en");
    EXPECT_EQ(ran.code, 1) << typed << "\n" << ran.text;
    EXPECT_NE(ran.text.find("error [intent."), std::string::npos) << typed << "\n" << ran.text;
  }
}

// A genesis that is refused leaves nothing in the way of the next attempt.
TEST_F(EndToEnd, ARefusedGenesisLeavesNothing) {
  const std::string people = *dir_ + ".demo/people/", made = *dir_ + "-new";
  const std::string init = std::string(LIUHEN_BINARY_DIR) + "/bin/liuhen init --dir " + made +
                           " --origin liuhen.example/x --city 青岛市 --no-passphrase --key " +
                           people + "trustee-1.key --key " + people +
                           "trustee-2.key --lang en --division ";
  const Ran refused = shell(init + "37");
  EXPECT_EQ(refused.code, 1) << refused.text;
  EXPECT_NE(refused.text.find("[genesis.city]"), std::string::npos) << refused.text;
  EXPECT_TRUE(!fs::exists(made) || fs::is_empty(made));
  const Ran right = shell(init + "370200");
  EXPECT_EQ(right.code, 0) << right.text;
  fs::remove_all(made);
}

TEST_F(EndToEnd, ADirectoryInUseIsLeftAlone) {
  ledger::SystemClock clock;
  crypto::SystemEntropy entropy;
  std::ostringstream out, err;
  Environment environment{
      .language = Language::en, .out = out, .err = err, .clock = clock, .entropy = entropy};
  const std::string people = *dir_ + ".demo/people/";
  EXPECT_EQ(run({"init", "--dir", *dir_, "--origin", "other.example/log", "--city", "青岛市",
                 "--division", "370200", "--no-passphrase", "--key", people + "trustee-1.key",
                 "--key", people + "trustee-2.key"},
                environment),
            kFailed);
  EXPECT_NE(err.str().find("in_use"), std::string::npos) << err.str();
}

}  // namespace
}  // namespace liuhen::tools
