// A server on the loopback, and clients that need not be honest.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "api/client/connection.h"
#include "api/server/http_server.h"

namespace liuhen::api::server {

// A server on a free port for as long as it is in scope.
class Running {
 public:
  explicit Running(Site site, HttpServerOptions options = {}) {
    options.listen = "127.0.0.1:0";
    server_ = HttpServer::open(std::move(options), std::move(site)).value();
    thread_ = std::thread([this] { server_->run(); });
  }
  ~Running() {
    server_->stop();
    thread_.join();
  }
  std::uint16_t port() const { return server_->port(); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }
  std::unique_ptr<Connection> client() const { return connect(url()).value(); }
  HttpServer& server() { return *server_; }

 private:
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

inline Site echo() {
  return {[](const Request& request) {
    Response response;
    response.content_type = "text/plain";
    response.body = request.method + " " + request.target + " " + request.body;
    return response;
  }};
}

// Bytes as they are, for what no honest client sends.
class Raw {
 public:
  explicit Raw(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Raw() { ::close(socket_); }
  bool connected() const { return connected_; }
  void send(const std::string& text) {
    ASSERT_GE(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL), 0);
  }
  // False once the other side takes no more.
  bool try_send(const std::string& text) {
    return ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) >= 0;
  }
  // Everything up to and with `end`; fails the test if the other side closes before.
  std::string receive_until(const std::string& end) {
    std::string all;
    char byte = 0;
    while (!all.ends_with(end)) {
      const bool got = ::recv(socket_, &byte, 1, 0) == 1;
      EXPECT_TRUE(got) << "closed after " << all;
      if (!got) break;
      all.push_back(byte);
    }
    return all;
  }
  // Everything until the other side closes.
  std::string receive() {
    std::string all;
    char chunk[4096];
    for (ssize_t got; (got = ::recv(socket_, chunk, sizeof chunk, 0)) > 0;)
      all.append(chunk, static_cast<std::size_t>(got));
    return all;
  }

 private:
  int socket_;
  bool connected_ = false;
};

inline std::string status_line(const std::string& answer) {
  return answer.substr(0, answer.find("\r\n"));
}

}  // namespace liuhen::api::server
