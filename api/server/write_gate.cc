#include "api/server/write_gate.h"

#include "api/server/forwarding_sequencer.h"

namespace liuhen::api::server {
namespace {

class GatedSequencer final : public ForwardingSequencer {
 public:
  GatedSequencer(std::unique_ptr<ledger::Sequencer> sequencer, WriteGate closed)
      : ForwardingSequencer(std::move(sequencer)), closed_(std::move(closed)) {}

  void submit(ledger::Submission submission, Done done) override {
    if (const auto why = closed_()) return done(*why);
    ForwardingSequencer::submit(std::move(submission), std::move(done));
  }
  void enqueue(ledger::CheckedSubmission submission, Done done) override {
    if (const auto why = closed_()) return done(*why);
    ForwardingSequencer::enqueue(std::move(submission), std::move(done));
  }
  std::optional<Error> stopped() const override {
    const auto why = ForwardingSequencer::stopped();
    return why ? why : closed_();
  }

 private:
  const WriteGate closed_;
};

}  // namespace

std::unique_ptr<ledger::Sequencer> gated(std::unique_ptr<ledger::Sequencer> sequencer,
                                         WriteGate closed) {
  return std::make_unique<GatedSequencer>(std::move(sequencer), std::move(closed));
}

}  // namespace liuhen::api::server
