#include "api/server/target.h"

#include <boost/beast/core/string.hpp>
#include <charconv>

#include "api/limits.h"
#include "crypto/utf8.h"

namespace liuhen::api::server {

namespace beast = boost::beast;

namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Nothing unless it is percent-encoding of text: no name or stream of the log holds a control
// character, and what is answered in JSON has to be UTF-8.
std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0)
        return std::nullopt;
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  if (!crypto::is_plain_text(out, false)) return std::nullopt;
  return out;
}

// The part before the separator; `rest` becomes what is after it.
std::string_view next(std::string_view& rest, char separator) {
  const auto at = rest.find(separator);
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return part;
}

}  // namespace

Result<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() ||
      (text.size() > 1 && text[0] == '0')) {
    return fail("request.number",
                "应为不带前导零的十进制整数，收到的是“" + std::string(text.substr(0, 40)) + "”",
                "expected a decimal number without leading zeroes, got \"" +
                    std::string(text.substr(0, 40)) + "\"");
  }
  return number;
}

std::string origin_form(std::string_view target) {
  const auto colon = target.find("://");
  const std::string_view scheme = target.substr(0, std::min(colon, target.size()));
  const bool is_absolute = colon != std::string_view::npos &&
                           (beast::iequals(scheme, "http") || beast::iequals(scheme, "https"));
  if (!is_absolute) return std::string(target);
  const auto rest = target.substr(colon + 3);
  const std::string_view path = rest.substr(std::min(rest.find_first_of("/?"), rest.size()));
  return (path.starts_with('/') ? "" : "/") + std::string(path);
}

Result<Target> Target::parse(std::string_view target) {
  const Error wrong = fail(
      "request.target", "请求的路径不是 UTF-8 文字的百分号编码，或含控制字符",
      "the request's path is not the percent-encoding of UTF-8 text, or has control characters");
  if (!target.starts_with('/')) return wrong;
  Target out;
  std::string_view query = target;
  std::string_view path = next(query, '?');
  out.raw_path = path;
  path.remove_prefix(1);
  while (!path.empty()) {
    auto segment = decode(next(path, '/'), false);
    if (!segment) return wrong;
    out.path.push_back(std::move(*segment));
  }
  while (!query.empty()) {
    std::string_view value = next(query, '&');
    const std::string_view name = next(value, '=');
    auto decoded_name = decode(name, true), decoded_value = decode(value, true);
    if (!decoded_name || !decoded_value) return wrong;
    out.query[*decoded_name] = *decoded_value;
  }
  return out;
}

Result<std::uint64_t> Target::number(const std::string& name, std::uint64_t otherwise) const {
  const auto found = query.find(name);
  return found == query.end() ? Result<std::uint64_t>(otherwise) : parse_number(found->second);
}

std::string Target::text(const std::string& name) const {
  const auto found = query.find(name);
  return found == query.end() ? std::string() : found->second;
}

Result<std::uint64_t> Target::limit() const {
  Result<std::uint64_t> asked = number("limit", kPageRowsDefault);
  if (asked && (*asked == 0 || *asked > kPageRowsMax)) {
    return fail("request.number", "limit 应在 1 到 " + std::to_string(kPageRowsMax) + " 之间",
                "limit has to be from 1 to " + std::to_string(kPageRowsMax));
  }
  return asked;
}

std::string encode_segment(std::string_view text) {
  static constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

}  // namespace liuhen::api::server
