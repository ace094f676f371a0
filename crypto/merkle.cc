#include "crypto/merkle.h"

#include <bit>

#include "crypto/sha256.h"

namespace liuhen::crypto {
namespace {

constexpr std::uint8_t kLeafPrefix[] = {0x00};
constexpr std::uint8_t kNodePrefix[] = {0x01};

// The largest power of two below n; n is at least 2.
std::uint64_t split_point(std::uint64_t n) { return std::bit_floor(n - 1); }

// The root over leaves [begin, end), which is not empty; begin is a multiple of the tree's width.
Result<Hash> range_root(std::uint64_t begin, std::uint64_t end, const HashAt& at) {
  const std::uint64_t count = end - begin;
  if (std::has_single_bit(count)) {
    const auto level = static_cast<unsigned>(std::countr_zero(count));
    return at(level, begin >> level);
  }
  const std::uint64_t middle = begin + split_point(count);
  auto left = range_root(begin, middle, at);
  if (!left) return left.error();
  auto right = range_root(middle, end, at);
  if (!right) return right.error();
  return node_hash(*left, *right);
}

Error bad_range() {
  return fail("merkle.range", "所求证明超出了树的大小；请先取得更新的检查点",
              "the proof asked for lies outside the tree; fetch a newer checkpoint first");
}

Error bad_inclusion() {
  return fail("merkle.inclusion", "包含证明不成立：该条目不在此根哈希所代表的日志中，或证明有误",
              "the inclusion proof fails: the entry is not in the log with this root, or the proof "
              "is wrong");
}

Error bad_consistency() {
  return fail("merkle.consistency", "一致性证明不成立：新日志不是旧日志的延续，或证明有误",
              "the consistency proof fails: the newer log does not continue the older one, or the "
              "proof is wrong");
}

}  // namespace

Hash leaf_hash(View entry) { return sha256({View(kLeafPrefix), entry}); }

Hash node_hash(const Hash& left, const Hash& right) {
  return sha256({View(kNodePrefix), View(left), View(right)});
}

const Hash& empty_root() {
  static const Hash root = sha256(View());
  return root;
}

Result<MerkleTree> MerkleTree::resume(std::uint64_t size, std::vector<Hash> frontier) {
  if (frontier.size() != static_cast<std::size_t>(std::popcount(size))) {
    return fail("merkle.frontier", "保存的树状态与其大小不符；请从条目重建",
                "the saved state of the tree does not fit its size; rebuild it from the entries");
  }
  MerkleTree tree;
  tree.size_ = size;
  tree.frontier_ = std::move(frontier);
  return tree;
}

void MerkleTree::append(const Hash& leaf) {
  Hash hash = leaf;
  for (std::uint64_t rest = size_; rest & 1; rest >>= 1) {
    hash = node_hash(frontier_.back(), hash);
    frontier_.pop_back();
  }
  frontier_.push_back(hash);
  ++size_;
}

Hash MerkleTree::root() const {
  if (frontier_.empty()) return empty_root();
  Hash hash = frontier_.back();
  for (std::size_t i = frontier_.size() - 1; i-- > 0;) hash = node_hash(frontier_[i], hash);
  return hash;
}

Hash root_of(std::span<const Hash> leaves) {
  MerkleTree tree;
  for (const Hash& leaf : leaves) tree.append(leaf);
  return tree.root();
}

Result<Hash> root_at(std::uint64_t size, const HashAt& at) {
  if (size == 0) return empty_root();
  return range_root(0, size, at);
}

Result<Proof> prove_inclusion(std::uint64_t index, std::uint64_t size, const HashAt& at) {
  if (index >= size) return bad_range();
  // Downwards from the root; the proof lists the siblings from the bottom up.
  Proof proof;
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + split_point(end - begin);
    const bool go_left = index < middle;
    auto sibling = go_left ? range_root(middle, end, at) : range_root(begin, middle, at);
    if (!sibling) return sibling.error();
    proof.push_back(*sibling);
    (go_left ? end : begin) = middle;
  }
  return Proof(proof.rbegin(), proof.rend());
}

Result<Proof> prove_consistency(std::uint64_t old_size, std::uint64_t new_size, const HashAt& at) {
  if (old_size > new_size) return bad_range();
  if (old_size == 0 || old_size == new_size) return Proof{};
  Proof proof;
  std::uint64_t begin = 0;
  std::uint64_t end = new_size;
  // Until [begin, end) is exactly the last subtree of the old tree (RFC 6962 section 2.1.2,
  // SUBPROOF).
  while (end != old_size) {
    const std::uint64_t middle = begin + split_point(end - begin);
    const bool go_left = old_size <= middle;
    auto sibling = go_left ? range_root(middle, end, at) : range_root(begin, middle, at);
    if (!sibling) return sibling.error();
    proof.push_back(*sibling);
    (go_left ? end : begin) = middle;
  }
  if (begin != 0) {  // otherwise that subtree is the whole old tree, whose root the reader has
    auto last = range_root(begin, end, at);
    if (!last) return last.error();
    proof.push_back(*last);
  }
  return Proof(proof.rbegin(), proof.rend());
}

// RFC 9162 section 2.1.3.2.
Result<Hash> root_from_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf,
                                 std::span<const Hash> proof) {
  if (index >= size) return bad_inclusion();
  std::uint64_t node = index;
  std::uint64_t last = size - 1;
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (last == 0) return bad_inclusion();
    if ((node & 1) != 0 || node == last) {
      hash = node_hash(sibling, hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return bad_inclusion();
  return hash;
}

Outcome verify_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf,
                         std::span<const Hash> proof, const Hash& root) {
  auto computed = root_from_inclusion(index, size, leaf, proof);
  if (!computed) return computed.error();
  if (*computed != root) return bad_inclusion();
  return ok();
}

// RFC 9162 section 2.1.4.2.
Outcome verify_consistency(std::uint64_t old_size, std::uint64_t new_size, const Hash& old_root,
                           const Hash& new_root, std::span<const Hash> proof) {
  if (old_size > new_size) return bad_consistency();
  if (old_size == 0 || old_size == new_size) {
    const bool good = proof.empty() &&
                      (old_size == 0 ? old_root == empty_root() : old_root == new_root) &&
                      (new_size != 0 || new_root == empty_root());
    return good ? ok() : Outcome(bad_consistency());
  }
  std::uint64_t node = old_size - 1;
  std::uint64_t last = new_size - 1;
  while ((node & 1) != 0) {
    node >>= 1;
    last >>= 1;
  }
  // A complete old tree is itself the first node; otherwise the proof begins with that node.
  if (node != 0 && proof.empty()) return bad_consistency();
  Hash from_old = node != 0 ? proof.front() : old_root;
  Hash from_new = from_old;
  for (const Hash& sibling : node != 0 ? proof.subspan(1) : proof) {
    if (last == 0) return bad_consistency();
    if ((node & 1) != 0 || node == last) {
      from_old = node_hash(sibling, from_old);
      from_new = node_hash(sibling, from_new);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      from_new = node_hash(from_new, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0 || from_old != old_root || from_new != new_root) return bad_consistency();
  return ok();
}

}  // namespace liuhen::crypto
