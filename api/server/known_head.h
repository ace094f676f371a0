// The newest head that the ledger's directory shows to have been signed, whichever of its files was
// put back (docs/formats/storage.md, "The head file" and "The cosigned file").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/server/keys.h"
#include "crypto/note.h"

namespace liuhen::api::server {

// Where the file of cosignatures has a note that one of the keys signed under more entries than the
// head file knows of, that is the head from now on: what the database lacks of it is then
// `ledger.rolled_back`, as ever. Errors: those of HeadFile. What cannot be read there says nothing.
Outcome raise_head(const Layout& layout, const std::vector<crypto::NoteKey>& log_keys);

}  // namespace liuhen::api::server
