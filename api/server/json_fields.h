// Reading a request's JSON strictly: every field by its name and type, and an error that says which
// is wrong.
#pragma once

#include <boost/json.hpp>
#include <string_view>

#include "crypto/bytes.h"

namespace liuhen::api::server {

// Fails with `request.json` unless it is one JSON object, not nested deeply. It lies in memory of
// its own, which goes in one piece: copy what is to stay.
Result<boost::json::object> parse_object(std::string_view body);

// All fail with `request.field`, naming the field.
Result<std::string_view> text_field(const boost::json::object& object, std::string_view name);
Result<Bytes> hex_field(const boost::json::object& object, std::string_view name);
Result<Bytes> base64_field(const boost::json::object& object, std::string_view name);
// Lies in the object; empty if it is absent and need not be there.
Result<const boost::json::array*> list_field(const boost::json::object& object,
                                             std::string_view name, bool required);
Error field_error(std::string_view name, std::string_view zh, std::string_view en);

}  // namespace liuhen::api::server
