#include "api/server/http_server.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "api/server/http_session.h"
#include "api/server/open_files.h"
#include "api/server/stop_signals.h"

namespace liuhen::api::server {
namespace {

namespace asio = boost::asio;
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

Outcome bind_to(tcp::acceptor& acceptor, const std::string& listen, bool listens) {
  const Result<tcp::endpoint> endpoint = parse_listen(listen);
  if (!endpoint) return endpoint.error();
  error_code problem;
  acceptor.open(endpoint->protocol(), problem);
  if (!problem) acceptor.set_option(asio::socket_base::reuse_address(true), problem);
  if (!problem) acceptor.bind(*endpoint, problem);
  if (!problem && listens) acceptor.listen(asio::socket_base::max_listen_connections, problem);
  if (!problem) return ok();
  return fail(
      "listen.busy",
      "无法监听 " + listen + "（" + problem.message() + "），请换一个端口或停掉占用它的程序",
      "cannot listen on " + listen + " (" + problem.message() +
          "); take another port, or stop what uses this one");
}

class Server final : public HttpServer {
 public:
  Server(HttpServerOptions given, Site served)
      : host(std::move(given), std::move(served)),
        control(asio::make_strand(io)),
        acceptor(control),
        deadline(control) {}

  ~Server() override {
    signals.reset();
    host.workers.join();
    host.write_workers.join();
    host.quick_workers.join();
    std::vector<std::shared_ptr<HttpSession>> left;
    for (HttpSession* session : sessions) left.push_back(session->shared_from_this());
    for (const std::shared_ptr<HttpSession>& session : left) session->abandon();
  }

  Outcome bind() {
    if (Outcome bound = bind_to(acceptor, host.options.listen, true); !bound) return bound;
    port_ = acceptor.local_endpoint().port();
    watch_signals();
    return ok();
  }

  // Before anyone is told that it serves: who is told may signal at once.
  void watch_signals() {
    if (!host.options.signals) return;
    signals.emplace(StopSignalsOptions{.stop = [this] { stop(); },
                                       .hangup = host.options.on_hangup,
                                       .stuck = host.options.on_stuck,
                                       .patience = seconds(kStopStuckS)});
  }

  std::uint16_t port() const override { return port_; }

  void run() override {
    asio::co_spawn(control, accept(), asio::detached);
    std::vector<std::thread> threads;
    unsigned wanted = host.options.io_threads;
    if (wanted == 0) wanted = std::max(kIoThreads, std::thread::hardware_concurrency());
    for (unsigned i = 1; i < wanted; ++i) threads.emplace_back([this] { io.run(); });
    io.run();
    for (std::thread& thread : threads) thread.join();
    if (signals) signals->ended();
  }

  void stop() override {
    if (host.stopping.exchange(true)) return;
    asio::post(control, [this] { wind_down(); });
  }

  void wind_down() {
    error_code ignored;
    acceptor.close(ignored);
    const std::lock_guard lock(mutex);
    if (sessions.empty()) return;
    for (HttpSession* session : sessions) {
      asio::post(session->executor(),
                 [self = session->shared_from_this()] { self->end_if_idle(); });
    }
    deadline.expires_after(seconds(host.options.stop_timeout_s));
    deadline.async_wait([this](error_code problem) {
      if (!problem) io.stop();
    });
  }

  bool enter(HttpSession* session) {
    const std::lock_guard lock(mutex);
    if (sessions.size() >= host.options.connections_max) return false;
    if (host.limits(session->peer())) {
      unsigned& from_there = connections[session->peer().network];
      if (from_there >= host.options.address_connections_max) return false;
      ++from_there;
    }
    return sessions.insert(session).second;
  }
  void leave(HttpSession* session) {
    const std::lock_guard lock(mutex);
    sessions.erase(session);
    if (host.limits(session->peer())) {
      const auto from_there = connections.find(session->peer().network);
      if (--from_there->second == 0) connections.erase(from_there);
    }
    if (host.stopping && sessions.empty()) asio::post(control, [this] { deadline.cancel(); });
  }

  // A failed accept (out of descriptors, say) is waited out; it never ends the server.
  asio::awaitable<void> accept() {
    while (!host.stopping) {
      error_code problem;
      tcp::socket socket = co_await acceptor.async_accept(
          asio::make_strand(io), asio::redirect_error(asio::use_awaitable, problem));
      if (host.stopping) co_return;
      if (problem) {
        asio::steady_timer pause(control, std::chrono::milliseconds(100));
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, problem));
        continue;
      }
      socket.set_option(tcp::no_delay(true), problem);
      const tcp::endpoint peer = socket.remote_endpoint(problem);
      if (problem) continue;  // gone already
      const auto executor = socket.get_executor();
      auto session =
          std::make_shared<HttpSession>(std::move(socket), host, client_address(peer.address()));
      if (!enter(session.get())) continue;
      asio::co_spawn(executor, HttpSession::run(session),
                     [this, session](const std::exception_ptr&) { leave(session.get()); });
    }
  }

  HttpHost host;
  asio::io_context io;
  asio::strand<asio::io_context::executor_type> control;  // of the two below
  tcp::acceptor acceptor;
  asio::steady_timer deadline;
  std::optional<StopSignals> signals;
  std::mutex mutex;
  std::set<HttpSession*> sessions;
  std::map<std::string, unsigned> connections;  // of them by network, where that is limited

 private:
  std::uint16_t port_ = 0;
};

}  // namespace

Error stop_stuck() {
  const std::string patience = std::to_string(kStopStuckS);
  return fail("serve.stuck",
              "收到停止信号 " + patience +
                  " 秒后仍未停下，就此退出；已确认的都已保存，未得到回答的请重新提交",
              "did not stop within " + patience +
                  " seconds of the signal, and ends here; all that was acknowledged is kept, and "
                  "who got no answer sends the same again");
}

Outcome HttpServer::check_listen(const std::string& listen) {
  asio::io_context io;
  tcp::acceptor acceptor(io);
  return bind_to(acceptor, listen, false);
}

Result<std::unique_ptr<HttpServer>> HttpServer::open(HttpServerOptions options, Site site) {
  options.connections_max = connections_that_fit(options.connections_max);
  auto server = std::make_unique<Server>(std::move(options), std::move(site));
  const Outcome bound = server->bind();
  if (!bound) return bound.error();
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace liuhen::api::server
