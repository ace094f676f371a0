#include "api/server/writer_admission.h"

#include "api/server/platform.h"
#include "api/server/pool_opener.h"
#include "projections/conflicts_kept.h"
#include "projections/content_opens.h"
#include "projections/team_named.h"
#include "projections/witnessed.h"

namespace liuhen::api::server {

WriterAdmission::WriterAdmission(projections::State state, std::optional<ledger::LogFold> begun,
                                 ledger::RestrictedStore& restricted, ledger::Storage& storage,
                                 const std::optional<crypto::Policy>& policy)
    : state_(std::move(state)),
      begun_(std::move(begun)),
      restricted_(restricted),
      storage_(storage),
      open_(conflict_opener(restricted)),
      row_commitment_(pool_opener(restricted, storage).commitment),
      policy_(policy) {}

Outcome WriterAdmission::check_before_writing(const ledger::Event& event) const {
  if (event.tag() == ledger::PayloadTag::TeamNamed) return check_team(event);
  if (event.tag() != ledger::PayloadTag::CheckpointWitnessed)
    return projections::check_conflicts_kept(state_.state(), event);
  if (!policy_) return ok();
  return projections::check_cosignatures(*policy_, state_.state().origin,
                                         event.payload<ledger::schema::CheckpointWitnessed>());
}

Outcome WriterAdmission::check_content(const ledger::Event& event,
                                       const ledger::Unstored& unstored) const {
  const Outcome kept = projections::check_pools_kept(state_.state(), event, row_commitment_);
  if (!kept) return kept;
  const auto conflict = [&](const Hash& commitment) {
    const ledger::Opening* opening = unstored(commitment);
    return opening != nullptr ? conflict_in(opening->bytes) : open_(commitment);
  };
  projections::PoolOpener pools;
  if (event.tag() == ledger::PayloadTag::DrawAnnounced) pools = pools_with(unstored);
  return projections::check_opens(state_.state(), event, conflict, pools);
}

void WriterAdmission::apply(const ledger::Event& event) {
  state_.apply(event);
  if (begun_) begun_->append(event);
}

ReadModel::Begun WriterAdmission::begin_readers() {
  ReadModel::Begun out{state_.state(), std::move(*begun_)};
  begun_.reset();
  return out;
}

// Only of who may name the team, of a visit that has one to name: anybody else would learn from
// the answer who has a conflict with whom.
Outcome WriterAdmission::check_team(const ledger::Event& event) const {
  const auto checked = projections::check_named_conflicts(
      state_.state(), event.payload<ledger::schema::TeamNamed>(), open_);
  return checked ? ok() : Outcome(checked.error());
}

// Made for each announcement: it holds what it has read.
projections::PoolOpener WriterAdmission::pools_with(const ledger::Unstored& unstored) const {
  projections::PoolOpener pools = pool_opener(restricted_, storage_);
  pools.key = [&unstored,
               stored = std::move(pools.key)](const ledger::schema::DrawAnnouncedT& announcement) {
    const auto commitment = exactly<32>(View(announcement.pool_key_hash));
    const ledger::Opening* opening = commitment ? unstored(*commitment) : nullptr;
    return opening != nullptr ? pool_key_in(opening->bytes) : stored(announcement);
  };
  pools.content = [&unstored, stored = std::move(pools.content)](
                      const Hash& commitment, std::uint64_t position) -> std::optional<Bytes> {
    const ledger::Opening* opening = unstored(commitment);
    return opening != nullptr ? opening->bytes : stored(commitment, position);
  };
  return pools;
}

}  // namespace liuhen::api::server
