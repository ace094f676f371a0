#include "projections/proof_text.h"

namespace liuhen::projections {

namespace {

constexpr std::string_view kKind = "liuhen/draw-proof/v";
constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool needs_escape(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte == 0x7f || c == '%' || c == ',';
}

void escape_byte(char c, std::string& out) {
  const auto byte = static_cast<unsigned char>(c);
  out.append(1, '%').append(1, kHexDigits[byte >> 4]).append(1, kHexDigits[byte & 15]);
}

// What was escaped; text that escape_word does not give is found by the comparison at the end.
std::string unescape(std::string_view word) {
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] != '%' || i + 2 >= word.size()) {
      out.push_back(word[i]);
      continue;
    }
    const auto high = kHexDigits.find(word[i + 1]), low = kHexDigits.find(word[i + 2]);
    if (high == std::string_view::npos || low == std::string_view::npos) {
      out.push_back(word[i]);
      continue;
    }
    out.push_back(static_cast<char>(high << 4 | low));
    i += 2;
  }
  return out;
}

std::string number(std::uint64_t value) { return std::to_string(value); }

void add_subject(const crypto::draw::SubjectRow& row, std::string& out) {
  out.append("subject ").append(row.id).append(1, ' ').append(number(row.stratum)).append(1, ' ');
  out.append(number(row.weight)).append(1, ' ').append(number(row.eligibility)).append(1, '\n');
}

void add_committed(const crypto::draw::CommittedRow& row, std::string& out) {
  out.append("subject ").append(row.id).append(1, ' ');
  out.append(to_base64(row.commitment)).append(1, '\n');
}

void add_inspector(const crypto::draw::InspectorRow& row, std::string& out) {
  out.append("inspector ")
      .append(row.id)
      .append(1, ' ')
      .append(escape_word(row.unit))
      .append(1, ' ');
  out.append(number(row.capacity)).append(1, ' ').append(number(row.eligibility)).append(1, ' ');
  if (row.qualifications.empty()) out.append(1, '-');
  for (std::size_t i = 0; i < row.qualifications.size(); ++i) {
    if (i != 0) out.append(1, ',');
    out.append(escape_word(row.qualifications[i]));
  }
  out.append(1, '\n');
}

crypto::draw::SubjectRow read_subject(ProofLines& reader) {
  const auto words = reader.line("subject", 4);
  return {.id = std::string(words[0]),
          .stratum = reader.number(words[1]),
          .weight = reader.number(words[2]),
          .eligibility = reader.number(words[3])};
}

crypto::draw::CommittedRow read_committed(ProofLines& reader) {
  const auto words = reader.line("subject", 2);
  return {.id = std::string(words[0]), .commitment = reader.hash(words[1])};
}

crypto::draw::InspectorRow read_inspector(ProofLines& reader) {
  const auto words = reader.line("inspector", 5);
  crypto::draw::InspectorRow row{.id = std::string(words[0]),
                                 .unit = unescape(words[1]),
                                 .qualifications = {},
                                 .capacity = reader.number(words[2]),
                                 .eligibility = reader.number(words[3])};
  for (std::string_view list = words[4]; words[4] != "-";) {
    const auto end = list.find(',');
    row.qualifications.push_back(unescape(list.substr(0, end)));
    if (row.qualifications.back().empty()) reader.refuse();
    if (end == std::string_view::npos) break;
    list.remove_prefix(end + 1);
  }
  return row;
}

Error bad(const std::string& zh, const std::string& en) { return fail("proof.format", zh, en); }

}  // namespace

std::string escape_word(std::string_view text) {
  std::string out;
  if (text == "-") {
    escape_byte('-', out);
    return out;
  }
  for (const char c : text) {
    if (needs_escape(c)) {
      escape_byte(c, out);
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string format_proof(const ProofText& proof) {
  std::string out;
  out.append(kKind)
      .append(proof.committed ? "2" : "1")
      .append("\norigin ")
      .append(proof.origin)
      .append("\ndraw ")
      .append(proof.draw)
      .append(1, '\n');
  format_entries(proof.entries, out);
  const std::size_t subjects = proof.committed ? proof.committed->size() : proof.subjects.size();
  out.append("subjects ").append(number(subjects)).append(1, '\n');
  for (const auto& row : proof.subjects) add_subject(row, out);
  if (proof.committed) {
    for (const auto& row : *proof.committed) add_committed(row, out);
  }
  out.append("inspectors ").append(number(proof.inspectors.size())).append(1, '\n');
  for (const auto& row : proof.inspectors) add_inspector(row, out);
  out.append("conflicts ").append(number(proof.conflicts.size())).append(1, '\n');
  for (const Hash& conflict : proof.conflicts)
    out.append("conflict ").append(to_base64(conflict)).append(1, '\n');
  out.append("checkpoint\n").append(proof.checkpoint);
  return out;
}

bool is_proof_file(std::string_view text) { return text.starts_with("liuhen/draw-proof/"); }

Result<ProofText> parse_proof(std::string_view text) {
  if (text.size() > kProofBytesMax)
    return bad("证明文件过大（上限 1 GiB）", "the proof file is larger than 1 GiB");
  ProofLines reader(text);
  ProofText proof;
  const auto version = take_heading(reader, text, kKind);
  if (!version) return version.error();
  if (*version == kRestrictedVersion) proof.committed.emplace();
  proof.origin = reader.line("origin", 1)[0];
  proof.draw = reader.line("draw", 1)[0];
  proof.entries = read_entries(reader);
  for (auto left = reader.count("subjects"); left > 0 && reader.good(); --left) {
    if (proof.committed) {
      proof.committed->push_back(read_committed(reader));
    } else {
      proof.subjects.push_back(read_subject(reader));
    }
  }
  for (auto left = reader.count("inspectors"); left > 0 && reader.good(); --left)
    proof.inspectors.push_back(read_inspector(reader));
  for (auto left = reader.count("conflicts"); left > 0 && reader.good(); --left)
    proof.conflicts.push_back(reader.hash(reader.line("conflict", 1)[0]));
  reader.line("checkpoint", 0);
  if (!reader.good()) return reader.error();
  proof.checkpoint = reader.rest();
  if (format_proof(proof) != text)
    return bad("证明文件不是规范写法：被改动过，请重新下载",
               "the proof file is not written as it has to be: it was changed, fetch it again");
  return proof;
}

}  // namespace liuhen::projections
