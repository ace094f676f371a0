#include "api/server/http_session.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <utility>

#include "api/server/http_date.h"
#include "api/server/problem.h"
#include "api/server/target.h"

namespace liuhen::api::server {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using std::chrono::seconds;
using std::chrono::steady_clock;

namespace {

Error too_many() {
  return fail("queue.full", "请求过多，请稍后再试", "too many requests at once; try again shortly");
}

// Has a request begun, by a worker or, if it is brief, here, and resumes whoever waits on its own
// executor.
struct HandOver {
  HttpHost* host;
  FairWorkers* workers;  // null: the request is brief
  const ClientAddress* client;
  const Request* asked;
  std::shared_ptr<AnswerTurn> turn;

  template <class Handler>
  void operator()(Handler&& handler, Request request) const {
    // Counts as work of the I/O context, which would otherwise run out of it meanwhile.
    auto back = asio::prefer(asio::get_associated_executor(handler),
                             asio::execution::outstanding_work.tracked);
    auto kept = std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(handler));
    const std::uint64_t number = turn->begin([back, kept](Finish finish) {
      asio::post(back, [kept, finish = std::move(finish)] { std::move (*kept)(finish()); });
    });
    const auto give = [turn = turn, number](Finish finish) {
      turn->give(number, std::move(finish));
    };
    if (workers == nullptr) return host->site.begin(std::move(request), give);
    const bool taken = workers->post(client->network, host->limits(*client),
                                     [host = host, give, request = std::move(request)]() mutable {
                                       host->site.begin(std::move(request), give);
                                     });
    if (taken) return;
    give([host = host, asked = *asked] {
      Response response = problem(too_many());
      host->site.refused(response, asked);
      return response;
    });
  }
};

using Fields = http::fields;

// What two programs could read as two different requests (RFC 9112 sections 3.2 and 6.3).
Outcome check_framing(const http::request_header<Fields>& header) {
  const auto hosts = header.count(http::field::host);
  if (hosts > 1 || (header.version() >= 11 && hosts == 0)) {
    return fail("request.malformed", "HTTP/1.1 的请求须有且只有一个 Host",
                "a request of HTTP/1.1 has one field Host, and not two");
  }
  constexpr std::string_view kNotInAHost = " \t\"/\\<>?#@^`{|}";
  if (std::string_view(header[http::field::host]).find_first_of(kNotInAHost) !=
      std::string_view::npos) {
    return fail("request.malformed", "Host 不是主机名和端口", "the field Host is no host and port");
  }
  if (header.count(http::field::content_encoding) != 0 &&
      !beast::iequals(header[http::field::content_encoding], "identity")) {
    return fail("request.coding", "请求内容不得压缩（Content-Encoding）",
                "a request's body is taken as it is, with no Content-Encoding");
  }
  const auto codings = header.count(http::field::transfer_encoding);
  if (codings != 0 && header.version() < 11) {
    return fail("request.malformed", "HTTP/1.0 没有 Transfer-Encoding",
                "HTTP/1.0 has no Transfer-Encoding");
  }
  if (codings > 1 ||
      (codings == 1 && !beast::iequals(header[http::field::transfer_encoding], "chunked"))) {
    return fail("request.malformed", "Transfer-Encoding 只能是 chunked",
                "the only Transfer-Encoding taken is chunked");
  }
  return ok();
}

Error malformed() {
  return fail("request.malformed", "不是有效的 HTTP 请求", "not a valid HTTP request");
}

Error oversized(std::size_t limit) {
  return fail("request.oversized", "请求内容超过 " + std::to_string(limit) + " 字节的上限",
              "the request's body is over the limit of " + std::to_string(limit) + " bytes");
}

// Lines of chunks and trailers are no part of the body.
Error long_header() {
  return fail("request.header", "请求头、分块行或尾部字段超过上限",
              "the request's header, a line of a chunk, or its trailers are over the limit");
}

// What a wait for something to read came to. Nothing: events are dealt with by whichever thread is
// free, and one of a request that has been read meanwhile ends the wait for the next.
enum class Came { nothing, bytes, end };

Came what_came(tcp::socket& socket) {
  char byte = 0;
  const ssize_t got = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (got > 0) return Came::bytes;
  const bool none = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  return got < 0 && none ? Came::nothing : Came::end;
}

bool is_of_http(const error_code& problem) {
  return problem.category() == http::make_error_code(http::error::bad_method).category();
}

// Slow readers get time in proportion to what they read.
seconds time_to_send(std::size_t bytes, unsigned most_s) {
  const auto wanted = kResponseBaseS + bytes / kResponseBytesPerS;
  return seconds(std::min<std::size_t>(most_s, wanted));
}

Error too_often() {
  return fail("rate.address", "此地址的请求过于频繁，请按 Retry-After 稍后再试",
              "too many requests from this address; try again after Retry-After");
}

http::response_header<> header_of(const Response& response, bool keep, unsigned version) {
  http::response<http::empty_body> message;
  message.version(version);
  message.result(response.status);
  message.keep_alive(keep);
  if (!response.content_type.empty()) message.set(http::field::content_type, response.content_type);
  message.set(http::field::date, http_date_now());
  message.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) message.set(name, value);
  return std::move(message.base());
}

