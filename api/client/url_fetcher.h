// Reads a log's checkpoint, tiles and entry bundles from a service or a static file server. Nothing
// it returns is trusted. c2sp.org/tlog-tiles.
#pragma once

#include "api/client/connection.h"
#include "crypto/policy.h"
#include "ledger/fetcher.h"

namespace liuhen::api {

// A partial tile or bundle that is no longer served is the beginning of the full one. One thread at
// a time, as Connection, which outlives it. Errors: `fetch.absent` (404), `fetch.failed` (anything
// else).
class UrlFetcher final : public ledger::Fetcher {
 public:
  // With a policy, which outlives it, that asks for witnesses: a newest checkpoint that too few
  // have cosigned yet gives way to the newest that the service knows to be cosigned, if the policy
  // agrees.
  explicit UrlFetcher(Connection& connection, const crypto::Policy* policy = nullptr)
      : connection_(connection), policy_(policy) {}
  Result<std::string> checkpoint() override;
  Result<Bytes> tile(unsigned level, std::uint64_t index, unsigned width) override;
  Result<Bytes> entries(std::uint64_t index, unsigned width) override;

 private:
  Result<std::string> get(const std::string& path, std::size_t bytes_max);

  Connection& connection_;
  const crypto::Policy* policy_;
};

}  // namespace liuhen::api
