#include "tools/bench/nginx.h"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <filesystem>
#include <fstream>

#include "tools/bench/child_process.h"

namespace liuhen::tools::bench {
namespace {

namespace fs = std::filesystem;

std::uint16_t free_port() {
  using boost::asio::ip::tcp;
  boost::asio::io_context io;
  const tcp::acceptor probe(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
  return probe.local_endpoint().port();
}

// Debian's settings, but for where things are: a process a core, sendfile, an access log.
std::string configuration(const std::string& directory, std::uint16_t port) {
  return "worker_processes auto;\npid " + directory + "/pid;\nerror_log " + directory +
         "/error.log;\nevents { worker_connections 768; }\nhttp {\n  sendfile on;\n  tcp_nopush "
         "on;\n"
         "  types_hash_max_size 2048;\n  default_type application/octet-stream;\n  gzip on;\n"
         "  access_log " +
         directory + "/access.log;\n  server {\n    listen 127.0.0.1:" + std::to_string(port) +
         ";\n    root " + directory + "/site;\n  }\n}\n";
}

}  // namespace

Nginx::Nginx(const std::string& content) {
  started_ = start(content);
  if (!started_)
    problem_ = "nginx could not be started (tools/setup.sh bench installs it); see " + directory_;
}

Nginx::~Nginx() {
  if (!started_) return;
  run_program({"nginx", "-c", directory_ + "/nginx.conf", "-s", "stop"}, directory_ + "/log");
  fs::remove_all(directory_);
}

bool Nginx::start(const std::string& content) {
  directory_ =
      (fs::temp_directory_path() / ("liuhen-bench-nginx-" + std::to_string(::getpid()))).string();
  fs::remove_all(directory_);
  fs::create_directories(directory_ + "/site");
  std::ofstream(directory_ + "/site/tile", std::ios::binary) << content;
  port_ = free_port();
  std::ofstream(directory_ + "/nginx.conf") << configuration(directory_, port_);
  return run_program({"nginx", "-c", directory_ + "/nginx.conf"}, directory_ + "/log");
}

}  // namespace liuhen::tools::bench
