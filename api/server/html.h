// Plain pages: no script, nothing from elsewhere, every text escaped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/client/connection.h"

namespace liuhen::api::server {

std::string escape(std::string_view text);
// Chinese, and English beside it in a lighter hand. Neither is escaped.
std::string both(std::string_view zh, std::string_view en);
// A table's row: what it is, and its value (not escaped).
std::string fact(std::string_view zh, std::string_view en, std::string_view value);
// <code>, escaped.
std::string code(std::string_view text);
// A link to a path of this service, escaped; `text` is not.
std::string link(std::string_view target, std::string_view text);
// "#12", linked to that entry.
std::string entry_link(std::uint64_t position);
// A section under a heading. Neither is escaped.
std::string section(std::string_view heading, const std::string& body);

// A table that a narrow screen shows as one card a row, each cell under its column's name, and that
// programs which read aloud still take for a table. Names and cells are not escaped.
class Table {
 public:
  struct Column {
    std::string zh, en;
    bool number = false;  // right-aligned
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // As many cells as columns.
  void row(const std::vector<std::string>& cells);
  std::string html() const;

 private:
  const std::vector<Column> columns_;
  std::string rows_;
};

// Asia/Shanghai, "2026-03-01 09:30:00"; a dash for 0.
std::string local_time(std::uint64_t unix_s);
// The whole page, with the headers that keep it to itself. `body` is not escaped.
Response page(std::string_view title, const std::string& body);

}  // namespace liuhen::api::server
