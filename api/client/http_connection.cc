// A service behind a URL: HTTP/1.1 over one connection, with TLS or without, that is kept and, once
// gone, made anew.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <chrono>
#include <mutex>
#include <optional>

#include "api/client/connection.h"
#include "api/client/content_coding.h"
#include "api/client/name_lookup.h"
#include "api/client/transport.h"
#include "api/limits.h"

namespace liuhen::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using boost::system::error_code;

struct Address {
  bool tls = false;
  std::string host, port, prefix;  // the prefix is empty or begins, but does not end, with a slash
};

Error url_error(std::string_view url) {
  return fail("connect.url",
              "服务地址应形如 http://主机:端口 或 https://主机/路径，收到的是 " + std::string(url),
              "a service's address looks like http://host:port or https://host/path, not " +
                  std::string(url));
}

bool is_port(std::string_view text) {
  unsigned value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() && end == text.data() + text.size() && value > 0 && value < 65'536;
}

// What stands between the scheme and the path.
bool parse_authority(std::string_view text, Address& address) {
  std::string_view after;
  if (text.starts_with('[')) {  // an IPv6 address
    const auto close = text.find(']');
    if (close == std::string_view::npos) return false;
    address.host = text.substr(1, close - 1);
    after = text.substr(close + 1);
  } else {
    const auto colon = text.find(':');
    address.host = text.substr(0, colon);
    after = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  if (!after.empty()) {
    if (after[0] != ':' || !is_port(after.substr(1))) return false;
    address.port = after.substr(1);
  }
  return !address.host.empty();
}

Result<Address> parse(std::string_view url) {
  Address address;
  std::string_view rest = url;
  if (url.starts_with("https://")) {
    address.tls = true;
    rest.remove_prefix(8);
  } else if (url.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return url_error(url);
  }
  address.port = address.tls ? "443" : "80";
  for (const char c : rest) {
    if (c <= ' ' || c == 0x7f || std::string_view("?#@\\\"<>").find(c) != std::string_view::npos)
      return url_error(url);
  }
  const auto slash = rest.find('/');
  if (slash != std::string_view::npos) {
    address.prefix = rest.substr(slash);
    while (address.prefix.ends_with('/')) address.prefix.pop_back();
  }
  if (!parse_authority(rest.substr(0, slash), address)) return url_error(url);
  return address;
}

Result<std::unique_ptr<ssl::context>> trust(const std::string& ca_file) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
  context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                       ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  context->set_verify_mode(ssl::verify_peer);
  error_code problem;
  if (ca_file.empty()) {
    context->set_default_verify_paths(problem);
  } else {
    context->load_verify_file(ca_file, problem);
  }
  if (!problem) return context;
  const std::string where =
      ca_file.empty() ? std::string("系统信任的证书 / the system's") : ca_file;
  return fail("connect.ca", "无法读取根证书 " + where + "（" + problem.message() + "）",
              "cannot read the certificates to trust, " + where + " (" + problem.message() + ")");
}

// Whether the same request may be answered otherwise in a moment.
bool came_too_early(const Response& response) {
  if (response.status == 429) return true;
  return response.status == 503 && error_of(response).code == "queue.full";
}

// A service that was just started, and takes nothing before its witnesses have answered.
bool is_asking(const Response& response) {
  return response.status == 503 && error_of(response).code == "ledger.asking";
}

std::chrono::seconds retry_after(const Response& response) {
  unsigned seconds = kRetryAfterS;
  for (const auto& [name, value] : response.headers) {
    if (beast::iequals(name, "Retry-After"))
      std::from_chars(value.data(), value.data() + value.size(), seconds);
  }
  return std::chrono::seconds(std::min(seconds, kRetryWaitMaxS));
}

class HttpConnection final : public Connection {
 public:
  HttpConnection(Address address, std::unique_ptr<ssl::context> trusted,
                 const ConnectionOptions& options)
      : address_(std::move(address)), trusted_(std::move(trusted)), options_(options) {}

  Result<Response> send(const Request& request) override {
    const std::lock_guard lock(mutex_);
    Result<Response> answer = send_once(request);
    const auto asked_until =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(kWitnessHoldMs);
    for (unsigned sent = 1; answer && options_.attempts > 1;) {
      if (is_asking(*answer)) {
        if (std::chrono::steady_clock::now() >= asked_until) break;
      } else if (!came_too_early(*answer) || sent++ == options_.attempts) {
        break;
      }
      if (!cancelling_->pause(retry_after(*answer))) return failed(asio::error::operation_aborted);
      answer = send_once(request);
    }
    return answer;
  }

  void cancel() override {
    cancelling_->cancel();
    io_.stop();
  }

 private:
  Result<Response> send_once(const Request& request) {
    const bool reused = stream_.has_value();
    Result<Response> answer = attempt(request);
    // A kept connection may have been closed meanwhile. Asking again is harmless: intents are
    // idempotent.
    if (!answer && reused && answer.error().code == "connect.failed") answer = attempt(request);
    return answer;
  }

