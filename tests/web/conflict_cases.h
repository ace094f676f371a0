// Proof files of draws around which a conflict of interest ends (tests/web/task_cases.cc and
// log_cases.cc).
#pragma once

#include "tests/projections/approved_conflict.h"
#include "tests/web/forged_proofs.h"

namespace liuhen::tests {

inline const Hash kConflict = crypto::sha256(view_of("a conflict"));
// Of nobody in the draw: whoever may open it matches as if there were none.
inline std::optional<projections::ConflictContent> elsewhere(const Hash&) {
  return projections::ConflictContent{
      .subject = "X", .inspector = "X", .kind = "kinship", .evidence = ""};
}
inline void approve(BeaconTown& town, const Hash& commitment = kConflict,
                    const std::string& declarer = "registrar") {
  town.city.must(declared_conflict(commitment), {declarer});
  approve_conflict(town.city, commitment);
}
inline void end(BeaconTown& town) { town.city.must(ended_conflict(kConflict), {"head"}); }

// After the pool: the draw heeds it, and so does the substitute, though it ends before the
// decision.
inline std::string conflict_ended(BeaconTown& town) {
  approve(town);
  town.draw.announce();
  town.draw.contribute();
  end(town);
  town.draw.execute(elsewhere);
  town.city.must(town.draw.recuse(0, elsewhere), {"platform"});
  return proof_of(town.city, town.draw.draw());
}
// The second in order goes: that one was kept out is for those to check who may open it.
inline std::string conflict_ended_hides_one(BeaconTown& town) {
  approve(town);
  town.draw.announce();
  town.draw.contribute();
  town.draw.execute(elsewhere);
  end(town);
  auto drawn = town.draw.recuse(0, elsewhere);
  const std::string first = drawn.inspector;
  for (const auto& [id, versions] : town.city.state().inspectors.rows) {
    drawn.inspector = id;
    if (id != first && projections::check_substitute(town.city.state(), town.draw.draw(), 0, 0, id))
      break;
  }
  town.city.must(std::move(drawn), {"platform"});
  return proof_of(town.city, town.draw.draw());
}
// Before the pool, and declared anew: only the new one counts.
inline std::string conflict_renewed(BeaconTown& town) {
  approve(town);
  end(town);
  approve(town, crypto::sha256(view_of("declared anew")));
  town.draw.announce();
  town.draw.contribute();
  town.draw.execute(elsewhere);
  LIUHEN_CHECK(town.draw.draw().announcement.conflict_rows == 1);
  return proof_of(town.city, town.draw.draw());
}
// The pool is taken before the end, and the announcement leaves the conflict out.
inline std::string conflict_left_out(BeaconTown& town) {
  approve(town);
  const std::uint64_t pool = town.city.size() - 1;
  end(town);
  schema::DrawAnnouncedT announced = town.draw.announcement();
  announced.pool_position = pool;
  town.city.slip_in(std::move(announced), {"clerk", "approver"});
  projections::ProofText text =
      projections::parse_proof(proof_of(town.city, town.draw.draw())).value();
  text.conflicts.clear();
  return projections::format_proof(text);
}
inline std::string conflict_ended_twice(BeaconTown& town) {
  approve(town);
  town.draw.announce();
  end(town);
  town.draw.contribute();
  return forged(town, ended_conflict(kConflict), {"head"});
}
inline std::string conflict_never_declared(BeaconTown& town) {
  approve(town);
  town.draw.announce();
  town.draw.contribute();
  return forged(town, ended_conflict(crypto::sha256(view_of("never declared"))), {"head"});
}
inline std::string conflict_ended_by_declarer(BeaconTown& town) {
  town.city.grant_key("both", {City::Role::registrar, City::Role::head});
  approve(town, kConflict, "both");
  town.draw.announce();
  town.draw.contribute();
  return forged(town, ended_conflict(kConflict), {"both"});
}
inline std::string conflict_ended_silently(BeaconTown& town) {
  approve(town);
  town.draw.announce();
  town.draw.contribute();
  auto silent = ended_conflict(kConflict);
  silent.reason.clear();
  return forged(town, std::move(silent), {"head"});
}

}  // namespace liuhen::tests
