// Cosignatures on their way into the log, and out of one that took any.
#include <gtest/gtest.h>

#include "tests/api/town.h"
#include "tests/projections/cosignatures.h"

namespace liuhen::tests {
namespace {

namespace schema = ledger::schema;
using Lines = std::vector<std::string>;

// The city's log, and w1 and w2, of whom one is enough; nobody can be asked.
crypto::Policy policy() {
  const crypto::NoteKey log{.name = City::kOrigin,
                            .key = crypto::SigningKey(City::seed("log")).public_key()};
  return crypto::Policy::parse("log " + log.vkey() + "\nwitness w1 " + witness_key("w1").vkey() +
                               "\nwitness w2 " + witness_key("w2").vkey() +
                               "\ngroup g any w1 w2\nquorum g\n")
      .value();
}

// w2's of another checkpoint than is recorded.
std::string bad_line(const City& city) { return cosignature("w2", 1, city.tree().root(1)); }

schema::CheckpointWitnessedT with(const City& city, const Lines& names, const Lines& further = {}) {
  auto payload = witnessed(city, city.size(), names);
  payload.cosignatures.insert(payload.cosignatures.end(), further.begin(), further.end());
  return payload;
}

TEST(RecordedCosignatures, NoneIsTakenThatTheServiceCannotCall) {
  Town town(false, policy());
  town.city.set_department("MSA");
  town.catch_up();
  const auto refused = [&](const Lines& names, const Lines& further = {}) {
    const Bytes intent =
        ledger::encode(town.city.intent(with(town.city, names, further), {"platform"}));
    return Town::code(town.send(intent, {"platform"}));
  };
  // A quorum excuses neither.
  EXPECT_EQ(refused({"w1"}, {bad_line(town.city)}), "witnessed.signature");
  EXPECT_EQ(refused({"w1", "w3"}), "witnessed.unknown");
  EXPECT_EQ(town.size(), town.city.size());
  EXPECT_EQ(refused({"w1", "w2"}), "");
}

// As one does that an earlier version wrote, or a service that knew nobody's key.
TEST(RecordedCosignatures, ALogThatHasABadOneOpensAndServesTheOthers) {
  Town town;
  town.city.set_department("MSA");
  const std::uint64_t size = town.city.size();
  const auto payload = with(town.city, {"w1", "w3"}, {bad_line(town.city)});
  town.city.must(payload, {"platform"});
  town.catch_up();
  town.close();
  const auto service = api::server::Service::open(
      {.dir = town.dir(), .clock = &town.clock, .platform_acts = false, .policy = policy()});
  ASSERT_TRUE(service) << service.error().en;
  const auto connection = api::server::connect(**service);
  const auto get = [&](const std::string& target) {
    return connection->send({"GET", target, "", ""}).value();
  };
  const std::string note = get("/checkpoint/witnessed").body;
  const auto opened = policy().open(note);
  ASSERT_TRUE(opened) << opened.error().en << note;
  EXPECT_EQ(opened->checkpoint.size, size);
  EXPECT_NE(note.find(payload.cosignatures[1]), std::string::npos) << "others' are for others";
  EXPECT_EQ(note.find(payload.cosignatures[2]), std::string::npos) << note;
  EXPECT_EQ(get("/api/v1/proofs/0?size=" + std::to_string(size)).body.find(bad_line(town.city)),
            std::string::npos);
  (*service)->stop();
}

}  // namespace
}  // namespace liuhen::tests
