// A log written as the files that a static server serves (docs/formats/tiles.md, "The static
// tree"): `checkpoint`, `tile/…`. Incrementally, and so that whoever reads meanwhile, or after a
// crash at any moment, finds the whole tree of the checkpoint that is there.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "crypto/note.h"
#include "ledger/fetcher.h"

namespace liuhen::ledger {

struct ExportReport {
  std::uint64_t old_size = 0;  // of the checkpoint that was there
  std::uint64_t size = 0;
  std::uint64_t files = 0;  // written
  // Of `signers`: in whose name the source's checkpoint has lines that are bad and were not taken.
  std::vector<crypto::NoteKey> bad_lines;
};

// After each step: a tile that was staged, or a file that is in its place.
using ExportProgress = std::function<void(std::uint64_t done, std::uint64_t all)>;

// Brings `directory`, made if there is none, up to the source's checkpoint, with the signature
// lines that the source shows. By `signers`, if there are any (keys of the log and of witnesses,
// `log` among them), it has good lines alone, and of one size and root those stay that are here
// and that the source lacks. Tiles are written once they give the root that `log` signed, bundles
// once they hash to those tiles, each under another name first, synced, and renamed; the
// checkpoint comes last. A run that was broken off goes on where it was. Partial files stay until
// the full one is there and the checkpoint that needed them has been replaced. One run at a time
// on one directory.
// Refuses, and changes nothing of what is there: `export.behind` (the source has fewer entries),
// `export.fork` (the source's history is another, naming the first entry that differs where tiles
// show it; two signed roots of one size need none), which is also what a run that copied
// everything says if a checkpoint that was offered before turns out to be of another history,
// `export.damaged` (the directory's files do not give its own checkpoint), `export.source` (the
// source's tiles or entries do not give the signed root). What proves a fork or gives reason to
// doubt is kept in the directory (TreeEvidence). Further errors: `export.busy`, `export.io`, those
// of the fetcher and of open_checkpoint.
Result<ExportReport> export_tiles(Fetcher& source, const crypto::NoteKey& log,
                                  const std::string& directory, const ExportProgress& progress = {},
                                  std::span<const crypto::NoteKey> signers = {});

}  // namespace liuhen::ledger
