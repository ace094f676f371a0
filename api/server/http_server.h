// HTTP/1.1 in front of a handler: framing, limits and time-outs here, meaning behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/client/connection.h"
#include "api/limits.h"
#include "api/server/late_answer.h"
#include "api/server/rate_limit.h"

namespace liuhen::api::server {

class TlsCertificate;

struct HttpServerOptions {
  std::string listen = "127.0.0.1:8080";  // address:port, [address]:port; port 0 takes a free one
  bool signals = false;                   // SIGINT and SIGTERM stop it
  // TLS, for those who connect from now on; absent: none.
  std::shared_ptr<TlsCertificate> certificate = {};
  std::function<void()> on_hangup = {};  // what SIGHUP does, with `signals`, on a thread of its own
  // Says stop_stuck(), before the process ends with code 1. With `signals`, on that thread.
  std::function<void()> on_stuck = [] {};
  unsigned io_threads = 0;  // 0: one for each core, kIoThreads at least
  unsigned workers = kWorkers;
  unsigned write_workers = kWriteWorkers;  // for POST: what waits for the disk holds up no reader
  unsigned quick_workers = kQuickWorkers;  // for what is quick, and for the chunks of streams
  unsigned worker_queue_max = kWorkerQueueMax;
  unsigned address_workers = kAddressWorkers;         // as address_connections_max
  unsigned address_waiting_max = kAddressWaitingMax;  // likewise
  unsigned connections_max = kConnectionsMax;
  // An IPv6 address stands for its /64. This machine's own addresses are held to neither, unless
  // limit_loopback is set.
  unsigned address_connections_max = kAddressConnectionsMax;
  Rate address_rate = {kAddressPerS, kAddressBurst};
  bool limit_loopback = false;
  // A proxy on this machine stands before it: the last address in X-Forwarded-For, which that proxy
  // wrote, is the client's.
  bool behind_proxy = false;
  std::size_t body_bytes_max = kBodyBytesMax;
  std::size_t answers_bytes_max = kAnswersBytesMax;
  std::size_t bodies_bytes_max = kBodiesBytesMax;  // of requests
  unsigned idle_timeout_s = kIdleTimeoutS;
  unsigned request_timeout_s = kRequestTimeoutS;
  unsigned response_timeout_s = kResponseTimeoutS;
  unsigned piece_timeout_s = kPieceTimeoutS;
  unsigned streams_max = kStreamsMax;
  unsigned address_streams_max = kAddressStreamsMax;  // as address_connections_max
  unsigned stream_chunk_timeout_s = kStreamChunkTimeoutS;
  unsigned stop_timeout_s = kStopTimeoutS;
};

// For all of stopping from the signal on, kStopTimeoutS among it; then the process ends where it
// stands, as if it were killed.
inline constexpr unsigned kStopStuckS = 20;

// It did not stop within kStopStuckS of a signal: what its loops are woken by fails, as every
// write.
Error stop_stuck();

// What is served. handle: on a worker thread, several at once, may block. It answers HEAD as GET:
// the body is left away when it is sent, and may be empty already, whereupon no length is said. An
// answer whose `stream` is set is sent as that yields it (stream_source.h), in chunks, and the
// connection closes after it.
// begin: asked in place of handle, if it is set, and likewise; the worker is free again once it
// returns, and what `done` is given is called on an I/O thread.
// brief: whether begin takes so little of this request that an I/O thread may do it.
// quick: whether handle takes little and waits for nobody: such requests have workers of their own,
// so that they are answered while others are at work on much.
// at_once: asked first, if it is set, on an I/O thread: what needs no worker, and waits for nobody.
// refused: sees the answers that the server gives in place of handle's, before they are sent, with
// the method and the target of the request; both are empty where its header could not be read.
struct Site {
  std::function<Response(const Request&)> handle;
  std::function<void(Response&, const Request&)> refused = [](Response&, const Request&) {};
  std::function<void(Request, Finished done)> begin = {};
  std::function<bool(const Request&)> brief = [](const Request&) { return false; };
  std::function<bool(const Request&)> quick = [](const Request&) { return false; };
  std::function<std::optional<Response>(const Request&)> at_once = {};
};

class HttpServer {
 public:
  // Whether open() could, as far as can be told without listening: for whoever has much to do
  // before. Same errors.
  static Outcome check_listen(const std::string& listen);
  // Binds and listens. Errors: `listen.address`, `listen.busy`.
  // Raises the process's limit of open files as far as it may, and takes fewer connections where
  // that is not enough (api/server/open_files.h).
  static Result<std::unique_ptr<HttpServer>> open(HttpServerOptions options, Site site);
  virtual ~HttpServer() = default;

  virtual std::uint16_t port() const = 0;
  // Serves until stopped; requests under way are answered first, for stop_timeout_s at most, and
  // streams end with the chunk under way. Call once.
  virtual void run() = 0;
  virtual void stop() = 0;  // any thread; idempotent
};

}  // namespace liuhen::api::server
