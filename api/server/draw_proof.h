// The proof file of a draw, made from the log that is being served (docs/formats/draw-proof.md).
#pragma once

#include "api/server/backend.h"

namespace liuhen::api::server {

// Fails as reading does, and as projections::build_proof_file. Any thread; holds the read model
// meanwhile.
Result<std::string> draw_proof(const Backend& backend, const ReadModel::Reading& reading,
                               const projections::Draw& draw);

}  // namespace liuhen::api::server
