// A sequencer that passes everything on to the one it owns: for those that change a few of its
// functions.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/sequencer.h"
#include "ledger/submission_check.h"

namespace liuhen::api::server {

class ForwardingSequencer : public ledger::Sequencer {
 public:
  using Done = std::function<void(Result<ledger::Answer>)>;

  explicit ForwardingSequencer(std::unique_ptr<ledger::Sequencer> sequencer)
      : sequencer_(std::move(sequencer)) {}

  void submit(ledger::Submission submission, Done done) override {
    sequencer_->submit(std::move(submission), std::move(done));
  }
  void enqueue(ledger::CheckedSubmission submission, Done done) override {
    sequencer_->enqueue(std::move(submission), std::move(done));
  }
  void on_committed(
      std::function<void(std::uint64_t, const std::vector<Bytes>&)> observer) override {
    sequencer_->on_committed(std::move(observer));
  }
  std::uint64_t size() const override { return sequencer_->size(); }
  std::optional<Error> stopped() const override { return sequencer_->stopped(); }
  void on_stopped(StopObserver observer) override { sequencer_->on_stopped(std::move(observer)); }
  void halt(const Error& why) override { sequencer_->halt(why); }
  std::vector<ledger::SharedPendingIntent> pending() const override {
    return sequencer_->pending();
  }
  std::size_t pending_count() const override { return sequencer_->pending_count(); }
  std::optional<ledger::PendingIntent> pending_intent(const Hash& hash) const override {
    return sequencer_->pending_intent(hash);
  }
  std::string checkpoint() const override { return sequencer_->checkpoint(); }
  std::string kept_checkpoint() const override { return sequencer_->kept_checkpoint(); }
  void on_kept(std::function<void()> observer) override {
    sequencer_->on_kept(std::move(observer));
  }
  void stop() override { sequencer_->stop(); }

 private:
  const std::unique_ptr<ledger::Sequencer> sequencer_;
};

}  // namespace liuhen::api::server
