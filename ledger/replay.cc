#include "ledger/replay.h"

#include <algorithm>

#include "ledger/examined_entries.h"
#include "ledger/limits.h"
#include "ledger/tiles.h"

namespace liuhen::ledger {
namespace {

std::string text(std::uint64_t number) { return std::to_string(number); }

Error no_key() { return fail("note.unsigned", "没有固定公钥", "no key is pinned"); }

Violation at_entry(std::uint64_t position, const Error& error) {
  return {.position = position,
          .where = {},
          .range = {},
          .code = error.code,
          .zh = "第 " + text(position) + " 条：" + error.zh,
          .en = "entry " + text(position) + ": " + error.en};
}

Violation at_thing(std::string where, std::optional<std::pair<std::uint64_t, std::uint64_t>> range,
                   const Error& error) {
  std::string zh = where + "：" + error.zh;
  std::string en = where + ": " + error.en;
  if (range) {
    zh += "（涉及第 " + text(range->first) + " 至 " + text(range->second) + " 条）";
    en += " (it speaks of entries " + text(range->first) + " to " + text(range->second) + ")";
  }
  return {.position = {},
          .where = std::move(where),
          .range = range,
          .code = error.code,
          .zh = std::move(zh),
          .en = std::move(en)};
}

class Replay {
 public:
  Replay(Fetcher& fetcher, const ReplayOptions& options, const Visitor& visitor,
         const Progress& progress, std::unique_ptr<LogFold> begun = {})
      : fetcher_(fetcher),
        options_(options),
        visitor_(visitor),
        progress_(progress),
        begun_(std::move(begun)) {}
  ReplayReport run();

 private:
  // Each returns false once the report is final.
  bool read_checkpoint();
  bool read_tiles();
  bool read_tile(std::uint64_t index);
  bool skip_begun();
  bool read_entries();
  bool judge_bundle(const ExaminedBundle& bundle);
  bool check_upper_tiles();

  void pin_to_genesis();
  bool judge(std::uint64_t position, const Examined& entry);
  bool refuse(std::uint64_t position, const Error& error);
  bool judge_leaf(std::uint64_t position, const Hash& leaf);
  bool fetch_failed(std::uint64_t bundle, unsigned width, const Error& error);
  bool conclude();
  void settle_key();
  Violation blame_for_another_tree() const;

  bool violated(Violation violation) {
    report_.verdict = Verdict::violated;
    report_.finding = std::move(violation);
    return false;
  }
  bool inconclusive(Violation missing) {
    report_.verdict = Verdict::inconclusive;
    report_.finding = std::move(missing);
    return false;
  }
  std::pair<std::uint64_t, std::uint64_t> range_of(const Tile& tile) const {
    const std::uint64_t unit = std::uint64_t{1} << (8 * tile.level);
    const std::uint64_t first = tile.index * kTileWidth * unit;
    return {first, std::min(size_, first + tile.width * unit) - 1};
  }

