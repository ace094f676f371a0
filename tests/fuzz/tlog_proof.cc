// Proofs of entries for use offline: one text for each content, and only what is in the log
// verifies.
#include "crypto/tlog_proof.h"

#include "crypto/sha256.h"
#include "crypto/tree_history.h"

namespace liuhen::crypto {
namespace {

constexpr const char* kOrigin = "fuzz.example/log";

// A log of the entries "0", "1" and so on, whose checkpoints are signed with a key that the corpus
// was made with too.
struct Log {
  SigningKey key{SigningSeed(sha256(view_of("fuzz")))};
  Policy policy = Policy::of_log({.name = kOrigin, .key = key.public_key()});
  TreeHistory tree;

  Log() {
    for (std::uint64_t i = 0; i < 300; ++i) tree.append(leaf_hash(view_of(std::to_string(i))));
  }
};

void check(std::string_view text) {
  const auto proof = parse_tlog_proof(text);
  if (!proof) {
    LIUHEN_CHECK(proof.error().code == "tlog_proof.format");
    return;
  }
  LIUHEN_CHECK(text.size() <= kMaxTlogProofSize && proof->hashes.size() <= 63);
  LIUHEN_CHECK(format_tlog_proof(*proof) == text);

  static const Log log;
  for (const Hash& leaf :
       {leaf_hash(proof->extra), leaf_hash(view_of(std::to_string(proof->index)))}) {
    const auto opened = verify_tlog_proof(*proof, leaf, log.policy);
    if (!opened) continue;
    // Nobody else has the key.
    LIUHEN_CHECK(opened->checkpoint.size <= log.tree.size());
    LIUHEN_CHECK(opened->checkpoint.root == log.tree.root(opened->checkpoint.size));
    LIUHEN_CHECK(proof->index < opened->checkpoint.size);
    LIUHEN_CHECK(leaf == log.tree.at(0, proof->index));
  }
}

}  // namespace
}  // namespace liuhen::crypto

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  liuhen::crypto::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
