// Merkle trees as in RFC 6962 section 2.1 and RFC 9162 section 2.1 (docs/formats/merkle.md).
// Everything here is about leaf hashes; leaf_hash makes one from an entry. Sizes are at most 2^63.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "crypto/bytes.h"

namespace liuhen::crypto {

Hash leaf_hash(View entry);                           // SHA-256(0x00 ‖ entry)
Hash node_hash(const Hash& left, const Hash& right);  // SHA-256(0x01 ‖ left ‖ right)
const Hash& empty_root();                             // SHA-256("")

using Proof = std::vector<Hash>;

// A tree that only grows and remembers no more than its root needs: at most 63 hashes. Not
// thread-safe.
class MerkleTree {
 public:
  MerkleTree() = default;
  // Continues a tree from what frontier() once gave. Fails (`merkle.frontier`) if the number of
  // hashes is not that of the one-bits of the size.
  static Result<MerkleTree> resume(std::uint64_t size, std::vector<Hash> frontier);

  void append(const Hash& leaf);
  std::uint64_t size() const { return size_; }
  Hash root() const;  // O(log size)
  // The roots of the complete subtrees that make up the tree, the largest first.
  const std::vector<Hash>& frontier() const { return frontier_; }

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> frontier_;
};

// The root over the leaf hashes, in the order given.
Hash root_of(std::span<const Hash> leaves);

// Where proofs read from: the root of the complete subtree over leaves [index·2^level,
// (index+1)·2^level). Level 0 is the leaf hashes. It is only asked for subtrees complete at the
// size in question. An error it returns is returned by the function that called it.
using HashAt = std::function<Result<Hash>(unsigned level, std::uint64_t index)>;

// The root of the first `size` leaves.
Result<Hash> root_at(std::uint64_t size, const HashAt& at);

// That the leaf at `index` is in the tree of `size` leaves, hashes from the leaf's sibling upward.
// Fails (`merkle.range`) unless index < size.
Result<Proof> prove_inclusion(std::uint64_t index, std::uint64_t size, const HashAt& at);

// That the tree of `old_size` leaves is a prefix of that of `new_size`. Empty if old_size is 0 or
// new_size. Fails (`merkle.range`) unless old_size <= new_size.
Result<Proof> prove_consistency(std::uint64_t old_size, std::uint64_t new_size, const HashAt& at);

// The root that an inclusion proof leads to, for readers who compare it with several roots.
// Fails (`merkle.inclusion`) if the proof has not exactly the length that index and size ask for.
Result<Hash> root_from_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf,
                                 std::span<const Hash> proof);

// Fails (`merkle.inclusion`), without saying more, if the proof does not show it.
Outcome verify_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf,
                         std::span<const Hash> proof, const Hash& root);

// Fails (`merkle.consistency`), without saying more, if the proof does not show it. With old_size 0
// the old root must be the empty one and the proof empty; with equal sizes the roots must be equal.
Outcome verify_consistency(std::uint64_t old_size, std::uint64_t new_size, const Hash& old_root,
                           const Hash& new_root, std::span<const Hash> proof);

}  // namespace liuhen::crypto
