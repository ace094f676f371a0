#include "ledger/tile_export.h"

#include <algorithm>
#include <utility>

#include "crypto/checkpoint.h"
#include "crypto/merged_note.h"
#include "crypto/merkle.h"
#include "ledger/bundle_check.h"
#include "ledger/leaf_hashes.h"
#include "ledger/log_reader.h"
#include "ledger/tile_edge.h"
#include "ledger/tree_evidence.h"
#include "ledger/tree_folder.h"
#include "ledger/tree_head.h"

namespace liuhen::ledger {
namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

class Export {
 public:
  Export(Fetcher& source, const crypto::NoteKey& log, const std::string& directory,
         const ExportProgress& progress, std::span<const crypto::NoteKey> signers)
      : source_(source),
        log_(log),
        directory_(directory),
        folder_(directory),
        present_(directory),
        evidence_(folder_),
        progress_(progress),
        signers_(signers) {}

  Result<ExportReport> run() {
    if (Outcome held = folder_.open(); !held) return held.error();
    if (Outcome read = read_heads(); !read) return read.error();
    if (Outcome swept = sweep(); !swept) return swept.error();
    const std::uint64_t from = old_.checkpoint.size, to = new_.checkpoint.size;
    const std::uint64_t bundles = to == from ? 0 : (to - 1) / kTileWidth - from / kTileWidth + 1;
    all_ = 2 * count_tiles_of_growth(from, to) + bundles;
    if (Outcome staged = stage_tiles(); !staged) return unshown(staged.error());
    for (const auto part : {&Export::choose_signatures, &Export::keep_head, &Export::publish_tiles,
                            &Export::publish_bundles, &Export::publish_checkpoint}) {
      if (Outcome done = (this->*part)(); !done) return done.error();
    }
    if (Outcome removed = remove_superseded(from, to); !removed) return removed.error();
    if (Outcome settled = settle(); !settled) return settled.error();
    if (Outcome cleared = folder_.clear_staging(); !cleared) return cleared.error();
    return ExportReport{from, to, files_, std::move(bad_lines_)};
  }

 private:
  Outcome read_heads() {
    auto head = open_head(source_, log_);
    if (!head) return head.error();
    new_ = std::move(*head);
    auto held = read_held(directory_, log_);
    if (!held) return held.error();
    known_ = held->newest();
    if (held->published) {
      old_ = std::move(*held->published);
    } else {
      old_.checkpoint.root = crypto::empty_root();
    }
    for (const SignedHead* mine : {&old_, &known_}) {
      if (!mine->note.empty() && are_two_of_one_size(*mine, new_)) return fork_of_one_size(*mine);
    }
    const std::uint64_t from = old_.checkpoint.size, to = new_.checkpoint.size;
    auto edge = TileEdge::read(present_, from);
    if (!edge || edge->root() != old_.checkpoint.root) {
      return fail(
          "export.damaged",
          "目录里的瓦片与目录里的检查点不符；用 liuhen mirror 核对并补回，或另选空目录重新导出",
          "the directory's tiles do not give its own checkpoint; have liuhen mirror check "
          "and refetch them, or export anew into an empty directory");
    }
    if (to < std::max(from, known_.checkpoint.size)) return behind();
    edge_ = std::move(*edge);
    return ok();
  }

  static bool are_two_of_one_size(const SignedHead& one, const SignedHead& other) {
    return one.checkpoint.size == other.checkpoint.size &&
           one.checkpoint.root != other.checkpoint.root;
  }

  // Rolled back, or another and shorter history: whichever can be shown.
  Error behind() {
    const SignedHead& held = newest_held();
    const std::uint64_t to = new_.checkpoint.size;
    if (is_another(new_, old_) == true) return fork(old_, position());
    return alarm(TreeDoubt::behind, held, "export.behind",
                 "来源只有 " + number(to) + " 条，目录里已有 " + number(held.checkpoint.size) +
                     " 条：账本不会变短，第 " + number(to) + " 条起不见了；请查明来源是否被回退",
                 "the source has " + number(to) + " entries where the directory has " +
                     number(held.checkpoint.size) + ": a log never shrinks, and entries from " +
                     number(to) + " on have gone; find out whether the source was rolled back");
  }

