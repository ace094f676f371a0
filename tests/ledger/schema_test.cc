// Schemas only grow: whatever the committed ones read, the current ones read alike.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <vector>

namespace liuhen::ledger {
namespace {

namespace fs = std::filesystem;

const fs::path kNow = fs::path(LIUHEN_SOURCE_DIR) / "ledger/schema";
const fs::path kCommitted = fs::path(LIUHEN_SOURCE_DIR) / "tests/ledger/schema_v1";

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What each table, enum and union of a schema has, in order: "name: type (attributes)" or "name =
// value".
std::map<std::string, std::vector<std::string>> members_of(const std::string& schema) {
  const std::string code = std::regex_replace(schema, std::regex("//[^\n]*"), "");
  const std::regex block("(table|enum|union)\\s+(\\w+)[^{]*\\{([^}]*)\\}");
  std::map<std::string, std::vector<std::string>> out;
  for (std::sregex_iterator at(code.begin(), code.end(), block), end; at != end; ++at) {
    std::vector<std::string>& members = out[(*at)[2]];
    std::string member;
    for (const char c : (*at)[3].str() + ";") {
      if (c == ';' || c == ',') {
        if (!member.empty()) members.push_back(std::exchange(member, {}));
      } else if (std::isspace(static_cast<unsigned char>(c)) == 0) {
        member.push_back(c);
      }
    }
  }
  return out;
}

// Stricter than flatc, which does not notice that the last field has gone.
bool only_grows(const std::string& before, const std::string& after) {
  const auto now = members_of(after);
  for (const auto& [name, members] : members_of(before)) {
    const auto found = now.find(name);
    if (found == now.end() || found->second.size() < members.size()) return false;
    if (!std::equal(members.begin(), members.end(), found->second.begin())) return false;
  }
  return true;
}

bool conforms(const fs::path& folder, const std::string& name) {
  if (!only_grows(text_of(kCommitted / name), text_of(folder / name))) return false;
  const std::string command = "flatc --conform '" + (kCommitted / name).string() +
                              "' --conform-includes '" + kCommitted.string() + "' -I '" +
                              folder.string() + "' '" + (folder / name).string() +
                              "' >/dev/null 2>&1";
  return std::system(command.c_str()) == 0;
}

// Whether the current payload schema would still conform with `from` replaced by `to`.
bool conforms_with(const std::string& from, const std::string& to) {
  std::string name = (fs::temp_directory_path() / "liuhen-schema-XXXXXX").string();
  EXPECT_NE(mkdtemp(name.data()), nullptr);
  fs::copy(kNow, name, fs::copy_options::recursive);
  std::string text = text_of(kNow / "payload.fbs");
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  std::ofstream(name + "/payload.fbs", std::ios::binary) << text;
  const bool good = conforms(name, "payload.fbs");
  fs::remove_all(name);
  return good;
}

TEST(Schema, ConformsToWhatIsCommitted) {
  for (const char* name : {"payload.fbs", "intent.fbs", "entry.fbs"}) {
    ASSERT_TRUE(fs::exists(kCommitted / name));
    EXPECT_TRUE(conforms(kNow, name)) << name;
  }
}

TEST(Schema, ItsMembersAreReadForTheComparison) {
  const auto members = members_of(text_of(kNow / "payload.fbs"));
  EXPECT_GT(members.size(), 50U);
  EXPECT_EQ(members.at("ItemPublished"),
            (std::vector<std::string>{"id:string(required)", "revision:uint"}));
  EXPECT_EQ(members.at("Payload").back(), "ConflictEnded");
}

TEST(Schema, WhatIsAddedAtTheEndConforms) {
  EXPECT_TRUE(conforms_with(
      "table DrawVoided { draw: string (required); reason: string (required); }",
      "table DrawVoided { draw: string (required); reason: string (required); more: uint; }"));
  EXPECT_TRUE(conforms_with("union Payload {", "table Later { x: uint; }\nunion Payload {"));
}

TEST(Schema, ABreakingChangeIsRefused) {
  EXPECT_FALSE(conforms_with("revision: uint;", "revision: ulong;"));
  EXPECT_FALSE(conforms_with("table UnitCapacity { unit: string (required); capacity: uint; }",
                             "table UnitCapacity { capacity: uint; unit: string (required); }"));
  EXPECT_FALSE(conforms_with("table UnitCapacity { unit: string (required); capacity: uint; }",
                             "table UnitCapacity { unit: string (required); }"));
  EXPECT_FALSE(conforms_with("trustee = 1", "trustee = 12"));
  EXPECT_FALSE(conforms_with("  Genesis, PermissionsChanged,", "  PermissionsChanged, Genesis,"));
}

}  // namespace
}  // namespace liuhen::ledger
