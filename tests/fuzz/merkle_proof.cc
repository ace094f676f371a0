// Proofs of inclusion and consistency: the honest one is accepted, every other refused.
#include <fuzzer/FuzzedDataProvider.h>

#include "crypto/tree_history.h"

namespace liuhen::crypto {
namespace {

constexpr std::uint64_t kLeaves = 300;

const TreeHistory& tree() {
  static const TreeHistory tree = [] {
    TreeHistory grown;
    for (std::uint64_t i = 0; i < kLeaves; ++i) grown.append(leaf_hash(view_of(std::to_string(i))));
    return grown;
  }();
  return tree;
}

Hash take_hash(FuzzedDataProvider& input) {
  Hash hash{};
  input.ConsumeData(hash.data(), hash.size());
  return hash;
}

// The proof with hashes changed, dropped, added and swapped as the input says.
Proof changed(Proof proof, FuzzedDataProvider& input) {
  for (int changes = input.ConsumeIntegralInRange(0, 4); changes > 0; --changes) {
    const std::size_t at = input.ConsumeIntegralInRange<std::size_t>(0, proof.size());
    const auto place = proof.begin() + static_cast<std::ptrdiff_t>(at);
    switch (input.ConsumeIntegralInRange(0, 3)) {
      case 0:
        proof.insert(place, take_hash(input));
        break;
      case 1:
        if (at < proof.size()) proof.erase(place);
        break;
      case 2:
        if (at < proof.size()) (*place)[input.ConsumeIntegral<std::uint8_t>() % 32] ^= 1;
        break;
      default:
        if (at + 1 < proof.size()) std::swap(proof[at], proof[at + 1]);
    }
  }
  return proof;
}

void check_inclusion(FuzzedDataProvider& input) {
  const auto size = input.ConsumeIntegralInRange<std::uint64_t>(1, kLeaves);
  const auto index = input.ConsumeIntegralInRange<std::uint64_t>(0, size - 1);
  const Hash root = tree().root(size);
  const Proof honest = tree().inclusion(index, size).value();
  LIUHEN_CHECK(verify_inclusion(index, size, tree().at(0, index), honest, root));

  const auto other = input.ConsumeIntegralInRange<std::uint64_t>(0, kLeaves);
  const Proof proof = changed(honest, input);
  const Hash& leaf = tree().at(0, std::min(other, kLeaves - 1));
  const bool good = verify_inclusion(other, size, leaf, proof, root).has_value();
  LIUHEN_CHECK(good == (other < size && proof == tree().inclusion(other, size).value()));
}

void check_consistency(FuzzedDataProvider& input) {
  const auto size = input.ConsumeIntegralInRange<std::uint64_t>(0, kLeaves);
  const auto old_size = input.ConsumeIntegralInRange<std::uint64_t>(0, size);
  const Proof honest = tree().consistency(old_size, size).value();
  const Hash old_root = tree().root(old_size), root = tree().root(size);
  LIUHEN_CHECK(verify_consistency(old_size, size, old_root, root, honest));

  const Proof proof = changed(honest, input);
  const bool good = verify_consistency(old_size, size, old_root, root, proof).has_value();
  LIUHEN_CHECK(good == (proof == honest));
  Hash forked = old_root;
  forked[input.ConsumeIntegral<std::uint8_t>() % 32] ^= 1;
  LIUHEN_CHECK(!verify_consistency(old_size, size, forked, root, honest));
}

// Any numbers at all, and hashes that no tree has.
void check_arbitrary(FuzzedDataProvider& input) {
  const auto a = input.ConsumeIntegral<std::uint64_t>(), b = input.ConsumeIntegral<std::uint64_t>();
  const Hash leaf = take_hash(input), root = take_hash(input);
  Proof proof;
  while (input.remaining_bytes() > 0 && proof.size() < 200) proof.push_back(take_hash(input));
  const auto reached = root_from_inclusion(a, b, leaf, proof);
  LIUHEN_CHECK(!reached || (a < b && proof.size() <= 64));
  const bool included = verify_inclusion(a, b, leaf, proof, root).has_value();
  LIUHEN_CHECK(included == (reached && *reached == root));
  LIUHEN_CHECK(!reached || verify_inclusion(a, b, leaf, proof, *reached));
  const bool consistent = verify_consistency(a, b, leaf, root, proof).has_value();
  LIUHEN_CHECK(!consistent || (a <= b && proof.size() <= 65));
  auto resumed = MerkleTree::resume(a, proof);
  LIUHEN_CHECK(!resumed || (resumed->size() == a && resumed->frontier() == proof));
}

}  // namespace
}  // namespace liuhen::crypto

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace liuhen::crypto;
  FuzzedDataProvider input(data, size);
  switch (input.ConsumeIntegral<std::uint8_t>() % 3) {
    case 0:
      check_inclusion(input);
      break;
    case 1:
      check_consistency(input);
      break;
    default:
      check_arbitrary(input);
  }
  return 0;
}
