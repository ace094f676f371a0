// The entries that decide over one row of a draw, taken one by one and without the rest of the log:
// announcement, contributions, beacon, execution (docs/formats/draw-row.md, "How it is verified").
// Whether their authors were entitled is not looked at. Used by one thread.
#pragma once

#include <optional>
#include <string>

#include "ledger/log_keys.h"
#include "projections/proof_lines.h"
#include "projections/state.h"

namespace liuhen::projections {

class RowReplay {
 public:
  RowReplay(std::string origin, std::string draw)
      : origin_(std::move(origin)), draw_(std::move(draw)) {}

  // In the order of the file. Codes: those of entries, `payload.unknown`, `chain.position`,
  // `proof.order`, `proof.genesis`, `intent.origin`, `intent.stream`, `intent.signature`,
  // `row.entry`, those of ledger::LogKeys and of crypto::drand::check_chain.
  Outcome take(const ProofEntry& entry);

  // The seed, from what was announced and contributed, is what the execution's proof gives or, of a
  // sealed draw, the proof that opens it. Absent before. Codes: `proof.draw` (nothing was
  // announced), `row.entry`, `draw.reveals`, `beacon.unknown`,
  // `draw.beacon_awaited`, `draw.beacon_round`, `beacon.signature`, `draw.vrf`, `draw.seed_hash`.
  Result<std::optional<std::array<std::uint8_t, 64>>> seed() const;

  const ledger::schema::DrawAnnouncedT& announcement() const { return *announced_; }
  // As recorded; null before.
  const ledger::schema::DrawExecutedT* executed() const {
    return executed_ ? &*executed_ : nullptr;
  }
  // With their cut-offs; there is a seed.
  const std::vector<std::unique_ptr<ledger::schema::StratumOutcomeT>>& strata() const {
    return opening_ ? opening_->strata : executed_->strata;
  }
  bool is_sealed() const { return executed_ && announced_->sealed && !opening_; }
  // Of the entry that brought the proof.
  std::optional<std::uint64_t> known_at() const { return known_at_; }
  bool voided() const { return voided_; }
  bool failed() const { return failed_; }

 private:
  Outcome check_place(const ProofEntry& entry, const ledger::Event& event);
  Outcome take_event(const ledger::Event& event);
  Outcome take_step(const ledger::Event& event);
  Outcome take_chain(const ledger::Event& event);
  Result<std::vector<Hash>> outputs() const;

  std::string origin_, draw_;
  std::optional<std::uint64_t> last_;
  ledger::LogKeys log_keys_;
  State state_;  // beacon chains only
  std::optional<ledger::schema::DrawAnnouncedT> announced_;
  Hash announcement_leaf_{};
  std::vector<Bytes> digits_;
  std::optional<std::vector<Bytes>> nonces_;
  std::optional<ledger::schema::BeaconRecordedT> beacon_;
  std::optional<ledger::schema::DrawExecutedT> executed_;
  std::optional<ledger::schema::DrawDisclosedT> opening_;
  std::optional<std::uint64_t> known_at_;
  bool voided_ = false, failed_ = false;
};

}  // namespace liuhen::projections
