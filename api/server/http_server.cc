#include "api/server/http_server.h"

#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <chrono>
#include <ctime>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "api/server/http_date.h"
#include "api/server/problem.h"

namespace liuhen::api::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using std::chrono::seconds;

Error listen_error(const std::string& listen) {
  return fail("listen.address", "监听地址应形如 127.0.0.1:8080，收到的是 " + listen,
              "an address to listen on looks like 127.0.0.1:8080, not " + listen);
}

Result<tcp::endpoint> parse_listen(const std::string& listen) {
  const auto colon = listen.rfind(':');
  if (colon == std::string::npos) return listen_error(listen);
  std::string host = listen.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  std::uint16_t port = 0;
  const char* end = listen.data() + listen.size();
  const auto [at, wrong] = std::from_chars(listen.data() + colon + 1, end, port);
  if (wrong != std::errc() || at != end) return listen_error(listen);
  error_code problem;
  const auto address = asio::ip::make_address(host, problem);
  if (problem) return listen_error(listen);
  return tcp::endpoint(address, port);
}

// Hands a request to a worker and resumes whoever waits on its own executor.
struct HandOver {
  asio::thread_pool* pool;
  const Site* site;
  std::atomic<unsigned>* waiting;

  template <class Handler>
  void operator()(Handler&& handler, Request request) const {
    // Counts as work of the I/O context, which would otherwise run out of it meanwhile.
    auto back = asio::prefer(asio::get_associated_executor(handler),
                             asio::execution::outstanding_work.tracked);
    asio::post(*pool, [site = site, waiting = waiting, back, request = std::move(request),
                       handler = std::forward<Handler>(handler)]() mutable {
      waiting->fetch_sub(1);
      Response response = site->handle(request);
      asio::post(back, [handler = std::move(handler), response = std::move(response)]() mutable {
        std::move(handler)(std::move(response));
      });
    });
  }
};

class Server;

// One client. Everything of it runs on its strand.
struct Session : std::enable_shared_from_this<Session> {
  Session(tcp::socket socket, Server& owner) : stream(std::move(socket)), server(owner) {}
  beast::tcp_stream stream;
  Server& server;
  beast::flat_buffer buffer;
  bool idle = true;

  static asio::awaitable<void> run(std::shared_ptr<Session> self);
  asio::awaitable<bool> serve_one();
  asio::awaitable<Response> answer(Request request);
  asio::awaitable<bool> send(Response response, bool head, bool keep, unsigned version);
  asio::awaitable<bool> refuse(Error error);
  asio::awaitable<void> drain();
};

class Server final : public HttpServer {
 public:
  Server(HttpServerOptions given, Site served)
      : options(std::move(given)),
        site(std::move(served)),
        pool(options.workers),
        control(asio::make_strand(io)),
        acceptor(control),
        deadline(control),
        signals(control) {}

  ~Server() override { pool.join(); }

  Outcome bind() {
    Result<tcp::endpoint> endpoint = parse_listen(options.listen);
    if (!endpoint) return endpoint.error();
    error_code problem;
    acceptor.open(endpoint->protocol(), problem);
    if (!problem) acceptor.set_option(asio::socket_base::reuse_address(true), problem);
    if (!problem) acceptor.bind(*endpoint, problem);
    if (!problem) acceptor.listen(asio::socket_base::max_listen_connections, problem);
    if (problem) {
      return fail("listen.busy",
                  "无法监听 " + options.listen + "（" + problem.message() +
                      "），请换一个端口或停掉占用它的程序",
                  "cannot listen on " + options.listen + " (" + problem.message() +
                      "); take another port, or stop what uses this one");
    }
    port_ = acceptor.local_endpoint().port();
    return ok();
  }

  std::uint16_t port() const override { return port_; }

