#include "api/server/known_head.h"

#include "api/server/cosigned_file.h"
#include "crypto/checkpoint.h"
#include "ledger/head_file.h"

namespace liuhen::api::server {
namespace {

struct Known {
  std::string note;
  std::uint64_t size = 0;
};

// Without what others signed; of size 0 if none of the keys signed it.
Known signed_part(const std::string& text, const std::vector<crypto::NoteKey>& log_keys) {
  for (const crypto::NoteKey& key : log_keys) {
    const auto opened = crypto::open_checkpoint(text, key);
    if (!opened) continue;
    crypto::Note note = crypto::parse_note(text).value();
    std::erase_if(note.signatures, [&key](const auto& line) { return line.name != key.name; });
    return {.note = crypto::format_note(note), .size = opened->checkpoint.size};
  }
  return {};
}

}  // namespace

Outcome raise_head(const Layout& layout, const std::vector<crypto::NoteKey>& log_keys) {
  const auto stored = read_cosigned(layout.dir + "/cosigned");
  if (!stored) return ok();
  Known newest;
  for (const std::string& note : stored->notes) {
    Known known = signed_part(note, log_keys);
    if (known.size > newest.size) newest = std::move(known);
  }
  ledger::DiskHeadFile file(layout.head);
  const auto head = file.read();
  if (!head) return head.error();
  // Without one, or with one that is none, it is for a person to look for the newest.
  const auto note = crypto::parse_note(head->value_or(""));
  const auto now =
      note ? crypto::parse_checkpoint(note->text) : Result<crypto::Checkpoint>(note.error());
  return now && newest.size > now->size ? file.write(newest.note) : ok();
}

}  // namespace liuhen::api::server
