#include "api/import/registry_table.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "crypto/sha256.h"

namespace liuhen::api {
namespace {

constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
constexpr std::size_t kIdBytesMax = 23;
constexpr std::string_view kIdeographicSpace = "\u3000";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  while (!text.empty()) {
    if (blanks.find(text.front()) != std::string_view::npos)
      text.remove_prefix(1);
    else if (blanks.find(text.back()) != std::string_view::npos)
      text.remove_suffix(1);
    else
      break;
  }
  return text;
}

bool has_full_width(std::string_view text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    if (text[i] != '\xEF') continue;
    const auto b = static_cast<unsigned char>(text[i + 1]);
    const auto c = static_cast<unsigned char>(text[i + 2]);
    if (b == 0xBC && ((c >= 0x90 && c <= 0x99) || (c >= 0xA1 && c <= 0xBA) || c == 0x8D))
      return true;
    if (b == 0xBD && c >= 0x81 && c <= 0x9A) return true;
  }
  return false;
}

bool has_lower(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kIdBytesMax &&
         text.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == std::string_view::npos;
}

// What a spreadsheet makes of 18 digits: 9.1370E+17.
bool is_scientific(std::string_view text) {
  return text.size() >= 5 && text.find('.') == 1 &&
         text.find_first_of("eE") != std::string_view::npos &&
         text.find('+') != std::string_view::npos;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool blank(const CsvRow& row) {
  return std::all_of(row.fields.begin(), row.fields.end(),
                     [](const std::string& f) { return trimmed(f).empty(); });
}

}  // namespace

std::string sentence_zh(const ImportProblem& problem) {
  return "第 " + std::to_string(problem.line) + " 行" +
         (problem.column.empty() ? "" : "，列“" + problem.column + "”") + "：" + problem.zh;
}

std::string sentence_en(const ImportProblem& problem) {
  return "line " + std::to_string(problem.line) +
         (problem.column.empty() ? "" : ", column \"" + problem.column + "\"") + ": " + problem.en;
}

