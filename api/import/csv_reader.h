// Records of a CSV file (RFC 4180: comma, double quote, doubled quotes inside), in a stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/import/text_decoder.h"

namespace liuhen::api {

struct CsvLimits {
  std::size_t max_field_bytes = 8 * 1024;  // of one field, as UTF-8
  std::size_t max_fields = 256;            // in one record
  std::size_t max_line_bytes = 64 * 1024;  // of one line, as UTF-8
};

struct CsvRow {
  std::uint64_t line = 0;           // where the record starts, from 1; quoted line breaks count
  std::vector<std::string> fields;  // UTF-8; blanks around unquoted fields are taken off
  bool ended = true;                // false: the file ends without a line break after this record
};

// What a file was, once read to its end.
struct CsvSource {
  TextFormat format;
  Hash sha256{};  // of its bytes
};

using OnCsvRow = std::function<Outcome(const CsvRow& row)>;

// Reads the file twice (see detect_text), the second time giving every record that is not an empty
// line to `on_row`, in order. Lines end in LF, CR LF or CR. Stops at the first error, `on_row`'s
// included. Fails: as detect_text and TextDecoder; `import.quote` (a quote out of place),
// `import.cut_short` (the file ends inside quotes), `import.limit.field_bytes`,
// `import.limit.fields`, `import.limit.line_bytes`.
Result<CsvSource> read_csv(const std::string& path, std::optional<Encoding> wanted,
                           const CsvLimits& limits, const OnCsvRow& on_row,
                           const Progress& progress = {});

// The field as it is written into a record: quoted where it has to be.
std::string csv_field(std::string_view text);

}  // namespace liuhen::api
