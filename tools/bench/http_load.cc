#include "tools/bench/http_load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>

namespace liuhen::tools::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// An answer as far as it has arrived: with a Content-Length, as both servers send them here.
class Answer {
 public:
  void clear() {
    bytes_.clear();
    size_ = 0;
  }
  void add(std::string_view bytes) { bytes_ += bytes; }
  bool whole() {
    if (size_ == 0) {
      const auto end = bytes_.find("\r\n\r\n");
      if (end == std::string::npos) return false;
      size_ = end + 4 + content_length(std::string_view(bytes_).substr(0, end));
    }
    return bytes_.size() >= size_;
  }
  bool last() const { return bytes_.find("\r\nConnection: close\r\n") != std::string::npos; }
  bool good() const { return bytes_.starts_with("HTTP/1.1 200 "); }
  const std::string& bytes() const { return bytes_; }

 private:
  static std::size_t content_length(std::string_view header) {
    constexpr std::string_view kName = "\r\ncontent-length: ";
    const auto same = [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); };
    const auto at = std::search(header.begin(), header.end(), kName.begin(), kName.end(),
                                [&](char b, char a) { return same(a, b); });
    std::size_t length = 0;
    if (at != header.end())
      std::from_chars(&*at + kName.size(), header.data() + header.size(), length);
    return length;
  }

  std::string bytes_;
  std::size_t size_ = 0;  // of header and body; 0: the header is not there yet
};

struct Connection {
  int fd = -1;
  const std::string* request = nullptr;  // under way
  std::size_t sent = 0;
  Clock::time_point due;
  Answer answer;
};

// One run: what is still to be sent, and what has come back.
class Run {
 public:
  Run(std::uint16_t port, unsigned connections, const std::vector<std::string>& requests,
      double interval_s, const std::atomic<bool>& enough)
      : port_(port),
        requests_(requests),
        interval_s_(interval_s),
        enough_(enough),
        events_(::epoll_create1(EPOLL_CLOEXEC)),
        connections_(connections) {
    for (Connection& connection : connections_) connect(connection);
    load_.latencies_s.reserve(requests.size());
  }
  ~Run() {
    for (Connection& connection : connections_) ::close(connection.fd);
    ::close(events_);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Load finish() {
    start_ = Clock::now();
    for (Connection& connection : connections_) idle_.push_back(&connection);
    for (;;) {
      while (!idle_.empty() && more() && due(next_) <= Clock::now()) send_next();
      if (!more() && idle_.size() == connections_.size()) break;
      wait();
    }
    load_.seconds = seconds_since(start_);
    return std::move(load_);
  }

 private:
  bool more() const { return next_ < requests_.size() && !enough_; }
  Clock::time_point due(std::size_t i) const {
    return start_ + std::chrono::duration_cast<Clock::duration>(
                        std::chrono::duration<double>(interval_s_ * static_cast<double>(i)));
  }
  void fail(const std::string& why) {
    if (load_.failed++ == 0) load_.failure = why;
  }

  void connect(Connection& connection) {
    if (connection.fd >= 0) ::close(connection.fd);
    connection.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(port_);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int one = 1;
    if (::connect(connection.fd, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0)
      fail(std::strerror(errno));
    ::setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.ptr = &connection}};
    ::epoll_ctl(events_, EPOLL_CTL_ADD, connection.fd, &event);
  }

  void send_next() {
    Connection& connection = *idle_.back();
    idle_.pop_back();
    connection.due = interval_s_ == 0 ? Clock::now() : due(next_);
    connection.request = &requests_[next_++];
    connection.sent = 0;
    connection.answer.clear();
    send(connection);
  }
  void send(Connection& connection) {
    while (connection.sent < connection.request->size()) {
      const ssize_t sent =
          ::send(connection.fd, connection.request->data() + connection.sent,
                 connection.request->size() - connection.sent, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent < 0 && errno == EAGAIN) return;
      if (sent < 0) return lost(connection, std::strerror(errno));
      connection.sent += static_cast<std::size_t>(sent);
    }
  }
  void receive(Connection& connection) {
    for (;;) {
      const ssize_t got = ::recv(connection.fd, piece_.data(), piece_.size(), MSG_DONTWAIT);
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) return lost(connection, got == 0 ? "closed" : std::strerror(errno));
      connection.answer.add({piece_.data(), static_cast<std::size_t>(got)});
      if (connection.answer.whole()) return answered(connection);
    }
  }
  void answered(Connection& connection) {
    load_.latencies_s.push_back(seconds_since(connection.due));
    if (!connection.answer.good()) fail(connection.answer.bytes());
    connection.request = nullptr;
    if (connection.answer.last()) connect(connection);
    idle_.push_back(&connection);
  }
  void lost(Connection& connection, const std::string& why) {
    if (connection.request != nullptr) {
      fail(why);
      idle_.push_back(&connection);
    }
    connection.request = nullptr;
    connect(connection);
  }

  // For what comes in, or until the next request is due.
  void wait() {
    std::array<epoll_event, 64> events;
    timespec pause{.tv_sec = 0, .tv_nsec = 100'000'000};
    if (!idle_.empty() && more()) {
      const auto left =
          std::chrono::duration_cast<std::chrono::nanoseconds>(due(next_) - Clock::now()).count();
      pause.tv_nsec = std::clamp<long>(left, 0, pause.tv_nsec);
    }
    const int count = ::epoll_pwait2(events_, events.data(), events.size(), &pause, nullptr);
    for (int i = 0; i < count; ++i) {
      auto& connection = *static_cast<Connection*>(events[i].data.ptr);
      if (connection.request != nullptr) send(connection);
      if ((events[i].events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) receive(connection);
    }
  }

  const std::uint16_t port_;
  const std::vector<std::string>& requests_;
  const double interval_s_;  // between two requests; 0: as soon as there is a connection
  const std::atomic<bool>& enough_;
  const int events_;
  std::vector<Connection> connections_;
  std::vector<Connection*> idle_;
  std::array<char, 65'536> piece_;
  Clock::time_point start_;
  std::size_t next_ = 0;
  Load load_;
};

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
  return Run(port, connections, requests, 0, enough).finish();
}

Load send_paced(std::uint16_t port, unsigned connections, const std::vector<std::string>& requests,
                double per_s, const std::atomic<bool>& enough) {
  return Run(port, connections, requests, 1 / per_s, enough).finish();
}

double percentile(std::vector<double> values, double in_a_hundred) {
  if (values.empty()) return 0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(
                                       static_cast<double>(values.size() - 1) * in_a_hundred / 100);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace liuhen::tools::bench
