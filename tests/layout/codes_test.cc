// docs/formats/errors.md has every code that the sources can give, and no other.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "tests/layout/tree.h"

namespace liuhen::layout {
namespace {

constexpr const char* kPage = "docs/formats/errors.md";

using Codes = std::set<std::string>;

// Every literal that looks like a code. The names of files that do are none, nor are beginnings of
// codes beside the guarantee that they break.
Codes codes_of_source(const std::string& text) {
  static const std::regex literal("\"([a-z_]+(?:\\.[a-z0-9_]+)+)\"(?!, \"G[0-9])");
  static const Codes files = {"annual.json", "rule.json", "temporary.json", "log.key",
                              "platform.key"};
  Codes codes;
  for (std::sregex_iterator at(text.begin(), text.end(), literal), end; at != end; ++at) {
    if (!files.contains((*at)[1])) codes.insert((*at)[1]);
  }
  return codes;
}

// What the first column of the page's tables lists.
Codes codes_of_page(const std::string& text) {
  static const std::regex code("`([^`]+)`");
  Codes codes;
  for (const std::string_view line : lines_of(text)) {
    if (!line.starts_with("| `")) continue;
    const std::string first(line.substr(0, line.find('|', 1)));
    for (std::sregex_iterator at(first.begin(), first.end(), code), end; at != end; ++at)
      codes.insert((*at)[1]);
  }
  return codes;
}

std::vector<std::string> without(const Codes& some, const Codes& others) {
  std::vector<std::string> left;
  for (const std::string& code : some) {
    if (!others.contains(code)) left.push_back(code);
  }
  return left;
}

TEST(Codes, ThePageAndTheSourcesHaveTheSame) {
  Codes given, explained;
  for (const File& file : tree()) {
    if (file.path == kPage) explained = codes_of_page(file.text);
    for (const char* folder : {"crypto", "ledger", "projections", "api", "tools"}) {
      if (is_under(file.path, folder) && ends_with_any(file.path, {".cc", ".h"}))
        given.merge(codes_of_source(file.text));
    }
  }
  EXPECT_GT(given.size(), 200U);
  EXPECT_TRUE(without(given, explained).empty()) << kPage << " does not explain\n"
                                                 << listed(without(given, explained));
  EXPECT_TRUE(without(explained, given).empty()) << "nothing gives\n"
                                                 << listed(without(explained, given));
}

TEST(Codes, AreFound) {
  EXPECT_EQ(
      codes_of_source(
          "fail(\"a.b_c\", \"\"); is(\"d.e.f8\"); open(\"log.key\"); \"x.y z\"; {\"m.n\", \"G4\"}"),
      (Codes{"a.b_c", "d.e.f8"}));
  EXPECT_EQ(codes_of_page("| code | x |\n| `a.b`, `c.d` | `e.f` |\nand `g.h`\n"),
            (Codes{"a.b", "c.d"}));
}

}  // namespace
}  // namespace liuhen::layout
