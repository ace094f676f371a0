#include "crypto/merged_note.h"

#include <algorithm>
#include <iterator>

namespace liuhen::crypto {
namespace {

auto by_key_of(const NoteSignature& signature) {
  return [&signature](const NoteSignature& other) {
    return other.name == signature.name && other.key_id == signature.key_id;
  };
}

const NoteKey* key_of(const NoteSignature& line, std::span<const NoteKey> known) {
  const auto found = std::ranges::find_if(known, [&line](const NoteKey& key) {
    return key.name == line.name && key.id() == line.key_id;
  });
  return found == known.end() ? nullptr : &*found;
}

bool is_good(const std::string& text, const NoteSignature& line, const NoteKey& key) {
  return verify_note({.text = text, .signatures = {line}}, std::span(&key, 1)).has_value();
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

std::string merge_good_signatures(std::string_view held, const std::string& offered,
                                  std::span<const NoteKey> known) {
  const auto ours = parse_note(held), theirs = parse_note(offered);
  if (!theirs) return offered;
  std::vector<NoteSignature> lines;
  const auto take_good = [&](const std::vector<NoteSignature>& from) {
    for (const NoteSignature& line : from) {
      const NoteKey* key = key_of(line, known);
      if (key == nullptr || std::ranges::any_of(lines, by_key_of(line))) continue;
      if (is_good(theirs->text, line, *key)) lines.push_back(line);
    }
  };
  take_good(theirs->signatures);
  if (ours && ours->text == theirs->text) take_good(ours->signatures);
  std::ranges::copy_if(theirs->signatures, std::back_inserter(lines),
                       [&](const NoteSignature& line) { return key_of(line, known) == nullptr; });
  if (lines.empty()) return offered;
  std::string note = theirs->text + "\n";
  std::size_t count = 0;
  for (const NoteSignature& line : lines) {
    const std::string text = format_signature_line(line);
    if (count == kMaxNoteSignatures || note.size() + text.size() > kMaxNoteSize) break;
    note += text;
    ++count;
  }
  return note;
}

std::vector<NoteKey> keys_of_bad_lines(std::string_view note, std::span<const NoteKey> known) {
  const auto parsed = parse_note(note);
  std::vector<NoteKey> keys;
  if (!parsed) return keys;
  for (const NoteSignature& line : parsed->signatures) {
    const NoteKey* key = key_of(line, known);
    if (key == nullptr || std::ranges::find(keys, *key) != keys.end()) continue;
    if (!is_good(parsed->text, line, *key)) keys.push_back(*key);
  }
  return keys;
}

}  // namespace liuhen::crypto
