// Codes that say whom they belong to: what may be a public id, and what may not.
#pragma once

#include <string_view>

namespace liuhen::projections {

// 18 characters of which the last is the check character of the others (GB 32100-2015 section 4.6).
bool is_uscc(std::string_view code);
// 18 characters with a date and the check character of a citizen's id number (GB 11643-1999).
bool is_resident_id(std::string_view code);

}  // namespace liuhen::projections
