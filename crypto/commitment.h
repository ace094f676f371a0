// Salted commitments to restricted fields (docs/formats/restricted.md, design section 4): the log
// holds the commitment, and whoever is given salt and bytes can check that they are what it was
// made from.
#pragma once

#include "crypto/bytes.h"

namespace liuhen::crypto {

using Salt = std::array<std::uint8_t, 32>;  // fresh randomness for each commitment
using Commitment = Hash;

// SHA-256("liuhen/restricted/v1" ‖ salt ‖ bytes)
Commitment commit(const Salt& salt, View bytes);

[[nodiscard]] bool opens(const Commitment& commitment, const Salt& salt, View bytes);

}  // namespace liuhen::crypto
