#include "crypto/merkle.h"

#include <gtest/gtest.h>

#include "crypto/sha256.h"
#include "crypto/tree_history.h"

namespace liuhen::crypto {
namespace {

// The tree used by the tests of Certificate Transparency's own implementation: entries, and the
// root after each.
const char* const kEntries[] = {"",
                                "00",
                                "10",
                                "2021",
                                "3031",
                                "40414243",
                                "5051525354555657",
                                "606162636465666768696a6b6c6d6e6f"};
const char* const kRoots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                              "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                              "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                              "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                              "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                              "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                              "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                              "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

Hash numbered_leaf(std::uint64_t i) { return leaf_hash(view_of("entry " + std::to_string(i))); }

TreeHistory numbered_tree(std::uint64_t size) {
  TreeHistory tree;
  for (std::uint64_t i = 0; i < size; ++i) tree.append(numbered_leaf(i));
  return tree;
}

// RFC 6962 section 2.1, word for word.
Hash definition(std::span<const Hash> leaves) {
  if (leaves.empty()) return sha256(View());
  if (leaves.size() == 1) return leaves[0];
  std::size_t k = 1;
  while (k * 2 < leaves.size()) k *= 2;
  return node_hash(definition(leaves.first(k)), definition(leaves.subspan(k)));
}

TEST(Merkle, KnownRoots) {
  EXPECT_EQ(to_base64(empty_root()), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  MerkleTree tree;
  EXPECT_EQ(tree.root(), empty_root());
  for (std::size_t i = 0; i < 8; ++i) {
    tree.append(leaf_hash(from_hex(kEntries[i]).value()));
    EXPECT_EQ(to_hex(tree.root()), kRoots[i]);
  }
}

TEST(Merkle, EveryRootFollowsTheDefinition) {
  constexpr std::uint64_t kSize = 320;
  std::vector<Hash> leaves;
  MerkleTree tree;
  for (std::uint64_t i = 0; i < kSize; ++i) {
    leaves.push_back(numbered_leaf(i));
    tree.append(leaves.back());
    ASSERT_EQ(tree.root(), definition(leaves)) << i;
    auto resumed = MerkleTree::resume(tree.size(), tree.frontier());
    ASSERT_EQ(resumed.value().root(), tree.root());
  }
  const TreeHistory history = numbered_tree(kSize);
  for (std::uint64_t size = 0; size <= kSize; ++size) {
    const std::span<const Hash> first(leaves.data(), size);
    ASSERT_EQ(history.root(size), definition(first)) << size;
    ASSERT_EQ(root_of(first), definition(first)) << size;
  }
}

TEST(Merkle, ResumeRefusesAFrontierOfAnotherSize) {
  EXPECT_EQ(MerkleTree::resume(3, {Hash{}}).error().code, "merkle.frontier");
  EXPECT_EQ(MerkleTree::resume(0, {Hash{}}).error().code, "merkle.frontier");
}

TEST(Merkle, EveryInclusionAtEverySize) {
  constexpr std::uint64_t kSize = 320;
  const TreeHistory tree = numbered_tree(kSize);
  for (std::uint64_t size = 1; size <= kSize; ++size) {
    const Hash root = tree.root(size);
    for (std::uint64_t index = 0; index < size; ++index) {
      const Proof proof = tree.inclusion(index, size).value();
      ASSERT_TRUE(verify_inclusion(index, size, tree.at(0, index), proof, root))
          << index << " in " << size;
      // The same proof for the neighbour, in the next size, or against the next root shows nothing.
      ASSERT_FALSE(verify_inclusion(index + 1, size, tree.at(0, index), proof, root));
      if (size < kSize) {
        ASSERT_FALSE(verify_inclusion(index, size, tree.at(0, index), proof, tree.root(size + 1)));
      }
    }
    ASSERT_EQ(tree.inclusion(size, size).error().code, "merkle.range");
  }
  EXPECT_EQ(tree.inclusion(0, kSize + 1).error().code, "merkle.range");
}

TEST(Merkle, EveryConsistencyOfTwoSizes) {
  constexpr std::uint64_t kSize = 320;
  const TreeHistory tree = numbered_tree(kSize);
  for (std::uint64_t now = 0; now <= kSize; ++now) {
    const Hash root = tree.root(now);
    for (std::uint64_t old = 0; old <= now; ++old) {
      const Hash old_root = tree.root(old);
      const Proof proof = tree.consistency(old, now).value();
      ASSERT_TRUE(verify_consistency(old, now, old_root, root, proof)) << old << " to " << now;
      if (old != now) {
        ASSERT_FALSE(verify_consistency(old, now, root, root, proof));
        ASSERT_FALSE(verify_consistency(now, old, root, old_root, proof));
        ASSERT_FALSE(verify_consistency(old, now, old_root, old_root, proof) && old != 0);
      }
    }
  }
  EXPECT_EQ(tree.consistency(2, 1).error().code, "merkle.range");
  EXPECT_EQ(tree.consistency(1, kSize + 1).error().code, "merkle.range");
}

// Each way to spoil a list of hashes.
std::vector<Proof> spoiled(const Proof& proof) {
  std::vector<Proof> out;
  Proof longer = proof;
  longer.push_back(Hash{});
  out.push_back(longer);
  longer = proof;
  longer.insert(longer.begin(), Hash{});
  out.push_back(longer);
  for (std::size_t i = 0; i < proof.size(); ++i) {
    Proof changed = proof;
    changed[i][i % 32] ^= 0x80;
    out.push_back(changed);
    changed = proof;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
    out.push_back(changed);
    changed = proof;
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(i), proof[i]);
    out.push_back(changed);
    if (i + 1 < proof.size()) {
      changed = proof;
      std::swap(changed[i], changed[i + 1]);
      out.push_back(changed);
    }
  }
  return out;
}

TEST(Merkle, SpoiledProofsShowNothing) {
  constexpr std::uint64_t kSize = 70;
  const TreeHistory tree = numbered_tree(kSize);
  for (std::uint64_t size = 1; size <= kSize; ++size) {
    const Hash root = tree.root(size);
    for (std::uint64_t index = 0; index < size; ++index) {
      const Hash leaf = tree.at(0, index);
      for (const Proof& proof : spoiled(tree.inclusion(index, size).value())) {
        ASSERT_EQ(verify_inclusion(index, size, leaf, proof, root).error().code,
                  "merkle.inclusion");
      }
      for (const Proof& proof : spoiled(tree.consistency(index, size).value())) {
        ASSERT_EQ(verify_consistency(index, size, tree.root(index), root, proof).error().code,
                  "merkle.consistency");
      }
    }
  }
}

// Roots made to fit a proof that is too long or too short for the sizes claimed.
TEST(Merkle, ProofsHaveTheLengthOfTheirSizes) {
  const TreeHistory tree = numbered_tree(4);
  const Hash first = tree.at(0, 0);
  const Proof one = {tree.at(0, 1)};
  ASSERT_TRUE(verify_inclusion(0, 2, first, one, tree.root(2)));
  EXPECT_FALSE(verify_inclusion(0, 3, first, one, tree.root(2)));
  EXPECT_FALSE(verify_inclusion(0, 4, first, one, tree.root(2)));
  EXPECT_FALSE(verify_inclusion(0, 1, first, one, node_hash(one[0], first)));
  EXPECT_FALSE(verify_inclusion(0, 1, first, one, node_hash(first, one[0])));
  ASSERT_TRUE(verify_consistency(1, 2, first, tree.root(2), one));
  EXPECT_FALSE(verify_consistency(1, 3, first, tree.root(2), one));
  EXPECT_FALSE(verify_consistency(1, 4, first, tree.root(2), one));
  Proof longer = tree.consistency(3, 4).value();
  const Hash more = numbered_leaf(9);
  longer.push_back(more);
  EXPECT_FALSE(verify_consistency(3, 4, node_hash(more, tree.root(3)),
                                  node_hash(more, tree.root(4)), longer));
}

TEST(Merkle, SizesAtTheEdge) {
  const Hash some = numbered_leaf(0);
  EXPECT_FALSE(verify_inclusion(0, 0, some, {}, some));
  EXPECT_TRUE(verify_inclusion(0, 1, some, {}, some));
  EXPECT_TRUE(verify_consistency(0, 0, empty_root(), empty_root(), {}));
  EXPECT_FALSE(verify_consistency(0, 0, empty_root(), some, {}));
  EXPECT_FALSE(verify_consistency(0, 1, some, some, {}));
  EXPECT_FALSE(verify_consistency(1, 1, some, some, Proof{some}));
  constexpr std::uint64_t kHuge = ~std::uint64_t{0};
  EXPECT_FALSE(verify_inclusion(kHuge - 1, kHuge, some, Proof(64, some), some));
  EXPECT_FALSE(verify_consistency(kHuge - 1, kHuge, some, some, Proof(64, some)));
}

TEST(Merkle, AnErrorOfTheReaderComesThrough) {
  const HashAt broken = [](unsigned, std::uint64_t) -> Result<Hash> {
    return fail("disk", "", "");
  };
  EXPECT_EQ(root_at(5, broken).error().code, "disk");
  EXPECT_EQ(prove_inclusion(1, 5, broken).error().code, "disk");
  EXPECT_EQ(prove_consistency(2, 5, broken).error().code, "disk");
}

}  // namespace
}  // namespace liuhen::crypto
