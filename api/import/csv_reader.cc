#include "api/import/csv_reader.h"

#include <csv.h>

#include <algorithm>
#include <utility>

#include "api/import/file_chunks.h"
#include "crypto/sha256.h"

namespace liuhen::api {
namespace {

constexpr unsigned char kOptions = CSV_STRICT | CSV_STRICT_FINI;

// Cuts decoded text into lines and hands each to libcsv, so that the line of every record and of
// every defect is known. A record is complete when its line break has been seen.
class RecordSplitter {
 public:
  RecordSplitter(const CsvLimits& limits, const OnCsvRow& on_row)
      : limits_(limits), on_row_(on_row) {
    LIUHEN_CHECK(::csv_init(&parser_, kOptions) == 0);
  }
  RecordSplitter(const RecordSplitter&) = delete;
  RecordSplitter& operator=(const RecordSplitter&) = delete;
  ~RecordSplitter() { ::csv_free(&parser_); }

  Outcome feed(std::string_view text);
  Outcome finish();

 private:
  Outcome parse(std::string_view piece);
  Outcome deliver(bool ended);
  Error quote_error() const;
  Error limit_error(const char* code, const char* zh, const char* en, std::size_t limit) const;

  static void on_field(void* text, std::size_t size, void* self) {
    auto& me = *static_cast<RecordSplitter*>(self);
    if (me.row_.fields.size() >= me.limits_.max_fields) {
      me.too_many_ = true;
      return;
    }
    me.row_.fields.emplace_back(static_cast<const char*>(text), size);
  }
  static void on_record(int, void* self) { static_cast<RecordSplitter*>(self)->complete_ = true; }

