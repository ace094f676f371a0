#include "ledger/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace liuhen::ledger {

void for_each_index(std::size_t count, unsigned threads,
                    const std::function<void(std::size_t)>& work) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    for (std::size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) work(i);
  };
  std::vector<std::jthread> others;
  constexpr std::size_t kWorthAThread = 8;
  for (unsigned i = 1; i < threads && i * kWorthAThread < count; ++i) others.emplace_back(run);
  run();
}

}  // namespace liuhen::ledger
