// One client of the HTTP server (http_server.h): reads its requests one after another, within the
// limits, and answers each.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <memory>

#include "api/server/http_server.h"

namespace liuhen::api::server {

// What all sessions of a server share; outlives them.
struct HttpHost {
  HttpHost(HttpServerOptions given, Site served)
      : options(std::move(given)), site(std::move(served)), workers(options.workers) {}

  const HttpServerOptions options;
  const Site site;
  boost::asio::thread_pool workers;
  std::atomic<bool> stopping = false;
  std::atomic<unsigned> waiting = 0;  // requests that no worker has taken up yet
};

// Everything of it runs on the strand of its socket, but for the constructor.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(boost::asio::ip::tcp::socket socket, HttpHost& host)
      : stream_(std::move(socket)), host_(host) {}

  // Serves until either side has had enough, and closes.
  static boost::asio::awaitable<void> run(std::shared_ptr<HttpSession> self);
  // Ends it if it is between two requests.
  void end_if_idle();
  auto executor() { return stream_.get_executor(); }

 private:
  boost::asio::awaitable<bool> serve_one();
  boost::asio::awaitable<Response> answer(Request request);
  boost::asio::awaitable<bool> send(Response response, bool head, bool keep, unsigned version);
  boost::asio::awaitable<bool> refuse(Error error);
  boost::asio::awaitable<void> drain();

  boost::beast::tcp_stream stream_;
  HttpHost& host_;
  boost::beast::flat_buffer buffer_;
  bool idle_ = true;
};

}  // namespace liuhen::api::server
