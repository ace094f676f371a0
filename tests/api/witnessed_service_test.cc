// A real service whose checkpoints real witnesses cosign: what it publishes, whom it does not wait
// for, and that it cannot go back or show another history.
#include <gtest/gtest.h>

#include "api/client/url_fetcher.h"
#include "api/server/cosigned_file.h"
#include "crypto/tlog_proof.h"
#include "projections/fields.h"
#include "projections/verify.h"
#include "tests/api/running_witness.h"
#include "tests/projections/city_log.h"

namespace liuhen::tests {
namespace {

namespace schema = ledger::schema;

crypto::NoteKey log_key() {
  return {.name = City::kOrigin, .key = crypto::SigningKey(City::seed("log")).public_key()};
}

using Addressed = std::vector<std::pair<crypto::NoteKey, std::string>>;

crypto::Policy policy_of(const Addressed& witnesses, const std::string& needed) {
  std::string text = "log " + log_key().vkey() + "\n", members;
  for (std::size_t i = 0; i < witnesses.size(); ++i) {
    const std::string name = "w" + std::to_string(i);
    text += "witness " + name + " " + witnesses[i].first.vkey() + " " + witnesses[i].second + "\n";
    members += " " + name;
  }
  return crypto::Policy::parse(text + "group g " + needed + members + "\nquorum g\n").value();
}

bool is_cosigned(Town& town, const crypto::Policy& policy) {
  const auto opened = policy.open(town.get("/checkpoint").body);
  return opened && opened->checkpoint.size == town.size();
}

std::string code_of_witness(Town& town, std::size_t number = 0) {
  const boost::json::value status = town.json("/api/v1/witnesses").at("witnesses").at(number);
  return status.at("error").is_null() ? "" : std::string(status.at("error").at("code").as_string());
}

TEST(WitnessedService, PublishesTheCosignaturesThatCame) {
  RunningWitness a(11, log_key()), b(12, log_key());
  const auto policy = policy_of({{a.vkey(), a.url()}, {b.vkey(), b.url()}}, "all");
  Town town(false, policy);
  EXPECT_EQ(town.get("/checkpoint/witnessed").status, 404u);
  town.city.furnish(20, 4);
  town.catch_up();
  ASSERT_TRUE(within(20, [&] { return is_cosigned(town, policy); }));
  EXPECT_EQ(town.get("/checkpoint/witnessed").body, town.get("/checkpoint").body);
  const std::string last = std::to_string(town.size() - 1);
  EXPECT_EQ(town.get("/checkpoint/witnessed?covers=" + last).body, town.get("/checkpoint").body);
  EXPECT_EQ(town.get("/checkpoint/witnessed?covers=" + std::to_string(town.size())).status, 404u);
  EXPECT_EQ(town.get("/checkpoint/witnessed?covers=x").status, 400u);
  // And a proof under a checkpoint that is no longer the newest has them still.
  const std::string size = std::to_string(town.size());
  town.city.set_department("LATER");
  town.catch_up();
  ASSERT_TRUE(within(20, [&] { return is_cosigned(town, policy); }));
  const auto proof = crypto::parse_tlog_proof(town.get("/api/v1/proofs/0?size=" + size).body);
  ASSERT_TRUE(proof);
  const auto opened = policy.open(proof->checkpoint);
  ASSERT_TRUE(opened) << opened.error().en;
  EXPECT_EQ(std::to_string(opened->checkpoint.size), size);
  // What came is there after a restart too, when no witness can be asked.
  a.stop();
  b.stop();
  town.close();
  town.open();
  EXPECT_TRUE(is_cosigned(town, policy));
  EXPECT_EQ(town.get("/checkpoint/witnessed").body, town.get("/checkpoint").body);
  const auto again = crypto::parse_tlog_proof(town.get("/api/v1/proofs/0").body);
  ASSERT_TRUE(again);
  EXPECT_TRUE(policy.open(again->checkpoint));
}

TEST(WitnessedService, NobodyWhoWritesWaits) {
  MuteServer mute;
  const crypto::NoteKey nobody{.name = "mute.example/w",
                               .type = crypto::NoteKeyType::cosignature,
                               .key = key_of(13).public_key()};
  Town town(true, policy_of({{nobody, mute.url()}}, "all"));
  town.city.furnish(20, 4);
  const auto start = steady_clock::now();
  town.catch_up();
  EXPECT_LT(steady_clock::now() - start, milliseconds(api::kWitnessAnswerMs / 2));
  EXPECT_EQ(town.size(), town.city.size());
  // There from the start, so that an alert can see a witness that never cosigns.
  const std::string page = town.get("/metrics").body;
  for (const char* name : {"liuhen_witness_size", "liuhen_witness_timestamp_seconds"})
    EXPECT_NE(page.find(std::string(name) + "{witness=\"w0\"} 0\n"), std::string::npos) << page;
}

// Three services under one key: the second has forgotten what the first had, the third has another
// past and is longer than the first.
TEST(WitnessedService, ARolledBackAndAForkedOneAreCaught) {
  RunningWitness witness(11, log_key());
  const auto policy = policy_of({{witness.vkey(), witness.url()}}, "all");
  std::uint64_t size = 0;
  {
    Town town(false, policy);
    town.city.furnish(20, 4);
    town.catch_up();
    size = town.size();
    ASSERT_TRUE(within(20, [&] { return is_cosigned(town, policy); }));
  }
  {
    Town rolled_back(false, policy);
    rolled_back.catch_up();  // the genesis
    ASSERT_TRUE(within(20, [&] { return code_of_witness(rolled_back) == "witness.ahead"; }))
        << code_of_witness(rolled_back);
    // The one witness is the quorum, and shows what the log signed.
    EXPECT_NE(rolled_back.get("/api/v1/witnesses").body.find("\"proven\":true"), std::string::npos);
    EXPECT_EQ(Town::code(rolled_back.get("/readyz")), "ledger.disputed");
    EXPECT_EQ(policy.open(rolled_back.get("/checkpoint").body).error().code, "policy.quorum");
  }
  const TempDir temp;
  FixedClock clock;
  auto log = api::server::JsonLog::open(temp / "service.log", clock).value();
  Town forked(false, policy);
  forked.close();
  forked.log = log.get();
  forked.open();
  EXPECT_EQ(forked.get("/healthz").status, 200u);
  forked.city.set_department("FORK");
  forked.city.furnish(20, 4);
  witness.held = true;  // it would find the log too short, and nothing more would be written
  forked.catch_up();
  witness.held = false;
  ASSERT_GT(forked.size(), size);
  ASSERT_TRUE(within(30, [&] { return code_of_witness(forked) == "witness.fork"; }))
      << code_of_witness(forked);
  EXPECT_NE(forked.get("/api/v1/witnesses").body.find("422"), std::string::npos);
  const api::Response health = forked.get("/healthz");
  EXPECT_EQ(health.status, 503u);
  EXPECT_EQ(Town::code(health), "witness.fork");
  EXPECT_EQ(Town::code(forked.get("/readyz")), "ledger.disputed");  // it is the policy's quorum
  // Who goes away has not taken back what it said.
  witness.stop();
  ASSERT_TRUE(within(20, [&] { return code_of_witness(forked) != "witness.fork"; }));
  EXPECT_EQ(Town::code(forked.get("/healthz")), "witness.fork");
  forked.close();
  log.reset();
  std::ifstream lines(temp / "service.log");
  const std::string said((std::istreambuf_iterator<char>(lines)), {});
  EXPECT_NE(said.find(R"("level":"error","event":"witness_refused","witness":"w0",)"
                      R"("code":"witness.fork"})"),
            std::string::npos)
      << said;
  EXPECT_EQ(witness.size(City::kOrigin), size);
}

// The entry at the position, as its people would send it, and what is answered.
api::Response send_entry(Town& town, std::uint64_t position) {
  const auto event = ledger::Event::parse(town.city.entries()[position]).value();
  std::vector<std::pair<KeyId, Signature>> signatures;
  const std::vector<Signature> all = event.signatures();
  for (std::size_t i = 0; i < all.size(); ++i)
    signatures.emplace_back(event.intent().author(i), all[i]);
  return town.post("/api/v1/intents", Town::submission(event.intent().bytes(), signatures));
}

void copy_folder(const std::string& from, const std::string& to) {
  std::filesystem::remove_all(to);
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

// A backup of yesterday, head file and all: only the witnesses know better, and from the start.
TEST(WitnessedService, ARestoredOlderBackupSignsNoSecondHistory) {
  RunningWitness a(11, log_key()), b(12, log_key()), c(13, log_key());
  const auto policy =
      policy_of({{a.vkey(), a.url()}, {b.vkey(), b.url()}, {c.vkey(), c.url()}}, "2");
  Town town(false, policy);
  const TempDir kept;
  town.city.furnish(20, 4);
  town.catch_up();
  const std::uint64_t older = town.size();
  town.close();
  copy_folder(town.dir(), kept / "older");
  town.open();
  town.city.set_department("LATER");
  town.catch_up();
  const std::uint64_t newer = town.size();
  ASSERT_GT(newer, older);
  for (RunningWitness* one : {&a, &b, &c})
    ASSERT_TRUE(within(20, [&] { return one->size(City::kOrigin) == newer; }));
  town.close();
  copy_folder(town.dir(), kept / "newer");

  copy_folder(kept / "older", town.dir());
  c.stop();  // two of three are enough
  town.open();
  const api::Response refused = send_entry(town, older);
  EXPECT_EQ(refused.status, 503u);
  EXPECT_EQ(Town::code(refused), "ledger.disputed");
  EXPECT_NE(refused.body.find("w0"), std::string::npos) << refused.body;
  EXPECT_EQ(town.size(), older);
  const api::Response health = town.get("/healthz");
  EXPECT_EQ(health.status, 503u);
  EXPECT_EQ(Town::code(health), "witness.ahead");
  EXPECT_NE(health.body.find(a.vkey().name), std::string::npos) << health.body;
  EXPECT_EQ(Town::code(town.get("/readyz")), "ledger.disputed");
  EXPECT_EQ(town.get("/api/v1/log").status, 200u);
  EXPECT_EQ(town.get("/checkpoint").status, 200u);
  EXPECT_NE(town.get("/metrics").body.find("liuhen_witness_ahead{witness=\"w1\"} 1\n"),
            std::string::npos);
  const auto made = town.service().back_up(kept / "backups", 1, {});
  ASSERT_TRUE(made && made->unpurged) << "older backups may have what is missing";
  EXPECT_EQ(made->unpurged->code, "backup.unverified");
  town.close();

  copy_folder(kept / "newer", town.dir());
  town.open();
  EXPECT_EQ(town.get("/healthz").status, 200u);
  town.city.set_department("AFTER");
  town.catch_up();
  EXPECT_EQ(town.size(), newer + 1);
}

TEST(WitnessedService, OneThatLiesStopsNobody) {
  RunningWitness a(11, log_key()), b(12, log_key()), c(13, log_key());
  const auto policy =
      policy_of({{a.vkey(), a.url()}, {b.vkey(), b.url()}, {c.vkey(), c.url()}}, "2");
  Town town(false, policy);
  a.lies = 1'000'000;
  town.city.furnish(20, 4);
  town.catch_up();
  ASSERT_TRUE(within(20, [&] { return Town::code(town.get("/healthz")) == "witness.ahead"; }));
  EXPECT_NE(town.get("/healthz").body.find(a.vkey().name), std::string::npos);
  EXPECT_EQ(town.get("/readyz").status, 200u);
  town.city.set_department("LATER");
  town.catch_up();
  EXPECT_EQ(town.size(), town.city.size());
  ASSERT_TRUE(within(20, [&] { return is_cosigned(town, policy); }));
  const std::string page = town.get("/metrics").body;
  EXPECT_NE(page.find("liuhen_witness_ahead{witness=\"w0\"} 1\n"), std::string::npos) << page;
  EXPECT_NE(page.find("liuhen_witness_ahead{witness=\"w1\"} 0\n"), std::string::npos) << page;
  a.lies = 0;
  EXPECT_TRUE(within(60, [&] { return town.get("/healthz").status == 200; }));
}

// Neither shows any proof, each alone is a quorum, and both say the same.
TEST(WitnessedService, SeveralWhoSayItNeedNoProof) {
  RunningWitness a(11, log_key()), b(12, log_key());
  const auto policy = policy_of({{a.vkey(), a.url()}, {b.vkey(), b.url()}}, "any");
  Town town(false, policy);
  a.lies = b.lies = 1'000'000;
  town.catch_up();  // the genesis
  EXPECT_TRUE(within(20, [&] { return Town::code(town.get("/readyz")) == "ledger.disputed"; }));
  EXPECT_EQ(town.get("/api/v1/witnesses").body.find("\"proven\":true"), std::string::npos);
}

// What was proved once stands, though it can no longer be read.
TEST(WitnessedService, AProofIsNotForgotten) {
  RunningWitness witness(11, log_key());
  const auto policy = policy_of({{witness.vkey(), witness.url()}}, "all");
  {
    Town town(false, policy);
    town.city.furnish(20, 4);
    town.catch_up();
    ASSERT_TRUE(within(20, [&] { return is_cosigned(town, policy); }));
  }
  Town rolled_back(false, policy);
  rolled_back.catch_up();  // the genesis
  ASSERT_TRUE(
      within(20, [&] { return Town::code(rolled_back.get("/readyz")) == "ledger.disputed"; }));
  witness.unreadable = true;
  const unsigned asked = witness.asked;
  ASSERT_TRUE(within(30, [&] { return witness.asked > asked + 2; }));
  EXPECT_EQ(Town::code(rolled_back.get("/readyz")), "ledger.disputed");
}

// A word alone: it shows nothing that the log signed.
TEST(WitnessedService, OneWhoIsTheQuorumHasToProveIt) {
  RunningWitness witness(11, log_key());
  const auto policy = policy_of({{witness.vkey(), witness.url()}}, "all");
  Town town(false, policy);
  witness.lies = 1'000'000;
  town.city.furnish(20, 4);
  town.catch_up();
  ASSERT_TRUE(within(20, [&] { return Town::code(town.get("/healthz")) == "witness.ahead"; }));
  EXPECT_NE(town.get("/api/v1/witnesses").body.find("\"proven\":false"), std::string::npos);
  EXPECT_EQ(town.get("/readyz").status, 200u);
  town.city.set_department("LATER");
  town.catch_up();
  EXPECT_EQ(town.size(), town.city.size());
  witness.lies = 0;
  EXPECT_TRUE(within(60, [&] { return is_cosigned(town, policy); }));
}

// A backup of yesterday, and a witness that answers late: nothing is signed before it has.
TEST(WitnessedService, NothingIsWrittenBeforeASlowWitnessHasAnswered) {
  RunningWitness witness(11, log_key());
  const auto policy = policy_of({{witness.vkey(), witness.url()}}, "all");
  Town town(false, policy);
  const TempDir kept;
  town.city.furnish(20, 4);
  town.catch_up();
  const std::uint64_t older = town.size();
  town.close();
  copy_folder(town.dir(), kept / "older");
  town.open();
  town.city.set_department("LATER");
  town.catch_up();
  ASSERT_TRUE(within(20, [&] { return witness.size(City::kOrigin) == town.size(); }));
  town.close();
  copy_folder(kept / "older", town.dir());

  witness.held = true;
  town.open();
  const api::Response early = send_entry(town, older);
  EXPECT_EQ(early.status, 503u);
  EXPECT_EQ(Town::code(early), "ledger.asking");
  const auto waits = std::ranges::find(early.headers, std::string("Retry-After"),
                                       &std::pair<std::string, std::string>::first);
  EXPECT_NE(waits, early.headers.end());
  EXPECT_EQ(Town::code(town.get("/readyz")), "ledger.asking");
  EXPECT_EQ(town.get("/healthz").status, 200u);
  EXPECT_EQ(town.get("/checkpoint").status, 200u);
  witness.held = false;
  ASSERT_TRUE(within(20, [&] {
    EXPECT_EQ(send_entry(town, older).status, 503u);
    return Town::code(town.get("/readyz")) == "ledger.disputed";
  }));
  EXPECT_EQ(town.size(), older);
}

// One that is mute holds the start up for so long and no longer, and then the first write.
TEST(WitnessedService, AStartWaitsForNobodyForLong) {
  MuteServer mute;
  const crypto::NoteKey nobody{.name = "mute.example/w",
                               .type = crypto::NoteKeyType::cosignature,
                               .key = key_of(13).public_key()};
  Town town(false, policy_of({{nobody, mute.url()}}, "all"));
  town.city.furnish(20, 4);
  town.catch_up();
  town.close();
  const auto start = steady_clock::now();
  town.open();
  EXPECT_LT(steady_clock::now() - start, milliseconds(3 * api::kWitnessFirstMs));
  EXPECT_EQ(Town::code(town.get("/readyz")), "ledger.asking");
  EXPECT_EQ(town.get("/api/v1/log").status, 200u);
  ASSERT_TRUE(
      within(api::kWitnessAnswerMs / 1'000 + 5, [&] { return town.get("/readyz").status == 200; }));
  town.city.set_department("LATER");
  town.catch_up();
  EXPECT_EQ(town.size(), town.city.size());
}

// A head that is not cosigned yet does not hide what is.
TEST(WitnessedService, AReaderTakesTheNewestThatItsPolicyAccepts) {
  RunningWitness witness(11, log_key());
  const auto policy = policy_of({{witness.vkey(), witness.url()}}, "all");
  Town town(false, policy);
  town.city.furnish(20, 4);
  town.catch_up();
  const std::uint64_t cosigned = town.size();
  ASSERT_TRUE(within(20, [&] { return is_cosigned(town, policy); }));
  witness.stop();
  town.city.set_department("LATER");
  town.catch_up();
  const auto connection = town.connect();
  const auto verified = [&](const crypto::Policy* asked) {
    api::UrlFetcher fetcher(*connection, asked);
    return projections::verify_log(fetcher, {.trusted = &policy, .threads = 1});
  };
  const auto report = verified(&policy);
  EXPECT_EQ(report.verdict, ledger::Verdict::verified)
      << (report.finding ? report.finding->en : "");
  EXPECT_EQ(report.size, cosigned);
  EXPECT_TRUE(report.witnessed);
  // So does one who knows nothing of /checkpoint/witnessed, until no quorum has come for long: the
  // head is not hidden.
  const auto plain = verified(nullptr);
  EXPECT_EQ(plain.verdict, ledger::Verdict::verified);
  EXPECT_EQ(plain.size, cosigned);
  EXPECT_EQ(town.json("/api/v1/log").at("size").to_number<std::uint64_t>(), cosigned + 1);
  ASSERT_TRUE(within(30, [&] { return verified(nullptr).size == cosigned + 1; }));
  EXPECT_EQ(verified(nullptr).verdict, ledger::Verdict::inconclusive);
  EXPECT_EQ(verified(&policy).verdict, ledger::Verdict::verified);
  const auto other = crypto::Policy::of_log(log_key());
  EXPECT_EQ(api::UrlFetcher(*connection, &other).checkpoint().value(),
            town.get("/checkpoint").body);
}

// One witness is enough for the service, and a reader may ask for both.
TEST(WitnessedService, CosignaturesThatComeLaterAreRecordedToo) {
  RunningWitness fast(11, log_key()), slow(12, log_key());
  const auto policy = policy_of({{fast.vkey(), fast.url()}, {slow.vkey(), slow.url()}}, "any");
  Town town(true, policy);
  town.city.furnish(40, 8);
  town.catch_up();
  ASSERT_TRUE(within(20, [&] { return slow.size(City::kOrigin) == town.size(); }));
  slow.held = true;
  CityDraw draw(town.city);
  draw.announce();
  const std::uint64_t announced = town.city.size();
  town.catch_up();
  ASSERT_TRUE(within(20, [&] { return town.size() > announced; }));  // recorded, with one line
  town.follow();
  EXPECT_EQ(town.city.state().witnessed,
            (std::map<std::uint64_t, std::uint64_t>{{announced, announced}}));
  town.city.must(draw.commitment("contributor1"), {"contributor1"}, [&](schema::IntentT& intent) {
    intent.seen_size = announced;
    intent.seen_root = City::bytes(town.city.tree().root(announced));
  });
  town.catch_up();
  const auto lines = [&] {
    town.follow();
    std::size_t most = 0;
    for (const Bytes& entry : town.city.entries()) {
      const auto event = ledger::Event::parse(entry).value();
      if (event.tag() != ledger::PayloadTag::CheckpointWitnessed) continue;
      const auto& payload = event.payload<schema::CheckpointWitnessed>();
      if (payload.size() == announced)
        most = std::max<std::size_t>(most, payload.cosignatures()->size());
    }
    return most;
  };
  EXPECT_EQ(lines(), 1u);
  slow.held = false;
  EXPECT_TRUE(within(20, [&] { return lines() == 2; }));
  // What the log records is there after a restart too, when no witness cosigns it again.
  fast.stop();
  slow.stop();
  town.close();
  town.open();
  const auto proof =
      crypto::parse_tlog_proof(town.get("/api/v1/proofs/0?size=" + std::to_string(announced)).body);
  ASSERT_TRUE(proof);
  EXPECT_TRUE(policy.open(proof->checkpoint));
  // And with what the service has kept of others, be it less than a quorum or another's.
  town.close();
  auto note = crypto::parse_note(proof->checkpoint).value();
  std::erase_if(note.signatures, [&](const auto& line) { return line.name == fast.vkey().name; });
  ASSERT_EQ(note.signatures.size(), 2u);
  const std::vector<std::string> stored{crypto::format_note(note)};
  ASSERT_TRUE(api::server::write_cosigned(town.dir() + "/cosigned", stored));
  town.open();
  const auto both = policy_of({{fast.vkey(), fast.url()}, {slow.vkey(), slow.url()}}, "all");
  const std::string size = std::to_string(announced);
  const auto merged = crypto::parse_tlog_proof(town.get("/api/v1/proofs/0?size=" + size).body);
  ASSERT_TRUE(merged);
  EXPECT_TRUE(both.open(merged->checkpoint)) << merged->checkpoint;
  const std::string covers = std::to_string(announced - 1);
  EXPECT_TRUE(both.open(town.get("/checkpoint/witnessed?covers=" + covers).body));
}

}  // namespace
}  // namespace liuhen::tests
