#include "ledger/tile_export.h"

#include <algorithm>
#include <filesystem>

#include "crypto/checkpoint.h"
#include "crypto/merkle.h"
#include "ledger/log_reader.h"
#include "ledger/tile_edge.h"
#include "ledger/tree_folder.h"

namespace liuhen::ledger {
namespace {

namespace fs = std::filesystem;

Error io_error(const std::string& path, const std::error_code& error) {
  return fail("export.io", "写不了 " + path + "：" + error.message(),
              "cannot write " + path + ": " + error.message());
}

std::string number(std::uint64_t value) { return std::to_string(value); }

struct Head {
  std::string note;
  crypto::Checkpoint checkpoint;
};

Result<Head> open_head(Fetcher& fetcher, const crypto::NoteKey& log) {
  auto note = fetcher.checkpoint();
  if (!note) return note.error();
  auto opened = crypto::open_checkpoint(*note, log);
  if (!opened) return opened.error();
  return Head{std::move(*note), std::move(opened->checkpoint)};
}

class Export {
 public:
  Export(Fetcher& source, const crypto::NoteKey& log, const std::string& directory,
         const ExportProgress& progress)
      : source_(source), log_(log), folder_(directory), present_(directory), progress_(progress) {}

  Result<ExportReport> run() {
    if (Outcome held = folder_.open(); !held) return held.error();
    if (Outcome read = read_heads(); !read) return read.error();
    if (Outcome swept = sweep(); !swept) return swept.error();
    const std::uint64_t from = old_.checkpoint.size, to = new_.checkpoint.size;
    const std::uint64_t bundles = to == from ? 0 : (to - 1) / kTileWidth - from / kTileWidth + 1;
    all_ = 2 * tiles_of_growth(from, to).size() + bundles;
    for (const auto part : {&Export::stage_tiles, &Export::publish_tiles, &Export::publish_bundles,
                            &Export::publish_checkpoint}) {
      if (Outcome done = (this->*part)(); !done) return done.error();
    }
    if (Outcome removed = remove_superseded(from, to); !removed) return removed.error();
    if (Outcome cleared = folder_.clear_staging(); !cleared) return cleared.error();
    return ExportReport{from, to, files_};
  }

 private:
  Outcome read_heads() {
    auto head = open_head(source_, log_);
    if (!head) return head.error();
    new_ = std::move(*head);
    auto present = open_head(present_, log_);
    if (present) {
      old_ = std::move(*present);
    } else if (present.error().code == "fetch.absent") {
      old_.checkpoint.root = crypto::empty_root();
    } else {
      return present.error();
    }
    const std::uint64_t from = old_.checkpoint.size, to = new_.checkpoint.size;
    if (to < from) {
      return fail("export.behind",
                  "来源只有 " + number(to) + " 条，目录里已有 " + number(from) +
                      " 条：账本不会变短，第 " + number(to) + " 条起不见了；请查明来源是否被回退",
                  "the source has " + number(to) + " entries where the directory has " +
                      number(from) + ": a log never shrinks, and entries from " + number(to) +
                      " on have gone; find out whether the source was rolled back");
    }
    auto edge = TileEdge::read(present_, from);
    if (!edge || edge->root() != old_.checkpoint.root) {
      return fail("export.damaged", "目录里的瓦片与目录里的检查点不符，请另选空目录重新导出",
                  "the directory's tiles do not give its own checkpoint; export anew into an empty "
                  "directory");
    }
    edge_ = std::move(*edge);
    return ok();
  }

  // Finishes what a run that was broken off had left to remove, and notes where this one begins.
  Outcome sweep() {
    const std::uint64_t size = old_.checkpoint.size;
    if (const auto began = folder_.began()) {
      if (Outcome removed = remove_superseded(*began, size); !removed) return removed;
    }
    if (Outcome cleared = folder_.clear_staging(); !cleared) return cleared;
    return folder_.begin(size);
  }

  // The hashes of a level-0 tile of the source, when it has the size of the checkpoint.
  Result<std::vector<Hash>> leaves(std::uint64_t index) {
    const unsigned width = tile_width(0, index, new_.checkpoint.size);
    const auto bytes = source_.tile(0, index, width);
    if (!bytes) return bytes.error();
    if (bytes->size() != std::size_t{width} * sizeof(Hash)) {
      const std::string path = tile_path({0, index, width});
      return fail("export.source", "来源的 " + path + " 长度不对",
                  "the source's " + path + " has a wrong length");
    }
    std::vector<Hash> out(width);
    for (unsigned i = 0; i < width; ++i)
      out[i] = exactly<32>(View(*bytes).subspan(i * sizeof(Hash), sizeof(Hash))).value();
    return out;
  }

