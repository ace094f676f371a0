// Why a subject of a pool could not be drawn, in words.
#pragma once

#include "projections/pool.h"
#include "projections/sentence.h"

namespace liuhen::projections {

// Requires eligibility to be a known reason, not 0.
Sentence reason_of(std::uint64_t eligibility);

}  // namespace liuhen::projections
