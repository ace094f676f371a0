#include "api/import/divisions.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "api/import/csv_reader.h"

namespace liuhen::api {
namespace {

struct Columns {
  std::size_t code, name;
  std::optional<std::size_t> last_seen;
};

std::optional<std::size_t> position(const std::vector<std::string>& names,
                                    std::string_view wanted) {
  const auto found = std::find(names.begin(), names.end(), wanted);
  if (found == names.end()) return {};
  return static_cast<std::size_t>(found - names.begin());
}

bool six_digits(std::string_view code) {
  return code.size() == 6 && code.find_first_not_of("0123456789") == std::string_view::npos;
}

Error table_error(const std::string& path) {
  return fail(
      "import.divisions",
      "行政区划表 " + path + " 应有 code（六位数字）和 name 两列，且至少一行：请换一个表",
      "the table of divisions " + path +
          " should have the columns code (six digits) and name, and a row: give another one");
}

}  // namespace

Result<Divisions> Divisions::load(const std::string& path) {
  Divisions table;
  std::optional<Columns> columns;
  std::vector<std::pair<std::string, std::string>> seen;  // code, last seen
  std::string newest;
  const auto done = read_csv(path, {}, {}, [&](const CsvRow& row) -> Outcome {
    if (!columns) {
      const auto code = position(row.fields, "code");
      const auto name = position(row.fields, "name");
      if (!code || !name) return table_error(path);
      columns =
          Columns{.code = *code, .name = *name, .last_seen = position(row.fields, "last_seen")};
      return ok();
    }
    if (row.fields.size() <= std::max(columns->code, columns->name)) return table_error(path);
    const std::string& code = row.fields[columns->code];
    if (!six_digits(code)) return ok();
    table.rows_[code] = Row{.name = row.fields[columns->name]};
    if (columns->last_seen && *columns->last_seen < row.fields.size()) {
      seen.emplace_back(code, row.fields[*columns->last_seen]);
      newest = std::max(newest, seen.back().second);
    }
    return ok();
  });
  if (!done) return done.error();
  if (table.rows_.empty()) return table_error(path);
  for (const auto& [code, last] : seen) table.rows_[code].retired = last < newest;
  return table;
}

Divisions::Standing Divisions::standing(std::string_view code) const {
  const auto found = rows_.find(std::string(code));
  if (found == rows_.end()) return Standing::unknown;
  return found->second.retired ? Standing::retired : Standing::current;
}

std::string_view Divisions::name(std::string_view code) const {
  const auto found = rows_.find(std::string(code));
  return found == rows_.end() ? std::string_view{} : std::string_view{found->second.name};
}

}  // namespace liuhen::api
