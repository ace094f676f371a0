// The state that readers see: a second fold, fed after each commit, so that no reader ever holds up
// the writer, and the writer never waits for a reader.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <thread>
#include <utility>

#include "ledger/log_fold.h"
#include "ledger/storage.h"
#include "projections/state.h"

namespace liuhen::api::server {

class ReadModel {
 public:
  // What was committed, for as long as this object lives; keep it short, the follower waits for it.
  // One at a time on a thread, which ends on the thread that it began on: a second would wait for
  // the follower, and the follower for the first.
  class Reading {
   public:
    const projections::State& state() const { return model_->admission_.state(); }
    const ledger::LogFold& fold() const { return model_->fold_; }
    const crypto::TreeHistory& tree() const { return model_->fold_.tree(); }
    std::uint64_t size() const { return model_->fold_.size(); }

   private:
    friend class ReadModel;
    // That there is one on this thread: a bug if there is another.
    class Turn {
     public:
      Turn();
      Turn(Turn&& other) noexcept : mine_(std::exchange(other.mine_, false)) {}
      Turn& operator=(Turn&&) = delete;
      ~Turn();

     private:
      bool mine_ = true;
    };
    explicit Reading(const ReadModel& model) : model_(&model), lock_(model.mutex_) {}
    const ReadModel* model_;
    Turn turn_;
    std::shared_lock<std::shared_mutex> lock_;
  };

  // What need not be folded again: both have taken in the same entries.
  struct Begun {
    projections::State state;
    ledger::LogFold fold;
  };

  // Storage outlives the model.
  ReadModel(const std::string& origin, ledger::Storage& storage);
  ~ReadModel();

  void begin(Begun begun);  // before start()

  // Folds what is stored up to `size`, on the calling thread, and then follows on a thread of its
  // own.
  Outcome start(std::uint64_t size);
  // So many entries are committed now. Any thread; does not block.
  void committed(std::uint64_t size);
  void stop();

  // Waits until at least `size` entries are folded. Fails with `read.behind` after kReadWaitMs, or
  // with what stopped the follower.
  Result<Reading> read(std::uint64_t size) const;

  std::uint64_t folded() const;  // entries; any thread, does not wait for anyone
  // Whether the follower still follows.
  Outcome health() const;

 private:
  void follow();
  Outcome fold_to(std::uint64_t size);

  ledger::Storage& storage_;
  // Written by the follower under an exclusive lock.
  mutable std::shared_mutex mutex_;
  projections::StateAdmission admission_;
  ledger::LogFold fold_;

  // Guards what follows. Never held together with mutex_.
  mutable std::mutex progress_mutex_;
  mutable std::condition_variable progress_;
  std::uint64_t committed_ = 0;
  std::uint64_t folded_ = 0;
  std::optional<Error> broken_;
  bool stopping_ = false;
  std::thread follower_;
};

}  // namespace liuhen::api::server
