// One facade for programs: a running service behind a URL, or a directory where nothing is running.
// Both answer the same requests (docs/formats/api.md).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/limits.h"
#include "crypto/result.h"

namespace liuhen::api {

namespace server {
class StreamSource;
}

struct Request {
  std::string method;  // GET, HEAD, POST
  std::string target;  // path and query, percent-encoded: "/api/v1/draws?after=10"
  std::string content_type;
  std::string body;
  std::string accept_encoding = {};  // as the fields of HTTP; empty if there is none
  std::string if_none_match = {};
  std::string last_event_id = {};
  std::string client = {};  // where it came from, set by the server: an address, empty with --dir
  // Of the client only: what it reads of the answer at most, where that is less than
  // ConnectionOptions::response_bytes. 0: that.
  std::size_t response_bytes = 0;
};

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // further ones, such as Cache-Control
  // Of the server only: the body in place of `body`, where many answers have the same.
  std::shared_ptr<const std::string> shared_body = {};
  // Of the server only: what yields the body, in place of `body` (api/server/stream_source.h).
  std::shared_ptr<server::StreamSource> stream = {};
  std::uint32_t weight = 1;  // of the server only: for how many requests it counts (kAddressPerS)

  std::string_view content() const {
    return shared_body ? std::string_view(*shared_body) : std::string_view(body);
  }
};

// Any thread, one request at a time per connection. Errors are those of transport
// (`connect.failed`, `connect.timeout`, `connect.tls`, `connect.cancelled`); a refusal by the
// service is a Response with its status and an RFC 9457 problem.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual Result<Response> send(const Request& request) = 0;
  // Ends a send under way, and every later one, with `connect.cancelled`. Any thread.
  virtual void cancel() {}

  Result<Response> get(std::string target) { return send({"GET", std::move(target), "", ""}); }
};

struct ConnectionOptions {
  // Certificates in PEM that vouch for the service, in place of those that the system trusts.
  std::string ca_file = {};
  // How often a request is sent in all, if the answer is that it came too early (429, or 503
  // because of a full queue): after as long as the answer says, kRetryWaitMaxS at most. With more
  // than one, also for as long as a service that was just started may ask its witnesses
  // (`ledger.asking`, kWitnessHoldMs), however often that is.
  unsigned attempts = 1;
  // What is put up with from one peer.
  unsigned connect_ms = kConnectTimeoutMs;
  unsigned answer_ms = kAnswerTimeoutMs;  // from sending the request to the answer's last byte
  std::size_t response_bytes = kResponseBytesMax;
};

// "http://host:port" or "https://host:port", with a path before all targets if there is one.
// With https, the service has to show a certificate for that host. Errors: `connect.url`,
// `connect.ca`.
Result<std::unique_ptr<Connection>> connect(std::string_view url,
                                            const ConnectionOptions& options = {});

// A refusal as an Error again: code, zh and en from the problem document, or the response's status
// and text.
Error error_of(const Response& response);

}  // namespace liuhen::api
