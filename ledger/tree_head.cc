#include "ledger/tree_head.h"

#include "crypto/merkle.h"
#include "ledger/head_file.h"
#include "ledger/log_reader.h"

namespace liuhen::ledger {

Result<SignedHead> open_head(Fetcher& fetcher, const crypto::NoteKey& log) {
  auto note = fetcher.checkpoint();
  if (!note) return note.error();
  auto opened = crypto::open_checkpoint(*note, log);
  if (!opened) return opened.error();
  return SignedHead{std::move(*note), std::move(opened->checkpoint)};
}

SignedHead HeldHeads::newest() const {
  if (taken && (!published || taken->checkpoint.size >= published->checkpoint.size)) return *taken;
  if (published) return *published;
  return SignedHead{"", {.origin = "", .size = 0, .root = crypto::empty_root()}};
}

Result<HeldHeads> read_held(const std::string& directory, const crypto::NoteKey& log) {
  HeldHeads held;
  std::optional<Error> damage;
  MirrorFetcher present(directory);
  if (auto published = open_head(present, log)) {
    held.published = std::move(*published);
  } else if (published.error().code != "fetch.absent") {
    damage = published.error();
  }
  const auto note = DiskHeadFile(directory + "/" + kTreeHead).read();
  if (!note) return note.error();
  if (*note) {
    auto opened = crypto::open_checkpoint(**note, log);
    if (opened) {
      held.taken = SignedHead{**note, std::move(opened->checkpoint)};
    } else {
      damage = opened.error();
    }
  }
  if (damage && !held.published && !held.taken) {
    return fail("export.damaged",
                "目录里没有一份完好的检查点，无从判断来源是否被回退或分叉：" + damage->zh +
                    "。请从别处找回本日志最新的检查点放入 " + directory + "/" + kTreeHead,
                "no checkpoint in the directory is whole, and whether the source was rolled back "
                "or forked cannot be told: " +
                    damage->en + ". Put the newest checkpoint of this log that others hold in " +
                    directory + "/" + kTreeHead);
  }
  return held;
}

}  // namespace liuhen::ledger
