// What a server may have done to an answer's bytes on their way (RFC 9110 section 8.4): static
// hosts serve bundles of entries compressed though nobody asked (C2SP tlog-tiles).
#pragma once

#include <string>
#include <string_view>

#include "crypto/result.h"

namespace liuhen::api {

// The bytes before they were coded; `coding` is the field Content-Encoding, empty if there is none.
// Fails with `connect.coding`: a coding other than gzip and identity, damaged bytes, or more than
// `most` of them once they are decoded.
Result<std::string> decoded(std::string_view coding, std::string body, std::size_t most);

}  // namespace liuhen::api
