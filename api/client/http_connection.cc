// A service behind a URL: HTTP/1.1 over one connection that is kept and, once gone, made anew.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <chrono>
#include <mutex>
#include <optional>

#include "api/client/connection.h"

namespace liuhen::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

struct Address {
  std::string host, port;
};

Error url_error(std::string_view url) {
  return fail("connect.url", "服务地址应形如 http://主机:端口，收到的是 " + std::string(url),
              "a service's address looks like http://host:port, not " + std::string(url));
}

bool is_port(std::string_view text) {
  unsigned value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() && end == text.data() + text.size() && value > 0 && value < 65'536;
}

Result<Address> parse(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return url_error(url);
  std::string_view rest = url.substr(kScheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#@ ") != std::string_view::npos) return url_error(url);
  Address address{"", "80"};
  std::string_view after;
  if (rest.starts_with('[')) {  // an IPv6 address
    const auto close = rest.find(']');
    if (close == std::string_view::npos) return url_error(url);
    address.host = rest.substr(1, close - 1);
    after = rest.substr(close + 1);
  } else {
    const auto colon = rest.find(':');
    address.host = rest.substr(0, colon);
    after = colon == std::string_view::npos ? std::string_view() : rest.substr(colon);
  }
  if (!after.empty()) {
    if (after[0] != ':' || !is_port(after.substr(1))) return url_error(url);
    address.port = after.substr(1);
  }
  if (address.host.empty()) return url_error(url);
  return address;
}

class HttpConnection final : public Connection {
 public:
  HttpConnection(Address address, const ConnectionLimits& limits)
      : address_(std::move(address)), limits_(limits) {}

  Result<Response> send(const Request& request) override {
    const std::lock_guard lock(mutex_);
    const bool reused = stream_.has_value();
    Result<Response> answer = attempt(request);
    // A kept connection may have been closed meanwhile. Asking again is harmless: intents are
    // idempotent.
    if (!answer && reused && answer.error().code == "connect.failed") answer = attempt(request);
    return answer;
  }

 private:
  Error failed(const error_code& problem) {
    stream_.reset();
    const std::string where = address_.host + ":" + address_.port;
    if (problem == beast::error::timeout) {
      return fail("connect.timeout", "连接 " + where + " 超时，请确认服务是否在运行、网络是否通畅",
                  "no answer from " + where +
                      " in time; see whether the service runs and the network is up");
    }
    return fail(
        "connect.failed",
        "无法与 " + where + " 通信（" + problem.message() + "），请确认服务是否在运行",
        "cannot talk to " + where + " (" + problem.message() + "); see whether the service runs");
  }

  // Runs what was started until it has ended; the stream's own deadline bounds it.
  void finish() {
    io_.restart();
    io_.run();
  }

  error_code open() {
    error_code problem;
    asio::ip::tcp::resolver resolver(io_);
    const auto found = resolver.resolve(address_.host, address_.port, problem);
    if (problem) return problem;
    stream_.emplace(io_);
    stream_->expires_after(std::chrono::milliseconds(limits_.connect_ms));
    stream_->async_connect(found, [&problem](error_code e, const auto&) { problem = e; });
    finish();
    if (!problem) stream_->socket().set_option(asio::ip::tcp::no_delay(true), problem);
    return problem;
  }

  Result<Response> attempt(const Request& request) {
    if (!stream_) {
      if (const error_code problem = open()) return failed(problem);
    }
    http::request<http::string_body> message;
    message.version(11);
    message.method_string(request.method);
    message.target(request.target);
    message.set(http::field::host, address_.host + ":" + address_.port);
    message.keep_alive(true);
    if (!request.content_type.empty()) message.set(http::field::content_type, request.content_type);
    if (!request.accept_encoding.empty())
      message.set(http::field::accept_encoding, request.accept_encoding);
    if (!request.if_none_match.empty())
      message.set(http::field::if_none_match, request.if_none_match);
    message.body() = request.body;
    message.prepare_payload();

    error_code problem;
    stream_->expires_after(std::chrono::milliseconds(limits_.answer_ms));
    http::async_write(*stream_, message, [&problem](error_code e, std::size_t) { problem = e; });
    finish();
    // A refusal may have come before everything was sent; only its absence is a failure.
    const error_code unsent = problem;
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(limits_.response_bytes);
    if (request.method == "HEAD") parser.skip(true);
    http::async_read(*stream_, buffer, parser,
                     [&problem](error_code e, std::size_t) { problem = e; });
    finish();
    if (problem) return failed(unsent ? unsent : problem);
    if (!parser.get().keep_alive() || unsent) stream_.reset();
    return response_of(parser.release());
  }

  static Response response_of(http::response<http::string_body> message) {
    Response response;
    response.status = message.result_int();
    response.content_type = std::string(message[http::field::content_type]);
    for (const auto& field : message) {
      if (field.name() != http::field::content_type) {
        response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
      }
    }
    response.body = std::move(message.body());
    return response;
  }

  std::mutex mutex_;
  const Address address_;
  const ConnectionLimits limits_;
  asio::io_context io_;
  std::optional<beast::tcp_stream> stream_;
};

}  // namespace

Result<std::unique_ptr<Connection>> connect(std::string_view url, const ConnectionLimits& limits) {
  Result<Address> address = parse(url);
  if (!address) return address.error();
  return std::unique_ptr<Connection>(std::make_unique<HttpConnection>(*address, limits));
}

}  // namespace liuhen::api
