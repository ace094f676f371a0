#include "api/server/json_log.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <climits>
#include <ctime>
#include <optional>
#include <system_error>

#include "api/limits.h"

namespace liuhen::api::server {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kPollMs = 100;

const char* name_of(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::error:
      break;
  }
  return "error";
}

std::string utc(std::uint64_t unix_s) {
  const auto time = static_cast<std::time_t>(unix_s);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

// None where it is no file, as a pipe or a terminal.
std::optional<off_t> size_of(int descriptor) {
  struct stat about {};
  if (::fstat(descriptor, &about) != 0 || !S_ISREG(about.st_mode)) return std::nullopt;
  return about.st_size;
}

// As a full disk or a power cut leaves it.
bool ends_in_a_line(int descriptor) {
  const auto size = size_of(descriptor);
  if (size.value_or(0) == 0) return false;
  const std::string again =
      "/proc/self/fd/" + std::to_string(descriptor);  // may be for writing only
  const int reading = ::open(again.c_str(), O_RDONLY | O_CLOEXEC);
  if (reading < 0) return false;
  char last = '\n';
  const bool is_read = ::pread(reading, &last, 1, *size - 1) == 1;
  ::close(reading);
  return is_read && last != '\n';
}

}  // namespace

Result<std::unique_ptr<JsonLog>> JsonLog::open(const std::string& path, ledger::Clock& clock) {
  const int descriptor =
      path == "-" ? ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)
                  : ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    const std::string why = std::generic_category().message(errno);
    return fail("service_log.io", "无法写运行日志 " + path + "：" + why,
                "the service's log " + path + " cannot be written: " + why);
  }
  return std::unique_ptr<JsonLog>(new JsonLog(descriptor, clock));
}

JsonLog::JsonLog(int descriptor, ledger::Clock& clock)
    : descriptor_(descriptor), clock_(clock), in_line_(ends_in_a_line(descriptor)) {
  thread_ = std::thread([this] { run(); });
}

JsonLog::~JsonLog() {
  {
    const std::lock_guard lock(mutex_);
    stop_by_ = steady_clock::now() + milliseconds(kLogStopTimeoutMs);
  }
  wake_.notify_one();
  thread_.join();
  ::close(descriptor_);
}

void JsonLog::write(Severity severity, std::string_view event, json::object fields) {
  json::object line{{"time", utc(clock_.now_s())}, {"level", name_of(severity)}, {"event", event}};
  for (auto& field : fields) line.emplace(field.key(), std::move(field.value()));
  std::string text = json::serialize(line) + "\n";
  {
    const std::lock_guard lock(mutex_);
    if (lines_.size() >= kLogLinesMax) {
      ++dropped_;
      return;
    }
    lines_.push_back(std::move(text));
  }
  wake_.notify_one();
}

std::uint64_t JsonLog::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void JsonLog::run() {
  // A pipe whose reader has gone is no reason to end.
  sigset_t broken_pipe;
  ::sigemptyset(&broken_pipe);
  ::sigaddset(&broken_pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  for (;;) {
    std::string line;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stop_by_ || !lines_.empty(); });
      if (lines_.empty()) return;
      line = std::move(lines_.front());
      lines_.pop_front();
    }
    if (put(std::move(line))) continue;
    const std::lock_guard lock(mutex_);
    ++dropped_;
    if (stop_by_) return;
  }
}

// Whole, or false: nobody takes it and the service is stopping, or it cannot be written. What was
// cut before ends where this begins, unless a rotation has emptied the file since.
bool JsonLog::put(std::string line) {
  if (in_line_ && size_of(descriptor_) != 0) line.insert(line.begin(), '\n');
  std::string_view text = line;
  while (!text.empty()) {
    pollfd ready{.fd = descriptor_, .events = POLLOUT, .revents = 0};
    const int polled = ::poll(&ready, 1, kPollMs);
    if (polled == 0 || (polled < 0 && errno == EINTR)) {
      if (stop_is_overdue()) return false;
      continue;
    }
    // A pipe that is ready takes so much without waiting.
    const ssize_t put =
        ::write(descriptor_, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (put < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (put <= 0) continue;
    in_line_ = text[static_cast<std::size_t>(put) - 1] != '\n';
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

bool JsonLog::stop_is_overdue() const {
  const std::lock_guard lock(mutex_);
  return stop_by_ && steady_clock::now() > *stop_by_;
}

}  // namespace liuhen::api::server
