// A file read from beginning to end in pieces.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "crypto/bytes.h"

namespace liuhen::api {

inline constexpr std::size_t kChunkBytes = 256 * 1024;

// Gives `on_chunk` the pieces in order, with the bytes read so far (this piece included) and the
// file's size at opening. Stops at the first error it returns. The view is valid during the call
// only. Fails: `import.open`, `import.read`, or what `on_chunk` returned.
using OnChunk =
    std::function<Outcome(View piece, std::uint64_t bytes_read, std::uint64_t bytes_total)>;
Outcome read_chunks(const std::string& path, const OnChunk& on_chunk);

}  // namespace liuhen::api
