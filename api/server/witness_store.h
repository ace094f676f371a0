// What a witness keeps in its directory: the logs it knows, and for each the last checkpoint it
// cosigned, replaced durably and never lost unseen (docs/formats/witness.md).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/server/witness_evidence.h"
#include "ledger/witness.h"

namespace liuhen::api::server {

inline constexpr std::size_t kWitnessHeadsMax = 256;  // remembered for each log, in memory

// One log, and the last note that the witness cosigned for it. Lock the mutex for as long as what
// is read decides what is replaced.
class WitnessedState {
 public:
  // State in the file `path`, evidence against the log in the folder `evidence`.
  WitnessedState(ledger::WitnessedLog log, std::string path, const std::string& evidence)
      : log_(std::move(log)), path_(std::move(path)), evidence_(evidence) {}

  std::mutex& mutex() { return mutex_; }
  const ledger::WitnessedLog& log() const { return log_; }
  // Under the mutex. The note is empty if nothing has been cosigned.
  const ledger::WitnessedHead& head() const { return head_; }
  const std::string& note() const { return note_; }
  WitnessEvidence& evidence() { return evidence_; }
  // Under the mutex. Whether it is one of the last kWitnessHeadsMax heads cosigned since the start.
  bool has_cosigned(const ledger::WitnessedHead& head) const;

  // Under the mutex. Whether one of these good signatures is by the key that signed what was
  // cosigned last, or one that is listed after it: a key that the log has left signs nothing more.
  bool is_by_a_key_in_force(const std::vector<crypto::NoteSignature>& own) const;

  // Under the mutex. Reads what is stored, which has to be signed by the log and by the witness.
  // Errors: `witness.state` (damaged, or gone), `witness.io`.
  Outcome load(const crypto::NoteKey& witness);
  // Under the mutex. Durable when it returns; on failure nothing has changed that the next start
  // could not go on from. Errors: `witness.io`.
  Outcome replace(const ledger::WitnessedHead& head, const std::string& note);

 private:
  const ledger::WitnessedLog log_;
  const std::string path_;
  std::mutex mutex_;
  WitnessEvidence evidence_;
  ledger::WitnessedHead head_;
  std::string note_;
  std::deque<ledger::WitnessedHead> cosigned_;  // the last is head_
};

class WitnessStore {
 public:
  // Makes the directory, its owner's alone: DIR/logs (a policy file of log lines), DIR/state.
  // Refuses one that holds anything (`witness.in_use`). Errors: `witness.io`.
  static Outcome make(const std::string& dir);
  // Removes what make() and add_log() made, for want of the key.
  static void undo_make(const std::string& dir);
  // Lets the witness know a log by one more key. What has been cosigned under another key of the
  // same name stays. Errors: `witness.log_known`, `witness.io`, `witness.busy`, and those of the
  // policy file.
  static Outcome add_log(const std::string& dir, const crypto::NoteKey& log);

  // Locks the directory against any other process (`witness.busy`), and loads every log. Errors:
  // also `witness.absent`, `witness.logs`, and those of load().
  static Result<std::unique_ptr<WitnessStore>> open(const std::string& dir,
                                                    const crypto::NoteKey& witness);
  ~WitnessStore();

  // By the log's name; null if it is not known. Lives as long as the store. Any thread.
  WitnessedState* find(const std::string& origin);
  // By the hexadecimal SHA-256 of its name, as the monitoring endpoint has it.
  WitnessedState* find_by_hash(const std::string& hex);
  const std::map<std::string, std::unique_ptr<WitnessedState>>& logs() const { return logs_; }

 private:
  WitnessStore() = default;
  int lock_ = -1;
  std::map<std::string, std::unique_ptr<WitnessedState>> logs_;  // by origin
};

// The lower-case hexadecimal SHA-256 of a log's name.
std::string origin_hash(const std::string& origin);

}  // namespace liuhen::api::server