  Fetcher& fetcher_;
  const ReplayOptions& options_;
  const Visitor& visitor_;
  const Progress& progress_;
  std::unique_ptr<LogFold> begun_;  // until the checkpoint has been read
  ReplayReport report_;
  std::uint64_t begin_ = 0;  // the first entry to be judged
  std::uint64_t size_ = 0;
  Hash signed_root_{};
  std::optional<Error> unsigned_;         // why the checkpoint is not signed by the genesis's key
  std::vector<Hash> claimed_;             // leaf hashes, as the level-0 tiles have them
  bool claims_are_signed_ = false;        // they give the signed root
  std::optional<Violation> tile_fault_;   // the first tile that is absent or of another size
  std::optional<std::uint64_t> differs_;  // the first entry that is not what its tile says
  std::optional<Violation> refused_;  // the first entry refused, while it is open whom to believe
  std::optional<std::uint64_t> unknown_;  // the first entry of a later schema
  crypto::MerkleTree tree_;               // of the entries as they are
};

ReplayReport Replay::run() {
  if (read_checkpoint() && read_tiles() && read_entries() && conclude() && check_upper_tiles()) {
    settle_key();
    report_.verdict = Verdict::verified;
    if (unsigned_) violated(at_thing("checkpoint", {}, *unsigned_));
    if (unknown_ && report_.verdict == Verdict::verified) {
      inconclusive(at_entry(
          *unknown_, fail("intent.unknown", "内容出自更新的版本，本程序无法判断；请更新程序",
                          "it is of a later version that this program cannot judge; update it")));
    }
  } else if (unsigned_ && (report_.verdict == Verdict::violated ? report_.finding.position != 0U
                                                                : report_.log_key.has_value())) {
    // Of what was made up, such as a greater size, something is always missing.
    violated(at_thing("checkpoint", {}, *unsigned_));
  }
  return std::move(report_);
}

// ---- the checkpoint
// ---------------------------------------------------------------------------------

bool Replay::read_checkpoint() {
  auto note = fetcher_.checkpoint();
  if (!note) {
    const Violation missing = at_thing("checkpoint", {}, note.error());
    const bool taken = note.error().code == "storage.damaged" ||
                       (note.error().code == "fetch.absent" && options_.absent_is_violation);
    return taken ? violated(missing) : inconclusive(missing);
  }
  report_.note = *note;
  report_.log_key = options_.log_key;
  const auto opened = report_.log_key ? crypto::open_checkpoint(*note, *report_.log_key)
                                      : Result<crypto::OpenedCheckpoint>(no_key());
  if (opened) {
    report_.checkpoint = opened->checkpoint;
  } else if (report_.log_key && opened.error().code != "note.unsigned") {
    return violated(at_thing("checkpoint", {}, opened.error()));
  } else {
    const auto parsed = crypto::parse_note(*note);
    if (!parsed) return violated(at_thing("checkpoint", {}, parsed.error()));
    const auto checkpoint = crypto::parse_checkpoint(parsed->text);
    if (!checkpoint) return violated(at_thing("checkpoint", {}, checkpoint.error()));
    report_.checkpoint = *checkpoint;
    if (report_.log_key) unsigned_ = opened.error();  // unless the log has changed its key
    if (!report_.log_key) pin_to_genesis();
  }
  size_ = report_.checkpoint->size;
  signed_root_ = report_.checkpoint->root;
  report_.fold = begun_ ? std::move(begun_) : std::make_unique<LogFold>(report_.checkpoint->origin);
  return true;
}

void Replay::pin_to_genesis() {
  unsigned_ = fail("checkpoint.signature", "检查点不是创世条目所列的账本密钥签的",
                   "the checkpoint is not signed by the log's key as the genesis entry has it");
  auto bundle = fetcher_.entries(
      0, static_cast<unsigned>(std::clamp<std::uint64_t>(report_.checkpoint->size, 1, 256)));
  if (!bundle) bundle = fetcher_.entries(0, 1);
  if (!bundle) return;
  const SplitBundle split = split_bundle(*bundle, 1);
  if (split.entries.empty()) return;
  const Bytes aligned(split.entries[0].begin(), split.entries[0].end());
  const auto event = Event::parse(aligned);
  if (!event || event->tag() != PayloadTag::Genesis) return;
  const auto& log_key = *event->payload<schema::Genesis>().log_key();
  report_.log_key =
      crypto::NoteKey{.name = std::string(event->intent().origin()),
                      .key = exactly<32>(View(log_key.data(), log_key.size())).value()};
  if (crypto::open_checkpoint(report_.note, *report_.log_key)) unsigned_.reset();
}

// Where the log has changed its key, the checkpoint is by the one of its size: one that was retired
// signs nothing beyond.
void Replay::settle_key() {
  const LogKeys& keys = report_.fold->log_keys();
  if (keys.terms().size() < 2) return;
  if (options_.log_key && !keys.has(options_.log_key->key)) return;
  const crypto::NoteKey in_force{.name = report_.checkpoint->origin, .key = *keys.at(size_)};
  const auto opened = crypto::open_checkpoint(report_.note, in_force);
  if (opened) {
    unsigned_.reset();
    report_.log_key = in_force;
    return;
  }
  const std::string from = text(keys.terms().back().from);
  unsigned_ = fail("checkpoint.retired",
                   "账本自第 " + from + " 条起换了签名密钥，这份 " + text(size_) +
                       " 条的检查点没有新密钥的签名：已停用的密钥不能再签",
                   "from size " + from +
                       " on the log signs by another key, which has not signed "
                       "this checkpoint of " +
                       text(size_) +
                       " entries: a retired key signs nothing "
                       "any more");
}

// ---- the tiles
// --------------------------------------------------------------------------------------

bool Replay::read_tile(std::uint64_t index) {
  const Tile tile{0, index, tile_width(0, index, size_)};
  auto bytes = fetcher_.tile(tile.level, tile.index, tile.width);
  if (!bytes) {
    const Violation missing = at_thing(tile_path(tile), range_of(tile), bytes.error());
    const bool taken = bytes.error().code == "storage.damaged" ||
                       (bytes.error().code == "fetch.absent" && options_.absent_is_violation);
    if (!taken) return inconclusive(missing);
    if (!tile_fault_) tile_fault_ = missing;
    bytes = Bytes();
  } else if (bytes->size() != tile.width * sizeof(Hash)) {
    if (!tile_fault_) {
      tile_fault_ = at_thing(tile_path(tile), range_of(tile),
                             fail("tile.changed", "瓦片长度不对", "the tile has the wrong size"));
    }
  }
  bytes->resize(tile.width * sizeof(Hash));
  for (unsigned i = 0; i < tile.width; ++i)
    claimed_.push_back(exactly<32>(View(*bytes).subspan(32 * i, 32)).value());
  return true;
}

bool Replay::read_tiles() {
  crypto::MerkleTree tree;
  for (std::uint64_t index = 0; index * kTileWidth < size_; ++index) {
    if (!read_tile(index)) return false;
    if (tile_fault_ && !options_.absent_is_violation)
      break;  // a size that was made up could go on for ever
  }
  if (claimed_.size() < size_) return violated(*tile_fault_);
  for (const Hash& leaf : claimed_) tree.append(leaf);
  claims_are_signed_ = tree.root() == signed_root_;
  return skip_begun();
}

bool Replay::skip_begun() {
  begin_ = report_.replayed = report_.fold->size();
  bool same = begin_ <= size_;
  for (std::uint64_t i = 0; same && i < begin_; ++i) {
    same = claimed_[i] == report_.fold->tree().at(0, i);
    tree_.append(claimed_[i]);
  }
  if (same) return true;
  return inconclusive(
      at_thing("snapshots", {},
               fail("snapshot.other", "快照不是由本账本的前 " + text(begin_) + " 条得出的",
                    "the snapshot is not of the first " + text(begin_) + " entries of this log")));
}

// ---- the entries
// ------------------------------------------------------------------------------------

bool Replay::read_entries() {
  if (begin_ == size_) return true;
  ExaminedEntries entries(fetcher_, begin_ / kTileWidth, size_, options_.threads);
  while (auto bundle = entries.next()) {
    if (!judge_bundle(*bundle)) return false;
    entries.reuse(std::move(bundle));
  }
  return true;
}

bool Replay::judge_bundle(const ExaminedBundle& bundle) {
  if (bundle.failed) return fetch_failed(bundle.index, bundle.width, *bundle.failed);
  const std::uint64_t first = bundle.index * kTileWidth;
  for (std::size_t i = 0; i < bundle.size; ++i) {
    if (first + i >= begin_ && !judge(first + i, bundle.entries[i])) return false;
  }
  if (progress_) progress_(tree_.size(), size_);
  if (!bundle.rest) return true;
  if (refused_) return violated(*refused_);
  return violated(at_entry(
      first + bundle.size,
      bundle.size == bundle.width
          ? fail("entry.extra", "条目包里多出 " + text(*bundle.rest) + " 字节",
                 "its bundle has " + text(*bundle.rest) + " bytes too many before it")
          : fail("entry.missing", "条目缺失或不完整", "the entry is missing or cut short")));
}

// The bundle could not be had. If that is because stored bytes cannot be read, the first such entry
// is found.
bool Replay::fetch_failed(std::uint64_t bundle, unsigned width, const Error& error) {
  if (refused_) return violated(*refused_);
  const std::uint64_t first = bundle * kTileWidth;
  if (error.code == "fetch.absent" && options_.absent_is_violation)
    return violated(at_entry(first, error));
  if (error.code != "storage.damaged") return inconclusive(at_entry(first, error));
  unsigned readable = 0;
  while (readable + 1 < width && fetcher_.entries(bundle, readable + 1)) ++readable;
  return violated(at_entry(first + readable, error));
}

bool Replay::judge_leaf(std::uint64_t position, const Hash& leaf) {
  if (leaf == claimed_[position]) return true;
  if (!claims_are_signed_) {
    if (!differs_) differs_ = position;
    return true;
  }
  const auto elsewhere = std::ranges::find(claimed_, leaf);
  if (elsewhere != claimed_.end()) {
    const std::string other = text(static_cast<std::uint64_t>(elsewhere - claimed_.begin()));
    return violated(at_entry(position, fail("entry.moved", "此处放的是第 " + other + " 条",
                                            "what stands here is entry " + other)));
  }
  return violated(
      at_entry(position, fail("entry.changed", "条目的字节与签名检查点所覆盖的不同",
                              "its bytes are not those that the signed checkpoint covers")));
}

bool Replay::judge(std::uint64_t position, const Examined& entry) {
  if (!judge_leaf(position, entry.leaf)) return false;
  tree_.append(entry.leaf);
  if (refused_) return true;
  if (entry.error) return refuse(position, *entry.error);
  const Event& event = *entry.event;
  const Outcome follows = report_.fold->check(event);
  if (!follows) {
    const bool blames_the_one_before =
        follows.error().code == "chain.previous" && !claims_are_signed_ && position > 0;
    return refuse(blames_the_one_before ? position - 1 : position, follows.error());
  }
  if (!entry.signed_by_authors) {
    return refuse(position, fail("intent.signature", "签名与签名人或内容不符",
                                 "a signature is not its author's over this intent"));
  }
  if (!event.intent().known() && !unknown_) unknown_ = position;
  if (visitor_ && !unknown_) {
    const Outcome legal = visitor_(event, report_.fold->tree());
    if (!legal) return refuse(position, legal.error());
  }
  report_.fold->append(event);
  ++report_.replayed;
  return true;
}

// While the tiles are not signed for, the entry may be right and be judged by a wrong neighbour: go
// on hashing, and decide at the end.
bool Replay::refuse(std::uint64_t position, const Error& error) {
  if (claims_are_signed_) return violated(at_entry(position, error));
  refused_ = at_entry(position, error);
  return true;
}

// ---- the end
// ----------------------------------------------------------------------------------------

bool Replay::conclude() {
  if (claims_are_signed_ && !tile_fault_) return true;
  return violated(blame_for_another_tree());
}

// The level-0 tiles do not give the signed root, and the entries have all been hashed.
Violation Replay::blame_for_another_tree() const {
  if (tree_.root() == signed_root_) {
    if (refused_) return *refused_;
    if (tile_fault_) return *tile_fault_;
    const std::uint64_t index = *differs_ / kTileWidth;
    const Tile tile{0, index, tile_width(0, index, size_)};
    return at_thing(
        tile_path(tile), range_of(tile),
        fail("tile.changed", "瓦片中第 " + text(*differs_) + " 条的哈希不对，条目本身无误",
             "its hash of entry " + text(*differs_) + " is wrong, the entry itself is right"));
  }
  if (differs_ && (!refused_ || *differs_ < refused_->position)) {
    return at_entry(*differs_, fail("entry.changed", "条目与瓦片、检查点都对不上",
                                    "it agrees neither with its tile nor with the checkpoint"));
  }
  if (refused_) return *refused_;
  return at_thing("checkpoint", std::pair{std::uint64_t{0}, size_ - 1},
                  fail("checkpoint.root", "检查点的根与全部条目和瓦片得出的根不同",
                       "its root is not the one that all entries and tiles give"));
}

bool Replay::check_upper_tiles() {
  for (const Tile& tile : tiles_of_growth(0, size_)) {  // whose entries have all been seen
    if (tile.level == 0) continue;
    const auto bytes = fetcher_.tile(tile.level, tile.index, tile.width);
    if (!bytes) {
      const Violation missing = at_thing(tile_path(tile), range_of(tile), bytes.error());
      const bool taken = bytes.error().code == "storage.damaged" ||
                         (bytes.error().code == "fetch.absent" && options_.absent_is_violation);
      return taken ? violated(missing) : inconclusive(missing);
    }
    if (*bytes != tile_bytes(report_.fold->tree(), tile)) {
      return violated(at_thing(
          tile_path(tile), range_of(tile),
          fail("tile.changed", "瓦片与条目得出的不同", "the tile is not what the entries give")));
    }
  }
  return true;
}

}  // namespace

ReplayReport replay(Fetcher& fetcher, const ReplayOptions& options, const Visitor& visitor,
                    const Progress& progress) {
  return Replay(fetcher, options, visitor, progress).run();
}

ReplayReport replay_from(std::unique_ptr<LogFold> begun, Fetcher& fetcher,
                         const ReplayOptions& options, const Visitor& visitor,
                         const Progress& progress) {
  return Replay(fetcher, options, visitor, progress, std::move(begun)).run();
}

}  // namespace liuhen::ledger
