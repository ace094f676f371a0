// Digits that may be added to the contributions of a draw (docs/formats/draw.md section 4.1): of
// lotteries, by their issue number, and of dice thrown before observers. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "crypto/bytes.h"
#include "crypto/result.h"

namespace liuhen::crypto::draw {

struct DigitSource {
  std::string_view id;  // "ssq", …, "dice"
  std::string_view zh, en;
};
std::span<const DigitSource> digit_sources();
const DigitSource* find_digit_source(std::string_view id);  // null if there is none

// How much chance the digits carry at most, in tenths of a bit, rounded down: were all outcomes of
// the source equally likely. Fails with `digits.source`, `digits.issue` (5 to 8 decimal digits; of
// dice none), `digits.form` (not an outcome of the source).
Result<std::uint32_t> digit_bits(std::string_view source, std::string_view issue,
                                 std::string_view digits);

// What enters alpha: source ":" issue ":" digits.
Bytes digit_item(std::string_view source, std::string_view issue, std::string_view digits);

}  // namespace liuhen::crypto::draw
