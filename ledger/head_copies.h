// What a head file holds (docs/formats/storage.md, "The head file"): two copies of the signed head,
// written in turn and each where it stands, so that of a write cut short the other is left.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/result.h"

namespace liuhen::ledger {

// A copy fills a whole number of these, lest a write of one reach into a disk's sector of the
// other.
inline constexpr std::size_t kHeadBlockSize = 4096;

struct HeadCopy {
  std::uint64_t number = 0;  // of the write; copy number n is the (n mod 2)th of the file
  std::string note;          // the signed head
};

// What a copy of such a note takes at least, in bytes.
std::size_t head_copy_size(const HeadCopy& copy);

// The copy, filled up to `size` bytes: a multiple of kHeadBlockSize, at least head_copy_size().
std::string format_head_copy(const HeadCopy& copy, std::size_t size);

// The later copy of those that are whole. None: it is no file of copies, as where a person has put
// a signed note. Fails with `head.damaged`, which no crash leaves: neither copy is whole, or they
// are not of two writes of which one followed the other.
Result<std::optional<HeadCopy>> read_head_copies(std::string_view file);

}  // namespace liuhen::ledger
