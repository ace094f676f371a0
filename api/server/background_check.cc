#include "api/server/background_check.h"

#include <sys/resource.h>

#include "api/limits.h"
#include "crypto/checkpoint.h"
#include "ledger/dir_check.h"
#include "ledger/log_reader.h"
#include "ledger/rocksdb_storage.h"
#include "projections/state.h"

namespace liuhen::api::server {
namespace {

constexpr int kNicest = 19;

Error stopping() { return fail("ledger.stopped", "服务正在停止", "the service is stopping"); }

// What another reads from, until it is told to stop.
class UntilStopped final : public ledger::Storage {
 public:
  UntilStopped(ledger::Storage& below, const std::atomic<bool>& stop)
      : below_(below), stop_(stop) {}
  Result<std::optional<std::string>> get(ledger::Family family, std::string_view key) override {
    if (stop_) return stopping();
    return below_.get(family, key);
  }
  Outcome scan(ledger::Family family, std::string_view from,
               const std::function<bool(std::string_view, std::string_view)>& visit) override {
    const Outcome scanned = below_.scan(
        family, from,
        [&](std::string_view key, std::string_view value) { return !stop_ && visit(key, value); });
    return stop_ ? Outcome(stopping()) : scanned;
  }
  Outcome commit(const ledger::Batch&) override { LIUHEN_CHECK(false); }

 private:
  ledger::Storage& below_;
  const std::atomic<bool>& stop_;
};

crypto::NoteKey key_of_stored(ledger::Storage& storage, const std::vector<crypto::NoteKey>& keys) {
  const auto note = ledger::StorageFetcher(storage).checkpoint();
  for (const crypto::NoteKey& key : keys) {
    if (note && crypto::open_checkpoint(*note, key)) return key;
  }
  return keys.front();
}

}  // namespace

void BackgroundCheck::start(ledger::SnapshotHead snapshot) {
  snapshot_ = std::move(snapshot);
  leaves_open_ = true;
  thread_ = std::thread([this] { run(); });
}

void BackgroundCheck::stop() {
  stopping_ = true;
  { const std::lock_guard lock(mutex_); }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void BackgroundCheck::run() {
  (void)::setpriority(PRIO_PROCESS, 0, kNicest);  // of this thread and those that it starts
  while (!stopping_) {
    const Outcome checked = check();
    if (stopping_) return;
    if (checked) {
      leaves_open_ = false;
      return observer_.note(Severity::info, "checked", {{"snapshot", snapshot_.size}});
    }
    observer_.note("check_failed", checked.error());
    if (checked.error().code == "ledger.mismatch") return found_(checked.error());
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, std::chrono::seconds(kCheckAgainS), [this] { return stopping_.load(); });
  }
}

Outcome BackgroundCheck::check() {
  const auto opened = ledger::open_rocksdb(database_, {.mode = ledger::OpenMode::read_only});
  if (!opened) return opened.error();
  UntilStopped storage(**opened, stopping_);
  projections::StateAdmission admission(origin_);
  const auto differs = [&] {
    return admission.state().size() == snapshot_.size &&
           projections::digest(admission.state()) != snapshot_.digest;
  };
  const Error wrong = fail("snapshot.damaged", "状态快照与重放得出的状态不同",
                           "the snapshot of the state is not what the replay gives");
  const ledger::ReplayReport report = ledger::check_storage(
      storage, {.log_key = key_of_stored(storage, log_keys_), .threads = 1},
      [&](const ledger::Event& event, const crypto::TreeHistory& before) -> Outcome {
        if (differs()) return wrong;
        Outcome legal = admission.admit(event, before);
        if (legal) admission.apply(event);
        return legal;
      });
  if (report.verdict == ledger::Verdict::verified && !differs()) return ok();
  const bool of_the_ledger = report.verdict != ledger::Verdict::inconclusive;
  const Error why = report.verdict == ledger::Verdict::verified
                        ? wrong
                        : fail(report.finding.code, report.finding.zh, report.finding.en);
  return fail(of_the_ledger ? "ledger.mismatch" : why.code,
              "账本与重放不符（" + why.code + "）：" + why.zh,
              "the ledger is not what its replay gives (" + why.code + "): " + why.en);
}

}  // namespace liuhen::api::server
