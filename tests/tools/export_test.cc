// `liuhen export` and `liuhen-verify` as a person runs them: a static tree served by a server that
// knows nothing of us, and the proof of one entry, offline.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <sstream>

#include "crypto/note.h"
#include "tests/api/town.h"
#include "tools/environment.h"

namespace liuhen::tools {
namespace {

namespace fs = std::filesystem;
using tests::City;
using tests::TempDir;
using tests::Town;

struct Ran {
  int code = -1;
  std::string out;  // with what went to stderr
};

Ran verify(const std::string& arguments) {
  const std::string command =
      std::string(LIUHEN_BINARY_DIR) + "/bin/liuhen-verify " + arguments + " --lang en 2>&1";
  Ran ran;
  FILE* pipe = ::popen(command.c_str(), "r");
  LIUHEN_CHECK(pipe != nullptr);
  char buffer[4096];
  for (std::size_t got; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    ran.out.append(buffer, got);
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) ran.code = WEXITSTATUS(status);
  return ran;
}

bool has(const Ran& ran, const std::string& text) {
  return ran.out.find(text) != std::string::npos;
}

// Python's own file server on a directory, for as long as it is in scope.
class StaticServer {
 public:
  explicit StaticServer(const std::string& directory) {
    int ends[2];
    LIUHEN_CHECK(::pipe(ends) == 0);
    child_ = ::fork();
    LIUHEN_CHECK(child_ >= 0);
    if (child_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);  // where it logs
      ::execlp("python3", "python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1",
               "--directory", directory.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    std::string line;
    for (char c; ::read(ends[0], &c, 1) == 1 && c != '\n';) line += c;
    ::close(ends[0]);
    unsigned port = 0;
    std::sscanf(line.c_str(), "Serving HTTP on 127.0.0.1 port %u", &port);
    url_ = "http://127.0.0.1:" + std::to_string(port);
  }
  ~StaticServer() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  const std::string& url() const { return url_; }

 private:
  pid_t child_ = -1;
  std::string url_;
};

class Export : public ::testing::Test {
 protected:
  TempDir temp;
  Town town;
  std::string tree = temp / "tree";
  std::string trusted, at;

