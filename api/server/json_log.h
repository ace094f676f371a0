// What happens in the service, for operators: a JSON object a line, to a file or to standard error
// (docs/operate.md lists the fields). Callers put into it what is public only: no names, no
// addresses, no paths or queries as sent, no contents.
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "crypto/result.h"
#include "ledger/clock.h"

namespace liuhen::api::server {

enum class Severity { info, warning, error };

class JsonLog {
 public:
  // Appends to the file at `path`, made for its owner alone; "-" is standard error. The clock
  // outlives the log. Fails with `service_log.io`.
  static Result<std::unique_ptr<JsonLog>> open(const std::string& path, ledger::Clock& clock);
  // Writes what waits, for kLogStopTimeoutMs at most.
  ~JsonLog();

  // {"time":…,"level":…,"event":…, then the fields}. Any thread; never waits for the disk or for
  // whoever reads: beyond kLogLinesMax lines waiting, it is dropped and counted.
  void write(Severity severity, std::string_view event, boost::json::object fields);
  std::uint64_t dropped() const;

 private:
  JsonLog(int descriptor, ledger::Clock& clock);
  void run();
  bool put(std::string text);
  bool stop_is_overdue() const;

  const int descriptor_;
  ledger::Clock& clock_;
  mutable std::mutex mutex_;  // guards the next four
  std::condition_variable wake_;
  std::deque<std::string> lines_;
  std::uint64_t dropped_ = 0;
  std::optional<std::chrono::steady_clock::time_point> stop_by_;
  bool in_line_ = false;  // of the thread: what was written last is not the end of a line
  std::thread thread_;
};

}  // namespace liuhen::api::server