  // Whether `other` is of another history than the tiles here, which give `held`. Neither can be
  // told of what is longer, nor of tiles that are damaged.
  std::optional<bool> is_another(const SignedHead& other, const SignedHead& held) {
    const std::uint64_t size = other.checkpoint.size;
    if (size > held.checkpoint.size) return std::nullopt;
    const auto edge = TileEdge::read(present_, size);
    if (edge && edge->root() == other.checkpoint.root) return false;
    const auto leaves = leaves_of(present_, held.checkpoint);
    if (!leaves) return std::nullopt;
    TileEdge ours;
    for (std::uint64_t i = 0; i < size; ++i) ours.append((*leaves)[i]);
    return ours.root() != other.checkpoint.root;
  }

  // Finishes what a run that was broken off had left to remove, and notes where this one begins.
  Outcome sweep() {
    const std::uint64_t size = old_.checkpoint.size;
    if (const auto began = folder_.began()) {
      if (Outcome removed = remove_superseded(*began, size); !removed) return removed;
    }
    if (Outcome removed = remove_unpublished(); !removed) return removed;
    if (Outcome cleared = folder_.clear_staging(); !cleared) return cleared;
    return folder_.begin(size);
  }

  // Everything that the growth adds, out of the source's leaf hashes; kept if they give the root
  // that is signed, and gave that of the newest checkpoint known on the way.
  Outcome stage_tiles() {
    const std::uint64_t to = new_.checkpoint.size;
    if (!passes_known()) return differs();
    for (std::uint64_t index = edge_.size() / kTileWidth; edge_.size() < to; ++index) {
      const auto hashes = leaves_of_tile(source_, index, to);
      if (!hashes) return hashes.error();
      const std::vector<Hash> known = edge_.hashes(0);
      if (!std::equal(known.begin(), known.end(), hashes->begin())) return differs();
      for (std::size_t i = known.size(); i < hashes->size(); ++i) {
        for (const TileEdge::Written& full : edge_.append((*hashes)[i])) {
          if (Outcome staged = stage_tile(full); !staged) return staged;
        }
        if (!passes_known()) return differs();
      }
    }
    if (edge_.root() != new_.checkpoint.root) return differs();
    if (to == old_.checkpoint.size) return ok();
    for (const TileEdge::Written& partial : edge_.partial()) {
      if (Outcome staged = stage_tile(partial); !staged) return staged;
    }
    return ok();
  }

  bool passes_known() const {
    return edge_.size() != known_.checkpoint.size || edge_.root() == known_.checkpoint.root;
  }

  Outcome stage_tile(const TileEdge::Written& written) {
    if (Outcome staged = folder_.stage(tile_path(written.tile), written.bytes); !staged)
      return staged;
    step();
    return ok();
  }

  // Why the source's tiles do not give its root over what the directory has: the first entry of
  // another history, or tiles that are wrong.
  Error differs() {
    const auto where = position();
    if (!where) return where.error();
    if (*where) return fork(newest_held(), where);
    return fail("export.source", "来源先后给出的瓦片不一致，未作改动",
                "the source's tiles differ from one request to the next; nothing was changed");
  }

  const SignedHead& newest_held() const {
    return known_.checkpoint.size > old_.checkpoint.size ? known_ : old_;
  }

  // The first entry that differs, or between which ones it is, as the source's tiles show it; none
  // if nothing differs as far as both go.
  Result<std::optional<std::string>> position() {
    const std::uint64_t from = old_.checkpoint.size, known = known_.checkpoint.size;
    const std::uint64_t to = new_.checkpoint.size;
    const auto parts = first_difference(source_, new_.checkpoint, present_, std::min(from, to));
    if (!parts) return parts.error();
    if (*parts) return std::optional(number(**parts));
    if (known > from) return std::optional(number(from) + "–" + number(known - 1));
    return std::optional<std::string>();
  }

  // Two signed roots of one size need no tiles to prove it. What proves it is kept before the
  // source, which may not care to answer, is asked where.
  Error fork_of_one_size(const SignedHead& held) {
    (void)evidence_.keep(TreeDoubt::fork, new_, held);  // alarm() tells if it cannot be
    return fork(held, position());
  }

