// A draw of a restricted pool over HTTP: classes out of a file, announced and executed by the
// service with the key that it keeps, checked and attested by a supervisor, and each firm shown its
// own row; the classes and the key nowhere in what everybody sees.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/rocksdb_storage.h"
#include "projections/pool_openings.h"
#include "projections/row_file.h"
#include "tests/attacks/liuhen_verify.h"
#include "tests/projections/restricted_steps.h"
#include "tests/tools/commands_at_town.h"

namespace liuhen::tools {
namespace {

using testing::HasSubstr;
using testing::Not;
using tests::City;
using tests::RestrictedSteps;

constexpr std::uint64_t kFirms = 40;

class PoolCommands : public tests::CommandsAtTown {
 protected:
  PoolCommands() {
    town.city.grant_key("supervisor2", {City::Role::supervisor});
    for (const char* name :
         {"registrar", "clerk", "approver", "supervisor", "supervisor2", "observer"})
      write_key(name);
    RestrictedSteps::stratify(town.city);
    town.catch_up();
    std::string csv =
        "统一社会信用代码/注册号,名称,类型,行政区划,行业,住所,登记状态,负责人,联系电话,风险等级\n";
    for (std::uint64_t i = 1; i <= kFirms; ++i) {
      const std::string n = std::to_string(i);
      csv += City::code(i) + ",企业" + n + ",企业,370202,F52,示范路1号,存续," +
             (i <= 2 ? "" : "负责人0001") + ",," + RestrictedSteps::class_of(i) + "\n";
    }
    run({"import", "subjects", write("subjects.csv", csv), "--key", key("registrar")});
  }

  std::vector<std::string> announcing() {
    return {"draw",         "announce",      "P1",           "--contributor",
            "contributor1", "--contributor", "contributor2", "--qualification",
            "行政执法证",   "--supervisor",  "supervisor",   "--supervisor",
            "supervisor2",  "--key",         key("clerk"),   "--key",
            key("approver")};
  }
  // What the operator opens pools by, written for the supervisors; the service is closed meanwhile.
  tests::Told hand_over() {
    connection_.reset();
    town.close();
    std::filesystem::remove(openings());
    const auto told = tests::run_liuhen_verify(
        "dir " + town.dir() + " --master-key " + town.dir() + "/keys/master.key --at " +
        std::to_string(town.clock.now) + " --write-openings " + openings());
    town.open();
    return told;
  }
  std::string openings() { return temp / "openings"; }
  // Signed by the registrar, and if so asked by a supervisor at once.
  std::string erase(View commitment, int code, bool half = false) {
    boost::json::array bytes;
    for (const std::uint8_t byte : commitment) bytes.push_back(byte);
    const std::string file =
        write("erased.json", boost::json::serialize(boost::json::object{
                                 {"commitments", bytes}, {"ground", "个人信息保护法第四十七条"}}));
    return run({"submit", "RecordsErased", file, "--key", key("registrar"),
                half ? "--second" : "--key", half ? "supervisor" : key("supervisor")},
               code);
  }
  // Where the class of a firm of the registry is.
  Bytes hidden(std::uint64_t firm) {
    const auto& subjects = town.city.state().subjects;
    const auto& version = subjects.latest(subjects.find(City::code(firm)).value());
    const auto event = ledger::Event::parse(town.city.entries().at(version.position)).value();
    const auto* bytes =
        event.payload<schema::SubjectsImported>().rows()->Get(version.row)->restricted();
    return Bytes(bytes->begin(), bytes->end());
  }
  std::vector<std::string> checking(const std::string& who, const std::string& more = "") {
    std::vector<std::string> words{"draw",     "check-pool", "P1/1",  "--openings",
                                   openings(), "--key",      key(who)};
    if (!more.empty()) words.push_back(more);
    return words;
  }
  void execute() {
    draw.contribute();
    town.catch_up();
    ASSERT_TRUE(town.service().advance());
    town.follow();
    ASSERT_TRUE(draw.draw().has_tasks());
  }
  std::string proof() { return town.get("/api/v1/draws/P1/1/proof").body; }

