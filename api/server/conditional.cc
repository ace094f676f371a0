#include "api/server/conditional.h"

#include <algorithm>

#include "crypto/sha256.h"

namespace liuhen::api::server {
namespace {

void skip(std::string_view& text, std::string_view characters) {
  text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
}

}  // namespace

std::string entity_tag(std::string_view bytes, std::string_view coding) {
  const Hash digest = crypto::sha256(view_of(bytes));
  std::string tag = "\"" + to_hex(View(digest).first(16));
  if (!coding.empty()) tag.append("-").append(coding);
  return tag + "\"";
}

bool none_match_names(std::string_view if_none_match, std::string_view tag) {
  std::string_view rest = if_none_match;
  skip(rest, " \t");
  if (rest == "*") return true;
  while (!rest.empty()) {
    skip(rest, ", \t");
    if (rest.starts_with("W/")) rest.remove_prefix(2);
    if (!rest.starts_with('"')) return false;
    const auto close = rest.find('"', 1);
    if (close == std::string_view::npos) return false;
    if (rest.substr(0, close + 1) == tag) return true;
    rest.remove_prefix(close + 1);
  }
  return false;
}

bool leave_away_if_known(std::string_view if_none_match, Response& response) {
  if (if_none_match.empty()) return false;
  const auto tag =
      std::ranges::find(response.headers, "ETag",
                        [](const auto& header) -> std::string_view { return header.first; });
  if (tag == response.headers.end() || !none_match_names(if_none_match, tag->second)) return false;
  response.status = 304;
  response.content_type.clear();
  response.body.clear();
  response.shared_body.reset();
  return true;
}

}  // namespace liuhen::api::server
