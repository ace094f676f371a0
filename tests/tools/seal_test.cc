// A sealed draw over HTTP, from the announcement to its list: the platform does its part by itself,
// a supervisor looks behind the seal with `liuhen draw unseal`, and the public sees a seal until it
// is opened.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "projections/proof_file.h"
#include "tests/projections/sealed_steps.h"
#include "tests/projections/shared_vrf.h"
#include "tests/tools/commands_at_town.h"

namespace liuhen::tools {
namespace {

using testing::HasSubstr;
using testing::Not;
using tests::City;

class SealCommands : public tests::CommandsAtTown {
 protected:
  SealCommands() {
    for (const char* name : {"clerk", "approver", "supervisor", "supervisor2", "observer"})
      write_key(name);
  }
  std::vector<std::string> announcing(std::uint64_t sealed_until) {
    return {"draw",
            "announce",
            "P1",
            "--contributor",
            "contributor1",
            "--contributor",
            "contributor2",
            "--qualification",
            "行政执法证",
            "--sealed-until",
            std::to_string(sealed_until),
            "--supervisor",
            "supervisor",
            "--supervisor",
            to_hex(town.city.id("supervisor2")),
            "--key",
            key("clerk"),
            "--key",
            key("approver")};
  }
  // Announced by command, contributed, and executed by the service.
  void run_to_sealed() {
    town.catch_up();
    until = town.clock.now + 4 * 86'400;
    said = run(announcing(until));
    draw.contribute();
    town.catch_up();
    ASSERT_TRUE(town.service().advance());
    town.follow();
    ASSERT_TRUE(draw.draw().is_sealed());
  }
  std::vector<std::string> unsealing(const std::string& who, bool attest = false) {
    std::vector<std::string> words{"draw", "unseal", "P1/1", "--key", key(who)};
    if (attest) words.emplace_back("--attest");
    return words;
  }
  // Everything that the service says in public about draws.
  std::string all_public() {
    std::string out;
    for (const char* path : {"/", "/draws/P1/1", "/api/v1/draws", "/api/v1/draws/P1/1",
                             "/api/v1/draws/P1/1/tasks", "/api/v1/keys"})
      out += town.get(path).body;
    return out;
  }
  std::string proof() { return town.get("/api/v1/draws/P1/1/proof").body; }

