// crypto <- ledger <- projections <- api <- tools: each folder uses only those to its left. One
// include root is shared by all, so the compiler would not notice.
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>

#include "tests/layout/tree.h"

namespace liuhen::layout {
namespace {

constexpr std::array<std::string_view, 6> kLayers = {"crypto", "ledger", "projections",
                                                     "api",    "tools",  "tests"};

std::optional<std::size_t> layer_of(std::string_view path) {
  for (std::size_t i = 0; i < kLayers.size(); ++i) {
    if (is_under(path, kLayers[i])) return i;
  }
  return std::nullopt;
}

bool is_code(std::string_view path) { return ends_with_any(path, {".h", ".cc", ".fbs"}); }

struct Include {
  std::string path;
  bool quoted;
};

// The file that a line includes: `#include "a/b.h"`, `#  include <a/b.h>`, or a schema's `include
// "a.fbs";`.
std::optional<Include> include_in(std::string_view line) {
  const auto skip_blanks = [&] {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  };
  skip_blanks();
  if (line.starts_with('#')) line.remove_prefix(1);
  skip_blanks();
  if (!line.starts_with("include")) return std::nullopt;
  line.remove_prefix(7);
  skip_blanks();
  if (line.empty() || (line[0] != '"' && line[0] != '<')) return std::nullopt;
  const bool quoted = line[0] == '"';
  line.remove_prefix(1);
  const std::size_t end = line.find(quoted ? '"' : '>');
  if (end == std::string_view::npos) return std::nullopt;
  return Include{std::string(line.substr(0, end)), quoted};
}

std::vector<Include> includes_of(const File& file) {
  std::vector<Include> includes;
  for (std::string_view line : lines_of(file.text)) {
    if (auto include = include_in(line)) includes.push_back(*include);
  }
  return includes;
}

std::vector<std::string> wrong_includes(const std::vector<File>& files) {
  std::vector<std::string> wrong;
  for (const File& file : files) {
    const auto from = layer_of(file.path);
    if (!from || !is_code(file.path)) continue;
    for (const Include& include : includes_of(file)) {
      const auto to = layer_of(include.path);
      const std::string what = file.path + " includes " + include.path;
      if (!to && include.quoted && !file.path.ends_with(".fbs")) {
        wrong.push_back(
            what + ": name it from the root (\"folder/file.h\"), or use <> if it is a library's");
      } else if (to && *to > *from) {
        wrong.push_back(what + ": " + std::string(kLayers[*from]) + " must not use " +
                        std::string(kLayers[*to]));
      } else if ((is_under(file.path, "api/client") || is_under(file.path, "api/import")) &&
                 is_under(include.path, "api/server")) {
        wrong.push_back(what + ": what runs on a client's machine must not use the server");
      }
    }
  }
  return wrong;
}

// The project's files that `start` includes, directly or through others.
std::set<std::string> reached_from(const std::string& start,
                                   const std::map<std::string, const File*>& by_path) {
  std::set<std::string> reached;
  std::vector<std::string> todo = {start};
  while (!todo.empty()) {
    const std::string path = todo.back();
    todo.pop_back();
    const auto file = by_path.find(path);
    if (file == by_path.end() || !reached.insert(path).second) continue;
    for (const Include& include : includes_of(*file->second)) todo.push_back(include.path);
  }
  return reached;
}

// No trust in the server means none of its code: neither its headers, nor what would write a
// ledger.
bool is_forbidden_to_verifier(std::string_view path) {
  return is_under(path, "api/server") || path.starts_with("ledger/sequencer.");
}

std::vector<std::string> server_code_in_verifier(const std::vector<File>& files) {
  std::map<std::string, const File*> by_path;
  for (const File& file : files) by_path[file.path] = &file;
  std::vector<std::string> wrong;
  for (const File& file : files) {
    if (!file.path.starts_with("tools/verify") || !is_code(file.path)) continue;
    for (const std::string& path : reached_from(file.path, by_path)) {
      if (is_forbidden_to_verifier(path)) wrong.push_back(file.path + " reaches " + path);
    }
  }
  return wrong;
}

std::optional<std::vector<std::string>> sources_of_program(const std::string& program) {
  const auto list =
      std::filesystem::path(LIUHEN_BINARY_DIR) / "tests/layout" / (program + ".sources");
  std::ifstream in(list);
  if (!in) return std::nullopt;
  std::vector<std::string> sources;
  for (std::string line; std::getline(in, line);) {
    sources.push_back(
        std::filesystem::path(line).lexically_relative(LIUHEN_SOURCE_DIR).generic_string());
  }
  return sources;
}

TEST(Dependencies, GoFromRightToLeft) {
  const auto wrong = wrong_includes(tree());
  EXPECT_TRUE(wrong.empty()) << listed(wrong);
}

TEST(Dependencies, AWrongOneIsNoticed) {
  const auto count = [](std::string path, std::string text) {
    return wrong_includes({{std::move(path), std::move(text)}}).size();
  };
  EXPECT_EQ(count("crypto/a.h", "#include \"ledger/b.h\"\n"), 1U);
  EXPECT_EQ(count("ledger/deep/a.cc", "  #  include <projections/b.h>"), 1U);
  EXPECT_EQ(count("projections/a.cc", "#include \"api/b.h\"\n#include \"tools/c.h\"\n"), 2U);
  EXPECT_EQ(count("api/a.cc", "#include \"tests/b.h\"\n"), 1U);
  EXPECT_EQ(count("crypto/a.cc", "#include \"a.h\"\n"), 1U);
  EXPECT_EQ(count("api/client/a.cc", "#include \"api/server/b.h\"\n"), 1U);
  EXPECT_EQ(count("crypto/a.fbs", "include \"ledger/b.fbs\";\n"), 1U);
  EXPECT_EQ(
      count("tools/a.cc", "#include \"crypto/b.h\"\n#include <vector>\n#include <crypto.h>\n"), 0U);
  EXPECT_EQ(count("api/server/a.cc", "#include \"api/client/b.h\"\n"), 0U);
  EXPECT_EQ(count("ledger/a.cc", "// include \"api/b.h\"\n"), 0U);
}

TEST(Dependencies, TheVerifierIncludesNoServerCode) {
  const auto wrong = server_code_in_verifier(tree());
  EXPECT_TRUE(wrong.empty()) << listed(wrong);
}

TEST(Dependencies, ServerCodeInTheVerifierIsNoticedThroughOthers) {
  const std::vector<File> files = {{"tools/verify_main.cc", "#include \"api/facade.h\"\n"},
                                   {"api/facade.h", "#include \"api/server/routes.h\"\n"},
                                   {"api/server/routes.h", ""}};
  EXPECT_EQ(server_code_in_verifier(files).size(), 1U);
}

TEST(Dependencies, TheVerifierLinksNoServerCode) {
  const auto sources = sources_of_program("liuhen-verify");
  if (!sources) GTEST_SKIP() << "liuhen-verify is not a target of this build";
  EXPECT_FALSE(sources->empty());
  for (const std::string& source : *sources) EXPECT_FALSE(is_under(source, "api/server")) << source;
}

// The list that the test above reads would show server code if there were any: liuhen has it.
TEST(Dependencies, TheListOfSourcesShowsServerCodeWhereThereIsSome) {
  const auto sources = sources_of_program("liuhen");
  bool exists = false;
  for (const File& file : tree())
    exists |= is_under(file.path, "api/server") && file.path.ends_with(".cc");
  if (!sources || !exists) GTEST_SKIP() << "there is no server yet";
  bool listed = false;
  for (const std::string& source : *sources) listed |= is_under(source, "api/server");
  EXPECT_TRUE(listed);
}

}  // namespace
}  // namespace liuhen::layout
