// Refusals on the wire: RFC 9457 problem documents, and the one map from error codes to HTTP
// status.
#pragma once

#include <string_view>

#include "api/client/connection.h"

namespace liuhen::api::server {

// By the code or its family (docs/formats/errors.md); 422 for whatever admission refuses.
unsigned status_of(std::string_view code);

// {type, title, status, code, detail (Chinese), detail_en}; with Retry-After where trying again
// helps, and the same seconds as `retry_after` in the document.
Response problem(const Error& error);
Response problem(const Error& error, unsigned status);
// For what is refused until so many seconds have passed.
Response problem_for(const Error& error, unsigned seconds);

}  // namespace liuhen::api::server
