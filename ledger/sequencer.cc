#include "ledger/sequencer.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "ledger/dir_check.h"
#include "ledger/limits.h"
#include "ledger/log_reader.h"
#include "ledger/log_writer.h"
#include "ledger/loss.h"

namespace liuhen::ledger {
namespace {

using Done = std::function<void(Result<Answer>)>;

Error stopping() {
  return fail("ledger.stopped", "账本正在停止，不再写入",
              "the ledger is being stopped and writes no more");
}
// A crowd is waited for: what each batch costs beside its entries (syncs, a signature) is shared by
// more of them, and the processor left to those who check. Whoever comes alone waits for nobody.
constexpr std::size_t kCrowdMin = 16;  // entries in the last batch
constexpr std::chrono::milliseconds kCrowdWait{3};

// Of these admission is shown the content itself (ledger/content_rules.h).
bool is_read_before_writing(PayloadTag tag) {
  return tag == PayloadTag::ConflictDeclared || tag == PayloadTag::DrawAnnounced;
}

Error stopped_by(const Error& why) {
  if (why.code == "storage.full") {
    const std::string room = std::to_string(kRoomBytesMin >> 20) + " MiB",
                      files = std::to_string(kRoomFilesMin);
    return fail(why.code,
                "磁盘已满，已停止写入；腾出 " + room + " 和 " + files +
                    " 个文件（inode）后才会继续：" + why.zh,
                "the disk is full and the ledger has stopped writing; it goes on once " + room +
                    " and " + files + " files (inodes) are free: " + why.en);
  }
  if (why.code == "storage.read_only") {
    return fail(why.code, "文件系统已变为只读，已停止写入；恢复可写后才会继续：" + why.zh,
                "the file system has become read-only and the ledger has stopped writing; it goes "
                "on once that may be written again: " +
                    why.en);
  }
  if (why.code == "storage.descriptors") {
    return fail(why.code, "打开的文件过多，已停止写入；有文件关闭后才会继续：" + why.zh,
                "too many files are open and the ledger has stopped writing; it goes on once some "
                "are closed: " +
                    why.en);
  }
  return fail("ledger.stopped", "账本已停止写入，请查明原因后重新启动：" + why.zh,
              "the ledger has stopped writing; find out why and start it again: " + why.en);
}

class QueuedSequencer final : public Sequencer {
 public:
  QueuedSequencer(std::unique_ptr<LogWriter> writer, RestrictedStore& restricted,
                  std::string origin, std::size_t queue_max)
      : origin_(std::move(origin)),
        queue_max_(queue_max),
        restricted_(restricted),
        writer_(std::move(writer)) {
    publish();
    kept_note_ = writer_->kept_note();
    thread_ = std::thread([this] { run(); });
  }
  ~QueuedSequencer() override { stop(); }

  void submit(Submission submission, Done done) override;
  void enqueue(CheckedSubmission submission, Done done) override;
  void on_committed(
      std::function<void(std::uint64_t, const std::vector<Bytes>&)> observer) override {
    const std::lock_guard lock(mutex_);
    observer_ = std::move(observer);
  }
  std::uint64_t size() const override { return size_.load(); }
  std::optional<Error> stopped() const override {
    const std::lock_guard lock(mutex_);
    return failure_;
  }
  void on_stopped(StopObserver observer) override {
    const std::lock_guard lock(mutex_);
    stop_observer_ = std::move(observer);
  }
  void halt(const Error& why) override { fail_all({}, why); }
  std::vector<SharedPendingIntent> pending() const override;
  std::size_t pending_count() const override {
    const std::lock_guard lock(mutex_);
    return pending_.size();
  }
  std::optional<PendingIntent> pending_intent(const Hash& hash) const override;
  std::string checkpoint() const override {
    const std::lock_guard lock(mutex_);
    return note_;
  }
  std::string kept_checkpoint() const override {
    const std::lock_guard lock(mutex_);
    return kept_note_;
  }
  void on_kept(std::function<void()> observer) override {
    const std::lock_guard lock(mutex_);
    kept_observer_ = std::move(observer);
  }
  void stop() override;

 private:
  struct Job {
    CheckedSubmission submission;
    Done done;
  };

