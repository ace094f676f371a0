// Folding, digests, erasure, and the page that says who may sign what.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "projections/payload_visit.h"
#include "tests/projections/city.h"

namespace liuhen::tests {
namespace {

namespace schema = ledger::schema;

schema::StateDigestedT digested(const City& city) {
  schema::StateDigestedT out;
  out.position = city.size() - 1;
  out.digest = City::bytes(projections::digest(city.state()));
  return out;
}

TEST(State, TwoReplaysAgree) {
  City city;
  city.furnish();
  projections::StateAdmission replay(City::kOrigin);
  crypto::TreeHistory tree;
  Hash last{};
  for (const Bytes& entry : city.entries()) {
    const auto event = ledger::Event::parse(entry);
    ASSERT_TRUE(event.has_value());
    const Outcome admitted = replay.admit(*event, tree);
    ASSERT_TRUE(admitted.has_value()) << admitted.error().en;
    replay.apply(*event);
    tree.append(event->leaf_hash());
    const Hash now = projections::digest(replay.state());
    ASSERT_NE(now, last) << event->position();
    last = now;
  }
  EXPECT_EQ(last, projections::digest(city.state()));
}

TEST(State, ItsDigestCoversWhatItHolds) {
  City city;
  city.furnish();
  const Hash digest = projections::digest(city.state());
  const auto differs = [&](const std::function<void(projections::State&)>& change) {
    projections::State state = city.state();
    EXPECT_EQ(projections::digest(state), digest);
    change(state);
    return projections::digest(state) != digest;
  };
  EXPECT_TRUE(differs([](auto& s) { s.city += "x"; }));
  EXPECT_TRUE(differs([](auto& s) { ++s.times[3]; }));
  EXPECT_TRUE(differs([](auto& s) { s.keys.keys.begin()->second.outside ^= true; }));
  EXPECT_TRUE(differs([](auto& s) { s.keys.keys.begin()->second.revoked_at = 0; }));
  EXPECT_TRUE(differs([](auto& s) { s.keys.permissions.begin()->second.second.clear(); }));
  EXPECT_TRUE(differs([](auto& s) { s.keys.vrf[0].id[0] ^= 1; }));
  EXPECT_TRUE(differs([](auto& s) { s.catalogue.departments.begin()->second.active = false; }));
  EXPECT_TRUE(differs([](auto& s) { s.catalogue.items.begin()->second.published.content += "x"; }));
  EXPECT_TRUE(differs([](auto& s) { s.catalogue.rules.begin()->second.strata[0]->max_den = 2; }));
  EXPECT_TRUE(differs([](auto& s) { s.catalogue.plans.begin()->second.rates[0]->num = 2; }));
  EXPECT_TRUE(differs([](auto& s) { s.inspectors.rows.begin()->second[0].digest[0] ^= 1; }));
  EXPECT_TRUE(differs([](auto& s) { s.stream_versions["department/X"] = 1; }));
  EXPECT_TRUE(differs([](auto& s) { s.draws.voided[1] = 2; }));
  EXPECT_TRUE(differs([](auto& s) { s.conflicts.rows.emplace_back(); }));
  EXPECT_TRUE(differs([](auto& s) {
    projections::Draw draw;
    draw.stream = "draw/P1/1";
    s.draws.streams.push_back(draw.stream);
    s.draws.by_stream.emplace(draw.stream, draw);
  }));
}

TEST(State, ItsDigestIsAdmittedIfRight) {
  City city;
  city.furnish(4, 2);
  auto wrong = digested(city);
  wrong.digest[0] ^= 1;
  EXPECT_EQ(city.refusal(std::move(wrong), {"platform"}), "state.digest");
  auto early = digested(city);
  early.position -= 1;
  EXPECT_EQ(city.refusal(std::move(early), {"platform"}), "state.position");
  EXPECT_EQ(city.refusal(digested(city), {"clerk"}), "role.denied");
  EXPECT_EQ(city.refusal(digested(city), {"platform"}), "");
}

TEST(State, ErasureIsRecordedOnce) {
  City city;
  schema::RecordsErasedT erased;
  const Hash commitment = crypto::sha256(view_of("x"));
  erased.commitments = City::bytes(commitment);
  erased.ground = "依申请删除";
  EXPECT_EQ(city.refusal(schema::RecordsErasedT(erased), {"registrar"}), "role.signatures");
  EXPECT_EQ(city.refusal(schema::RecordsErasedT(erased), {"registrar", "supervisor"}), "");
  EXPECT_TRUE(city.state().erased.contains(commitment));
  EXPECT_EQ(city.refusal(schema::RecordsErasedT(erased), {"registrar", "supervisor"}),
            "erasure.known");
  const Hash other = crypto::sha256(view_of("y"));
  erased.commitments = City::bytes(other);
  erased.commitments.insert(erased.commitments.end(), other.begin(), other.end());
  EXPECT_EQ(city.refusal(schema::RecordsErasedT(erased), {"registrar", "supervisor"}),
            "erasure.known");
  erased.ground.clear();
  EXPECT_EQ(city.refusal(schema::RecordsErasedT(erased), {"registrar", "supervisor"}),
            "erasure.ground");
}

TEST(Streams, OfDrawsAndTasks) {
  schema::IntentT intent;
  schema::DrawAnnouncedT announced;
  announced.plan = "P1";
  announced.attempt = 2;
  intent.payload.Set(std::move(announced));
  EXPECT_EQ(projections::stream_of(intent), "draw/P1/2");
  schema::DrawCommittedT committed;
  committed.draw = "draw/P1/2";
  intent.payload.Reset();
  intent.payload.Set(std::move(committed));
  EXPECT_EQ(projections::stream_of(intent), "draw/P1/2");
  schema::SubstituteDrawnT substitute;
  substitute.draw = "draw/P1/2";
  substitute.visit = 7;
  intent.payload.Reset();
  intent.payload.Set(std::move(substitute));
  EXPECT_EQ(projections::stream_of(intent), "task/P1/2/7");
  intent.payload.Reset();
  EXPECT_EQ(projections::stream_of(intent), "");
}

std::string page(const std::string& path) {
  std::ifstream file(LIUHEN_SOURCE_DIR "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Every code with which a source of the projections refuses something.
std::set<std::string> codes_in_sources() {
  std::set<std::string> codes;
  const std::regex code(R"re("([a-z_]+\.[a-z_]+)")re");
  for (const auto& file : std::filesystem::directory_iterator(LIUHEN_SOURCE_DIR "/projections")) {
    const std::string text = page("projections/" + file.path().filename().string());
    for (std::sregex_iterator found(text.begin(), text.end(), code), end; found != end; ++found)
      codes.insert((*found)[1]);
  }
  return codes;
}

TEST(Errors, ThePageListsTheCodes) {
  const std::string text = page("docs/formats/errors.md");
  const std::set<std::string> codes = codes_in_sources();
  EXPECT_GT(codes.size(), 90U) << "none are found: has the way they are written changed?";
  // The section on draws and tasks is listed with their page.
  const std::set<std::string> later{"attest",  "draw",   "evidence",   "objection", "publication",
                                    "recusal", "result", "substitute", "task",      "units"};
  for (const std::string& code : codes) {
    if (later.contains(code.substr(0, code.find('.')))) continue;
    EXPECT_NE(text.find("| `" + code + "` |"), std::string::npos) << code;
  }
}

std::string names(const std::vector<std::uint8_t>& roles) {
  if (roles.size() + 1 == std::size(schema::EnumValuesRole())) return "any";
  std::string out;
  for (const std::uint8_t role : roles)
    out.append(out.empty() ? "" : ", ")
        .append(schema::EnumNameRole(static_cast<schema::Role>(role)));
  return out.empty() ? "—" : out;
}

TEST(Permissions, ThePageShowsTheTable) {
  const std::string text = page("docs/formats/events.md");
  std::set<std::uint8_t> kinds;
  for (const auto& permission : projections::default_permissions()) {
    kinds.insert(permission.payload);
    const std::string row =
        std::string("| `") +
        schema::EnumNamePayload(static_cast<schema::Payload>(permission.payload)) + "` | " +
        names(permission.first) + " | " + names(permission.second) + " |";
    EXPECT_NE(text.find(row), std::string::npos) << row;
  }
  EXPECT_EQ(kinds.size(), std::size(schema::EnumValuesPayload()) - 2)
      << "every kind but the genesis";
}

}  // namespace
}  // namespace liuhen::tests
