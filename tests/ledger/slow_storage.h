// A storage that holds the writer up in a commit until it is told.
#pragma once

#include <semaphore>

#include "ledger/storage.h"

namespace liuhen::tests {

class SlowStorage final : public ledger::Storage {
 public:
  explicit SlowStorage(ledger::Storage& below) : below_(below) {}
  Result<std::optional<std::string>> get(ledger::Family family, std::string_view key) override {
    return below_.get(family, key);
  }
  Outcome scan(ledger::Family family, std::string_view from,
               const std::function<bool(std::string_view, std::string_view)>& visit) override {
    return below_.scan(family, from, visit);
  }
  Outcome commit(const ledger::Batch& batch) override {
    entered.release();
    gate.acquire();
    return below_.commit(batch);
  }
  std::counting_semaphore<> gate{0};
  std::counting_semaphore<> entered{0};

 private:
  ledger::Storage& below_;
};

}  // namespace liuhen::tests
