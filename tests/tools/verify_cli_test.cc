// liuhen-verify as a person runs it: the built program, a ledger on disk, exit codes and what is
// printed.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>

#include "crypto/policy.h"
#include "crypto/random.h"
#include "ledger/head_copies.h"
#include "ledger/head_file.h"
#include "ledger/rocksdb_storage.h"
#include "ledger/sequencer.h"
#include "tests/api/town.h"
#include "tests/projections/approved_conflict.h"
#include "tests/projections/city_log.h"
#include "tests/projections/submission_of.h"

namespace liuhen::tools {
namespace {

namespace fs = std::filesystem;
using tests::City;
using tests::CityDraw;
using tests::submission_of;

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
      const auto answer = (*sequencer)->submit_and_wait(submission_of(event));
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

// What is in a directory, by path: contents of files, and folders.
std::map<std::string, std::string> tree_of(const fs::path& place) {
  std::map<std::string, std::string> out;
  for (const auto& found : fs::recursive_directory_iterator(place)) {
    if (!found.is_regular_file()) {
      out[found.path()] = "/";
      continue;
    }
    std::ifstream in(found.path(), std::ios::binary);
    out[found.path()] = std::string(std::istreambuf_iterator<char>(in), {});
  }
  return out;
}

// A whole report whatever is the matter, in both forms, and nothing written.
TEST_F(VerifyCli, ADirectoryThatCannotBeOpened) {
  const auto expect = [&](const std::string& what, int code, const std::string& error,
                          const fs::path& place) {
    const auto before = tree_of(dir);
    const std::string arguments = "dir " + place.string() + " " + at;
    const Ran text = verify(arguments + " --lang en");
    EXPECT_EQ(text.code, code) << what << "\n" << text.out;
    EXPECT_TRUE(has(text, code == 1 ? "Verdict: violated" : "Verdict: inconclusive"))
        << what << "\n"
        << text.out;
    EXPECT_TRUE(has(text, "[" + error + "]")) << what << "\n" << text.out;
    EXPECT_TRUE(has(text, "What was checked")) << what;
    // Without a head the log itself has still been replayed; what a head would show is not ticked.
    EXPECT_FALSE(has(text, what.ends_with("head") ? "✓ G2" : "✓ G")) << what << "\n" << text.out;
    const Ran json = verify(arguments + " --json --quiet");
    EXPECT_EQ(json.code, code) << what;
    boost::system::error_code problem;
    const auto report = boost::json::parse(json.out, problem);
    ASSERT_FALSE(problem) << what << "\n" << json.out;
    EXPECT_EQ(report.at("verdict").as_string(), code == 1 ? "violated" : "inconclusive") << what;
    EXPECT_EQ(report.at("finding").at("code").as_string(), error) << what;
    EXPECT_EQ(tree_of(dir), before) << what;
  };
  fs::create_directories(dir / "empty");
  write("letter", "hello");
  expect("none", 2, "storage.absent", dir / "none");
  expect("empty", 2, "storage.absent", dir / "empty");
  expect("a file", 2, "storage.absent", dir / "letter");

  const fs::path head = dir / "head", kept = dir / "kept";
  fs::rename(head, kept);
  expect("no head", 2, "head.absent", dir);
  fs::create_directories(head);
  expect("an unreadable head", 2, "head.io", dir);
  fs::remove(head);
  write("head", "");
  expect("an empty head", 1, "note.format", dir);
  std::string torn(2 * ledger::kHeadBlockSize, ' ');
  torn.replace(0, 17, "liuhen head copy\n");
  write("head", torn);
  expect("both copies torn: a damaged head", 1, "head.damaged", dir);
  fs::remove(head);
  fs::rename(kept, head);

  const auto sound = tree_of(dir / "db");
  for (const auto& [path, content] : sound) {
    const std::string name = fs::path(path).filename();
    if (name != "CURRENT" && !name.starts_with("MANIFEST") && !name.ends_with(".sst")) continue;
    if (name.ends_with(".sst") && content.find("liuhen.example") == std::string::npos) continue;
    std::string changed = content;
    changed[0] = static_cast<char>(changed[0] ^ 1);
    if (!name.ends_with(".sst")) {
      std::ofstream(path, std::ios::binary) << changed;
      expect(name + " changed", 1, "storage.damaged", dir);
    }
    fs::remove(path);
    expect(name + " gone", 1, "storage.damaged", dir);
    std::ofstream(path, std::ios::binary) << content;
  }
  fs::rename(dir / "db", dir / "taken");
  expect("a head and no database", 1, "storage.absent", dir);
  write("ledger.json", "{}");
  expect("a ledger and no database", 1, "storage.damaged", dir);
  fs::remove(dir / "ledger.json");
  fs::rename(dir / "taken", dir / "db");
  EXPECT_EQ(verify("dir " + dir.string() + " " + at).code, 0);
}

// An empty database under an old head is no empty log, whether or not the keys are pinned.
TEST_F(VerifyCli, AnEmptiedDatabase) {
  fs::remove_all(dir / "db");
  ASSERT_TRUE(ledger::open_rocksdb((dir / "db").string(), {.mode = ledger::OpenMode::create}));
  for (const std::string& trust : {std::string(), " --vkey " + vkey}) {
    const Ran ran = verify("dir " + dir.string() + " " + at + trust);
    EXPECT_EQ(ran.code, 1) << ran.out;
    EXPECT_TRUE(has(ran, "head.ahead")) << ran.out;
    EXPECT_TRUE(has(ran, "违背的保证：G2")) << ran.out;
  }
  fs::remove(dir / "head");
  EXPECT_EQ(verify("dir " + dir.string() + " " + at).code, 2);
}

// A conflict of interest in force: only who holds the master key replays the matching.
TEST(VerifyMasterKey, OpensConflicts) {
  tests::Town town;
  City& city = town.city;
  city.furnish();
  town.catch_up();
  std::map<Hash, projections::ConflictContent> contents;
  const auto declare = [&](const std::string& inspector) {
    const auto salt = crypto::sha256(view_of("salt " + inspector));
    const projections::ConflictContent content{
        .subject = City::code(1), .inspector = inspector, .kind = "kinship", .evidence = ""};
    const Bytes bytes = projections::encode(content);
    const Hash commitment = crypto::commit(salt, bytes);
    contents[commitment] = content;
    const Bytes intent =
        ledger::encode(city.intent(tests::declared_conflict(commitment), {"registrar"}));
    town.clock.now = city.now;
    const auto answer = town.post(
        "/api/v1/intents",
        tests::Town::submission(
            intent, {{city.id("registrar"), ledger::sign_intent(city.key("registrar"), intent)}},
            {boost::json::object{{"commitment", to_hex(commitment)},
                                 {"salt", to_hex(salt)},
                                 {"bytes", to_base64(bytes)}}}));
    ASSERT_EQ(answer.status, 200u) << answer.body;
    town.follow();
    tests::approve_conflict(city, commitment);
    town.catch_up();
  };
  declare("Z0001");
  declare("Z0002");
  CityDraw draw(city);
  draw.announce();
  draw.contribute();
  draw.execute([&](const Hash& commitment) { return std::optional(contents.at(commitment)); });
  town.catch_up();
  town.close();

  const std::string common = "dir " + town.dir() + " --json --at " + std::to_string(city.now);
  const auto matched = [](const Ran& ran) {
    return boost::json::parse(ran.out).at("draws").at(0).at("matching_replayed").as_bool();
  };
  const Ran closed = verify(common);
  ASSERT_EQ(closed.code, 0) << closed.out;
  EXPECT_FALSE(matched(closed));
  const Ran opened = verify(common + " --master-key " + town.dir() + "/keys/master.key");
  ASSERT_EQ(opened.code, 0) << opened.out;
  EXPECT_TRUE(matched(opened));
  EXPECT_EQ(verify(common + " --master-key " + town.dir() + "/none").code, 3);
  EXPECT_EQ(verify(common + " --master-key " + town.dir() + "/ledger.json").code, 3);
  EXPECT_EQ(verify("url http://127.0.0.1:1 --master-key " + town.dir() + "/keys/master.key").code,
            3);

  // Altered where it is stored, by somebody who puts its digest right: whoever may open it finds
  // out, and who opens nothing may have another key.
  const std::string with_key = common + " --master-key " + town.dir() + "/keys/master.key";
  std::size_t altered = 0;
  for (const auto& [commitment, content] : contents) {
    {
      auto storage =
          ledger::open_rocksdb(town.dir() + "/db", {.mode = ledger::OpenMode::existing}).value();
      const std::string key(text_of(commitment));
      std::string value = *storage->get(ledger::Family::restricted, key).value();
      value.resize(value.size() - 32);
      value.back() = static_cast<char>(value.back() ^ 1);
      value.append(text_of(crypto::sha256({view_of(key), view_of(value)})));
      ledger::Batch batch;
      batch.put(ledger::Family::restricted, key, value);
      ASSERT_TRUE(storage->commit(batch));
    }
    EXPECT_EQ(verify(common).code, 0) << "to others it is as it was";
    const Ran ran = verify(with_key);
    EXPECT_EQ(ran.code, ++altered == contents.size() ? 2 : 1) << ran.out;
    EXPECT_TRUE(has(ran, "restricted.damaged")) << ran.out;
  }
}

// A live service, and then static servers that serve what a thief or a bad line would.
TEST(VerifyUrl, AServiceAndMirrors) {
  tests::Town town;
  City& city = town.city;
  city.furnish();
  CityDraw draw(city);
  draw.announce();
  draw.contribute();
  town.catch_up();
  tests::CityLog log(city);
  const std::string at = " --quiet --at " + std::to_string(city.now),
                    pinned = " --vkey " + log.note_key().vkey();
  const Ran live = verify("url " + town.url() + pinned + at);
  EXPECT_EQ(live.code, 0) << live.out;
  EXPECT_TRUE(live.out.starts_with("结论：已核验")) << live.out;
  const Ran unpinned = verify("url " + town.url() + "/" + at);
  EXPECT_EQ(unpinned.code, 0) << unpinned.out;
  EXPECT_TRUE(unpinned.out.starts_with("公钥未固定")) << unpinned.out;

  const Ran escaped =
      verify("url " + town.url() + pinned + " --at " + std::to_string(city.now + 100'000));
  EXPECT_EQ(escaped.code, 1) << escaped.out;
  EXPECT_TRUE(has(escaped, "draw.escape") && has(escaped, "违背的保证：G6")) << escaped.out;

  auto key = log.note_key();
  key.name = "liuhen.example/another";
  EXPECT_EQ(verify("url " + town.url() + at + " --vkey " + key.vkey()).code, 2);
  key = log.note_key();
  key.key = city.id("clerk");
  const std::string policy = town.dir() + "/policy";
  std::ofstream(policy) << "log " + key.vkey() + "\nquorum none\n";
  EXPECT_EQ(verify("url " + town.url() + at + " --policy " + policy).code, 1);

  std::mutex mutex;  // guards the files, which another thread serves
  std::map<std::string, std::string> files;
  const auto put = [&](const std::string& path, const std::string& body) {
    const std::lock_guard lock(mutex);
    files[path] = body;
  };
  const auto path_of = [](const std::string& path) { return "/" + path; };
  const unsigned size = static_cast<unsigned>(city.size());
  const std::string tile = path_of(ledger::tile_path({0, 0, size})),
                    bundle = path_of(ledger::bundle_path({0, 0, size}));
  for (const std::string& path : {std::string("/checkpoint"), tile, bundle})
    files[path] = town.get(path).body;
  auto server =
      api::server::HttpServer::open({.listen = "127.0.0.1:0"}, {[&](const api::Request& request) {
                                      api::Response response;
                                      const std::lock_guard lock(mutex);
                                      const auto found = files.find(request.target);
                                      response.status = found == files.end() ? 404 : 200;
                                      if (found != files.end()) response.body = found->second;
                                      return response;
                                    }})
          .value();
  std::thread serving([&] { server->run(); });
  const std::string mirror = "url http://127.0.0.1:" + std::to_string(server->port()) + pinned + at;
  EXPECT_EQ(verify(mirror).code, 0);
  for (const std::string& path : {std::string("/checkpoint"), tile, bundle}) {
    const std::string whole = files[path];
    std::string bent = whole;
    bent[whole.size() / 2] = static_cast<char>(whole[whole.size() / 2] ^ 1);
    put(path, bent);
    const Ran changed = verify(mirror);
    EXPECT_EQ(changed.code, 1) << path << "\n" << changed.out;
    EXPECT_TRUE(changed.out.starts_with("结论：发现违背")) << changed.out;
    {
      const std::lock_guard lock(mutex);
      files.erase(path);
    }
    const Ran gone = verify(mirror);
    EXPECT_EQ(gone.code, 2) << path << "\n" << gone.out;
    EXPECT_TRUE(gone.out.starts_with("结论：无法判定")) << gone.out;
    EXPECT_FALSE(has(gone, "✓ G")) << gone.out;
    put(path, whole);
  }
  server->stop();
  serving.join();
  EXPECT_EQ(verify(mirror).code, 2) << "nobody answers";
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
  const crypto::UncheckableKey later{.name = "later.example/w", .id = 1, .type = 7, .key = {1}};
  const std::string line = "log " + vkey + "\nwitness later " + later.vkey() + "\nquorum ";
  const Ran told = verify("dir " + dir.string() + " --lang en --policy " +
                          write("later", line + "none\n") + " " + at);
  EXPECT_EQ(told.code, 0) << told.out;
  EXPECT_TRUE(has(told, "1 of the policy's witnesses (later)")) << told.out;
  const Ran refused =
      verify("dir " + dir.string() + " --policy " + write("only-later", line + "later\n"));
  EXPECT_EQ(refused.code, 3);
  EXPECT_TRUE(has(refused, "policy.unreachable")) << refused.out;
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
