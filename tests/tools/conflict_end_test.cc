// `liuhen conflict end`, and that only then the content can be erased and draws go on without it.
#include "tests/projections/city_log.h"
#include "tests/tools/commands_at_town.h"
#include "tests/tools/conflict_at_town.h"

namespace liuhen::tools {
namespace {

using tests::City;

class EndingConflicts : public tests::CommandsAtTown {
 protected:
  EndingConflicts() {
    for (const char* name : {"head", "registrar", "supervisor", "clerk"}) write_key(name);
    town.catch_up();
    commitment_ = tests::declare_at(
        town,
        {.subject = City::code(1), .inspector = "Z0001", .kind = "三年内任职", .evidence = ""});
  }
  std::string decide() {
    return run({"conflict", "decide", to_hex(commitment_), "--key", key("head")});
  }
  std::string end(const std::string& who, int code) {
    return run(
        {"conflict", "end", to_hex(commitment_), "--reason", "离职已满三年", "--key", key(who)},
        code);
  }
  std::string erase(int code) {
    boost::json::array bytes;
    for (const std::uint8_t byte : commitment_) bytes.push_back(byte);
    const std::string file =
        write("erased.json", boost::json::serialize(boost::json::object{
                                 {"commitments", bytes}, {"ground", "个人信息保护法第四十七条"}}));
    return run(
        {"submit", "RecordsErased", file, "--key", key("registrar"), "--key", key("supervisor")},
        code);
  }
  boost::json::object row() {
    return town.json("/api/v1/conflicts").at("conflicts").at(0).as_object();
  }
  Hash commitment_{};
};

TEST_F(EndingConflicts, ThenErasingItStopsNoDraw) {
  EXPECT_NE(erase(kFailed).find("erasure.conflict"), std::string::npos);
  EXPECT_NE(end("head", kFailed).find("conflict.not_in_force"), std::string::npos);
  decide();
  EXPECT_TRUE(row().at("ended_at").is_null());
  EXPECT_NE(erase(kFailed).find("erasure.conflict"), std::string::npos);
  EXPECT_NE(end("clerk", kFailed).find("role.denied"), std::string::npos);
  end("head", kDone);
  EXPECT_EQ(row().at("status").as_string(), "ended");
  EXPECT_EQ(row().at("ended_at").to_number<std::uint64_t>(), town.city.size() - 1);
  erase(kDone);
  tests::CityDraw draw(town.city);
  draw.whole();
  town.catch_up();
  EXPECT_EQ(draw.draw().announcement.conflict_rows, 0U);
}

TEST_F(EndingConflicts, AnAnnouncedDrawKeepsTheContent) {
  decide();
  tests::CityDraw draw(town.city);
  draw.announce();
  town.catch_up();
  end("head", kDone);
  EXPECT_NE(erase(kFailed).find("draw/P1/1"), std::string::npos);
}

}  // namespace
}  // namespace liuhen::tools
