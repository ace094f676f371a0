#include "ledger/tile_repair.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "ledger/bundle_check.h"
#include "ledger/leaf_hashes.h"
#include "ledger/log_reader.h"
#include "ledger/tile_edge.h"
#include "ledger/tree_folder.h"
#include "ledger/tree_head.h"

namespace liuhen::ledger {
namespace {

namespace fs = std::filesystem;

bool holds(const Result<Bytes>& file, View wanted) {
  return file && std::ranges::equal(*file, wanted);
}

class Repair {
 public:
  Repair(Fetcher& source, const crypto::NoteKey& log, const std::string& directory,
         const RepairProgress& progress)
      : source_(source),
        log_(log),
        directory_(directory),
        folder_(directory),
        present_(directory),
        progress_(progress) {}

  Result<RepairReport> run() {
    if (Outcome held = folder_.open(); !held) return held.error();
    const auto held = read_held(directory_, log_);
    if (!held) return held.error();
    // An interrupted first copy has nothing published: it is the export that goes on with it.
    if (!held->published && !fs::exists(folder_.at("checkpoint"))) return report_;
    const SignedHead head = held->published ? *held->published : *held->taken;
    const auto leaves = good_leaves(head.checkpoint);
    if (!leaves) return leaves.error();
    report_.size = head.checkpoint.size;
    all_ = count_tiles_of_growth(0, report_.size) + (report_.size + kTileWidth - 1) / kTileWidth;
    if (Outcome done = check_tiles(*leaves); !done) return done.error();
    if (Outcome done = check_bundles(*leaves); !done) return done.error();
    if (!held->published) {
      if (Outcome done = put("checkpoint", view_of(head.note)); !done) return done.error();
    }
    if (!held->taken) {
      if (Outcome done = put(kTreeHead, view_of(head.note)); !done) return done.error();
    }
    return report_;
  }

 private:
  // The directory's own if they give the root, else the source's.
  Result<std::vector<Hash>> good_leaves(const crypto::Checkpoint& checkpoint) {
    auto here = leaves_of(present_, checkpoint);
    return here ? std::move(here) : leaves_of(source_, checkpoint);
  }

  Outcome check_tiles(const std::vector<Hash>& leaves) {
    TileEdge edge;
    for (const Hash& leaf : leaves) {
      for (const TileEdge::Written& full : edge.append(leaf)) {
        if (Outcome done = check_tile(full); !done) return done;
      }
    }
    for (const TileEdge::Written& partial : edge.partial()) {
      if (Outcome done = check_tile(partial); !done) return done;
      if (Outcome done = check_narrower_tiles(partial); !done) return done;
    }
    return ok();
  }

  Outcome check_tile(const TileEdge::Written& good) {
    const Tile& tile = good.tile;
    step();
    if (holds(present_.tile(tile.level, tile.index, tile.width), good.bytes)) return ok();
    return put(tile_path(tile), good.bytes);
  }

  Outcome check_narrower_tiles(const TileEdge::Written& good) {
    for (const unsigned width :
         narrower(tile_path({good.tile.level, good.tile.index}), good.tile)) {
      const Tile tile{good.tile.level, good.tile.index, width};
      const View wanted = View(good.bytes).first(std::size_t{width} * sizeof(Hash));
      if (holds(present_.tile(tile.level, tile.index, width), wanted)) continue;
      if (Outcome done = put(tile_path(tile), wanted); !done) return done;
    }
    return ok();
  }

  Outcome check_bundles(const std::vector<Hash>& leaves) {
    const std::uint64_t size = leaves.size();
    for (std::uint64_t index = 0; index * kTileWidth < size; ++index) {
      const Tile bundle{0, index, tile_width(0, index, size)};
      step();
      if (Outcome done = check_bundle(bundle, leaves); !done) return done;
      if (Outcome done = check_narrower_bundles(bundle, leaves); !done) return done;
    }
    return ok();
  }

  Outcome check_bundle(const Tile& bundle, const std::vector<Hash>& leaves) {
    const View hashes(leaves[bundle.index * kTileWidth].data(), bundle.width * sizeof(Hash));
    const auto here = present_.entries(bundle.index, bundle.width);
    if (here && !wrong_entry(*here, hashes)) return ok();
    const auto there = source_.entries(bundle.index, bundle.width);
    if (!there) return there.error();
    if (const auto wrong = wrong_entry(*there, hashes)) {
      const std::string position = std::to_string(bundle.index * kTileWidth + *wrong);
      return fail("export.source",
                  "目录里的 " + bundle_path(bundle) + " 已损坏，而来源给的第 " + position +
                      " 条与已签检查点不符；换一个来源再补",
                  bundle_path(bundle) + " is damaged here, and entry " + position +
                      " that the source gives is not what the signed checkpoint covers; try "
                      "another source");
    }
    return put(bundle_path(bundle), *there);
  }

  Outcome check_narrower_bundles(const Tile& good, const std::vector<Hash>& leaves) {
    for (const unsigned width : narrower(bundle_path({0, good.index}), good)) {
      const View hashes(leaves[good.index * kTileWidth].data(), width * sizeof(Hash));
      const auto here = present_.entries(good.index, width);
      if (here && !wrong_entry(*here, hashes)) continue;
      const auto whole = present_.entries(good.index, good.width);
      if (!whole) return whole.error();
      Bytes cut;
      for (const View entry : split_bundle(*whole, width).entries) add_to_bundle(entry, cut);
      if (Outcome done = put(bundle_path({0, good.index, width}), cut); !done) return done;
    }
    return ok();
  }

  // The widths at which earlier sizes left the tile's file, if it is not full.
  std::vector<unsigned> narrower(const std::string& full_path, const Tile& tile) const {
    std::vector<unsigned> out;
    if (tile.width == kTileWidth) return out;
    std::error_code error;
    for (const auto& file : fs::directory_iterator(folder_.at(full_path + ".p"), error)) {
      const std::string name = file.path().filename().string();
      unsigned width = 0;
      const auto [end, bad] = std::from_chars(name.data(), name.data() + name.size(), width);
      if (bad == std::errc() && end == name.data() + name.size() && width > 0 && width < tile.width)
        out.push_back(width);
    }
    return out;
  }

  Outcome put(const std::string& name, View bytes) {
    report_.repaired.push_back(name);
    return folder_.put(name, bytes);
  }

  void step() {
    ++report_.files;
    if (progress_) progress_(report_.files, all_);
  }

  Fetcher& source_;
  const crypto::NoteKey& log_;
  const std::string directory_;
  TreeFolder folder_;
  MirrorFetcher present_;
  const RepairProgress& progress_;
  RepairReport report_;
  std::uint64_t all_ = 0;
};

}  // namespace

Result<RepairReport> repair_tree(Fetcher& source, const crypto::NoteKey& log,
                                 const std::string& directory, const RepairProgress& progress) {
  return Repair(source, log, directory, progress).run();
}

}  // namespace liuhen::ledger
