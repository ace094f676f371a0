// The date of an answer (RFC 9110 sections 5.6.7 and 6.6.1): caches reckon ages from it.
#pragma once

#include <cstdint>
#include <string>

namespace liuhen::api::server {

// "Sun, 06 Nov 1994 08:49:37 GMT", whatever the locale.
std::string http_date(std::uint64_t unix_s);

}  // namespace liuhen::api::server
