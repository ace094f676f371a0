#include "api/server/observer.h"

#include <array>

#include "api/limits.h"
#include "crypto/bytes.h"

namespace liuhen::api::server {
namespace {

namespace json = boost::json;
using std::chrono::steady_clock;

constexpr const char* kProblem = "application/problem+json";

Severity severity_of(unsigned status) { return status >= 500 ? Severity::error : Severity::info; }

}  // namespace

Observer::Observer(JsonLog* log, crypto::Entropy& entropy) : log_(log) {
  std::array<std::uint8_t, 8> random;
  entropy.fill(random);
  prefix_ = to_hex(random) + "-";
}

std::string Observer::next_id() { return prefix_ + std::to_string(requests_.fetch_add(1)); }

Observer::Exchange::Exchange(Observer& observer, Request request)
    : observer_(observer), request_(std::move(request)), begun_(steady_clock::now()) {
  observer_.metrics_.request_begun();
}

void Observer::Exchange::answered(Response& response, std::string_view route) {
  const std::chrono::duration<double> took = steady_clock::now() - begun_;
  observer_.metrics_.request_answered(request_.method, route, response.status, took.count());
  const std::string id = observer_.next_id();
  if (observer_.log_ != nullptr) {
    json::object fields{{"request", id},
                        {"method", Metrics::known_method(request_.method)},
                        {"route", route},
                        {"status", response.status}};
    if (response.content_type == kProblem) fields["code"] = error_of(response).code;
    fields["request_bytes"] = request_.body.size();
    fields["response_bytes"] = request_.method == "HEAD" ? 0 : response.content().size();
    fields["seconds"] = took.count();
    observer_.note(severity_of(response.status), "request", std::move(fields));
  }
  response.headers.emplace_back("X-Request-Id", id);
}

void Observer::refused(Response& response, std::string_view method, std::string_view route) {
  metrics_.request_refused(method, route, response.status);
  const std::string id = next_id();
  if (log_ != nullptr) {
    json::object fields{{"request", id}};
    if (!method.empty()) {
      fields["method"] = Metrics::known_method(method);
      fields["route"] = route;
    }
    fields["status"] = response.status;
    fields["code"] = error_of(response).code;
    note(severity_of(response.status), "request", std::move(fields));
  }
  response.headers.emplace_back("X-Request-Id", id);
}

void Observer::note(Severity severity, std::string_view event, json::object fields) {
  if (log_ != nullptr) log_->write(severity, event, std::move(fields));
}

void Observer::note(std::string_view event, const Error& error) {
  note(Severity::error, event, {{"code", error.code}, {"detail", error.en}});
}

Outcome Observer::writes_in_time(steady_clock::time_point now,
                                 std::chrono::milliseconds slow_write) const {
  const auto whole = [](steady_clock::duration took) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(took).count());
  };
  if (const auto took = writes_.under_way(now); took > slow_write) {
    return fail("storage.slow", "一次写入已进行 " + whole(took) + " 秒仍未完成：磁盘没有响应",
                "a write has been under way for " + whole(took) + " s: the disk does not answer");
  }
  const auto took = purges_.under_way(now);
  if (took <= std::chrono::milliseconds(kSlowPurgeMs)) return ok();
  return fail("storage.slow",
              "已删除的内容 " + whole(took) + " 秒仍未从磁盘清除完：磁盘太慢或没有响应",
              "what was erased has been leaving the disk for " + whole(took) +
                  " s: the disk is too slow, or does not answer");
}

void Observer::add_figures(std::vector<Figure>& figures) const {
  if (log_ == nullptr) return;
  figures.push_back({.name = "liuhen_log_lines_dropped_total",
                     .help = "Lines of the service's own log that nobody took in time, or that "
                             "could not be written whole.",
                     .value = static_cast<double>(log_->dropped()),
                     .counts_up = true});
}

}  // namespace liuhen::api::server
