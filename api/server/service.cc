#include "api/server/service.h"

#include <sodium/utils.h>

#include <algorithm>
#include <filesystem>

#include "api/server/backend.h"
#include "api/server/background_check.h"
#include "api/server/conditional.h"
#include "api/server/declared_loss.h"
#include "api/server/known_head.h"
#include "api/server/measured.h"
#include "api/server/write_gate.h"
#include "api/server/writer_admission.h"
#include "crypto/block_entropy.h"
#include "crypto/note.h"
#include "crypto/vrf.h"
#include "ledger/dir_check.h"
#include "ledger/durable_file.h"
#include "ledger/limits.h"
#include "ledger/recovering_sequencer.h"
#include "ledger/rocksdb_storage.h"

namespace liuhen::api::server {
namespace {

// Of a request for one intent that an I/O thread takes on itself.
constexpr std::size_t kBriefBytesMax = 16u << 10;

// What the service goes on needing: the keys have been opened.
ServiceOptions without_passphrase(ServiceOptions options) {
  sodium_memzero(options.passphrase.data(), options.passphrase.size());
  options.passphrase.clear();
  return options;
}

std::vector<crypto::NoteKey> log_keys_of(const Keys& keys, const std::string& origin) {
  std::vector<crypto::NoteKey> all{{.name = origin, .key = keys.log.public_key()}};
  for (const crypto::SigningKey& key : keys.other_log)
    all.push_back({.name = origin, .key = key.public_key()});
  return all;
}

// Members in the order in which each needs those above it.
class DirectoryService final : public Service {
 public:
  DirectoryService(const ServiceOptions& options, std::string origin, Keys keys,
                   std::unique_ptr<ledger::Storage> storage)
      : layout_(options.dir),
        options_(without_passphrase(options)),
        keys_(std::move(keys)),
        observer_(options.log, entropy_),
        database_(*storage),
        storage_(measured(std::move(storage), observer_)),
        head_(measured(std::make_unique<ledger::DiskHeadFile>(layout_.head), observer_)),
        restricted_(*storage_, keys_.master, record_entropy_),
        model_(origin, *storage_),
        feeds_(*storage_),
        snapshots_(model_, *storage_, keys_.platform, origin, layout_.dir, observer_,
                   options.snapshots),
        check_(layout_.database, origin, log_keys_of(keys_, origin), observer_,
               [this](const Error& wrong) { found_wrong(wrong); }),
        origin_(origin),
        beacon_folder_(layout_.beacons),
        authors_(options.author_rate, entropy_) {}

  ~DirectoryService() override { stop(); }

  // `lost`: a head of which a loss was declared, and not all set aside.
  Outcome start(const std::optional<std::string>& lost) {
    auto snapshot = options_.accept_loss ? std::nullopt : open_from_snapshot();
    Result<std::unique_ptr<ledger::Sequencer>> sequencer =
        snapshot ? std::move(snapshot->sequencer)
                 : open_sequencer(of_empty_log(ledger::LogFold(origin_)), {});
    if (!sequencer) return sequencer.error();
    sequencer_ =
        measured(gated(std::move(*sequencer),
                       [this] { return publisher_ ? publisher_->refusal() : std::nullopt; }),
                 observer_);
    sequencer_->on_stopped([this](const std::optional<Error>& why) {
      if (why) return observer_.note("writing_stopped", *why);
      observer_.note(Severity::info, "writing_resumed", {});
    });
    if (lost) {
      if (Outcome finished = finish_loss(*lost); !finished) return finished;
    }
    sequencer_->on_committed([this](std::uint64_t first, const std::vector<Bytes>& entries) {
      model_.committed(first + entries.size());
      feeds_.committed(first + entries.size());
      snapshots_.committed(first + entries.size());
    });
    // Witnesses are offered no head that a crash could still take from the head file.
    sequencer_->on_kept([this] {
      if (publisher_) publisher_->published();
    });
    if (Outcome started = model_.start(sequencer_->size()); !started) return started;
    feeds_.committed(sequencer_->size());
    if (Outcome own = check_vrf_key(); !own) return own;
    std::vector<BeaconSource*> beacons{&beacon_folder_};
    if (!options_.beacon_url.empty()) {
      auto source = beacon_at(options_.beacon_url);
      if (!source) return source.error();
      beacon_url_ = std::move(*source);
      beacons.push_back(beacon_url_.get());
    }
    const auto key = log_key();
    if (!key) return key.error();
    if (Outcome opened = open_publisher(*key); !opened) return opened;
    platform_ = std::make_unique<Platform>(PlatformParts{keys_, *options_.clock, *sequencer_,
                                                         restricted_, *storage_, model_, entropy_,
                                                         publisher_.get(), std::move(beacons)});
    backend_.reset(new Backend{origin_, key->vkey(), options_.dir, *options_.clock, *storage_,
                               restricted_, *sequencer_, model_, *platform_, observer_, feeds_,
                               options_.platform_acts, authors_, tiles_, publisher_.get(),
                               bundles_});
    backend_->public_url = options_.public_url;
    backend_->slow_write_ms = options_.slow_write_ms;
    // Nothing new is signed before they have answered: a log that was rolled back learns of it from
    // them. Most do at once, and who writes next finds the log open.
    if (publisher_) {
      publisher_->start();
      publisher_->await_first_answers(kWitnessFirstMs);
    }
    if (options_.platform_acts) platform_->start();
    const std::uint64_t kept = snapshot ? snapshot->head.size : 0;
    snapshots_.start(kept, sequencer_->size());
    observer_.note(Severity::info, "started", {{"size", sequencer_->size()}, {"snapshot", kept}});
    if (const auto why = sequencer_->stopped())
      observer_.note(Severity::warning, "reads_only", {{"code", why->code}, {"detail", why->en}});
    if (snapshot) check_.start(std::move(snapshot->head));
    return ok();
  }

