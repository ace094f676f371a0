// A log to measure on: genesis, people with keys, and as many signed intents as wanted.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "api/server/http_server.h"
#include "api/server/keys.h"
#include "api/server/service.h"
#include "crypto/block_entropy.h"
#include "ledger/rocksdb_storage.h"
#include "ledger/sequencer.h"
#include "projections/state.h"

namespace liuhen::tools::bench {

inline constexpr const char* kSampleOrigin = "bench.example/log";
inline constexpr std::size_t kRowsPerPart = 200;

// Everything that makes up a running ledger, in a directory of its own that is removed at the end.
class SampleLog {
 public:
  SampleLog();
  ~SampleLog();

  // Signed intents that can be admitted in this order: single ones by the office key, imports of
  // kRowsPerPart rows each, with a restricted field in each row or without, the run ended or to be
  // continued.
  std::vector<ledger::Submission> departments(std::size_t count);
  std::vector<ledger::Submission> imports(std::size_t parts, bool restricted, bool last = false);
  // Of imported rows, from one on: their addresses change.
  std::vector<ledger::Submission> changes(std::size_t first, std::size_t rows);

  // Submits all, with at most `in_flight` unanswered, from two threads, and waits for the answers.
  void append(std::vector<ledger::Submission> submissions, std::size_t in_flight);
  // From here on the log is behind a service over HTTP on the loopback interface, and not to be
  // reached otherwise.
  void serve();
  std::uint16_t port() const { return server_->port(); }

  // Lets go of the directory, for another process to serve it; it is removed at the end all the
  // same.
  void close();
  const std::string& directory() const { return directory_; }
  // Its database as it is now, elsewhere; opened again here.
  void copy_database(const std::string& to);

  ledger::Storage& storage() { return *storage_; }

  // ---- one event at a time ----

  // "trustee-1", "trustee-2" (outside), "office-1", "registrar-1", "clerk-1", "approver-1",
  // "contributor-1", "contributor-2".
  const crypto::SigningKey& person(const std::string& name) const { return people_.at(name); }
  const api::server::Keys& keys() const { return keys_; }
  std::uint64_t now_s() { return clock_.now_s(); }
  // As of the last answer.
  const projections::State& state() const { return admission_->state(); }
  // Signs, submits and waits; what is recorded is what the caller takes for granted.
  template <class PayloadT>
  void record(PayloadT payload, const std::vector<const crypto::SigningKey*>& authors) {
    ledger::schema::IntentT out = intent();
    out.payload.Set(std::move(payload));
    record_intent(std::move(out), authors);
  }

 private:
  void record_intent(ledger::schema::IntentT intent,
                     const std::vector<const crypto::SigningKey*>& authors);
  void open();
  ledger::Submission signed_by(ledger::schema::IntentT intent,
                               const std::vector<const crypto::SigningKey*>& keys);
  ledger::schema::IntentT intent();
  ledger::Submission imported(ledger::schema::SubjectsImportedT payload);
  void genesis();
  ledger::Opening contact_of(const std::string& digits);

  const std::string origin_ = kSampleOrigin;
  const std::string directory_;
  crypto::SystemEntropy entropy_;
  crypto::BlockEntropy record_entropy_{entropy_};
  ledger::SystemClock clock_;
  const api::server::Keys keys_;
  std::map<std::string, crypto::SigningKey> people_;
  std::unique_ptr<ledger::Storage> storage_;
  std::unique_ptr<ledger::HeadFile> head_;
  std::unique_ptr<ledger::RestrictedStore> restricted_;
  std::unique_ptr<projections::StateAdmission> admission_;
  std::unique_ptr<ledger::Sequencer> sequencer_;
  std::unique_ptr<api::server::Service> service_;
  std::unique_ptr<api::server::HttpServer> server_;
  std::thread serving_;
  std::size_t departments_ = 0, rows_ = 0, part_ = 0;
};

}  // namespace liuhen::tools::bench