  // Everything that the growth adds, out of the source's leaf hashes; kept if they give the root
  // that is signed.
  Outcome stage_tiles() {
    const std::uint64_t to = new_.checkpoint.size;
    for (std::uint64_t index = edge_.size() / kTileWidth; edge_.size() < to; ++index) {
      const auto hashes = leaves(index);
      if (!hashes) return hashes.error();
      const std::vector<Hash>& known = edge_.hashes(0);
      if (!std::equal(known.begin(), known.end(), hashes->begin())) return differs();
      for (std::size_t i = known.size(); i < hashes->size(); ++i) {
        for (const TileEdge::Written& full : edge_.append((*hashes)[i])) {
          if (Outcome staged = stage_tile(full); !staged) return staged;
        }
      }
    }
    if (edge_.root() != new_.checkpoint.root) return differs();
    if (to == old_.checkpoint.size) return ok();
    for (const TileEdge::Written& partial : edge_.partial()) {
      if (Outcome staged = stage_tile(partial); !staged) return staged;
    }
    return ok();
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
    const std::uint64_t from = old_.checkpoint.size;
    for (std::uint64_t index = 0; index * kTileWidth < from; ++index) {
      const unsigned width = tile_width(0, index, from);
      const auto here = present_.tile(0, index, width);
      if (!here) return here.error();
      const auto there = leaves(index);
      if (!there) return there.error();
      for (unsigned i = 0; i < width; ++i) {
        const View hash = View(*here).subspan(i * sizeof(Hash), sizeof(Hash));
        if (std::ranges::equal(hash, (*there)[i])) continue;
        const std::string position = number(index * kTileWidth + i);
        return fail(
            "export.fork",
            "来源的历史与目录里的不同，第一处是第 " + position +
                " 条；目录保持原样。请保存两份检查点并查明原因",
            "the source's history is another: the first entry that differs is " + position +
                "; the directory is left as it is. Keep both checkpoints, and find out why");
      }
    }
    return fail("export.source", "来源的瓦片不合其检查点签署的根，未作改动",
                "the source's tiles do not give the root that its checkpoint signs; nothing was "
                "changed");
  }

  Outcome publish_tiles() {
    for (const Tile& tile : tiles_of_growth(old_.checkpoint.size, new_.checkpoint.size)) {
      if (Outcome done = folder_.publish(tile_path(tile)); !done) return done;
      ++files_;
      step();
    }
    return ok();
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
    if (Outcome staged = folder_.stage(path, *bytes); !staged) return staged;
    ++files_;
    return folder_.publish(path);
  }

  // The first entry of the bundle that does not hash as it should, if not all do.
  static std::optional<std::size_t> wrong_entry(View bundle, View hashes) {
    const std::size_t width = hashes.size() / sizeof(Hash);
    const SplitBundle split = split_bundle(bundle, width);
    for (std::size_t i = 0; i < width; ++i) {
      if (i >= split.entries.size()) return i;
      const View hash = hashes.subspan(i * sizeof(Hash), sizeof(Hash));
      if (!std::ranges::equal(crypto::leaf_hash(split.entries[i]), hash)) return i;
    }
    if (split.rest > 0) return width;
    return std::nullopt;
  }

  // Also if only its signatures are others.
  Outcome publish_checkpoint() {
    if (new_.note == old_.note) return ok();
    if (Outcome staged = folder_.stage("checkpoint", view_of(new_.note)); !staged) return staged;
    ++files_;
    return folder_.publish("checkpoint");
  }

  // The partial files of tiles that are full now.
  Outcome remove_superseded(std::uint64_t from, std::uint64_t to) {
    for (unsigned level = 0; level < 8; ++level) {
      const std::uint64_t index = from >> (8 * level) >> 8;
      if (tile_width(level, index, to) != kTileWidth) continue;
      std::error_code error;
      fs::remove_all(folder_.at(tile_path({level, index}) + ".p"), error);
      if (!error && level == 0) fs::remove_all(folder_.at(bundle_path({0, index}) + ".p"), error);
      if (error) return io_error(folder_.at(tile_path({level, index}) + ".p"), error);
    }
    return ok();
  }

  void step() {
    ++done_;
    if (progress_) progress_(done_, all_);
  }

  Fetcher& source_;
  const crypto::NoteKey& log_;
  TreeFolder folder_;
  MirrorFetcher present_;
  const ExportProgress& progress_;
  Head old_, new_;
  TileEdge edge_;
  std::uint64_t files_ = 0;           // published
  std::uint64_t done_ = 0, all_ = 0;  // steps
};

}  // namespace

Result<ExportReport> export_tiles(Fetcher& source, const crypto::NoteKey& log,
                                  const std::string& directory, const ExportProgress& progress) {
  return Export(source, log, directory, progress).run();
}

}  // namespace liuhen::ledger