  // Opening has made the event that declares it durable, unless the disk takes nothing now.
  Outcome finish_loss(const std::string& lost) {
    if (const auto why = sequencer_->stopped()) return *why;
    const auto kept = set_lost_aside(layout_, lost);
    return kept ? ok() : Outcome(kept.error());
  }

  std::vector<const crypto::SigningKey*> other_log_keys() const {
    std::vector<const crypto::SigningKey*> keys;
    for (const crypto::SigningKey& key : keys_.other_log) keys.push_back(&key);
    return keys;
  }

  // By which the log signs now.
  Result<crypto::NoteKey> log_key() const {
    crypto::NoteKey key{.name = origin_, .key = keys_.log.public_key()};
    if (sequencer_->size() == 0) return key;
    const Result<ReadModel::Reading> reading = model_.read(sequencer_->size());
    if (!reading) return reading.error();
    key.key = reading->state().log_key;
    return key;
  }

  // With another key than a registered one the platform would let draws begin that it can never
  // execute.
  Outcome check_vrf_key() const {
    const Result<ReadModel::Reading> reading = model_.read(sequencer_->size());
    if (!reading) return reading.error();
    const projections::Keys& known = reading->state().keys;
    if (known.vrf.empty() || known.find_vrf(crypto::vrf::public_key(keys_.vrf)) != nullptr)
      return ok();
    return fail("platform.vrf_key",
                "keys/vrf.key 不是账本登记过的 VRF 密钥，未启动：请放回原来的密钥文件",
                "keys/vrf.key is no VRF key that the log knows, and nothing was started: put the "
                "right key file back");
  }

  Response handle(const Request& request) override {
    return wait_for([&](Finished done) { begin(request, std::move(done)); });
  }
  void begin(Request request, Finished done) override {
    const auto exchange = std::make_shared<Observer::Exchange>(observer_, std::move(request));
    dispatch(*backend_, exchange->request(),
             [exchange, done = std::move(done)](Finish finish, const char* route) {
               done([exchange, finish = std::move(finish), route] {
                 Response response = finish();
                 exchange->answered(response, route);
                 return response;
               });
             });
  }
  bool brief(const Request& request) const override {
    return request.method == "POST" && request.target == "/api/v1/intents" &&
           request.body.size() <= kBriefBytesMax;
  }
  bool quick(const Request& request) const override {
    const std::string_view path =
        std::string_view(request.target).substr(0, request.target.find('?'));
    if (path.starts_with("/tile/")) return !path.starts_with("/tile/entries/");
    return path == "/checkpoint" || path == "/healthz" || path == "/readyz" || path == "/metrics";
  }
  std::optional<Response> at_once(const Request& request) override {
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (!reads) return std::nullopt;
    std::optional<Response> response = tiles_.find(request.target);
    if (!response) return std::nullopt;
    leave_away_if_known(request.if_none_match, *response);
    Observer::Exchange(observer_, request).answered(*response, TileCache::kRoute);
    return response;
  }
  void refused(Response& response, const Request& request) override {
    observer_.refused(response, request.method, route_of(request));
  }
  std::optional<Error> stopped() const override { return sequencer_->stopped(); }
  Outcome advance() override { return platform_->advance(); }

  Result<ledger::BackupInfo> back_up(const std::string& directory, unsigned keep,
                                     const std::function<void(std::uint64_t)>& progress) override {
    return ledger::back_up(database_, directory, keep, progress, backups_.get_token(),
                           [this] { return known_whole(); });
  }

