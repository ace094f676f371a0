// Checkpoints that a log signed and that do not continue what the witness cosigned of it: kept for
// everyone who asks, a few of each kind (docs/formats/witness.md, "Evidence").
#pragma once

#include <string>

#include "crypto/result.h"
#include "ledger/witness.h"

namespace liuhen::api::server {

inline constexpr std::size_t kEvidenceMax = 4;  // of each kind of doubt, for each log

// A note, at most kWitnessBodyBytesMax long if it was offered, and what it is about.
struct SignedHead {
  ledger::WitnessedHead head;
  std::string note;
};

// What is kept of one log. One thread at a time.
class WitnessEvidence {
 public:
  // The folder is made with the first evidence.
  explicit WitnessEvidence(std::string folder);

  std::size_t count() const;  // of checkpoints offered

  // Keeps both notes durably, the log's signature in each, and gives the file of the one offered:
  // FOLDER/<kind>-<size>-<first 16 hex digits of its root>; the one held is in FOLDER/held-….
  // Empty if it is there already, or kEvidenceMax of its kind are. Errors: `witness.io`.
  Result<std::string> keep(ledger::WitnessDoubt doubt, const SignedHead& offered,
                           const SignedHead& held);

 private:
  std::size_t count(const std::string& kind) const;
  const std::string folder_;
};

}  // namespace liuhen::api::server
