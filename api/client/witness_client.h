// A log's side of a witness: asks it to cosign, and learns from its refusals what it cosigned last.
// C2SP tlog-witness v1.0.0 (docs/formats/witness.md).
#pragma once

#include <functional>

#include "api/client/connection.h"
#include "ledger/witness.h"

namespace liuhen::api {

// The consistency proof between two sizes of the log.
using ProveConsistency =
    std::function<Result<crypto::Proof>(std::uint64_t old_size, std::uint64_t new_size)>;

// `witness.ahead`, of a witness that says so of a log of `size` entries.
Error witness_ahead(const std::string& witness, std::uint64_t cosigned, std::uint64_t size);

class WitnessClient {
 public:
  // "http://host:port/prefix". Errors: `connect.url`.
  static Result<std::unique_ptr<WitnessClient>> open(std::string_view url, crypto::NoteKey witness,
                                                     const ConnectionOptions& limits);

  // The witness's cosignature of a checkpoint that the log signed, found good. One thread at a
  // time. Errors: those of transport; `witness.ahead` (it says that it has cosigned more than this:
  // the log was rolled back, or forked, or the answer is wrong; it is asked anew the next time),
  // `witness.fork` (422: not the history that it cosigned), `witness.refused` (with its status),
  // `witness.answer`, `note.signature`, `witness.request` (more than kWitnessSentBytesMax).
  Result<crypto::NoteSignature> cosign(const std::string& note, std::uint64_t size,
                                       const ProveConsistency& prove);
  // The latest checkpoint of the log with this name that the witness cosigned, as it gives it to
  // monitors: not looked at. One thread at a time. Errors: those of transport; `witness.refused`.
  Result<std::string> held(std::string_view origin);
  // What it said last that it had cosigned, which is not signed. One thread at a time.
  std::uint64_t said() const { return said_; }
  // It has cosigned so many: it is asked for what follows. One thread at a time.
  void knows(std::uint64_t cosigned) { cosigned_ = cosigned; }
  // As of a Connection. Any thread.
  void cancel() { connection_->cancel(); }

 private:
  WitnessClient(crypto::NoteKey witness, std::string prefix, std::unique_ptr<Connection> connection)
      : witness_(std::move(witness)),
        prefix_(std::move(prefix)),
        connection_(std::move(connection)) {}

  const crypto::NoteKey witness_;
  const std::string prefix_;
  std::unique_ptr<Connection> connection_;
  // Of the last good cosignature. What a 409 says is not signed, and is not remembered.
  std::uint64_t cosigned_ = 0;
  std::uint64_t said_ = 0;
};

}  // namespace liuhen::api
