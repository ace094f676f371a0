// Looking a host's name up, which no system call can be made to give up: on a thread of its own,
// whose outcome nobody has to wait for.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

namespace liuhen::api {

// A wish to wait no longer, of whoever waits for anything; never taken back. Any thread.
class Cancelling {
 public:
  void cancel();
  bool cancelled() const;
  // True if the time went by; false if it was cancelled.
  bool pause(std::chrono::milliseconds time);

 private:
  friend boost::asio::ip::tcp::resolver::results_type look_up(
      const std::string& host, const std::string& port, std::chrono::milliseconds most,
      const std::shared_ptr<Cancelling>& cancelling, boost::system::error_code& problem);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool cancelled_ = false;
};

// The addresses of a host, a name or an address itself. `problem`: of the look-up, or that it took
// too long (boost::beast::error::timeout) or was cancelled (operation_aborted).
boost::asio::ip::tcp::resolver::results_type look_up(const std::string& host,
                                                     const std::string& port,
                                                     std::chrono::milliseconds most,
                                                     const std::shared_ptr<Cancelling>& cancelling,
                                                     boost::system::error_code& problem);

}  // namespace liuhen::api
