#include "api/server/witness_evidence.h"

#include <algorithm>
#include <filesystem>
#include <utility>

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

// The size in such a name.
std::string_view size_in(std::string_view name) {
  name.remove_prefix(std::min(name.find('-') + 1, name.size()));
  return name.substr(0, name.find('-'));
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
  std::error_code problem;
  if (ledger::make_folders(folder, problem))
    fs::permissions(fs::path(folder).parent_path(), fs::perms::owner_all, problem);
  return done(folder, problem);
}

Outcome write(const std::string& path, const std::string& note) {
  if (exists(path)) return ok();
  std::error_code problem = ledger::write_synced(path + ".new", view_of(note), 0600);
  if (!problem) problem = ledger::rename_synced(path + ".new", path);
  return done(path, problem);
}

}  // namespace

WitnessEvidence::WitnessEvidence(std::string folder) : folder_(std::move(folder)) { load(); }

// As old as their last writing says: which came first matters to none that are as old.
void WitnessEvidence::load() {
  std::vector<std::pair<fs::file_time_type, std::string>> found;
  std::error_code problem;
  for (fs::directory_iterator at(folder_, problem), end; !problem && at != end;
       at.increment(problem)) {
    std::error_code ignored;
    found.emplace_back(at->last_write_time(ignored), at->path().filename());
  }
  std::sort(found.begin(), found.end());
  for (const auto& [time, name] : found) {
    if (name.ends_with(".new")) continue;
    if (name.starts_with("held-")) held_.push_back(name);
    for (const ledger::WitnessDoubt doubt : kDoubts) {
      if (name.starts_with(kind_of(doubt) + "-")) kind(doubt).names.push_back(name);
    }
  }
}

void WitnessEvidence::forget_what_was_taken_away() {
  const auto gone = [this](const std::string& name) { return !exists(folder_ + "/" + name); };
  for (Kind& kind : kinds_) std::erase_if(kind.names, gone);
  std::erase_if(held_, gone);
}

void WitnessEvidence::remove(Names& names, const std::string& name) {
  std::error_code ignored;  // one too many is no harm
  fs::remove(folder_ + "/" + name, ignored);
  std::erase(names, name);
}

void WitnessEvidence::trim(Names& names) {
  while (names.size() > kEvidenceFirstMax + kEvidenceNewestMax) {
    const std::string oldest_of_the_rest = names[kEvidenceFirstMax];
    remove(names, oldest_of_the_rest);
  }
}

// A fork needs the note of its own size. All that were held are of one history: for the other kinds
// any of them will do.
void WitnessEvidence::trim_held() {
  Names spare;
  for (const std::string& name : held_) {
    const bool needed = std::ranges::any_of(
        kind(ledger::WitnessDoubt::fork).names,
        [&](const std::string& fork) { return size_in(fork) == size_in(name); });
    if (!needed) spare.push_back(name);
  }
  while (spare.size() > kEvidenceFirstMax + kEvidenceNewestMax) {
    remove(held_, spare[kEvidenceFirstMax]);
    spare.erase(spare.begin() + kEvidenceFirstMax);
  }
}

std::size_t WitnessEvidence::count() const {
  std::size_t found = 0;
  for (const Kind& kind : kinds_) {
    for (const std::string& name : kind.names) found += exists(folder_ + "/" + name) ? 1 : 0;
  }
  return found;
}

Result<WitnessEvidence::Kept> WitnessEvidence::keep(ledger::WitnessDoubt doubt,
                                                    const SignedHead& offered,
                                                    const SignedHead& held) {
  const std::string name = name_of(kind_of(doubt), offered.head);
  const std::string path = folder_ + "/" + name;
  if (exists(path)) return Kept{.path = path, .fresh = false};
  forget_what_was_taken_away();
  const std::string held_name = name_of("held", held.head);
  Outcome kept = make(folder_);
  if (kept) kept = write(folder_ + "/" + held_name, held.note);
  if (kept) kept = write(path, offered.note);
  if (!kept) return kept.error();
  if (std::ranges::find(held_, held_name) == held_.end()) held_.push_back(held_name);
  kind(doubt).names.push_back(name);
  trim(kind(doubt).names);  // after both are durable
  trim_held();
  return Kept{.path = path, .fresh = true};
}

std::vector<std::string> WitnessEvidence::settle(const SignedHead& cosigned) {
  const std::string unproven = kind_of(ledger::WitnessDoubt::unproven);
  const std::string size = std::to_string(cosigned.head.size);
  Names& names = kind(ledger::WitnessDoubt::unproven).names;
  Names forks;
  for (const std::string& name : Names(names)) {
    if (size_in(name) != size) continue;
    if (name == name_of(unproven, cosigned.head)) {
      remove(names, name);
      continue;
    }
    const std::string fork = kind_of(ledger::WitnessDoubt::fork) + name.substr(unproven.size());
    const std::string held = name_of("held", cosigned.head);
    // Where either fails the note stays what it was.
    if (!write(folder_ + "/" + held, cosigned.note)) continue;
    if (ledger::rename_synced(folder_ + "/" + name, folder_ + "/" + fork)) continue;
    std::erase(names, name);
    if (std::ranges::find(held_, held) == held_.end()) held_.push_back(held);
    kind(ledger::WitnessDoubt::fork).names.push_back(fork);
    trim(kind(ledger::WitnessDoubt::fork).names);
    forks.push_back(folder_ + "/" + fork);
  }
  if (!forks.empty()) trim_held();
  return forks;
}

std::optional<std::uint64_t> WitnessEvidence::alarm_due(ledger::WitnessDoubt doubt,
                                                        std::uint64_t now_s) {
  Kind& told = kind(doubt);
  const bool early =
      told.told_s && now_s >= *told.told_s && now_s - *told.told_s < kEvidenceAlarmGapS;
  if (early) {
    ++told.untold;
    return std::nullopt;
  }
  told.told_s = now_s;
  return std::exchange(told.untold, 0);
}

}  // namespace liuhen::api::server