  void stop() override {
    if (backend_ && !stopped_.exchange(true))
      observer_.note(Severity::info, "stopping", {{"size", sequencer_->size()}});
    backups_.request_stop();
    feeds_.stop();
    if (publisher_) publisher_->stop();
    if (platform_) platform_->stop();
    if (sequencer_) sequencer_->stop();
    check_.stop();
    snapshots_.stop(sequencer_ && !sequencer_->stopped());
    model_.stop();
  }

 private:
  std::unique_ptr<WriterAdmission> admission_of(projections::State state,
                                                std::optional<ledger::LogFold> begun) {
    return std::make_unique<WriterAdmission>(std::move(state), std::move(begun), restricted_,
                                             *storage_, options_.policy);
  }
  std::unique_ptr<WriterAdmission> of_empty_log(std::optional<ledger::LogFold> begun) {
    projections::State state;
    state.origin = origin_;
    return admission_of(std::move(state), std::move(begun));
  }
  // With a fold of the entries that the admission has taken in, if it has any.
  Result<std::unique_ptr<ledger::Sequencer>> open_sequencer(
      std::unique_ptr<WriterAdmission> admission, std::unique_ptr<ledger::LogFold> fold) {
    WriterAdmission& writer = *admission;
    auto sequencer = ledger::open_recovering(
        {.storage = *storage_,
         .head = *head_,
         .restricted = restricted_,
         .clock = *options_.clock,
         .admission = [this] { return of_empty_log(std::nullopt); },
         .writable =
             [this] {
               return ledger::has_room(
                   layout_.dir, {.bytes = ledger::kRoomBytesMin, .files = ledger::kRoomFilesMin});
             }},
        {.origin = origin_,
         .log_key = &keys_.log,
         .other_log_keys = other_log_keys(),
         .queue_max = 0,
         .accept_loss = options_.accept_loss,
         .reads_on = true},
        options_.progress, {std::move(admission), std::move(fold)});
    if (sequencer) model_.begin(writer.begin_readers());
    return sequencer;
  }

  struct FromSnapshot {
    std::unique_ptr<ledger::Sequencer> sequencer;
    ledger::SnapshotHead head;
  };
  // Nothing if there is none that can be used: whether the log is right a whole replay then says.
  std::optional<FromSnapshot> open_from_snapshot() {
    auto loaded = snapshots_.load();
    if (!loaded) return ignored(loaded.error());
    if (!*loaded) return std::nullopt;
    Snapshots::Loaded& snapshot = **loaded;
    auto admission = admission_of(std::move(snapshot.state), *snapshot.fold);
    auto sequencer = open_sequencer(std::move(admission), std::move(snapshot.fold));
    if (!sequencer) return ignored(sequencer.error());
    return FromSnapshot{std::move(*sequencer), std::move(snapshot.head)};
  }
  std::nullopt_t ignored(const Error& why) {
    observer_.note(Severity::warning, "snapshot_ignored", {{"code", why.code}, {"detail", why.en}});
    return std::nullopt;
  }

  // Before older backups are dropped. A start from zero has replayed everything.
  Outcome known_whole() const {
    if (const auto why = stopped()) {
      return fail("backup.unverified",
                  "已备份，但服务已停止写入（" + why->code + "：" + why->zh +
                      "），旧备份一份也没有删；请查明原因，必要时用 liuhen restore 从旧备份恢复",
                  "backed up; but the service has stopped writing (" + why->code + ": " + why->en +
                      "), and no older backup was dropped; find out why, and restore an older one "
                      "if need be (liuhen restore)");
    }
    if (!check_.leaves_open()) return ok();
    return fail("backup.unverified",
                "已备份，但服务从快照启动，其余部分尚未核验完，旧备份一份也没有删；请待运行日志里"
                "出现 checked 之后再备份一次",
                "backed up; but the service started from a snapshot and has not verified the rest "
                "yet, and no older backup was dropped; back up once more after its log says "
                "checked");
  }

  // By the check that follows a start from a snapshot: the next one is not from it.
  void found_wrong(const Error& wrong) {
    sequencer_->halt(wrong);
    snapshots_.abandon();
  }

