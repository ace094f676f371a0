// Departments, items, rules and plans by pages: all of them, each once, in any size of page.
#include <gtest/gtest.h>

#include "api/limits.h"
#include "tests/api/town.h"

namespace liuhen::tests {
namespace {

namespace json = boost::json;

class CataloguePages : public ::testing::Test {
 protected:
  Town town;

  // The ids on all pages of so many rows.
  std::vector<std::string> ids(const std::string& list, const std::string& limit) {
    const std::size_t most = limit.empty() ? api::kPageRowsMax : std::stoul(limit.substr(6));
    std::vector<std::string> found;
    for (bool more = true; more;) {
      const std::string after = found.empty() ? "" : "&after=" + found.back();
      const json::value page = town.json("/api/v1/" + list + "?" + limit + after);
      const json::array& rows = page.at(list).as_array();
      EXPECT_LE(rows.size(), most) << list;
      more = page.at("more").as_bool() && !rows.empty();
      for (const json::value& row : rows) found.emplace_back(row.at("id").as_string());
      total = page.at("total").to_number<std::size_t>();
    }
    return found;
  }
  std::size_t total = 0;
};

TEST_F(CataloguePages, EachRowIsOnOneOfThem) {
  City& city = town.city;
  city.furnish(0, 2);
  for (const char* id : {"R2", "R3"}) city.must(City::rule(id), {"clerk", "approver"});
  for (const char* id : {"I2", "I3", "I4"}) city.publish_item(id);
  town.catch_up();
  const std::map<std::string, std::vector<std::string>> expected{
      {"departments", {"MSA", "MSA-1", "MSA-2"}},
      {"items", {"I1", "I2", "I3", "I4"}},
      {"rules", {"R1", "R2", "R3"}},
      {"plans", {"P1"}}};
  for (const auto& [list, all] : expected) {
    for (const char* limit : {"limit=1", "limit=2", "limit=3", "limit=1000", ""}) {
      EXPECT_EQ(ids(list, limit), all) << list << limit;
      EXPECT_EQ(total, all.size()) << list << limit;
    }
    for (const char* limit : {"0", "1001", "x"}) {
      const api::Response refused = town.get("/api/v1/" + list + "?limit=" + limit);
      EXPECT_EQ(refused.status, 400u) << list << limit;
      EXPECT_EQ(Town::code(refused), "request.number") << list << limit;
    }
    EXPECT_FALSE(town.json("/api/v1/" + list + "?after=~").at("more").as_bool());
    EXPECT_TRUE(town.json("/api/v1/" + list + "?after=~").at(list).as_array().empty());
  }
}

TEST_F(CataloguePages, NoneIsOfAnySize) {
  town.city.set_department("MSA");
  std::vector<std::string> all;
  for (unsigned i = 10; i < 60; ++i) {
    auto item = City::item("I" + std::to_string(i));
    item.basis = item.object = item.content = std::string(8'000, 'x');
    all.push_back(item.id);
    town.city.must(std::move(item), {"clerk"});
  }
  town.catch_up();
  const api::Response first = town.get("/api/v1/items");
  EXPECT_GT(first.body.size(), api::kPageBytesMax);
  EXPECT_LT(first.body.size(), api::kPageBytesMax + 30'000);
  EXPECT_TRUE(json::parse(first.body).at("more").as_bool());
  EXPECT_EQ(ids("items", ""), all);
}

}  // namespace
}  // namespace liuhen::tests
