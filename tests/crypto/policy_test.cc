// C2SP tlog-policy: what is read, what is refused, and which cosignatures are a quorum.
#include "crypto/policy.h"

#include <gtest/gtest.h>

#include "crypto/cosignature.h"
#include "crypto/sha256.h"
#include "tests/worked_example.h"

namespace liuhen::crypto {
namespace {

SigningKey key_of(const std::string& name) {
  return SigningKey(SigningSeed(sha256(view_of(name))));
}

NoteKey log_key(const std::string& name) {
  return {.name = name, .type = NoteKeyType::ed25519, .key = key_of(name).public_key()};
}
NoteKey witness_key(const std::string& name) {
  return {.name = name, .type = NoteKeyType::cosignature, .key = key_of(name).public_key()};
}

std::string witness_line(const std::string& name) {
  return "witness " + name + " " + witness_key(name).vkey() + "\n";
}

std::string log_line() {
  return "log " + log_key("log.example/a").vkey() + " https://log.example/\n";
}

std::string beacon_line(const std::string& name) {
  return "beacon " + to_hex(sha256(view_of(name))) + "\n";
}

const std::string kTwoLevels =
    log_line() + "# two organisations\n\n" + witness_line("X1") + witness_line("X2") +
    witness_line("X3") + " \tgroup X 2 X1 X2\tX3 \n" + witness_line("Y1") + witness_line("Y2") +
    "group Y any Y1 Y2\ngroup both all X Y\nquorum both\n";

bool met(const Policy& policy, const std::vector<std::string>& cosigners) {
  std::vector<VerifiedSignature> signatures;
  for (const auto& name : cosigners) signatures.push_back({.key = witness_key(name), .time = 7});
  return policy.quorum_met(signatures);
}

TEST(Policy, TwoLevelsOfGroups) {
  const Policy policy = Policy::parse(kTwoLevels).value();
  EXPECT_EQ(policy.logs().size(), 1u);
  EXPECT_EQ(policy.logs()[0].url, "https://log.example/");
  EXPECT_EQ(policy.witnesses().size(), 5u);
  EXPECT_TRUE(met(policy, {"X1", "X3", "Y2"}));
  EXPECT_TRUE(met(policy, {"X1", "X2", "X3", "Y1", "Y2"}));
  EXPECT_FALSE(met(policy, {"X1", "Y1", "Y2"}));
  EXPECT_FALSE(met(policy, {"X1", "X2", "X3"}));
  EXPECT_FALSE(met(policy, {"X1", "X1", "Y1"}));
  EXPECT_FALSE(met(policy, {"Z1", "Z2", "Z3"}));
  EXPECT_FALSE(met(policy, {}));
}

TEST(Policy, OneWitnessOrNone) {
  EXPECT_TRUE(met(Policy::parse("quorum none\n").value(), {}));
  const Policy one = Policy::parse(witness_line("W") + "quorum W\n").value();
  EXPECT_TRUE(one.needs_witnesses());
  EXPECT_TRUE(met(one, {"W"}));
  EXPECT_FALSE(met(one, {"V"}));
}

TEST(Policy, RefusesWhatIsNotOne) {
  const std::string w = witness_line("W"), v = witness_line("V");
  for (const std::string& text : std::initializer_list<std::string>{
           std::string(),
           w,
           std::string("quorum none"),
           std::string("quorum\n"),
           std::string("quorum none none\n"),
           std::string("quorum none\nquorum none\n"),
           std::string("quorum W\n"),
           "quorum W\n" + w,
           w + w + "quorum W\n",
           log_line() + log_line() + "quorum none\n",
           "log " + witness_key("x").vkey() + "\nquorum none\n",
           "witness W " + log_key("x").vkey() + "\nquorum W\n",
           "witness none " + witness_key("x").vkey() + "\nquorum none\n",
           "witness V " + witness_key("W").vkey() + "\n" + w + "quorum W\n",
           w + "group G 2 W\nquorum G\n",
           w + "group G 0 W\nquorum G\n",
           w + "group G 01 W\nquorum G\n",
           w + "group G -1 W\nquorum G\n",
           w + "group G any\nquorum none\n",
           w + "group G any W W\nquorum G\n",
           w + "group G any none\nquorum G\n",
           w + "group G any H\ngroup H any W\nquorum G\n",
           w + "group G any W\ngroup H any W\nquorum G\n",
           w + "group W any W\nquorum W\n",
           w + v + "group G any W V\ngroup G any V\nquorum G\n",
           std::string("other\nquorum none\n"),
           beacon_line("a").substr(0, 70) + "\nquorum none\n",
           "beacon\nquorum none\n",
           "beacon " + std::string(64, 'A') + "\nquorum none\n",
           beacon_line("a") + beacon_line("a") + "quorum none\n",
           std::string("quorum none\r\n"),
           std::string("quorum none\n\x01\n"),
           std::string("# \x7f\nquorum none\n"),
           std::string("log notavkey\nquorum none\n")}) {
    const auto policy = Policy::parse(text);
    ASSERT_FALSE(policy) << text;
    EXPECT_EQ(policy.error().code, "policy.format") << text;
  }
}

UncheckableKey uncheckable_key(const std::string& name, std::uint8_t type, std::size_t size) {
  UncheckableKey key{.name = name,
                     .id = 0,
                     .type = type,
                     .key = Bytes(size, static_cast<std::uint8_t>(name.size()))};
  const std::uint8_t middle[] = {'\n', type};
  const Hash hash = sha256({view_of(name), View(middle), View(key.key)});
  for (std::size_t i = 0; i < 4; ++i) key.id = key.id << 8 | hash[i];
  return key;
}

std::string line_of(const std::string& name, const UncheckableKey& key) {
  return "witness " + name + " " + key.vkey() + "\n";
}

TEST(Policy, AWitnessWhoseKeyCannotBeCheckedStaysAndNeverCounts) {
  const UncheckableKey quantum = uncheckable_key("Quantum", kMlDsa44Type, kMlDsa44KeySize);
  UncheckableKey later = uncheckable_key("Later", 0xff, 40);
  later.id = 0x01020304;  // a type may say how its ids are computed
  const std::string members = line_of("Q", quantum) + line_of("L", later) + witness_line("W");
  const auto policy = Policy::parse(members + "group G 1 Q W L\nquorum G\n");
  ASSERT_TRUE(policy) << policy.error().en;
  EXPECT_EQ(policy->witnesses().size(), 1u);
  ASSERT_EQ(policy->uncheckable().size(), 2u);
  EXPECT_EQ(policy->uncheckable()[0].key, quantum);
  EXPECT_EQ(policy->uncheckable()[1].key, later);
  EXPECT_TRUE(met(*policy, {"W"}));
  EXPECT_FALSE(met(*policy, {}));
  EXPECT_FALSE(met(*policy, {"Quantum", "Later"}));
  EXPECT_TRUE(policy->lists_signer({.name = "Quantum", .key_id = quantum.id, .blob = {}}));
  EXPECT_FALSE(policy->lists_signer({.name = "Quantum", .key_id = later.id, .blob = {}}));
  EXPECT_TRUE(Policy::parse(members + "quorum none\n"));
}

TEST(Policy, AQuorumThatCannotBeMetIsRefused) {
  const std::string members =
      line_of("Q", uncheckable_key("Quantum", kMlDsa44Type, kMlDsa44KeySize)) + witness_line("W");
  for (const std::string quorum : {"quorum Q\n", "group G all Q W\nquorum G\n",
                                   "group G any Q\ngroup H all G W\nquorum H\n"}) {
    const auto policy = Policy::parse(members + quorum);
    ASSERT_FALSE(policy) << quorum;
    EXPECT_EQ(policy.error().code, "policy.unreachable") << quorum;
  }
}

TEST(Policy, RefusesMalformedKeysOfOtherTypes) {
  UncheckableKey wrong_id = uncheckable_key("Quantum", kMlDsa44Type, kMlDsa44KeySize);
  wrong_id.id ^= 1;
  const UncheckableKey good = uncheckable_key("Later", 0x07, 40);
  for (const std::string& line :
       {line_of("Q", wrong_id),
        line_of("Q", uncheckable_key("Quantum", kMlDsa44Type, kMlDsa44KeySize - 1)),
        line_of("Q", uncheckable_key("Quantum", 0x07, 0)),
        line_of("Q", uncheckable_key("Quantum", 0x01, 32)),
        line_of("Q", uncheckable_key("Quantum", 0x04, 33)), "witness Q " + good.vkey() + "=\n",
        "witness Q " + good.name + "+1234567+" + to_base64(good.key) + "\n",
        line_of("Q", good) + line_of("R", good), "log " + good.vkey() + "\n"}) {
    const auto policy = Policy::parse(line + "quorum none\n");
    ASSERT_FALSE(policy) << line;
    EXPECT_EQ(policy.error().code, "policy.format") << line;
  }
}

TEST(Policy, ListsBeacons) {
  const Policy policy =
      Policy::parse(beacon_line("a") + beacon_line("b") + "quorum none\n").value();
  EXPECT_EQ(policy.beacons().size(), 2u);
  EXPECT_TRUE(policy.lists_beacon(sha256(view_of("b"))));
  EXPECT_FALSE(policy.lists_beacon(sha256(view_of("c"))));
  EXPECT_FALSE(Policy::of_log(log_key("log.example/a")).lists_beacon(Hash{}));
}

TEST(Policy, AnErrorNamesItsLine) {
  const auto policy = Policy::parse("# one\n\nquorum W\n");
  ASSERT_FALSE(policy);
  EXPECT_NE(policy.error().en.find("line 3"), std::string::npos);
}

TEST(Policy, OpensOnlyWhatItTrusts) {
  const Checkpoint checkpoint{
      .origin = "log.example/a", .size = 1, .root = sha256(view_of("root"))};
  std::string note = sign_checkpoint(checkpoint, key_of("log.example/a"));
  const Policy alone = Policy::of_log(log_key("log.example/a"));
  ASSERT_TRUE(alone.open(note));
  EXPECT_EQ(alone.open(note)->checkpoint, checkpoint);
  EXPECT_EQ(Policy::of_log(log_key("log.example/b")).open(note).error().code, "policy.log");
  NoteKey wrong = log_key("log.example/a");
  wrong.key = key_of("another").public_key();
  EXPECT_EQ(Policy::of_log(wrong).open(note).error().code, "note.unsigned");

  const Policy witnessed = Policy::parse(log_line() + witness_line("W") + "quorum W\n").value();
  EXPECT_EQ(witnessed.open(note).error().code, "policy.quorum");
  const std::string text = parse_note(note).value().text;
  const std::string bad =
      note + format_signature_line(cosign(key_of("W"), "W", 5, "another text\n"));
  EXPECT_EQ(witnessed.open(bad).error().code, "note.signature");
  EXPECT_TRUE(alone.open(bad)) << "a witness who is not listed is passed over";
  note += format_signature_line(cosign(key_of("W"), "W", 5, text));
  ASSERT_TRUE(witnessed.open(note));
  EXPECT_EQ(witnessed.open(note)->cosignatures[0].time, 5u);
}

TEST(Policy, EitherKeyOfALogThatChangedIts) {
  NoteKey newer = log_key("log.example/a");
  newer.key = key_of("newer").public_key();
  const Policy both = Policy::parse(log_line() + "log " + newer.vkey() + "\nquorum none\n").value();
  const Checkpoint checkpoint{
      .origin = "log.example/a", .size = 1, .root = sha256(view_of("root"))};
  EXPECT_TRUE(both.open(sign_checkpoint(checkpoint, key_of("log.example/a"))));
  EXPECT_TRUE(both.open(sign_checkpoint(checkpoint, key_of("newer"))));
  EXPECT_EQ(both.open(sign_checkpoint(checkpoint, key_of("third"))).error().code, "note.unsigned");
}

TEST(Policy, TheWorkedExample) {
  const auto example = tests::worked_example("docs/formats/policy.md", "Worked example");
  const auto policy = Policy::parse(text_of(tests::example_bytes(example, "policy")));
  ASSERT_TRUE(policy) << policy.error().en;
  const std::string note(text_of(
      tests::example_bytes(tests::worked_example("docs/formats/checkpoint.md", "Worked example"),
                           "cosigned checkpoint")));
  const auto opened = policy->open(note);
  ASSERT_TRUE(opened) << opened.error().en;
  EXPECT_EQ(std::to_string(*opened->cosignatures.at(0).time), example.at("cosigned at"));
}

TEST(Policy, IndependentContributors) {
  const std::string key(64, '5'), other(64, 'a');
  const auto policy = Policy::parse("contributor " + key + " independent\ncontributor\t" + other +
                                    "  independent \nquorum none\n");
  ASSERT_TRUE(policy) << policy.error().en;
  ASSERT_EQ(policy->independent_contributors().size(), 2u);
  EXPECT_EQ(to_hex(policy->independent_contributors()[1]), other);
  for (const std::string& line :
       {"contributor " + key, "contributor " + key + " dependent",
        "contributor " + key.substr(2) + " independent", "contributor " + key + "55 independent",
        "contributor " + std::string(64, 'A') + " independent",
        "contributor " + std::string(64, 'g') + " independent",
        "contributor " + key + " independent more", std::string("contributor independent"),
        "contributor " + key + " independent\ncontributor " + key + " independent"}) {
    EXPECT_EQ(Policy::parse(line + "\nquorum none\n").error().code, "policy.format") << line;
  }
}

}  // namespace
}  // namespace liuhen::crypto
