// Proof files: what is built verifies, and nothing else does.
#include "projections/proof_file.h"

#include <gtest/gtest.h>

#include "crypto/cosignature.h"
#include "projections/proof_text.h"
#include "tests/projections/city_log.h"
#include "tests/projections/cosignatures.h"
#include "tests/worked_example.h"

namespace liuhen::projections {
namespace {

using ledger::Verdict;
using tests::City;
using tests::CityDraw;
using tests::CityProofs;

struct Proven {
  City city;
  CityDraw draw{city};
  crypto::Policy policy;
  std::string text;

  Proven() {
    city.furnish();
    draw.whole();
    city.must(draw.recuse(0), {"platform"});
    draw.result(0);
    build();
  }
  void build() {
    CityProofs proofs(city);
    policy = crypto::Policy::of_log(proofs.log().note_key());
    auto built = build_proof_file(city.state(), draw.draw(), proofs);
    ASSERT_TRUE(built) << built.error().en;
    text = *built;
  }
  ProofVerdict verify(std::string_view changed) const {
    return verify_proof_file(changed, &policy, city.now);
  }
};

std::string said(const ProofVerdict& verdict) {
  return verdict.finding ? verdict.finding->code + ": " + verdict.finding->en +
                               (verdict.position ? " at " + std::to_string(*verdict.position) : "")
                         : "";
}

TEST(ProofFile, VerifiesWithNothingButTheKey) {
  const Proven proven;
  const ProofVerdict verdict = proven.verify(proven.text);
  ASSERT_EQ(verdict.verdict, Verdict::verified) << said(verdict);
  EXPECT_TRUE(verdict.keys_pinned);
  EXPECT_EQ(verdict.draw, "draw/P1/1");
  EXPECT_EQ(verdict.subjects, 40u);
  EXPECT_EQ(verdict.visits, 4u);
  EXPECT_GE(verdict.shown.size(), 6u);
  EXPECT_GE(verdict.not_shown.size(), 4u);
  const ProofVerdict unpinned = verify_proof_file(proven.text, nullptr, proven.city.now);
  EXPECT_EQ(unpinned.verdict, Verdict::verified) << said(unpinned);
  EXPECT_FALSE(unpinned.keys_pinned);
}

TEST(ProofFile, AnotherKeyIsNotTrusted) {
  Proven proven;
  const auto other = crypto::Policy::of_log({.name = City::kOrigin,
                                             .type = crypto::NoteKeyType::ed25519,
                                             .key = proven.city.id("clerk")});
  EXPECT_EQ(verify_proof_file(proven.text, &other, proven.city.now).verdict, Verdict::violated);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}
std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out.append(line).append(1, '\n');
  return out;
}

TEST(ProofFile, EveryLineCounts) {
  const Proven proven;
  const auto lines = lines_of(proven.text);
  ASSERT_EQ(joined(lines), proven.text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto fails = [&](const std::vector<std::string>& changed, const char* how) {
      EXPECT_EQ(proven.verify(joined(changed)).verdict, Verdict::violated)
          << how << " line " << i << ": " << lines[i].substr(0, 60);
    };
    if (!lines[i].empty()) {
      auto changed = lines;
      auto& c = changed[i][(i * 31) % changed[i].size()];
      c = c == 'A' ? 'B' : 'A';
      fails(changed, "changed");
    }
    auto dropped = lines;
    dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(i));
    fails(dropped, "dropped");
    if (i + 1 < lines.size() && lines[i] != lines[i + 1]) {
      auto swapped = lines;
      std::swap(swapped[i], swapped[i + 1]);
      fails(swapped, "swapped");
    }
  }
}

TEST(ProofFile, EveryByteOfARowAndOfTheCheckpointCounts) {
  const Proven proven;
  const std::size_t begin = proven.text.find("\nsubjects ");
  for (std::size_t at = begin; at < proven.text.size();
       at += at < proven.text.find("\ncheckpoint") ? 7 : 1) {
    std::string changed = proven.text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_EQ(proven.verify(changed).verdict, Verdict::violated) << at;
  }
}

