// Files whose content and name have reached the disk. Linux.
#pragma once

#include <string>
#include <system_error>

#include "crypto/bytes.h"

namespace liuhen::ledger {

// Replaces the file's content, and returns once it is durable. A crash leaves any beginning of it:
// write beside, and rename. A new file gets the mode, less what the umask takes.
std::error_code write_synced(const std::string& path, View bytes, unsigned mode = 0644);

// Writes over what the file holds, and returns once it is durable: cheaper where the size stays the
// same, since the file system has nothing to note but the bytes. A crash leaves any mixture of old
// and new: only for a file whose old content nobody needs.
std::error_code overwrite_synced(const std::string& path, View bytes);

// Renames within one file system; the new name is durable when it returns. Whoever opens the name
// finds the old file or the new one.
std::error_code rename_synced(const std::string& from, const std::string& to);

// The same, but where `to` is there already, `from` then names what that was, if the file system
// can; to be written over the next time.
std::error_code exchange_synced(const std::string& from, const std::string& to);

// The names in a folder, as they are now.
std::error_code sync_folder(const std::string& path);

// Whether the file system of an existing path may be written, and has so much room left for us.
bool has_room(const std::string& path, std::uint64_t bytes);

}  // namespace liuhen::ledger