// Several fields of one name are one list (RFC 9110 section 5.3).
std::string whole_list(const http::fields& fields, http::field name) {
  std::string list;
  const auto [begin, end] = fields.equal_range(name);
  for (auto field = begin; field != end; ++field) {
    if (!list.empty()) list += ", ";
    list += std::string_view(field->value());
  }
  return list;
}

// Asks a source for its next chunk, on a worker, and resumes whoever waits on its own executor.
struct AskForChunk {
  FairWorkers* workers;
  std::string network;
  std::shared_ptr<ChunkTurn> turn;
  std::shared_ptr<StreamSource> source;

  template <class Handler>
  void operator()(Handler&& handler) const {
    auto back = asio::prefer(asio::get_associated_executor(handler),
                             asio::execution::outstanding_work.tracked);
    auto kept = std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(handler));
    const std::uint64_t number = turn->begin([back, kept](std::optional<std::string> chunk) {
      asio::post(back, [kept, chunk = std::move(chunk)]() mutable {
        std::move (*kept)(std::move(chunk));
      });
    });
    if (number == 0) return;
    const bool taken = workers->post(network, false, [turn = turn, source = source, number] {
      source->next([turn, number](std::optional<std::string> chunk) {
        turn->give(number, std::move(chunk));
      });
    });
    if (!taken) turn->give(number, std::nullopt);  // the stream ends, and its reader asks again
  }
};

}  // namespace

std::optional<Error> HttpHost::begin_stream(const ClientAddress& client) {
  const std::lock_guard lock(streams_mutex_);
  if (streams_ >= options.streams_max) {
    return fail("queue.full", "实时订阅过多，请稍后再试",
                "too many streams at once; try again shortly");
  }
  if (limits(client)) {
    unsigned& from_there = streams_from_[client.network];
    if (from_there >= options.address_streams_max) {
      return fail("rate.streams", "此地址的实时订阅过多，请先关闭一些",
                  "too many streams from this address; close some first");
    }
    ++from_there;
  }
  ++streams_;
  return std::nullopt;
}

void HttpHost::end_stream(const ClientAddress& client) {
  const std::lock_guard lock(streams_mutex_);
  --streams_;
  if (!limits(client)) return;
  const auto from_there = streams_from_.find(client.network);
  if (--from_there->second == 0) streams_from_.erase(from_there);
}

void HttpSession::end_if_idle() {
  if (idle_) stream_.tcp().cancel();
  turn_->close();
}

void HttpSession::abandon() {
  turn_->forget();
  answer_turn_->forget();
}

asio::awaitable<void> HttpSession::run(std::shared_ptr<HttpSession> self) {
  bool more = co_await self->greet();
  while (more && !self->host_.stopping) more = co_await self->serve_one();
  if (self->stream_.has_tls()) co_await self->say_good_bye();
  error_code ignored;
  self->stream_.tcp().socket().shutdown(tcp::socket::shutdown_both, ignored);
  self->stream_.tcp().close();
}

// The handshake of TLS, where there is a certificate.
asio::awaitable<bool> HttpSession::greet() {
  if (!host_.options.certificate) co_return true;
  certificate_ = host_.options.certificate->current();
  stream_.tcp().expires_after(seconds(host_.options.request_timeout_s));
  error_code problem;
  stream_.serve_tls(*certificate_);
  co_await stream_.async_handshake(asio::redirect_error(asio::use_awaitable, problem));
  co_return !problem;
}

