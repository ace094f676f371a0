// Which program this is, as far as what it makes of a log goes.
#pragma once

#include "crypto/bytes.h"

namespace liuhen::projections {

// SHA-256 over the sources of the schema and of everything that folds (projections/CMakeLists.txt):
// a snapshot made by others is not read, since they may fold otherwise.
const Hash& fold_sources();

}  // namespace liuhen::projections
