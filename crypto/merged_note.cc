#include "crypto/merged_note.h"

#include <algorithm>

namespace liuhen::crypto {
namespace {

auto by_key_of(const NoteSignature& signature) {
  return [&signature](const NoteSignature& other) {
    return other.name == signature.name && other.key_id == signature.key_id;
  };
}

}  // namespace

std::string merge_signatures(std::string_view held, const std::string& offered) {
  const auto ours = parse_note(held), theirs = parse_note(offered);
  if (!ours || !theirs || ours->text != theirs->text) return offered;
  Note merged{.text = theirs->text, .signatures = {}};
  for (const NoteSignature& line : ours->signatures) {
    const auto again = std::ranges::find_if(theirs->signatures, by_key_of(line));
    merged.signatures.push_back(again == theirs->signatures.end() ? line : *again);
  }
  std::string note = format_note(merged);
  for (const NoteSignature& line : theirs->signatures) {
    if (std::ranges::any_of(merged.signatures, by_key_of(line))) continue;
    const std::string text = format_signature_line(line);
    const bool is_full = merged.signatures.size() == kMaxNoteSignatures;
    if (is_full || note.size() + text.size() > kMaxNoteSize) break;
    merged.signatures.push_back(line);
    note += text;
  }
  return note.size() > kMaxNoteSize ? offered : note;
}

}  // namespace liuhen::crypto