  tests::CityDraw draw{town.city};
  tests::SealedSteps steps{town.city, draw};
  std::uint64_t until = 0;
  std::string said;
};

TEST_F(SealCommands, FromTheAnnouncementToItsList) {
  run_to_sealed();
  EXPECT_FALSE(town.service().advance() && draw.draw().known_at);
  const std::string page = town.get("/draws/P1/1").body;
  EXPECT_THAT(page, HasSubstr("密封至"));
  EXPECT_THAT(page, HasSubstr("supervisor2"));
  const auto shown = town.json("/api/v1/draws/P1/1");
  EXPECT_TRUE(shown.at("seed").is_null());
  EXPECT_EQ(shown.at("seal").at("until").to_number<std::uint64_t>(), until);
  EXPECT_TRUE(shown.at("seal").at("opened_at").is_null());
  for (int i = 1; i <= 40; ++i)
    EXPECT_THAT(all_public(), Not(HasSubstr(City::code(static_cast<std::uint64_t>(i)))));

  EXPECT_THAT(run(unsealing("observer"), kFailed), HasSubstr("seal.not_named"));
  const std::string list = run(unsealing("supervisor", true));
  EXPECT_THAT(list, HasSubstr("for you alone"));
  ASSERT_EQ(draw.draw().seal_checked.size(), 1U);
  EXPECT_TRUE(draw.draw().seal_is_attested());
  EXPECT_THAT(run(unsealing("supervisor2")), HasSubstr("follows from it"));
  EXPECT_EQ(draw.draw().seal_checked.size(), 1U) << "without --attest nothing is signed";

  const auto verdict = projections::verify_proof_file(proof(), nullptr, town.clock.now);
  EXPECT_EQ(verdict.verdict, ledger::Verdict::inconclusive);
  EXPECT_EQ(verdict.finding->code, "draw.still_sealed");
  EXPECT_EQ(town.get("/api/v1/draws/P1/1/rows/" + City::code(1)).status, 422);

  // Nothing is opened before its time, and then by itself.
  town.clock.now = until - 3'601;
  ASSERT_TRUE(town.service().advance());
  town.follow();
  EXPECT_TRUE(draw.draw().is_sealed());
  town.clock.now = until - 3'600;
  ASSERT_TRUE(town.service().advance());
  town.follow();
  ASSERT_TRUE(draw.draw().has_tasks());
  for (const auto& task : draw.draw().tasks) {
    EXPECT_THAT(list, HasSubstr(task.subject)) << "the supervisor saw what is disclosed";
    EXPECT_THAT(town.get("/draws/P1/1").body, HasSubstr(task.subject));
  }
  EXPECT_THAT(town.get("/draws/P1/1").body, HasSubstr("未作任何改动"));
  const auto opened = projections::verify_proof_file(proof(), nullptr, until + 1);
  EXPECT_EQ(opened.verdict, ledger::Verdict::verified)
      << (opened.finding ? opened.finding->en : "");
  EXPECT_EQ(town.get("/api/v1/draws/P1/1/rows/" + City::code(1)).status, 200);
  EXPECT_THAT(run(unsealing("supervisor2"), kFailed), HasSubstr("not sealed"));
}

// A service that is started anew has nothing of it on disk, and opens it all the same.
TEST_F(SealCommands, OpenedByAServiceThatWasStartedAnew) {
  run_to_sealed();
  run(unsealing("supervisor2", true));
  connection_.reset();
  town.close();
  town.open();
  town.clock.now = until - 1;
  ASSERT_TRUE(town.service().advance());
  town.follow();
  EXPECT_TRUE(draw.draw().has_tasks());
  EXPECT_LE(draw.draw().disclosed_time, until);
}

// Nobody has looked: it stays sealed, and the health says nothing is stuck but the deadline passes.
TEST_F(SealCommands, NotOpenedWithoutASupervisor) {
  run_to_sealed();
  town.clock.now = until + 1;
  ASSERT_TRUE(town.service().advance());
  town.follow();
  EXPECT_TRUE(draw.draw().is_sealed());
  const auto verdict = projections::verify_proof_file(proof(), nullptr, until + 1);
  EXPECT_EQ(verdict.verdict, ledger::Verdict::inconclusive);
  EXPECT_EQ(verdict.finding->code, "draw.seal_overdue");
}

TEST_F(SealCommands, ThePlannerIsToldWhatNoSealHides) {
  auto plan = City::plan("P1", 2);
  plan.rates[0]->minimum = 40;
  town.city.must(std::move(plan), {"clerk", "approver"});
  town.catch_up();
  EXPECT_THAT(run(announcing(town.clock.now + 4 * 86'400)),
              HasSubstr("40 of 40, which is not random; the seal hides nothing of those"));
}

TEST_F(SealCommands, ThePlannerIsToldWhereNobodyIsDrawn) {
  auto plan = City::plan("P1", 2);
  plan.rates[0]->num = 0;
  plan.rates[0]->fixed = 0;
  town.city.must(std::move(plan), {"clerk", "approver"});
  town.catch_up();
  auto words = announcing(town.clock.now + 4 * 86'400);
  words.insert(words.end(), {"--total", "0"});
  EXPECT_THAT(run(std::move(words), kFailed),
              HasSubstr("0 of 40; the seal hides nothing of those"));
}

TEST_F(SealCommands, HoldersOfSharesDoWhatTheOperatorDoesNot) {
  tests::SharedVrf vrf(town.city);
  vrf.share();
  town.catch_up();
  until = town.clock.now + 4 * 86'400;
  run(announcing(until));
  draw.contribute();
  town.catch_up();
  std::vector<std::string> words{"vrf", "recover", "P1/1"};
  for (std::uint64_t holder : {1U, 3U}) {
    const auto name = "holder" + std::to_string(holder);
    write_key(name);
    const auto share = vrf.share_of(holder);
    const auto text =
        crypto::format_key_file("vrf-share " + std::to_string(holder) + " " +
                                    to_hex(crypto::vrf::public_key(City::seed("vrf"))),
                                share)
            .value();
    const auto path = write(name + ".share", std::string(text_of(text.view())));
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
    words.insert(words.end(), {"--share", path});
  }
  words.insert(words.end(), {"--key", key("holder1")});
  run(words);
  ASSERT_TRUE(draw.draw().is_sealed());
  EXPECT_THAT(run(words, kFailed), HasSubstr("the time to open it has not come"));
  run(unsealing("supervisor", true));
  town.clock.now = until;
  run(words);
  EXPECT_TRUE(draw.draw().known_at);
  ASSERT_TRUE(town.service().advance()) << "the list follows from what is public";
  town.follow();
  EXPECT_TRUE(draw.draw().has_tasks());
}

}  // namespace
}  // namespace liuhen::tools