  void run() override {
    if (options.signals) {
      signals.add(SIGINT);
      signals.add(SIGTERM);
      signals.async_wait([this](error_code problem, int) {
        if (!problem) stop();
      });
    }
    asio::co_spawn(control, accept(), asio::detached);
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < options.io_threads; ++i) threads.emplace_back([this] { io.run(); });
    io.run();
    for (std::thread& thread : threads) thread.join();
  }

  void stop() override {
    if (stopping.exchange(true)) return;
    asio::post(control, [this] { wind_down(); });
  }

  void wind_down() {
    error_code ignored;
    acceptor.close(ignored);
    signals.cancel(ignored);
    const std::lock_guard lock(mutex);
    if (sessions.empty()) return;
    for (Session* session : sessions) {
      asio::post(session->stream.get_executor(), [self = session->shared_from_this()] {
        if (self->idle) self->stream.cancel();
      });
    }
    deadline.expires_after(seconds(kStopTimeoutS));
    deadline.async_wait([this](error_code problem) {
      if (!problem) io.stop();
    });
  }

  bool enter(Session* session) {
    const std::lock_guard lock(mutex);
    if (sessions.size() >= options.connections_max) return false;
    return sessions.insert(session).second;
  }
  void leave(Session* session) {
    const std::lock_guard lock(mutex);
    sessions.erase(session);
    if (stopping && sessions.empty()) asio::post(control, [this] { deadline.cancel(); });
  }

  // A failed accept (out of descriptors, say) is waited out; it never ends the server.
  asio::awaitable<void> accept() {
    while (!stopping) {
      error_code problem;
      tcp::socket socket = co_await acceptor.async_accept(
          asio::make_strand(io), asio::redirect_error(asio::use_awaitable, problem));
      if (stopping) co_return;
      if (problem) {
        asio::steady_timer pause(control, std::chrono::milliseconds(100));
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, problem));
        continue;
      }
      socket.set_option(tcp::no_delay(true), problem);
      const auto executor = socket.get_executor();
      auto session = std::make_shared<Session>(std::move(socket), *this);
      if (!enter(session.get())) continue;
      asio::co_spawn(executor, Session::run(session), asio::detached);
    }
  }

  const HttpServerOptions options;
  const Site site;
  asio::io_context io;
  asio::thread_pool pool;
  asio::strand<asio::io_context::executor_type> control;  // of the three below
  tcp::acceptor acceptor;
  asio::steady_timer deadline;
  asio::signal_set signals;
  std::atomic<bool> stopping = false;
  std::atomic<unsigned> waiting = 0;
  std::mutex mutex;
  std::set<Session*> sessions;

 private:
  std::uint16_t port_ = 0;
};

asio::awaitable<void> Session::run(std::shared_ptr<Session> self) {
  bool more = true;
  while (more && !self->server.stopping) more = co_await self->serve_one();
  error_code ignored;
  self->stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
  self->stream.close();
  self->server.leave(self.get());
}

