// A log to measure on: genesis, an office key, and as many signed intents as wanted.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ledger/rocksdb_storage.h"
#include "ledger/sequencer.h"
#include "projections/state.h"

namespace liuhen::tools::bench {

// Everything that makes up a running ledger, in a directory that is removed at the end.
class SampleLog {
 public:
  SampleLog();
  ~SampleLog();

  // Signed intents that can be admitted in this order: single ones by the office key, imports of
  // 200 rows each.
  std::vector<ledger::Submission> departments(std::size_t count);
  std::vector<ledger::Submission> imports(std::size_t parts);

  // Submits all, with at most `in_flight` unanswered, from two threads, and waits for the answers.
  void append(std::vector<ledger::Submission> submissions, std::size_t in_flight);
  // Closes, and opens again: recovery replays everything.
  void reopen();

  ledger::Storage& storage() { return *storage_; }
  const crypto::SigningKey& log_key() const { return log_key_; }
  const std::string& origin() const { return origin_; }

 private:
  void open();
  ledger::Submission signed_by(ledger::schema::IntentT intent,
                               const std::vector<const crypto::SigningKey*>& keys);
  ledger::schema::IntentT intent();
  void genesis();

  std::string origin_ = "bench.example/log";
  std::string directory_;
  crypto::SystemEntropy entropy_;
  ledger::SystemClock clock_;
  crypto::SigningKey log_key_, trustee1_, trustee2_, platform_, office_, registrar_;
  crypto::Secret<32> master_;
  std::unique_ptr<ledger::Storage> storage_;
  std::unique_ptr<ledger::HeadFile> head_;
  std::unique_ptr<ledger::RestrictedStore> restricted_;
  std::unique_ptr<projections::StateAdmission> admission_;
  std::unique_ptr<ledger::Sequencer> sequencer_;
  std::size_t departments_ = 0, rows_ = 0, part_ = 0;
};

}  // namespace liuhen::tools::bench
