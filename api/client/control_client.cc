#include "api/client/control_client.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <optional>
#include <set>
#include <thread>
#include <utility>

namespace liuhen::api {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr unsigned kControlConnectMs = 10'000;  // while queues are full
constexpr unsigned kControlRetryMs = 20;

// An open descriptor, closed when it goes.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Error io_error(const std::string& why) {
  return fail("control.io", "与运行中的服务通信失败：" + why,
              "talking to the running service failed: " + why);
}

Error nobody(const std::string& directory) {
  return fail("control.absent", "没有服务在 " + directory + " 上运行",
              "no service runs on " + directory);
}

std::string last_error() { return std::strerror(errno); }

// The next line, without its end; none when the other side has closed.
Result<std::optional<std::string>> read_line(int fd, std::string& buffer) {
  for (;;) {
    const auto end = buffer.find('\n');
    if (end != std::string::npos) {
      std::string line = buffer.substr(0, end);
      buffer.erase(0, end + 1);
      return std::optional(std::move(line));
    }
    if (buffer.size() > kControlLineBytesMax) return io_error("line too long");
    char bytes[4096];
    const ssize_t got = ::recv(fd, bytes, sizeof bytes, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error(last_error());
    if (got == 0) return std::optional<std::string>();
    buffer.append(bytes, static_cast<std::size_t>(got));
  }
}

std::string text(const json::object& fields, const char* name) {
  const json::value* value = fields.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

// Of the sockets that are open: anybody may have made one so named.
std::set<std::string> names_with(const std::string& prefix) {
  const std::string sought = " @" + prefix;  // proc(5): a name's zero at the front is shown as @
  std::ifstream sockets("/proc/self/net/unix");
  std::set<std::string> names;
  for (std::string line; std::getline(sockets, line);) {
    const auto at = line.find(sought);
    if (at != std::string::npos) names.insert(line.substr(at + 2));
  }
  return names;
}

// Waits for nobody: one that takes no connections may be somebody else's. errno says why
// not, EAGAIN that its queue is full.
bool is_connected(int socket, const std::string& name) {
  const ControlAddress address = control_address(name);
  return ::connect(socket, reinterpret_cast<const sockaddr*>(&address.name), address.size) == 0 &&
         ::fcntl(socket, F_SETFL, 0) == 0;
}

struct Round {
  std::optional<Descriptor> service;
  bool met_full_queue = false;
};

// To the first that is the owner's, this user's or root's.
Result<Round> connect_once(const ControlPlace& place) {
  Round round;
  for (const std::string& name : names_with(place.prefix)) {
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.get() < 0) return io_error(last_error());
    if (!is_connected(socket.get(), name)) {
      round.met_full_queue |= errno == EAGAIN;
      continue;
    }
    const auto peer = peer_of(socket.get());
    if (!peer || (*peer != 0 && *peer != place.owner && *peer != ::geteuid())) continue;
    round.service.emplace(std::move(socket));
    break;
  }
  return round;
}

// Anybody can fill the service's queue, or have a full one beside it: that delays, and no more.
Result<Descriptor> connect_to_service(const std::string& directory) {
  const auto place = control_place(directory);
  if (!place) return nobody(directory);
  const auto deadline = steady_clock::now() + milliseconds(kControlConnectMs);
  for (;;) {
    auto round = connect_once(*place);
    if (!round) return round.error();
    if (round->service) return std::move(*round->service);
    if (!round->met_full_queue || steady_clock::now() >= deadline) return nobody(directory);
    std::this_thread::sleep_for(milliseconds(kControlRetryMs));
  }
}

}  // namespace

std::optional<ControlPlace> control_place(const std::string& directory) {
  struct stat about {};
  if (::stat(directory.c_str(), &about) != 0) return std::nullopt;
  return ControlPlace{
      .prefix = "liuhen/" + std::to_string(about.st_dev) + "/" + std::to_string(about.st_ino) + "/",
      .owner = about.st_uid};
}

ControlAddress control_address(std::string_view name) {
  ControlAddress address;
  address.name.sun_family = AF_UNIX;
  const std::size_t size =  // after a zero: abstract
      name.copy(address.name.sun_path + 1, sizeof address.name.sun_path - 1);
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + size);
  return address;
}

std::optional<uid_t> peer_of(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  return peer.uid;
}

Result<json::object> ask_control(const std::string& directory, const json::object& request,
                                 const std::function<void(std::uint64_t)>& progress) {
  const auto socket = connect_to_service(directory);
  if (!socket) return socket.error();
  const std::string line = json::serialize(request) + "\n";
  if (::send(socket->get(), line.data(), line.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(line.size()))
    return io_error(last_error());
  std::string buffer;
  for (;;) {
    const auto answer = read_line(socket->get(), buffer);
    if (!answer) return answer.error();
    if (!*answer) return io_error("closed before an answer");
    boost::system::error_code problem;
    const json::value value = json::parse(**answer, problem);
    const json::object* fields = problem ? nullptr : value.if_object();
    if (fields == nullptr) return io_error("an answer that is not JSON");
    if (const json::value* done = fields->if_contains("done"); done && done->is_object())
      return done->get_object();
    if (const json::value* failed = fields->if_contains("failed"); failed && failed->is_object()) {
      const json::object& why = failed->get_object();
      return fail(text(why, "code"), text(why, "zh"), text(why, "en"));
    }
    const json::value* at = fields->if_contains("progress");
    if (progress && at != nullptr && at->is_int64())
      progress(static_cast<std::uint64_t>(at->get_int64()));
  }
}

}  // namespace liuhen::api
