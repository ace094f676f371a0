// A fast hash over ids for tables in memory. The same on every machine; never stored, never signed.
#pragma once

#include <cstdint>
#include <string_view>

namespace liuhen::projections {

inline std::uint64_t id_hash(std::string_view id) {
  const auto mix = [](std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  };
  std::uint64_t hash = 0x9e3779b97f4a7c15 ^ id.size();
  for (std::size_t at = 0; at < id.size(); at += 8) {
    std::uint64_t word = 0;
    for (std::size_t i = at; i < id.size() && i < at + 8; ++i)
      word |= std::uint64_t{static_cast<unsigned char>(id[i])} << (8 * (i - at));
    hash = mix(hash ^ word, 0xa0761d6478bd642f) + 0xe7037ed1a0b428db;
  }
  return mix(hash, 0x8ebc6af09c88c6e3);
}

}  // namespace liuhen::projections
