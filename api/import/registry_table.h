// Ground of the three registry files: columns found by their header, fields checked, problems
// collected.
#pragma once

#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/import/import_report.h"

namespace liuhen::api {

struct ColumnSpec {
  bool required = false;                          // the header must have it
  std::string_view zh, en;                        // what messages call it
  std::initializer_list<std::string_view> names;  // accepted headers, folded (see fold_word)
};

// A word as vocabularies hold it: no blanks (ASCII or full-width) and no `*`, half-width brackets,
// lower-case ASCII.
std::string fold_word(std::string_view text);

// A value as messages may show it: "…" instead if it is long, or holds so many digits in a row that
// it may be a number that identifies a person and slipped into another column.
std::string shown(std::string_view value);

// Ids seen so far and their first lines, by 128 bits of SHA-256. Not thread-safe.
class SeenIds {
 public:
  // The line of the first row with this id, or nothing if this is it.
  std::optional<std::uint64_t> first_line(std::string_view id, std::uint64_t line);

 private:
  struct Take {
    std::size_t operator()(const std::array<std::uint8_t, 16>& key) const;
  };
  std::unordered_map<std::array<std::uint8_t, 16>, std::uint64_t, Take> lines_;
};

// One record under the file's header. Columns are indices into the specs. Valid during the call
// only.
class RegistryRow {
 public:
  std::uint64_t line() const { return row_.line; }
  bool bad() const { return first_.has_value(); }
  // The first error noted, as what read_… fails with. Only for a bad row.
  Error first_error() const { return *first_; }

  // The field without blanks around it; empty if the file has no such column.
  std::string_view text(std::size_t column) const;
  // The same, checked: not over `max_bytes` (`field.long`), no control characters
  // (`field.control`), and there if the column is required (`field.missing`).
  std::string checked(std::size_t column, std::size_t max_bytes);
  // An id of 1-23 bytes of 0-9 A-Z and hyphen, as design section 7 has them, or empty with the
  // reason noted.
  std::string id(std::size_t column);

  void error(std::size_t column, std::string code, std::string zh, std::string en);
  void warning(std::size_t column, std::string code, std::string zh, std::string en);
  // Notes `id.duplicate` if the key was seen before.
  void unique(std::size_t column, SeenIds& seen, std::string_view key);

 private:
  friend class RegistryScan;
  RegistryRow(std::span<const ColumnSpec> specs, std::span<const std::size_t> places,
              std::span<const std::string> header, const CsvRow& row, ImportReport& report,
              std::size_t max)
      : specs_(specs), places_(places), header_(header), row_(row), report_(report), max_(max) {}
  void note(ImportSeverity severity, std::string column, std::string code, std::string zh,
            std::string en);
  std::string name(std::size_t column) const;

  std::span<const ColumnSpec> specs_;
  std::span<const std::size_t> places_;
  std::span<const std::string> header_;
  const CsvRow& row_;
  ImportReport& report_;
  std::size_t max_;
  std::optional<Error> first_;
};

// Reads a registry file, giving each row to `judge`, which notes problems and returns an error to
// stop. Fails as read_csv; `import.header` (a required column is missing, or one is there twice),
// `import.empty`.
using JudgeRow = std::function<Outcome(RegistryRow& row)>;
Result<ImportReport> scan_registry(const std::string& path, std::span<const ColumnSpec> specs,
                                   const ImportOptions& options, const Progress& progress,
                                   const JudgeRow& judge);

// The second pass of read_…: true if the row is to be handed on, false to pass over it, an error to
// stop.
Result<bool> take_row(const RegistryRow& row, const ImportOptions& options);

// Fails (`import.changed`) if the file read is not the one expected.
Outcome same_file(const ImportReport& report, const ImportOptions& options);

// One pass over a file of records: `parse` fills a record from a row and notes problems. With
// `on_record` the good ones are handed on (take_row decides about the others), without it they are
// only judged.
template <class Record, class Parse>
Result<ImportReport> registry_pass(const std::string& path, std::span<const ColumnSpec> specs,
                                   const ImportOptions& options, const Progress& progress,
                                   const Parse& parse,
                                   const std::function<Outcome(const Record&)>* on_record) {
  auto report = scan_registry(path, specs, options, progress, [&](RegistryRow& row) -> Outcome {
    Record record{};
    record.line = row.line();
    if (!row.bad()) parse(row, record);
    if (on_record == nullptr) return ok();
    const auto take = take_row(row, options);
    if (!take) return take.error();
    return *take ? (*on_record)(record) : ok();
  });
  if (!report || on_record == nullptr) return report;
  if (auto same = same_file(*report, options); !same) return same.error();
  return report;
}

}  // namespace liuhen::api
