// What the writer of a service goes by, beside what every verifier replays: rules of its own, which
// take content that readers of a log do not have.
#pragma once

#include <optional>

#include "api/server/read_model.h"
#include "crypto/policy.h"
#include "ledger/content_rules.h"
#include "projections/outcome.h"
#include "projections/pools_kept.h"
#include "projections/restricted_pool.h"
#include "projections/state.h"

namespace liuhen::api::server {

// The writer's state. What it takes in before anything can be submitted, the readers begin with.
class WriterAdmission final : public ledger::Admission, public ledger::ContentRules {
 public:
  // All of what it refers to outlives it.
  WriterAdmission(projections::State state, std::optional<ledger::LogFold> begun,
                  ledger::RestrictedStore& restricted, ledger::Storage& storage,
                  const std::optional<crypto::Policy>& policy);

  Outcome admit(const ledger::Event& event, const crypto::TreeHistory& tree) const override {
    return state_.admit(event, tree);
  }
  Outcome check_before_writing(const ledger::Event& event) const override;
  Outcome check_content(const ledger::Event& event,
                        const ledger::Unstored& unstored) const override;
  bool takes_late(const Hash& commitment) const override {
    return !state_.state().erased.contains(commitment);
  }
  void apply(const ledger::Event& event) override;
  // Once, while nothing is applied.
  ReadModel::Begun begin_readers();

 private:
  Outcome check_team(const ledger::Event& event) const;
  projections::PoolOpener pools_with(const ledger::Unstored& unstored) const;

  projections::StateAdmission state_;
  std::optional<ledger::LogFold> begun_;
  ledger::RestrictedStore& restricted_;
  ledger::Storage& storage_;
  projections::OpenConflict open_;
  projections::RowCommitment row_commitment_;
  const std::optional<crypto::Policy>& policy_;
};

}  // namespace liuhen::api::server
