// One note out of two of the same text, which different keys signed.
#pragma once

#include <string>
#include <string_view>

#include "crypto/note.h"

namespace liuhen::crypto {

// The offered note with every signature line that the held one has as well: the held lines in their
// order, each by a key that signed the offered one too in the words of that, and then the offered
// note's further ones, as many as a note can hold. No signature is checked. The offered note as it
// is if the texts differ or either is no note.
std::string merge_signatures(std::string_view held, const std::string& offered);

}  // namespace liuhen::crypto
