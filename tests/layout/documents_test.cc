// What the documents promise a reader who has only the clone.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>

#include "tests/layout/tree.h"

namespace liuhen::layout {
namespace {

namespace fs = std::filesystem;

// The targets of `[text](target)` outside code, without those that lead out of the project.
std::vector<std::string> links_in(std::string_view markdown) {
  static const std::regex code_span("`[^`]*`");
  static const std::regex link(R"(\]\(<?([^)\s>]+)>?(\s+"[^"]*")?\))");
  static const std::regex elsewhere("^([a-z]+:|#).*");
  std::vector<std::string> targets;
  bool in_code = false;
  for (std::string_view raw : lines_of(markdown)) {
    if (raw.substr(std::min(raw.find_first_not_of(' '), raw.size())).starts_with("```"))
      in_code = !in_code;
    if (in_code) continue;
    const std::string line = std::regex_replace(std::string(raw), code_span, "");
    for (std::sregex_iterator at(line.begin(), line.end(), link), end; at != end; ++at) {
      const std::string target = (*at)[1];
      if (!std::regex_match(target, elsewhere))
        targets.push_back(target.substr(0, target.find('#')));
    }
  }
  return targets;
}

TEST(Documents, EveryRelativeLinkLeadsSomewhere) {
  std::size_t links = 0;
  for (const File& file : tree()) {
    if (!file.path.ends_with(".md")) continue;
    for (const std::string& target : links_in(file.text)) {
      ++links;
      const fs::path from = (fs::path(LIUHEN_SOURCE_DIR) / file.path).parent_path();
      EXPECT_TRUE(fs::exists(from / target)) << file.path << " links to " << target;
    }
  }
  EXPECT_GT(links, 5U);
}

TEST(Documents, LinksAreFound) {
  EXPECT_EQ(links_in("[a](b.md), [c](<d.md#e>)\n![f](g.png \"h\")\n"),
            (std::vector<std::string>{"b.md", "d.md", "g.png"}));
  EXPECT_TRUE(links_in("[a](https://example.com) [b](#c) `[d](e)`\n```\n[f](g)\n```\n").empty());
}

// Both readmes open with the two commands that are all a newcomer needs.
TEST(Documents, BothReadmesBeginWithTheTwoCommands) {
  for (const char* name : {"README.md", "README.zh-CN.md"}) {
    const auto readme =
        std::find_if(tree().begin(), tree().end(), [&](const File& f) { return f.path == name; });
    ASSERT_NE(readme, tree().end()) << name;
    const auto lines = lines_of(readme->text);
    for (const char* command : {"tools/run.sh", "tools/test.sh"}) {
      const auto line = std::find_if(lines.begin(), lines.end(),
                                     [&](std::string_view l) { return l.starts_with(command); });
      EXPECT_LT(line - lines.begin(), 20)
          << name << " must show " << command << " among its first lines";
    }
  }
}

}  // namespace
}  // namespace liuhen::layout
