#include "api/server/witness_evidence.h"

#include <filesystem>

#include "ledger/durable_file.h"

namespace liuhen::api::server {
namespace {

namespace fs = std::filesystem;

constexpr ledger::WitnessDoubt kDoubts[] = {
    ledger::WitnessDoubt::fork, ledger::WitnessDoubt::unproven, ledger::WitnessDoubt::behind};

std::string kind_of(ledger::WitnessDoubt doubt) {
  switch (doubt) {
    case ledger::WitnessDoubt::fork:
      return "fork";
    case ledger::WitnessDoubt::unproven:
      return "unproven";
    case ledger::WitnessDoubt::behind:
      break;
  }
  return "behind";
}

std::string name_of(const std::string& kind, const ledger::WitnessedHead& head) {
  return kind + "-" + std::to_string(head.size) + "-" + to_hex(head.root).substr(0, 16);
}

Outcome done(const std::string& path, const std::error_code& problem) {
  if (!problem) return ok();
  return fail("witness.io", "读写 " + path + " 失败：" + problem.message(),
              "reading or writing " + path + " failed: " + problem.message());
}

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// The folder and the one above it, their names on the disk.
Outcome make(const std::string& folder) {
  if (exists(folder)) return ok();
  const fs::path above = fs::path(folder).parent_path();
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (!problem) fs::permissions(above, fs::perms::owner_all, problem);
  if (!problem) problem = ledger::sync_folder(above);
  if (!problem) problem = ledger::sync_folder(above.parent_path());
  return done(folder, problem);
}

Outcome write(const std::string& path, const std::string& note) {
  if (exists(path)) return ok();
  std::error_code problem = ledger::write_synced(path + ".new", view_of(note), 0600);
  if (!problem) problem = ledger::rename_synced(path + ".new", path);
  return done(path, problem);
}

}  // namespace

WitnessEvidence::WitnessEvidence(std::string folder) : folder_(std::move(folder)) {}

std::size_t WitnessEvidence::count(const std::string& kind) const {
  std::size_t found = 0;
  std::error_code problem;
  for (fs::directory_iterator at(folder_, problem), end; !problem && at != end;
       at.increment(problem)) {
    const std::string name = at->path().filename();
    if (name.starts_with(kind + "-") && !name.ends_with(".new")) ++found;
  }
  return found;
}

std::size_t WitnessEvidence::count() const {
  std::size_t found = 0;
  for (const ledger::WitnessDoubt doubt : kDoubts) found += count(kind_of(doubt));
  return found;
}

Result<std::string> WitnessEvidence::keep(ledger::WitnessDoubt doubt, const SignedHead& offered,
                                          const SignedHead& held) {
  const std::string kind = kind_of(doubt);
  const std::string path = folder_ + "/" + name_of(kind, offered.head);
  if (exists(path) || count(kind) >= kEvidenceMax) return std::string();
  Outcome kept = make(folder_);
  if (kept) kept = write(folder_ + "/" + name_of("held", held.head), held.note);
  if (kept) kept = write(path, offered.note);
  if (!kept) return kept.error();
  return path;
}

}  // namespace liuhen::api::server
