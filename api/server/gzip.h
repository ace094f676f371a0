// Content coding gzip (RFC 1952, RFC 9110 section 12.5.3), by zlib.
#pragma once

#include <string>
#include <string_view>

namespace liuhen::api::server {

// Whether Accept-Encoding allows gzip: by name or by "*", with a weight that is not zero.
bool accepts_gzip(std::string_view accept_encoding);

// The same input gives the same bytes.
std::string gzip(std::string_view bytes);

}  // namespace liuhen::api::server
