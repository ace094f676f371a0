// What becomes of every request: an id, a count, and a line of the service's log.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "api/client/connection.h"
#include "api/server/json_log.h"
#include "api/server/metrics.h"
#include "api/server/write_watch.h"
#include "crypto/random.h"

namespace liuhen::api::server {

class Observer {
 public:
  // `log` may be null: nothing is logged then. It outlives the observer.
  Observer(JsonLog* log, crypto::Entropy& entropy);

  // For the time of one request. Any thread.
  class Exchange {
   public:
    Exchange(Observer& observer, Request request);
    const Request& request() const { return request_; }
    // Gives the response the id that the log has, as X-Request-Id, counts and logs it. Once.
    // `route` is the router's pattern.
    void answered(Response& response, std::string_view route);

   private:
    Observer& observer_;
    const Request request_;
    const std::chrono::steady_clock::time_point begun_;
  };

  // The same for what is refused before it is taken up; without a method where it could not be
  // read. Any thread.
  void refused(Response& response, std::string_view method, std::string_view route);

  // A line about something else than a request, if there is a log. Any thread.
  void note(Severity severity, std::string_view event, boost::json::object fields);
  void note(std::string_view event, const Error& error);  // an error: code and English sentence

  Metrics& metrics() { return metrics_; }
  WriteWatch& writes() { return writes_; }
  WriteWatch& purges() { return purges_; }  // of what was erased, from the disk
  // `storage.slow` while a write to the disk has been under way for longer, or a purge for more
  // than kSlowPurgeMs. Any thread.
  Outcome writes_in_time(WriteWatch::Clock::time_point now,
                         std::chrono::milliseconds slow_write) const;
  void add_figures(std::vector<Figure>& figures) const;

 private:
  std::string next_id();

  JsonLog* const log_;
  Metrics metrics_;
  WriteWatch writes_, purges_;
  std::string prefix_;  // of the ids: random, the same for as long as the process lives
  std::atomic<std::uint64_t> requests_ = 0;
};

}  // namespace liuhen::api::server
