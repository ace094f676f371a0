// Draws from announcement to outcome (docs/formats/draw.md), and the tasks that follow: recusals,
// substitutes, results and their publication.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "crypto/drand.h"
#include "ledger/event.h"
#include "projections/keys.h"

namespace liuhen::projections {

struct State;

struct Recusal {
  std::string inspector, ground;
  std::uint64_t filed_at = 0;               // position
  std::optional<std::uint64_t> decided_at;  // position
  bool approved = false;
  std::string filer;    // person who filed it
  std::string decider;  // person who decided it; empty until then
  bool decided() const { return decided_at.has_value(); }
};

struct Seat {
  std::uint32_t group = 0;
  std::string inspector;          // who sits there now; empty: vacant
  std::vector<std::string> held;  // everyone who ever sat there, in order
  std::vector<Recusal> recusals;
  std::uint32_t ordinal = 0;  // of the last substitution; 0: none yet
  bool exhausted = false;     // the last substitution found none left
  // A substitute is due: the decision's position and time (DrawExecuted for a seat never filled).
  std::optional<std::uint64_t> vacated_at;
};

struct TaskResult {
  std::uint64_t position = 0, time = 0, visited_at = 0;
  std::vector<ledger::schema::ItemResultT> rows;  // as last corrected
  std::uint32_t corrections = 0;
  std::vector<std::uint64_t> follow_ups;      // positions
  std::optional<std::uint64_t> published_at;  // position
  std::optional<std::uint64_t> withheld_at;
  std::optional<std::uint64_t> corrected_at;    // position of the last correction
  std::vector<std::uint64_t> objections;        // positions
  std::optional<std::uint64_t> open_objection;  // position of one not yet decided
};

struct Task {
  std::string subject;
  Hash ticket{};
  std::vector<Seat> seats;
  std::optional<TaskResult> result;
};

// What an announcement says of its beacon, and the chain as it was registered then.
struct DrawBeacon {
  Hash chain_hash{};
  crypto::drand::BeaconChain chain;
  std::uint64_t round = 0;
  std::uint64_t round_time = 0;  // Unix seconds
  // Whether the round is due at least so much later than a time.
  bool leaves(std::uint64_t margin_s, std::uint64_t after) const {
    return round_time >= after && round_time - after >= margin_s;
  }
};

// Of a lottery or of dice; they are an outcome of their source (crypto/draw/digits.h).
struct Digits {
  std::string source, issue, digits;
  std::uint64_t position = 0;  // of DigitsRecorded
};

// What a named supervisor said of what he could open: of a sealed draw or a restricted one, once it
// was executed, or of a restricted pool.
struct SealChecked {
  KeyId supervisor{};
  std::uint64_t position = 0;
  bool agrees = false;
};

struct Draw {
  enum class Phase {
    committing,  // announced; contributors commit
    revealing,   // CommitmentsClosed
    ready,       // RevealsClosed
    executed,    // DrawExecuted; sealed, or its visits are being listed
    disclosed,   // all visits listed: tasks open
    failed,
  };
  std::string stream;                    // "draw/<plan>/<attempt>"
  std::uint64_t number = 0;              // gap-free, 1 for the first announcement of the log
  std::uint64_t position = 0, time = 0;  // of the announcement
  Hash leaf_hash{};                      // of the announcement's entry
  ledger::schema::DrawAnnouncedT announcement;
  std::string department, rule;
  ledger::schema::RuleSetT
      rule_set;  // the rule's revision of the announcement: a later one changes nothing here
  std::vector<KeyId> contributors;
  std::map<KeyId, Hash> commitments;
  std::set<std::uint64_t> named;  // sizes that commitments and reveals named as last seen
  std::vector<KeyId> committed;   // as closed, in the announcement's order
  std::map<KeyId, Hash> nonces;
  std::vector<Bytes> revealed;  // as closed: a nonce or empty, one per contributor announced
  std::vector<Digits> digits;   // in the order in which they were recorded
  std::optional<std::uint64_t> commitments_closed_at, reveals_closed_at, executed_at, voided_at,
      failed_at;  // positions
  std::uint64_t voided_time = 0;
  std::optional<DrawBeacon> beacon;        // absent: none was announced
  std::optional<Hash> beacon_output;       // the round's randomness, once recorded
  std::optional<std::uint64_t> beacon_at;  // position of BeaconRecorded
  std::optional<std::uint64_t>
      disclosed_at;  // position of the last part: tasks are open from here on
  std::uint64_t executed_time = 0, disclosed_time = 0;
  // Position of the entry that brought pi: DrawExecuted or, of a sealed draw, the first part of its
  // disclosure.
  std::optional<std::uint64_t> known_at;
  std::optional<std::array<std::uint8_t, 64>> seed;  // S, once pi is known
  std::optional<ledger::schema::DrawExecutedT> outcome;
  std::vector<std::vector<std::string>> added_units;  // per group, by UnitsAdded
  std::uint32_t next_part = 0;                        // of DrawDisclosed
  Phase phase = Phase::committing;
  bool discarded = false;                      // voided, before or after execution
  std::vector<Task> tasks;                     // visits in order
  std::map<std::string, std::uint32_t> loads;  // inspector → seats held in this draw now
  std::vector<std::uint64_t> attestations;     // positions
  std::set<KeyId> attested_by;
  std::vector<KeyId>
      supervisors;  // of a sealed draw or a restricted pool: who may open it, in order
  std::vector<SealChecked> seal_checked;  // what they said of the execution, each once
  std::vector<SealChecked>
      pool_checked;  // and of a restricted pool, before commitments were closed
  // What the parts of DrawDisclosed must list, from pi being known until the last part: in visit
  // order, with the teams where no conflict was in force at pool_position and admission can replay
  // the matching.
  std::vector<ledger::schema::VisitT> expected;
  bool expects_teams = false;

