#include "api/server/conditional.h"

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

}  // namespace liuhen::api::server
