#include "ledger/derived_index.h"

#include <algorithm>

#include "crypto/sha256.h"
#include "ledger/limits.h"
#include "ledger/pending.h"
#include "ledger/restricted.h"
#include "ledger/tiles.h"

namespace liuhen::ledger {
namespace {

using Found = Result<std::optional<Violation>>;
using Pair = std::pair<std::string, std::string>;
using Expected = std::function<std::optional<Pair>()>;  // in key order, until nothing
using Named = std::function<std::string(std::string_view key)>;

std::optional<std::uint64_t> last_number(std::string_view bytes) {
  if (bytes.size() < 8) return std::nullopt;
  return number_of_key(bytes.substr(bytes.size() - 8));
}

Violation wrong(Family family, const std::string& what, std::optional<std::uint64_t> position,
                const char* code, const char* zh, const char* en) {
  const std::string where = std::string(name_of(family)) + "/" + what;
  Violation out{.position = {},
                .where = where,
                .range = {},
                .code = std::string(name_of(family)) + "." + code,
                .zh = where + "：" + zh,
                .en = where + ": " + en};
  if (position) {
    out.range = {*position, *position};
    out.zh += "（涉及第 " + std::to_string(*position) + " 条）";
    out.en += " (it speaks of entry " + std::to_string(*position) + ")";
  }
  return out;
}

Violation missing(Family family, const std::string& what, std::optional<std::uint64_t> position) {
  return wrong(family, what, position, "missing", "缺失", "it is missing");
}
Violation extra(Family family, const std::string& what, std::optional<std::uint64_t> position) {
  return wrong(family, what, position, "extra", "不应存在，条目里没有它",
               "it should not be there: no entry accounts for it");
}
Violation changed(Family family, const std::string& what, std::optional<std::uint64_t> position) {
  return wrong(family, what, position, "changed", "与条目得出的不同",
               "it is not what the entries give");
}

// Walks the stored and the expected pairs side by side. `position` says which entry a pair speaks
// of.
Found side_by_side(Storage& storage, Family family, const Expected& expected, const Named& named,
                   const std::function<std::optional<std::uint64_t>(const Pair&)>& position) {
  std::optional<Violation> found;
  std::optional<Pair> next = expected();
  const Outcome scanned =
      storage.scan(family, "", [&](std::string_view key, std::string_view value) {
        if (!next || key < next->first) {
          found = extra(family, named(key), position({std::string(key), std::string(value)}));
        } else if (key > next->first) {
          found = missing(family, named(next->first), position(*next));
        } else if (value != next->second) {
          found = changed(family, named(key), position(*next));
        }
        if (!found) next = expected();
        return !found;
      });
  if (!scanned) {
    if (scanned.error().code != "storage.damaged") return scanned.error();
    return std::optional(wrong(family, next ? named(next->first) : "",
                               next ? position(*next) : std::nullopt, "damaged",
                               scanned.error().zh.c_str(), scanned.error().en.c_str()));
  }
  if (!found && next) found = missing(family, named(next->first), position(*next));
  return found;
}

std::string hex(std::string_view key) { return to_hex(view_of(key)); }

// A scan whose damage is a finding.
Found scan(
    Storage& storage, Family family,
    const std::function<std::optional<Violation>(std::string_view, std::string_view)>& judge) {
  std::optional<Violation> found;
  const Outcome scanned =
      storage.scan(family, "", [&](std::string_view key, std::string_view value) {
        found = judge(key, value);
        return !found;
      });
  if (!scanned) {
    if (scanned.error().code != "storage.damaged") return scanned.error();
    return std::optional(wrong(family, "", std::nullopt, "damaged", scanned.error().zh.c_str(),
                               scanned.error().en.c_str()));
  }
  return found;
}

}  // namespace

std::string stream_key(std::string_view stream, std::uint64_t position) {
  return std::string(stream) + '\0' + key_of_number(position);
}

std::string intent_key(const IntentView& intent) {
  return std::string(text_of(intent.author(0))).append(text_of(intent.id()));
}

std::string intent_value(const Event& event) {
  return key_of_number(event.position()).append(text_of(crypto::sha256(event.intent().bytes())));
}

void DerivedIndex::add(const Event& event) {
  for (const std::string& stream : streams_of(event))
    streams_.push_back(stream_key(stream, event.position()));
  intents_.emplace_back(intent_key(event.intent()), intent_value(event));
  for (const Hash& commitment : commitments_of(event.intent())) commitments_.insert(commitment);
  if (event.intent().known() && event.tag() == PayloadTag::RecordsErased) {
    const auto& erased = *event.payload<schema::RecordsErased>().commitments();
    for (std::size_t at = 0; at < erased.size(); at += 32) {
      commitments_.erase(exactly<32>(View(erased.data(), erased.size()).subspan(at, 32)).value());
    }
  }
}

Result<std::optional<Violation>> DerivedIndex::compare(
    Storage& storage, const LogFold& fold, const std::optional<crypto::NoteKey>& log_key) {
  const std::function<Found()> steps[] = {
      [&] { return compare_entries(storage, fold); },
      [&] { return compare_checkpoints(storage, fold, log_key); },
      [&] { return compare_tiles(storage, fold); },
      [&] { return compare_streams(storage); },
      [&] { return compare_intents(storage); },
      [&] { return compare_meta(storage, fold); },
      [&] { return compare_pending(storage); },
      [&] { return compare_restricted(storage); }};
  for (const auto& step : steps) {
    Found found = step();
    if (!found || *found) return found;
  }
  return std::optional<Violation>();
}

// The replay has read entries 0 to size - 1, each under its key; this is about what else is there.
Found DerivedIndex::compare_entries(Storage& storage, const LogFold& fold) const {
  std::optional<std::string> key_outside;
  const auto note = [&](std::string_view key, std::string_view) {
    key_outside = std::string(key);
    return false;
  };
  const Outcome beyond = storage.scan(Family::entries, key_of_number(fold.size()), note);
  if (!beyond) return beyond.error();
  if (!key_outside && fold.size() > 0) {
    const Outcome before = storage.scan(Family::entries, "", note);
    if (!before) return before.error();
    if (key_outside == key_of_number(0)) key_outside.reset();
  }
  if (!key_outside) return std::optional<Violation>();
  if (key_outside->size() != 8)
    return std::optional(extra(Family::entries, hex(*key_outside), std::nullopt));
  const std::uint64_t position = number_of_key(*key_outside);
  Violation found = extra(Family::entries, std::to_string(position), position);
  found.position = position;
  found.where.clear();
  return std::optional(found);
}

Found DerivedIndex::compare_checkpoints(Storage& storage, const LogFold& fold,
                                        const std::optional<crypto::NoteKey>& log_key) {
  Found found = scan(storage, Family::checkpoints,
                     [&](std::string_view key, std::string_view value) -> std::optional<Violation> {
                       if (key.size() != 8)
                         return extra(Family::checkpoints, hex(key), std::nullopt);
                       const std::uint64_t size = number_of_key(key);
                       const std::string name = std::to_string(size);
                       if (size == 0 || size > fold.size())
                         return extra(Family::checkpoints, name, std::nullopt);
                       if (log_key) {
                         const auto opened = crypto::open_checkpoint(value, *log_key);
                         const bool right = opened && opened->note.signatures.size() == 1 &&
                                            opened->checkpoint.extensions.empty() &&
                                            opened->checkpoint.size == size &&
                                            opened->checkpoint.root == fold.tree().root(size);
                         if (!right) return changed(Family::checkpoints, name, size - 1);
                       }
                       published_.insert(size);
                       return std::nullopt;
                     });
  if (!found || *found) return found;
  if (fold.size() > 0 && !published_.contains(fold.size())) {
    return std::optional(
        missing(Family::checkpoints, std::to_string(fold.size()), fold.size() - 1));
  }
  return std::optional<Violation>();
}

// Every full tile; and for each published size the partial ones, as long as they have not become
// full.
Found DerivedIndex::compare_tiles(Storage& storage, const LogFold& fold) const {
  std::vector<std::string> keys;
  for (const Tile& tile : tiles_of_growth(0, fold.size())) {
    if (tile.width == kTileWidth) keys.push_back(tile_key(tile));
  }
  for (const std::uint64_t size : published_) {
    for (unsigned level = 0; level < 8 && size >> (8 * level) > 0; ++level) {
      const std::uint64_t index = (size >> (8 * level)) / kTileWidth;
      const unsigned width = tile_width(level, index, size);
      if (width != 0 && tile_width(level, index, fold.size()) < kTileWidth)
        keys.push_back(tile_key({level, index, width}));
    }
  }
  std::ranges::sort(keys);
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::size_t at = 0;
  const Expected expected = [&]() -> std::optional<Pair> {
    if (at == keys.size()) return std::nullopt;
    const std::string& key = keys[at++];
    return Pair(key, text_of(tile_bytes(fold.tree(), parse_tile_key(key).value())));
  };
  const Named named = [](std::string_view key) {
    const auto tile = parse_tile_key(key);
    return tile ? tile_path(*tile) : hex(key);
  };
  Found found = side_by_side(storage, Family::tiles, expected, named,
                             [](const Pair&) { return std::nullopt; });
  return found;
}

Found DerivedIndex::compare_streams(Storage& storage) {
  std::ranges::sort(streams_);
  std::size_t at = 0;
  const Expected expected = [&]() -> std::optional<Pair> {
    if (at == streams_.size()) return std::nullopt;
    return Pair(streams_[at++], "");
  };
  const Named named = [](std::string_view key) {
    return key.size() < 9 ? hex(key) : std::string(key.substr(0, key.size() - 9));
  };
  return side_by_side(storage, Family::streams, expected, named,
                      [](const Pair& pair) { return last_number(pair.first); });
}

Found DerivedIndex::compare_intents(Storage& storage) {
  std::ranges::sort(intents_);
  std::size_t at = 0;
  const Expected expected = [&]() -> std::optional<Pair> {
    if (at == intents_.size()) return std::nullopt;
    return intents_[at++];
  };
  return side_by_side(storage, Family::intents, expected, hex,
                      [](const Pair& pair) -> std::optional<std::uint64_t> {
                        if (pair.second.size() != 40) return std::nullopt;
                        return number_of_key(pair.second);
                      });
}

Found DerivedIndex::compare_meta(Storage& storage, const LogFold& fold) const {
  std::vector<Pair> pairs{{"format", std::string(kFormatVersion)}, {"origin", fold.origin()}};
  if (fold.size() ==
      0) {  // written with whatever is written first, which may be a half-signed intent
    const auto format = storage.get(Family::meta, "format");
    if (!format) return format.error();
    if (!*format) pairs.clear();
  } else {
    pairs.insert(pairs.begin(), {"checkpoints", key_of_number(published_.size())});
  }
  std::size_t at = 0;
  const Expected expected = [&]() -> std::optional<Pair> {
    if (at == pairs.size()) return std::nullopt;
    return pairs[at++];
  };
  return side_by_side(
      storage, Family::meta, expected, [](std::string_view key) { return std::string(key); },
      [](const Pair&) { return std::nullopt; });
}

Found DerivedIndex::compare_pending(Storage& storage) {
  return scan(storage, Family::pending,
              [&](std::string_view key, std::string_view value) -> std::optional<Violation> {
                const auto pending = decode_pending(key, value);
                if (!pending) return changed(Family::pending, hex(key), std::nullopt);
                commitments_.insert(pending->opened.begin(), pending->opened.end());
                return std::nullopt;
              });
}

Found DerivedIndex::compare_restricted(Storage& storage) const {
  std::vector<std::string> with_content;
  const auto judge = [&](Family family, std::string_view key,
                         std::string_view value) -> std::optional<Violation> {
    const auto commitment = exactly<32>(view_of(key));
    if (!commitment || !commitments_.contains(*commitment))
      return extra(family, hex(key), std::nullopt);
    if (!restricted_value_intact(key, value)) return changed(family, hex(key), std::nullopt);
    return std::nullopt;
  };
  Found found =
      scan(storage, Family::restricted, [&](std::string_view key, std::string_view value) {
        with_content.emplace_back(key);
        return judge(Family::restricted, key, value);
      });
  if (!found || *found) return found;
  std::size_t at = 0;
  found = scan(storage, Family::record_keys,
               [&](std::string_view key, std::string_view value) -> std::optional<Violation> {
                 if (at == with_content.size() || key < with_content[at])
                   return missing(Family::restricted, hex(key), std::nullopt);
                 if (key > with_content[at])
                   return missing(Family::record_keys, hex(with_content[at]), std::nullopt);
                 ++at;
                 return judge(Family::record_keys, key, value);
               });
  if (!found || *found) return found;
  if (at < with_content.size())
    return std::optional(missing(Family::record_keys, hex(with_content[at]), std::nullopt));
  return std::optional<Violation>();
}

}  // namespace liuhen::ledger
