// Names of files, and what must not be written in any of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "tests/layout/tree.h"

namespace liuhen::layout {
namespace {

// The words of a path: "ledger/key_helpers.h" has ledger, key, helpers, h.
std::set<std::string> words_of(std::string_view path) {
  std::set<std::string> words;
  std::string word;
  for (const char c : path) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      word.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
    } else if (!word.empty()) {
      words.insert(std::exchange(word, {}));
    }
  }
  words.insert(word);
  return words;
}

bool says_nothing(std::string_view path) {
  for (const std::string& word : words_of(path)) {
    for (const char* vague :
         {"util", "utils", "common", "helper", "helpers", "manager", "managers"}) {
      if (word == vague) return true;
    }
  }
  return false;
}

// Where packages come from, and where one machine keeps its files, are no part of the project.
// Written in halves, so that this file does not find itself.
const std::vector<std::string> kHosts = {
    std::string("deb.") + "debian.org",
    std::string("security.") + "debian.org",
    std::string("snapshot.") + "debian.org",
    std::string("registry.") + "npmjs.org",
    std::string("npm") + "mirror.com",
    std::string("files.") + "pythonhosted.org",
    std::string("pypi") + ".org",
    std::string("static.") + "crates.io",
    std::string("proxy.") + "golang.org",
    std::string("docker") + ".io",
    std::string("ghcr") + ".io",
    std::string("pkg") + ".dev/",
    std::string("mirrors") + ".",
};
const std::vector<std::string> kPlaces = {
    std::string("/wo") + "rk/",  std::string("/ho") + "me/", std::string("/ro") + "ot/",
    std::string("/Us") + "ers/", std::string("/mn") + "t/",
};

// A path that begins at the root of a file system, and is not the end of a longer one.
bool holds_place(std::string_view text, std::string_view place) {
  for (std::size_t at = text.find(place); at != std::string_view::npos;
       at = text.find(place, at + 1)) {
    const char before = at == 0 ? ' ' : text[at - 1];
    const bool inside = std::isalnum(static_cast<unsigned char>(before)) != 0 ||
                        std::string_view("_.-})]>*~").find(before) != std::string_view::npos;
    if (!inside) return true;
  }
  return false;
}

std::vector<std::string> machine_facts(const File& file) {
  std::vector<std::string> found;
  for (const std::string& host : kHosts) {
    if (file.text.find(host) != std::string::npos)
      found.push_back(file.path + " names the host " + host);
  }
  for (const std::string& place : kPlaces) {
    if (holds_place(file.text, place))
      found.push_back(file.path + " names a machine's own path under " + place);
  }
  return found;
}

bool defines_tests(const File& file) {
  for (std::string_view line : lines_of(file.text)) {
    for (const char* start : {"TEST(", "TEST_F(", "TEST_P(", "TYPED_TEST(", "TYPED_TEST_P("}) {
      if (line.starts_with(start)) return true;
    }
  }
  return false;
}

const File* find(const std::string& path) {
  for (const File& file : tree()) {
    if (file.path == path) return &file;
  }
  return nullptr;
}

TEST(Names, SayWhatIsInTheFile) {
  for (const File& file : tree()) EXPECT_FALSE(says_nothing(file.path)) << file.path;
  EXPECT_TRUE(says_nothing("ledger/key_helpers.h"));
  EXPECT_TRUE(says_nothing("api/common/json.cc"));
  EXPECT_FALSE(says_nothing("ledger/commonwealth.h"));
}

TEST(Names, NoRegistryHostAndNoMachinePath) {
  for (const File& file : tree()) {
    const auto found = machine_facts(file);
    EXPECT_TRUE(found.empty()) << listed(found);
  }
}

TEST(Names, AHostOrAPathIsNoticed) {
  EXPECT_EQ(machine_facts({"a", "see https://" + kHosts[0] + "/x"}).size(), 1U);
  for (const std::string& place : kPlaces) {
    EXPECT_EQ(machine_facts({"a", "cd " + place + "x"}).size(), 1U) << place;
    EXPECT_EQ(machine_facts({"a", "\"" + place + "x\""}).size(), 1U) << place;
    EXPECT_EQ(machine_facts({"a", "https://example.com" + place}).size(), 0U) << place;
    EXPECT_EQ(machine_facts({"a", "$dir" + place}).size(), 0U) << place;
  }
}

// A test in a file that the build does not look at would never run, and nobody would know.
TEST(Names, EveryTestIsInAFileTheBuildFinds) {
  const File* list = find("tests/CMakeLists.txt");
  ASSERT_NE(list, nullptr);
  for (const File& file : tree()) {
    if (!file.path.ends_with(".cc") || !defines_tests(file)) continue;
    ASSERT_TRUE(is_under(file.path, "tests")) << file.path << " holds tests: they belong in tests/";
    EXPECT_TRUE(file.path.ends_with("_test.cc")) << file.path << " must be named *_test.cc";
    const std::string folder = file.path.substr(6, file.path.find('/', 6) - 6);
    EXPECT_TRUE(list->text.find("liuhen_test(" + folder) != std::string::npos)
        << file.path << ": add liuhen_test(" << folder << " …) to tests/CMakeLists.txt";
    EXPECT_LE(std::count(file.path.begin(), file.path.end(), '/'), 3)
        << file.path << " lies too deep";
  }
}

TEST(Names, EveryFileNamedATestHoldsOne) {
  for (const File& file : tree()) {
    if (!file.path.ends_with("_test.cc")) continue;
    EXPECT_TRUE(defines_tests(file)) << file.path;
  }
}

}  // namespace
}  // namespace liuhen::layout
