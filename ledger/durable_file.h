// Files whose content and name have reached the disk. Linux.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <system_error>

#include "crypto/bytes.h"

namespace liuhen::ledger {

// Replaces the file's content, and returns once it is durable. A crash leaves any beginning of it:
// write beside, and rename. A new file gets the mode, less what the umask takes.
std::error_code write_synced(const std::string& path, View bytes, unsigned mode = 0644);

// Which file a name stands for, and of what size; none if that cannot be told.
struct FileId {
  std::uint64_t device = 0, file = 0, size = 0;
  bool operator==(const FileId&) const = default;
};
std::optional<FileId> file_id(const std::string& path);

// Writes over bytes that the file has, and returns once they are durable: cheaper than a file made
// anew, since the file system has nothing to note but the bytes. A crash leaves any mixture of old
// and new ones. Writes nothing (no_such_file_or_directory) if the name stands for another file.
std::error_code overwrite_synced(const std::string& path, const FileId& file, std::uint64_t at,
                                 View bytes);

// Renames within one file system; the new name is durable when it returns. Whoever opens the name
// finds the old file or the new one.
std::error_code rename_synced(const std::string& from, const std::string& to);

// The name of what is there, in the folder above it; nothing where that may not be read, or takes
// no syncs, as on some media.
std::error_code sync_name(const std::string& path);

// A file that somebody else wrote, perhaps killed before it was durable, and its name; nothing
// where it is a pipe, or whatever else is no regular file.
std::error_code sync_file(const std::string& path);

// Makes the folder and those above it that are absent, each durable in the one above it when it
// returns (as sync_name), and tells whether it made any. One whose name could not be synced is
// removed again.
bool make_folders(const std::string& path, std::error_code& error);

// The names in a folder, as they are now.
std::error_code sync_folder(const std::string& path);

// Whether the file system of an existing path may be written, and has so much room left for us, for
// so many new files (inodes) too, unless it makes those as it needs them.
struct Room {
  std::uint64_t bytes = 0, files = 0;
};
bool has_room(const std::string& path, const Room& room);

}  // namespace liuhen::ledger
