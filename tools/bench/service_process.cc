#include "tools/bench/service_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "api/server/site.h"
#include "ledger/clock.h"

namespace liuhen::tools::bench {
namespace {

inline constexpr int kStartWaitMs = 120'000;

}  // namespace

ServiceProcess::ServiceProcess(const std::string& directory) {
  int ends[2];
  LIUHEN_CHECK(::pipe2(ends, O_CLOEXEC) == 0);
  child_ = ::fork();
  if (child_ == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    ::execl("/proc/self/exe", "liuhen-bench", kServe, directory.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  output_ = ends[0];
  listens_ = wait_for_address();
}

ServiceProcess::~ServiceProcess() {
  ::kill(child_, SIGTERM);
  ::waitpid(child_, nullptr, 0);
  ::close(output_);
}

std::uint64_t ServiceProcess::peak_bytes() const {
  std::ifstream status("/proc/" + std::to_string(child_) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
  }
  return 0;
}

bool ServiceProcess::wait_for_address() const {
  std::string said;
  char piece[512];
  for (pollfd wait{.fd = output_, .events = POLLIN, .revents = 0};
       ::poll(&wait, 1, kStartWaitMs) == 1;) {
    const ssize_t got = ::read(output_, piece, sizeof piece);
    if (got <= 0) break;
    said.append(piece, static_cast<std::size_t>(got));
    if (said.find("http://127.0.0.1:") != std::string::npos) return true;
  }
  std::fprintf(stderr, "%s\n", said.c_str());
  return false;
}

int serve_directory(const std::string& directory) {
  ledger::SystemClock clock;
  api::server::ServiceOptions options;
  options.dir = directory;
  options.clock = &clock;
  auto service = api::server::Service::open(options);
  if (!service) {
    std::fprintf(stderr, "%s\n", service.error().en.c_str());
    return 1;
  }
  auto server = api::server::HttpServer::open({.listen = "127.0.0.1:0", .signals = true},
                                              api::server::site_of(**service));
  if (!server) return 1;
  std::printf("http://127.0.0.1:%d/\n", (*server)->port());
  std::fflush(stdout);
  (*server)->run();
  (*service)->stop();
  return 0;
}

}  // namespace liuhen::tools::bench
