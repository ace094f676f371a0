// The date of an answer (RFC 9110 sections 5.6.7 and 6.6.1): caches reckon ages from it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace liuhen::api::server {

// "Sun, 06 Nov 1994 08:49:37 GMT", whatever the locale.
std::string http_date(std::uint64_t unix_s);
// Of now; each thread writes it once a second. Good until the thread asks again.
std::string_view http_date_now();

}  // namespace liuhen::api::server
