// The verifier against logs that are right, and against everything that can be done to one.
#include "tests/projections/approved_conflict.h"
#include "tests/projections/verified_log.h"

namespace liuhen::projections {
namespace {

// A city with one whole draw: recusal, substitute, result, publication, digest.
struct Drawn {
  City city;
  CityDraw draw{city};
  Drawn() {
    city.furnish();
    draw.whole();
    city.must(draw.recuse(0), {"platform"});
    draw.result(0);
    schema::StateDigestedT digested;
    digested.position = city.size() - 1;
    digested.digest = City::bytes(digest(city.state()));
    city.must(std::move(digested), {"platform"});
  }
};

TEST(Verify, AWholeDraw) {
  Drawn drawn;
  CityLog log(drawn.city);
  const Report report = check(log);
  expect_verified(report);
  EXPECT_FALSE(report.keys_pinned);
  EXPECT_EQ(report.size, drawn.city.size());
  EXPECT_EQ(report.replayed, drawn.city.size());
  EXPECT_EQ(report.subjects, 40u);
  EXPECT_EQ(report.inspectors, 8u);
  EXPECT_EQ(report.published, 1u);
  EXPECT_EQ(report.digests, 1u);
  ASSERT_EQ(report.draws.size(), 1u);
  EXPECT_EQ(report.draws[0].number, 1u);
  EXPECT_EQ(report.draws[0].tier, "C");
  EXPECT_EQ(report.draws[0].visits, 4u);
  EXPECT_EQ(report.draws[0].substitutes, 1u);
  EXPECT_TRUE(report.draws[0].matching_replayed);
  EXPECT_TRUE(report.not_opened.empty());
  EXPECT_EQ(ids(report, &Guarantee::checked), "G1 G3 G4 G5 G6 G7 G8 G9 G10 G12 ");
  EXPECT_EQ(ids(report, &Guarantee::broken), "");
}

// What breaks no rule, and readers should see: outcomes discarded, strata without chance,
// substitutes past their deadline.
TEST(Verify, ShowsWhatBreaksNoRule) {
  City city;
  city.furnish();
  CityDraw first(city);
  first.announce();
  first.contribute();
  first.execute();
  schema::DrawVoidedT voided;
  voided.draw = first.stream();
  voided.reason = "公告有误";
  city.must(std::move(voided), {"approver", "supervisor"});
  CityDraw second(city, 2);
  auto announced = second.announcement();
  announced.previous = first.stream();
  city.must(std::move(announced), {"clerk", "approver"});
  second.contribute();
  second.execute();
  {
    CityLog log(city);
    const Report report = check(log);
    expect_verified(report);
    ASSERT_EQ(report.draws.size(), 2u);
    EXPECT_TRUE(report.draws[0].discarded_before.empty());
    EXPECT_EQ(report.draws[1].discarded_before, std::vector{first.stream()});
    EXPECT_EQ(report.draws[1].strata_not_random, 0u);
    EXPECT_EQ(report.draws[1].substitutes_late, 0u);
  }
  // A draw that stands in between does not make it forgotten.
  CityDraw third(city, 3);
  EXPECT_EQ(city.refusal(third.announcement(), {"clerk", "approver"}), "draw.previous");
  auto later = third.announcement();
  later.previous = first.stream();
  city.must(std::move(later), {"clerk", "approver"});
  {
    CityLog log(city);
    const Report report = check(log);
    expect_verified(report);
    EXPECT_EQ(report.draws.at(2).discarded_before, std::vector{first.stream()});
  }
  auto substitute = second.recuse(0);
  {
    CityLog log(city);
    EXPECT_EQ(check(log, {}, city.now).draws[1].substitutes_late, 0u);
    EXPECT_EQ(check(log, {}, city.now + 1001).draws[1].substitutes_late, 1u) << "overdue";
  }
  city.now += 1001;
  city.must(std::move(substitute), {"platform"});
  CityLog log(city);
  EXPECT_EQ(check(log, {}, city.now).draws[1].substitutes_late, 1u) << "recorded, too late";
}

TEST(Verify, AStratumWithoutChance) {
  City city;
  city.furnish(1);
  CityDraw draw(city);
  draw.announce();
  draw.contribute();
  draw.execute();
  CityLog log(city);
  const Report report = check(log);
  expect_verified(report);
  EXPECT_GE(report.draws[0].strata_not_random, 1u);
}

// Six inspectors who go once each, for four visits of two; said in a proof file too.
TEST(Verify, SaysWhyVisitsWerePutAside) {
  City city;
  city.furnish(40, 6);
  auto rule = City::rule("R1", 2);
  rule.default_capacity = 1;
  city.must(std::move(rule), {"clerk", "approver"});
  CityDraw draw(city);
  auto announced = draw.announcement();
  announced.rule_revision = 2;
  announced.default_capacity = 1;
  announced.inspector_root =
      City::bytes(pool_of(city.state(), announced, city.state().catalogue.rules.at("R1"))
                      .value()
                      .inspector_root);
  city.must(std::move(announced), {"clerk", "approver"});
  draw.contribute();
  draw.execute();
  CityLog log(city);
  const Report report = check(log);
  expect_verified(report);
  EXPECT_EQ(report.draws.at(0).vacancies, 2u);
  ASSERT_TRUE(report.draws[0].matching);
  EXPECT_EQ(report.draws[0].matching->put_aside, 1u);
  ASSERT_EQ(report.draws[0].matching->shortages.size(), 1u);
  const auto& shortage = report.draws[0].matching->shortages[0];
  EXPECT_EQ(shortage.visit, 3u);
  EXPECT_EQ(shortage.subjects.size(), 4u);
  EXPECT_EQ(shortage.subjects.back(), draw.draw().tasks[3].subject);
  EXPECT_EQ(shortage.inspectors.size(), 6u);
  EXPECT_EQ(shortage.needed, 8u);
  EXPECT_EQ(shortage.capacity, 6u);

  tests::CityProofs proofs(city);
  const auto file = build_proof_file(city.state(), draw.draw(), proofs);
  ASSERT_TRUE(file) << file.error().en;
  const ProofVerdict one = verify_proof_file(*file, nullptr, city.now);
  ASSERT_EQ(one.verdict, Verdict::verified);
  EXPECT_TRUE(std::ranges::any_of(
      one.shown, [&](const Sentence& said) { return said.en == shortage.what.en; }));
}

TEST(Verify, SaysHowTeamsCameAboutWhereItIsAskedFor) {
  Drawn drawn;
  CityLog log(drawn.city);
  EXPECT_FALSE(check(log).draws[0].matching) << "there are no vacancies";
  VerifyOptions options;
  options.threads = 1;
  options.timelines = true;
  const Report report = verify_log(log, options);
  ASSERT_TRUE(report.draws[0].matching);
  EXPECT_TRUE(report.draws[0].matching->shortages.empty());
}

// Why somebody stepped aside, and what he showed for it.
TEST(Verify, TheTimelineHasGroundAndEvidenceOfARecusal) {
  City city;
  city.furnish();
  CityDraw draw(city);
  draw.whole();
  const Hash slip = crypto::sha256(view_of("请假条"));
  schema::RecusalFiledT filed;
  filed.draw = draw.stream();
  filed.ground = "absence";
  filed.evidence = City::bytes(slip);
  city.must(std::move(filed), {draw.draw().tasks[0].seats[0].inspector});
  CityLog log(city);
  VerifyOptions options;
  options.threads = 1;
  options.timelines = true;
  const Report report = verify_log(log, options);
  expect_verified(report);
  const Sentence& detail = report.draws.at(0).timeline.steps.back().detail;
  EXPECT_NE(detail.zh.find("缺勤"), std::string::npos) << detail.zh;
  EXPECT_NE(detail.zh.find(to_hex(slip)), std::string::npos) << detail.zh;
  EXPECT_NE(detail.en.find(to_hex(slip)), std::string::npos) << detail.en;
}

// A report that ends early ticks nothing, and says what is broken.
TEST(Verify, TicksNothingThatWasNotCheckedToTheEnd) {
  Drawn drawn;
  CityLog log(drawn.city);
  log.entries()[20][60] ^= 1;
  Report report = check(log);
  EXPECT_EQ(report.verdict, Verdict::violated);
  EXPECT_EQ(ids(report, &Guarantee::checked), "");
  EXPECT_EQ(ids(report, &Guarantee::broken), "G1 ");
  CityLog empty(drawn.city, {});
  report = check(empty);
  EXPECT_NE(report.verdict, Verdict::verified);
  EXPECT_EQ(ids(report, &Guarantee::checked), "");
  VerifyOptions options;
  auto key = log.note_key();
  key.name = "liuhen.example/another";
  const auto other = crypto::Policy::of_log(key);
  options.trusted = &other;
  report = verify_log(log, options);
  EXPECT_EQ(report.verdict, Verdict::inconclusive);
  EXPECT_EQ(ids(report, &Guarantee::checked), "");
  EXPECT_EQ(ids(report, &Guarantee::broken), "");
}

TEST(Verify, WhichGuaranteeAFindingBreaks) {
  const std::pair<const char*, const char*> cases[] = {
      {"entry.changed", "G1"},        {"chain.previous", "G1"},   {"checkpoint.root", "G1"},
      {"intents.missing", "G1"},      {"storage.damaged", "G1"},  {"head.ahead", "G2"},
      {"intent.fork", "G2"},          {"intent.signature", "G3"}, {"role.outside", "G3"},
      {"draw.pool_root", "G4"},       {"draw.vrf", "G5"},         {"draw.vrf_key", "G5"},
      {"draw.reveals", "G5"},         {"draw.escape", "G6"},      {"draw.overlap", "G6"},
      {"draw.selection", "G7"},       {"draw.visits_root", "G7"}, {"substitute.candidate", "G8"},
      {"erasure.commitments", "G10"}, {"plan.bounds", "G12"},     {"result.team", "G12"}};
  for (const auto& [code, id] : cases) EXPECT_EQ(guarantee_of(code), id) << code;
}

TEST(Verify, PinnedKeys) {
  Drawn drawn;
  CityLog log(drawn.city);
  VerifyOptions options;
  const auto right = crypto::Policy::of_log(log.note_key());
  options.trusted = &right;
  Report report = verify_log(log, options);
  expect_verified(report);
  EXPECT_TRUE(report.keys_pinned);
  auto key = log.note_key();
  key.key = drawn.city.id("clerk");
  const auto wrong = crypto::Policy::of_log(key);
  options.trusted = &wrong;
  report = verify_log(log, options);
  EXPECT_EQ(report.verdict, Verdict::violated);
  EXPECT_EQ(report.where, "checkpoint");
  key = log.note_key();
  key.name = "liuhen.example/another";
  const auto other = crypto::Policy::of_log(key);
  options.trusted = &other;
  EXPECT_EQ(verify_log(log, options).verdict, Verdict::inconclusive);
}

// Any byte of any entry, unsigned for: the position is that of the entry.
TEST(Verify, AnyByteOfAnyEntry) {
  Drawn drawn;
  CityLog log(drawn.city);
  std::size_t turn = 0;
  for (std::uint64_t position = 0; position < drawn.city.size(); ++position) {
    Bytes& entry = log.entries()[position];
    const std::size_t at = (turn++ * 37) % entry.size();
    entry[at] ^= 1;
    const Report report = check(log);
    ASSERT_EQ(report.verdict, Verdict::violated) << position;
    EXPECT_EQ(report.position, position) << report.finding->en;
    entry[at] ^= 1;
  }
  expect_verified(check(log));
}

// The same, and the operator signs what he made of it.
TEST(Verify, AnyByteOfAnyEntrySignedAgain) {
  Drawn drawn;
  std::size_t turn = 0;
  for (std::uint64_t position = 0; position < drawn.city.size(); ++position) {
    CityLog log(drawn.city);
    Bytes& entry = log.entries()[position];
    entry[(turn++ * 53) % entry.size()] ^= 1;
    log.sign();
    const Report report = check(log);
    ASSERT_EQ(report.verdict, Verdict::violated) << position;
    ASSERT_TRUE(report.position || !report.where.empty());
    if (report.position) {
      EXPECT_TRUE(*report.position == position || *report.position == position + 1)
          << position << ": " << report.finding->en;
    }
  }
}

TEST(Verify, DroppedDoubledSwappedReplaced) {
  Drawn drawn;
  const std::uint64_t position = 20;
  const auto with = [&](const std::function<void(std::vector<Bytes>&)>& change) {
    CityLog log(drawn.city);
    change(log.entries());
    return check(log);
  };
  for (const Report& report :
       {with([&](auto& e) { e.erase(e.begin() + 20); }),
        with([&](auto& e) { e.insert(e.begin() + 20, e[19]); }),
        with([&](auto& e) { std::swap(e[20], e[21]); }), with([&](auto& e) { e[20] = e[5]; })}) {
    ASSERT_EQ(report.verdict, Verdict::violated);
    EXPECT_EQ(report.position, position) << report.finding->en;
  }
  // Cut short: the checkpoint speaks of an entry that is not there.
  const Report cut = with([&](auto& e) { e.pop_back(); });
  ASSERT_EQ(cut.verdict, Verdict::violated);
  EXPECT_EQ(cut.position, drawn.city.size() - 1);
}

TEST(Verify, TilesAndCheckpoint) {
  Drawn drawn;
  CityLog log(drawn.city);
  for (std::size_t byte = 0; byte < log.entries().size() * 32; byte += 41) {
    log.flip_in_tile = byte;
    const Report report = check(log);
    ASSERT_EQ(report.verdict, Verdict::violated) << byte;
    EXPECT_TRUE(report.position || !report.where.empty());
  }
  log.flip_in_tile.reset();
  const std::string note = log.note();
  for (std::size_t byte = 0; byte < note.size(); ++byte) {
    log.note() = note;
    log.note()[byte] = static_cast<char>(log.note()[byte] ^ 1);
    // The genesis can be had, and names a key that has not signed this: whatever else is missing.
    const Report report = check(log);
    EXPECT_EQ(report.verdict, Verdict::violated) << byte;
    // Under another name the first entry is one of another log.
    EXPECT_TRUE(report.where == "checkpoint" || report.position == 0u) << byte;
  }
}

// ---- conflicts, which only some may open ----

struct Conflicted {
  City city;
  CityDraw draw{city};
  std::map<Hash, ConflictContent> contents;

