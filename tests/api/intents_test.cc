// Writing over HTTP: batches, the same intent again, limits for one key, and a server that stops
// while intents come in.
#include <gtest/gtest.h>

#include "tests/api/town.h"

namespace liuhen::tests {
namespace {

namespace json = boost::json;
namespace schema = ledger::schema;

Bytes department(Town& town, const std::string& id) {
  schema::DepartmentSetT out;
  out.id = id;
  out.name = "部门";
  out.division = "370200";
  return ledger::encode(town.city.intent(std::move(out), {"office"}));
}

std::string batch_of(const std::vector<std::string>& submissions) {
  std::string body = "{\"intents\":[";
  for (std::size_t i = 0; i < submissions.size(); ++i) body += (i == 0 ? "" : ",") + submissions[i];
  return body + "]}";
}

json::array results_of(const api::Response& response) {
  EXPECT_EQ(response.status, 200u) << response.body;
  return json::parse(response.body).at("results").as_array();
}

int status(const json::value& result) { return result.at("status").to_number<int>(); }
std::uint64_t position(const json::value& result) {
  return result.at("position").to_number<std::uint64_t>();
}

TEST(Intents, EachOfABatchIsAnsweredAsIfItWereAlone) {
  Town town;
  town.catch_up();
  const Bytes good = department(town, "ONE");
  schema::KeyGrantedT granted;
  granted.grant = town.city.grant("second-clerk", {City::Role::clerk});
  const Bytes joint =
      ledger::encode(town.city.intent(std::move(granted), {"trustee-outside", "trustee-inside"}));
  const std::vector<std::string> submissions = {
      town.submission_by(good, {"office"}),
      town.submission_by(department(town, "TWO"), {"clerk"}),  // not its author's key
      town.submission_by(department(town, "a+b"), {"office"}),
      "{\"intent\":\"!\",\"signatures\":[]}",
      "7",
      town.submission_by(good, {"office"}),
      town.submission_by(department(town, "THREE"), {"office"}),
      town.submission_by(joint, {"trustee-outside"}),
  };
  const json::array results = results_of(town.post("/api/v1/intents/batch", batch_of(submissions)));
  ASSERT_EQ(results.size(), submissions.size());
  EXPECT_EQ(status(results[0]), 200);
  EXPECT_EQ(position(results[0]), 1u);
  EXPECT_EQ(results[1].at("code").as_string(), "intent.signature");
  EXPECT_EQ(status(results[1]), 403);
  EXPECT_EQ(status(results[2]), 422);
  EXPECT_EQ(results[2].at("code").as_string(), "catalogue.id");
  EXPECT_EQ(results[3].at("code").as_string(), "request.field");
  EXPECT_EQ(results[4].at("code").as_string(), "request.field");
  EXPECT_EQ(position(results[5]), 1u);
  EXPECT_TRUE(results[5].at("repeated").as_bool());
  EXPECT_EQ(position(results[6]), 2u);
  EXPECT_EQ(status(results[7]), 202);
  EXPECT_EQ(results[7].at("missing").at(0).as_string(), to_hex(town.city.id("trustee-inside")));
  EXPECT_EQ(town.size(), 3u);
  const api::Response alone = town.send(good, {"office"});
  json::object again = json::parse(alone.body).as_object();
  for (const char* field : {"position", "time", "leaf_hash"})
    EXPECT_EQ(results[0].at(field), again.at(field)) << field;
}

TEST(Intents, ABatchMayHoldIntentsThatBuildOnEachOther) {
  Town town;
  town.city.set_department("UPPER");
  town.city.set_department("LOWER");
  std::vector<std::string> submissions;
  for (const Bytes& entry : town.city.entries()) {
    const auto event = ledger::Event::parse(entry).value();
    std::vector<std::pair<KeyId, Signature>> signatures;
    for (std::size_t i = 0; i < event.signatures().size(); ++i)
      signatures.emplace_back(event.intent().author(i), event.signatures()[i]);
    submissions.push_back(Town::submission(event.intent().bytes(), signatures));
    town.clock.now = event.time();
  }
  const json::array results = results_of(town.post("/api/v1/intents/batch", batch_of(submissions)));
  for (std::size_t i = 0; i < results.size(); ++i) {
    ASSERT_EQ(status(results[i]), 200) << json::serialize(results[i]);
    EXPECT_EQ(position(results[i]), i);
  }
}

TEST(Intents, ABatchHasItsLimits) {
  Town town;
  town.catch_up();
  const auto refused = [&](const std::string& body, const char* code) {
    EXPECT_EQ(Town::code(town.post("/api/v1/intents/batch", body)), code) << body.substr(0, 60);
  };
  refused("", "request.json");
  refused("{}", "request.field");
  refused("{\"intents\":7}", "request.field");
  refused(batch_of(std::vector<std::string>(api::kIntentsMax + 1, "{}")), "request.field");
  EXPECT_TRUE(results_of(town.post("/api/v1/intents/batch", batch_of({}))).empty());
  const auto weight = [&](std::size_t count) {
    return town.service()
        .handle({"POST", "/api/v1/intents/batch", "application/json",
                 batch_of(std::vector<std::string>(count, "{}"))})
        .weight;
  };
  EXPECT_EQ(weight(7), 7U) << "of the tokens of its address";
  EXPECT_EQ(weight(api::kIntentsMax), api::kIntentsMax);
  EXPECT_EQ(results_of(town.post("/api/v1/intents/batch",
                                 batch_of(std::vector<std::string>(api::kIntentsMax, "{}"))))
                .size(),
            api::kIntentsMax);
  EXPECT_EQ(town.size(), 1u);
}

TEST(Intents, TheSameIntentHasTheSamePlaceAfterARestart) {
  Town town;
  town.catch_up();
  std::vector<std::string> submissions;
  for (int i = 0; i < 20; ++i)
    submissions.push_back(
        town.submission_by(department(town, "D" + std::to_string(i)), {"office"}));
  const json::array first = results_of(town.post("/api/v1/intents/batch", batch_of(submissions)));
  for (int restart = 0; restart < 2; ++restart) {
    town.close();
    town.open();
    const json::array again = results_of(town.post("/api/v1/intents/batch", batch_of(submissions)));
    ASSERT_EQ(again.size(), first.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
      EXPECT_TRUE(again[i].at("repeated").as_bool());
      for (const char* field : {"position", "time", "leaf_hash"})
        EXPECT_EQ(again[i].at(field), first[i].at(field)) << field;
    }
    EXPECT_EQ(town.size(), 21u);
  }
}

TEST(Intents, OneKeyMayWriteSoOften) {
  Town town;
  town.catch_up();
  town.close();
  town.author_rate = {.per_s = 1, .burst = 3};
  town.open();
  const auto send = [&](const std::string& id) {
    return town.send(department(town, id), {"office"});
  };
  for (const char* id : {"A", "B", "C"}) ASSERT_EQ(send(id).status, 200u) << id;
  const api::Response refused = send("D");
  EXPECT_EQ(refused.status, 429u) << refused.body;
  EXPECT_EQ(Town::code(refused), "rate.author");
  EXPECT_EQ(json::parse(refused.body).at("retry_after").to_number<int>(), 1);
  bool said = false;
  for (const auto& [name, value] : refused.headers) said |= name == "Retry-After" && value == "1";
  EXPECT_TRUE(said);
  const json::array results = results_of(town.post(
      "/api/v1/intents/batch", batch_of({town.submission_by(department(town, "E"), {"office"})})));
  EXPECT_EQ(status(results[0]), 429);
  EXPECT_EQ(results[0].at("retry_after").to_number<int>(), 1);
  EXPECT_EQ(town.size(), 4u);
  std::this_thread::sleep_for(std::chrono::milliseconds(1'100));
  EXPECT_EQ(send("F").status, 200u);
}

// Whoever claims to be somebody must not use up what that person may write.
TEST(Intents, AForgedSignatureCostsItsVictimNothing) {
  Town town;
  town.catch_up();
  town.close();
  town.author_rate = {.per_s = 1, .burst = 2};
  town.open();
  for (int i = 0; i < 20; ++i) {
    const Bytes intent = department(town, "X" + std::to_string(i));
    const Signature forged = ledger::sign_intent(town.city.key("clerk"), intent);
    EXPECT_EQ(Town::code(town.post("/api/v1/intents",
                                   Town::submission(intent, {{town.city.id("office"), forged}}))),
              "intent.signature");
  }
  EXPECT_EQ(town.send(department(town, "Y"), {"office"}).status, 200u);
}

// Nor may whoever sends again what anybody can read in the log.
TEST(Intents, WhatIsRecordedCostsItsAuthorNothingWhenSentAgain) {
  Town town;
  town.catch_up();
  town.close();
  town.author_rate = {.per_s = 1, .burst = 2};
  town.open();
  const Bytes recorded = department(town, "R");
  ASSERT_EQ(town.send(recorded, {"office"}).status, 200u);
  for (int i = 0; i < 20; ++i) ASSERT_EQ(town.send(recorded, {"office"}).status, 200u);
  EXPECT_EQ(town.send(department(town, "S"), {"office"}).status, 200u);
}

// What was recorded was answered, and what was answered was recorded, whenever it stops.
TEST(Intents, StoppingAnswersWhatWasAccepted) {
  Town town;
  town.catch_up();
  constexpr int kWriters = 8, kEach = 200;
  std::vector<std::vector<std::string>> bodies(kWriters);
  for (int w = 0; w < kWriters; ++w) {
    for (int i = 0; i < kEach; ++i) {
      bodies[static_cast<std::size_t>(w)].push_back(town.submission_by(
          department(town, "W" + std::to_string(w) + "-" + std::to_string(i)), {"office"}));
    }
  }
  std::atomic<int> acknowledged = 0;
  std::vector<std::thread> writers;
  for (const std::vector<std::string>& mine : bodies) {
    writers.emplace_back([&acknowledged, &mine, client = town.connect()] {
      for (const std::string& body : mine) {
        const auto answer = client->send({"POST", "/api/v1/intents", "application/json", body});
        if (!answer) return;
        ASSERT_EQ(answer->status, 200u) << answer->body;
        ++acknowledged;
      }
    });
  }
  while (acknowledged < 50) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  town.server().stop();
  for (std::thread& writer : writers) writer.join();
  EXPECT_LT(acknowledged, kWriters * kEach) << "it stopped in the middle";
  town.close();
  town.open();
  EXPECT_EQ(town.size(), 1u + static_cast<std::uint64_t>(acknowledged.load()));
}

}  // namespace
}  // namespace liuhen::tests