// So that the client knows that nothing was cut off.
asio::awaitable<void> HttpSession::say_good_bye() {
  stream_.tcp().expires_after(seconds(kTlsCloseTimeoutS));
  error_code ignored;
  co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
}

// Some clients end a body with a line too many (RFC 9112 section 2.2): one before a request is
// passed over.
bool HttpSession::take_empty_line() {
  const std::string_view came(static_cast<const char*>(buffer_.data().data()), buffer_.size());
  if (passed_empty_line_ || !came.starts_with("\r\n")) return false;
  buffer_.consume(2);
  passed_empty_line_ = true;
  return true;
}

// Reads one request and answers it; false when the connection is to end.
asio::awaitable<bool> HttpSession::serve_one() {
  error_code problem;
  asked_ = Request();
  if (buffer_.size() == 0) {
    idle_ = true;
    stream_.tcp().expires_after(seconds(host_.options.idle_timeout_s));
    const std::size_t got = co_await stream_.async_read_some(
        buffer_.prepare(4'096), asio::redirect_error(asio::use_awaitable, problem));
    idle_ = false;
    if (problem) co_return false;
    buffer_.commit(got);
  }
  if (take_empty_line()) co_return true;
  stream_.tcp().expires_after(seconds(host_.options.request_timeout_s));
  http::request_parser<http::string_body> parser;
  parser.header_limit(kHeaderBytesMax);
  parser.body_limit(boost::none);
  // Most requests have come whole: those need no other read.
  buffer_.consume(parser.put(buffer_.data(), problem));
  if (problem == http::error::need_more) problem = {};
  if (!problem && !parser.is_header_done()) {
    co_await http::async_read_header(stream_, buffer_, parser,
                                     asio::redirect_error(asio::use_awaitable, problem));
  }
  if (problem == http::error::header_limit || problem == http::error::buffer_overflow)
    co_return co_await refuse(long_header());
  if (problem == http::error::end_of_stream || problem == beast::error::timeout) co_return false;
  if (problem && is_of_http(problem)) co_return co_await refuse(malformed());
  if (problem) co_return false;

  passed_empty_line_ = false;
  const bool head = parser.get().method() == http::verb::head;
  client_ = client_of(parser.get());
  asked_.method = std::string(parser.get().method_string());
  asked_.target = origin_form(parser.get().target());
  if (host_.limits(client_)) {
    if (const unsigned wait = host_.addresses.take(client_.network, steady_now_ns()))
      co_return co_await refuse(too_often(), head, wait);
  }
  if (const Outcome framing = check_framing(parser.get().base()); !framing)
    co_return co_await refuse(framing.error(), head);

  const std::size_t limit = host_.options.body_bytes_max;
  if (parser.content_length() && *parser.content_length() > limit)
    co_return co_await refuse(oversized(limit));
  if (!parser.content_length() && !parser.chunked() && parser.get().method() == http::verb::post) {
    co_return co_await refuse(
        fail("request.length", "缺少 Content-Length", "Content-Length is missing"));
  }
  // One that does not say how long it is may be as long as any.
  const std::size_t length = parser.content_length() ? *parser.content_length() : limit;
  const bool has_body = parser.content_length() || parser.chunked();
  const AnswerBudget::Part room =
      host_.bodies.take(client_.network, host_.limits(client_), has_body ? length : 0);
  if (!room) {
    co_return co_await refuse(fail("queue.full", "正在接收的请求内容过多，请稍后再试",
                                   "too many bodies of requests at once; try again shortly"),
                              head, kRetryAfterS);
  }
  parser.body_limit(limit);
  if (parser.get().version() >= 11 &&
      beast::iequals(parser.get()[http::field::expect], "100-continue")) {
    http::response<http::empty_body> go_on(http::status::continue_, 11);
    co_await http::async_write(stream_, go_on, asio::redirect_error(asio::use_awaitable, problem));
    if (problem) co_return false;
  }
  if (!parser.is_done()) {
    co_await http::async_read(stream_, buffer_, parser,
                              asio::redirect_error(asio::use_awaitable, problem));
  }
  if (problem == http::error::body_limit) co_return co_await refuse(oversized(limit));
  if (problem == http::error::buffer_overflow) co_return co_await refuse(long_header());
  if (problem && is_of_http(problem) && problem != http::error::end_of_stream &&
      problem != http::error::partial_message)
    co_return co_await refuse(malformed());
  if (problem) co_return false;

  http::request<http::string_body> message = parser.release();
  const bool keep = message.keep_alive() && !host_.stopping;
  const unsigned version = message.version();
  Request request = asked_;
  request.content_type = std::string(message[http::field::content_type]);
  request.accept_encoding = whole_list(message, http::field::accept_encoding);
  request.if_none_match = whole_list(message, http::field::if_none_match);
  request.last_event_id = std::string(message["Last-Event-ID"]);
  request.client = client_.text;
  request.body = std::move(message.body());
  Response response = co_await answer(std::move(request));
  if (response.weight > 1 && host_.limits(client_))
    host_.addresses.count(client_.network, steady_now_ns(), response.weight - 1);
  if (response.stream) {
    co_await send_stream(std::move(response), head, version, client_);
    co_return false;
  }
  co_return co_await send(std::move(response), head, keep, version);
}

ClientAddress HttpSession::client_of(const http::fields& fields) const {
  if (!host_.options.behind_proxy || !peer_.loopback) return peer_;
  // Several fields are one list (RFC 9110 section 5.2), whose last element the proxy wrote.
  std::optional<std::string> last;
  const auto [begin, end] = fields.equal_range("X-Forwarded-For");
  for (auto field = begin; field != end; ++field) last = std::string(field->value());
  return last ? forwarded_client(*last) : peer_;
}

asio::awaitable<Response> HttpSession::answer(Request request) {
  if (host_.site.at_once) {
    std::optional<Response> there = host_.site.at_once(request);
    if (there) co_return std::move(*there);
  }
  HandOver hand_over{&host_, workers_for(request), &client_, &asked_, answer_turn_};
  Response response = co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Response)>(
      hand_over, asio::use_awaitable, std::move(request));
  co_return response;
}

// Null: the request is so brief that it is begun here.
FairWorkers* HttpSession::workers_for(const Request& request) {
  if (host_.site.brief(request)) return nullptr;
  if (host_.site.quick(request)) return &host_.quick_workers;
  return request.method == "POST" ? &host_.write_workers : &host_.workers;
}

asio::awaitable<bool> HttpSession::send(Response response, bool head, bool keep, unsigned version) {
  const AnswerBudget::Part room = host_.answers.take(client_.network, host_.limits(client_),
                                                     head ? 0 : response.content().size());
  if (!room) {
    response = refusal(fail("queue.full", "未取走的大块回答过多，请稍后再试",
                            "too many large answers wait to be read; try again shortly"));
  }
  const std::string_view body = response.content();
  http::response<http::span_body<const char>> message(header_of(response, keep, version));
  // What is not modified has no content, and its length would be taken for that of what is meant;
  // whoever was asked for HEAD alone may not know the length.
  const bool unknown = head && body.empty();
  if (response.status != 304 && !unknown) message.content_length(body.size());
  if (!head) message.body() = {body.data(), body.size()};
  stream_.tcp().expires_after(
      time_to_send(message.body().size(), host_.options.response_timeout_s));
  error_code problem;
  http::response_serializer<http::span_body<const char>> serializer(message);
  if (head) {
    co_await http::async_write_header(stream_, serializer,
                                      asio::redirect_error(asio::use_awaitable, problem));
  } else if (message.body().size() <= kSmallAnswerBytes) {
    co_await http::async_write(stream_, serializer,
                               asio::redirect_error(asio::use_awaitable, problem));
  } else {
    co_await http::async_write_header(stream_, serializer,
                                      asio::redirect_error(asio::use_awaitable, problem));
    if (!problem) problem = co_await send_large(body);
  }
  co_return keep && !problem;
}

// In pieces, so that whoever takes none for a while is told from whoever is slow: the memory that
// the answer holds is wanted by others.
asio::awaitable<error_code> HttpSession::send_large(std::string_view body) {
  const auto deadline =
      steady_clock::now() + time_to_send(body.size(), host_.options.response_timeout_s);
  error_code problem;
  while (!body.empty() && !problem) {
    const std::string_view piece = body.substr(0, kSmallAnswerBytes);
    stream_.tcp().expires_at(std::min<steady_clock::time_point>(
        deadline, steady_clock::now() + seconds(host_.options.piece_timeout_s)));
    co_await asio::async_write(stream_, asio::buffer(piece),
                               asio::redirect_error(asio::use_awaitable, problem));
    body.remove_prefix(piece.size());
  }
  co_return problem;
}

asio::awaitable<void> HttpSession::send_stream(Response response, bool head, unsigned version,
                                               ClientAddress client) {
  const std::shared_ptr<StreamSource> source = std::exchange(response.stream, nullptr);
  std::optional<Error> full;
  if (!head) full = host_.begin_stream(client);
  if (full) {
    source->cancel();
    co_await send(refusal(*full, kRetryAfterS), false, false, version);
    co_return;
  }
  http::response<http::empty_body> message(header_of(response, false, version));
  const bool framed = version >= 11;
  if (framed) message.chunked(true);
  http::response_serializer<http::empty_body> serializer(message);
  stream_.tcp().expires_after(seconds(host_.options.stream_chunk_timeout_s));
  error_code problem;
  co_await http::async_write_header(stream_, serializer,
                                    asio::redirect_error(asio::use_awaitable, problem));
  if (!problem && !head) {
    watch_for_end();
    co_await send_chunks(source, framed);
  }
  source->cancel();
  if (!head) host_.end_stream(client);
}

asio::awaitable<void> HttpSession::send_chunks(std::shared_ptr<StreamSource> source, bool framed) {
  error_code problem;
  while (!problem) {
    const std::optional<std::string> chunk = co_await next_chunk(source);
    if (!chunk) break;
    if (chunk->empty()) continue;
    stream_.tcp().expires_after(seconds(host_.options.stream_chunk_timeout_s));
    if (framed) {
      co_await asio::async_write(stream_, http::make_chunk(asio::buffer(*chunk)),
                                 asio::redirect_error(asio::use_awaitable, problem));
    } else {
      co_await asio::async_write(stream_, asio::buffer(*chunk),
                                 asio::redirect_error(asio::use_awaitable, problem));
    }
  }
  if (problem || !framed) co_return;
  stream_.tcp().expires_after(seconds(host_.options.stream_chunk_timeout_s));
  co_await asio::async_write(stream_, http::make_chunk_last(),
                             asio::redirect_error(asio::use_awaitable, problem));
}

asio::awaitable<std::optional<std::string>> HttpSession::next_chunk(
    std::shared_ptr<StreamSource> source) {
  AskForChunk ask{&host_.quick_workers, client_.network, turn_, std::move(source)};
  std::optional<std::string> chunk =
      co_await asio::async_initiate<const asio::use_awaitable_t<>&,
                                    void(std::optional<std::string>)>(ask, asio::use_awaitable);
  co_return chunk;
}

// A reader who leaves is noticed though nothing is being written to him.
void HttpSession::watch_for_end() {
  stream_.tcp().socket().async_wait(tcp::socket::wait_read,
                                    [self = shared_from_this()](error_code problem) {
                                      if (problem) return;
                                      const Came came = what_came(self->stream_.tcp().socket());
                                      if (came == Came::end) self->turn_->close();
                                      if (came == Came::nothing) self->watch_for_end();
                                    });
}

Response HttpSession::refusal(const Error& error, unsigned retry_after_s) const {
  Response response = retry_after_s == 0 ? problem(error) : problem_for(error, retry_after_s);
  host_.site.refused(response, asked_);
  return response;
}

// Answers a request that was not read to its end, and closes so that the answer still arrives.
asio::awaitable<bool> HttpSession::refuse(Error error, bool head, unsigned retry_after_s) {
  co_await send(refusal(error, retry_after_s), head, false, 11);
  co_await drain();
  co_return false;
}

asio::awaitable<void> HttpSession::drain() {
  error_code problem;
  if (!stream_.has_tls()) stream_.tcp().socket().shutdown(tcp::socket::shutdown_send, problem);
  stream_.tcp().expires_after(seconds(2));
  std::array<char, 16'384> scratch;
  for (std::size_t left = kRefusedBytesMax; left > scratch.size() && !problem;) {
    const std::size_t got = co_await stream_.async_read_some(
        asio::buffer(scratch), asio::redirect_error(asio::use_awaitable, problem));
    left -= got;
  }
}

}  // namespace liuhen::api::server