  Error fork(const SignedHead& held, const Result<std::optional<std::string>>& where) {
    const bool is_told = where && *where;
    const std::string zh = is_told ? "第一处是第 " + **where + " 条"
                                   : std::string("从哪一条起不同不明，来源没有给出可核对的瓦片");
    const std::string en =
        is_told ? "the first entry that differs is " + **where
                : std::string(
                      "which entry differs first is unknown, for the source gives no tiles "
                      "that show it");
    return alarm(TreeDoubt::fork, held, "export.fork",
                 "来源的历史与目录里的不同，" + zh + "；目录里的瓦片保持原样，请查明原因",
                 "the source's history is another: " + en +
                     "; the directory's tiles are left as they are: find out why");
  }

  // Both signed checkpoints stay, for whoever asks.
  Error alarm(TreeDoubt doubt, const SignedHead& held, const char* code, const std::string& zh,
              const std::string& en) {
    const auto kept = evidence_.keep(doubt, new_, held);
    if (!kept) {
      return fail(code, zh + "；两份检查点没有存下：" + kept.error().zh,
                  en + "; the two checkpoints could not be kept: " + kept.error().en);
    }
    return fail(
        code, zh + "；两份已签检查点存于 " + kept->held + " 与 " + kept->offered,
        en + "; both signed checkpoints are kept in " + kept->held + " and " + kept->offered);
  }

  // A longer head that the log signed, and tiles that would show what it continues withheld or
  // wrong: it may turn out to be of another history, and then it is the proof.
  Error unshown(const Error& why) {
    const SignedHead& held = newest_held();
    const bool is_theirs = why.code.starts_with("fetch.") || why.code == "export.source";
    if (!is_theirs || held.note.empty() || new_.checkpoint.size <= held.checkpoint.size) return why;
    const auto kept = evidence_.keep(TreeDoubt::unproven, new_, held);
    if (!kept) {
      return fail(why.code, why.zh + "；来源所签的检查点没有存下：" + kept.error().zh,
                  why.en + "; the source's checkpoint could not be kept: " + kept.error().en);
    }
    return fail(why.code, why.zh + "；来源所签的检查点尚未核对，存于 " + kept->offered,
                why.en +
                    "; the source's checkpoint, not shown to continue what is held, is kept "
                    "in " +
                    kept->offered);
  }

  // What could not be shown before, held against the tiles that are here now.
  Outcome settle() {
    for (const SignedHead& doubtful : evidence_.unproven(log_)) {
      const std::optional<bool> another = is_another(doubtful, new_);
      if (another == false) evidence_.forget(TreeDoubt::unproven, doubtful);
      if (another != true) continue;
      const SignedHead held = std::exchange(new_, doubtful);
      return alarm(TreeDoubt::fork, held, "export.fork",
                   "已抄到 " + number(held.checkpoint.size) + " 条；此前给出的 " +
                       number(doubtful.checkpoint.size) + " 条的检查点签的却是另一历史，请查明原因",
                   "copied up to " + number(held.checkpoint.size) +
                       " entries; but a checkpoint of " + number(doubtful.checkpoint.size) +
                       " entries that was offered before signs another history: find out why");
    }
    return ok();
  }

  // Where it is known who signs, no answer puts a bad line here, and a source that no longer has a
  // witness's cosignature takes it from nobody. Otherwise a line that is held may be one that makes
  // every reader refuse the checkpoint: what is here goes by what the source shows.
  Outcome choose_signatures() {
    if (signers_.empty()) return ok();
    bad_lines_ = crypto::keys_of_bad_lines(new_.note, signers_);
    for (const SignedHead* mine : {&known_, &old_}) {
      std::string chosen = crypto::merge_good_signatures(mine->note, new_.note, signers_);
      if (crypto::open_checkpoint(chosen, log_)) new_.note = std::move(chosen);
    }
    return ok();
  }

  // From here on nothing shorter and nothing else is taken, whatever happens to this run.
  Outcome keep_head() {
    if (new_.note == known_.note) return ok();
    return folder_.put(kTreeHead, view_of(new_.note));
  }

  Outcome publish_tiles() {
    return visit_tiles_of_growth(old_.checkpoint.size, new_.checkpoint.size,
                                 [this](const Tile& tile) {
                                   if (Outcome done = folder_.publish(tile_path(tile)); !done)
                                     return done;
                                   ++files_;
                                   step();
                                   return ok();
                                 });
  }

