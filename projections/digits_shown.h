// What a reader is told of the digits that follow a draw's nonces: how many bits of chance they
// carry at most, which raises no tier.
#pragma once

#include <vector>

#include "projections/draws.h"
#include "projections/sentence.h"

namespace liuhen::projections {

struct DigitsLine {
  Digits digits;
  std::uint32_t bits = 0;  // at most, in tenths, rounded down
  Sentence what;           // source, issue, digits and bits
};
// Of an admitted draw, in the order in which they were recorded.
std::vector<DigitsLine> digits_of(const Draw& draw);

// "24.0" for 240 tenths.
std::string tenths(std::uint64_t bits);

}  // namespace liuhen::projections
