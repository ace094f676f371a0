// A point in time as people type it: "2026-12-01 09:00", of Beijing time (UTC+8, with or without
// seconds, "T" in place of the space), or the Unix second.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tools/language.h"

namespace CLI {
class Option;
}

namespace liuhen::tools {

// Nothing if it is neither, or there is no such day or time of day.
std::optional<std::uint64_t> parse_moment(std::string_view text);

// Has an option for Unix seconds take either; what is neither is refused with a sentence.
CLI::Option* takes_moment(CLI::Option* option, Language language);

}  // namespace liuhen::tools
