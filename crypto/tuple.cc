#include "crypto/tuple.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace liuhen::crypto {

TupleWriter& TupleWriter::item(View bytes) {
  LIUHEN_CHECK(bytes.size() <= std::numeric_limits<std::uint32_t>::max());
  const std::size_t at = bytes_.size();
  bytes_.resize(at + 4 + bytes.size());
  for (std::size_t i = 0; i < 4; ++i)
    bytes_[at + i] = static_cast<std::uint8_t>(bytes.size() >> (24 - 8 * i));
  std::ranges::copy(bytes, bytes_.begin() + static_cast<std::ptrdiff_t>(at + 4));
  return *this;
}

TupleWriter& TupleWriter::item(std::string_view text) { return item(view_of(text)); }

TupleWriter& TupleWriter::u64(std::uint64_t number) {
  std::array<std::uint8_t, 8> big_endian;
  for (std::size_t i = 0; i < 8; ++i) {
    big_endian[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  }
  return item(View(big_endian));
}

TupleWriter& TupleWriter::list_count(std::uint64_t count) { return u64(count); }

Bytes TupleWriter::take() { return std::exchange(bytes_, {}); }

}  // namespace liuhen::crypto
