#include "api/client/url_fetcher.h"

#include "crypto/note.h"
#include "ledger/limits.h"
#include "ledger/tiles.h"

namespace liuhen::api {

namespace {

inline constexpr std::size_t kTileBytesMax = ledger::kTileWidth * sizeof(Hash);
inline constexpr std::size_t kBundleBytesMax = ledger::kTileWidth * (2 + ledger::kEntryBytesMax);

Bytes bytes_of(std::string_view text) {
  const View view = view_of(text);
  return {view.begin(), view.end()};
}

}  // namespace

Result<std::string> UrlFetcher::get(const std::string& path, std::size_t bytes_max) {
  auto response =
      connection_.send({.method = "GET", .target = "/" + path, .response_bytes = bytes_max});
  if (!response) {
    return fail("fetch.failed", "取 " + path + " 失败：" + response.error().zh,
                "fetching " + path + " failed: " + response.error().en);
  }
  if (response->status == 200) return std::move(response->body);
  const std::string status = std::to_string(response->status);
  if (response->status == 404)
    return fail("fetch.absent", "服务上没有 " + path, "the service has no " + path);
  return fail("fetch.failed", "取 " + path + " 时服务回答 " + status,
              "the service answers " + status + " for " + path);
}

Result<std::string> UrlFetcher::checkpoint() {
  auto newest = get("checkpoint", crypto::kMaxNoteSize);
  if (!newest || policy_ == nullptr) return newest;
  const auto opened = policy_->open(*newest);
  if (opened || opened.error().code != "policy.quorum") return newest;
  auto witnessed = get("checkpoint/witnessed", crypto::kMaxNoteSize);
  return witnessed && policy_->open(*witnessed) ? witnessed : newest;
}

Result<Bytes> UrlFetcher::tile(unsigned level, std::uint64_t index, unsigned width) {
  const ledger::Tile wanted{.level = level, .index = index, .width = width};
  auto body = get(ledger::tile_path(wanted), kTileBytesMax);
  if (body) return bytes_of(*body);
  if (width == ledger::kTileWidth || body.error().code != "fetch.absent") return body.error();
  const auto full =
      get(ledger::tile_path({.level = level, .index = index, .width = ledger::kTileWidth}),
          kTileBytesMax);
  if (!full) return body.error();
  return bytes_of(std::string_view(*full).substr(0, std::size_t{width} * 32));
}

Result<Bytes> UrlFetcher::entries(std::uint64_t index, unsigned width) {
  auto body =
      get(ledger::bundle_path({.level = 0, .index = index, .width = width}), kBundleBytesMax);
  if (body) return bytes_of(*body);
  if (width == ledger::kTileWidth || body.error().code != "fetch.absent") return body.error();
  const auto full =
      get(ledger::bundle_path({.level = 0, .index = index, .width = ledger::kTileWidth}),
          kBundleBytesMax);
  if (!full) return body.error();
  const Bytes whole = bytes_of(*full);
  Bytes out;
  for (const View entry : ledger::split_bundle(whole, width).entries)
    ledger::add_to_bundle(entry, out);
  return out;
}

}  // namespace liuhen::api
