// Verification of a whole log by anyone: the ledger's replay, admission of every event, and what
// admission does not ask about draws. Shares no code with the writer. One report, the same for the
// same bytes and time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crypto/policy.h"
#include "ledger/absent_content.h"
#include "ledger/dir_check.h"
#include "ledger/replay.h"
#include "projections/digits_shown.h"
#include "projections/draw_form.h"
#include "projections/draw_timeline.h"
#include "projections/group_chance.h"
#include "projections/matching_shown.h"
#include "projections/outcome.h"
#include "projections/pool_shown.h"
#include "projections/restricted_pool.h"
#include "projections/scope_shown.h"
#include "projections/seal_shown.h"
#include "projections/sentence.h"
#include "projections/state.h"
#include "projections/void_shown.h"

namespace liuhen::projections {

// What a replay meets and the state does not keep, for who looks across draws.
struct ReplayNotes {
  VoidsShown voids;                            // as far as the reader's policy proves them
  std::map<std::string, std::uint64_t> plans;  // position of each plan's first revision
};

struct VerifyOptions {
  // Whom the reader trusts; null: the log's key is the one its own genesis names, and the report
  // says so.
  const crypto::Policy* trusted = nullptr;
  std::uint64_t now_s = 0;  // for deadlines that have passed
  OpenConflict open;        // may be empty: then what conflicts hide is not opened
  PoolOpener open_pool;     // likewise of restricted pools; its `commitment` is not asked
  // What entries commit to ought to be in the storage, as for whoever has the key that opens it. A
  // copy may have been made without, for readers who have no key.
  bool has_content = false;
  unsigned threads = 0;    // that check signatures; 0: as many as there are cores
  bool timelines = false;  // note who did what in each draw (DrawLine::timeline), and how its teams
                           // came about (DrawLine::matching)
  // Called with the state at the end if the log was replayed whole; without the draws that were set
  // aside (projections/set_aside.h). May be empty.
  std::function<void(const State&, const ReplayNotes&)> replayed_whole;
};

// The beacon of a draw: what was announced, and what came.
struct BeaconLine {
  Hash chain{};
  std::uint64_t round = 0, round_time = 0;
  std::optional<Hash> output;  // SHA-256 of the signature, which has been verified
  bool listed = false;         // the reader's policy lists the chain
  // By the recorded times, which prove nothing: reveals were closed within the margin before the
  // round, or after it.
  bool closed_late = false;
};

struct DrawLine {
  std::uint64_t number = 0, position = 0;
  std::string stream;
  Draw::Phase phase = Draw::Phase::committing;
  bool discarded = false;
  std::string tier = "C";  // "A+B", "A" or "B" (projections/tier.h), of a log replayed whole
  Sentence tier_why;       // why it is A and B, or why not
  std::optional<BeaconLine> beacon;  // absent: none was announced
  std::vector<DigitsLine> digits;    // they raise no tier
  std::optional<SealShown> seal;     // absent: it is not a sealed draw
  std::optional<PoolShown> pool;     // absent: its pool is not restricted
  bool pool_unopened = false;        // a restricted pool, and not opened by this run
  std::uint64_t subjects = 0, eligible = 0, visits = 0, vacancies = 0, substitutes = 0, results = 0;
  std::uint64_t conflicts_unopened = 0;  // in force for the matching, and not opened by this run
  std::uint64_t substitutes_unopened =
      0;  // recorded substitutes that hang on a conflict not opened
  bool matching_replayed = false;
  // Where the matching was replayed and there are vacancies, or timelines are asked for.
  std::optional<MatchingShown> matching;
  std::optional<ScopeShown> scope;      // absent: all that the plan covers
  std::vector<GroupChance> groups;      // of seats; none where no teams are drawn
  std::uint64_t strata_not_random = 0;  // outcome_is_not_random (projections/outcome.h)
  std::uint64_t none_left = 0;          // times that nobody was left to go instead
  DrawForm form = DrawForm::both;
  Sentence form_words;  // what is not drawn, and why; empty where both sides are
  // Teams named in a draw that draws none, and how many of them hang on a conflict not opened.
  std::uint64_t teams_named = 0, teams_unopened = 0;
  std::optional<VoidShown> voided;  // absent: it was not
  // Earlier draws on its items and scope whose outcomes do not stand and could be known when they
  // were voided (outcomes_discarded_before); streams, by
  // number.
  std::vector<std::string> discarded_before;
  std::uint64_t substitutes_late = 0;  // recorded after their deadline, or overdue at `now_s`
  // Recorded, and not proven that the decision came before the beacon's round that chose: tier C.
  std::uint64_t substitutes_unproven = 0;
  bool vrf_shared = false;
  Sentence vrf_sharing;   // whom the execution depends on (projections/vrf_sharing.h)
  bool wrong = false;     // it is one of Report::wrong_draws
  DrawTimeline timeline;  // empty unless asked for
};

// A draw of which something is wrong: an entry that breaks a rule, an outcome that is not what seed
// and pool give, or none by its deadline. Each draw is named once, for the first.
struct WrongDraw {
  std::string draw;            // "draw/<plan>/<attempt>"
  std::uint64_t position = 0;  // of the wrong entry; of the announcement where nothing was executed
  Error what;
  std::string breaks;  // "G1" to "G12"
  // Entries of the draw after that one, which were not judged: they rest on it.
  std::uint64_t later = 0;
};

// What a replay that also met wrong draws ended at, or lacked.
struct EndedBy {
  Error what;
  std::optional<std::uint64_t> position;
  std::string where;
};

// The log went on without entries of a checkpoint that its key had signed (ledger/loss.h).
struct LossLine {
  std::uint64_t position = 0;  // of the event that says so
  Hash head{};                 // SHA-256 of the signed note that is lost
  Sentence what;
};

// A key by which the log signs, from a size on (ledger/log_keys.h).
struct LogKeyLine {
  std::uint64_t from = 0;
  std::string vkey;
};

struct Guarantee {
  std::string id;        // "G1" to "G12" (docs/guarantees.md)
  bool checked = false;  // over the whole log, and found right
  bool apart = false;    // so it was, apart from the draws that were set aside
  bool broken = false;   // the finding, or what is wrong with a draw, breaks it
  Sentence what;
};

// A witness of the reader's policy.
struct WitnessLine {
  std::string name, vkey;
  std::optional<std::uint64_t> cosigned_at;  // Unix seconds; absent: not this checkpoint
};

struct Report {
  static constexpr std::size_t kWrongDrawsMax = 1'000;  // that are listed

