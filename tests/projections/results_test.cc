#include <gtest/gtest.h>

#include "projections/result_categories.h"
#include "tests/projections/drawn_city.h"

namespace liuhen::tests {
namespace {

template <class T>
T about(std::uint64_t visit = 0) {
  T out;
  out.draw = DrawnCity::stream();
  out.visit = visit;
  return out;
}
std::unique_ptr<schema::ItemResultT> row(const std::string& item, std::uint8_t category) {
  auto out = std::make_unique<schema::ItemResultT>();
  out->item = item;
  out->category = category;
  return out;
}

class Results : public ::testing::Test {
 protected:
  void SetUp() override {
    city.run();
    city.now += kHourS;
  }
  const projections::Task& task() const { return city.draw().tasks[0]; }
  DrawnCity::Names officers() const {
    return {task().seats[0].inspector, task().seats[1].inspector};
  }
  schema::ResultRecordedT recorded() const {
    auto out = about<schema::ResultRecordedT>();
    out.visited_at = city.now - 60;
    out.method = 1;
    out.rows.push_back(row("ITEM-1", 1));
    out.rows.push_back(row("ITEM-2", 5));
    return out;
  }
  template <class Change>
  std::string with(Change change) {
    auto payload = recorded();
    change(payload);
    return city.submit(std::move(payload), officers());
  }
  schema::ResultCorrectedT corrected() const {
    auto out = about<schema::ResultCorrectedT>();
    out.rows.push_back(row("ITEM-1", 8));
    out.rows.push_back(row("ITEM-2", 5));
    out.reason = "reason";
    return out;
  }
  std::string withheld(const std::string& ground) {
    auto out = about<schema::PublicationWithheldT>();
    out.ground = ground;
    return city.submit(std::move(out), {"clerk", "approver"});
  }
  DrawnCity city;
};

TEST(ResultCategories, AreNumberedWithoutADefault) {
  for (std::size_t i = 0; i < projections::kResultCategories.size(); ++i)
    EXPECT_EQ(projections::kResultCategories[i].code, i + 1);
  EXPECT_FALSE(projections::is_result_category(0));
  EXPECT_FALSE(projections::is_result_category(14));
}

TEST_F(Results, TwoOfficersOfTheVisitSign) {
  DrawnCity::Names others;
  for (int i = 1; i <= 8 && others.size() < 2; ++i) {
    const std::string id = "I0" + std::to_string(i);
    if (id != officers()[0] && id != officers()[1]) others.push_back(id);
  }
  EXPECT_EQ(city.submit(recorded(), others), "result.officers");
  EXPECT_EQ(city.submit(recorded(), {officers()[0], others[0]}), "result.officers");
  city.must(recorded(), officers());
  EXPECT_EQ(task().result->rows.size(), 2U);
  EXPECT_EQ(city.submit(recorded(), officers()), "result.recorded");
}

TEST_F(Results, OnePersonWithTwoKeysIsNotTwo) {
  city.grant("second-key", {Role::inspector}, "EAST", officers()[0], "somebody");
  EXPECT_EQ(city.submit(recorded(), {officers()[0], "second-key"}), "result.officers");
}

TEST_F(Results, EveryItemHasItsResultAndNoneByDefault) {
  EXPECT_EQ(with([](auto& r) { r.rows[0]->category = 0; }), "result.category");
  EXPECT_EQ(with([](auto& r) { r.rows[0]->category = 14; }), "result.category");
  EXPECT_EQ(with([](auto& r) { r.rows.pop_back(); }), "result.items");
  EXPECT_EQ(with([](auto& r) { r.rows[1]->item = "ITEM-1"; }), "result.items");
  EXPECT_EQ(with([](auto& r) { r.rows[1]->item = "ITEM-3"; }), "result.items");
  EXPECT_EQ(with([](auto& r) { r.method = 0; }), "result.method");
  EXPECT_EQ(with([](auto& r) { r.method = 4; }), "result.method");
}

TEST_F(Results, TheVisitIsAfterTheDrawAndNotInTheFuture) {
  EXPECT_EQ(with([&](auto& r) { r.visited_at = city.now + 1; }), "result.visited_at");
  EXPECT_EQ(with([&](auto& r) { r.visited_at = city.draw().executed_time - 1; }),
            "result.visited_at");
  EXPECT_EQ(with([&](auto& r) { r.visited_at = city.draw().executed_time; }), "");
}

TEST_F(Results, NotWhileARecusalIsOpen) {
  auto recusal = about<schema::RecusalFiledT>();
  recusal.ground = "kinship";
  city.must(std::move(recusal), {officers()[0]});
  EXPECT_EQ(city.submit(recorded(), officers()), "result.team");
}

TEST_F(Results, NotBeforeTheSubstituteIsDrawn) {
  const DrawnCity::Names names = officers();
  auto recusal = about<schema::RecusalFiledT>();
  recusal.ground = "kinship";
  city.must(std::move(recusal), {names[0]});
  auto decided = about<schema::RecusalDecidedT>();
  decided.approved = true;
  city.must(std::move(decided), {names[0] <= "I04" ? "head-east" : "head-west"});
  EXPECT_EQ(city.submit(recorded(), names), "result.team");
}

TEST_F(Results, NoRecusalAfterTheResult) {
  city.must(recorded(), officers());
  auto recusal = about<schema::RecusalFiledT>();
  recusal.ground = "kinship";
  EXPECT_EQ(city.submit(std::move(recusal), {officers()[0]}), "recusal.late");
}

TEST_F(Results, AVoidedDrawHasNone) {
  city.must(DrawnCity::reasoned<schema::DrawVoidedT>(), {"approver", "supervisor"});
  EXPECT_EQ(city.submit(recorded(), officers()), "task.closed");
}

TEST_F(Results, CorrectedByThoseConcerned) {
  EXPECT_EQ(city.submit(corrected(), {officers()[0], "approver"}), "result.none");
  city.must(recorded(), officers());
  std::string stranger;
  for (int i = 1; i <= 8; ++i) {
    const std::string id = "I0" + std::to_string(i);
    if (id != officers()[0] && id != officers()[1]) stranger = id;
  }
  EXPECT_EQ(city.submit(corrected(), {stranger, "approver"}), "result.concern");
  city.grant("approver-north", {Role::approver}, "NORTH");
  EXPECT_EQ(city.submit(corrected(), {officers()[0], "approver-north"}), "result.concern");
  auto unreasoned = corrected();
  unreasoned.reason = "";
  EXPECT_EQ(city.submit(std::move(unreasoned), {officers()[0], "approver"}), "result.reason");
  auto zero = corrected();
  zero.rows[0]->category = 0;
  EXPECT_EQ(city.submit(std::move(zero), {officers()[0], "approver"}), "result.category");
  city.must(corrected(), {officers()[0], "approver"});
  EXPECT_EQ(task().result->rows[0].category, 8);
  EXPECT_EQ(task().result->corrections, 1U);
}

TEST_F(Results, PublishedOnceAndAgainAfterACorrection) {
  EXPECT_EQ(city.submit(about<schema::ResultPublishedT>(), {"clerk"}), "result.none");
  city.must(recorded(), officers());
  city.must(about<schema::ResultPublishedT>(), {"clerk"});
  EXPECT_EQ(city.submit(about<schema::ResultPublishedT>(), {"clerk"}), "publication.published");
  EXPECT_EQ(withheld("privacy"), "publication.published");
  city.must(corrected(), {officers()[0], "approver"});
  EXPECT_EQ(city.submit(about<schema::ResultPublishedT>(), {"clerk"}), "");
}

TEST_F(Results, WithheldOnALegalGround) {
  city.must(recorded(), officers());
  EXPECT_EQ(withheld("shame"), "publication.ground");
  EXPECT_EQ(withheld("trade_secret"), "");
  EXPECT_EQ(withheld("trade_secret"), "publication.withheld");
  EXPECT_EQ(city.submit(about<schema::ResultPublishedT>(), {"clerk"}), "publication.withheld");
}

TEST_F(Results, ObjectionsComeAfterPublicationOneAtATime) {
  const auto objection = [] {
    auto out = about<schema::ObjectionFiledT>();
    out.content.assign(32, 9);
    return out;
  };
  const auto decision = [] {
    auto out = about<schema::ObjectionDecidedT>();
    out.reason = "reason";
    return out;
  };
  city.must(recorded(), officers());
  EXPECT_EQ(city.submit(objection(), {"clerk"}), "objection.unpublished");
  city.must(about<schema::ResultPublishedT>(), {"clerk"});
  EXPECT_EQ(city.submit(decision(), {"approver"}), "objection.none");
  city.must(objection(), {"clerk"});
  EXPECT_EQ(city.submit(objection(), {"clerk"}), "objection.open");
  city.must(decision(), {"approver"});
  EXPECT_EQ(city.submit(objection(), {"clerk"}), "");
  EXPECT_EQ(task().result->objections.size(), 2U);
}

TEST_F(Results, WhatFollowedIsOneOfFour) {
  city.must(recorded(), officers());
  for (int kind = 0; kind <= 5; ++kind) {
    auto follow_up = about<schema::ResultFollowedUpT>();
    follow_up.kind = static_cast<std::uint8_t>(kind);
    EXPECT_EQ(city.submit(std::move(follow_up), {"clerk"}),
              kind >= 1 && kind <= 4 ? "" : "result.follow_up");
  }
}

}  // namespace
}  // namespace liuhen::tests
