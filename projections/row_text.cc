#include "projections/row_text.h"

namespace liuhen::projections {

namespace {

constexpr std::string_view kKind = "liuhen/draw-row/v";

std::string number(std::uint64_t value) { return std::to_string(value); }

void add_row(const crypto::draw::ProvenRow& proven, std::string& out) {
  const auto& row = proven.row;
  out.append("row ").append(number(proven.index)).append(1, ' ').append(row.id).append(1, ' ');
  out.append(number(row.stratum)).append(1, ' ').append(number(row.weight)).append(1, ' ');
  out.append(number(row.eligibility)).append(1, '\n');
  format_hashes(proven.path, out);
}

crypto::draw::ProvenRow read_row(ProofLines& lines) {
  const auto words = lines.line("row", 5);
  crypto::draw::ProvenRow proven{.index = lines.number(words[0]),
                                 .row = {.id = std::string(words[1]),
                                         .stratum = lines.number(words[2]),
                                         .weight = lines.number(words[3]),
                                         .eligibility = lines.number(words[4])},
                                 .path = {}};
  proven.path = lines.hashes();
  return proven;
}

}  // namespace

bool is_row_file(std::string_view text) { return text.starts_with("liuhen/draw-row/"); }

std::string format_row_file(const RowText& file) {
  std::string out(kKind);
  out.append("1\norigin ").append(file.origin).append("\ndraw ").append(file.draw);
  out.append("\nsubject ").append(file.subject).append(1, '\n');
  format_entries(file.entries, out);
  out.append("rows ").append(number(file.rows.size())).append(1, '\n');
  for (const auto& row : file.rows) add_row(row, out);
  return out.append("checkpoint\n").append(file.checkpoint);
}

Result<RowText> parse_row_file(std::string_view text) {
  if (text.size() > kRowFileBytesMax)
    return fail("proof.format", "单户证明文件过大（上限 16 MiB）",
                "the file of one subject's row is larger than 16 MiB");
  ProofLines lines(text);
  if (auto heading = take_heading(lines, text, kKind); !heading) return heading.error();
  RowText file;
  file.origin = lines.line("origin", 1)[0];
  file.draw = lines.line("draw", 1)[0];
  file.subject = lines.line("subject", 1)[0];
  file.entries = read_entries(lines);
  for (auto left = lines.count("rows"); left > 0 && lines.good(); --left)
    file.rows.push_back(read_row(lines));
  lines.line("checkpoint", 0);
  if (!lines.good()) return lines.error();
  file.checkpoint = lines.rest();
  if (format_row_file(file) != text)
    return fail("proof.format", "单户证明文件不是规范写法：被改动过，请重新下载",
                "the file is not written as it has to be: it was changed, fetch it again");
  return file;
}

}  // namespace liuhen::projections