  // What enters alpha: what was revealed, then the digits. Requires RevealsClosed.
  std::vector<Bytes> contributions() const;
  // What the beacon gave: enters alpha.
  std::vector<Hash> outputs() const;
  // All is closed but the beacon's round, without which the attempt is not executed.
  bool awaits_beacon() const;
  // By the recorded time, which proves nothing: the void left the margin before the beacon's round.
  bool voided_before_round() const;
  // Not executed, and to be executed by the deadline, voided or not: without a beacon from
  // CommitmentsClosed on. With one from the start: the round comes whatever anybody does, and only
  // a void that is proven to be before it lets the attempt off, which is for the verifier to judge.
  bool must_execute() const;
  // Not yet ended: another on the same item and an overlapping scope is refused meanwhile.
  bool open() const;
  // Executed, and who is drawn is not known yet.
  bool is_sealed() const { return announcement.sealed && executed_at && !known_at; }
  // Strata by what is not public: rows, tickets and cut-offs are commitments
  // (projections/restricted_pool.h).
  bool is_restricted() const { return !announcement.pool_key_hash.empty(); }
  // A named supervisor found in time that the key opens the pool, and none that it does not.
  bool pool_is_attested() const;
  // A named supervisor has opened the sealed draw and found that it replays.
  bool seal_is_attested() const;
  // Recusals, substitutes and results may be recorded.
  bool has_tasks() const { return phase == Phase::disclosed && !discarded; }
};

struct Draws {
  std::map<std::string, Draw> by_stream;
  std::vector<std::string> streams;  // number − 1 → stream
  // Visits of each subject that count towards its yearly cap, as (position of what made them known,
  // calendar year, Asia/Shanghai). Those of a draw that was executed and then voided count until
  // the void (see `voided`).
  std::map<std::string, std::vector<std::pair<std::uint64_t, std::uint32_t>>, std::less<>> visited;
  std::map<std::uint64_t, std::uint64_t> voided;  // Draw::known_at → position of a later DrawVoided
};

#define LIUHEN_PAYLOAD(T)                                                                          \
  Outcome admit(const State& state, const ledger::Event& event, const ledger::schema::T& payload); \
  void apply(State& state, const ledger::Event& event, const ledger::schema::T& payload)
LIUHEN_PAYLOAD(DrawAnnounced);
LIUHEN_PAYLOAD(DrawCommitted);
LIUHEN_PAYLOAD(DigitsRecorded);
LIUHEN_PAYLOAD(CommitmentsClosed);
LIUHEN_PAYLOAD(DrawRevealed);
LIUHEN_PAYLOAD(RevealsClosed);
LIUHEN_PAYLOAD(BeaconRecorded);
LIUHEN_PAYLOAD(DrawExecuted);
LIUHEN_PAYLOAD(DrawDisclosed);
LIUHEN_PAYLOAD(DrawVoided);
LIUHEN_PAYLOAD(DrawFailed);
LIUHEN_PAYLOAD(DrawAttested);
LIUHEN_PAYLOAD(EvidenceAttached);
LIUHEN_PAYLOAD(RecusalFiled);
LIUHEN_PAYLOAD(RecusalDecided);
LIUHEN_PAYLOAD(SubstituteDrawn);
LIUHEN_PAYLOAD(UnitsAdded);
LIUHEN_PAYLOAD(TeamNamed);
LIUHEN_PAYLOAD(ResultRecorded);
LIUHEN_PAYLOAD(ResultCorrected);
LIUHEN_PAYLOAD(ResultFollowedUp);
LIUHEN_PAYLOAD(ResultPublished);
LIUHEN_PAYLOAD(PublicationWithheld);
LIUHEN_PAYLOAD(ObjectionFiled);
LIUHEN_PAYLOAD(ObjectionDecided);
#undef LIUHEN_PAYLOAD

}  // namespace liuhen::projections
