// What the texts of proof files have in common: lines of words, and entries with their inclusion
// proofs (docs/formats/draw-proof.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/merkle.h"

namespace liuhen::projections {

struct ProofEntry {
  std::uint64_t position = 0;
  Bytes bytes;              // of the entry
  crypto::Proof inclusion;  // in the tree of the checkpoint

  bool operator==(const ProofEntry&) const = default;
};

// Takes a text apart line by line and word by word; the first thing wrong stays. Borrows the text.
// Used by one thread.
class ProofLines {
 public:
  explicit ProofLines(std::string_view text) : rest_(text) {}
  // The line last read says what it may not.
  void refuse() { spoil(); }

  // The words of the next line, which must begin with `keyword` and have `count` more.
  std::vector<std::string_view> line(std::string_view keyword, std::size_t count);
  std::uint64_t count(std::string_view keyword) { return number(line(keyword, 1)[0]); }
  std::uint64_t number(std::string_view word);
  Bytes base64(std::string_view word);
  Hash hash(std::string_view word);
  // Lines `hash <base64>`, as many as there are.
  crypto::Proof hashes();

  bool next_is(std::string_view keyword) const;
  bool good() const { return bad_line_ == 0; }
  Error error() const;  // `proof.format`, naming the line
  std::string_view rest() const { return rest_; }

 private:
  void spoil() {
    if (bad_line_ == 0) bad_line_ = number_;
  }

  std::string_view rest_;
  std::uint64_t number_ = 0, bad_line_ = 0;
};

// The version of a file whose pool is restricted; 1 of any other.
inline constexpr unsigned kRestrictedVersion = 2;

// Takes the first line, `kind` and the version 1 or 2 ("liuhen/draw-proof/v" "1"), and returns the
// version. Fails with `proof.version`, which says nothing against the log, where a later version
// stands there, and `proof.format` where anything else does.
Result<unsigned> take_heading(ProofLines& lines, std::string_view text, std::string_view kind);

void format_hashes(const crypto::Proof& proof, std::string& out);
// `entries <n>` and the entries.
void format_entries(const std::vector<ProofEntry>& entries, std::string& out);
std::vector<ProofEntry> read_entries(ProofLines& lines);

}  // namespace liuhen::projections