  void grow(std::uint64_t size) {
    while (town.city.size() < size)
      town.city.set_department("D" + std::to_string(town.city.size()));
    town.catch_up();
    trusted =
        " --vkey " + crypto::NoteKey{.name = City::kOrigin, .key = town.city.id("log")}.vkey();
    at = " --at " + std::to_string(town.city.now);
  }
  Ran liuhen(std::vector<std::string> arguments) {
    std::ostringstream out;
    crypto::SystemEntropy entropy;
    Environment environment{
        .language = Language::en, .out = out, .err = out, .clock = town.clock, .entropy = entropy};
    Ran ran;
    ran.code = run(std::move(arguments), environment);
    ran.out = out.str();
    return ran;
  }
};

TEST_F(Export, ATreeThatAnyServerServesIsVerified) {
  for (const std::uint64_t size : {3u, 200u, 300u}) {
    grow(size);
    const Ran exported = liuhen({"export", "tiles", tree, "--url", town.url()});
    ASSERT_EQ(exported.code, kDone) << exported.out;
    EXPECT_TRUE(has(exported, "to " + std::to_string(size) + " entries")) << exported.out;
    const Ran tiles = verify("tiles " + tree + trusted + at);
    EXPECT_EQ(tiles.code, 0) << tiles.out;
    EXPECT_TRUE(has(tiles, std::to_string(size) + " under the checkpoint")) << tiles.out;
  }
  const StaticServer server(tree);
  const Ran url = verify("url " + server.url() + trusted + at);
  EXPECT_EQ(url.code, 0) << url.out;
  EXPECT_TRUE(has(url, "300 under the checkpoint")) << url.out;
  std::fstream bundle(tree + "/tile/entries/000", std::ios::in | std::ios::out | std::ios::binary);
  bundle.seekg(50'000);
  const char byte = static_cast<char>(bundle.get());
  bundle.seekp(50'000).put(static_cast<char>(byte ^ 1));
  bundle.close();
  const Ran tampered = verify("url " + server.url() + trusted + at);
  EXPECT_EQ(tampered.code, 1) << tampered.out;
}

TEST_F(Export, TheDirectoryOfALedgerIsASourceToo) {
  grow(20);
  town.close();
  const Ran exported = liuhen({"export", "tiles", tree, "--dir", town.dir()});
  ASSERT_EQ(exported.code, kDone) << exported.out;
  EXPECT_EQ(verify("tiles " + tree + trusted + at).code, 0);
}

TEST_F(Export, AnotherLogsKeyIsRefused) {
  grow(3);
  const std::string other =
      crypto::NoteKey{.name = City::kOrigin, .key = town.city.id("clerk")}.vkey();
  const Ran refused = liuhen({"export", "tiles", tree, "--url", town.url(), "--vkey", other});
  EXPECT_EQ(refused.code, kFailed);
  EXPECT_TRUE(has(refused, "note.unsigned")) << refused.out;
  EXPECT_FALSE(fs::exists(tree + "/checkpoint"));
}

TEST_F(Export, ARolledBackServiceIsRefused) {
  grow(30);
  ASSERT_EQ(liuhen({"export", "tiles", tree, "--url", town.url()}).code, kDone);
  Town behind;  // the same people and the same first entries
  while (behind.city.size() < 20)
    behind.city.set_department("D" + std::to_string(behind.city.size()));
  behind.catch_up();
  const Ran refused = liuhen({"export", "tiles", tree, "--url", behind.url()});
  EXPECT_EQ(refused.code, kAlarm);
  EXPECT_TRUE(has(refused, "export.behind")) << refused.out;
  while (behind.city.size() < 40)
    behind.city.set_department("E" + std::to_string(behind.city.size()));
  behind.catch_up();
  const Ran fork = liuhen({"export", "tiles", tree, "--url", behind.url()});
  EXPECT_EQ(fork.code, kAlarm);
  EXPECT_TRUE(has(fork, "export.fork")) << fork.out;
  EXPECT_TRUE(has(fork, "differs is 20;")) << fork.out;
  EXPECT_EQ(verify("tiles " + tree + trusted + at).code, 0);
}

TEST_F(Export, TheProofOfOneEntryIsVerifiedOffline) {
  grow(9);
  const std::string file = temp / "4.tlog-proof";
  const Ran exported = liuhen({"export", "proof", "4", "--url", town.url(), "--out", file});
  ASSERT_EQ(exported.code, kDone) << exported.out;
  const Ran verified = verify("file " + file + trusted);
  EXPECT_EQ(verified.code, 0) << verified.out;
  EXPECT_TRUE(has(verified, "DepartmentSet")) << verified.out;
  EXPECT_TRUE(has(verified, "cannot show")) << verified.out;
  const Ran json = verify("file " + file + trusted + " --json");
  const boost::json::value report = boost::json::parse(json.out);
  EXPECT_EQ(report.at("verdict").as_string(), "verified");
  EXPECT_EQ(report.at("position").to_number<std::uint64_t>(), 4u);
  EXPECT_EQ(report.at("size").to_number<std::uint64_t>(), 9u);
  EXPECT_EQ(liuhen({"export", "proof", "9", "--url", town.url(), "--out", file}).code, kFailed);
}

TEST_F(Export, AProofThatDoesNotHoldIsRefused) {
  grow(9);
  const std::string file = temp / "x.tlog-proof", entry = temp / "entry";
  const std::string good = town.get("/api/v1/proofs/4").body;
  const auto judged = [&](const std::string& text, const std::string& options) {
    std::ofstream(file, std::ios::binary) << text;
    return verify("file " + file + options);
  };
  const auto without_extra = [](std::string text) {
    const auto line = text.find("extra ");
    return text.erase(line, text.find('\n', line) + 1 - line);
  };
  EXPECT_EQ(judged(good, trusted).code, 0);

  const Ran no_key = judged(good, "");
  EXPECT_EQ(no_key.code, 2);
  EXPECT_TRUE(has(no_key, "verify.key")) << no_key.out;
  const Ran no_entry = judged(without_extra(good), trusted);
  EXPECT_EQ(no_entry.code, 2);
  EXPECT_TRUE(has(no_entry, "verify.entry")) << no_entry.out;
  std::ofstream(entry, std::ios::binary) << text_of(town.city.entries()[4]);
  EXPECT_EQ(judged(without_extra(good), trusted + " --entry " + entry).code, 0);

  // Another entry in place of its own, be it in the file or beside it.
  const std::string other = town.get("/api/v1/proofs/5").body;
  const auto swapped =
      good.substr(0, good.find("extra ")) +
      other.substr(other.find("extra "), other.find("index ") - other.find("extra ")) +
      good.substr(good.find("index "));
  const Ran swap = judged(swapped, trusted);
  EXPECT_EQ(swap.code, 1);
  EXPECT_TRUE(has(swap, "merkle.inclusion")) << swap.out;
  std::ofstream(entry, std::ios::binary) << text_of(town.city.entries()[5]);
  EXPECT_EQ(judged(good, trusted + " --entry " + entry).code, 1);

  std::string cut = good;
  EXPECT_EQ(judged(cut.replace(good.find("index 4"), 7, "index 04"), trusted).code, 1);
  std::string resigned = good;
  resigned[resigned.size() - 10] = resigned[resigned.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(judged(resigned, trusted).code, 1);
  const std::string stranger =
      " --vkey " + crypto::NoteKey{.name = "other.example", .key = town.city.id("log")}.vkey();
  EXPECT_EQ(judged(good, stranger).code, 2);
}

}  // namespace
}  // namespace liuhen::tools
