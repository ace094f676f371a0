#include "ledger/tree_evidence.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace liuhen::ledger {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = "evidence";
constexpr const char* kHeld = "held-";

std::string kind_of(TreeDoubt doubt) {
  switch (doubt) {
    case TreeDoubt::fork:
      return "fork-";
    case TreeDoubt::unproven:
      return "unproven-";
    case TreeDoubt::behind:
      break;
  }
  return "behind-";
}

std::string name_of(const std::string& kind, const SignedHead& head) {
  return kind + std::to_string(head.checkpoint.size) + "-" +
         to_hex(head.checkpoint.root).substr(0, 16);
}

// The size in such a name, in decimal.
std::string size_in(const std::string& name) {
  const std::size_t from = name.find('-') + 1;
  return name.substr(from, name.find('-', from) - from);
}

std::string in_folder(const std::string& name) { return std::string(kFolder) + "/" + name; }

}  // namespace

// The oldest first, as their last writing says; which of two as old came first matters to none.
std::vector<std::string> TreeEvidence::names(const std::string& prefix) const {
  std::vector<std::pair<fs::file_time_type, std::string>> found;
  std::error_code problem;
  for (fs::directory_iterator at(folder_.at(kFolder), problem), end; !problem && at != end;
       at.increment(problem)) {
    std::error_code ignored;
    std::string name = at->path().filename();
    if (name.starts_with(prefix)) found.emplace_back(at->last_write_time(ignored), std::move(name));
  }
  std::ranges::sort(found);
  std::vector<std::string> out;
  for (auto& [time, name] : found) out.push_back(std::move(name));
  return out;
}

Outcome TreeEvidence::put(const std::string& name, const SignedHead& head) {
  std::error_code ignored;
  if (fs::exists(folder_.at(in_folder(name)), ignored)) return ok();
  return folder_.put(in_folder(name), view_of(head.note));
}

void TreeEvidence::trim(const std::vector<std::string>& oldest_first) {
  const std::size_t count = oldest_first.size();
  for (std::size_t i = kTreeEvidenceFirstMax; i + kTreeEvidenceNewestMax < count; ++i)
    (void)folder_.remove(in_folder(oldest_first[i]));  // one too many is no harm
}

// A fork keeps the note of its own size: the two of them prove it, whatever becomes of the tiles.
// All that were held are of one history: with what is not of one size any of them will do.
void TreeEvidence::trim_held() {
  const std::vector<std::string> forks = names(kind_of(TreeDoubt::fork));
  std::vector<std::string> spare = names(kHeld);
  std::erase_if(spare, [&](const std::string& held) {
    return std::ranges::any_of(
        forks, [&](const std::string& fork) { return size_in(fork) == size_in(held); });
  });
  trim(spare);
}

Result<TreeEvidence::Kept> TreeEvidence::keep(TreeDoubt doubt, const SignedHead& offered,
                                              const SignedHead& held) {
  const std::string ours = name_of(kHeld, held), theirs = name_of(kind_of(doubt), offered);
  Outcome kept = put(ours, held);
  if (kept) kept = put(theirs, offered);
  if (!kept) return kept.error();
  if (doubt == TreeDoubt::fork) {
    for (const TreeDoubt less : {TreeDoubt::unproven, TreeDoubt::behind}) forget(less, offered);
  }
  trim(names(kind_of(doubt)));  // after both are durable
  trim_held();
  return Kept{folder_.at(in_folder(theirs)), folder_.at(in_folder(ours))};
}

std::vector<SignedHead> TreeEvidence::unproven(const crypto::NoteKey& log) const {
  std::vector<SignedHead> out;
  for (const std::string& name : names(kind_of(TreeDoubt::unproven))) {
    std::ifstream file(folder_.at(in_folder(name)), std::ios::binary);
    std::string note(std::istreambuf_iterator<char>(file), {});
    auto opened = crypto::open_checkpoint(note, log);
    if (opened) out.push_back({std::move(note), std::move(opened->checkpoint)});
  }
  return out;
}

// With the last doubt goes what was held against it.
void TreeEvidence::forget(TreeDoubt doubt, const SignedHead& offered) {
  (void)folder_.remove(in_folder(name_of(kind_of(doubt), offered)));
  const auto is_held = [](const std::string& name) { return name.starts_with(kHeld); };
  if (std::ranges::all_of(names(""), is_held)) (void)folder_.remove(kFolder);
}

}  // namespace liuhen::ledger
