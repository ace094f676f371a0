#include "api/client/name_lookup.h"

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/error.hpp>
#include <thread>

namespace liuhen::api {

namespace asio = boost::asio;
using boost::system::error_code;
using Found = asio::ip::tcp::resolver::results_type;

void Cancelling::cancel() {
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
  }
  changed_.notify_all();
}

bool Cancelling::cancelled() const {
  const std::lock_guard lock(mutex_);
  return cancelled_;
}

bool Cancelling::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, time, [this] { return cancelled_; });
}

namespace {

Found resolve(const std::string& host, const std::string& port, error_code& problem) {
  asio::io_context io;
  asio::ip::tcp::resolver resolver(io);
  return resolver.resolve(host, port, problem);
}

struct Outcome {
  bool done = false;
  error_code problem;
  Found found;
};

}  // namespace

Found look_up(const std::string& host, const std::string& port, std::chrono::milliseconds most,
              const std::shared_ptr<Cancelling>& cancelling, error_code& problem) {
  error_code is_a_name;
  (void)asio::ip::make_address(host, is_a_name);
  if (!is_a_name) return resolve(host, port, problem);
  const auto outcome = std::make_shared<Outcome>();
  std::thread([host, port, cancelling, outcome] {
    error_code failed;
    Found found = resolve(host, port, failed);
    {
      const std::lock_guard lock(cancelling->mutex_);
      *outcome = {.done = true, .problem = failed, .found = std::move(found)};
    }
    cancelling->changed_.notify_all();
  }).detach();
  std::unique_lock lock(cancelling->mutex_);
  cancelling->changed_.wait_for(lock, most,
                                [&] { return outcome->done || cancelling->cancelled_; });
  if (outcome->done) {
    problem = outcome->problem;
    return std::move(outcome->found);
  }
  problem = cancelling->cancelled_ ? error_code(asio::error::operation_aborted)
                                   : error_code(boost::beast::error::timeout);
  return {};
}

}  // namespace liuhen::api
