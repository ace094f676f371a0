// The log as static files: checkpoint, tiles, bundles of entries (docs/formats/tiles.md).
#include "api/limits.h"
#include "api/server/backend.h"
#include "api/server/conditional.h"
#include "api/server/gzip.h"
#include "ledger/tiles.h"

namespace liuhen::api::server {
namespace {

constexpr const char* kForEver = "public, max-age=31536000, immutable";

// With a validator; whether the client's own copy is still good, and the content is left away.
bool is_known(const Call& call, const std::string& tag, Response& response) {
  response.headers.emplace_back("ETag", tag);
  return leave_away_if_known(call.request.if_none_match, response);
}

Response validated(const Call& call, Response response) {
  is_known(call, entity_tag(response.body), response);
  return response;
}

Response checkpoint(const Backend& backend, const Call& call) {
  if (call.target.raw_path != "/checkpoint")
    return problem(absent("路径应为 /checkpoint", "the path is /checkpoint"));
  Response response;
  response.body = backend.checkpoint_for_readers();
  if (response.body.empty())
    return problem(absent("账本还没有任何记录", "the log has no entry yet"));
  response.content_type = "text/plain; charset=utf-8";
  response.headers.emplace_back("Cache-Control", "no-cache");
  return validated(call, std::move(response));
}

Response bytes_for_ever(std::string body = {}) {
  Response response;
  response.content_type = "application/octet-stream";
  response.body = std::move(body);
  response.headers.emplace_back("Cache-Control", kForEver);
  return response;
}

Result<std::string> bundle(const Backend& backend, const ledger::Tile& tile) {
  Bytes out;
  unsigned found = 0;
  Outcome scanned = backend.storage.scan(ledger::Family::entries,
                                         ledger::key_of_number(tile.index * ledger::kTileWidth),
                                         [&](std::string_view, std::string_view value) {
                                           if (found == tile.width) return false;
                                           ledger::add_to_bundle(view_of(value), out);
                                           return ++found < tile.width;
                                         });
  if (!scanned) return scanned.error();
  if (found < tile.width) return absent("没有这个瓦片", "there is no such tile");
  return std::string(text_of(out));
}

// A bundle as gzip. `body` as it is; empty if it is full and kept.
Response zipped(const Backend& backend, const Call& call, const ledger::Tile& tile,
                std::shared_ptr<const ZippedBundle> bundle, std::string_view body) {
  Response response = bytes_for_ever();
  response.headers.emplace_back("Vary", "Accept-Encoding");
  const std::string tag = bundle ? bundle->tag : entity_tag(body, "gzip");
  if (is_known(call, tag, response)) return response;
  response.headers.emplace_back("Content-Encoding", "gzip");
  if (!bundle && call.request.method == "HEAD") return response;  // says no length: RFC 9110 9.3.2
  if (!bundle) {
    bundle = std::make_shared<const ZippedBundle>(ZippedBundle{.tag = tag, .bytes = gzip(body)});
    if (tile.width == ledger::kTileWidth) backend.bundles.keep(tile.index, bundle);
  }
  response.shared_body = {bundle, &bundle->bytes};
  return response;
}

Response entries(const Backend& backend, const Call& call, const ledger::Tile& asked) {
  const bool takes_gzip = accepts_gzip(call.request.accept_encoding);
  if (takes_gzip && asked.width == ledger::kTileWidth) {
    if (auto kept = backend.bundles.find(asked.index))
      return zipped(backend, call, asked, std::move(kept), {});
  }
  Result<std::string> body = bundle(backend, asked);
  if (!body) return problem(body.error());
  if (takes_gzip && body->size() >= kGzipBytesMin)
    return zipped(backend, call, asked, nullptr, *body);
  Response response = bytes_for_ever(std::move(*body));
  response.headers.emplace_back("Vary", "Accept-Encoding");
  return validated(call, std::move(response));
}

Response tile(const Backend& backend, const Call& call) {
  const Result<ledger::TilePath> path =
      ledger::parse_tile_path(std::string_view(call.target.raw_path).substr(1));
  if (!path) return problem(path.error(), 404);
  const ledger::Tile& asked = path->tile;
  // What a checkpoint already covers, and no more: committed and published are one.
  if (asked.width > ledger::tile_width(asked.level, asked.index, backend.sequencer.size())) {
    return problem(absent("没有这个瓦片，或日志还没有这么长",
                          "there is no such tile, or the log is not that long yet"));
  }
  if (path->entries) return entries(backend, call, asked);
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  Response response = validated(
      call, bytes_for_ever(std::string(text_of(ledger::tile_bytes(reading->tree(), asked)))));
  if (asked.width == ledger::kTileWidth && response.status == 200)
    backend.tiles.keep(call.target.raw_path, response);
  return response;
}

constexpr Route kRoutes[] = {
    {"GET", "/checkpoint", checkpoint},
    {"GET", "/tile/**", tile},
};

}  // namespace

std::span<const Route> tile_routes() { return kRoutes; }

}  // namespace liuhen::api::server
