// Liuhen beside an implementation that nobody here wrote: golang.org/x/mod/sumdb, in the program of
// tests/interop/tlog. Each reads what the other has made.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "api/client/url_fetcher.h"
#include "crypto/tlog_proof.h"
#include "ledger/log_reader.h"
#include "ledger/tile_edge.h"
#include "ledger/tile_export.h"
#include "tests/api/town.h"
#include "tests/worked_example.h"

namespace liuhen::tests {
namespace {

namespace fs = std::filesystem;

const std::string kProgram = std::string(LIUHEN_BINARY_DIR) + "/interop/tlog";
const std::string kVerify = std::string(LIUHEN_BINARY_DIR) + "/bin/liuhen-verify";

struct Ran {
  int code = -1;
  std::string out;  // with what went to stderr
};

Ran run(const std::string& command) {
  Ran ran;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  LIUHEN_CHECK(pipe != nullptr);
  char buffer[4096];
  for (std::size_t got; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    ran.out.append(buffer, got);
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) ran.code = WEXITSTATUS(status);
  return ran;
}

std::string text_at(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

class Tlog : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(fs::exists(kProgram))
        << "Go is absent: run tools/setup.sh test, and configure the build again";
  }
  TempDir temp;
};

// A service of a log of given length, and what lies between it and the program.
class TlogOfService : public Tlog {
 protected:
  Town town;
  std::function<void(const api::Request&, api::Response&)> tamper;

