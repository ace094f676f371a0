// Proofs that the log holds an entry (docs/formats/api.md, "The log").
#include "api/server/backend.h"

namespace liuhen::api::server {
namespace {

// c2sp.org/tlog-proof@v1
Response proof(const Backend& backend, const Call& call) {
  const Result<std::uint64_t> position = parse_number(call.captured[0]);
  if (!position) return problem(position.error());
  const Head head = backend.head();
  Result<ReadModel::Reading> reading = backend.model.read(head.checkpoint.size);
  if (!reading) return problem(reading.error());
  const Result<crypto::Proof> path = reading->tree().inclusion(*position, head.checkpoint.size);
  if (!path) return problem(absent("没有这条记录", "there is no such entry"));
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = "c2sp.org/tlog-proof@v1\nindex " + std::to_string(*position) + "\n";
  for (const Hash& hash : *path) response.body += to_base64(hash) + "\n";
  response.body += "\n" + head.note;
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/proofs/*", proof},
};

}  // namespace

std::span<const Route> proof_routes() { return kRoutes; }

}  // namespace liuhen::api::server
