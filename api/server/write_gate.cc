#include "api/server/write_gate.h"

#include "ledger/submission_check.h"

namespace liuhen::api::server {
namespace {

using Done = std::function<void(Result<ledger::Answer>)>;

class GatedSequencer final : public ledger::Sequencer {
 public:
  GatedSequencer(std::unique_ptr<ledger::Sequencer> sequencer, WriteGate closed)
      : sequencer_(std::move(sequencer)), closed_(std::move(closed)) {}

  void submit(ledger::Submission submission, Done done) override {
    if (const auto why = closed_()) return done(*why);
    sequencer_->submit(std::move(submission), std::move(done));
  }
  void enqueue(ledger::CheckedSubmission submission, Done done) override {
    if (const auto why = closed_()) return done(*why);
    sequencer_->enqueue(std::move(submission), std::move(done));
  }
  std::optional<Error> stopped() const override {
    const auto why = sequencer_->stopped();
    return why ? why : closed_();
  }
  void on_committed(
      std::function<void(std::uint64_t, const std::vector<Bytes>&)> observer) override {
    sequencer_->on_committed(std::move(observer));
  }
  std::uint64_t size() const override { return sequencer_->size(); }
  void halt(const Error& why) override { sequencer_->halt(why); }
  std::vector<ledger::PendingIntent> pending() const override { return sequencer_->pending(); }
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
  const WriteGate closed_;
};

}  // namespace

std::unique_ptr<ledger::Sequencer> gated(std::unique_ptr<ledger::Sequencer> sequencer,
                                         WriteGate closed) {
  return std::make_unique<GatedSequencer>(std::move(sequencer), std::move(closed));
}

}  // namespace liuhen::api::server