  tests::CityDraw draw{town.city};
};

TEST_F(PoolCommands, FromTheClassesToEachFirmsOwnRow) {
  const std::string said = run(announcing());
  EXPECT_THAT(said, HasSubstr("其他"));
  ASSERT_TRUE(draw.draw().is_restricted());
  EXPECT_EQ(hand_over().exit_code, 0);
  EXPECT_EQ(std::filesystem::status(openings()).permissions() & std::filesystem::perms::all,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);

  EXPECT_THAT(run(checking("observer"), kFailed), HasSubstr("pool.unopened"));
  EXPECT_THAT(run(checking("supervisor")), HasSubstr("all 40 rows"));
  EXPECT_TRUE(draw.draw().pool_checked.empty()) << "without --attest nothing is signed";
  run(checking("supervisor", "--attest"));
  ASSERT_EQ(draw.draw().pool_checked.size(), 1U);
  EXPECT_TRUE(draw.draw().pool_is_attested());
  execute();
  EXPECT_THAT(run(checking("supervisor", "--attest")), HasSubstr("who is drawn"));
  ASSERT_EQ(draw.draw().seal_checked.size(), 1U);

  const auto verdict = projections::verify_proof_file(proof(), nullptr, town.clock.now);
  EXPECT_EQ(verdict.verdict, ledger::Verdict::verified)
      << (verdict.finding ? verdict.finding->en : "");
  std::size_t drawn = 0;
  for (std::uint64_t i = 1; i <= kFirms; ++i) {
    const std::string id = City::code(i), path = temp / (id + ".draw-row");
    run({"draw", "row-of", "P1/1", id, "--out", path, "--key", key("supervisor2")});
    std::ifstream in(path);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    const auto row = projections::verify_row_file(text, nullptr);
    ASSERT_EQ(row.verdict, ledger::Verdict::verified) << row.finding->en;
    EXPECT_EQ(row.row->stratum, RestrictedSteps::class_of(i) == "D" ? 0U : 1U);
    drawn += row.drawn ? 1 : 0;
  }
  EXPECT_EQ(drawn, draw.draw().tasks.size());
  EXPECT_THAT(run({"draw", "row-of", "P1/1", City::code(41), "--out", temp / "none", "--key",
                   key("supervisor2")},
                  kFailed),
              HasSubstr("row.absent"));
  EXPECT_THAT(
      run({"draw", "row-of", "P1/1", City::code(1), "--out", temp / "none", "--key", key("clerk")},
          kFailed),
      HasSubstr("seal.not_named"));
  EXPECT_EQ(town.get("/api/v1/draws/P1/1/rows/" + City::code(1)).status, 422);
  const auto told = hand_over();
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
  EXPECT_TRUE(told.report.at("not_opened").as_array().empty());
}

TEST_F(PoolCommands, ThePlannerIsToldWhatTheDrawnListGivesAway) {
  auto plan = City::plan("P1", 3);
  plan.rates[0]->den = 1;  // all of class D
  plan.rates.push_back(std::make_unique<schema::PlannedRateT>());
  plan.rates[1]->stratum = 1;
  plan.rates[1]->num = 0;
  plan.rates[1]->den = 1;
  town.city.must(std::move(plan), {"clerk", "approver"});
  town.catch_up();
  const std::string said = run(announcing());
  EXPECT_THAT(said, HasSubstr("whoever could be and is not drawn is known not to be in it"));
  EXPECT_THAT(said, HasSubstr("whoever is drawn is known not to be in it"));
}

TEST_F(PoolCommands, NeitherKeyNorClassIsShownOrLogged) {
  run(announcing());
  execute();
  connection_.reset();
  town.close();
  {
    auto storage =
        ledger::open_rocksdb(town.dir() + "/db", {.mode = ledger::OpenMode::read_only}).value();
    const auto text = tests::City::bytes(draw.draw().announcement.pool_key_hash);
    EXPECT_TRUE(storage->get(ledger::Family::restricted, std::string(text_of(text))).value())
        << "it is kept, encrypted";
  }
  town.open();
  std::string all;
  for (const char* path : {"/", "/draws/P1/1", "/api/v1/draws", "/api/v1/draws/P1/1",
                           "/api/v1/draws/P1/1/tasks", "/api/v1/draws/P1/1/proof"})
    all += town.get(path).body;
  EXPECT_THAT(all, HasSubstr("受限名录"));
  EXPECT_THAT(all, Not(HasSubstr("不具随机性")));
  const auto shown = town.json("/api/v1/draws/P1/1");
  EXPECT_FALSE(shown.at("restricted_pool").at("attested").as_bool());
  const auto opened =
      projections::opened_pool_key(draw.draw().announcement, town.city.key("supervisor")).value();
  EXPECT_THAT(all, Not(HasSubstr(to_hex(opened.view()))));
  EXPECT_THAT(all, Not(HasSubstr(to_base64(opened.view()))));
}

// Until then nobody takes from the service what it executes by.
TEST_F(PoolCommands, NothingThatItHasToOpenIsErasedBeforeTheListIsComplete) {
  run(announcing());
  const Bytes one = hidden(5), pool_key = draw.draw().announcement.pool_key_hash;
  EXPECT_THAT(erase(one, kFailed), HasSubstr("erasure.pool"));
  EXPECT_THAT(erase(pool_key, kFailed), HasSubstr("P1/1"));
  // It takes reading the whole pool, which one person alone cannot have done.
  const std::string waiting = erase(one, kDone, true);
  const std::string id = waiting.substr(waiting.find("liuhen sign ") + 12, 64);
  EXPECT_THAT(run({"sign", id, "--yes", "--key", key("supervisor")}, kFailed),
              HasSubstr("erasure.pool"));
  execute();
  erase(one, kDone);
  erase(pool_key, kDone);
}

// A service that is started anew has the key, and executes.
TEST_F(PoolCommands, ExecutedByAServiceThatWasStartedAnew) {
  run(announcing());
  draw.contribute();
  town.catch_up();
  connection_.reset();
  town.close();
  town.open();
  ASSERT_TRUE(town.service().advance());
  town.follow();
  EXPECT_TRUE(draw.draw().has_tasks());
}

// Whoever asks for roots of a pool of his own making could learn a class from each.
TEST_F(PoolCommands, DraftsAreForThoseWhoMayAnnounce) {
  auto words = announcing();
  words[words.size() - 3] = key("observer");
  words.back() = key("supervisor2");
  EXPECT_THAT(run(words, kFailed), Not(HasSubstr("其他")));
  auto a = draw.unpooled();
  a.subject_root.assign(32, 0);
  a.inspector_root.assign(32, 0);
  a.conflict_root.assign(32, 0);
  a.pool_key_hash.assign(32, 1);
  const auto unsigned_draft = town.post(
      "/api/v1/drafts/draw?latest=1",
      std::string(text_of(ledger::encode(town.city.intent(std::move(a), {"clerk", "approver"})))));
  EXPECT_EQ(unsigned_draft.status, 422);
  EXPECT_THAT(unsigned_draft.body, HasSubstr("draft.unsigned"));
}

TEST_F(PoolCommands, WithoutSupervisorsThereIsNone) {
  auto words = announcing();
  std::erase_if(words, [](const std::string& word) {
    return word == "--supervisor" || word.starts_with("supervisor");
  });
  EXPECT_THAT(run(words, kFailed), HasSubstr("draw.supervisors"));
}

// The operator hands over what does not suffice: the supervisor says so, and can object.
TEST_F(PoolCommands, AnObjectionIsSigned) {
  run(announcing());
  write("openings", projections::format_pool_openings({}));
  EXPECT_THAT(run(checking("supervisor", "--attest"), kFailed), HasSubstr("pool.unopened"));
  EXPECT_THAT(run(checking("supervisor", "--object")), HasSubstr("does not replay"));
  ASSERT_EQ(draw.draw().pool_checked.size(), 1U);
  EXPECT_FALSE(draw.draw().pool_checked[0].agrees);
  EXPECT_FALSE(draw.draw().pool_is_attested());
}

}  // namespace
}  // namespace liuhen::tools
