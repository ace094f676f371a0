#include "ledger/absent_backups.h"

#include <charconv>
#include <filesystem>
#include <iterator>
#include <set>

namespace liuhen::ledger {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kAbsentMax = 1'000;  // between others that are named

// The files or folders there that are named by a number, of which there are never many.
std::set<std::uint32_t> numbers_in(const std::string& folder) {
  std::set<std::uint32_t> numbers;
  std::error_code problem;
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end;
       at.increment(problem)) {
    const std::string name = at->path().filename();
    std::uint32_t number = 0;
    const auto [rest, bad] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (bad == std::errc() && rest == name.data() + name.size()) numbers.insert(number);
  }
  return numbers;
}

}  // namespace

std::vector<std::uint32_t> absent_backups(const std::string& directory) {
  const std::set<std::uint32_t> there = numbers_in(directory + "/meta");
  std::set<std::uint32_t> absent;
  // What is dropped loses its metadata before its files.
  for (const std::uint32_t number : numbers_in(directory + "/private")) {
    if (!there.contains(number) && (there.empty() || number > *there.begin()))
      absent.insert(number);
  }
  for (auto next = there.begin(); next != there.end(); ++next) {
    if (next == there.begin()) continue;
    const std::uint32_t before = *std::prev(next);
    for (std::uint32_t number = before + 1; number < *next && absent.size() < kAbsentMax; ++number)
      absent.insert(number);
  }
  return {absent.begin(), absent.end()};
}

}  // namespace liuhen::ledger
