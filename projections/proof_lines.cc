#include "projections/proof_lines.h"

#include <charconv>

namespace liuhen::projections {

namespace {

constexpr std::size_t kVersionDigitsMax = 9;

std::string_view take_word(std::string_view& line) {
  const auto end = line.find(' ');
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  return word;
}

ProofEntry read_entry(ProofLines& lines) {
  const auto words = lines.line("entry", 2);
  ProofEntry entry{
      .position = lines.number(words[0]), .bytes = lines.base64(words[1]), .inclusion = {}};
  entry.inclusion = lines.hashes();
  return entry;
}

}  // namespace

std::vector<std::string_view> ProofLines::line(std::string_view keyword, std::size_t count) {
  std::vector<std::string_view> words(count);
  const auto end = rest_.find('\n');
  ++number_;
  if (end == std::string_view::npos) return spoil(), words;
  std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  if (take_word(line) != keyword) return spoil(), words;
  for (auto& word : words) word = take_word(line);
  if (!line.empty()) spoil();
  return words;
}

std::uint64_t ProofLines::number(std::string_view word) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() ||
      (word.size() > 1 && word[0] == '0'))
    spoil();
  return value;
}

Bytes ProofLines::base64(std::string_view word) {
  auto bytes = from_base64(word);
  if (!bytes) return spoil(), Bytes();
  return std::move(*bytes);
}

Hash ProofLines::hash(std::string_view word) {
  const auto bytes = exactly<32>(base64(word));
  if (!bytes) return spoil(), Hash();
  return *bytes;
}

crypto::Proof ProofLines::hashes() {
  crypto::Proof proof;
  while (next_is("hash")) proof.push_back(hash(line("hash", 1)[0]));
  return proof;
}

bool ProofLines::next_is(std::string_view keyword) const {
  return good() && rest_.starts_with(keyword) && rest_.size() > keyword.size() &&
         rest_[keyword.size()] == ' ';
}

Error ProofLines::error() const {
  const std::string number = std::to_string(bad_line_);
  return fail("proof.format", "证明文件第 " + number + " 行有误：文件不完整或被改动，请重新下载",
              "line " + number +
                  " of the proof file is wrong: it is cut short or was changed, fetch it again");
}

Result<unsigned> take_heading(ProofLines& lines, std::string_view text, std::string_view kind) {
  const std::string_view first = text.substr(0, text.find('\n'));
  unsigned known = 1;
  if (first.starts_with(kind)) {
    const std::string_view version = first.substr(kind.size());
    const bool is_number = !version.empty() && version.size() <= kVersionDigitsMax &&
                           version[0] != '0' &&
                           version.find_first_not_of("0123456789") == std::string_view::npos;
    if (version == std::to_string(kRestrictedVersion)) known = kRestrictedVersion;
    if (is_number && version != std::to_string(known))
      return fail("proof.version",
                  "证明文件是第 " + std::string(version) +
                      " 版，本程序只认识第 1、2 版：请用更新的程序核验",
                  "the proof file is of version " + std::string(version) +
                      ", and this program knows versions 1 and 2: verify it with a newer one");
  }
  const std::string heading = std::string(kind) + std::to_string(known);
  lines.line(heading, 0);
  if (lines.good()) return known;
  return fail("proof.format", "证明文件的首行应为 " + heading,
              "the first line of the proof file is not " + heading);
}

void format_hashes(const crypto::Proof& proof, std::string& out) {
  for (const Hash& hash : proof) out.append("hash ").append(to_base64(hash)).append(1, '\n');
}

void format_entries(const std::vector<ProofEntry>& entries, std::string& out) {
  out.append("entries ").append(std::to_string(entries.size())).append(1, '\n');
  for (const ProofEntry& entry : entries) {
    out.append("entry ").append(std::to_string(entry.position)).append(1, ' ');
    out.append(to_base64(entry.bytes)).append(1, '\n');
    format_hashes(entry.inclusion, out);
  }
}

std::vector<ProofEntry> read_entries(ProofLines& lines) {
  std::vector<ProofEntry> entries;
  for (auto left = lines.count("entries"); left > 0 && lines.good(); --left)
    entries.push_back(read_entry(lines));
  return entries;
}

}  // namespace liuhen::projections
