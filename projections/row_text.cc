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

void add_opened(const OpenedRow& opened, std::string& out) {
  const auto& content = opened.content;
  out.append("row ").append(number(opened.index)).append(1, ' ').append(opened.row.id);
  out.append(1, ' ').append(to_base64(opened.row.commitment)).append(1, '\n');
  format_hashes(opened.path, out);
  out.append("opened ").append(number(content.stratum)).append(1, ' ');
  out.append(number(content.weight)).append(1, ' ').append(number(content.eligibility));
  out.append(1, ' ').append(to_base64(content.blind)).append(1, ' ');
  out.append(to_base64(opened.salt)).append(1, '\n');
  if (!opened.cutoff) return;
  out.append("cutoff ").append(to_base64(opened.cutoff->salt)).append(1, ' ');
  out.append(opened.cutoff->bytes.empty() ? "-" : to_base64(opened.cutoff->bytes)).append(1, '\n');
}

OpenedRow read_opened(ProofLines& lines) {
  OpenedRow out;
  const auto row = lines.line("row", 3);
  out.index = lines.number(row[0]);
  out.row = {.id = std::string(row[1]), .commitment = lines.hash(row[2])};
  out.path = lines.hashes();
  const auto opened = lines.line("opened", 5);
  out.content = {.stratum = lines.number(opened[0]),
                 .weight = lines.number(opened[1]),
                 .eligibility = lines.number(opened[2]),
                 .blind = lines.hash(opened[3])};
  out.salt = lines.hash(opened[4]);
  if (!lines.next_is("cutoff")) return out;
  const auto cutoff = lines.line("cutoff", 2);
  out.cutoff.emplace();
  out.cutoff->salt = lines.hash(cutoff[0]);
  if (cutoff[1] == "-") return out;
  const Hash bytes = lines.hash(cutoff[1]);
  out.cutoff->bytes.assign(bytes.begin(), bytes.end());
  return out;
}

}  // namespace

bool is_row_file(std::string_view text) { return text.starts_with("liuhen/draw-row/"); }

std::string format_row_file(const RowText& file) {
  std::string out(kKind);
  out.append(file.opened ? "2" : "1")
      .append("\norigin ")
      .append(file.origin)
      .append("\ndraw ")
      .append(file.draw);
  out.append("\nsubject ").append(file.subject).append(1, '\n');
  format_entries(file.entries, out);
  out.append("rows ").append(number(file.opened ? 1 : file.rows.size())).append(1, '\n');
  if (file.opened) {
    add_opened(*file.opened, out);
  } else {
    for (const auto& row : file.rows) add_row(row, out);
  }
  return out.append("checkpoint\n").append(file.checkpoint);
}

Result<RowText> parse_row_file(std::string_view text) {
  if (text.size() > kRowFileBytesMax)
    return fail("proof.format", "单户证明文件过大（上限 16 MiB）",
                "the file of one subject's row is larger than 16 MiB");
  ProofLines lines(text);
  const auto version = take_heading(lines, text, kKind);
  if (!version) return version.error();
  RowText file;
  file.origin = lines.line("origin", 1)[0];
  file.draw = lines.line("draw", 1)[0];
  file.subject = lines.line("subject", 1)[0];
  file.entries = read_entries(lines);
  auto left = lines.count("rows");
  if (*version == kRestrictedVersion) {
    file.opened = read_opened(lines);
    left = 0;
  }
  for (; left > 0 && lines.good(); --left) file.rows.push_back(read_row(lines));
  lines.line("checkpoint", 0);
  if (!lines.good()) return lines.error();
  file.checkpoint = lines.rest();
  if (format_row_file(file) != text)
    return fail("proof.format", "单户证明文件不是规范写法：被改动过，请重新下载",
                "the file is not written as it has to be: it was changed, fetch it again");
  return file;
}

}  // namespace liuhen::projections
