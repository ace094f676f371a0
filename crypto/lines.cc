#include "crypto/lines.h"

#include <charconv>
#include <string>

namespace liuhen::crypto {

std::optional<std::string_view> take_line(std::string_view& rest) {
  const std::size_t newline = rest.find('\n');
  if (newline == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest.substr(0, newline);
  rest.remove_prefix(newline + 1);
  return line;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (size >> 63 != 0 || std::to_string(size) != text) return std::nullopt;
  return size;
}

}  // namespace liuhen::crypto
