// The current state of a city, folded from events. `admit` says why an event would be illegal,
// `apply` folds it; both are pure. The sequencer asks before append, the verifier on replay: one
// rule set.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "ledger/admission.h"
#include "projections/beacons.h"
#include "projections/catalogue.h"
#include "projections/draws.h"
#include "projections/inspectors.h"
#include "projections/keys.h"
#include "projections/subjects.h"

namespace liuhen::projections {

struct Pool;
class LastPool;

struct State {
  std::string origin, city, division;
  std::uint32_t admission_version = 0;  // 0 before the genesis
  KeyId log_key{};
  Keys keys;
  Catalogue catalogue;
  Subjects subjects;
  Inspectors inspectors;
  Conflicts conflicts;
  Beacons beacons;
  Draws draws;
  std::vector<std::uint64_t> times;  // recorded time of each entry; its size is the log's
  std::unordered_map<std::string, std::uint64_t> stream_versions;
  std::map<Hash, std::uint64_t> erased;  // commitment → position of RecordsErased
  // Size of a checkpoint → position of the first CheckpointWitnessed that is about it.
  std::map<std::uint64_t, std::uint64_t> witnessed;

  // Taken in place of what pool_of would gather from the registries, by readers who have one draw's
  // rows and no registry (projections/partial_replay.h). Null wherever a log is folded.
  std::shared_ptr<const Pool> given_pool;
  // Where one thread replays a log: what it gathered last (projections/last_pool.h). Null: every
  // pool is gathered when it is asked for.
  std::shared_ptr<LastPool> last_pool;

  std::uint64_t size() const { return times.size(); }
  std::uint64_t stream_version(const std::string& stream) const;  // 0: nothing there yet
};

// Envelope and payload. `entry time` is the event's recorded time.
Outcome admit(const State& state, const ledger::Event& event, const crypto::TreeHistory& tree);
void apply(State& state, const ledger::Event& event);

// SHA-256 over a canonical listing of everything above that the log alone determines
// (docs/formats/events.md): two replays that agree have equal digests. Erasure does not change it.
Hash digest(const State& state);

// A state as the ledger's admission.
class StateAdmission final : public ledger::Admission {
 public:
  explicit StateAdmission(std::string origin) { state_.origin = std::move(origin); }
  explicit StateAdmission(State state) : state_(std::move(state)) {}
  Outcome admit(const ledger::Event& event, const crypto::TreeHistory& tree) const override {
    return projections::admit(state_, event, tree);
  }
  void apply(const ledger::Event& event) override { projections::apply(state_, event); }
  const State& state() const { return state_; }

 private:
  State state_;
};

}  // namespace liuhen::projections
