// The log as static files: checkpoint, tiles, bundles of entries (docs/formats/tiles.md).
#include "api/server/backend.h"
#include "ledger/tiles.h"

namespace liuhen::api::server {
namespace {

Response checkpoint(const Backend& backend, const Call&) {
  Response response;
  response.body = backend.sequencer.checkpoint();
  if (response.body.empty())
    return problem(absent("账本还没有任何记录", "the log has no entry yet"));
  response.content_type = "text/plain; charset=utf-8";
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response bytes_for_ever(std::string body) {
  Response response;
  response.content_type = "application/octet-stream";
  response.body = std::move(body);
  response.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
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
  if (found < tile.width) return absent("没有这个分片", "there is no such tile");
  return std::string(text_of(out));
}

Response tile(const Backend& backend, const Call& call) {
  const Result<ledger::TilePath> path =
      ledger::parse_tile_path(std::string_view(call.target.raw_path).substr(1));
  if (!path) return problem(path.error(), 404);
  const ledger::Tile& asked = path->tile;
  // What a checkpoint already covers, and no more: committed and published are one.
  if (asked.width > ledger::tile_width(asked.level, asked.index, backend.sequencer.size())) {
    return problem(absent("没有这个分片，或日志还没有这么长",
                          "there is no such tile, or the log is not that long yet"));
  }
  if (path->entries) {
    Result<std::string> body = bundle(backend, asked);
    return body ? bytes_for_ever(std::move(*body)) : problem(body.error());
  }
  Result<ReadModel::Reading> reading = backend.read();
  if (!reading) return problem(reading.error());
  return bytes_for_ever(std::string(text_of(ledger::tile_bytes(reading->tree(), asked))));
}

constexpr Route kRoutes[] = {
    {"GET", "/checkpoint", checkpoint},
    {"GET", "/tile/**", tile},
};

}  // namespace

std::span<const Route> tile_routes() { return kRoutes; }

}  // namespace liuhen::api::server