  void run();
  std::vector<Job> next_jobs();
  void process(std::vector<Job> jobs);
  void put_back(std::vector<Job> jobs, std::size_t from);
  void keep_head();
  void fail_all(std::vector<Done> waiting, const Error& why);
  void publish();

  const std::string origin_;
  const std::size_t queue_max_;
  RestrictedStore& restricted_;        // to seal with, on any thread
  std::unique_ptr<LogWriter> writer_;  // of the writer thread, once that runs
  std::uint64_t pending_version_ = 0;  // likewise
  std::size_t last_batch_ = 0;         // likewise: its jobs

  std::atomic<std::uint64_t> size_{0};
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::deque<Job> queue_;
  std::size_t expected_ = 1;  // so many wake the writer
  bool stopping_ = false;
  std::optional<Error> failure_;  // as it is told to everyone
  std::string note_, kept_note_;
  std::map<Hash, SharedPendingIntent> pending_;
  std::function<void(std::uint64_t, const std::vector<Bytes>&)> observer_;
  std::function<void()> kept_observer_;
  StopObserver stop_observer_;

  std::mutex stop_mutex_;  // guards joining
  std::thread thread_;
};

void QueuedSequencer::submit(Submission submission, Done done) {
  auto checked = check_submission(std::move(submission), origin_);
  if (!checked) return done(checked.error());
  enqueue(std::move(*checked), std::move(done));
}

void QueuedSequencer::enqueue(CheckedSubmission submission, Done done) {
  submission.sealed = seal(restricted_, submission.submission.openings);
  if (!is_read_before_writing(submission.intent.tag())) submission.submission.openings.clear();
  std::optional<Error> refusal;
  bool wakes = false;
  {
    const std::lock_guard lock(mutex_);
    if (failure_) {
      refusal = failure_;
    } else if (stopping_) {
      refusal = stopping();
    } else if (queue_.size() >= queue_max_) {
      refusal = fail("queue.full", "提交过多，请稍后再试",
                     "too many submissions are waiting, try again later");
    } else {
      queue_.push_back({std::move(submission), std::move(done)});
      wakes = queue_.size() == expected_;
    }
  }
  if (refusal) return done(*refusal);
  if (wakes) wake_.notify_one();
}

std::vector<QueuedSequencer::Job> QueuedSequencer::next_jobs() {
  std::unique_lock lock(mutex_);
  const auto enough = [&] { return stopping_ || queue_.size() >= expected_; };
  if (last_batch_ >= kCrowdMin) {
    expected_ = last_batch_;
    wake_.wait_for(lock, kCrowdWait, enough);
  }
  expected_ = 1;
  wake_.wait(lock, enough);
  std::vector<Job> jobs;
  while (!queue_.empty() && jobs.size() < kBatchEntriesMax) {
    jobs.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return jobs;
}

// To where they came from, for the next batch.
void QueuedSequencer::put_back(std::vector<Job> jobs, std::size_t from) {
  std::optional<Error> failed;
  {
    const std::lock_guard lock(mutex_);
    failed = failure_;
    for (std::size_t i = jobs.size(); !failed && i > from; --i)
      queue_.push_front(std::move(jobs[i - 1]));
  }
  for (std::size_t i = from; failed && i < jobs.size(); ++i) jobs[i].done(*failed);
}

void QueuedSequencer::run() {
  for (std::vector<Job> jobs = next_jobs(); !jobs.empty(); jobs = next_jobs()) {
    process(std::move(jobs));
    const std::lock_guard lock(mutex_);
    if (failure_) return;
  }
}

void QueuedSequencer::process(std::vector<Job> jobs) {
  std::vector<Done> waiting;
  while (waiting.size() < jobs.size() && writer_->batch_bytes() < kBatchBytesMax) {
    Job& job = jobs[waiting.size()];
    waiting.push_back(std::move(job.done));
    writer_->take(std::move(job.submission));
  }
  last_batch_ = waiting.size();
  if (waiting.size() < jobs.size()) put_back(std::move(jobs), waiting.size());
  const std::uint64_t before = writer_->size();
  const Outcome committed = writer_->commit();
  if (!committed) return fail_all(std::move(waiting), committed.error());
  const std::vector<Bytes> entries = writer_->take_entries();
  publish();
  std::function<void(std::uint64_t, const std::vector<Bytes>&)> observer;
  {
    const std::lock_guard lock(mutex_);
    observer = observer_;
  }
  if (observer && !entries.empty()) observer(before, entries);
  std::vector<Result<Answer>> answers = writer_->answers();
  for (std::size_t i = 0; i < waiting.size(); ++i) waiting[i](std::move(answers[i]));
  keep_head();
}

void QueuedSequencer::keep_head() {
  const Outcome kept = writer_->keep_head();
  if (!kept) return fail_all({}, kept.error());
  std::function<void()> observer;
  {
    const std::lock_guard lock(mutex_);
    if (kept_note_ == note_) return;
    kept_note_ = note_;
    observer = kept_observer_;
  }
  if (observer) observer();
}

void QueuedSequencer::fail_all(std::vector<Done> waiting, const Error& why) {
  const Error told = stopped_by(why);
  StopObserver observer;
  {
    const std::lock_guard lock(mutex_);
    if (!failure_ || failure_->code != told.code) observer = stop_observer_;
    failure_ = told;
    for (Job& job : queue_) waiting.push_back(std::move(job.done));
    queue_.clear();
  }
  if (observer) observer(told);
  for (Done& done : waiting) done(told);
}

void QueuedSequencer::publish() {
  const std::lock_guard lock(mutex_);
  size_.store(writer_->size());
  note_ = writer_->note();
  if (pending_version_ != writer_->pending().version()) {
    pending_version_ = writer_->pending().version();
    pending_ = writer_->pending().all();
  }
}

std::vector<SharedPendingIntent> QueuedSequencer::pending() const {
  const std::lock_guard lock(mutex_);
  std::vector<SharedPendingIntent> out;
  out.reserve(pending_.size());
  for (const auto& [hash, pending] : pending_) out.push_back(pending);
  return out;
}

std::optional<PendingIntent> QueuedSequencer::pending_intent(const Hash& hash) const {
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(hash);
  if (found == pending_.end()) return std::nullopt;
  return *found->second;
}

void QueuedSequencer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  const std::lock_guard lock(stop_mutex_);
  if (thread_.joinable()) thread_.join();
}

// Nothing was ever written: neither an entry nor a half-signed intent.
Result<bool> is_new(Storage& storage, const LogFold& fold) {
  if (fold.size() != 0) return false;
  const auto origin = storage.get(Family::meta, "origin");
  if (!origin) return origin.error();
  return !origin->has_value();
}

// A head behind by more than the batch that a crash may have cut off from it is an old copy.
Outcome check_lag(Storage& storage, const crypto::Checkpoint& known, const LogFold& fold) {
  std::uint64_t next = fold.size();
  const Outcome scanned = storage.scan(Family::checkpoints, key_of_number(known.size + 1),
                                       [&](std::string_view key, std::string_view) {
                                         next = number_of_key(key);
                                         return false;
                                       });
  if (!scanned) return scanned.error();
  if (next == fold.size()) return ok();
  return fail("head.stale",
              "头文件只记到 " + std::to_string(known.size) + " 条，落后数据库（" +
                  std::to_string(fold.size()) +
                  " 条）不止一批：它是旧副本，未启动。先用 liuhen-verify dir 核验，再从见证方或公开"
                  "镜像取最新检查点放回 head",
              "the head file knows of " + std::to_string(known.size) +
                  " entries only, more than one batch behind the database's " +
                  std::to_string(fold.size()) +
                  ": it is an old copy, and the ledger was not started. Verify with liuhen-verify "
                  "dir, then put the newest checkpoint that others hold back as head");
}

Error other_history(std::uint64_t size) {
  const std::string number = std::to_string(size);
  return fail(
      "ledger.rolled_back",
      "数据库前 " + number +
          " 条与头文件所记的不是同一段历史：本账本的密钥签过两段历史。请保存两者并查明原因；"
          "确定以数据库为准时，用 liuhen accept-loss 记下此事",
      "the first " + number +
          " entries of the database are another history than the head file's: the log's "
          "key has signed two. Keep both and find out why; if the database is to stand, "
          "record that with liuhen accept-loss");
}

// A head declared lost and long replaced stands in the file again.
Error put_back(std::uint64_t size) {
  const std::string number = std::to_string(size);
  return fail(
      "head.stale",
      "头文件（" + number +
          " 条）是账本早已记为失去的那一份：它是旧副本，未启动。请从见证方或公开镜像取最新检查"
          "点放回 head",
      "the head file, of " + number +
          " entries, is the one that the log declared lost long ago: it is an old copy, and "
          "the ledger was not started. Put the newest checkpoint that others hold back as "
          "head");
}

using HeldKeys = std::vector<const crypto::SigningKey*>;

// Of a size that the log has, by the key of that size; of another, by any key of the log's, or one
// at hand that it has changed to in what is lost.
Result<crypto::OpenedCheckpoint> open_by_the_log(const std::string& note, const HeldKeys& held,
                                                 const LogFold& fold) {
  std::vector<crypto::NoteKey> keys = fold.log_keys().note_keys(fold.origin());
  for (const crypto::SigningKey* key : held)
    keys.push_back({.name = fold.origin(), .key = key->public_key()});
  Result<crypto::OpenedCheckpoint> opened = crypto::open_checkpoint(note, keys.back());
  for (const crypto::NoteKey& key : keys) {
    if (!opened) opened = crypto::open_checkpoint(note, key);
  }
  if (!opened || opened->checkpoint.size > fold.size()) return opened;
  const auto in_force = fold.log_keys().at(opened->checkpoint.size);
  if (!in_force) return opened;
  return crypto::open_checkpoint(note, {.name = fold.origin(), .key = *in_force});
}

// The one at hand that signed the newest checkpoint stored; the first if none did.
crypto::NoteKey key_of_stored(Storage& storage, const std::string& origin, const HeldKeys& held) {
  const auto note = StorageFetcher(storage).checkpoint();
  for (const crypto::SigningKey* key : held) {
    const crypto::NoteKey known{.name = origin, .key = key->public_key()};
    if (note && crypto::open_checkpoint(*note, known)) return known;
  }
  return {.name = origin, .key = held.front()->public_key()};
}

// The one by which the next checkpoint has to be signed.
Outcome check_held(const HeldKeys& held, const LogFold& fold) {
  const auto& terms = fold.log_keys().terms();
  const bool there = terms.empty() || std::ranges::any_of(held, [&](const auto* key) {
                       return key->public_key() == terms.back().key;
                     });
  if (there) return ok();
  return fail("log_key.absent",
              "账本现用的日志密钥 " + to_hex(terms.back().key) +
                  " 不在密钥目录里，未启动：请放回它的密钥文件",
              "the key by which the log signs now, " + to_hex(terms.back().key) +
                  ", is not among the keys, and the ledger was not started: put its file back");
}

// What the head file says of the storage.
struct HeadCheck {
  // Stands first, lest an Error be taken for a HeadCheck by g++ (parentheses initialize
  // aggregates).
  std::optional<Hash> lost;  // of a head that the log signed and the storage does not have
  Outcome agrees = ok();     // why the ledger is not to be started
};

// It may be behind by one batch, as after a crash between the two, but not ahead, not of another
// history, and not absent once anything was written.
Result<HeadCheck> check_head(Storage& storage, HeadFile& head, const HeldKeys& held,
                             const LogFold& fold, const std::set<Hash>& losses) {
  const auto note = head.read();
  if (!note) return note.error();
  if (!*note) {
    const auto fresh = is_new(storage, fold);
    if (!fresh) return fresh.error();
    if (*fresh) {
      return HeadCheck{
          .lost = {},
          .agrees = head.write(crypto::sign_checkpoint(
              {.origin = fold.origin(), .size = 0, .root = fold.tree().root()}, *held.front()))};
    }
    return fail(
        "head.absent",
        "数据库已有内容，而头文件 head 不在：无从判断数据库是否被退回，未启动。请从备份、见证方或公"
        "开镜像找回最新的已签检查点，原样放回 head，再用 liuhen-verify dir 核验",
        "the database has content and the file head is gone: whether the database was rolled back "
        "cannot be told, and the ledger was not started. Put the newest signed checkpoint, from a "
        "backup, a witness or a mirror, back as head, and verify with liuhen-verify dir");
  }
  const auto opened = open_by_the_log(**note, held, fold);
  if (!opened) {
    return fail("head.damaged", "头文件不是本账本签的：" + opened.error().zh,
                "the head file is not signed by this log: " + opened.error().en);
  }
  const crypto::Checkpoint& known = opened->checkpoint;
  const bool ahead = known.size > fold.size();
  if (!ahead && known.root == fold.tree().root(known.size))
    return HeadCheck{.lost = {}, .agrees = check_lag(storage, known, fold)};
  const Hash lost = loss_hash(**note);
  const auto decided = was_just_declared_lost(storage, lost);
  if (!decided) return decided.error();
  if (*decided) return HeadCheck{};
  if (losses.contains(lost)) return put_back(known.size);
  return HeadCheck{
      .lost = lost,
      .agrees = ahead ? rolled_back(known.size, fold.size()) : other_history(known.size)};
}

Error refusal_of(const ReplayReport& report) {
  const Violation& finding = report.finding;
  const bool of_storage = finding.code == "storage.io" || finding.code == "storage.busy" ||
                          finding.code == "storage.damaged";
  return fail(of_storage ? finding.code : "ledger.mismatch",
              "账本与重放不符，未启动（" + finding.code + "）：" + finding.zh,
              "the ledger is not what its replay gives and was not started (" + finding.code +
                  "): " + finding.en);
}

}  // namespace

Result<std::unique_ptr<Sequencer>> Sequencer::open(
    Storage& storage, HeadFile& head, RestrictedStore& restricted, Admission& admission,
    Clock& clock, SequencerOptions options,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress,
    std::unique_ptr<LogFold> begun) {
  LIUHEN_CHECK(options.log_key != nullptr && crypto::is_note_name(options.origin));
  HeldKeys held{options.log_key};
  held.insert(held.end(), options.other_log_keys.begin(), options.other_log_keys.end());
  std::set<Hash> losses;
  const Visitor admit = [&](const Event& event, const crypto::TreeHistory& before) -> Outcome {
    if (options.stop.stop_requested()) return stopping();
    const Outcome legal = admission.admit(event, before);
    if (legal) admission.apply(event);
    if (legal && is_loss(event)) losses.insert(lost_in(event));
    return legal;
  };
  const ReplayOptions by_stored{.log_key = key_of_stored(storage, options.origin, held)};
  ReplayReport report = begun ? check_rest(storage, std::move(begun), by_stored, admit, progress)
                              : check_storage(storage, by_stored, admit, progress);
  if (options.stop.stop_requested()) return stopping();
  // A checkpoint that no key at hand signed accuses nobody while the key in force is not at hand.
  const bool by_another =
      report.verdict == Verdict::violated && report.fold && report.finding.code == "note.unsigned";
  if (report.verdict == Verdict::verified || by_another) {
    if (const Outcome there = check_held(held, *report.fold); !there) return there.error();
  }
  if (report.verdict != Verdict::verified) return refusal_of(report);
  const auto known = check_head(storage, head, held, *report.fold, losses);
  if (!known) return known.error();
  const bool awaits_loss = known->lost && options.accept_loss;
  if (!known->agrees && !awaits_loss) return known->agrees.error();
  auto writer = std::make_unique<LogWriter>(storage, head, restricted, admission, clock,
                                            std::move(held), std::move(report.fold));
  if (awaits_loss) writer->await_loss(*known->lost);
  if (options.accept_loss) writer->let_log_key_change();
  Outcome loaded = writer->load();
  if (loaded) loaded = writer->keep_head();  // as after each commit
  if (!loaded && !(options.reads_on && is_passing(loaded.error()))) return loaded.error();
  auto sequencer =
      std::make_unique<QueuedSequencer>(std::move(writer), restricted, options.origin,
                                        options.queue_max == 0 ? kQueueMax : options.queue_max);
  const std::optional<Error> held_back = loaded ? storage.held_back() : loaded.error();
  if (held_back) sequencer->halt(*held_back);
  return std::unique_ptr<Sequencer>(std::move(sequencer));
}

Result<Answer> Sequencer::submit_and_wait(Submission submission) {
  std::promise<Result<Answer>> promise;
  auto future = promise.get_future();
  submit(std::move(submission),
         [&promise](Result<Answer> answer) { promise.set_value(std::move(answer)); });
  return future.get();
}

}  // namespace liuhen::ledger
