// A witness over loopback HTTP: every row of the protocol's table, what it remembers, and what it
// never cosigns.
#include <barrier>

#include "tests/api/witness_http.h"

namespace liuhen::tests {
namespace {

TEST_F(WitnessHttp, CosignsWhatGrows) {
  std::uint64_t old_size = 0;
  for (const std::uint64_t size : {1, 2, 7, 7, 8, 33, 40}) {
    clock_.now = 1'790'000'000 + size;
    const api::Response response = add(log_.body(old_size, size));
    ASSERT_EQ(response.status, 200u) << response.body;
    EXPECT_EQ(cosigned(response, log_.note(size)), 1'790'000'000 + size);
    EXPECT_EQ(std::count(response.body.begin(), response.body.end(), '\n'), 1);
    old_size = size;
  }
}

TEST_F(WitnessHttp, MalformedIs400) {
  const std::string hash = to_base64(log_.tree.root(1));
  std::string many = "old 1\n";
  for (int i = 0; i < 64; ++i) many += hash + "\n";
  const std::string note = log_.note(4);
  for (const std::string& body : std::vector<std::string>{
           "", "old 0\n", "old 0", "old 00\n\n" + note, "old -1\n\n" + note, "old  0\n\n" + note,
           "old 9223372036854775808\n\n" + note, "OLD 0\n\n" + note, note, "old 0\nabc\n\n" + note,
           "old 0\n" + hash.substr(0, 40) + "\n\n" + note, many + "\n" + note, "old 0\n\n",
           "old 0\n\nnonsense\n", "old 0\n\n" + note + "x",
           "old 0\n\nlog.example/one\n04\n" + hash + "\n\n— log.example/one AAAA\n"}) {
    EXPECT_EQ(add(body).status, 400u) << body;
  }
  ASSERT_EQ(add(log_.body(0, 4)).status, 200u);
}

TEST_F(WitnessHttp, AnOldSizeAboveTheCheckpointIs400) {
  ASSERT_EQ(add(log_.body(0, 9)).status, 200u);
  EXPECT_EQ(add("old 9\n\n" + log_.note(8)).status, 400u);
  EXPECT_EQ(add("old 10\n\n" + log_.note(9)).status, 400u);
}

TEST_F(WitnessHttp, WithoutAGoodSignatureOfTheLogIs403) {
  EXPECT_EQ(
      add("old 0\n\n" + crypto::sign_checkpoint(
                            {.origin = kOrigin, .size = 4, .root = log_.tree.root(4)}, key_of(2)))
          .status,
      403u);
  std::string bad = log_.note(4);
  bad[bad.size() - 10] = bad[bad.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(add("old 0\n\n" + bad).status, 403u);
  // A good signature and, by the same key, a bad one.
  const std::string good = log_.note(4);
  EXPECT_EQ(add("old 0\n\n" + good + bad.substr(bad.find("\n\n") + 2)).status, 403u);
}

TEST_F(WitnessHttp, AnUnknownLogIs404) {
  const Log other{.origin = "log.example/two"};
  EXPECT_EQ(add(other.body(0, 4)).status, 404u);
  const Log spaced{.origin =
                       "go.sum database tree"};  // no name of a key, and an origin all the same
  EXPECT_EQ(add("old 0\n\n" + spaced.origin + "\n0\n" + to_base64(crypto::empty_root()) +
                "\n\n— x " + to_base64(Bytes(68)) + "\n")
                .status,
            404u);
}

TEST_F(WitnessHttp, AnotherOldSizeIs409AndSaysWhich) {
  const api::Response first = add(log_.body(3, 9));
  EXPECT_EQ(first.status, 409u);
  EXPECT_EQ(first.body, "0\n");
  ASSERT_EQ(add(log_.body(0, 9)).status, 200u);
  for (const std::uint64_t old_size : {0, 4}) {
    const api::Response response = add(log_.body(old_size, 12));
    EXPECT_EQ(response.status, 409u);
    EXPECT_EQ(response.body, "9\n");
    EXPECT_EQ(response.content_type, "text/x.tlog.size");
  }
  // So does a checkpoint that is older than what was cosigned: never goes back.
  EXPECT_EQ(add(log_.body(0, 5)).status, 409u);
}

TEST_F(WitnessHttp, WhatDoesNotFollowIs422) {
  // A proof with old size 0.
  EXPECT_EQ(add(ledger::format_add_checkpoint(
                    {.old_size = 0, .proof = {log_.tree.root(1)}, .checkpoint = log_.note(4)}))
                .status,
            422u);
  // Size 0 with the root of something.
  const std::string text = std::string(kOrigin) + "\n0\n" + to_base64(log_.tree.root(3)) + "\n";
  crypto::Note note{.text = text, .signatures = {}};
  note.signatures.push_back(crypto::sign_note(log_.key, kOrigin, text));
  EXPECT_EQ(add("old 0\n\n" + crypto::format_note(note)).status, 422u);
  ASSERT_EQ(add(log_.body(0, 9)).status, 200u);
  // No proof, a proof with a hash changed, one with a hash too many.
  EXPECT_EQ(add("old 9\n\n" + log_.note(12)).status, 422u);
  crypto::Proof proof = log_.tree.consistency(9, 12).value();
  proof.back()[0] ^= 1;
  EXPECT_EQ(add(ledger::format_add_checkpoint(
                    {.old_size = 9, .proof = proof, .checkpoint = log_.note(12)}))
                .status,
            422u);
  proof.back()[0] ^= 1;
  proof.push_back(proof.back());
  EXPECT_EQ(add(ledger::format_add_checkpoint(
                    {.old_size = 9, .proof = proof, .checkpoint = log_.note(12)}))
                .status,
            422u);
  // The same size with another root, and a fork with a proof of its own history.
  const Log fork{.tree = tree_of(40, "fork")};
  EXPECT_EQ(add(fork.body(9, 9)).status, 422u);
  EXPECT_EQ(add(fork.body(9, 12)).status, 422u);
  EXPECT_EQ(add(log_.body(9, 12)).status, 200u);
}

TEST_F(WitnessHttp, TheEmptyTreeMayBeCosigned) {
  const api::Response response = add("old 0\n\n" + log_.note(0));
  ASSERT_EQ(response.status, 200u) << response.body;
  EXPECT_TRUE(cosigned(response, log_.note(0)));
  EXPECT_EQ(add(log_.body(0, 4)).status, 200u);
}

TEST_F(WitnessHttp, OtherPathsMethodsAndBodies) {
  EXPECT_EQ(send("GET", "/add-checkpoint").status, 405u);
  EXPECT_EQ(send("GET", "/checkpoint").status, 404u);
  EXPECT_EQ(send("GET", "/healthz").status, 200u);
  EXPECT_EQ(send("GET", url() + "/healthz").status, 200u);  // the absolute form of RFC 9112
  const std::string page = send("GET", "/").body;
  EXPECT_NE(page.find(vkey().vkey()), std::string::npos) << page;
  const api::Response large = add(std::string(ledger::kWitnessBodyBytesMax + 1, 'x'));
  EXPECT_EQ(large.status, 413u);
  EXPECT_EQ(add(log_.body(0, 4)).status, 200u);
}

TEST_F(WitnessHttp, MonitorsReadTheLatest) {
  const std::string path = "/" + api::server::origin_hash(kOrigin) + "/checkpoint";
  EXPECT_EQ(send("GET", path).status, 404u);
  ASSERT_EQ(add(log_.body(0, 4)).status, 200u);
  ASSERT_EQ(add(log_.body(4, 9)).status, 200u);
  const api::Response response = send("GET", path);
  ASSERT_EQ(response.status, 200u);
  const auto witness = vkey();
  const auto opened = crypto::open_checkpoint(response.body, log_.vkey(), std::span(&witness, 1));
  ASSERT_TRUE(opened) << opened.error().en;
  EXPECT_EQ(opened->checkpoint.size, 9u);
  EXPECT_EQ(opened->cosignatures.size(), 1u);
  EXPECT_EQ(send("GET", "/" + api::server::origin_hash("log.example/two") + "/checkpoint").status,
            404u);
}

// What was returned is what is read, the same checkpoint cosigned again too.
TEST_F(WitnessHttp, MonitorsReadTheNewestCosignature) {
  const std::string path = "/" + api::server::origin_hash(kOrigin) + "/checkpoint";
  ASSERT_EQ(add(log_.body(0, 9)).status, 200u);
  clock_.now += 100;
  const api::Response again = add(log_.body(9, 9));
  ASSERT_EQ(again.status, 200u);
  const std::string read = send("GET", path).body;
  EXPECT_TRUE(read.ends_with(again.body)) << read;
  EXPECT_EQ(read, log_.note(9) + again.body);
  stop();
  start();
  EXPECT_EQ(send("GET", path).body, read);
}

// C2SP signed-note: at least 16 signatures, of nearly 5 kB if they are post-quantum ones.
TEST_F(WitnessHttp, ACheckpointMayCarrySixteenLargeSignatures) {
  std::string note = log_.note(9);
  for (int i = 0; i < 15; ++i)
    note += "— other.example/" + std::to_string(i) + " " + to_base64(Bytes(4 + 4'900)) + "\n";
  ASSERT_GT(note.size(), 90'000u);
  const api::Response response = add("old 0\n\n" + note);
  ASSERT_EQ(response.status, 200u) << response.body;
  EXPECT_TRUE(cosigned(response, log_.note(9)));
}

TEST_F(WitnessHttp, RemembersAcrossRestarts) {
  ASSERT_EQ(add(log_.body(0, 9)).status, 200u);
  stop();
  start();
  const api::Response response = add(log_.body(0, 12));
  EXPECT_EQ(response.status, 409u);
  EXPECT_EQ(response.body, "9\n");
  EXPECT_EQ(add(Log{.tree = tree_of(40, "fork")}.body(9, 12)).status, 422u);
  EXPECT_EQ(add(log_.body(9, 12)).status, 200u);
}

// Power fails after the head is durable and before the answer is sent: the log learns by the 409,
// and the witness has not been led to a second history.
TEST_F(WitnessHttp, ACrashBetweenPersistAndAnswer) {
  ASSERT_EQ(add(log_.body(0, 9)).status, 200u);
  stop();
  {
    auto store = WitnessStore::open(dir_, vkey()).value();
    auto* state = store->find(kOrigin);
    const auto decision = ledger::decide(&state->log(), state->head(),
                                         ledger::parse_add_checkpoint(log_.body(9, 12)).value());
    const auto& accepted = std::get<ledger::WitnessAccepted>(decision);
    crypto::Note note = crypto::parse_note(log_.note(12)).value();
    note.signatures.push_back(crypto::cosign(key_, kName, 1, note.text));
    ASSERT_TRUE(state->replace(accepted.next, crypto::format_note(note)));
  }
  start();
  auto client = api::WitnessClient::open(url(), vkey(), {}).value();
  const auto prove = [&](std::uint64_t a, std::uint64_t b) { return log_.tree.consistency(a, b); };
  EXPECT_EQ(add(Log{.tree = tree_of(40, "fork")}.body(9, 12)).status, 409u);
  EXPECT_TRUE(client->cosign(log_.note(12), 12, prove));
  EXPECT_TRUE(client->cosign(log_.note(20), 20, prove));
}

TEST_F(WitnessHttp, WhatCannotBeKeptIsNotCosigned) {
  ASSERT_EQ(add(log_.body(0, 9)).status, 200u);
  std::filesystem::rename(dir_ + "/state", dir_ + "/away");
  const api::Response response = add(log_.body(9, 12));
  EXPECT_EQ(response.status, 500u);
  EXPECT_EQ(response.body.find(kName), std::string::npos);
  std::filesystem::rename(dir_ + "/away", dir_ + "/state");
  EXPECT_EQ(add(log_.body(9, 12)).status, 200u);
}

// Of two histories that go on from the same head at the same time, one is cosigned.
TEST_F(WitnessHttp, TwoAtOnceAreOneAfterTheOther) {
  std::uint64_t head = 0;
  crypto::TreeHistory past;
  for (int round = 0; round < 60; ++round) {
    std::array<Log, 2> logs;
    for (std::size_t i = 0; i < 2; ++i) {
      logs[i].tree = past;
      logs[i].tree.append(crypto::leaf_hash(view_of(std::to_string(round * 2 + int(i)))));
    }
    std::array<unsigned, 2> statuses{};
    std::barrier ready(2);
    std::array<std::thread, 2> threads;
    for (std::size_t i = 0; i < 2; ++i) {
      threads[i] = std::thread([&, i] {
        auto connection = api::connect(url()).value();
        const std::string body = logs[i].body(head, head + 1);
        ready.arrive_and_wait();
        statuses[i] =
            connection->send({"POST", "/add-checkpoint", "text/plain", body}).value().status;
      });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(statuses[0] + statuses[1], 200u + 409u) << statuses[0] << " " << statuses[1];
    past = logs[statuses[0] == 200 ? 0 : 1].tree;
    ++head;
  }
}

TEST_F(WitnessHttp, ManyLogsAreKeptApart) {
  stop();
  const Log second{.key = key_of(3), .origin = "log.example/two", .tree = tree_of(40, "two")};
  ASSERT_TRUE(WitnessStore::add_log(dir_, second.vkey()));
  EXPECT_EQ(WitnessStore::add_log(dir_, second.vkey()).error().code, "witness.log_known");
  start();
  ASSERT_EQ(add(log_.body(0, 9)).status, 200u);
  ASSERT_EQ(add(second.body(0, 20)).status, 200u);
  EXPECT_EQ(add(log_.body(9, 10)).status, 200u);
  EXPECT_EQ(add(second.body(20, 21)).status, 200u);
  // A log's key is good for its own name alone.
  const Log stolen{.origin = "log.example/two", .tree = tree_of(40, "two")};
  EXPECT_EQ(add(stolen.body(21, 22)).status, 403u);
}

TEST_F(WitnessHttp, ALogMayChangeItsKey) {
  ASSERT_EQ(add(log_.body(0, 9)).status, 200u);
  stop();
  const Log renewed{.key = key_of(9)};
  ASSERT_TRUE(WitnessStore::add_log(dir_, renewed.vkey()));
  start();
  EXPECT_EQ(add(renewed.body(0, 12)).status, 409u);  // one history, whichever key signs
  EXPECT_EQ(add(renewed.body(9, 12)).status, 200u);
  EXPECT_EQ(add(log_.body(12, 13)).status, 403u);  // a key that it has left, in whosever hands
  stop();
  start();
  EXPECT_EQ(add(log_.body(12, 13)).status, 403u);
  EXPECT_EQ(add(renewed.body(12, 13)).status, 200u);
}

TEST_F(WitnessHttp, ADirectoryIsOneWitnessAtATime) {
  EXPECT_EQ(WitnessStore::open(dir_, vkey()).error().code, "witness.busy");
  EXPECT_EQ(WitnessStore::add_log(dir_, Log{.origin = "x"}.vkey()).error().code, "witness.busy");
  EXPECT_EQ(WitnessStore::make(dir_).error().code, "witness.in_use");
  EXPECT_EQ(WitnessStore::open(temp_ / "none", vkey()).error().code, "witness.absent");
}

TEST_F(WitnessHttp, StateThatIsGoneOrChangedStopsIt) {
  ASSERT_EQ(add(log_.body(0, 9)).status, 200u);
  stop();
  const std::string path = dir_ + "/state/" + api::server::origin_hash(kOrigin);
  std::ifstream in(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  const auto refused = [&](const std::string& changed) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << changed;
    const auto opened = WitnessStore::open(dir_, vkey());
    return !opened && opened.error().code == "witness.state";
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_TRUE(refused(changed)) << at;
  }
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused(text.substr(0, text.size() - 1)));
  std::filesystem::remove(path);
  EXPECT_EQ(WitnessStore::open(dir_, vkey()).error().code, "witness.state");
  std::ofstream(path, std::ios::binary) << text;
  start();
  EXPECT_EQ(add(log_.body(9, 10)).status, 200u);
}

TEST_F(WitnessHttp, ALogThatWasRolledBackIsTold) {
  ASSERT_EQ(add(log_.body(0, 20)).status, 200u);
  auto client = api::WitnessClient::open(url(), vkey(), {}).value();
  const auto prove = [&](std::uint64_t a, std::uint64_t b) { return log_.tree.consistency(a, b); };
  EXPECT_EQ(client->cosign(log_.note(12), 12, prove).error().code, "witness.ahead");
  EXPECT_TRUE(client->cosign(log_.note(20), 20, prove));
  const Log fork{.tree = tree_of(40, "fork")};
  const auto prove_fork = [&](std::uint64_t a, std::uint64_t b) {
    return fork.tree.consistency(a, b);
  };
  const auto refused = client->cosign(fork.note(30), 30, prove_fork);
  EXPECT_EQ(refused.error().code, "witness.fork");
}

// Witnesses from before v1.0.0 of the protocol answer another root of the size cosigned last so.
TEST_F(WitnessHttp, AForkAnsweredWith409IsTold) {
  ASSERT_EQ(add(log_.body(0, 20)).status, 200u);
  const Log fork{.tree = tree_of(40, "fork")};
  const auto prove = [&](std::uint64_t a, std::uint64_t b) { return fork.tree.consistency(a, b); };
  const auto code = [&](std::uint64_t size) {
    auto client = api::WitnessClient::open(url(), vkey(), {}).value();
    return client->cosign(fork.note(size), size, prove).error().code;
  };
  instead_of_422_ = "20";
  EXPECT_EQ(code(20), "witness.fork");
  EXPECT_EQ(code(30), "witness.answer");  // that 20 is the size it has been sent already
}

}  // namespace
}  // namespace liuhen::tests
