// tuple(a, b, …): the one unambiguous way in which the project joins fields before hashing them
// (docs/formats/tuple.md, design section 7). Each item is a big-endian u32 length and its bytes.
#pragma once

#include <cstdint>
#include <string_view>

#include "crypto/bytes.h"

namespace liuhen::crypto {

// Builds one tuple, item after item. Not thread-safe. An item of 2^32 bytes or more is a bug.
class TupleWriter {
 public:
  TupleWriter& item(View bytes);
  TupleWriter& item(std::string_view text);
  TupleWriter& u64(std::uint64_t number);  // an item of eight bytes, big-endian
  TupleWriter& list_count(
      std::uint64_t count);  // goes before the items of a list, which then follow

  // The encoding so far; valid until the writer is next changed.
  View view() const { return bytes_; }
  // The encoding; the writer is empty again afterwards.
  Bytes take();
  // Empties the writer and keeps its memory, for loops over many rows.
  void clear() { bytes_.clear(); }

 private:
  Bytes bytes_;
};

}  // namespace liuhen::crypto
