// Taking apart what C2SP's formats write as lines: checkpoints, and what logs and witnesses send.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace liuhen::crypto {

// The next line without its newline, taken off `rest`; nothing, and nothing taken, if there is
// none.
std::optional<std::string_view> take_line(std::string_view& rest);

// The size of a tree, or a position in it (tlog-checkpoint, tlog-witness): decimal, without sign or
// leading zeroes, 2^63 - 1 at most.
std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace liuhen::crypto
