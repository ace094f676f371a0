// A complete witness over HTTP: C2SP tlog-witness v1.0.0 (docs/formats/witness.md). It has a key
// and a directory of its own, and nothing of any ledger's.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "api/client/connection.h"
#include "api/server/witness_store.h"
#include "crypto/cosignature.h"
#include "ledger/clock.h"

namespace liuhen::api::server {

class Witness {
 public:
  // Told of checkpoints that a log signed and that do not continue what was cosigned: code, log,
  // what it is, and where it is kept, or why it is not. Of every new proof of a fork, and of each
  // kind kEvidenceAlarmGapS after the last one at the earliest. On the thread of the request; must
  // not call back.
  using Alarm = std::function<void(const Error&)>;

  // Key, clock and store outlive the witness; the name goes into every cosignature.
  Witness(std::string name, const crypto::SigningKey& key, ledger::Clock& clock,
          WitnessStore& store, Alarm alarm = {});

  // POST /add-checkpoint, GET /<hex SHA-256 of a log's name>/checkpoint, GET /, GET /healthz. What
  // is cosigned is durable before the answer. Any thread; requests about one log go one by one.
  Response handle(const Request& request);

  const crypto::NoteKey& key() const { return own_; }

 private:
  Response add_checkpoint(const Request& request);
  Response cosign(WitnessedState& state, ledger::WitnessAccepted accepted);
  void keep_evidence(WitnessedState& state, const ledger::WitnessRefused& refused,
                     const std::string& offered);
  Response health();
  Response latest(const std::string& hash);
  Response about();

  const crypto::NoteKey own_;
  const crypto::SigningKey& signer_;
  ledger::Clock& clock_;
  WitnessStore& store_;
  const Alarm alarm_;
  std::mutex mutex_;             // guards what follows
  std::optional<Error> unkept_;  // why the last head to be replaced was not
};

}  // namespace liuhen::api::server