  explicit Conflicted(const ConflictContent& content) {
    city.furnish();
    const Bytes bytes = encode(content);
    const Hash commitment = crypto::commit(crypto::sha256(view_of("salt")), bytes);
    contents[commitment] = content;
    city.must(tests::declared_conflict(commitment), {"registrar"});
    tests::approve_conflict(city, commitment);
  }
  OpenConflict opener() const {
    return [this](const Hash& commitment) -> std::optional<ConflictContent> {
      const auto found = contents.find(commitment);
      return found == contents.end() ? std::nullopt : std::optional(found->second);
    };
  }
};

ConflictContent some_conflict() {
  return {.subject = City::code(1), .inspector = "Z0001", .kind = "kinship", .evidence = ""};
}

TEST(VerifyConflicts, OpenedAndNotOpened) {
  Conflicted city(some_conflict());
  city.draw.announce();
  city.draw.contribute();
  city.draw.execute(city.opener());
  city.city.must(city.draw.recuse(0, city.opener()), {"platform"});
  CityLog log(city.city);
  const Report open = check(log, city.opener());
  expect_verified(open);
  EXPECT_TRUE(open.not_opened.empty());
  EXPECT_TRUE(open.draws[0].matching_replayed);
  const Report closed = check(log);
  expect_verified(closed);
  EXPECT_EQ(closed.not_opened.size(), 2u);
  EXPECT_FALSE(closed.draws[0].matching_replayed);
  EXPECT_EQ(closed.draws[0].conflicts_unopened, 1u);
  EXPECT_EQ(closed.draws[0].substitutes_unopened, 1u);
  EXPECT_EQ(ids(open, &Guarantee::checked), "G1 G3 G4 G5 G6 G7 G8 G9 G10 G12 ");
  EXPECT_EQ(ids(closed, &Guarantee::checked), "G1 G3 G4 G5 G6 G7 G9 G10 G12 ");
}

// Admission sees commitments only; whoever opens them finds the matching that ignored one.
TEST(VerifyConflicts, OneIgnoredIsFoundByWhoOpensIt) {
  Conflicted city(some_conflict());
  city.draw.announce();
  city.draw.contribute();
  // The platform's own opening: a conflict with somebody who is in no draw, so that the matching
  // differs if it matters.
  const auto blind = [](const Hash&) {
    return std::optional(
        ConflictContent{.subject = "X", .inspector = "X", .kind = "", .evidence = ""});
  };
  city.draw.execute(blind);
  // Make the conflict one that the matching made this way has broken.
  const auto& task = city.draw.draw().tasks[0];
  const ConflictContent broken{.subject = task.subject,
                               .inspector = task.seats[0].inspector,
                               .kind = "kinship",
                               .evidence = ""};
  for (auto& [commitment, content] : city.contents) content = broken;
  CityLog log(city.city);
  expect_verified(check(log));
  expect_violated(check(log, city.opener()), *city.draw.draw().executed_at, "draw.visits_root");
}

// Whoever ends one once the draw is announced frees nobody for it.
TEST(VerifyConflicts, OneThatEndsAfterTheAnnouncementCountsAllTheSame) {
  for (const bool honest : {true, false}) {
    Conflicted city(some_conflict());
    const Hash commitment = city.contents.begin()->first;
    city.draw.announce();
    city.draw.contribute();
    city.city.must(tests::ended_conflict(commitment), {"head"});
    // As if it were over: with nobody who is in the draw.
    const auto blind = [](const Hash&) {
      return std::optional(
          ConflictContent{.subject = "X", .inspector = "X", .kind = "", .evidence = ""});
    };
    city.draw.execute(honest ? city.opener() : blind);
    const auto& task = city.draw.draw().tasks[0];
    if (!honest) {
      city.contents.at(commitment).subject = task.subject;
      city.contents.at(commitment).inspector = task.seats[0].inspector;
    }
    if (honest) city.city.must(city.draw.recuse(0, city.opener()), {"platform"});
    CityLog log(city.city);
    const Report closed = check(log);
    expect_verified(closed);
    EXPECT_EQ(closed.draws[0].conflicts_unopened, 1u);
    EXPECT_EQ(closed.draws[0].substitutes_unopened, honest ? 1u : 0u);
    EXPECT_EQ(closed.conflicts_ended, 1u);
    if (honest) {
      expect_verified(check(log, city.opener()));
    } else {
      expect_violated(check(log, city.opener()), *city.draw.draw().executed_at, "draw.visits_root");
    }
  }
}

TEST(VerifyConflicts, AfterTheEndWhoeverReplaysTheLogReplaysTheMatching) {
  Conflicted city(some_conflict());
  city.city.must(tests::ended_conflict(city.contents.begin()->first), {"head"});
  city.draw.whole();
  CityLog log(city.city);
  const Report report = check(log);
  expect_verified(report);
  EXPECT_TRUE(report.draws[0].matching_replayed);
  EXPECT_TRUE(report.not_opened.empty());
}

}  // namespace
}  // namespace liuhen::projections