  std::string vkey() {
    return crypto::NoteKey{.name = City::kOrigin, .key = town.city.id("log")}.vkey();
  }
  void grow(std::uint64_t size) {
    while (town.city.size() < size)
      town.city.set_department("D" + std::to_string(town.city.size()));
    town.catch_up();
  }
  Ran go(const std::string& mode, const std::string& source, const std::string& rest = "") {
    return run(kProgram + " " + mode + " " + source + " '" + vkey() + "' " + rest);
  }
  // Through a server in between that changes what it pleases.
  Ran go_tampered(std::function<void(const api::Request&, api::Response&)> change) {
    auto server =
        api::server::HttpServer::open({.listen = "127.0.0.1:0"}, {[&](const api::Request& request) {
                                        api::Response response = town.service().handle(request);
                                        response.body = std::string(response.content());
                                        response.shared_body.reset();
                                        change(request, response);
                                        return response;
                                      }})
            .value();
    std::thread serving([&] { server->run(); });
    const Ran ran = go("check", "http://127.0.0.1:" + std::to_string(server->port()));
    server->stop();
    serving.join();
    return ran;
  }
};

TEST_F(TlogOfService, EveryEntryAndEveryGrowthIsProved) {
  std::vector<std::string> checkpoints;
  for (const std::uint64_t size : {1u, 2u, 7u, 255u, 256u, 257u, 300u, 520u}) {
    grow(size);
    const Ran ran = go("service", town.url());
    EXPECT_EQ(ran.code, 0) << ran.out;
    EXPECT_EQ(ran.out, "checked " + std::to_string(size) + " entries\n");
    for (const std::string& old : checkpoints) {
      const Ran follows = go("follow", town.url(), old);
      EXPECT_EQ(follows.code, 0) << follows.out;
    }
    checkpoints.push_back(temp / std::to_string(size));
    std::ofstream(checkpoints.back(), std::ios::binary) << town.get("/checkpoint").body;
  }
}

TEST_F(TlogOfService, WhatIsTamperedWithIsRefused) {
  grow(300);
  const auto flip = [](const std::string& path, std::size_t at) {
    return [=](const api::Request& request, api::Response& response) {
      if (request.target == path && response.status == 200)
        response.body.at(at % response.body.size()) ^= 1;
    };
  };
  EXPECT_EQ(go_tampered([](const api::Request&, api::Response&) {}).code, 0);
  for (const std::size_t at : {0u, 31u, 32u, 4'000u, 8'191u}) {
    const Ran ran = go_tampered(flip("/tile/0/000", at));
    EXPECT_EQ(ran.code, 1) << at << ran.out;
  }
  EXPECT_EQ(go_tampered(flip("/tile/0/001.p/44", 700)).code, 1);
  EXPECT_EQ(go_tampered(flip("/tile/1/000.p/1", 5)).code, 1);
  // The bytes as they are: in a zipped bundle a flipped bit might only spoil the coding.
  const auto plain = [](const std::string& path, std::size_t at) {
    return [=](const api::Request& request, api::Response& response) {
      if (request.target != path || response.status != 200) return;
      const std::pair<std::string, std::string> zipped("Content-Encoding", "gzip");
      ASSERT_NE(std::ranges::find(response.headers, zipped), response.headers.end());
      response = {
          .status = 200, .content_type = "application/octet-stream", .body = {}, .headers = {}};
      response.body.assign(at, 'x');
    };
  };
  EXPECT_EQ(go_tampered(plain("/tile/entries/000", 4'000)).code, 1);
  EXPECT_EQ(go_tampered(flip("/tile/entries/001.p/44", 4'000)).code, 1);
  for (const std::size_t at : {0u, 20u, 30u, 100u})
    EXPECT_EQ(go_tampered(flip("/checkpoint", at)).code, 1) << at;
}

TEST_F(TlogOfService, TheStaticTreeIsTheSameLog) {
  const std::string dir = temp / "tree";
  const crypto::NoteKey key{.name = City::kOrigin, .key = town.city.id("log")};
  for (const std::uint64_t size : {3u, 256u, 300u}) {
    grow(size);
    const auto connection = town.connect();
    api::UrlFetcher source(*connection);
    const auto report = ledger::export_tiles(source, key, dir);
    ASSERT_TRUE(report) << report.error().en;
    const Ran ran = go("check", dir);
    EXPECT_EQ(ran.code, 0) << ran.out;
    EXPECT_EQ(ran.out, "checked " + std::to_string(size) + " entries\n");
  }
  std::fstream tile(dir + "/tile/0/000", std::ios::in | std::ios::out | std::ios::binary);
  tile.seekp(777).put('x');
  tile.close();
  EXPECT_EQ(go("check", dir).code, 1);
}

// And the other way about.
class TlogOfGo : public Tlog {
 protected:
  std::string dir;
  crypto::NoteKey key;

  void make(std::uint64_t size) {
    dir = temp / std::to_string(size);
    const Ran made = run(kProgram + " make " + dir + " " + std::to_string(size));
    ASSERT_EQ(made.code, 0) << made.out;
    key = crypto::parse_vkey(std::string_view(made.out).substr(0, made.out.size() - 1)).value();
  }
};

TEST_F(TlogOfGo, ItsCheckpointTilesAndProofsAreRead) {
  for (const std::uint64_t size : {1u, 2u, 7u, 255u, 256u, 257u, 300u, 520u}) {
    ASSERT_NO_FATAL_FAILURE(make(size));
    ledger::MirrorFetcher log(dir);
    const auto opened = crypto::open_checkpoint(log.checkpoint().value(), key);
    ASSERT_TRUE(opened) << opened.error().en;
    ASSERT_EQ(opened->checkpoint.size, size);
    const Hash& root = opened->checkpoint.root;
    const auto edge = ledger::TileEdge::read(log, size);
    ASSERT_TRUE(edge);
    EXPECT_EQ(edge->root(), root);
    crypto::MerkleTree tree;
    for (std::uint64_t index = 0; index < size; ++index) {
      const std::string name = dir + "/" + std::to_string(index);
      const auto proof = crypto::parse_tlog_proof(text_at(name + ".tlog-proof"));
      ASSERT_TRUE(proof) << proof.error().en;
      const Hash leaf = crypto::leaf_hash(view_of("entry " + std::to_string(index)));
      EXPECT_TRUE(crypto::verify_tlog_proof(*proof, leaf, crypto::Policy::of_log(key)));
      tree.append(leaf);
      crypto::Proof growth;
      std::ifstream lines(dir + "/" + std::to_string(index + 1) + ".growth");
      for (std::string line; std::getline(lines, line);)
        growth.push_back(exactly<32>(from_base64(line).value()).value());
      EXPECT_TRUE(crypto::verify_consistency(index + 1, size, tree.root(), root, growth));
    }
    const std::string copy = temp / (std::to_string(size) + "-copy");
    const auto report = ledger::export_tiles(log, key, copy);
    ASSERT_TRUE(report) << report.error().en;
    EXPECT_EQ(run("cd " + copy + " && find . -type f ! -name head | sort | xargs -I{} cmp {} " +
                  dir + "/{}")
                  .out,
              "");
    EXPECT_EQ(report->files, ledger::tiles_of_growth(0, size).size() + (size + 255) / 256 + 1);
  }
}

TEST_F(TlogOfGo, TheExampleOfThePageIsItsOwn) {
  ASSERT_NO_FATAL_FAILURE(make(7));
  const auto example = worked_example("docs/formats/tlog-proof.md", "Worked example");
  EXPECT_EQ(example.at("vkey"), key.vkey());
  EXPECT_EQ(text_of(example_bytes(example, "file")), text_at(dir + "/4.tlog-proof"));
}

// The verifier finds its entries in the log, and that it cannot read them.
TEST_F(TlogOfGo, ItsProofFilesAreTakenByTheVerifier) {
  ASSERT_NO_FATAL_FAILURE(make(20));
  const Ran ran = run(kVerify + " file " + dir + "/4.tlog-proof --lang en --vkey " + key.vkey());
  EXPECT_EQ(ran.code, 2) << ran.out;
  EXPECT_NE(ran.out.find("is number 4 under it"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("entry.malformed"), std::string::npos) << ran.out;
  const std::string other = temp / "other";
  std::ofstream(other) << "entry 5";
  const Ran wrong =
      run(kVerify + " file " + dir + "/4.tlog-proof --entry " + other + " --vkey " + key.vkey());
  EXPECT_EQ(wrong.code, 1) << wrong.out;
  EXPECT_NE(wrong.out.find("merkle.inclusion"), std::string::npos) << wrong.out;
}

}  // namespace
}  // namespace liuhen::tests
