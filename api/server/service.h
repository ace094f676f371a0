// A ledger in a directory, and everything that can be asked of it. The HTTP server and `liuhen
// --dir` are two ways to the same handle().
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/client/connection.h"
#include "api/server/json_log.h"
#include "api/server/late_answer.h"
#include "api/server/publisher.h"
#include "api/server/rate_limit.h"
#include "api/server/snapshots.h"
#include "ledger/backup.h"
#include "ledger/clock.h"

namespace liuhen::api::server {

struct ServiceOptions {
  std::string dir;
  // Of the keys in DIR/keys, empty if they are not encrypted. Not kept: wipe it after open().
  std::string passphrase;
  ledger::Clock* clock = nullptr;  // outlives the service; required
  JsonLog* log = nullptr;          // of the service's own doings, outlives it; null: none
  // Where rounds of beacons are fetched, "http://host:port"; empty: only those in DIR/beacons are
  // known, which are looked for first in any case.
  std::string beacon_url;
  bool platform_acts = true;  // record by itself what is due (closings, executions, substitutes)
  Rate author_rate = {};      // intents signed with one key; `rate.author`
  // Whom to ask for cosignatures: the witnesses with addresses. Absent: nobody.
  std::optional<crypto::Policy> policy = {};
  PublisherOptions publishing = {};
  // Where readers find it, for the QR codes of its pages: passes check_public_url, or is empty.
  std::string public_url = {};
  SnapshotPolicy snapshots = {};
  unsigned slow_write_ms = kSlowWriteMs;  // a write under way for longer: `storage.slow`
  bool accept_loss = false;               // as SequencerOptions::accept_loss
  std::function<void(std::uint64_t, std::uint64_t)> progress;  // of the replay on open
};

// What `liuhen init` makes: DIR/db (RocksDB), DIR/head (the last signed head),
// DIR/keys/{log,platform,vrf,master}.key, DIR/ledger.json (origin and format version). Refuses a
// directory in use (`init.in_use`), overwrites nothing.
struct InitOptions {
  std::string dir;
  std::string origin;      // log origin and key name, such as "qingdao.example/liuhen"
  std::string passphrase;  // empty: keys are stored unencrypted
};
// The keys made, so that a genesis can be written: public keys of log, platform and vrf, hex.
struct InitResult {
  std::string log_vkey, log_key, platform_key, vrf_key;
};
Result<InitResult> init(const InitOptions& options);
// Takes away again what init() made in DIR, with what has been recorded since. For whoever called
// init() just before and could not go on; nothing may have it open.
void undo_init(const std::string& dir);

class Service {
 public:
  // Locks the directory against a second service (`storage.busy`), recovers, starts the writer, the
  // read model (a second state, fed after each commit, so that readers never block the writer) and
  // the platform's clockwork. From a snapshot, where there is one that can be used: what that
  // leaves out is checked afterwards, beside the running service, which takes nothing more if
  // anything is wrong. On a disk that is full or read-only it reads alone until that is over.
  static Result<std::unique_ptr<Service>> open(const ServiceOptions& options);
  virtual ~Service() = default;

  // Any thread; blocks until answered. Reads see at least every entry acknowledged before the call.
  virtual Response handle(const Request& request) = 0;
  // The same, but for an intent without waiting until it is written: `done` comes then.
  virtual void begin(Request request, Finished done) = 0;
  // Whether begin() takes microseconds for this request, and neither asks storage nor waits: a lone
  // intent, whose signature is checked, and which is then queued.
  virtual bool brief(const Request& request) const = 0;
  // Whether handle() takes little of this request: health, metrics, checkpoints, tiles of hashes.
  virtual bool quick(const Request& request) const = 0;
  // What neither asks storage nor waits for anyone, if that is enough to answer. Any thread.
  virtual std::optional<Response> at_once(const Request& request) = 0;
  // For an answer that was given in front of handle(): it gets its id, is counted and logged. Of
  // the request method and target are looked at, empty if they are not known. Any thread.
  virtual void refused(Response& response, const Request& request) = 0;

  // As Sequencer::stopped(): why nothing is written, if that is so. Any thread.
  virtual std::optional<Error> stopped() const = 0;

  // Records what is due now, one after another, until nothing is. Also done by a timer and after
  // submissions.
  virtual Outcome advance() = 0;

  // One more backup of the database while everything else goes on (ledger/backup.h); stop() breaks
  // it off. Any thread.
  virtual Result<ledger::BackupInfo> back_up(
      const std::string& directory, unsigned keep,
      const std::function<void(std::uint64_t)>& progress) = 0;

  // Answers what was accepted, and gives up whatever waits for others: witnesses, beacons, backups.
  virtual void stop() = 0;
};

// The service as a Connection (for --dir); shares ownership of nothing: the service must outlive
// it.
std::unique_ptr<Connection> connect(Service& service);

}  // namespace liuhen::api::server