  const CsvLimits& limits_;
  const OnCsvRow& on_row_;
  csv_parser parser_{};
  CsvRow row_;
  bool begun_ = false;     // bytes of a record have been fed
  bool complete_ = false;  // libcsv has closed it
  bool too_many_ = false;
  bool after_cr_ = false;  // the last byte was CR: an LF belongs to it
  std::uint64_t line_ = 1;
  std::size_t line_bytes_ = 0;
};

Error RecordSplitter::limit_error(const char* code, const char* zh, const char* en,
                                  std::size_t limit) const {
  const std::string l = std::to_string(line_);
  const std::string n = std::to_string(limit);
  return fail(code,
              "第 " + l + " 行：" + zh + "超过上限 " + n + "：请检查引号是否成对、分隔符是否为逗号",
              "line " + l + ": " + en + " above the limit of " + n +
                  ": check that quotes come in pairs and that the separator is a comma");
}

Error RecordSplitter::quote_error() const {
  const std::string l = std::to_string(line_);
  const std::string s = std::to_string(row_.line);
  const bool same = line_ == row_.line;
  return fail(
      "import.quote",
      "第 " + l + " 行引号位置不对" +
          (same ? "" : "（该记录从第 " + s + " 行开始，可能那里的引号没有闭合）") +
          "：字段中的引号要写成两个，且整个字段用引号括起来",
      "line " + l + ": a quote is out of place" +
          (same ? ""
                : " (the record starts on line " + s + "; perhaps a quote there is not closed)") +
          ": double the quotes inside a field, and put the whole field in quotes");
}

Outcome RecordSplitter::deliver(bool ended) {
  complete_ = false;
  begun_ = false;
  if (too_many_)
    return limit_error("import.limit.fields", "列数", "number of columns", limits_.max_fields);
  for (const std::string& field : row_.fields) {
    if (field.size() > limits_.max_field_bytes) {
      return limit_error("import.limit.field_bytes", "一个字段的字节数", "bytes of a field",
                         limits_.max_field_bytes);
    }
  }
  row_.ended = ended;
  const Outcome done = on_row_(row_);
  row_.fields.clear();
  return done;
}

Outcome RecordSplitter::parse(std::string_view piece) {
  if (!begun_) {
    begun_ = true;
    row_.line = line_;
  }
  line_bytes_ += piece.size();
  if (line_bytes_ > limits_.max_line_bytes) {
    return limit_error("import.limit.line_bytes", "一行的字节数", "bytes of a line",
                       limits_.max_line_bytes);
  }
  if (::csv_parse(&parser_, piece.data(), piece.size(), on_field, on_record, this) != piece.size())
    return quote_error();
  if (parser_.entry_pos > limits_.max_field_bytes) {
    return limit_error("import.limit.field_bytes", "一个字段的字节数", "bytes of a field",
                       limits_.max_field_bytes);
  }
  return ok();
}

Outcome RecordSplitter::feed(std::string_view text) {
  while (!text.empty()) {
    const bool continues = after_cr_ && text.front() == '\n';
    if (after_cr_ && !continues) {
      ++line_;
      line_bytes_ = 0;
    }
    after_cr_ = false;
    const std::size_t found = text.find_first_of("\r\n");
    const std::size_t size = found == std::string_view::npos ? text.size() : found + 1;
    if (auto done = parse(text.substr(0, size)); !done) return done;
    const bool at_end = found != std::string_view::npos;
    if (complete_) {
      if (auto done = deliver(true); !done) return done;
    } else if (at_end && row_.fields.empty() && parser_.quoted == 0 && parser_.entry_pos == 0) {
      begun_ = false;  // an empty line, or the LF after a CR that ended a record
    }
    if (at_end && text[found] == '\r') after_cr_ = true;
    if (at_end && text[found] == '\n') {
      ++line_;
      line_bytes_ = 0;
    }
    text.remove_prefix(size);
  }
  return ok();
}

Outcome RecordSplitter::finish() {
  if (::csv_fini(&parser_, on_field, on_record, this) != 0) {
    const std::string s = std::to_string(row_.line);
    return fail("import.cut_short",
                "从第 " + s +
                    " 行开始的记录，引号到文件结尾都没有闭合：文件可能没有传完，请重新导出；或补上"
                    "该行的引号",
                "the record that starts on line " + s +
                    " has a quote still open at the end of the file: it may have been cut short, "
                    "export it again; or close that quote");
  }
  if (complete_) return deliver(false);
  return ok();
}

}  // namespace

Result<CsvSource> read_csv(const std::string& path, std::optional<Encoding> wanted,
                           const CsvLimits& limits, const OnCsvRow& on_row,
                           const Progress& progress) {
  auto format = detect_text(path, wanted, progress);
  if (!format) return format.error();
  auto decoder = TextDecoder::open(format->encoding, format->bom_bytes);
  if (!decoder) return decoder.error();
  RecordSplitter splitter(limits, on_row);
  crypto::Sha256 hash;
  std::string text;
  const auto done =
      read_chunks(path, [&](View piece, std::uint64_t read, std::uint64_t total) -> Outcome {
        hash.update(piece);
        const bool first = read == piece.size();
        const std::size_t skip = first ? std::min<std::size_t>(format->bom_bytes, piece.size()) : 0;
        text.clear();
        const Outcome decoded = decoder->feed(piece.subspan(skip), text);
        // What stands before a bad byte is read first: the earliest defect is the one to name.
        if (auto split = splitter.feed(text); !split) return split;
        if (!decoded) return decoded;
        if (progress) progress(read, total);
        return ok();
      });
  if (!done) return done.error();
  if (auto whole = decoder->finish(); !whole) return whole.error();
  if (auto last = splitter.finish(); !last) return last.error();
  return CsvSource{.format = *format, .sha256 = hash.finish()};
}

std::string csv_field(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };  // taken off where unquoted
  const bool may_stand = text.find_first_of(",\"\r\n") == std::string_view::npos;
  if (may_stand && (text.empty() || (!is_blank(text.front()) && !is_blank(text.back()))))
    return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    out += c;
    if (c == '"') out += '"';
  }
  return out + '"';
}

}  // namespace liuhen::api