// Leaving an entry out, with the counts put right.
TEST(ProofFile, AnEntryOfTheDrawLeftOut) {
  const Proven proven;
  const ProofText whole = parse_proof(proven.text).value();
  for (std::size_t i = 0; i < whole.entries.size(); ++i) {
    const auto event = ledger::Event::parse(whole.entries[i].bytes).value();
    const bool last_of_task = i + 1 == whole.entries.size();
    if (!event.intent().stream().starts_with("draw/") || last_of_task) continue;
    ProofText cut = whole;
    cut.entries.erase(cut.entries.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(proven.verify(format_proof(cut)).verdict, Verdict::violated)
        << i << " " << static_cast<int>(event.tag());
  }
}

TEST(ProofFile, AnUnfinishedDrawAndOneEscaped) {
  Proven proven;
  City city;
  city.furnish();
  CityDraw draw(city);
  draw.announce();
  draw.contribute();
  CityProofs proofs(city);
  const std::string text = build_proof_file(city.state(), draw.draw(), proofs).value();
  const ProofVerdict now = verify_proof_file(text, nullptr, city.now);
  EXPECT_EQ(now.verdict, Verdict::verified) << said(now);
  EXPECT_EQ(verify_proof_file(text, nullptr, city.now + 10'000).verdict, Verdict::inconclusive);
}

TEST(ProofFile, ARedrawNamesWhatItRepeats) {
  City city;
  city.furnish();
  CityDraw first(city);
  first.announce();
  schema::DrawVoidedT voided;
  voided.draw = first.stream();
  voided.reason = "公告有误";
  city.must(std::move(voided), {"approver", "clerk"});
  CityDraw second(city, 2);
  auto announced = second.announcement();
  announced.previous = first.stream();
  city.must(std::move(announced), {"clerk", "approver"});
  second.contribute();
  second.execute();
  CityProofs proofs(city);
  const std::string text = build_proof_file(city.state(), second.draw(), proofs).value();
  const ProofVerdict verdict = verify_proof_file(text, nullptr, city.now);
  EXPECT_EQ(verdict.verdict, Verdict::verified) << said(verdict);
}

// A first attempt that went past the point of no return, was voided, executed and shown all the
// same.
struct Repeated {
  City city;
  CityDraw first{city}, second{city, 2};
  std::string text;

  explicit Repeated(const std::string& plan_between = "") {
    city.furnish();
    first.announce();
    first.contribute();
    schema::DrawVoidedT voided;
    voided.draw = first.stream();
    voided.reason = "公告有误";
    city.must(std::move(voided), {"approver", "clerk"});
    first.execute();
    if (!plan_between.empty()) city.must(City::plan(plan_between), {"clerk", "approver"});
    auto announced = second.announcement();
    announced.previous = first.stream();
    if (!plan_between.empty()) {
      announced.plan = plan_between;
      announced.attempt = 1;
    }
    city.must(std::move(announced), {"clerk", "approver"});
    const std::string stream =
        plan_between.empty() ? second.stream() : "draw/" + plan_between + "/1";
    CityProofs proofs(city);
    text = build_proof_file(city.state(), city.state().draws.by_stream.at(stream), proofs).value();
  }
};

// Nothing may be left out of an earlier attempt: voided before its closing is another story than
// voided after.
TEST(ProofFile, AnEarlierAttemptCutShort) {
  const Repeated repeated;
  const ProofVerdict honest = verify_proof_file(repeated.text, nullptr, repeated.city.now);
  ASSERT_EQ(honest.verdict, Verdict::verified) << said(honest);
  ProofText cut = parse_proof(repeated.text).value();
  const auto removed = std::erase_if(cut.entries, [&](const ProofEntry& entry) {
    const auto event = ledger::Event::parse(entry.bytes).value();
    return event.intent().stream() == repeated.first.stream() &&
           event.tag() != ledger::PayloadTag::DrawAnnounced &&
           event.tag() != ledger::PayloadTag::DrawVoided &&
           event.position() < repeated.first.draw().voided_at;
  });
  EXPECT_GE(removed, 4u);
  const ProofVerdict verdict = verify_proof_file(format_proof(cut), nullptr, repeated.city.now);
  EXPECT_EQ(verdict.verdict, Verdict::violated);
  ASSERT_TRUE(verdict.finding);
  EXPECT_EQ(verdict.finding->code, "intent.version_stale") << said(verdict);
}

TEST(ProofFile, HoldsTheDrawOfAnotherPlanThatItRepeats) {
  const Repeated repeated("P2");
  const ProofVerdict verdict = verify_proof_file(repeated.text, nullptr, repeated.city.now);
  EXPECT_EQ(verdict.verdict, Verdict::verified) << said(verdict);
  EXPECT_NE(repeated.text.find("draw draw/P2/1\n"), std::string::npos);
}

// What is wrong before any event is judged is named too.
TEST(ProofFile, SaysWhatThePolicyLacks) {
  Proven proven;
  const std::string log = CityProofs(proven.city).log().note_key().vkey();
  const std::string witness = crypto::NoteKey{.name = "witness.example/w",
                                              .type = crypto::NoteKeyType::cosignature,
                                              .key = proven.city.id("clerk")}
                                  .vkey();
  const auto policy =
      crypto::Policy::parse("log " + log + "\nwitness w " + witness + "\nquorum w\n");
  ASSERT_TRUE(policy) << policy.error().en;
  const ProofVerdict verdict = verify_proof_file(proven.text, &*policy, proven.city.now);
  EXPECT_EQ(verdict.verdict, Verdict::inconclusive);
  ASSERT_TRUE(verdict.finding);
  EXPECT_EQ(verdict.finding->code, "policy.quorum");
  EXPECT_FALSE(verdict.finding->zh.empty());
  // What is wrong in the file is wrong whoever has cosigned it.
  ProofText changed = parse_proof(proven.text).value();
  changed.subjects.pop_back();
  const ProofVerdict wrong = verify_proof_file(format_proof(changed), &*policy, proven.city.now);
  EXPECT_EQ(wrong.verdict, Verdict::violated) << said(wrong);
}

// Cosignatures of witnesses whom no policy lists change nothing, and are said to be unchecked.
TEST(ProofFile, SaysWhichSignaturesWereNotChecked) {
  Proven proven;
  const std::string text = proven.text + crypto::format_signature_line(crypto::cosign(
                                             proven.city.key("clerk"), "witness.example/w", 1,
                                             parse_proof(proven.text)->checkpoint));
  const ProofVerdict verdict = verify_proof_file(text, nullptr, proven.city.now);
  EXPECT_EQ(verdict.verdict, Verdict::verified) << said(verdict);
  EXPECT_NE(verdict.not_shown.back().en.find("1 more signature lines"), std::string::npos);
}

TEST(ProofText, WordsAreEscaped) {
  EXPECT_EQ(escape_word("-"), "%2D");
  EXPECT_EQ(escape_word("a-b"), "a-b");
  EXPECT_EQ(escape_word("甲, 50%"), "甲%2C%2050%25");
  ProofText proof{.origin = "o",
                  .draw = "draw/P/1",
                  .entries = {},
                  .subjects = {},
                  .inspectors = {},
                  .conflicts = {},
                  .checkpoint = "c\n"};
  proof.inspectors.push_back({.id = "Z1",
                              .unit = "甲 乙",
                              .qualifications = {"-", "a,b"},
                              .capacity = 3,
                              .eligibility = 0});
  proof.inspectors.push_back(
      {.id = "Z2", .unit = "-", .qualifications = {}, .capacity = 3, .eligibility = 2});
  const std::string text = format_proof(proof);
  const ProofText read = parse_proof(text).value();
  EXPECT_EQ(read.inspectors[0].qualifications, proof.inspectors[0].qualifications);
  EXPECT_EQ(read.inspectors[0].unit, "甲 乙");
  EXPECT_TRUE(read.inspectors[1].qualifications.empty());
  for (const char* bad : {"%2d", "%", "%2", "%41", "a b", "a,"}) {
    std::string changed = text;
    changed.replace(changed.find("%2D,"), 4, std::string(bad) + ",");
    EXPECT_EQ(parse_proof(changed).error().code, "proof.format") << bad;
  }
}

TEST(ProofText, TheWorkedExample) {
  const auto example = tests::worked_example("docs/formats/draw-proof.md", "Worked example");
  const auto proof = parse_proof(text_of(tests::example_bytes(example, "file")));
  ASSERT_TRUE(proof) << proof.error().en;
  EXPECT_EQ(proof->draw, "draw/P1/1");
  ASSERT_EQ(proof->entries.size(), 1u);
  EXPECT_EQ(proof->entries[0].inclusion.size(), 2u);
  EXPECT_EQ(proof->inspectors.at(0).qualifications,
            (std::vector<std::string>{"行政执法证", "A, B"}));
  EXPECT_EQ(format_proof(*proof), text_of(tests::example_bytes(example, "file")));
}

TEST(ProofFile, AnOverdueDrawThatTheQuorumHasNotCosignedIsThatFirst) {
  City city;
  city.furnish();
  CityDraw draw(city);
  draw.announce();
  draw.contribute();
  CityProofs proofs(city);
  const auto built = build_proof_file(city.state(), draw.draw(), proofs);
  ASSERT_TRUE(built) << built.error().en;
  const std::uint64_t after = draw.draw().announcement.execute_deadline + 1;
  const auto log_only = crypto::Policy::of_log(proofs.log().note_key());
  EXPECT_EQ(verify_proof_file(*built, &log_only, after).finding->code, "draw.unexecuted");
  const auto cosigned =
      crypto::Policy::parse(tests::policy_text(city, proofs.log(), "quorum two\n"));
  ASSERT_TRUE(cosigned) << cosigned.error().en;
  EXPECT_EQ(verify_proof_file(*built, &*cosigned, after).finding->code, "policy.quorum");
}

}  // namespace
}  // namespace liuhen::projections
