#include <boost/json.hpp>

#include "api/client/connection.h"

namespace liuhen::api {
namespace {

std::string text_at(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

Error error_of(const Response& response) {
  boost::system::error_code problem;
  const boost::json::value document = boost::json::parse(response.body, problem);
  if (!problem && document.is_object()) {
    const boost::json::object& fields = document.get_object();
    Error error =
        fail(text_at(fields, "code"), text_at(fields, "detail"), text_at(fields, "detail_en"));
    if (!error.code.empty()) return error;
  }
  const std::string status = std::to_string(response.status);
  const std::string text = response.body.substr(0, 200);
  return fail("connect.refused", "服务以 HTTP " + status + " 拒绝：" + text,
              "the service refused with HTTP " + status + ": " + text);
}

}  // namespace liuhen::api
