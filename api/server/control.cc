#include "api/server/control.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>

#include "api/client/control_client.h"
#include "crypto/bytes.h"

namespace liuhen::api::server {
namespace {

namespace json = boost::json;
constexpr int kRequestTimeoutMs = 5'000;
constexpr int kAcceptPauseMs = 100;  // after one that failed

Error io_error(const std::string& directory) {
  const std::string why = std::strerror(errno);
  return fail("control.io", "无法为 " + directory + " 开设控制套接字：" + why,
              "cannot open the control socket of " + directory + ": " + why);
}

class SocketControl final : public Control {
 public:
  explicit SocketControl(ControlAct act) : act_(std::move(act)) {}
  ~SocketControl() override {
    // Wakes the thread without a write, which may fail.
    stopping_ = true;
    if (listener_ >= 0) ::shutdown(listener_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    if (listener_ >= 0) ::close(listener_);
  }

  Outcome start(const std::string& directory, crypto::Entropy& entropy) {
    std::array<std::uint8_t, 16> suffix{};
    entropy.fill(suffix);
    const auto place = control_place(directory);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (!place || listener_ < 0) return io_error(directory);
    const ControlAddress address = control_address(place->prefix + to_hex(suffix));
    const bool bound =
        ::bind(listener_, reinterpret_cast<const sockaddr*>(&address.name), address.size) == 0 &&
        ::listen(listener_, SOMAXCONN) == 0;
    if (!bound) return io_error(directory);
    thread_ = std::thread([this] { run(); });
    return ok();
  }

 private:
  void run() {
    while (!stopping_) {
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) {  // out of descriptors, say: whoever waits keeps waiting
        (void)is_stopped(kAcceptPauseMs);
        continue;
      }
      if (is_owner(client)) answer(client);
      ::close(client);
    }
  }

  static bool is_owner(int client) {
    const auto peer = peer_of(client);
    return peer && (*peer == 0 || *peer == ::geteuid());
  }

  // Within the time: a listener that is shut down hangs up.
  bool is_stopped(int time_ms) const {
    pollfd waiting{listener_, 0, 0};
    return ::poll(&waiting, 1, time_ms) == 1;
  }

  // A whole line within the time, or nothing.
  std::string read_request(int client) const {
    std::string line;
    while (line.size() < kControlLineBytesMax) {
      pollfd waiting[] = {{client, POLLIN, 0}, {listener_, 0, 0}};
      char bytes[4096];
      if (::poll(waiting, 2, kRequestTimeoutMs) < 1 || waiting[0].revents == 0) return "";
      const ssize_t got = ::recv(client, bytes, sizeof bytes, 0);
      if (got <= 0) return "";
      line.append(bytes, static_cast<std::size_t>(got));
      if (line.ends_with('\n')) return line;
    }
    return "";
  }

  static void say(int client, const json::object& what) {
    const std::string line = json::serialize(what) + "\n";
    (void)!::send(client, line.data(), line.size(), MSG_NOSIGNAL);
  }

  void answer(int client) {
    const timeval most{.tv_sec = kRequestTimeoutMs / 1'000, .tv_usec = 0};
    (void)::setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    boost::system::error_code problem;
    const json::value request = json::parse(read_request(client), problem);
    if (problem || !request.is_object()) return;
    const auto done = act_(request.get_object(), [&](std::uint64_t at) {
      say(client, {{"progress", at}});
    });
    if (done) return say(client, {{"done", *done}});
    const Error& why = done.error();
    say(client, {{"failed", {{"code", why.code}, {"zh", why.zh}, {"en", why.en}}}});
  }

  const ControlAct act_;
  std::atomic<bool> stopping_ = false;
  int listener_ = -1;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Control>> Control::open(const std::string& directory,
                                               crypto::Entropy& entropy, ControlAct act) {
  auto control = std::make_unique<SocketControl>(std::move(act));
  if (Outcome started = control->start(directory, entropy); !started) return started.error();
  return std::unique_ptr<Control>(std::move(control));
}

}  // namespace liuhen::api::server
