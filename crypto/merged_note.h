// One note out of two of the same text, which different keys signed.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/note.h"

namespace liuhen::crypto {

// The offered note with every signature line that the held one has as well: the held lines in their
// order, each by a key that signed the offered one too in the words of that, and then the offered
// note's further ones, as many as a note can hold. No signature is checked. The offered note as it
// is if the texts differ or either is no note.
std::string merge_signatures(std::string_view held, const std::string& offered);

// The same of notes that anybody may have written to: by the known keys the good signature lines
// alone, of each key one, the offered note's first and then what the held one has besides; after
// them the offered note's lines by others, as many as a note can hold. What the held note has of
// others goes, for nobody can check it. The offered note as it is if it is no note, or if nothing
// would be left of it.
std::string merge_good_signatures(std::string_view held, const std::string& offered,
                                  std::span<const NoteKey> known);

// Those of the known keys, each once, in whose name the note has a line that is no good signature
// of theirs: what merge_good_signatures does not take of it. None if it is no note.
std::vector<NoteKey> keys_of_bad_lines(std::string_view note, std::span<const NoteKey> known);

}  // namespace liuhen::crypto
