// Drawing by weight: systematic sampling with probability proportional to integer weights
// (docs/formats/draw.md section 6.1). Pure and thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "crypto/draw/selection.h"

namespace liuhen::crypto::draw {

// How a stratum's rows were drawn.
struct PpsStratum {
  std::uint64_t certain = 0;      // rows drawn because w·k > W, taken out before the rest
  std::uint64_t rest_drawn = 0;   // k of the rest; 0 only if none is drawn at all
  std::uint64_t rest_weight = 0;  // W of the rest
  std::uint64_t start = 0;        // u, below W of the rest

  // Whether an eligible row of this weight was sure to be drawn: those taken out, and those of the
  // rest with w·k = W. Another's chance is w·k / W, with k and W of the rest.
  bool is_certain(std::uint64_t weight) const;
  bool operator==(const PpsStratum&) const = default;
};

struct WeightedSelection {
  Selection selection;  // no stratum has a cut-off: it would not say who is drawn
  std::vector<PpsStratum> strata;
};

// As select, and with the weights of the rows. Takes 32 bytes for each eligible row. Fails as
// select does, but `draw.weights` if an eligible row has weight 0, or the weights of a stratum's
// eligible rows add up to 2^64 or more. The weight of a row that is not eligible is of no account.
Result<WeightedSelection> select_weighted(const Seed& seed, const Allocation& allocation,
                                          std::size_t rows, const PoolRowAt& row_at);
Result<WeightedSelection> select_weighted(const Seed& seed, const Allocation& allocation,
                                          std::span<const SubjectRow> rows);

// The parts of which it is made.

// u = H(tuple("liuhen/pps/v1", S, stratum)) mod W, for W of the rest, not 0.
std::uint64_t pps_start(const Seed& seed, std::uint64_t stratum, std::uint64_t weight);

// k and W once every row with w·k > W is taken out, again and again. `weights` are not 0 and add up
// to less than 2^64; 1 ≤ k ≤ their number. Start is left 0.
PpsStratum take_certain(std::span<const std::uint64_t> weights, std::uint64_t k);

// The indices of the k rows drawn, ascending, of a stratum in ticket order whose rows taken out
// have weight 0 here. u < W, and k·w ≤ W for every weight.
std::vector<std::size_t> systematic_sample(std::span<const std::uint64_t> weights, std::uint64_t k,
                                           std::uint64_t u);

}  // namespace liuhen::crypto::draw