  Error failed(const error_code& problem) {
    stream_.reset();
    const std::string where = address_.host + ":" + address_.port;
    if (cancelling_->cancelled()) {
      return fail("connect.cancelled", "正在停止，不再等 " + where + " 的答复",
                  "stopping, and not waiting for " + where + " any longer");
    }
    if (address_.tls && is_of_tls(problem)) {
      return fail("connect.tls",
                  "与 " + where + " 的 TLS 连接不成立（" + problem.message() +
                      "）：证书须属于该主机，并由系统或 --ca 所给的证书担保",
                  "no TLS connection with " + where + " (" + problem.message() +
                      "): its certificate has to be for that host, and vouched for by the system's "
                      "or by those of --ca");
    }
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

  static bool is_of_tls(const error_code& problem) {
    return problem.category() == asio::error::get_ssl_category() ||
           problem == ssl::error::stream_truncated;
  }

  // Runs what was started until it has ended; the stream's own deadline bounds it. What was
  // cancelled is never run again: it may speak of what is gone.
  void finish(error_code& problem) {
    io_.restart();
    if (!cancelling_->cancelled()) io_.run();  // and stops at once if that comes in between
    if (cancelling_->cancelled()) problem = asio::error::operation_aborted;
  }

  error_code open() {
    error_code problem;
    const auto found =
        look_up(address_.host, address_.port, std::chrono::milliseconds(options_.connect_ms),
                cancelling_, problem);
    if (problem) return problem;
    stream_.emplace(io_);
    stream_->tcp().expires_after(std::chrono::milliseconds(options_.connect_ms));
    stream_->tcp().async_connect(found, [&problem](error_code e, const auto&) { problem = e; });
    finish(problem);
    if (!problem) stream_->tcp().socket().set_option(asio::ip::tcp::no_delay(true), problem);
    if (problem || !address_.tls) return problem;
    return greet();
  }

  // The handshake of TLS, within the time for connecting.
  error_code greet() {
    error_code problem;
    stream_->ask_tls(*trusted_, address_.host);
    stream_->async_handshake([&problem](error_code e) { problem = e; });
    finish(problem);
    return problem;
  }

  Result<Response> attempt(const Request& request) {
    if (cancelling_->cancelled()) return failed(asio::error::operation_aborted);
    if (!stream_) {
      if (const error_code problem = open()) return failed(problem);
    }
    http::request<http::string_body> message;
    message.version(11);
    message.method_string(request.method);
    message.target(address_.prefix + request.target);
    const bool brackets = address_.host.find(':') != std::string::npos;
    message.set(http::field::host,
                (brackets ? "[" + address_.host + "]" : address_.host) + ":" + address_.port);
    message.keep_alive(true);
    if (!request.content_type.empty()) message.set(http::field::content_type, request.content_type);
    if (!request.accept_encoding.empty())
      message.set(http::field::accept_encoding, request.accept_encoding);
    if (!request.if_none_match.empty())
      message.set(http::field::if_none_match, request.if_none_match);
    message.body() = request.body;
    message.prepare_payload();

    error_code problem;
    stream_->tcp().expires_after(std::chrono::milliseconds(options_.answer_ms));
    http::async_write(*stream_, message, [&problem](error_code e, std::size_t) { problem = e; });
    finish(problem);
    if (cancelling_->cancelled()) return failed(problem);
    // A refusal may have come before everything was sent; only its absence is a failure.
    const error_code unsent = problem;
    beast::flat_buffer buffer(kReadBufferBytesMax);
    for (unsigned answers = 0; answers <= kInterimAnswersMax; ++answers) {
      http::response_parser<http::string_body> parser;
      parser.body_limit(read_at_most(request));
      if (request.method == "HEAD") parser.skip(true);
      http::async_read(*stream_, buffer, parser,
                       [&problem](error_code e, std::size_t) { problem = e; });
      finish(problem);
      if (problem) return failed(unsent ? unsent : problem);
      if (parser.get().result_int() < 200) continue;  // the answer is yet to come (RFC 9110 15.2)
      // What comes after an answer nobody asked for would be taken for the next.
      if (!parser.get().keep_alive() || unsent || buffer.size() != 0) stream_.reset();
      return response_of(parser.release(), request);
    }
    stream_.reset();
    return failed(http::error::bad_status);
  }

  std::size_t read_at_most(const Request& request) const {
    const std::size_t most = options_.response_bytes;
    return request.response_bytes == 0 ? most : std::min(request.response_bytes, most);
  }

  // Whoever asked for a coding himself reads it himself.
  Result<Response> response_of(http::response<http::string_body> message, const Request& request) {
    Response response;
    response.status = message.result_int();
    response.content_type = std::string(message[http::field::content_type]);
    for (const auto& field : message) {
      if (field.name() != http::field::content_type) {
        response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
      }
    }
    response.body = std::move(message.body());
    if (!request.accept_encoding.empty() || response.body.empty()) return response;
    auto body = decoded(message[http::field::content_encoding], std::move(response.body),
                        read_at_most(request));
    if (!body) return body.error();
    response.body = std::move(*body);
    return response;
  }

  std::mutex mutex_;
  const Address address_;
  const std::unique_ptr<ssl::context> trusted_;  // with TLS
  const ConnectionOptions options_;
  const std::shared_ptr<Cancelling> cancelling_ = std::make_shared<Cancelling>();
  asio::io_context io_;
  std::optional<Transport> stream_;
};

}  // namespace

Result<std::unique_ptr<Connection>> connect(std::string_view url,
                                            const ConnectionOptions& options) {
  Result<Address> address = parse(url);
  if (!address) return address.error();
  std::unique_ptr<ssl::context> trusted;
  if (address->tls) {
    Result<std::unique_ptr<ssl::context>> made = trust(options.ca_file);
    if (!made) return made.error();
    trusted = std::move(*made);
  }
  return std::unique_ptr<Connection>(
      std::make_unique<HttpConnection>(std::move(*address), std::move(trusted), options));
}

}  // namespace liuhen::api
