#include "api/server/read_model.h"

#include <cassert>
#include <chrono>

#include "api/limits.h"

namespace liuhen::api::server {

namespace {

constexpr std::size_t kFoldEntriesMax = 256;  // under one lock, so that readers get in between

thread_local unsigned readings = 0;

Error stopped() { return fail("ledger.stopped", "服务正在停止", "the service is stopping"); }

}  // namespace

ReadModel::Reading::Turn::Turn() { ++readings; }

ReadModel::Reading::Turn::~Turn() {
  if (mine_) --readings;
}

ReadModel::ReadModel(const std::string& origin, ledger::Storage& storage)
    : storage_(storage), admission_(origin), fold_(origin) {}

void ReadModel::begin(Begun begun) {
  admission_ = projections::StateAdmission(std::move(begun.state));
  fold_ = std::move(begun.fold);
}

ReadModel::~ReadModel() { stop(); }

Outcome ReadModel::start(std::uint64_t size) {
  if (Outcome done = fold_to(size); !done) return done;
  {
    const std::lock_guard lock(progress_mutex_);
    committed_ = std::max(committed_, size);
    folded_ = fold_.size();
  }
  follower_ = std::thread([this] { follow(); });
  return ok();
}

void ReadModel::committed(std::uint64_t size) {
  {
    const std::lock_guard lock(progress_mutex_);
    committed_ = std::max(committed_, size);
  }
  progress_.notify_all();
}

void ReadModel::stop() {
  {
    const std::lock_guard lock(progress_mutex_);
    stopping_ = true;
  }
  progress_.notify_all();
  if (follower_.joinable()) follower_.join();
}

void ReadModel::follow() {
  for (;;) {
    std::uint64_t target = 0;
    {
      std::unique_lock lock(progress_mutex_);
      progress_.wait(lock, [this] { return stopping_ || committed_ > folded_; });
      if (stopping_) return;
      target = committed_;
    }
    if (Outcome done = fold_to(target); !done) {
      {
        const std::lock_guard lock(progress_mutex_);
        broken_ = done.error();
      }
      progress_.notify_all();
      return;
    }
  }
}

Outcome ReadModel::fold_to(std::uint64_t size) {
  while (fold_.size() < size) {  // only this thread changes it
    const std::uint64_t first = fold_.size();
    std::vector<std::string> entries;
    const Outcome scanned =
        storage_.scan(ledger::Family::entries, ledger::key_of_number(first),
                      [&](std::string_view, std::string_view value) {
                        if (entries.size() >= kFoldEntriesMax || first + entries.size() >= size)
                          return false;
                        entries.emplace_back(value);
                        return true;
                      });
    if (!scanned) return scanned;
    if (entries.empty()) {
      return fail("storage.damaged", "读不到第 " + std::to_string(first) + " 条记录",
                  "entry " + std::to_string(first) + " cannot be read");
    }
    {
      const std::unique_lock lock(mutex_);
      for (const std::string& entry : entries) {
        Result<ledger::Event> event = ledger::Event::parse(view_of(entry));
        if (!event) return event.error();
        admission_.apply(*event);
        fold_.append(*event);
      }
    }
    {
      const std::lock_guard lock(progress_mutex_);
      folded_ = first + entries.size();
    }
    progress_.notify_all();
  }
  return ok();
}

Result<ReadModel::Reading> ReadModel::read(std::uint64_t size) const {
  assert(readings == 0);
  {
    std::unique_lock lock(progress_mutex_);
    const bool in_time = progress_.wait_for(lock, std::chrono::milliseconds(kReadWaitMs), [&] {
      return folded_ >= size || broken_.has_value() || stopping_;
    });
    if (broken_) return *broken_;
    if (stopping_ && folded_ < size) return stopped();
    if (!in_time) {
      return fail("read.behind", "读取的状态尚未跟上日志，请稍后再试",
                  "what is read has not caught up with the log; try again shortly");
    }
  }
  return Reading(*this);
}

std::uint64_t ReadModel::folded() const {
  const std::lock_guard lock(progress_mutex_);
  return folded_;
}

Outcome ReadModel::health() const {
  const std::lock_guard lock(progress_mutex_);
  if (broken_) return *broken_;
  if (stopping_) return stopped();
  return ok();
}

}  // namespace liuhen::api::server
