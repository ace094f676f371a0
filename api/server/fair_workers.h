// Threads that take up work for clients in turn, so that whoever asks for much waits for himself.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace liuhen::api::server {

// Thread-safe.
class FairWorkers {
 public:
  // At most `waiting_max` tasks wait for a thread, and `each_waiting_max` of one limited network;
  // beyond that post() refuses.
  FairWorkers(unsigned threads, std::size_t waiting_max, std::size_t each_waiting_max)
      : FairWorkers(threads, waiting_max, each_waiting_max, threads) {}
  // And at most `each_max` tasks of one limited network are under way at a time.
  FairWorkers(unsigned threads, std::size_t waiting_max, std::size_t each_waiting_max,
              unsigned each_max);

  // Networks (as in ClientAddress) take turns; the tasks of one are taken up in order. False, and
  // nothing is done: too many wait, or too many of this one's.
  bool post(const std::string& network, bool limited, std::function<void()> task);
  // Returns when all that was posted is done.
  void join();

 private:
  struct Network {
    std::deque<std::function<void()>> waiting;
    unsigned under_way = 0;
    bool limited = false;
  };
  using Networks = std::map<std::string, Network>;

  void take_up();
  Networks::iterator next();
  void done(Networks::iterator network);

  const std::size_t waiting_max_, each_waiting_max_;
  const unsigned each_max_;
  std::mutex mutex_;
  Networks networks_;              // with anything waiting or under way
  std::deque<std::string> turns_;  // networks with anything waiting, whose turn it is first
  std::size_t waiting_ = 0;
  std::size_t put_off_ = 0;  // times that a thread found nothing it may take up
  boost::asio::thread_pool threads_;
};

}  // namespace liuhen::api::server
