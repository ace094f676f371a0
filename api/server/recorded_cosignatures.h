// Checkpoints with the cosignatures that the log itself records (CheckpointWitnessed).
#pragma once

#include <string>

#include "api/server/backend.h"

namespace liuhen::api::server {

// The note that the log signed at that size, with the cosignatures of the entry at `position`, but
// for bad ones in the name of witnesses of the service's own policy; empty if they are no quorum of
// that, or the note is not kept. Errors: those of storage, `request.absent`.
Result<std::string> recorded_note(const Backend& backend, std::uint64_t size,
                                  std::uint64_t position);

}  // namespace liuhen::api::server
