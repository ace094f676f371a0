// What a witness keeps of checkpoints that contradict what it cosigned, and whom it tells.
#include <set>

#include "tests/api/witness_http.h"

namespace liuhen::tests {
namespace {

class WitnessEvidenceHttp : public WitnessHttp {
 protected:
  std::string folder() const { return dir_ + "/evidence/" + api::server::origin_hash(kOrigin); }
  std::set<std::string> names() const {
    std::set<std::string> all;
    if (!std::filesystem::exists(folder())) return all;
    for (const auto& file : std::filesystem::directory_iterator(folder()))
      all.insert(file.path().filename());
    return all;
  }
  static std::string name(const std::string& kind, const Log& log, std::uint64_t size) {
    return kind + "-" + std::to_string(size) + "-" + to_hex(log.tree.root(size)).substr(0, 16);
  }
  std::string content(const std::string& file) const {
    std::ifstream in(folder() + "/" + file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

// Two histories under one key: both signatures stay, and somebody is told, once.
TEST_F(WitnessEvidenceHttp, AForkIsKeptAndTold) {
  ASSERT_EQ(add(log_.body(0, 20)).status, 200u);
  const Log fork{.tree = tree_of(40, "fork")};
  ASSERT_EQ(add(fork.body(20, 20)).status, 422u);
  ASSERT_EQ(add(fork.body(20, 20)).status, 422u);
  ASSERT_EQ(add(fork.body(20, 30)).status, 422u);
  ASSERT_EQ(add(fork.body(0, 12)).status, 409u);
  const std::string held = name("held", log_, 20);
  const std::set<std::string> kept{held, name("fork", fork, 20), name("unproven", fork, 30),
                                   name("behind", fork, 12)};
  EXPECT_EQ(names(), kept);
  EXPECT_EQ(alarms(),
            (std::vector<std::string>{"witness.fork", "witness.inconsistent", "witness.behind"}));
  EXPECT_EQ(content(name("fork", fork, 20)), fork.note(20));
  const auto witness = vkey();
  const auto opened = crypto::open_checkpoint(content(held), log_.vkey(), std::span(&witness, 1));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->checkpoint.root, log_.tree.root(20));
  EXPECT_NE(send("GET", "/").body.find("evidence: 3"), std::string::npos);
  // Whoever starts it again is told again, and it goes on with the history that it holds.
  stop();
  start();
  ASSERT_EQ(add(fork.body(20, 20)).status, 422u);
  ASSERT_EQ(add(fork.body(20, 20)).status, 422u);
  EXPECT_EQ(alarms().size(), 4u);
  clock_.now += api::server::kEvidenceAlarmGapS;
  ASSERT_EQ(add(fork.body(20, 20)).status, 422u);
  EXPECT_EQ(alarms().size(), 5u);
  EXPECT_NE(send("GET", "/").body.find("evidence: 3"), std::string::npos);
  EXPECT_EQ(add(log_.body(20, 21)).status, 200u);
}

TEST_F(WitnessEvidenceHttp, WhatIsKeptIsBounded) {
  ASSERT_EQ(add(log_.body(0, 20)).status, 200u);
  std::vector<Log> forks;
  for (int i = 0; i < 11; ++i) {
    forks.push_back({.tree = tree_of(40, std::to_string(i))});
    ASSERT_EQ(add(forks.back().body(20, 30)).status, 422u);
    if (i != 9) continue;  // what is there is known again after a start
    stop();
    start();
  }
  std::set<std::string> kept{name("held", log_, 20)};
  for (const std::size_t i : {0, 1, 2, 3, 7, 8, 9, 10}) kept.insert(name("unproven", forks[i], 30));
  EXPECT_EQ(names(), kept);
  // One kind takes no room of another: the proof of a fork is still kept.
  const Log fork{.tree = tree_of(40, "fork")};
  ASSERT_EQ(add(fork.body(20, 20)).status, 422u);
  EXPECT_TRUE(names().contains(name("fork", fork, 20)));
}

// Anybody can send the log's own checkpoints with a proof that he made up: that hides no fork.
TEST_F(WitnessEvidenceHttp, NobodyBlindsIt) {
  ASSERT_EQ(add(log_.body(0, 20)).status, 200u);
  const auto made_up = [&](std::uint64_t size) {
    return add(ledger::format_add_checkpoint(
                   {.old_size = 20, .proof = {log_.tree.root(1)}, .checkpoint = log_.note(size)}))
        .status;
  };
  for (std::uint64_t size = 21; size < 36; ++size) ASSERT_EQ(made_up(size), 422u);
  EXPECT_EQ(alarms(), std::vector<std::string>{"witness.inconsistent"});
  EXPECT_EQ(names().size(), 1 + api::server::kEvidenceFirstMax + api::server::kEvidenceNewestMax);
  clock_.now += api::server::kEvidenceAlarmGapS;
  const Log fork{.tree = tree_of(40, "fork")};
  ASSERT_EQ(add(fork.body(20, 38)).status, 422u);
  EXPECT_TRUE(names().contains(name("unproven", fork, 38)));
  EXPECT_EQ(alarms(), (std::vector<std::string>{"witness.inconsistent", "witness.inconsistent"}));
  // Two roots of one size nobody but the log can sign: told at once, each of them.
  const Log other{.tree = tree_of(40, "other")};
  ASSERT_EQ(add(fork.body(20, 20)).status, 422u);
  ASSERT_EQ(add(other.body(20, 20)).status, 422u);
  EXPECT_TRUE(names().contains(name("fork", fork, 20)));
  EXPECT_TRUE(names().contains(name("fork", other, 20)));
  EXPECT_EQ(alarms().size(), 4u);
  EXPECT_EQ(alarms().back(), "witness.fork");
}

TEST_F(WitnessEvidenceHttp, WhatIsNoLongerInDoubtIsDropped) {
  ASSERT_EQ(add(log_.body(0, 20)).status, 200u);
  ASSERT_EQ(add("old 20\n\n" + log_.note(21)).status, 422u);
  EXPECT_TRUE(names().contains(name("unproven", log_, 21)));
  ASSERT_EQ(add(log_.body(20, 21)).status, 200u);
  EXPECT_FALSE(names().contains(name("unproven", log_, 21)));
  // An old checkpoint that it cosigned itself contradicts nothing, and may be a log rolled back.
  ASSERT_EQ(add(log_.body(0, 20)).status, 409u);
  EXPECT_FALSE(names().contains(name("behind", log_, 20)));
  EXPECT_EQ(alarms(), (std::vector<std::string>{"witness.inconsistent", "witness.behind"}));
}

// What was in doubt is the proof once its size is cosigned with another root.
TEST_F(WitnessEvidenceHttp, ADoubtBecomesAProof) {
  ASSERT_EQ(add(log_.body(0, 20)).status, 200u);
  const Log fork{.tree = tree_of(40, "fork")};
  ASSERT_EQ(add(fork.body(20, 30)).status, 422u);
  ASSERT_EQ(add(log_.body(20, 30)).status, 200u);
  const std::set<std::string> kept{name("held", log_, 20), name("held", log_, 30),
                                   name("fork", fork, 30)};
  EXPECT_EQ(names(), kept);
  EXPECT_EQ(content(name("fork", fork, 30)), fork.note(30));
  EXPECT_EQ(alarms(), (std::vector<std::string>{"witness.inconsistent", "witness.fork"}));
}

TEST_F(WitnessEvidenceHttp, WhatWasHeldIsBoundedToo) {
  const Log fork{.tree = tree_of(40, "fork")};
  ASSERT_EQ(add(log_.body(0, 2)).status, 200u);
  ASSERT_EQ(add(fork.body(2, 2)).status, 422u);
  for (std::uint64_t size = 3; size < 30; ++size) {
    ASSERT_EQ(add(log_.body(size - 1, size)).status, 200u);
    const Log longer{.tree = tree_of(40, "fork" + std::to_string(size))};
    ASSERT_EQ(add(longer.body(size, 39)).status, 422u);
  }
  std::size_t held = 0;
  for (const std::string& file : names()) held += file.starts_with("held-") ? 1 : 0;
  EXPECT_EQ(held, 1 + api::server::kEvidenceFirstMax + api::server::kEvidenceNewestMax);
  EXPECT_TRUE(names().contains(name("held", log_, 2)));  // the other half of the proof
  EXPECT_TRUE(names().contains(name("held", log_, 29)));
}

TEST_F(WitnessEvidenceHttp, NothingIsHeldAgainstALogThatDidNotSignIt) {
  ASSERT_EQ(add(log_.body(0, 20)).status, 200u);
  const Log stranger{.key = key_of(9), .tree = tree_of(40, "fork")};
  ASSERT_EQ(add(stranger.body(20, 20)).status, 403u);
  ASSERT_EQ(add(log_.body(0, 21)).status, 409u);  // a log that does not know what was cosigned
  ASSERT_EQ(add(log_.body(0, 20)).status, 409u);
  EXPECT_TRUE(names().empty());
  EXPECT_TRUE(alarms().empty());
}

TEST_F(WitnessEvidenceHttp, EvidenceThatCannotBeKeptIsTold) {
  ASSERT_EQ(add(log_.body(0, 20)).status, 200u);
  std::ofstream(dir_ + "/evidence") << "in the way";
  const Log fork{.tree = tree_of(40, "fork")};
  EXPECT_EQ(add(fork.body(20, 20)).status, 422u);
  EXPECT_EQ(alarms(), std::vector<std::string>{"witness.fork"});
}

TEST_F(WitnessEvidenceHttp, OnlyItsOwnerReadsWhatIsKept) {
  ASSERT_EQ(add(log_.body(0, 20)).status, 200u);
  const Log fork{.tree = tree_of(40, "fork")};
  ASSERT_EQ(add(fork.body(20, 20)).status, 422u);
  std::size_t seen = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(dir_)) {
    if (!file.is_regular_file()) continue;
    ++seen;
    struct stat about {};
    ASSERT_EQ(::stat(file.path().c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777u, 0600u) << file.path();
  }
  EXPECT_EQ(seen, 5u);  // logs, lock, the state, and two notes
}

}  // namespace
}  // namespace liuhen::tests