  Outcome open_publisher(const crypto::NoteKey& key) {
    if (!options_.policy) return ok();
    PublishedLog published;
    published.head = [this] { return sequencer_->kept_checkpoint(); };
    published.committed = [this] { return sequencer_->checkpoint(); };
    published.prove = [this](std::uint64_t old_size, std::uint64_t new_size) {
      Result<ReadModel::Reading> reading = model_.read(new_size);
      if (!reading) return Result<crypto::Proof>(reading.error());
      return reading->tree().consistency(old_size, new_size);
    };
    published.cosigned = [this] {
      if (options_.platform_acts) platform_->wake();
    };
    // Readers and witnesses who still know the key before go on with that.
    crypto::NoteKey known = key;
    for (const crypto::SigningKey& other : keys_.other_log) {
      const auto listed = options_.policy->keys_of(origin_);
      if (std::ranges::find(listed, known) == listed.end()) known.key = other.public_key();
    }
    published.contradicted = [this](const std::string& witness, const Error& error) {
      observer_.note(Severity::error, "witness_refused",
                     {{"witness", witness}, {"code", error.code}});
    };
    published.file_trouble = [this](const Error& error) {
      observer_.note(Severity::warning, "cosigned_file",
                     {{"code", error.code}, {"detail", error.en}});
    };
    PublisherOptions publishing = options_.publishing;
    publishing.file = layout_.dir + "/cosigned";
    Result<std::unique_ptr<Publisher>> publisher =
        Publisher::open(*options_.policy, known, std::move(published), publishing);
    if (!publisher) return publisher.error();
    publisher_ = std::move(*publisher);
    return ok();
  }

  const Layout layout_;
  const ServiceOptions options_;
  const Keys keys_;
  crypto::SystemEntropy entropy_;
  crypto::BlockEntropy record_entropy_{entropy_};
  Observer observer_;
  ledger::Storage& database_;  // what storage_ measures
  std::unique_ptr<ledger::Storage> storage_;
  std::unique_ptr<ledger::HeadFile> head_;
  ledger::RestrictedStore restricted_;
  ReadModel model_;  // everyone's but the writer's
  Feeds feeds_;
  Snapshots snapshots_;
  BackgroundCheck check_;
  const std::string origin_;
  BeaconFolder beacon_folder_;
  std::unique_ptr<BeaconSource> beacon_url_;  // null: none is configured
  std::atomic<bool> stopped_ = false;
  std::stop_source backups_;
  RateLimit authors_;
  TileCache tiles_;
  BundleCache bundles_;
  std::unique_ptr<ledger::Sequencer> sequencer_;
  std::unique_ptr<Publisher> publisher_;
  std::unique_ptr<Platform> platform_;
  std::unique_ptr<Backend> backend_;
};

class ServiceConnection final : public Connection {
 public:
  explicit ServiceConnection(Service& service) : service_(service) {}
  Result<Response> send(const Request& request) override {
    Response response = service_.handle(request);
    if (response.shared_body) {
      response.body = *response.shared_body;
      response.shared_body.reset();
    }
    if (request.method == "HEAD") {
      response.body.clear();
      response.stream.reset();
    }
    return response;
  }

 private:
  Service& service_;
};

}  // namespace

Result<std::unique_ptr<Service>> Service::open(const ServiceOptions& options) {
  LIUHEN_CHECK(options.clock != nullptr);
  const Layout layout(options.dir);
  Result<std::string> origin = read_origin(layout);
  if (!origin) return origin.error();
  Result<Keys> keys = read_keys(layout, options.passphrase);
  if (!keys) return keys.error();
  // `init` made the database: one that is gone is not made anew.
  std::error_code ignored;
  if (!std::filesystem::exists(layout.database, ignored)) {
    return fail("storage.damaged",
                "账本的数据库 " + layout.database + " 不见了，未启动，也未新建；请从备份恢复",
                "the ledger's database " + layout.database +
                    " is gone; nothing was started nor made anew: restore it from a backup");
  }
  std::optional<std::string> lost;
  {
    const auto readable =
        ledger::open_rocksdb(layout.database, {.mode = ledger::OpenMode::read_only});
    if (!readable) return readable.error();
    auto unfinished = unfinished_loss(layout, **readable);
    if (!unfinished) return unfinished.error();
    lost = std::move(*unfinished);
    // What was cosigned of a history that is declared lost is no evidence any more.
    if (Outcome raised = lost ? ok() : raise_head(layout, log_keys_of(*keys, *origin)); !raised)
      return raised.error();
    ledger::DiskHeadFile head(layout.head);
    const Outcome reaches = ledger::check_reach(**readable, head);
    const bool excused =
        options.accept_loss && !reaches && reaches.error().code == "ledger.rolled_back";
    if (!reaches && !excused) return reaches.error();
  }
  Result<std::unique_ptr<ledger::Storage>> storage =
      ledger::open_rocksdb(layout.database, {.mode = ledger::OpenMode::existing, .reads_on = true});
  if (!storage) return storage.error();
  auto service = std::make_unique<DirectoryService>(options, std::move(*origin), std::move(*keys),
                                                    std::move(*storage));
  if (Outcome started = service->start(lost); !started) return started.error();
  return std::unique_ptr<Service>(std::move(service));
}

std::unique_ptr<Connection> connect(Service& service) {
  return std::make_unique<ServiceConnection>(service);
}

}  // namespace liuhen::api::server
