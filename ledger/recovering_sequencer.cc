#include "ledger/recovering_sequencer.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "ledger/submission_check.h"

namespace liuhen::ledger {
namespace {

constexpr std::chrono::seconds kPauseMin{1};
constexpr std::chrono::seconds kPauseMax{60};

// Whether opening again may still succeed after that, by itself.
bool is_worth_another(const Error& why) {
  return is_passing(why) || why.code == "storage.busy" || why.code == "storage.io" ||
         why.code == "head.io";
}

// A sequencer with the state that it folds into, from one start to the next failure.
struct Run {
  std::unique_ptr<Admission> admission;
  std::unique_ptr<Sequencer> sequencer;
};

class RecoveringSequencer final : public Sequencer {
 public:
  RecoveringSequencer(RecoveryParts parts, SequencerOptions options, std::shared_ptr<Run> first)
      : parts_(std::move(parts)), options_(std::move(options)), run_(std::move(first)) {
    options_.stop = opening_.get_token();
    thread_ = std::thread([this] { watch(); });
  }
  ~RecoveringSequencer() override { stop(); }

  void submit(Submission submission, std::function<void(Result<Answer>)> done) override {
    if (const auto why = given_up()) return done(*why);
    current()->submit(std::move(submission), std::move(done));
  }
  void enqueue(CheckedSubmission submission, std::function<void(Result<Answer>)> done) override {
    if (const auto why = given_up()) return done(*why);
    current()->enqueue(std::move(submission), std::move(done));
  }
  void on_committed(
      std::function<void(std::uint64_t, const std::vector<Bytes>&)> observer) override {
    const std::lock_guard lock(mutex_);
    observer_ = std::move(observer);
    run_->sequencer->on_committed(observer_);
  }
  std::uint64_t size() const override { return current()->size(); }
  std::optional<Error> stopped() const override {
    const auto why = given_up();
    return why ? why : current()->stopped();
  }
  void on_stopped(StopObserver observer) override {
    const std::lock_guard lock(mutex_);
    stop_observer_ = std::move(observer);
    run_->sequencer->on_stopped(stop_observer_);
  }
  void halt(const Error& why) override {
    const std::shared_ptr<Sequencer> halted = current();
    halted->halt(why);
    const std::lock_guard lock(mutex_);
    given_up_ = halted->stopped();
  }
  std::vector<SharedPendingIntent> pending() const override { return current()->pending(); }
  std::size_t pending_count() const override { return current()->pending_count(); }
  std::optional<PendingIntent> pending_intent(const Hash& hash) const override {
    return current()->pending_intent(hash);
  }
  std::string checkpoint() const override { return current()->checkpoint(); }
  std::string kept_checkpoint() const override { return current()->kept_checkpoint(); }
  void on_kept(std::function<void()> observer) override {
    const std::lock_guard lock(mutex_);
    kept_observer_ = std::move(observer);
    run_->sequencer->on_kept(kept_observer_);
  }
  void stop() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    opening_.request_stop();
    wake_.notify_all();
    const std::lock_guard lock(stop_mutex_);
    if (thread_.joinable()) thread_.join();
    current()->stop();
  }

 private:
  std::shared_ptr<Sequencer> current() const {
    const std::lock_guard lock(mutex_);
    return {run_, run_->sequencer.get()};
  }
  std::optional<Error> given_up() const {
    const std::lock_guard lock(mutex_);
    return given_up_;
  }
  void give_up(const Error& why);
  void watch();
  Outcome begin_again();
  Outcome expect_kept(const Sequencer& next);
  Outcome tell_of(const std::function<void(std::uint64_t, const std::vector<Bytes>&)>& observer,
                  std::uint64_t first, std::uint64_t size);

  const RecoveryParts parts_;
  SequencerOptions options_;  // as they are once this is made
  std::stop_source opening_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  bool stopping_ = false;
  std::shared_ptr<Run> run_;
  std::optional<Error> given_up_;  // as it is told to everyone
  std::function<void(std::uint64_t, const std::vector<Bytes>&)> observer_;
  std::function<void()> kept_observer_;
  StopObserver stop_observer_;

