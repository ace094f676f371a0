#include "api/server/fair_workers.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace liuhen::api::server {

FairWorkers::FairWorkers(unsigned threads, std::size_t waiting_max, std::size_t each_waiting_max,
                         unsigned each_max)
    : waiting_max_(waiting_max),
      each_waiting_max_(each_waiting_max),
      each_max_(each_max),
      threads_(threads) {}

bool FairWorkers::post(const std::string& network, bool limited, std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_ >= waiting_max_) return false;
    const auto known = networks_.find(network);
    if (limited && known != networks_.end() && known->second.waiting.size() >= each_waiting_max_)
      return false;
    ++waiting_;
    Network& of = networks_[network];
    of.limited = limited;
    if (of.waiting.empty()) turns_.push_back(network);
    of.waiting.push_back(std::move(task));
  }
  boost::asio::post(threads_, [this] { take_up(); });
  return true;
}

void FairWorkers::join() { threads_.join(); }

// Whose turn it is and who has not too much under way.
FairWorkers::Networks::iterator FairWorkers::next() {
  for (auto turn = turns_.begin(); turn != turns_.end(); ++turn) {
    const auto network = networks_.find(*turn);
    if (network->second.limited && network->second.under_way >= each_max_) continue;
    turns_.erase(turn);
    return network;
  }
  return networks_.end();
}

// As often as there are tasks; what is put off is made up for when a task is done.
void FairWorkers::take_up() {
  std::unique_lock lock(mutex_);
  const auto network = next();
  if (network == networks_.end()) {
    ++put_off_;
    return;
  }
  Network& of = network->second;
  const std::function<void()> task = std::move(of.waiting.front());
  of.waiting.pop_front();
  if (!of.waiting.empty()) turns_.push_back(network->first);
  --waiting_;
  ++of.under_way;
  lock.unlock();
  task();
  lock.lock();
  done(network);
}

void FairWorkers::done(Networks::iterator network) {
  Network& of = network->second;
  --of.under_way;
  if (of.waiting.empty() && of.under_way == 0) networks_.erase(network);
  if (put_off_ == 0) return;
  --put_off_;
  boost::asio::post(threads_, [this] { take_up(); });
}

}  // namespace liuhen::api::server
