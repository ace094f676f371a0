// Every code that the sources of draws and tasks give is explained in docs/formats/errors.md.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

namespace liuhen::tests {
namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Codes, AreAllExplained) {
  const std::filesystem::path root = LIUHEN_SOURCE_DIR;
  const std::string page = content_of(root / "docs/formats/errors.md");
  const std::regex code(
      "\"((?:draw|attest|evidence|task|recusal|substitute|units|result|publication|objection)\\.[a-"
      "z_]+)\"");
  std::set<std::string> seen;
  for (const auto& file : std::filesystem::directory_iterator(root / "projections")) {
    if (file.path().extension() != ".cc") continue;
    const std::string source = content_of(file.path());
    for (std::sregex_iterator match(source.begin(), source.end(), code), end; match != end; ++match)
      seen.insert((*match)[1]);
  }
  EXPECT_GT(seen.size(), 80U);
  for (const std::string& each : seen)
    EXPECT_NE(page.find("| `" + each + "` |"), std::string::npos) << each;
}

}  // namespace
}  // namespace liuhen::tests
