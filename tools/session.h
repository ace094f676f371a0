// What commands share: the connection, the keys given, and submitting what they sign.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/server/service.h"
#include "crypto/checkpoint.h"
#include "ledger/intent.h"
#include "ledger/restricted.h"
#include "tools/environment.h"
#include "tools/key_ring.h"

namespace liuhen::tools {

// Options that every command which talks to a ledger has.
struct Target {
  std::string url;                // a running service
  std::string ca;                 // certificates that vouch for it, in place of the system's
  std::string dir;                // or a directory where nothing is running
  std::vector<std::string> keys;  // key files; signatures in this order
  std::string second;             // person or key who will sign second, later
  PassphraseSource passphrase;
  PassphraseSource platform_passphrase;  // of the keys in DIR/keys; none given: `passphrase`
  bool accept_loss = false;              // as ServiceOptions::accept_loss, with --dir
  std::string beacon_url;                // where the platform fetches rounds; empty: nowhere
  unsigned valid_h = 24;                 // the intent expires after so many hours
};

struct Submitted {
  bool waiting = false;  // for the second signature
  std::uint64_t position = 0;
  std::string intent_hash;  // of one that waits
  bool repeated = false;
};

class Session {
 public:
  Session(Environment& environment, const Target& target);
  ~Session();

  // Opens on first use. Errors: `session.target` (neither or both of --url and --dir), and those of
  // opening.
  Result<api::Connection*> connection();

  // GET or POST, parsed; a refusal becomes its Error.
  Result<boost::json::value> get(const std::string& target);
  Result<boost::json::value> post(const std::string& target, const boost::json::value& body);
  Result<boost::json::value> post_bytes(const std::string& target,
                                        std::span<const std::uint8_t> body);

  // Builds the intent around the payload (origin, stream and its version, last seen checkpoint,
  // expiry, a fresh id), signs with every key given, submits.
  Result<Submitted> submit(ledger::schema::PayloadUnion payload,
                           const std::vector<ledger::Opening>& openings = {});

  // The same, and says in words what happened.
  Outcome submit_and_say(ledger::schema::PayloadUnion payload,
                         const std::vector<ledger::Opening>& openings = {});

  // The intent that submit would send, unsigned.
  Result<Bytes> build(ledger::schema::PayloadUnion payload);
  Result<Submitted> send(const Bytes& intent, const std::vector<ledger::Opening>& openings);
  // What send() sends: the intent, signed with every key given, and its openings.
  Result<boost::json::object> submission(const Bytes& intent,
                                         const std::vector<ledger::Opening>& openings);

  // Signs with this one too, after those added before; those of --key are then not read.
  void add_key(NamedKey key);

  // What the next intents name as last seen, in place of the log's head. They are of that log, or
  // they are not signed (`session.log`).
  void see(crypto::Checkpoint checkpoint) { seen_ = std::move(checkpoint); }

  // The keys given by --key, read once.
  Result<const std::vector<NamedKey>*> keys();

  Environment& environment() { return environment_; }
  const Target& target() const { return target_; }

 private:
  struct Local;
  Outcome authors(std::vector<std::uint8_t>& out);

  Environment& environment_;
  Target target_;
  std::unique_ptr<Local> local_;  // an opened directory
  std::unique_ptr<api::Connection> remote_;
  std::vector<NamedKey> keys_;
  bool keys_read_ = false;
  std::optional<crypto::Checkpoint> seen_;
};

// A payload of one kind as the union that an intent carries.
template <class PayloadT>
ledger::schema::PayloadUnion united(PayloadT payload) {
  ledger::schema::PayloadUnion out;
  out.Set(std::move(payload));
  return out;
}

// Opens the ledger of a directory; asks at the terminal for the passphrase of its keys where they
// need one that was not given. Shows how far the replay has come.
// `options`: further ones; directory, clock, passphrase and progress are set here.
Result<std::unique_ptr<api::server::Service>> open_directory(
    Environment& environment, const Target& target, api::server::ServiceOptions options = {});

// "draw/<plan>/<attempt>" from either that or "<plan>/<attempt>".
std::string draw_stream(const std::string& text);

// Percent-encoding of one path segment.
std::string segment(std::string_view text);

}  // namespace liuhen::tools
