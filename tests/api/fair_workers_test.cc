#include "api/server/fair_workers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace liuhen::api::server {
namespace {

// Tasks that wait until they are let go, and what was taken up in which order.
class Tasks {
 public:
  std::function<void()> waiting(const std::string& name) {
    return [this, name] {
      note(name);
      go_on_.wait();
    };
  }
  std::function<void()> brief(const std::string& name) {
    return [this, name] { note(name); };
  }
  void let_go() { go_.set_value(); }
  std::vector<std::string> taken() {
    const std::lock_guard lock(mutex_);
    return taken_;
  }
  void wait_for(std::size_t count) {
    while (taken().size() < count) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

 private:
  void note(const std::string& name) {
    const std::lock_guard lock(mutex_);
    taken_.push_back(name);
  }

  std::promise<void> go_;
  const std::shared_future<void> go_on_ = go_.get_future().share();
  std::mutex mutex_;
  std::vector<std::string> taken_;
};

TEST(FairWorkers, NetworksTakeTurns) {
  Tasks tasks;
  FairWorkers workers(1, 100, 100);
  workers.post("a", false, tasks.waiting("a0"));
  tasks.wait_for(1);
  for (const char* name : {"a1", "a2", "a3"}) workers.post("a", false, tasks.brief(name));
  for (const char* name : {"b1", "b2"}) workers.post("b", false, tasks.brief(name));
  workers.post("c", false, tasks.brief("c1"));
  tasks.let_go();
  workers.join();
  EXPECT_EQ(tasks.taken(), (std::vector<std::string>{"a0", "a1", "b1", "c1", "a2", "b2", "a3"}));
}

TEST(FairWorkers, OneNetworkHasItsShareOfThreadsOnly) {
  Tasks tasks;
  FairWorkers workers(4, 100, 100, 2);
  for (int i = 0; i < 10; ++i) workers.post("a", true, tasks.waiting("a"));
  tasks.wait_for(2);
  workers.post("b", true, tasks.brief("b"));
  tasks.wait_for(3);
  EXPECT_EQ(tasks.taken(), (std::vector<std::string>{"a", "a", "b"}));
  tasks.let_go();
  workers.join();
  EXPECT_EQ(tasks.taken().size(), 11u);  // what was put off has been made up for
}

TEST(FairWorkers, WhoIsNotLimitedHasAllOfThem) {
  Tasks tasks;
  FairWorkers workers(4, 100, 100, 2);
  for (int i = 0; i < 4; ++i) workers.post("a", false, tasks.waiting("a"));
  tasks.wait_for(4);
  tasks.let_go();
  workers.join();
}

TEST(FairWorkers, RefusesWhenTooManyWait) {
  Tasks tasks;
  FairWorkers workers(1, 2, 2);
  EXPECT_TRUE(workers.post("a", false, tasks.waiting("a0")));
  tasks.wait_for(1);
  EXPECT_TRUE(workers.post("a", false, tasks.brief("a1")));
  EXPECT_TRUE(workers.post("b", false, tasks.brief("b1")));
  EXPECT_FALSE(workers.post("c", false, tasks.brief("c1")));
  tasks.let_go();
  workers.join();
  EXPECT_EQ(tasks.taken().size(), 3u);
}

// Behind a proxy all connections are the proxy's, and none of them is to be held by one client.
TEST(FairWorkers, OneNetworkDoesNotFillTheQueue) {
  Tasks tasks;
  FairWorkers workers(1, 100, 2);
  EXPECT_TRUE(workers.post("a", true, tasks.waiting("a0")));
  tasks.wait_for(1);
  EXPECT_TRUE(workers.post("a", true, tasks.brief("a1")));
  EXPECT_TRUE(workers.post("a", true, tasks.brief("a2")));
  EXPECT_FALSE(workers.post("a", true, tasks.brief("a3")));
  EXPECT_TRUE(workers.post("b", true, tasks.brief("b1")));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(workers.post("c", false, tasks.brief("c")));
  tasks.let_go();
  workers.join();
  EXPECT_EQ(tasks.taken().size(), 9u);
}

}  // namespace
}  // namespace liuhen::api::server
