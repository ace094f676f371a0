// Text and CSV as offices export it: how a file is cut into pieces changes nothing, what is decoded
// is UTF-8, and records written again read the same.
#include <sys/mman.h>
#include <unistd.h>

#include "api/import/csv_reader.h"
#include "api/import/inspector_file.h"
#include "api/import/subject_file.h"
#include "api/import/utf8_scan.h"

namespace liuhen::api {
namespace {

// A file without a name in any folder, at a path that can be opened again and again.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    LIUHEN_CHECK(descriptor_ >= 0);
    LIUHEN_CHECK(::write(descriptor_, bytes.data(), bytes.size()) ==
                 static_cast<ssize_t>(bytes.size()));
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(descriptor_); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

struct Decoded {
  std::string text;
  std::string code;  // of what stopped it; empty if nothing did
};

Decoded decode(View bytes, Encoding encoding, std::size_t piece) {
  auto decoder = TextDecoder::open(encoding);
  LIUHEN_CHECK(decoder);
  Decoded out;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const auto fed = decoder->feed(bytes.subspan(at, std::min(piece, bytes.size() - at)), out.text);
    if (!fed) {
      out.code = fed.error().code;
      return out;
    }
  }
  if (const auto finished = decoder->finish(); !finished) out.code = finished.error().code;
  return out;
}

void check_decoding(View bytes, Encoding encoding, std::size_t piece) {
  const Decoded whole = decode(bytes, encoding, bytes.size() + 1);
  const Decoded pieces = decode(bytes, encoding, piece);
  LIUHEN_CHECK(whole.text == pieces.text && whole.code == pieces.code);
  LIUHEN_CHECK(scan_utf8(view_of(whole.text)).end == Utf8Scan::End::clean);
  if (!whole.code.empty()) return;
  const auto encoded = encode_text(whole.text, encoding);
  LIUHEN_CHECK(encoded);
  LIUHEN_CHECK(decode(view_of(*encoded), encoding, piece).text == whole.text);
  if (encoding == Encoding::utf8) LIUHEN_CHECK(*encoded == text_of(bytes));
}

using Rows = std::vector<std::vector<std::string>>;

// The records of a file; nothing if it is refused.
std::optional<Rows> rows_of(std::string_view bytes, std::optional<Encoding> wanted) {
  const MemoryFile file(bytes);
  const CsvLimits limits;
  Rows rows;
  const auto read = read_csv(file.path(), wanted, limits, [&](const CsvRow& row) -> Outcome {
    LIUHEN_CHECK(row.line >= 1 && !row.fields.empty() && row.fields.size() <= limits.max_fields);
    for (const std::string& field : row.fields)
      LIUHEN_CHECK(field.size() <= limits.max_field_bytes);
    rows.push_back(row.fields);
    return ok();
  });
  if (!read) return std::nullopt;
  return rows;
}

void check_records(std::string_view bytes, std::optional<Encoding> wanted) {
  const auto rows = rows_of(bytes, wanted);
  if (!rows) return;
  std::string again = "\xEF\xBB\xBF";  // a field may begin with one too
  for (const auto& row : *rows) {
    std::string line;
    for (const std::string& field : row) line += (&field == &row[0] ? "" : ",") + csv_field(field);
    again += (line.empty() ? "\"\"" : line) + "\r\n";
  }
  // Quotes that are put in can take a line over its limit.
  if (again.size() < CsvLimits{}.max_line_bytes) {
    LIUHEN_CHECK(rows_of(again, Encoding::utf8) == rows);
  }
}

void check_reports(std::string_view bytes, std::optional<Encoding> wanted) {
  const MemoryFile file(bytes);
  const ImportOptions options{.encoding = wanted, .accept_good = true, .max_problems = 5};
  for (const auto& report :
       {check_subjects(file.path(), options), check_inspectors(file.path(), options)}) {
    if (!report) continue;
    LIUHEN_CHECK(report->rows == report->good + report->bad);
    LIUHEN_CHECK(report->problems.size() <= 2 * options.max_problems);
  }
  std::uint64_t handed_on = 0;
  const auto read = read_subjects(file.path(), options, [&](const SubjectRecord& record) {
    LIUHEN_CHECK(!record.id.empty() && record.id.size() <= 23);
    LIUHEN_CHECK(record.name.size() <= kNameBytesMax);
    ++handed_on;
    return ok();
  });
  LIUHEN_CHECK(!read || read->good == handed_on);
}

}  // namespace
}  // namespace liuhen::api

// The first byte says what --encoding was given and how the file is cut into pieces.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace liuhen::api;
  if (size == 0) return 0;
  const liuhen::View bytes(data + 1, size - 1);
  std::optional<Encoding> wanted;
  if (data[0] % 3 == 1) wanted = Encoding::utf8;
  if (data[0] % 3 == 2) wanted = Encoding::gb18030;
  check_decoding(bytes, wanted.value_or(Encoding::gb18030), 1 + data[0] / 3 % 7);
  check_records(liuhen::text_of(bytes), wanted);
  check_reports(liuhen::text_of(bytes), wanted);
  return 0;
}
