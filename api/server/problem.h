// Refusals on the wire: RFC 9457 problem documents, and the one map from error codes to HTTP
// status.
#pragma once

#include <string_view>

#include "api/client/connection.h"

namespace liuhen::api::server {

// By the code or its family (docs/formats/errors.md); 422 for whatever admission refuses.
unsigned status_of(std::string_view code);

// {type, title, status, code, detail (Chinese), detail_en}; with Retry-After where trying again
// helps.
Response problem(const Error& error);
Response problem(const Error& error, unsigned status);

}  // namespace liuhen::api::server