  ledger::Verdict verdict = ledger::Verdict::inconclusive;
  // Unless verified: what is wrong with the log itself or, where that is sound, with the first
  // wrong draw; or what is missing.
  std::optional<Error> finding;
  std::optional<std::uint64_t> position;  // of the wrong entry, where it is an entry
  std::string where;  // what else is wrong: "tile/0/000.p/12", "checkpoint", "head", …
  std::vector<WrongDraw> wrong_draws;  // by position, the first kWrongDrawsMax
  std::uint64_t wrong_draws_count = 0;
  std::uint64_t draws_aside = 0;  // of those, all but the ones that were merely escaped
  std::optional<EndedBy> ended;   // where `finding` is a wrong draw and there is more to say
  bool keys_pinned = false;
  bool witnessed = false;  // the checkpoint has the quorum of witnesses that the policy asks for
  std::vector<WitnessLine> witnesses;  // those of the policy, in its order
  std::string origin, log_vkey;
  std::vector<LogKeyLine> log_keys;  // in order, as far as the log was replayed
  std::uint64_t size = 0,
                replayed = 0;    // entries that the checkpoint covers, and those found right
  std::uint64_t not_judged = 0;  // later entries of draws that were set aside
  Hash root{};
  std::uint64_t last_time = 0;
  std::uint64_t keys = 0, departments = 0, items = 0, subjects = 0, inspectors = 0, conflicts = 0;
  std::uint64_t conflicts_ended = 0;  // of those declared
  std::uint64_t results = 0, published = 0, erased = 0, digests = 0;
  std::vector<DrawLine> draws;  // by number
  std::vector<Sentence> not_opened;
  std::vector<LossLine> losses;  // in the part that was replayed; shown beside any verdict
  // Not there, and not erased by any event; looked for only with VerifyOptions::has_content, in a
  // storage that is right otherwise.
  std::vector<ledger::AbsentContent> content_absent;
  std::vector<Guarantee> guarantees;
  Sentence scope;  // what "verified" covers, and what no verification can show
};

// Constant memory besides the state, which is that of StateAdmission, and the tree's hashes.
Report verify_log(ledger::Fetcher& fetcher, const VerifyOptions& options,
                  const ledger::Progress& progress = {});

// A data directory: every stored key as well, and the last signed head kept outside the database.
// Read `head` before opening the storage: a live service writes it after the database. Absent if
// the file is; an error if it cannot be read, and then the verdict is inconclusive at best.
using Head = Result<std::optional<std::string>>;
Report verify_storage(ledger::Storage& storage, const Head& head, const VerifyOptions& options,
                      const ledger::Progress& progress = {});

// Of a data directory whose database could not be opened. Violated if what is there is damaged, or
// if there is none and a head says that there was one; otherwise inconclusive.
Report unopened_storage(const Error& error, const Head& head, const VerifyOptions& options);

}  // namespace liuhen::projections
