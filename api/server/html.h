// Plain pages: no script, nothing from elsewhere, every text escaped.
#pragma once

#include <string>
#include <string_view>

#include "api/client/connection.h"

namespace liuhen::api::server {

std::string escape(std::string_view text);
// Chinese, and English beside it in a lighter hand. Neither is escaped.
std::string both(std::string_view zh, std::string_view en);
// A table's row: what it is, and its value (not escaped).
std::string fact(std::string_view zh, std::string_view en, std::string_view value);
// Asia/Shanghai, "2026-03-01 09:30:00"; a dash for 0.
std::string local_time(std::uint64_t unix_s);
// The whole page, with the headers that keep it to itself. `body` is not escaped.
Response page(std::string_view title, const std::string& body);

}  // namespace liuhen::api::server
