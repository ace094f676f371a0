#include "crypto/tree_history.h"

namespace liuhen::crypto {
namespace {

Error beyond_the_tree() {
  return fail("merkle.range", "所求证明超出了树的大小；请先取得更新的检查点",
              "the proof asked for lies outside the tree; fetch a newer checkpoint first");
}

}  // namespace

void TreeHistory::append(const Hash& leaf) {
  Hash hash = leaf;
  for (std::size_t level = 0;; ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    levels_[level].push_back(hash);
    const std::size_t count = levels_[level].size();
    if (count % 2 != 0) return;
    hash = node_hash(levels_[level][count - 2], levels_[level][count - 1]);
  }
}

const Hash& TreeHistory::at(unsigned level, std::uint64_t index) const {
  LIUHEN_CHECK(level < levels_.size() && index < levels_[level].size());
  return levels_[level][index];
}

HashAt TreeHistory::reader() const {
  return [this](unsigned level, std::uint64_t index) -> Result<Hash> { return at(level, index); };
}

Hash TreeHistory::root(std::uint64_t size) const { return root_at(size, reader()).value(); }

Result<Proof> TreeHistory::inclusion(std::uint64_t index, std::uint64_t size) const {
  if (size > this->size()) return beyond_the_tree();
  return prove_inclusion(index, size, reader());
}

Result<Proof> TreeHistory::consistency(std::uint64_t old_size, std::uint64_t new_size) const {
  if (new_size > size()) return beyond_the_tree();
  return prove_consistency(old_size, new_size, reader());
}

}  // namespace liuhen::crypto
