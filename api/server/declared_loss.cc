#include "api/server/declared_loss.h"

#include <filesystem>

#include "crypto/checkpoint.h"
#include "crypto/note.h"
#include "ledger/durable_file.h"
#include "ledger/head_file.h"
#include "ledger/loss.h"

namespace liuhen::api::server {
namespace {

namespace fs = std::filesystem;

std::string losing(const Layout& layout) { return layout.head + ".losing"; }

Outcome set_aside(const std::string& path, const std::string& aside) {
  const auto problem = ledger::rename_synced(path, aside);
  if (!problem) return ok();
  return fail("file.io",
              "已记入失去，但无法把 " + path + " 改名为 " + aside + "：" + problem.message() +
                  "；排除后重新运行，即可完成",
              "the loss is recorded, but " + path + " cannot be renamed to " + aside + ": " +
                  problem.message() + "; mend that and run it again, which finishes it");
}

// The name says the size, and the hash too where another of that size was lost before.
Result<std::string> suffix_of(const Layout& layout, const std::string& note) {
  const auto parsed = crypto::parse_note(note);
  if (!parsed) return parsed.error();
  const auto lost = crypto::parse_checkpoint(parsed->text);
  if (!lost) return lost.error();
  std::string suffix = ".lost-" + std::to_string(lost->size);
  const auto there = ledger::DiskHeadFile(layout.head + suffix).read();
  if (!there) return there.error();
  if (*there && **there != note) suffix += "-" + to_hex(ledger::loss_hash(note)).substr(0, 8);
  return suffix;
}

}  // namespace

Outcome begin_loss(const Layout& layout, const std::string& note) {
  const std::string path = losing(layout);
  std::error_code problem = ledger::write_synced(path + ".new", view_of(note));
  if (!problem) problem = ledger::rename_synced(path + ".new", path);
  if (!problem) return ok();
  return fail("file.io", "无法写入 " + path + "：" + problem.message(),
              path + " cannot be written: " + problem.message());
}

void drop_loss(const Layout& layout) {
  std::error_code ignored;
  fs::remove(losing(layout), ignored);
}

Result<std::optional<std::string>> unfinished_loss(const Layout& layout, ledger::Storage& storage) {
  auto note = ledger::DiskHeadFile(losing(layout)).read();
  if (!note) return note.error();
  if (!*note) return std::optional<std::string>();
  const auto declared = ledger::was_just_declared_lost(storage, ledger::loss_hash(**note));
  if (!declared) return declared.error();
  return *declared ? std::move(*note) : std::optional<std::string>();
}

Result<std::string> set_lost_aside(const Layout& layout, const std::string& note) {
  const auto suffix = suffix_of(layout, note);
  if (!suffix) return suffix.error();
  // What witnesses cosigned of the lost history is no evidence against the one that goes on.
  const std::string cosigned = layout.dir + "/cosigned", kept = layout.head + *suffix;
  std::error_code unknown;
  if (fs::exists(cosigned, unknown)) {
    if (auto aside = set_aside(cosigned, cosigned + *suffix); !aside) return aside.error();
  }
  if (auto aside = set_aside(losing(layout), kept); !aside) {
    std::error_code ignored;  // renamed or not, it is there for the next time
    fs::rename(kept, losing(layout), ignored);
    return aside.error();
  }
  return kept;
}

}  // namespace liuhen::api::server
