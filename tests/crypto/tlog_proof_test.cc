// C2SP tlog-proof: what is read, what is refused, what is proved.
#include "crypto/tlog_proof.h"

#include <gtest/gtest.h>

#include "crypto/sha256.h"
#include "crypto/tree_history.h"
#include "tests/worked_example.h"

namespace liuhen::crypto {
namespace {

constexpr const char* kOrigin = "liuhen.example/proofs";

const SigningKey& key() {
  static const SigningKey made{SigningSeed(sha256(view_of(kOrigin)))};
  return made;
}
Policy policy() { return Policy::of_log({.name = kOrigin, .key = key().public_key()}); }
std::string entry(std::uint64_t index) { return "entry " + std::to_string(index); }

TreeHistory tree_of(std::uint64_t size) {
  TreeHistory tree;
  for (std::uint64_t i = 0; i < size; ++i) tree.append(leaf_hash(view_of(entry(i))));
  return tree;
}
TlogProof proof_of(std::uint64_t index, std::uint64_t size) {
  const TreeHistory tree = tree_of(size);
  const std::string text = entry(index);
  const View extra = view_of(text);
  return {
      .extra = {extra.begin(), extra.end()},
      .index = index,
      .hashes = tree.inclusion(index, size).value(),
      .checkpoint = sign_checkpoint({.origin = kOrigin, .size = size, .root = tree.root()}, key())};
}

TEST(TlogProof, EveryEntryOfEverySizeIsProved) {
  for (std::uint64_t size = 1; size <= 40; ++size) {
    for (std::uint64_t index = 0; index < size; ++index) {
      const TlogProof made = proof_of(index, size);
      const auto read = parse_tlog_proof(format_tlog_proof(made));
      ASSERT_TRUE(read);
      EXPECT_EQ(read->extra, made.extra);
      EXPECT_EQ(read->index, index);
      EXPECT_EQ(read->hashes, made.hashes);
      EXPECT_EQ(read->checkpoint, made.checkpoint);
      const auto opened = verify_tlog_proof(*read, leaf_hash(read->extra), policy());
      ASSERT_TRUE(opened);
      EXPECT_EQ(opened->checkpoint.size, size);
      EXPECT_FALSE(verify_tlog_proof(*read, leaf_hash(view_of("other")), policy()));
    }
  }
}

TEST(TlogProof, WithoutExtraDataTheLineIsAbsent) {
  TlogProof proof = proof_of(3, 7);
  proof.extra.clear();
  const std::string text = format_tlog_proof(proof);
  EXPECT_TRUE(text.starts_with("c2sp.org/tlog-proof@v1\nindex 3\n"));
  const auto read = parse_tlog_proof(text);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->extra.empty());
  EXPECT_TRUE(verify_tlog_proof(*read, leaf_hash(view_of(entry(3))), policy()));
}

// Each character of the proof's part, changed, added or taken away.
TEST(TlogProof, NothingButItselfIsRead) {
  const std::string text = format_tlog_proof(proof_of(4, 7));
  const std::size_t end = text.find("\n\n") + 2;
  const auto refused = [](const std::string& other) {
    const auto read = parse_tlog_proof(other);
    if (!read) return read.error().code == "tlog_proof.format";
    if (format_tlog_proof(*read) != other) return false;
    return !verify_tlog_proof(*read, leaf_hash(view_of(entry(4))), policy()) ||
           other.find("extra ") != std::string::npos;  // which nothing authenticates
  };
  for (std::size_t at = 0; at < end; ++at) {
    for (const char c : {'\n', ' ', '0', 'A', '='}) {
      std::string changed = text, longer = text;
      changed[at] = c;
      longer.insert(at, 1, c);
      EXPECT_TRUE(changed == text || refused(changed)) << changed;
      EXPECT_TRUE(refused(longer)) << longer;
    }
    std::string shorter = text;
    EXPECT_TRUE(refused(shorter.erase(at, 1))) << shorter;
    EXPECT_TRUE(refused(text.substr(0, at)));
  }
}

TEST(TlogProof, TheIndexAndTheHashesAreAuthenticated) {
  const auto code = [](const TlogProof& proof) {
    const auto opened = verify_tlog_proof(proof, leaf_hash(view_of(entry(4))), policy());
    return opened ? "" : opened.error().code;
  };
  TlogProof proof = proof_of(4, 7);
  EXPECT_EQ(code(proof), "");
  proof.index = 5;
  EXPECT_EQ(code(proof), "merkle.inclusion");
  proof = proof_of(4, 7);
  proof.hashes.pop_back();
  EXPECT_EQ(code(proof), "merkle.inclusion");
  proof = proof_of(4, 7);
  proof.hashes[1][0] ^= 1;
  EXPECT_EQ(code(proof), "merkle.inclusion");
  proof = proof_of(4, 7);
  proof.checkpoint = proof_of(4, 6).checkpoint;
  EXPECT_EQ(code(proof), "merkle.inclusion");
  const auto stranger = Policy::of_log({.name = "other.example", .key = key().public_key()});
  EXPECT_EQ(verify_tlog_proof(proof_of(4, 7), leaf_hash(view_of(entry(4))), stranger).error().code,
            "policy.log");
}

TEST(TlogProof, TooManyHashesAreRefused) {
  std::string text = "c2sp.org/tlog-proof@v1\nindex 0\n";
  for (int i = 0; i < 64; ++i) text += to_base64(Hash{}) + "\n";
  const auto read = parse_tlog_proof(text + "\n" + proof_of(0, 1).checkpoint);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "tlog_proof.format");
}

// The file comes from tests/interop/tlog, which is another implementation.
TEST(TlogProof, TheWorkedExampleOfThePage) {
  const auto example = tests::worked_example("docs/formats/tlog-proof.md", "Worked example");
  ASSERT_EQ(example.size(), 2u);
  const Bytes file = tests::example_bytes(example, "file");
  const auto read = parse_tlog_proof(text_of(file));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->index, 4u);
  EXPECT_EQ(text_of(read->extra), "entry 4");
  const auto log = Policy::of_log(parse_vkey(example.at("vkey")).value());
  const auto opened = verify_tlog_proof(*read, leaf_hash(read->extra), log);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->checkpoint.size, 7u);
}

}  // namespace
}  // namespace liuhen::crypto
