// The proof file of a draw, and of one subject in it, made from the log that is being served
// (docs/formats/draw-proof.md, draw-row.md).
#pragma once

#include "api/server/backend.h"

namespace liuhen::api::server {

// Fails as reading does, and as projections::build_proof_file. Any thread; holds the read model
// meanwhile.
Result<std::string> draw_proof(const Backend& backend, const ReadModel::Reading& reading,
                               const projections::Draw& draw);
// As projections::build_row_file.
Result<std::string> draw_row(const Backend& backend, const ReadModel::Reading& reading,
                             const projections::Draw& draw, std::string_view subject);

}  // namespace liuhen::api::server
