// The platform's clockwork: what it has to record by itself, it records when it is due. Whatever it
// words is determined by the log; it decides nothing.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "api/client/beacon_source.h"
#include "api/server/keys.h"
#include "api/server/publisher.h"
#include "api/server/read_model.h"
#include "ledger/sequencer.h"
#include "projections/outcome.h"

namespace liuhen::api::server {

// What it acts on; all of it outlives the platform.
struct PlatformParts {
  const Keys& keys;
  ledger::Clock& clock;
  ledger::Sequencer& sequencer;
  ledger::RestrictedStore& restricted;
  ledger::Storage& storage;
  const ReadModel& model;
  crypto::Entropy& entropy;                 // for what is sealed to supervisors
  const Publisher* publisher = nullptr;     // null: nobody is asked to cosign
  std::vector<api::BeaconSource*> beacons;  // asked in this order; used by one thread at a time
};

// What the opening of a conflict holds, if it is one.
std::optional<projections::ConflictContent> conflict_in(View bytes);

// Content behind a conflict's commitment, as long as it has not been erased. The store outlives it.
projections::OpenConflict conflict_opener(ledger::RestrictedStore& restricted);

class Platform {
 public:
  explicit Platform(PlatformParts parts) : parts_(parts) {}
  ~Platform() { stop(); }

  // Acts by itself from now on: after wake(), and every second.
  void start();
  void wake();  // any thread; does not block
  void stop();  // gives up what sources of beacons are asked for; nothing more is recorded

  // Records what is due, one after another, until nothing is or nothing more can be recorded; never
  // two at once. Fails with the first refusal that was not overcome. Nothing is due after stop().
  // Any thread.
  Outcome advance();
  // What the last advance() could not record, if anything. Any thread.
  std::optional<Error> stuck() const;

 private:
  using Payload = ledger::schema::PayloadUnion;

  using Round = std::pair<Hash, std::uint64_t>;  // chain and round
  // A round whose time has come and which something due takes.
  struct Wanted {
    projections::DrawBeacon beacon;
    std::uint64_t round = 0;
  };

  void run();
  bool is_stopping() const;
  Outcome record_what_is_due();
  // `platform.revoked`, `platform.unknown` where its key may sign nothing.
  Outcome may_sign(const projections::State& state) const;
  // Verified before it is kept. Takes as long as the sources do; no reading may be held.
  Outcome fetch(const Wanted& wanted);
  // The intent for one thing due, from the state as it is.
  Result<Bytes> intent_for(const ReadModel::Reading& reading, const projections::Due& due);
  Bytes intent_of(const ReadModel::Reading& reading, Payload payload);
  // A checkpoint that was cosigned and that a draw under way relies on, if it is not recorded yet,
  // or not with as many cosignatures as have come by now.
  std::optional<CosignedCheckpoint> witnessed(const projections::State& state) const;
  Result<Payload> payload_for(const projections::State& state, const projections::Due& due);
  Payload beacon_of(const projections::Draw& draw, std::uint64_t round);
  // The proof of the VRF over what was contributed, and the seed that it gives. `platform.vrf_key`
  // where the announced key is not this service's.
  struct Proven {
    crypto::vrf::Proof pi{};
    crypto::vrf::Beta seed{};
  };
  Result<Proven> prove(const projections::Draw& draw) const;
  Result<Payload> execution_of(const projections::State& state, const projections::Draw& draw);
  Result<Payload> disclosure_of(const projections::State& state, const projections::Draw& draw);
  Result<Payload> opening_of(const projections::State& state, const projections::Draw& draw);
  Result<Payload> substitution_of(const projections::State& state, const projections::Draw& draw,
                                  const projections::Due& due);
  // Of a restricted pool, by the key and the classes that the service keeps.
  Result<projections::Visits> opened_visits(const projections::State& state,
                                            const projections::Draw& draw,
                                            const std::array<std::uint8_t, 64>& seed,
                                            const projections::OpenConflict& conflicts);
  // The visits that a seed gives, kept while they are being listed.
  Result<const projections::Visits*> visits(const projections::State& state,
                                            const projections::Draw& draw,
                                            const std::array<std::uint8_t, 64>& seed);

  PlatformParts parts_;

  std::mutex advancing_;                           // held by whoever advances; guards the next four
  std::map<std::uint64_t, std::size_t> cosigned_;  // size → cosignatures recorded by this process
  std::map<Round, crypto::bls::Signature> rounds_;  // kRoundsMax at most
  std::string computed_draw_;
  projections::Visits computed_;

  mutable std::mutex mutex_;  // guards the rest
  std::optional<Error> stuck_;
  std::condition_variable signal_;
  bool awake_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace liuhen::api::server
