#include "ledger/log_reader.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

#include "ledger/limits.h"
#include "ledger/tiles.h"

namespace liuhen::ledger {
namespace {

constexpr std::uintmax_t kFileBytesMax = kTileWidth * (kEntryBytesMax + 2);

Error absent(const std::string& what) {
  return fail("fetch.absent", what + " 不存在", what + " does not exist");
}
Error failed(const std::string& what) {
  return fail("fetch.failed", "无法读取 " + what, "cannot read " + what);
}

// The first `width` hashes; fewer if there are fewer.
Bytes hashes_of(std::string_view value, unsigned width) {
  const View bytes = view_of(value.substr(0, width * sizeof(Hash)));
  return {bytes.begin(), bytes.end()};
}

}  // namespace

Result<std::string> stored_origin(Storage& storage) {
  auto origin = storage.get(Family::meta, "origin");
  if (!origin) return origin.error();
  if (!*origin) return fail("storage.absent", "账本里还没有名称", "the ledger has no name yet");
  return std::move(**origin);
}

Result<std::string> StorageFetcher::checkpoint() {
  // The greatest key, bit by bit, since a Storage is only read forwards.
  std::optional<std::string> note;
  std::uint64_t greatest = 0;
  for (unsigned bit = 64; bit > 0; --bit) {
    const std::uint64_t from = greatest | std::uint64_t{1} << (bit - 1);
    bool found = false;
    const Outcome scanned = storage_.scan(Family::checkpoints, key_of_number(from),
                                          [&](std::string_view, std::string_view) {
                                            found = true;
                                            return false;
                                          });
    if (!scanned) return scanned.error();
    if (found) greatest = from;
  }
  auto value = storage_.get(Family::checkpoints, key_of_number(greatest));
  if (!value) return value.error();
  if (!*value) return absent("checkpoint");
  return std::move(**value);
}

Result<Bytes> StorageFetcher::tile(unsigned level, std::uint64_t index, unsigned width) {
  const auto exact = storage_.get(Family::tiles, tile_key({level, index, width}));
  if (!exact) return exact.error();
  if (*exact) return Bytes((**exact).begin(), (**exact).end());
  // The full one sorts first, then the partial ones by width.
  const std::string full_key = tile_key({level, index, kTileWidth});
  std::optional<Bytes> wider;
  const Outcome scanned =
      storage_.scan(Family::tiles, full_key, [&](std::string_view key, std::string_view value) {
        const auto stored = parse_tile_key(key);
        if (!stored || stored->level != level || stored->index != index) return false;
        if (stored->width < width) return true;
        wider = hashes_of(value, width);
        return false;
      });
  if (!scanned) return scanned.error();
  if (!wider) return absent(tile_path({level, index, width}));
  return std::move(*wider);
}

Result<Bytes> StorageFetcher::entries(std::uint64_t index, unsigned width) {
  Bytes bundle;
  const std::uint64_t first = index * kTileWidth;
  std::uint64_t next = first;
  const Outcome scanned = storage_.scan(
      Family::entries, key_of_number(first), [&](std::string_view key, std::string_view value) {
        if (key != key_of_number(next) || value.size() > kEntryBytesMax) return false;
        if (next == first) bundle.reserve(width * (value.size() + 2));  // the others are like it
        add_to_bundle(view_of(value), bundle);
        ++next;
        return next - first < width;
      });
  if (!scanned && scanned.error().code != "storage.damaged") return scanned.error();
  if (!scanned) return entries_one_by_one(first, width);
  if (next == first) return absent(bundle_path({0, index, width}));
  return bundle;
}

// A scan may be stopped by damage elsewhere in the files; a get is not.
Result<Bytes> StorageFetcher::entries_one_by_one(std::uint64_t first, unsigned width) {
  Bytes bundle;
  for (std::uint64_t next = first; next < first + width; ++next) {
    const auto entry = storage_.get(Family::entries, key_of_number(next));
    if (!entry) return entry.error();
    if (!*entry || (*entry)->size() > kEntryBytesMax) break;
    add_to_bundle(view_of(**entry), bundle);
  }
  return bundle;
}

Result<std::string> MirrorFetcher::read(const std::string& path) const {
  const std::filesystem::path full = std::filesystem::path(directory_) / path;
  std::error_code error;
  const auto size = std::filesystem::file_size(full, error);
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory)
    return absent(path);
  std::ifstream file(full, std::ios::binary);
  if (error || size > kFileBytesMax || !file) return failed(path);
  std::string text(size, '\0');
  file.read(text.data(), static_cast<std::streamsize>(size));
  if (file.gcount() != static_cast<std::streamsize>(size)) return failed(path);
  return text;
}

// The full file, else the narrowest partial one that is wide enough.
Result<std::string> MirrorFetcher::read_wider(const std::string& full_path, unsigned width) const {
  auto full = read(full_path);
  if (full || full.error().code != "fetch.absent") return full;
  unsigned best = kTileWidth;
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(
           std::filesystem::path(directory_) / (full_path + ".p"), error)) {
    const std::string name = file.path().filename().string();
    unsigned stored = 0;
    const auto [end, bad] = std::from_chars(name.data(), name.data() + name.size(), stored);
    if (bad == std::errc() && end == name.data() + name.size() && stored > width)
      best = std::min(best, stored);
  }
  if (best == kTileWidth) return full;
  return read(full_path + ".p/" + std::to_string(best));
}

Result<std::string> MirrorFetcher::checkpoint() { return read("checkpoint"); }

Result<Bytes> MirrorFetcher::tile(unsigned level, std::uint64_t index, unsigned width) {
  const auto exact = read(tile_path({level, index, width}));
  if (exact) return Bytes(exact->begin(), exact->end());
  if (exact.error().code != "fetch.absent") return exact.error();
  const auto text = read_wider(tile_path({level, index, kTileWidth}), width);
  if (!text) return text.error();
  return hashes_of(*text, width);
}

Result<Bytes> MirrorFetcher::entries(std::uint64_t index, unsigned width) {
  const auto exact = read(bundle_path({0, index, width}));
  if (exact) return Bytes(exact->begin(), exact->end());
  if (exact.error().code != "fetch.absent") return exact.error();
  const auto text = read_wider(bundle_path({0, index, kTileWidth}), width);
  if (!text) return text.error();
  Bytes bundle;
  for (const View entry : split_bundle(view_of(*text), width).entries) add_to_bundle(entry, bundle);
  return bundle;
}

}  // namespace liuhen::ledger
