#include "api/server/json_fields.h"

namespace liuhen::api::server {

namespace json = boost::json;

Error field_error(std::string_view name, std::string_view zh, std::string_view en) {
  return fail("request.field", "字段“" + std::string(name) + "”" + std::string(zh),
              "the field \"" + std::string(name) + "\" " + std::string(en));
}

Result<json::object> parse_object(std::string_view body) {
  boost::system::error_code problem;
  json::parse_options options;
  options.max_depth = 8;
  json::value value =
      json::parse(body, problem, json::make_shared_resource<json::monotonic_resource>(), options);
  if (problem || !value.is_object()) {
    const std::string why = problem ? problem.message() : "not an object";
    return fail("request.json", "请求内容不是一个 JSON 对象：" + why,
                "the request's body is not a JSON object: " + why);
  }
  return std::move(value.get_object());
}

Result<std::string_view> text_field(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string())
    return field_error(name, "缺少，或不是字符串", "is missing, or not a string");
  return std::string_view(value->get_string());
}

Result<Bytes> hex_field(const json::object& object, std::string_view name) {
  const Result<std::string_view> text = text_field(object, name);
  if (!text) return text.error();
  Result<Bytes> bytes = from_hex(*text);
  if (!bytes) return field_error(name, "不是十六进制", "is not hexadecimal");
  return bytes;
}

Result<Bytes> base64_field(const json::object& object, std::string_view name) {
  const Result<std::string_view> text = text_field(object, name);
  if (!text) return text.error();
  Result<Bytes> bytes = from_base64(*text);
  if (!bytes) return field_error(name, "不是 base64", "is not base64");
  return bytes;
}

Result<const json::array*> list_field(const json::object& object, std::string_view name,
                                      bool required) {
  static const json::array none;
  const json::value* value = object.if_contains(name);
  if (value == nullptr && !required) return &none;
  if (value == nullptr || !value->is_array())
    return field_error(name, "缺少，或不是列表", "is missing, or not a list");
  return &value->get_array();
}

}  // namespace liuhen::api::server
