// Draws whose strata speak of what is not public (docs/formats/draw.md, "Restricted pools"): what
// admission can ask of them, and everything else for whoever has the pool's key and may open the
// registry.
#pragma once

#include <functional>

#include "crypto/draw/outcome.h"
#include "crypto/draw/restricted_pool.h"
#include "crypto/ed25519.h"
#include "projections/outcome.h"

namespace liuhen::projections {

inline constexpr std::size_t kSealedPoolKeyBytes = 80;  // the key for one supervisor

// By what restricted content is opened. Each may be empty, and may not know: then it is absent.
struct PoolOpener {
  // The key of an announced pool; looked at only if the announcement's commitment is to it.
  std::function<std::optional<crypto::draw::PoolKey>(const ledger::schema::DrawAnnouncedT&)> key;
  // SubjectRow.restricted of a version of a row.
  std::function<std::optional<Hash>(const SubjectVersion&)> commitment;
  // What a commitment of the registry hides, which the entry at the position holds.
  std::function<std::optional<Bytes>(const Hash& commitment, std::uint64_t position)> content;
};

// The class that the restricted content of a subject's row names: "-" if it names none.
std::string risk_class_of(View content, std::string_view subject);

// A restricted pool as who may open it sees it.
struct OpenedPool {
  Pool pool;                                     // rows as they are; the root is that announced
  std::vector<crypto::draw::CommittedRow> rows;  // as everybody sees them
  crypto::draw::PoolKey key;
};

// With a key of the caller's choice. Fails as pool_of does, and with `pool.unopened` where the
// class of a subject in scope could not be opened.
Result<OpenedPool> opened_pool_of(const State& state,
                                  const ledger::schema::DrawAnnouncedT& announcement,
                                  const ledger::schema::RuleSetT& rule,
                                  const crypto::draw::PoolKey& key, const PoolOpener& opener);

// With the announced key: `pool.unopened` too where the opener has not got it, `pool.key` where
// what it has is not what was committed to.
Result<OpenedPool> opened_pool_of(const State& state, const Draw& draw, const PoolOpener& opener);

// What the draw must yield, as visits_of: tickets and cut-offs are commitments.
Result<Visits> visits_of_opened(const Draw& draw, const std::array<std::uint8_t, 64>& seed,
                                const OpenConflict& open, const OpenedPool& opened);

// That the announced root is that of the opened pool. Fails with `draw.pool_root`.
Outcome check_opened_pool(const ledger::schema::DrawAnnouncedT& announcement,
                          const OpenedPool& opened);
// That the recorded execution is what the opened pool gives; the root of the visits only where
// every conflict opened. Fails with `draw.selection`, `draw.visits_root`.
Outcome check_opened_execution(const Draw& draw, const Visits& right);
// The same of visits listed, from the number `first` on. Fails with `draw.disclosed_visit`.
Outcome check_opened_visits(const ledger::schema::DrawDisclosed& part, std::size_t first,
                            const Visits& right);

// ---- what the log alone can be held to ----

// Whether the announced strata of the rule speak of what is restricted.
bool asks_for_restricted(const ledger::schema::DrawAnnouncedT& announcement,
                         const ledger::schema::RuleSetT& rule);

// Of the announcement. Code: `draw.restricted`.
Outcome check_restriction(const ledger::schema::DrawAnnouncedT& announcement,
                          const ledger::schema::RuleSetT& rule);

// Of a supervisor's word on the pool and its key alone. Codes: `attest.pool`, `attest.repeated`,
// `attest.late`, `attest.unseen`.
Outcome check_pool_attestation(const Draw& draw, const ledger::Event& event);

// Of DrawExecuted. Codes: `draw.restricted`, `draw.selection`, those of seed_of.
Outcome check_restricted_execution(const Draw& draw, const ledger::schema::DrawExecuted& payload);

// Of one visit in a part of DrawDisclosed, given those before it in the list: the subject is in the
// pool, could be drawn, and comes after the one before. Fails with `draw.disclosed_visit`.
class ListedOrder {
 public:
  ListedOrder(const State& state, const Draw& draw);
  Outcome take(std::size_t number, std::string_view subject);

 private:
  const Draw& draw_;
  std::shared_ptr<const Pool> pool_;
  std::optional<std::pair<Hash, std::string>> last_;
};

// The teams of the whole list, where every conflict in force opens, if there are any: they follow
// from who is drawn. Fails with `draw.disclosed_visit`. Where one stays closed nothing is asked.
Outcome check_listed_teams(const State& state, const Draw& draw,
                           std::span<const crypto::draw::VisitRecord> records,
                           const OpenConflict& open = {});

// ---- the key ----

// The announcement's commitment to the key, and the key for each supervisor announced. Fails as
// crypto::seal does.
Outcome announce_key(const crypto::draw::PoolKey& key, crypto::Entropy& entropy,
                     ledger::schema::DrawAnnouncedT& announcement);

// Whether the announcement commits to it. Fails with `pool.key`.
Outcome check_pool_key(const ledger::schema::DrawAnnouncedT& announcement,
                       const crypto::draw::PoolKey& key);

// What was sealed to one of the supervisors' keys, whatever the announcement commits to. Fails with
// `seal.not_named`, `seal.open`.
Result<crypto::draw::PoolKey> sealed_pool_key(const ledger::schema::DrawAnnouncedT& announcement,
                                              const crypto::SigningKey& key);
// The same, and it is the key announced: fails with `pool.key` too.
Result<crypto::draw::PoolKey> opened_pool_key(const ledger::schema::DrawAnnouncedT& announcement,
                                              const crypto::SigningKey& key);

}  // namespace liuhen::projections
