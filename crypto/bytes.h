// Bytes, fixed-size hashes, and the two text forms in which they travel.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/result.h"

namespace liuhen {

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;  // borrowed; valid as long as what it was made from
using Hash = std::array<std::uint8_t, 32>;   // a SHA-256 digest
using KeyId = std::array<std::uint8_t, 32>;  // an Ed25519 public key; a key is its own id
using Signature = std::array<std::uint8_t, 64>;

// The bytes of a string, unchanged and without a terminating zero.
inline View view_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text_of(View bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Lower-case hexadecimal. from_hex takes either case and fails (`encoding.hex`) on anything else.
std::string to_hex(View bytes);
Result<Bytes> from_hex(std::string_view text);

// Standard base64 with padding (RFC 4648 section 4). from_base64 is strict: the text must be
// exactly what to_base64 would give (`encoding.base64`).
std::string to_base64(View bytes);
Result<Bytes> from_base64(std::string_view text);

// The bytes as an array of N; fails (`encoding.size`) if there are not exactly N.
template <std::size_t N>
Result<std::array<std::uint8_t, N>> exactly(View bytes) {
  if (bytes.size() != N) {
    return fail(
        "encoding.size",
        "应为 " + std::to_string(N) + " 字节，实为 " + std::to_string(bytes.size()) + " 字节",
        "expected " + std::to_string(N) + " bytes, got " + std::to_string(bytes.size()));
  }
  std::array<std::uint8_t, N> out;
  for (std::size_t i = 0; i < N; ++i) out[i] = bytes[i];
  return out;
}

}  // namespace liuhen
