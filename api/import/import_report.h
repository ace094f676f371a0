// What an import is asked to do, and what was found wrong, line by line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/import/csv_reader.h"

namespace liuhen::api {

class Divisions;

enum class ImportSeverity : std::uint8_t { error, warning };

// One thing found in one row. An error makes the row bad; a warning does not.
// Never repeats a value that may identify a person.
struct ImportProblem {
  std::uint64_t line = 0;  // where the record starts, from 1
  std::string column;      // as the file's header calls it; empty if the whole row is meant
  ImportSeverity severity = ImportSeverity::error;
  std::string code;  // stable; docs/formats/import.md lists them
  std::string zh;
  std::string en;
};

// "第 12 行，列“行业”：…" / "line 12, column "行业": …".
std::string sentence_zh(const ImportProblem& problem);
std::string sentence_en(const ImportProblem& problem);

struct ImportOptions {
  std::optional<Encoding> encoding{};  // --encoding; nothing: found out
  bool accept_good = false;  // --accept-good: read_… passes over bad rows instead of failing
  std::size_t max_problems =
      200;  // errors kept in the report, and as many warnings; all are counted
  const Divisions* divisions =
      nullptr;  // borrowed; null: division codes are checked for form alone
  CsvLimits limits{};
  std::optional<Hash>
      expected_sha256{};  // of the file, from the report of check_…; read_… fails at the end
                          // (`import.changed`) if the file is another one by now
};

struct ImportReport {
  CsvSource source;
  std::uint64_t rows = 0;  // good + bad; rows of blanks alone are not counted
  std::uint64_t good = 0;
  std::uint64_t bad = 0;
  std::uint64_t errors = 0;  // of all rows, kept or not
  std::uint64_t warnings = 0;
  std::vector<ImportProblem> problems;  // in file order

  bool importable(bool accept_good) const { return good > 0 && (bad == 0 || accept_good); }
};

}  // namespace liuhen::api
