// How a verifier reads a log, wherever it is: a data directory, a URL, a mirror of static files.
// Nothing that it returns is trusted. c2sp.org/tlog-tiles.
#pragma once

#include <string>

#include "crypto/bytes.h"

namespace liuhen::ledger {

// Errors: `fetch.absent` (does not exist), `fetch.failed` (could not be had), `storage.damaged`.
class Fetcher {
 public:
  virtual ~Fetcher() = default;
  virtual Result<std::string> checkpoint() = 0;
  // `width` 1–256 hashes of 32 bytes.
  virtual Result<Bytes> tile(unsigned level, std::uint64_t index, unsigned width) = 0;
  // `width` 1–256 entries, each a big-endian u16 length and that many bytes.
  virtual Result<Bytes> entries(std::uint64_t index, unsigned width) = 0;
};

}  // namespace liuhen::ledger
