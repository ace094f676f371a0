#include "ledger/derived_index.h"

#include <algorithm>

#include "crypto/sha256.h"
#include "ledger/content_block.h"
#include "ledger/limits.h"
#include "ledger/pending.h"
#include "ledger/restricted.h"
#include "ledger/tiles.h"

namespace liuhen::ledger {
namespace {

using Found = Result<std::optional<Violation>>;
using Pair = std::pair<std::string, std::string>;
using Expected = std::function<std::optional<Pair>()>;  // in key order, until nothing
constexpr std::uint64_t kNotErased = ~std::uint64_t{0};
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

Result<crypto::SetSum> sum_of(Storage& storage, Family family, const crypto::SetKey& key) {
  crypto::SetSum sum(key);
  const Outcome scanned =
      storage.scan(family, "", [&](std::string_view stored, std::string_view value) {
        sum.add(stored, value);
        return true;
      });
  if (!scanned) return scanned.error();
  return sum;
}

using Pairs = std::vector<Pair>;

// What the entries determine, which have been replayed: for naming what differs.
Result<Expected> expected_pairs(Storage& storage,
                                const std::function<void(const Event&, Pairs&)>& pairs_of) {
  auto pairs = std::make_shared<Pairs>();
  std::optional<Error> bad;
  const Outcome scanned =
      storage.scan(Family::entries, "", [&](std::string_view, std::string_view value) {
        const Bytes bytes(value.begin(), value.end());
        const auto event = Event::parse(bytes);
        if (event) {
          pairs_of(*event, *pairs);
        } else {
          bad = event.error();
        }
        return event.has_value();
      });
  if (!scanned) return scanned.error();
  if (bad) return *bad;
  std::ranges::sort(*pairs);
  return Expected([pairs, at = std::size_t{0}]() mutable -> std::optional<Pair> {
    if (at == pairs->size()) return std::nullopt;
    return (*pairs)[at++];
  });
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

DerivedIndex::DerivedIndex(Storage& storage, crypto::Entropy& entropy)
    : storage_(storage),
      key_(crypto::fresh_set_key(entropy)),
      stored_streams_(std::async(std::launch::async,
                                 [this] { return sum_of(storage_, Family::streams, key_); })),
      streams_(key_),
      intents_(key_) {}

// As streams_of, without a string for each. A stream named twice makes the sums differ, and is then
// looked at by itself.
void DerivedIndex::add_streams(const Event& event) {
  const std::string end = '\0' + key_of_number(event.position());
  const auto add_one = [&](std::string_view family, std::string_view name) {
    stream_.assign(family).append(name).append(end);
    streams_.add(stream_, "");
  };
  const auto add_rows = [&](std::string_view family, const auto& rows) {
    for (const auto* row : rows) add_one(family, {row->id()->c_str(), row->id()->size()});
  };
  add_one("", event.intent().stream());
  if (!event.intent().known()) return;
  if (event.tag() == PayloadTag::SubjectsImported) {
    add_rows("subject/", *event.payload<schema::SubjectsImported>().rows());
  } else if (event.tag() == PayloadTag::InspectorsImported) {
    add_rows("inspector/", *event.payload<schema::InspectorsImported>().rows());
  }
}

void DerivedIndex::add_commitment(const Hash& commitment, std::uint64_t position) {
  commitments_.push_back({crypto::fingerprint(key_, text_of(commitment)), position});
}

void DerivedIndex::add(const Event& event) {
  add_streams(event);
  intents_.add(intent_key(event.intent()), intent_value(event));
  for (const Hash& commitment : commitments_of(event.intent()))
    add_commitment(commitment, event.position());
  if (event.intent().known() && event.tag() == PayloadTag::RecordsErased) {
    const auto& erased = *event.payload<schema::RecordsErased>().commitments();
    for (std::size_t at = 0; at < erased.size(); at += 32) {
      const View commitment = View(erased.data(), erased.size()).subspan(at, 32);
      erased_[crypto::fingerprint(key_, text_of(commitment))] = event.position();
    }
  }
}

// Carried by an entry after the last that erased it.
bool DerivedIndex::may_have_content(std::string_view commitment) const {
  const std::uint64_t wanted = crypto::fingerprint(key_, commitment);
  const auto after = std::ranges::upper_bound(commitments_, wanted, {}, &Commitment::fingerprint);
  if (after == commitments_.begin() || std::prev(after)->fingerprint != wanted) return false;
  const auto erased = erased_.find(wanted);
  return erased == erased_.end() || std::prev(after)->position > erased->second;
}

Result<std::optional<Violation>> DerivedIndex::compare(
    const LogFold& fold, const std::optional<crypto::NoteKey>& log_key) {
  const std::function<Found()> steps[] = {
      [&] { return compare_entries(fold); }, [&] { return compare_checkpoints(fold, log_key); },
      [&] { return compare_tiles(fold); },   [&] { return compare_streams(); },
      [&] { return compare_intents(); },     [&] { return compare_meta(fold); },
      [&] { return compare_pending(); },     [&] { return compare_restricted(); }};
  for (const auto& step : steps) {
    Found found = step();
    if (!found || *found) return found;
  }
  return std::optional<Violation>();
}

// The replay has read entries 0 to size - 1, each under its key; this is about what else is there.
Found DerivedIndex::compare_entries(const LogFold& fold) const {
  std::optional<std::string> key_outside;
  const auto note = [&](std::string_view key, std::string_view) {
    key_outside = std::string(key);
    return false;
  };
  const Outcome beyond = storage_.scan(Family::entries, key_of_number(fold.size()), note);
  if (!beyond) return beyond.error();
  if (!key_outside && fold.size() > 0) {
    const Outcome before = storage_.scan(Family::entries, "", note);
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

namespace {

// By the log alone: by the key of that size, and where the log has changed it, perhaps by earlier
// ones as well.
bool is_checkpoint_of(std::string_view note, std::uint64_t size, const LogFold& fold,
                      const crypto::NoteKey& log_key) {
  const KeyId key = fold.log_keys().at(size).value_or(log_key.key);
  const auto opened = crypto::open_checkpoint(note, {.name = fold.origin(), .key = key});
  if (!opened || !opened->checkpoint.extensions.empty() || opened->checkpoint.size != size ||
      opened->checkpoint.root != fold.tree().root(size))
    return false;
  if (opened->note.signatures.size() == 1) return true;
  const auto by_the_log =
      crypto::verify_note(opened->note, fold.log_keys().note_keys(fold.origin()));
  return by_the_log && by_the_log->size() == opened->note.signatures.size();
}

}  // namespace

Found DerivedIndex::compare_checkpoints(const LogFold& fold,
                                        const std::optional<crypto::NoteKey>& log_key) {
  Found found = scan(storage_, Family::checkpoints,
                     [&](std::string_view key, std::string_view value) -> std::optional<Violation> {
                       if (key.size() != 8)
                         return extra(Family::checkpoints, hex(key), std::nullopt);
                       const std::uint64_t size = number_of_key(key);
                       const std::string name = std::to_string(size);
                       if (size == 0 || size > fold.size())
                         return extra(Family::checkpoints, name, std::nullopt);
                       if (log_key && !is_checkpoint_of(value, size, fold, *log_key))
                         return changed(Family::checkpoints, name, size - 1);
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
Found DerivedIndex::compare_tiles(const LogFold& fold) const {
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
  Found found = side_by_side(storage_, Family::tiles, expected, named,
                             [](const Pair&) { return std::nullopt; });
  return found;
}

Found DerivedIndex::compare_streams() {
  const auto stored = stored_streams_.get();
  if (stored && *stored == streams_) return std::optional<Violation>();
  Result<Expected> expected = expected_pairs(storage_, [](const Event& event, Pairs& pairs) {
    for (const std::string& stream : streams_of(event))
      pairs.emplace_back(stream_key(stream, event.position()), "");
  });
  if (!expected) return expected.error();
  const Named named = [](std::string_view key) {
    return key.size() < 9 ? hex(key) : std::string(key.substr(0, key.size() - 9));
  };
  return side_by_side(storage_, Family::streams, *expected, named,
                      [](const Pair& pair) { return last_number(pair.first); });
}

Found DerivedIndex::compare_intents() const {
  const auto stored = sum_of(storage_, Family::intents, key_);
  if (stored && *stored == intents_) return std::optional<Violation>();
  Result<Expected> expected = expected_pairs(storage_, [](const Event& event, Pairs& pairs) {
    pairs.emplace_back(intent_key(event.intent()), intent_value(event));
  });
  if (!expected) return expected.error();
  return side_by_side(storage_, Family::intents, *expected, hex,
                      [](const Pair& pair) -> std::optional<std::uint64_t> {
                        if (pair.second.size() != 40) return std::nullopt;
                        return number_of_key(pair.second);
                      });
}

// A database that an older version wrote, and this one has not written to.
Result<bool> DerivedIndex::is_of_format_without_blocks() const {
  const auto format = storage_.get(Family::meta, "format");
  if (!format) return format.error();
  if (*format != kFormatWithoutBlocks) return false;
  for (const Family family : {Family::restricted, Family::record_keys}) {
    bool has_block = false;
    const Outcome scanned = storage_.scan(family, "", [&](std::string_view key, std::string_view) {
      has_block = is_block_key(key);
      return !has_block && !key.empty() && key.front() == '\0';
    });
    if (!scanned) return scanned.error();
    if (has_block) return false;
  }
  return true;
}

Found DerivedIndex::compare_meta(const LogFold& fold) const {
  const auto stands_for_older = is_of_format_without_blocks();
  if (!stands_for_older) return stands_for_older.error();
  std::vector<Pair> pairs{
      {"format", std::string(*stands_for_older ? kFormatWithoutBlocks : kFormatVersion)},
      {"origin", fold.origin()}};
  if (fold.size() ==
      0) {  // written with whatever is written first, which may be a half-signed intent
    const auto format = storage_.get(Family::meta, "format");
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
      storage_, Family::meta, expected, [](std::string_view key) { return std::string(key); },
      [](const Pair&) { return std::nullopt; });
}

Found DerivedIndex::compare_pending() {
  Found found =
      scan(storage_, Family::pending,
           [&](std::string_view key, std::string_view value) -> std::optional<Violation> {
             const auto pending = decode_pending(key, value);
             if (!pending) return changed(Family::pending, hex(key), std::nullopt);
             // Of one that an earlier version kept it stands alone.
             for (const Hash& opened : pending->opened) add_commitment(opened, kNotErased);
             brought_[pending->hash].insert(pending->opened.begin(), pending->opened.end());
             return std::nullopt;
           });
  std::ranges::sort(commitments_);
  return found;
}

std::optional<Violation> DerivedIndex::judge_content(Family family, std::string_view key,
                                                     std::string_view value) const {
  if (key.size() != sizeof(Hash) || !may_have_content(key))
    return extra(family, hex(key), std::nullopt);
  if (!restricted_value_intact(key, value)) return changed(family, hex(key), std::nullopt);
  return std::nullopt;
}

// That entry carries it, and none after it erased it.
bool DerivedIndex::may_have_content_of(std::uint64_t position, std::string_view commitment) const {
  const std::uint64_t wanted = crypto::fingerprint(key_, commitment);
  if (!std::ranges::binary_search(commitments_, Commitment{wanted, position})) return false;
  const auto erased = erased_.find(wanted);
  return erased == erased_.end() || position > erased->second;
}

namespace {

std::string name_in_block(std::string_view key, std::string_view commitment) {
  return (is_block_key(key) ? std::to_string(number_of_key(key)) : hex(key)) + "/" +
         hex(commitment);
}

}  // namespace

std::optional<Violation> DerivedIndex::judge_block(Family family, std::string_view key,
                                                   std::string_view value,
                                                   crypto::SetSum& contained) const {
  const std::uint64_t position = number_of_key(key);
  const auto records = read_block(value);
  if (!records) return changed(family, std::to_string(position), position);
  for (const BlockRecord& record : *records) {
    if (!may_have_content_of(position, record.commitment))
      return extra(family, name_in_block(key, record.commitment), position);
    contained.add(record.commitment, key);
  }
  return std::nullopt;
}

std::optional<Violation> DerivedIndex::judge_half_signed(Family family, std::string_view key,
                                                         std::string_view value,
                                                         crypto::SetSum& contained) const {
  const auto records = read_block(value);
  if (!records) return changed(family, hex(key), std::nullopt);
  const Hash hash = exactly<32>(view_of(key.substr(kHalfSignedPrefix.size()))).value();
  const auto brought = brought_.find(hash);
  for (const BlockRecord& record : *records) {
    const Hash commitment = exactly<32>(view_of(record.commitment)).value();
    if (brought == brought_.end() || !brought->second.contains(commitment))
      return extra(family, name_in_block(key, record.commitment), std::nullopt);
    contained.add(record.commitment, key);
  }
  return std::nullopt;
}

Found DerivedIndex::compare_restricted() const {
  crypto::SetSum contents(key_), keys(key_);
  const auto judge_all = [&](Family family, crypto::SetSum& contained) {
    return scan(storage_, family, [&](std::string_view key, std::string_view value) {
      if (is_block_key(key)) return judge_block(family, key, value, contained);
      if (is_half_signed_key(key)) return judge_half_signed(family, key, value, contained);
      contained.add(key, "");
      return judge_content(family, key, value);
    });
  };
  Found found = judge_all(Family::restricted, contents);
  if (!found || *found) return found;
  found = judge_all(Family::record_keys, keys);
  if (!found || *found || contents == keys) return found;
  return compare_record_keys();
}

// Content has a record key, and a record key content.
Found DerivedIndex::compare_record_keys() const {
  const auto names_in = [&](Family family) -> Result<std::vector<std::string>> {
    std::vector<std::string> out;
    const Outcome scanned =
        storage_.scan(family, "", [&](std::string_view key, std::string_view value) {
          if (!is_block_key(key) && !is_half_signed_key(key)) {
            out.push_back(hex(key));
            return true;
          }
          for (const BlockRecord& record : read_block(value).value_or(std::vector<BlockRecord>()))
            out.push_back(name_in_block(key, record.commitment));
          return true;
        });
    if (!scanned) return scanned.error();
    std::ranges::sort(out);
    return out;
  };
  const auto contents = names_in(Family::restricted);
  if (!contents) return contents.error();
  const auto keys = names_in(Family::record_keys);
  if (!keys) return keys.error();
  std::vector<std::string> alone;
  std::ranges::set_difference(*contents, *keys, std::back_inserter(alone));
  if (!alone.empty())
    return std::optional(missing(Family::record_keys, alone.front(), std::nullopt));
  std::ranges::set_difference(*keys, *contents, std::back_inserter(alone));
  if (!alone.empty())
    return std::optional(missing(Family::restricted, alone.front(), std::nullopt));
  return std::optional<Violation>();
}

}  // namespace liuhen::ledger
