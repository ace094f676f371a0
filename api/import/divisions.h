// Administrative divisions (GB/T 2260), from a table given at run time: they change every year.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "crypto/result.h"

namespace liuhen::api {

class Divisions {
 public:
  enum class Standing : std::uint8_t { current, retired, unknown };

  // A CSV with a header and at least the columns `code` (six digits) and `name`; where it has a
  // column `last_seen`, rows whose value is below the greatest one are retired. Rows of other
  // lengths of code are passed over. Fails as read_csv, and `import.divisions` if the columns are
  // missing or no code is found.
  static Result<Divisions> load(const std::string& path);

  Standing standing(std::string_view code) const;
  std::string_view name(std::string_view code) const;  // empty if unknown
  std::size_t size() const { return rows_.size(); }

 private:
  struct Row {
    std::string name;
    bool retired = false;
  };
  std::unordered_map<std::string, Row> rows_;
};

}  // namespace liuhen::api