  Outcome publish_bundles() {
    const std::uint64_t from = old_.checkpoint.size, to = new_.checkpoint.size;
    if (from == to) return ok();
    for (std::uint64_t index = from / kTileWidth; index * kTileWidth < to; ++index) {
      const Tile bundle{0, index, tile_width(0, index, to)};
      const auto hashes = present_.tile(0, index, bundle.width);
      if (!hashes) return hashes.error();
      const auto kept = present_.entries(index, bundle.width);
      const bool resumed = kept && bundle.width == kTileWidth && !wrong_entry(*kept, *hashes);
      if (!resumed) {
        if (Outcome done = publish_bundle(bundle, *hashes); !done) return done;
      }
      step();
    }
    return ok();
  }

  Outcome publish_bundle(const Tile& bundle, View hashes) {
    const auto bytes = source_.entries(bundle.index, bundle.width);
    if (!bytes) return bytes.error();
    if (const auto wrong = wrong_entry(*bytes, hashes)) {
      const std::string position = number(bundle.index * kTileWidth + *wrong);
      return fail("export.source", "来源的第 " + position + " 条与其哈希不符，检查点保持原样",
                  "the source's entry " + position +
                      " is not that of its hash; the checkpoint is left as it is");
    }
    const std::string path = bundle_path(bundle);
    ++files_;
    return folder_.put(path, *bytes);
  }

  // Also if only its signatures are others.
  Outcome publish_checkpoint() {
    if (new_.note == old_.note) return ok();
    ++files_;
    return folder_.put("checkpoint", view_of(new_.note));
  }

  // The partial files of tiles that are full now.
  Outcome remove_superseded(std::uint64_t from, std::uint64_t to) {
    for (unsigned level = 0; level < 8; ++level) {
      const std::uint64_t index = from >> (8 * level) >> 8;
      if (tile_width(level, index, to) != kTileWidth) continue;
      const std::string tile = tile_path({level, index}) + ".p";
      Outcome removed = folder_.remove(tile);
      if (removed && level == 0) removed = folder_.remove(bundle_path({0, index}) + ".p");
      if (!removed) return removed;
    }
    return ok();
  }

  // The partial files of the newest size that was begun, if its checkpoint was never published:
  // nobody would come back to them once the log is longer.
  Outcome remove_unpublished() {
    const std::uint64_t size = known_.checkpoint.size, held = old_.checkpoint.size;
    if (size <= held) return ok();
    for (unsigned level = 0; level < 8; ++level) {
      const std::uint64_t index = size >> (8 * level) >> 8;
      const Tile tile{level, index, tile_width(level, index, size)};
      const bool is_partial = tile.width > 0 && tile.width < kTileWidth;
      if (!is_partial || tile.width == tile_width(level, index, held)) continue;
      // The folder of another tile goes with it.
      const bool is_beside_held = index == held >> (8 * level) >> 8;
      const auto gone = [&](std::string path) {
        return folder_.remove(is_beside_held ? path : path.substr(0, path.rfind('/')));
      };
      Outcome removed = gone(tile_path(tile));
      if (removed && level == 0) removed = gone(bundle_path(tile));
      if (!removed) return removed;
    }
    return ok();
  }

  void step() {
    ++done_;
    if (progress_) progress_(done_, all_);
  }

  Fetcher& source_;
  const crypto::NoteKey& log_;
  const std::string directory_;
  TreeFolder folder_;
  MirrorFetcher present_;
  TreeEvidence evidence_;
  const ExportProgress& progress_;
  const std::span<const crypto::NoteKey> signers_;
  SignedHead old_, new_;  // published here, and offered
  SignedHead known_;      // the newest that this directory ever took
  TileEdge edge_;
  std::vector<crypto::NoteKey> bad_lines_;
  std::uint64_t files_ = 0;           // published
  std::uint64_t done_ = 0, all_ = 0;  // steps
};

}  // namespace

Result<ExportReport> export_tiles(Fetcher& source, const crypto::NoteKey& log,
                                  const std::string& directory, const ExportProgress& progress,
                                  std::span<const crypto::NoteKey> signers) {
  return Export(source, log, directory, progress, signers).run();
}

}  // namespace liuhen::ledger