  std::mutex stop_mutex_;  // guards joining
  std::thread thread_;
};

void RecoveringSequencer::watch() {
  std::chrono::seconds pause = kPauseMin;
  std::uint64_t size_before = 0;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (wake_.wait_for(lock, pause, [this] { return stopping_ || given_up_; })) return;
    }
    const auto why = current()->stopped();
    if (!why || !is_passing(*why)) {
      pause = kPauseMin;
      continue;
    }
    if (!parts_.writable()) continue;
    const bool in_vain = current()->size() == size_before;  // since the last attempt
    size_before = current()->size();
    const Outcome again = begin_again();
    if (!again && !is_worth_another(again.error())) return give_up(again.error());
    pause = again && !in_vain ? kPauseMin : std::min(pause * 2, kPauseMax);
  }
}

void RecoveringSequencer::give_up(const Error& why) {
  const Error told =
      fail("ledger.stopped", "账本停止写入后未能重新打开，请查明原因后重新启动：" + why.zh,
           "the ledger stopped writing and could not be opened again; find out why and "
           "start it again: " +
               why.en);
  StopObserver observer;
  {
    const std::lock_guard lock(mutex_);
    given_up_ = told;
    observer = stop_observer_;
  }
  if (observer) observer(told);
}

Outcome RecoveringSequencer::begin_again() {
  const std::uint64_t before = current()->size();
  current()->stop();
  if (Outcome reopened = parts_.storage.reopen(); !reopened) return reopened;
  auto next = std::make_shared<Run>();
  next->admission = parts_.admission();
  auto opened = Sequencer::open(parts_.storage, parts_.head, parts_.restricted, *next->admission,
                                parts_.clock, options_);
  if (!opened) return opened.error();
  next->sequencer = std::move(*opened);
  std::function<void(std::uint64_t, const std::vector<Bytes>&)> observer;
  std::function<void()> kept_observer;
  StopObserver stop_observer;
  {
    const std::lock_guard lock(mutex_);
    observer = observer_;
    kept_observer = kept_observer_;
    stop_observer = stop_observer_;
  }
  if (Outcome same = expect_kept(*next->sequencer); !same) return same;
  // Before anyone can add to it: the observer hears of entries in order.
  if (Outcome told = tell_of(observer, before, next->sequencer->size()); !told) return told;
  next->sequencer->on_committed(observer);
  next->sequencer->on_kept(kept_observer);
  next->sequencer->on_stopped(stop_observer);
  // Before anyone can make it stop again.
  if (stop_observer && !given_up()) stop_observer(std::nullopt);
  {
    const std::lock_guard lock(mutex_);
    run_ = std::move(next);
  }
  if (kept_observer) kept_observer();  // opening has kept it
  return ok();
}

// What was acknowledged before the disk failed, and shown, has to be there as it was.
Outcome RecoveringSequencer::expect_kept(const Sequencer& next) {
  const std::uint64_t before = current()->size();
  if (before == 0) return ok();
  const std::string shown = current()->checkpoint();
  const auto stored = parts_.storage.get(Family::checkpoints, key_of_number(before));
  if (!stored) return stored.error();
  if (next.size() >= before && *stored == shown) return ok();
  return fail("ledger.rolled_back",
              "重新打开后，前 " + std::to_string(before) + " 条不再是已确认过的那些",
              "after opening again, the first " + std::to_string(before) +
                  " entries are not those that had been acknowledged");
}

// Of the batch that was written, and whose answer was not given.
Outcome RecoveringSequencer::tell_of(
    const std::function<void(std::uint64_t, const std::vector<Bytes>&)>& observer,
    std::uint64_t first, std::uint64_t size) {
  std::vector<Bytes> entries;
  const Outcome scanned = parts_.storage.scan(Family::entries, key_of_number(first),
                                              [&](std::string_view, std::string_view value) {
                                                entries.emplace_back(value.begin(), value.end());
                                                return true;
                                              });
  if (!scanned) return scanned;
  LIUHEN_CHECK(entries.size() == size - first);
  if (observer && !entries.empty()) observer(first, entries);
  return ok();
}

}  // namespace

Result<std::unique_ptr<Sequencer>> open_recovering(
    RecoveryParts parts, SequencerOptions options,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress, Begun begun) {
  auto first = std::make_shared<Run>();
  first->admission = begun.admission ? std::move(begun.admission) : parts.admission();
  auto opened = Sequencer::open(parts.storage, parts.head, parts.restricted, *first->admission,
                                parts.clock, options, progress, std::move(begun.fold));
  if (!opened) return opened.error();
  first->sequencer = std::move(*opened);
  options.accept_loss = options.reads_on = false;  // decided about this start, not about later ones
  return std::unique_ptr<Sequencer>(std::make_unique<RecoveringSequencer>(
      std::move(parts), std::move(options), std::move(first)));
}

}  // namespace liuhen::ledger
