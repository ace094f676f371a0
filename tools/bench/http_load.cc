#include "tools/bench/http_load.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>

namespace liuhen::tools::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// One run: what is still to be sent, and what has come back.
struct Run {
  const std::vector<std::string>& requests;
  const tcp::endpoint server;
  const double interval_s;  // between two requests; 0: at once
  const std::atomic<bool>& enough;
  const Clock::time_point start = Clock::now();
  std::size_t next = 0;
  Load load = {};

  Clock::time_point due(std::size_t i) const {
    if (interval_s == 0) return Clock::now();
    return start + std::chrono::duration_cast<Clock::duration>(
                       std::chrono::duration<double>(interval_s * static_cast<double>(i)));
  }
  void fail(const std::string& why) {
    if (load.failed++ == 0) load.failure = why;
  }
};

asio::awaitable<void> connection(Run& run) {
  const auto executor = co_await asio::this_coro::executor;
  std::optional<tcp::socket> socket;
  boost::beast::flat_buffer buffer;
  asio::steady_timer timer(executor);
  while (run.next < run.requests.size() && !run.enough) {
    const std::size_t i = run.next++;
    const Clock::time_point due = run.due(i);
    if (due > Clock::now()) {
      timer.expires_at(due);
      co_await timer.async_wait(asio::use_awaitable);
    }
    try {
      if (!socket) {
        socket.emplace(executor);
        co_await socket->async_connect(run.server, asio::use_awaitable);
        socket->set_option(tcp::no_delay(true));
        buffer.clear();
      }
      co_await asio::async_write(*socket, asio::buffer(run.requests[i]), asio::use_awaitable);
      http::response_parser<http::string_body> parser;
      parser.body_limit(boost::none);
      co_await http::async_read(*socket, buffer, parser, asio::use_awaitable);
      run.load.latencies_s.push_back(seconds_since(due));
      if (parser.get().result_int() != 200)
        run.fail(std::to_string(parser.get().result_int()) + " " + parser.get().body());
      if (!parser.get().keep_alive()) socket.reset();
    } catch (const boost::system::system_error& error) {
      run.fail(error.what());
      socket.reset();
    }
  }
}

Load run(std::uint16_t port, unsigned connections, const std::vector<std::string>& requests,
         double interval_s, const std::atomic<bool>& enough) {
  asio::io_context io(1);
  Run state{requests, tcp::endpoint(asio::ip::address_v4::loopback(), port), interval_s, enough};
  for (unsigned i = 0; i < connections; ++i) asio::co_spawn(io, connection(state), asio::detached);
  io.run();
  state.load.seconds = seconds_since(state.start);
  return state.load;
}

}  // namespace

std::string post(const std::string& target, const std::string& body) {
  return "POST " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
}

Load send_all(std::uint16_t port, unsigned connections, const std::vector<std::string>& requests) {
  const std::atomic<bool> enough = false;
  return run(port, connections, requests, 0, enough);
}

Load send_paced(std::uint16_t port, unsigned connections, const std::vector<std::string>& requests,
                double per_s, const std::atomic<bool>& enough) {
  return run(port, connections, requests, 1 / per_s, enough);
}

double percentile(std::vector<double> values, double in_a_hundred) {
  if (values.empty()) return 0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(
                                       static_cast<double>(values.size() - 1) * in_a_hundred / 100);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace liuhen::tools::bench
