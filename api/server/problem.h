// Refusals on the wire: RFC 9457 problem documents, and the one map from error codes to HTTP
// status.
#pragma once

#include <boost/json.hpp>
#include <string_view>

#include "api/client/connection.h"

namespace liuhen::api::server {

// By the code or its family (docs/formats/errors.md); 422 for whatever admission refuses.
unsigned status_of(std::string_view code);

// {type, title, status, code, detail (Chinese), detail_en}, and `retry_after` unless that is 0.
boost::json::object problem_document(const Error& error, unsigned status, unsigned retry_after_s);
// kRetryAfterS where trying again helps, otherwise 0.
unsigned retry_after_s(unsigned status);

// The document as an answer; with Retry-After where trying again helps.
Response problem(const Error& error);
Response problem(const Error& error, unsigned status);
// For what is refused until so many seconds have passed.
Response problem_for(const Error& error, unsigned seconds);

}  // namespace liuhen::api::server
