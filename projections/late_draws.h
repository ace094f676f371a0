// What is said of draws that were not executed, listed or disclosed when they were due
// (docs/formats/draw.md, "No escape" and 11).
#pragma once

#include "crypto/result.h"
#include "projections/outcome.h"

namespace liuhen::projections {

// `draw.escape`.
Error error_of(const Escape& escape);
// `draw.undisclosed` of a draw that is sealed, `draw.unlisted` of any other.
Error error_of(const Undisclosed& late, const Draw& draw);

}  // namespace liuhen::projections
