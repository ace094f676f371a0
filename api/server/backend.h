// What the routes work on, and how each is found.
#pragma once

#include <atomic>
#include <boost/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "api/server/bundle_cache.h"
#include "api/server/feed.h"
#include "api/server/late_answer.h"
#include "api/server/observer.h"
#include "api/server/platform.h"
#include "api/server/problem.h"
#include "api/server/rate_limit.h"
#include "api/server/target.h"
#include "api/server/tile_cache.h"
#include "crypto/checkpoint.h"

namespace liuhen::api::server {

// The last checkpoint that the log signed.
struct Head {
  std::string note;  // empty before the first entry
  crypto::Checkpoint checkpoint;
};

// Everything here outlives every request.
struct Backend {
  std::string origin, vkey, dir;
  ledger::Clock& clock;
  ledger::Storage& storage;
  ledger::RestrictedStore& restricted;
  ledger::Sequencer& sequencer;
  ReadModel& model;
  Platform& platform;
  Observer& observer;
  Feeds& feeds;
  bool platform_acts = true;
  RateLimit& authors;
  TileCache& tiles;
  const Publisher* publisher;  // null: no witnesses are asked
  BundleCache& bundles;
  unsigned slow_write_ms = kSlowWriteMs;
  std::string public_url = {};  // where readers find the service; empty: nobody said

  // The state after everything acknowledged so far.
  Result<ReadModel::Reading> read() const { return model.read(sequencer.size()); }
  // The bytes of an entry. Fails with `request.absent`, or as storage does.
  Result<std::string> entry(std::uint64_t position) const;
  Head head() const;
  // The last signed note, with the cosignatures that came in; empty before the first entry.
  std::string checkpoint() const;
  // What GET /checkpoint answers: as Publisher::shown_to_readers.
  std::string checkpoint_for_readers() const;
};

struct Call {
  const Request& request;
  Target target;
  std::vector<std::string> captured;  // the segments for which the route has a "*"
};

struct Route {
  const char* method;
  const char* pattern;  // "/api/v1/entries/*"; a last "**" takes the rest of the path
  Response (*answer)(const Backend& backend, const Call& call);
  // In place of `answer`, where that has to wait for the writer. `call` is gone once it returns.
  void (*begin)(const Backend& backend, const Call& call, Finished done) = nullptr;
};

// By subject; each in a file of its own.
std::span<const Route> health_routes();
std::span<const Route> log_routes();
std::span<const Route> feed_routes();
std::span<const Route> tile_routes();
std::span<const Route> proof_routes();
std::span<const Route> witness_routes();
std::span<const Route> intent_routes();
std::span<const Route> catalogue_routes();
std::span<const Route> registry_routes();
std::span<const Route> draw_routes();
std::span<const Route> draft_routes();
std::span<const Route> page_routes();

// Takes the answer, with the pattern of the route that gives it, empty if none fitted; as Finished.
using Dispatched = std::function<void(Finish, const char* route)>;

// Finds the route and asks it: `request.route` if there is none, `request.method` with Allow if
// there is one for another method.
void dispatch(const Backend& backend, const Request& request, Dispatched done);

// The pattern of the route that dispatch() would ask or come nearest to; empty if none fits.
const char* route_of(const Request& request);

Response json_response(const boost::json::value& value, unsigned status = 200);
Error absent(const std::string& zh, const std::string& en);  // `request.absent`

}  // namespace liuhen::api::server
