#include <algorithm>
#include <array>
#include <cstring>

#include "crypto/draw/selection.h"
#include "crypto/sha256.h"
#include "tools/bench/pairs.h"

namespace liuhen::tools::bench {
namespace {

inline constexpr std::size_t kSubjects = 2'000'000;
inline constexpr std::size_t kIdBytes = 18;

// Ids of 18 characters in ascending order, one after another.
const std::string& ids() {
  static const std::string arena = [] {
    std::string text;
    text.reserve(kSubjects * kIdBytes);
    for (std::size_t i = 0; i < kSubjects; ++i) {
      std::string digits = std::to_string(i);
      text += "91370200" + std::string(kIdBytes - 8 - digits.size(), '0') + digits;
    }
    return text;
  }();
  return arena;
}

void select_five_percent(benchmark::State& state) {
  const std::string& arena = ids();
  crypto::draw::Seed seed{};
  seed[0] = 1;
  const crypto::draw::Allocation allocation{.strata = {{.num = 5, .den = 100, .fixed = 0}},
                                            .total = 0};
  for ([[maybe_unused]] const auto& round : state) {
    auto selection = crypto::draw::select(seed, allocation, kSubjects, [&](std::size_t i) {
      return crypto::draw::PoolRow{.id = std::string_view(arena).substr(i * kIdBytes, kIdBytes)};
    });
    if (!selection) state.SkipWithError(selection.error().en.c_str());
    benchmark::DoNotOptimize(selection);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kSubjects));
}

// One block of 50 bytes for each candidate, and the k smallest of 64-bit prefixes found.
void bare_hashes(benchmark::State& state) {
  const std::string& arena = ids();
  std::vector<std::uint64_t> prefixes(kSubjects);
  for ([[maybe_unused]] const auto& round : state) {
    std::array<std::uint8_t, 50> block{};
    for (std::size_t i = 0; i < kSubjects; ++i) {
      std::memcpy(block.data() + 32, arena.data() + i * kIdBytes, kIdBytes);
      crypto::Sha256 hash;
      hash.update(block);
      const Hash digest = hash.finish();
      std::memcpy(&prefixes[i], digest.data(), 8);
    }
    std::nth_element(prefixes.begin(), prefixes.begin() + kSubjects / 20, prefixes.end());
    benchmark::DoNotOptimize(prefixes.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kSubjects));
}

}  // namespace

void add_draw(std::vector<Pair>& pairs) {
  pairs.push_back({.name = "draw 5% of 2,000,000",
                   .unit = "subjects/s",
                   .peer = "SHA-256 of 50 bytes each, and nth_element",
                   .required = 1 / 1.5,
                   .measured = select_five_percent,
                   .bound = bare_hashes});
}

}  // namespace liuhen::tools::bench
