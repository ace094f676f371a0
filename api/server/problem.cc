#include "api/server/problem.h"

#include <array>
#include <boost/json.hpp>
#include <utility>

#include "api/limits.h"

namespace liuhen::api::server {
namespace {

// A whole code, or a family ending in a dot. The first that fits counts.
constexpr std::array<std::pair<std::string_view, unsigned>, 34> kStatuses{{
    {"intent.malformed", 400},
    {"intent.oversized", 413},
    {"intent.signature", 403},
    {"intent.conflict", 409},
    {"intent.version_stale", 409},
    {"key.unknown", 403},
    {"key.revoked", 403},
    {"role.", 403},
    {"entry.malformed", 400},
    {"entry.oversized", 413},
    {"encoding.", 400},
    {"request.route", 404},
    {"request.absent", 404},
    {"request.method", 405},
    {"request.length", 411},
    {"request.oversized", 413},
    {"request.coding", 415},
    {"request.header", 431},
    {"request.", 400},
    {"rate.", 429},
    {"fetch.absent", 404},
    {"merkle.range", 404},
    {"feed.ahead", 409},
    {"queue.full", 503},
    {"pending.full", 503},
    {"pending.many", 429},
    {"read.behind", 503},
    {"ledger.stopped", 503},
    {"storage.", 503},
    {"head.", 503},
    {"fetch.", 503},
    {"ledger.", 503},
    {"restricted.", 500},
    {"internal.", 500},
}};

std::string_view title_of(unsigned status) {
  switch (status) {
    case 400:
      return "请求有误 / Bad request";
    case 403:
      return "不被允许 / Forbidden";
    case 404:
      return "不存在 / Not found";
    case 405:
      return "方法不适用 / Method not allowed";
    case 409:
      return "与现状冲突 / Conflict";
    case 411:
      return "缺少长度 / Length required";
    case 413:
      return "内容过大 / Content too large";
    case 415:
      return "编码不支持 / Unsupported media type";
    case 422:
      return "不予受理 / Refused";
    case 429:
      return "过于频繁 / Too many requests";
    case 431:
      return "请求头过大 / Header fields too large";
    case 503:
      return "暂时不可用 / Service unavailable";
    default:
      return "内部错误 / Internal error";
  }
}

Response response_of(const Error& error, unsigned status, unsigned retry_after) {
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = boost::json::serialize(problem_document(error, status, retry_after)) + "\n";
  response.headers.emplace_back("Cache-Control", "no-store");
  if (retry_after > 0) response.headers.emplace_back("Retry-After", std::to_string(retry_after));
  return response;
}

}  // namespace

unsigned status_of(std::string_view code) {
  for (const auto& [pattern, status] : kStatuses) {
    if (pattern.ends_with('.') ? code.starts_with(pattern) : code == pattern) return status;
  }
  return 422;
}

boost::json::object problem_document(const Error& error, unsigned status, unsigned retry_after) {
  boost::json::object fields;
  fields["type"] = "/problems/" + error.code;
  fields["title"] = title_of(status);
  fields["status"] = status;
  fields["code"] = error.code;
  fields["detail"] = error.zh;
  fields["detail_en"] = error.en;
  if (retry_after > 0) fields["retry_after"] = retry_after;
  return fields;
}

unsigned retry_after_s(unsigned status) { return status == 503 ? kRetryAfterS : 0; }

Response problem(const Error& error) { return problem(error, status_of(error.code)); }

Response problem(const Error& error, unsigned status) {
  return response_of(error, status, retry_after_s(status));
}

Response problem_for(const Error& error, unsigned seconds) {
  return response_of(error, status_of(error.code), seconds);
}

}  // namespace liuhen::api::server
