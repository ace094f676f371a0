#include "api/client/control_client.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace liuhen::api {
namespace {

namespace json = boost::json;

// An open descriptor, closed when it goes.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
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

}  // namespace

std::optional<ControlAddress> control_address(const std::string& directory) {
  struct stat about {};
  if (::stat(directory.c_str(), &about) != 0) return std::nullopt;
  const std::string name =
      "liuhen/" + std::to_string(about.st_dev) + "/" + std::to_string(about.st_ino);
  ControlAddress address;
  address.name.sun_family = AF_UNIX;
  name.copy(address.name.sun_path + 1, sizeof address.name.sun_path - 1);  // after a zero: abstract
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  address.owner = about.st_uid;
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
  const auto address = control_address(directory);
  if (!address) return nobody(directory);
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return io_error(last_error());
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address->name), address->size) !=
      0)
    return errno == ECONNREFUSED ? nobody(directory) : io_error(last_error());
  const auto peer = peer_of(socket.get());
  if (!peer || (*peer != 0 && *peer != address->owner && *peer != ::geteuid()))
    return io_error("it belongs to someone else");
  const std::string line = json::serialize(request) + "\n";
  if (::send(socket.get(), line.data(), line.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(line.size()))
    return io_error(last_error());
  std::string buffer;
  for (;;) {
    const auto answer = read_line(socket.get(), buffer);
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