// Reads one request and answers it; false when the connection is to end.
asio::awaitable<bool> Session::serve_one() {
  error_code problem;
  if (buffer.size() == 0) {
    idle = true;
    stream.expires_after(seconds(server.options.idle_timeout_s));
    const std::size_t got = co_await stream.async_read_some(
        buffer.prepare(4'096), asio::redirect_error(asio::use_awaitable, problem));
    idle = false;
    if (problem) co_return false;
    buffer.commit(got);
  }
  stream.expires_after(seconds(server.options.request_timeout_s));
  http::request_parser<http::string_body> parser;
  parser.header_limit(kHeaderBytesMax);
  parser.body_limit(boost::none);
  co_await http::async_read_header(stream, buffer, parser,
                                   asio::redirect_error(asio::use_awaitable, problem));
  if (problem == http::error::header_limit) {
    co_return co_await refuse(
        fail("request.header", "请求头超过上限", "the request's header is over the limit"));
  }
  if (problem == http::error::end_of_stream || problem == beast::error::timeout) co_return false;
  if (problem && problem.category() == http::make_error_code(http::error::bad_method).category()) {
    co_return co_await refuse(
        fail("request.malformed", "不是有效的 HTTP 请求", "not a valid HTTP request"));
  }
  if (problem) co_return false;

  const std::string target(parser.get().target());
  const std::size_t limit = server.options.body_bytes_max;
  const Error oversized =
      fail("request.oversized", "请求内容超过 " + std::to_string(limit) + " 字节的上限",
           "the request's body is over the limit of " + std::to_string(limit) + " bytes");
  if (parser.content_length() && *parser.content_length() > limit)
    co_return co_await refuse(oversized);
  if (!parser.content_length() && !parser.chunked() && parser.get().method() == http::verb::post) {
    co_return co_await refuse(
        fail("request.length", "缺少 Content-Length", "Content-Length is missing"));
  }
  parser.body_limit(limit);
  if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
    http::response<http::empty_body> go_on(http::status::continue_, 11);
    co_await http::async_write(stream, go_on, asio::redirect_error(asio::use_awaitable, problem));
    if (problem) co_return false;
  }
  co_await http::async_read(stream, buffer, parser,
                            asio::redirect_error(asio::use_awaitable, problem));
  if (problem == http::error::body_limit) co_return co_await refuse(oversized);
  if (problem) co_return false;

  http::request<http::string_body> message = parser.release();
  const bool head = message.method() == http::verb::head;
  const bool keep = message.keep_alive() && !server.stopping;
  const unsigned version = message.version();
  Request request;
  request.method = head ? "GET" : std::string(message.method_string());
  request.target = target;
  request.content_type = std::string(message[http::field::content_type]);
  request.accept_encoding = std::string(message[http::field::accept_encoding]);
  request.if_none_match = std::string(message[http::field::if_none_match]);
  request.body = std::move(message.body());
  Response response = co_await answer(std::move(request));
  co_return co_await send(std::move(response), head, keep, version);
}

asio::awaitable<Response> Session::answer(Request request) {
  if (server.waiting.fetch_add(1) >= server.options.worker_queue_max) {
    server.waiting.fetch_sub(1);
    co_return problem(
        fail("queue.full", "请求过多，请稍后再试", "too many requests at once; try again shortly"));
  }
  HandOver hand_over{&server.pool, &server.site, &server.waiting};
  Response response = co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Response)>(
      hand_over, asio::use_awaitable, std::move(request));
  co_return response;
}

asio::awaitable<bool> Session::send(Response response, bool head, bool keep, unsigned version) {
  http::response<http::string_body> message;
  message.version(version);
  message.result(response.status);
  message.keep_alive(keep);
  if (!response.content_type.empty()) message.set(http::field::content_type, response.content_type);
  message.set(http::field::date, http_date(static_cast<std::uint64_t>(::time(nullptr))));
  message.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) message.set(name, value);
  // What is not modified has no content, and its length would be taken for that of what is meant.
  if (response.status != 304) message.content_length(response.body.size());
  if (!head) message.body() = std::move(response.body);
  stream.expires_after(seconds(kResponseTimeoutS));
  error_code problem;
  http::response_serializer<http::string_body> serializer(message);
  if (head) {
    co_await http::async_write_header(stream, serializer,
                                      asio::redirect_error(asio::use_awaitable, problem));
  } else {
    co_await http::async_write(stream, serializer,
                               asio::redirect_error(asio::use_awaitable, problem));
  }
  co_return keep && !problem;
}

// Answers a request that was not read to its end, and closes so that the answer still arrives.
asio::awaitable<bool> Session::refuse(Error error) {
  co_await send(problem(error), false, false, 11);
  co_await drain();
  co_return false;
}

asio::awaitable<void> Session::drain() {
  error_code problem;
  stream.socket().shutdown(tcp::socket::shutdown_send, problem);
  stream.expires_after(seconds(2));
  std::array<char, 16'384> scratch;
  for (std::size_t left = kRefusedBytesMax; left > scratch.size() && !problem;) {
    const std::size_t got = co_await stream.async_read_some(
        asio::buffer(scratch), asio::redirect_error(asio::use_awaitable, problem));
    left -= got;
  }
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::open(HttpServerOptions options, Site site) {
  auto server = std::make_unique<Server>(std::move(options), std::move(site));
  const Outcome bound = server->bind();
  if (!bound) return bound.error();
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace liuhen::api::server
