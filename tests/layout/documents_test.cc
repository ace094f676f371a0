// What the documents promise a reader who has only the clone.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>

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

// The file of the project at `path`; fails the test and is empty if there is none.
std::string text_at(std::string_view path) {
  for (const File& file : tree()) {
    if (file.path == path) return file.text;
  }
  ADD_FAILURE() << "there is no " << path;
  return {};
}

// The packages of tools/setup.sh and of every package.json: what is installed from elsewhere.
std::set<std::string> packages() {
  static const std::regex list(R"(\w+_packages\+?=\(([^)]*)\))");
  static const std::regex word(R"([a-z0-9][a-z0-9.+-]+)");
  static const std::regex dependencies(
      R"re("(?:dev|optional|peer)?[dD]ependencies":\s*\{([^}]*)\})re");
  static const std::regex name(R"re("([^"]+)":)re");
  std::set<std::string> all;
  const auto take = [&](const std::string& text, const std::regex& outer, const std::regex& inner) {
    for (std::sregex_iterator at(text.begin(), text.end(), outer), end; at != end; ++at) {
      const std::string inside = (*at)[1];
      for (std::sregex_iterator one(inside.begin(), inside.end(), inner), none; one != none; ++one)
        all.insert((*one)[one->size() - 1]);
    }
  };
  for (const File& file : tree()) {
    if (file.path == "tools/setup.sh") take(file.text, list, word);
    if (file.path.ends_with("/package.json")) take(file.text, dependencies, name);
  }
  return all;
}

TEST(Documents, EveryPackageHasItsReason) {
  static const std::regex name("`([^`]+)`");
  std::set<std::string> explained;
  bool in_section = false;
  const std::string page = text_at("docs/libraries.md");
  for (const std::string_view view : lines_of(page)) {
    if (view.starts_with("## ")) in_section = view.starts_with("## Every package");
    if (!in_section || !view.starts_with("| `")) continue;
    const std::string first(view.substr(0, view.find('|', 1)));
    for (std::sregex_iterator at(first.begin(), first.end(), name), end; at != end; ++at)
      explained.insert((*at)[1]);
  }
  EXPECT_GT(explained.size(), 15U);
  EXPECT_EQ(packages(), explained);
}

// Every test as ctest names it, without the parts that parameters add: "ledger.Tamper.AnyByte".
std::set<std::string> test_names() {
  static const std::regex test(R"(\bTEST(_F|_P)?\(\s*(\w+),\s*(\w+)\s*\))");
  std::set<std::string> names;
  for (const File& file : tree()) {
    if (!is_under(file.path, "tests") || !file.path.ends_with("_test.cc")) continue;
    const std::string folder = file.path.substr(6, file.path.find('/', 6) - 6);
    for (std::sregex_iterator at(file.text.begin(), file.text.end(), test), end; at != end; ++at)
      names.insert(folder + "." + std::string((*at)[2]) + "." + std::string((*at)[3]));
  }
  return names;
}

TEST(Documents, EveryGuaranteeNamesTestsThatExist) {
  static const std::regex heading("^## (G[0-9]+)$");
  static const std::regex name(R"(`([a-z]+\.\w+\.\w+)`)");
  const std::set<std::string> known = test_names();
  static const std::regex program(R"(`programs\.(\w+)`)");
  const std::string page = text_at("docs/guarantees.md");
  for (std::sregex_iterator at(page.begin(), page.end(), program), end; at != end; ++at)
    EXPECT_FALSE(text_at("tests/programs/" + std::string((*at)[1]) + "_test.py").empty());
  std::map<std::string, std::size_t> named;
  std::string guarantee;
  for (const std::string_view view : lines_of(page)) {
    const std::string line(view);
    std::smatch found;
    if (std::regex_match(line, found, heading)) named.try_emplace(guarantee = found[1], 0);
    for (std::sregex_iterator at(line.begin(), line.end(), name), end; at != end; ++at) {
      EXPECT_TRUE(known.contains((*at)[1])) << guarantee << " names no test: " << (*at)[1];
      ++named[guarantee];
    }
  }
  EXPECT_EQ(named.size(), 12U);
  for (int number = 1; number <= 12; ++number)
    EXPECT_GT(named["G" + std::to_string(number)], 0U) << "G" << number << " names no test";
}

// "GET /api/v1/entries/*" of every route that the service registers.
std::set<std::string> routes_registered() {
  static const std::regex route(R"re(\{"(GET|POST|PUT|DELETE|PATCH)", "(/[^"]*)", )re");
  std::set<std::string> routes;
  for (const File& file : tree()) {
    if (!is_under(file.path, "api/server") || !file.path.ends_with(".cc")) continue;
    for (std::sregex_iterator at(file.text.begin(), file.text.end(), route), end; at != end; ++at)
      routes.insert(std::string((*at)[1]) + " " + std::string((*at)[2]));
  }
  return routes;
}

// The headings "### `GET /api/v1/entries/{position}`" of the page; {+path} takes several segments.
std::set<std::string> routes_documented() {
  static const std::regex heading("^### `([A-Z]+ /[^`]*)`$");
  static const std::regex several(R"(\{\+[a-z]+\})");
  static const std::regex one(R"(\{[a-z]+\})");
  std::set<std::string> routes;
  const std::string page = text_at("docs/formats/api.md");
  for (const std::string_view view : lines_of(page)) {
    const std::string line(view);
    std::smatch found;
    if (std::regex_match(line, found, heading)) {
      const std::string pattern = std::regex_replace(found[1].str(), several, "**");
      routes.insert(std::regex_replace(pattern, one, "*"));
    }
  }
  return routes;
}

TEST(Documents, ThePageOfTheApiHasTheRoutesOfTheService) {
  EXPECT_GT(routes_registered().size(), 20U);
  EXPECT_EQ(routes_documented(), routes_registered());
}

}  // namespace
}  // namespace liuhen::layout
