#include "api/server/snapshots.h"

#include "ledger/durable_file.h"
#include "ledger/limits.h"
#include "projections/fold_sources.h"
#include "projections/state_snapshot.h"

namespace liuhen::api::server {

Result<std::optional<Snapshots::Loaded>> Snapshots::load() const {
  auto reader = ledger::SnapshotReader::open(storage_, key_.public_key(), origin_,
                                             projections::fold_sources());
  if (!reader) return reader.error();
  if (!*reader) return std::optional<Loaded>();
  auto fold = ledger::read_fold(**reader);
  if (!fold) return fold.error();
  auto state = projections::read_state(**reader);
  if (!state) return state.error();
  return std::optional(Loaded{(*reader)->head(), std::move(*state), std::move(*fold)});
}

void Snapshots::start(std::uint64_t kept, std::uint64_t size) {
  {
    const std::lock_guard lock(mutex_);
    kept_ = kept;
    committed_ = size;
  }
  thread_ = std::thread([this] { run(); });
}

void Snapshots::committed(std::uint64_t size) {
  {
    const std::lock_guard lock(mutex_);
    committed_ = std::max(committed_, size);
    if (committed_ < kept_ + policy_.entries) return;
  }
  wake_.notify_all();
}

void Snapshots::stop(bool last) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) last_ = last;
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Snapshots::abandon() {
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
  }
  const std::lock_guard making(making_);
  if (Outcome dropped = ledger::drop_snapshot(storage_); !dropped)
    observer_.note("snapshot_failed", dropped.error());
}

void Snapshots::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || committed_ >= kept_ + policy_.entries; });
    if (stopping_) break;
    const std::uint64_t size = committed_;
    lock.unlock();
    make(size);
    lock.lock();
    wake_.wait_for(lock, policy_.pause, [this] { return stopping_; });
  }
  const std::uint64_t size = committed_;
  const bool worth_while = last_ && size > kept_ && size - kept_ >= policy_.stop_entries;
  lock.unlock();
  if (worth_while) make(size);
}

void Snapshots::make(std::uint64_t size) {
  const auto begun = std::chrono::steady_clock::now();
  std::uint64_t written = 0;
  const Outcome made = write(size, written);
  if (!made) return observer_.note("snapshot_failed", made.error());
  if (written == 0) return;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  observer_.note(Severity::info, "snapshot", {{"size", written}, {"seconds", took.count()}});
  const std::lock_guard lock(mutex_);
  kept_ = written;
}

Outcome Snapshots::write(std::uint64_t size, std::uint64_t& written) {
  const std::lock_guard making(making_);
  {
    const std::lock_guard lock(mutex_);
    if (abandoned_) return ok();
  }
  // A database that runs out of room for a cache would take nothing else either.
  if (!ledger::has_room(directory_, {.bytes = kSnapshotRoomBytes, .files = ledger::kRoomFilesMin}))
    return ok();
  const auto reading = model_.read(size);
  if (!reading) return reading.error();
  ledger::SnapshotHead head{.fold = projections::fold_sources(),
                            .origin = origin_,
                            .size = reading->size(),
                            .root = reading->tree().root(),
                            .digest = projections::digest(reading->state()),
                            .bytes = 0,
                            .chunks = {}};
  ledger::SnapshotWriter writer(storage_, head.size);
  ledger::write_fold(reading->fold(), writer);
  projections::write_state(reading->state(), writer);
  written = head.size;
  return writer.finish(std::move(head), key_);
}

}  // namespace liuhen::api::server
