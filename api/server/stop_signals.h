// SIGINT, SIGTERM and SIGHUP, each acted upon by a thread of its own; SIGPIPE is ignored from then on. What the
// handlers do is raise a semaphore: a pipe, by which such things are usually told, cannot be
// written to where every write fails, and then the signal would be lost.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

namespace liuhen::api::server {

struct StopSignalsOptions {
  std::function<void()> stop;    // what SIGINT and SIGTERM do, once
  std::function<void()> hangup;  // what SIGHUP does; absent: it stays as it was
  // What is said, on that thread, before the process ends with code 1 because ended() was not
  // called in time after stop.
  std::function<void()> stuck;
  std::chrono::milliseconds patience;
};

// One at a time in a process. The other signals are as they were before once it is destroyed.
class StopSignals {
 public:
  explicit StopSignals(StopSignalsOptions options);
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();

  void ended();  // all that stop began is done; any thread

 private:
  void run();
  void await_end();

  const StopSignalsOptions options_;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace liuhen::api::server
