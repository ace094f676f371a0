// A Merkle tree in memory that remembers every size it has had.
#pragma once

#include "crypto/merkle.h"

namespace liuhen::crypto {

// Append only; keeps the root of every complete subtree, about two hashes (64 bytes) a leaf.
// Readers may run together; append needs to be alone.
class TreeHistory {
 public:
  void append(const Hash& leaf);
  std::uint64_t size() const { return levels_.empty() ? 0 : levels_[0].size(); }

  // The root when the tree had `size` leaves, in O(log size). Asking beyond size() is a bug.
  Hash root(std::uint64_t size) const;
  Hash root() const { return root(size()); }

  // As prove_inclusion and prove_consistency; asking beyond size() fails (`merkle.range`).
  Result<Proof> inclusion(std::uint64_t index, std::uint64_t size) const;
  Result<Proof> consistency(std::uint64_t old_size, std::uint64_t new_size) const;

  // The root of a complete subtree, for those that store or serve them. Asking beyond is a bug.
  const Hash& at(unsigned level, std::uint64_t index) const;

 private:
  HashAt reader() const;

  std::vector<std::vector<Hash>> levels_;
};

}  // namespace liuhen::crypto
