#include "ledger/backup_note.h"

#include <algorithm>
#include <fstream>

#include "crypto/checkpoint.h"
#include "ledger/derived_index.h"
#include "ledger/event.h"
#include "ledger/log_keys.h"
#include "ledger/log_reader.h"

namespace liuhen::ledger {

BackupNote judge_backup_note(std::string_view note, const std::string& origin,
                             std::span<const crypto::NoteKey> log_keys) {
  const auto parsed = crypto::parse_note(note);
  if (!parsed) return BackupNote::damaged;
  const auto checkpoint = crypto::parse_checkpoint(parsed->text);
  if (!checkpoint) return BackupNote::damaged;
  const auto by = crypto::verify_note(*parsed, log_keys);
  if (by && checkpoint->origin == origin) return BackupNote::signed_by_the_log;
  if (by || by.error().code != "note.unsigned") return BackupNote::damaged;
  // A log signs under the name that its checkpoints have.
  const bool named = std::ranges::any_of(
      parsed->signatures, [&](const auto& line) { return line.name == checkpoint->origin; });
  if (!named) return BackupNote::damaged;
  return checkpoint->origin == origin ? BackupNote::by_unknown_key : BackupNote::of_another_log;
}

std::string note_in_metadata(const std::string& path) {
  static constexpr std::string_view kBefore = "metadata ";
  std::ifstream in(path, std::ios::binary);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(kBefore)) continue;
    const auto bytes = from_hex(std::string_view(line).substr(kBefore.size()));
    return bytes ? std::string(text_of(*bytes)) : std::string();
  }
  return {};
}

Result<std::vector<crypto::NoteKey>> stored_log_keys(Storage& storage) {
  const auto origin = stored_origin(storage);
  if (!origin) return origin.error();
  // The stream of what is said about the genesis, its own among it.
  std::vector<std::string> positions;
  const std::string before = std::string(kKeyChangeAbout) + '\0';
  Outcome read = storage.scan(Family::streams, before, [&](std::string_view key, std::string_view) {
    if (!key.starts_with(before)) return false;
    positions.emplace_back(key.substr(before.size()));
    return true;
  });
  if (!read) return read.error();
  LogKeys keys;
  for (const std::string& position : positions) {
    const auto entry = storage.get(Family::entries, position);
    if (!entry) return entry.error();
    const std::string bytes = entry->value_or("");
    const Bytes aligned(bytes.begin(), bytes.end());
    const auto event = Event::parse(aligned);
    if (event && keys.check(*event)) keys.append(*event);
  }
  return keys.note_keys(*origin);
}

}  // namespace liuhen::ledger
