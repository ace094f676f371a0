// Conditional requests: a validator for what is served, and 304 for who has it already (RFC 9110
// sections 8.8.3, 13.1.2 and 15.4.5).
#pragma once

#include <string>
#include <string_view>

#include "api/client/connection.h"

namespace liuhen::api::server {

// A strong entity tag for these bytes, with its quotes: half of their SHA-256 in hex. `coding` is
// the content coding in which they are sent, empty for none: each has its own tag.
std::string entity_tag(std::string_view bytes, std::string_view coding = {});

// Whether If-None-Match names the tag; "*" names any. Tags are compared weakly, as the standard
// says. What is no list of tags matches nothing, and the client is sent everything.
bool none_match_names(std::string_view if_none_match, std::string_view tag);

// Makes the answer 304, without its content, if the client has what its ETag names. Whether it did.
bool leave_away_if_known(std::string_view if_none_match, Response& response);

}  // namespace liuhen::api::server
