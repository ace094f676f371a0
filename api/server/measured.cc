#include "api/server/measured.h"

#include <chrono>

#include "api/server/forwarding_sequencer.h"

namespace liuhen::api::server {
namespace {

using ledger::Family;
using std::chrono::steady_clock;

Outcome counted(Observer& observer, Outcome done) {
  if (done) return done;
  observer.metrics().sync_failed();
  observer.note("storage_failed", done.error());
  return done;
}

template <class Write>
Outcome watched(Observer& observer, WriteWatch& watch, const Write& write) {
  watch.begun(steady_clock::now());
  Outcome done = write();
  watch.ended();
  return counted(observer, std::move(done));
}

template <class Write>
Outcome timed(Observer& observer, void (Metrics::*synced)(double), const Write& write) {
  const auto begun = steady_clock::now();
  Outcome done = watched(observer, observer.writes(), write);
  const std::chrono::duration<double> took = steady_clock::now() - begun;
  (observer.metrics().*synced)(took.count());
  return done;
}

class MeasuredStorage final : public ledger::Storage {
 public:
  MeasuredStorage(std::unique_ptr<ledger::Storage> storage, Observer& observer)
      : storage_(std::move(storage)), observer_(observer) {}

  Result<std::optional<std::string>> get(Family family, std::string_view key) override {
    return storage_->get(family, key);
  }
  Outcome scan(Family family, std::string_view from,
               const std::function<bool(std::string_view, std::string_view)>& visit) override {
    return storage_->scan(family, from, visit);
  }
  Outcome commit(const ledger::Batch& batch) override {
    return timed(observer_, &Metrics::storage_synced, [&] { return storage_->commit(batch); });
  }
  Outcome store_cache(const ledger::Batch& batch) override { return storage_->store_cache(batch); }
  Outcome purge(Family family) override {
    return watched(observer_, observer_.purges(), [&] { return storage_->purge(family); });
  }
  Outcome reopen() override { return storage_->reopen(); }
  std::optional<Error> held_back() const override { return storage_->held_back(); }
  std::vector<ledger::StorageFigure> figures() override { return storage_->figures(); }

 private:
  const std::unique_ptr<ledger::Storage> storage_;
  Observer& observer_;
};

class MeasuredHeadFile final : public ledger::HeadFile {
 public:
  MeasuredHeadFile(std::unique_ptr<ledger::HeadFile> head, Observer& observer)
      : head_(std::move(head)), observer_(observer) {}

  Result<std::optional<std::string>> read() override { return head_->read(); }
  Outcome write(const std::string& note) override {
    return timed(observer_, &Metrics::head_synced, [&] { return head_->write(note); });
  }

 private:
  const std::unique_ptr<ledger::HeadFile> head_;
  Observer& observer_;
};

class MeasuredSequencer final : public ForwardingSequencer {
 public:
  MeasuredSequencer(std::unique_ptr<ledger::Sequencer> sequencer, Metrics& metrics)
      : ForwardingSequencer(std::move(sequencer)), metrics_(metrics) {}

  void submit(ledger::Submission submission, Done done) override {
    ForwardingSequencer::submit(std::move(submission), counted(std::move(done)));
  }
  void enqueue(ledger::CheckedSubmission submission, Done done) override {
    ForwardingSequencer::enqueue(std::move(submission), counted(std::move(done)));
  }
  void on_committed(
      std::function<void(std::uint64_t, const std::vector<Bytes>&)> observer) override {
    ForwardingSequencer::on_committed([this, observer = std::move(observer)](
                                          std::uint64_t first, const std::vector<Bytes>& entries) {
      metrics_.batch_committed(entries.size());
      observer(first, entries);
    });
  }

 private:
  Done counted(Done done) {
    metrics_.intent_submitted();
    return [this, done = std::move(done)](Result<ledger::Answer> answer) {
      metrics_.intent_answered();
      count(answer);
      done(std::move(answer));
    };
  }
  void count(const Result<ledger::Answer>& answer) {
    if (!answer) return metrics_.intent_refused(answer.error().code);
    const auto* receipt = std::get_if<ledger::Receipt>(&*answer);
    if (receipt == nullptr) return metrics_.intent_half_signed();
    receipt->repeated ? metrics_.intent_repeated() : metrics_.intent_recorded();
  }

  Metrics& metrics_;
};

}  // namespace

std::unique_ptr<ledger::Storage> measured(std::unique_ptr<ledger::Storage> storage,
                                          Observer& observer) {
  return std::make_unique<MeasuredStorage>(std::move(storage), observer);
}

std::unique_ptr<ledger::HeadFile> measured(std::unique_ptr<ledger::HeadFile> head,
                                           Observer& observer) {
  return std::make_unique<MeasuredHeadFile>(std::move(head), observer);
}

std::unique_ptr<ledger::Sequencer> measured(std::unique_ptr<ledger::Sequencer> sequencer,
                                            Observer& observer) {
  return std::make_unique<MeasuredSequencer>(std::move(sequencer), observer.metrics());
}

}  // namespace liuhen::api::server
