#include "api/server/stop_signals.h"

#include <semaphore.h>
#include <signal.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <ctime>

#include "crypto/result.h"

namespace liuhen::api::server {
namespace {

constexpr std::array kStop{SIGINT, SIGTERM};

// Of the process, as signals are; a handler reaches nothing else.
struct Raised {
  sem_t something;
  std::atomic<bool> stop = false, hangup = false;
  std::array<struct sigaction, kStop.size()> before{};
  struct sigaction hangup_before {};
  bool hangup_taken = false;
  std::atomic<bool> in_use = false;
};
Raised raised;
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int number) {
  const int kept = errno;
  (number == SIGHUP ? raised.hangup : raised.stop).store(true);
  ::sem_post(&raised.something);
  errno = kept;
}

void take(int number, struct sigaction& before) {
  struct sigaction ours {};
  ours.sa_handler = on_signal;
  ours.sa_flags = SA_RESTART;
  ::sigemptyset(&ours.sa_mask);
  LIUHEN_CHECK(::sigaction(number, &ours, &before) == 0);
}

}  // namespace

StopSignals::StopSignals(StopSignalsOptions options) : options_(std::move(options)) {
  LIUHEN_CHECK(!raised.in_use.exchange(true));
  LIUHEN_CHECK(::sem_init(&raised.something, 0, 0) == 0);
  raised.stop = raised.hangup = false;
  for (std::size_t i = 0; i < kStop.size(); ++i) take(kStop[i], raised.before[i]);
  raised.hangup_taken = options_.hangup != nullptr;
  if (raised.hangup_taken) take(SIGHUP, raised.hangup_before);
  ::signal(SIGPIPE, SIG_IGN);  // who no longer reads what is printed ends nothing
  thread_ = std::thread([this] { run(); });
}

StopSignals::~StopSignals() {
  ended();
  thread_.join();
  for (std::size_t i = 0; i < kStop.size(); ++i) ::sigaction(kStop[i], &raised.before[i], nullptr);
  if (raised.hangup_taken) ::sigaction(SIGHUP, &raised.hangup_before, nullptr);
  raised.in_use = false;  // the semaphore stays: a handler may still be running
}

void StopSignals::ended() {
  ended_ = true;
  ::sem_post(&raised.something);
}

void StopSignals::run() {
  while (!ended_) {
    if (::sem_wait(&raised.something) != 0) continue;  // interrupted
    if (raised.hangup.exchange(false)) options_.hangup();
    if (!raised.stop.exchange(false)) continue;
    options_.stop();
    return await_end();
  }
}

void StopSignals::await_end() {
  timespec until{};
  ::clock_gettime(CLOCK_MONOTONIC, &until);
  const auto patience = options_.patience.count();
  until.tv_sec += patience / 1'000;
  until.tv_nsec += patience % 1'000 * 1'000'000;
  if (until.tv_nsec >= 1'000'000'000) {
    ++until.tv_sec;
    until.tv_nsec -= 1'000'000'000;
  }
  while (!ended_) {
    if (::sem_clockwait(&raised.something, CLOCK_MONOTONIC, &until) == 0 || errno != ETIMEDOUT)
      continue;
    if (ended_) return;
    options_.stuck();
    std::quick_exit(1);  // nobody waits for the threads that are left, no sanitizer either
  }
}

}  // namespace liuhen::api::server
