// Checkpoints that a log signed and that do not continue what the witness cosigned of it: kept for
// everyone who asks, a few of each kind (docs/formats/witness.md, "Evidence").
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "crypto/result.h"
#include "ledger/witness.h"

namespace liuhen::api::server {

// Of each kind of doubt, for each log: whoever sends many can push out neither those before his nor
// those after.
inline constexpr std::size_t kEvidenceFirstMax = 4;       // the first that come
inline constexpr std::size_t kEvidenceNewestMax = 4;      // and of the rest the newest
inline constexpr std::uint64_t kEvidenceAlarmGapS = 300;  // between two alarms of one kind

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

  struct Kept {
    std::string path;    // of the note offered
    bool fresh = false;  // it was not there before
  };
  // Keeps both notes durably, the log's signature in each, as FOLDER/<kind>-<size>-<first 16 hex
  // digits of its root>; the one held is in FOLDER/held-…. Errors: `witness.io`.
  Result<Kept> keep(ledger::WitnessDoubt doubt, const SignedHead& offered, const SignedHead& held);
  // This head has been cosigned: it is in doubt no more, and one of its size with another root is
  // the proof of a fork. Gives the files that have become one, each kept as by keep().
  std::vector<std::string> settle(const SignedHead& cosigned);

  // Whether somebody has to be told of a doubt of this kind now, and of how many nobody has been
  // told since the last time; absent if that was less than kEvidenceAlarmGapS ago.
  std::optional<std::uint64_t> alarm_due(ledger::WitnessDoubt doubt, std::uint64_t now_s);

 private:
  using Names = std::vector<std::string>;  // of files, the first that came first
  struct Kind {
    Names names;
    std::optional<std::uint64_t> told_s;
    std::uint64_t untold = 0;
  };

  Kind& kind(ledger::WitnessDoubt doubt) { return kinds_[static_cast<std::size_t>(doubt)]; }
  void load();
  void forget_what_was_taken_away();
  void trim(Names& names);
  void trim_held();
  void remove(Names& names, const std::string& name);

  const std::string folder_;
  std::array<Kind, 3> kinds_;  // by doubt
  Names held_;
};

}  // namespace liuhen::api::server