std::string fold_word(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    const char c = text[i];
    if (rest.starts_with(kIdeographicSpace))
      i += 2;
    else if (rest.starts_with("（"))
      out += '(', i += 2;
    else if (rest.starts_with("）"))
      out += ')', i += 2;
    else if (std::strchr(" \t\r\n*", c) != nullptr && c != '\0')
      continue;
    else
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

std::string shown(std::string_view value) {
  constexpr std::size_t bytes_max = 60, digits_max = 6;
  std::size_t run = 0;
  for (const char c : value) {
    run = c >= '0' && c <= '9' ? run + 1 : 0;
    if (run > digits_max) return "…";
  }
  return value.size() > bytes_max ? "…" : std::string(value);
}

std::size_t SeenIds::Take::operator()(const std::array<std::uint8_t, 16>& key) const {
  std::size_t value = 0;
  std::memcpy(&value, key.data(), sizeof value);
  return value;
}

std::optional<std::uint64_t> SeenIds::first_line(std::string_view id, std::uint64_t line) {
  const Hash hash = crypto::sha256(view_of(id));
  std::array<std::uint8_t, 16> key;
  std::copy_n(hash.begin(), key.size(), key.begin());
  const auto [found, fresh] = lines_.try_emplace(key, line);
  if (fresh) return {};
  return found->second;
}

std::string RegistryRow::name(std::size_t column) const {
  const std::size_t place = places_[column];
  return place == kAbsent ? std::string(specs_[column].zh) : header_[place];
}

void RegistryRow::note(ImportSeverity severity, std::string column, std::string code,
                       std::string zh, std::string en) {
  ImportProblem problem{.line = row_.line,
                        .column = std::move(column),
                        .severity = severity,
                        .code = std::move(code),
                        .zh = std::move(zh),
                        .en = std::move(en)};
  if (severity == ImportSeverity::error && !first_) {
    first_ = fail(problem.code, sentence_zh(problem), sentence_en(problem));
  }
  std::uint64_t& count = severity == ImportSeverity::error ? report_.errors : report_.warnings;
  if (count++ < max_) report_.problems.push_back(std::move(problem));
}

void RegistryRow::error(std::size_t column, std::string code, std::string zh, std::string en) {
  note(ImportSeverity::error, name(column), std::move(code), std::move(zh), std::move(en));
}

void RegistryRow::warning(std::size_t column, std::string code, std::string zh, std::string en) {
  note(ImportSeverity::warning, name(column), std::move(code), std::move(zh), std::move(en));
}

std::string_view RegistryRow::text(std::size_t column) const {
  const std::size_t place = places_[column];
  return place >= row_.fields.size() ? std::string_view{} : trimmed(row_.fields[place]);
}

std::string RegistryRow::checked(std::size_t column, std::size_t max_bytes) {
  const std::string_view value = text(column);
  if (value.empty() && specs_[column].required) {
    error(column, "field.missing", "缺少“" + std::string(specs_[column].zh) + "”：请补填",
          "the " + std::string(specs_[column].en) + " is missing: fill it in");
  } else if (value.size() > max_bytes) {
    error(column, "field.long",
          "内容有 " + std::to_string(value.size()) + " 字节，超过上限 " +
              std::to_string(max_bytes) + "：请缩短",
          "holds " + std::to_string(value.size()) + " bytes, above the limit of " +
              std::to_string(max_bytes) + ": shorten it");
  } else if (has_control(value)) {
    error(column, "field.control", "含有换行、制表符或其他控制字符：请删去",
          "holds a line break, tab or other control character: take it out");
  } else {
    return std::string(value);
  }
  return {};
}

std::string RegistryRow::id(std::size_t column) {
  const std::string_view value = text(column);
  if (value.empty()) return checked(column, kIdBytesMax);
  if (is_id(value)) return std::string(value);
  if (has_full_width(value)) {
    error(column, "id.full_width", "含有全角字母、数字或连字符：请改为半角",
          "holds full-width letters, digits or hyphens: use half-width ones");
  } else if (is_scientific(value)) {
    error(column, "id.scientific",
          "像是被电子表格改成了科学计数法，原号已丢失：请把该列设为文本格式后重新导出",
          "looks like a number a spreadsheet turned into scientific notation, and the code is "
          "lost: set the column to text and export again");
  } else if (has_lower(value)) {
    error(column, "id.lower_case", "含有小写字母：请改为大写",
          "holds lower-case letters: use upper case");
  } else {
    error(column, "id.form", "应为 1–23 位的大写字母、数字或连字符",
          "should be 1-23 upper-case letters, digits or hyphens");
  }
  return {};
}

void RegistryRow::unique(std::size_t column, SeenIds& seen, std::string_view key) {
  const auto first = seen.first_line(key, row_.line);
  if (!first) return;
  const std::string l = std::to_string(*first);
  error(column, "id.duplicate", "与第 " + l + " 行重复：请只保留一行",
        "the same as on line " + l + ": keep one of the two rows");
}

// The header, then rows under it.
class RegistryScan {
 public:
  RegistryScan(std::span<const ColumnSpec> specs, const ImportOptions& options,
               const JudgeRow& judge)
      : specs_(specs), options_(options), judge_(judge), places_(specs.size(), kAbsent) {}

  Outcome add(const CsvRow& row) {
    if (blank(row)) return ok();
    return header_.empty() ? read_header(row) : read_row(row);
  }
  bool has_header() const { return !header_.empty(); }
  ImportReport report;

 private:
  Outcome read_header(const CsvRow& row);
  Outcome read_row(const CsvRow& row);
  void check_width(RegistryRow& row) const;

  std::span<const ColumnSpec> specs_;
  const ImportOptions& options_;
  const JudgeRow& judge_;
  std::vector<std::size_t> places_;  // where each column of the specs stands, or kAbsent
  std::vector<std::string> header_;
};

Outcome RegistryScan::read_header(const CsvRow& row) {
  for (const std::string& field : row.fields) header_.emplace_back(trimmed(field));
  while (!header_.empty() && header_.back().empty()) header_.pop_back();
  RegistryRow noted(specs_, places_, header_, row, report, options_.max_problems);
  for (std::size_t place = 0; place < header_.size(); ++place) {
    const std::string word = fold_word(header_[place]);
    const auto spec = std::find_if(specs_.begin(), specs_.end(), [&](const ColumnSpec& s) {
      return std::find(s.names.begin(), s.names.end(), word) != s.names.end();
    });
    if (spec == specs_.end()) {
      noted.note(ImportSeverity::warning, header_[place], "header.ignored", "不认识的列，未导入",
                 "unknown column, not imported");
      continue;
    }
    std::size_t& taken = places_[static_cast<std::size_t>(spec - specs_.begin())];
    if (taken != kAbsent) {
      return fail("import.header",
                  "表头的“" + header_[taken] + "”和“" + header_[place] + "”是同一内容：请删去一列",
                  "the header's \"" + header_[taken] + "\" and \"" + header_[place] +
                      "\" mean the same: delete one column");
    }
    taken = place;
  }
  for (std::size_t column = 0; column < specs_.size(); ++column) {
    if (!specs_[column].required || places_[column] != kAbsent) continue;
    const std::string line = std::to_string(row.line);
    if (header_.size() == 1 && header_[0].find_first_of(";\t|") != std::string::npos) {
      return fail("import.header",
                  "第 " + line +
                      " 行应为表头，但只有一列，像是用分号、制表符或竖线分隔的：请以逗号"
                      "分隔另存为 CSV",
                  "line " + line +
                      " should be the header but is one column, as if separated by "
                      "semicolons, tabs or bars: save it as CSV with commas");
    }
    std::string names;
    for (const std::string_view known : specs_[column].names)
      names += (names.empty() ? "" : "、") + std::string(known);
    return fail("import.header",
                "第 " + line + " 行应为表头，但缺少“" + std::string(specs_[column].zh) +
                    "”列（可用的列名：" + names + "）：若列名是乱码，请用 --encoding 指定编码",
                "line " + line + " should be the header but has no column for the " +
                    std::string(specs_[column].en) + " (accepted names: " + names +
                    "): if the names look garbled, give --encoding");
  }
  return ok();
}

void RegistryScan::check_width(RegistryRow& row) const {
  const std::vector<std::string>& fields = row.row_.fields;
  const std::string has = std::to_string(fields.size());
  const std::string want = std::to_string(header_.size());
  if (fields.size() < header_.size() && !row.row_.ended) {
    row.note(ImportSeverity::error, "", "row.cut_short",
             "文件在这一行中间结束（只有 " + has + " 列，应有 " + want +
                 " 列）：文件可能没有传完，请重新导出",
             "the file ends within this row (" + has + " of " + want +
                 " columns): it may have been cut short, export it again");
    return;
  }
  // The header's line has ended, so lines of this file do: the last one may be cut within its last
  // field, where every column still seems to be there.
  if (!row.row_.ended) {
    row.note(ImportSeverity::error, "", "row.cut_short",
             "文件末尾没有换行，最后一行可能没有传完：请核对这一行，若完整，在其后补一个换行",
             "the file does not end with a line end: it may be cut short; check the last row, and "
             "add a line end if it is whole");
    return;
  }
  const bool beyond =
      fields.size() > header_.size() &&
      std::any_of(fields.begin() + static_cast<std::ptrdiff_t>(header_.size()), fields.end(),
                  [](const std::string& f) { return !trimmed(f).empty(); });
  if (fields.size() < header_.size() || beyond) {
    row.note(ImportSeverity::error, "", "row.columns",
             "有 " + has + " 列，表头有 " + want + " 列：请检查是否多了或少了逗号",
             "has " + has + " columns where the header has " + want +
                 ": look for a comma too many or too few");
  }
}

Outcome RegistryScan::read_row(const CsvRow& csv_row) {
  RegistryRow row(specs_, places_, header_, csv_row, report, options_.max_problems);
  check_width(row);
  // In a row of another width the fields need not be where the header says; judging them would
  // mislead, but the reader still decides whether to stop at the row.
  const Outcome done = judge_(row);
  ++report.rows;
  ++(row.bad() ? report.bad : report.good);
  return done;
}

Result<ImportReport> scan_registry(const std::string& path, std::span<const ColumnSpec> specs,
                                   const ImportOptions& options, const Progress& progress,
                                   const JudgeRow& judge) {
  RegistryScan scan(specs, options, judge);
  auto source = read_csv(
      path, options.encoding, options.limits, [&](const CsvRow& row) { return scan.add(row); },
      progress);
  if (!source) return source.error();
  if (!scan.has_header()) {
    return fail("import.empty", "文件 " + path + " 是空的：第一行应为表头",
                "the file " + path + " is empty: its first line should be the header");
  }
  scan.report.source = *source;
  return std::move(scan.report);
}

Result<bool> take_row(const RegistryRow& row, const ImportOptions& options) {
  if (!row.bad()) return true;
  if (options.accept_good) return false;
  return row.first_error();
}

Outcome same_file(const ImportReport& report, const ImportOptions& options) {
  if (!options.expected_sha256 || *options.expected_sha256 == report.source.sha256) return ok();
  return fail("import.changed", "文件在检查之后被改动：请重新检查再导入",
              "the file was changed after it was checked: check it again, then import");
}

}  // namespace liuhen::api
