// One client of the HTTP server (http_server.h): reads its requests one after another, within the
// limits, and answers each.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/fields.hpp>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/client/transport.h"
#include "api/server/answer_budget.h"
#include "api/server/client_address.h"
#include "api/server/fair_workers.h"
#include "api/server/http_server.h"
#include "api/server/stream_source.h"
#include "api/server/tls_certificate.h"

namespace liuhen::api::server {

// What all sessions of a server share; outlives them.
struct HttpHost {
  HttpHost(HttpServerOptions given, Site served)
      : options(std::move(given)),
        site(std::move(served)),
        workers(options.workers, options.worker_queue_max, options.address_waiting_max,
                options.address_workers),
        write_workers(options.write_workers, options.worker_queue_max, options.address_waiting_max,
                      options.address_workers),
        quick_workers(options.quick_workers, options.worker_queue_max, options.address_waiting_max),
        answers(options.answers_bytes_max),
        bodies(options.bodies_bytes_max),
        addresses(options.address_rate, entropy) {
    if (site.begin) return;
    site.begin = [this](const Request& request, const Finished& done) {
      done(ready(site.handle(request)));
    };
  }
  // Whether limits for one address hold for this client.
  bool limits(const ClientAddress& client) const {
    return !client.loopback || options.limit_loopback;
  }

  const HttpServerOptions options;
  Site site;  // not changed any more
  FairWorkers workers, write_workers, quick_workers;
  AnswerBudget answers, bodies;
  crypto::SystemEntropy entropy;
  RateLimit addresses;
  std::atomic<bool> stopping = false;

  // Before an answer without an end: why there may not be one more, or nothing. Any thread.
  std::optional<Error> begin_stream(const ClientAddress& client);
  void end_stream(const ClientAddress& client);

 private:
  std::mutex streams_mutex_;
  unsigned streams_ = 0;                          // under way
  std::map<std::string, unsigned> streams_from_;  // of them by network, where that is limited
};

// Where a session waits for what another thread will give it. That may come late, or from anywhere:
// what answers another turn than the one under way, or comes after close(), is nobody's.
// Thread-safe.
template <class What>
class Turn {
 public:
  using Resume = std::function<void(What)>;
  // The number of the turn; 0 after close(), when it resumes with nothing at once.
  std::uint64_t begin(Resume resume) {
    {
      const std::lock_guard lock(mutex_);
      if (!closed_) {
        waiting_ = std::move(resume);
        return ++turn_;
      }
    }
    resume(What());
    return 0;
  }
  void give(std::uint64_t turn, What what) {
    Resume waiting;
    {
      const std::lock_guard lock(mutex_);
      if (turn == turn_) waiting = std::exchange(waiting_, nullptr);
    }
    if (waiting) waiting(std::move(what));
  }
  // This turn and all to come end with nothing.
  void close() {
    if (const Resume waiting = forget()) waiting(What());
  }
  // The same, but whoever waits is not resumed: it is returned to be destroyed.
  Resume forget() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    return std::exchange(waiting_, nullptr);
  }

 private:
  std::mutex mutex_;
  std::uint64_t turn_ = 0;
  Resume waiting_;
  bool closed_ = false;
};
using ChunkTurn = Turn<std::optional<std::string>>;
using AnswerTurn = Turn<Finish>;

// Everything of it runs on the strand of its socket, but for the constructor.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(boost::asio::ip::tcp::socket socket, HttpHost& host, ClientAddress peer)
      : stream_(std::move(socket)), host_(host), peer_(std::move(peer)) {}

  // Serves until either side has had enough, and closes.
  static boost::asio::awaitable<void> run(std::shared_ptr<HttpSession> self);
  // For when the server stops: ends it if it is between two requests, or in a stream.
  void end_if_idle();
  // Lets go of whoever waits, for when nothing runs any more.
  void abandon();
  const ClientAddress& peer() const { return peer_; }
  auto executor() { return stream_.get_executor(); }

 private:
  boost::asio::awaitable<bool> greet();
  boost::asio::awaitable<void> say_good_bye();
  bool take_empty_line();
  boost::asio::awaitable<bool> serve_one();
  ClientAddress client_of(const boost::beast::http::fields& fields) const;
  boost::asio::awaitable<Response> answer(Request request);
  FairWorkers* workers_for(const Request& request);
  boost::asio::awaitable<bool> send(Response response, bool head, bool keep, unsigned version);
  boost::asio::awaitable<boost::system::error_code> send_large(std::string_view body);
  boost::asio::awaitable<void> send_stream(Response response, bool head, unsigned version,
                                           ClientAddress client);
  boost::asio::awaitable<void> send_chunks(std::shared_ptr<StreamSource> source, bool framed);
  boost::asio::awaitable<std::optional<std::string>> next_chunk(
      std::shared_ptr<StreamSource> source);
  void watch_for_end();
  Response refusal(const Error& error, unsigned retry_after_s = 0) const;
  boost::asio::awaitable<bool> refuse(Error error, bool head = false, unsigned retry_after_s = 0);
  boost::asio::awaitable<void> drain();

  std::shared_ptr<boost::asio::ssl::context> certificate_;  // with TLS
  Transport stream_;
  HttpHost& host_;
  const ClientAddress peer_;  // who is connected, perhaps a proxy
  ClientAddress client_;      // who asks, of the request at hand
  Request asked_;             // method and target of the request at hand, once its header is read
  boost::beast::flat_buffer buffer_{kReadBufferBytesMax};
  bool idle_ = true;
  bool passed_empty_line_ = false;  // since the last request
  const std::shared_ptr<AnswerTurn> answer_turn_ = std::make_shared<AnswerTurn>();
  const std::shared_ptr<ChunkTurn> turn_ = std::make_shared<ChunkTurn>();
};

}  // namespace liuhen::api::server
