// Draws whose strata are by risk class: what the log shows of them, what admission asks, and what
// whoever has key and openings finds.
#include "projections/findings/findings.h"
#include "projections/pool_openings.h"
#include "projections/row_file.h"
#include "tests/projections/approved_conflict.h"
#include "tests/projections/restricted_steps.h"
#include "tests/projections/verified_log.h"

namespace liuhen::tests {
namespace {

using projections::Guarantee;
using projections::Report;

class RestrictedPool : public ::testing::Test {
 protected:
  // The code of what admission says of a changed announcement.
  std::string announced(const std::function<void(schema::DrawAnnouncedT&)>& change) {
    auto a = steps.announcement();
    change(a);
    return city.refusal(std::move(a), {"clerk", "approver"});
  }
  Report check(bool opened = true) {
    CityLog log(city);
    projections::VerifyOptions options;
    options.threads = 1;
    if (opened) options.open_pool = steps.opener();
    return projections::verify_log(log, options);
  }
  void expect_verified_both() {
    for (const bool opened : {true, false}) {
      const Report told = check(opened);
      EXPECT_EQ(told.verdict, ledger::Verdict::verified) << told.finding->en;
    }
  }
  // As somebody tells it to the supervisor, who has his key alone.
  Report check_as(const std::string& supervisor) {
    CityLog log(city);
    projections::VerifyOptions options;
    options.threads = 1;
    options.open_pool = projections::pool_opener_of(steps.openings(), &city.key(supervisor));
    return projections::verify_log(log, options);
  }
  void expect_wrong(const std::string& code, std::uint64_t position) {
    const Report told = check();
    ASSERT_EQ(told.verdict, ledger::Verdict::violated);
    EXPECT_EQ(told.finding->code, code) << told.finding->en;
    EXPECT_EQ(told.position, position);
    const Report supervisor = check_as("supervisor2");
    ASSERT_TRUE(supervisor.finding);
    EXPECT_EQ(supervisor.finding->code, code);
    const Report in_public = check(false);
    EXPECT_EQ(in_public.verdict, ledger::Verdict::verified)
        << "nobody else can tell: " << in_public.finding->en;
    EXPECT_EQ(in_public.not_opened.size(), 1U);
  }

  static City furnished() {
    City city;
    city.furnish();
    return city;
  }

  City city = furnished();
  CityDraw draw{city};
  RestrictedSteps steps{city, draw};
};

TEST_F(RestrictedPool, AWholeOneIsVerifiedByWhoOpensItAndInPart) {
  steps.whole();
  EXPECT_EQ(steps.draw().phase, projections::Draw::Phase::disclosed);
  const Report opened = check();
  ASSERT_EQ(opened.verdict, ledger::Verdict::verified) << opened.finding->en;
  EXPECT_TRUE(opened.not_opened.empty());
  EXPECT_TRUE(opened.draws[0].matching_replayed);
  EXPECT_FALSE(opened.draws[0].pool_unopened);
  EXPECT_TRUE(opened.draws[0].pool->attested);

  const Report closed = check(false);
  ASSERT_EQ(closed.verdict, ledger::Verdict::verified) << closed.finding->en;
  EXPECT_EQ(closed.not_opened.size(), 1U);
  EXPECT_TRUE(closed.draws[0].pool_unopened);
  EXPECT_TRUE(closed.draws[0].matching_replayed) << "teams follow from who is drawn";
  for (const Guarantee& guarantee : closed.guarantees) {
    if (guarantee.id == "G4" || guarantee.id == "G7") EXPECT_FALSE(guarantee.checked);
  }
  EXPECT_EQ(check_as("supervisor").verdict, ledger::Verdict::verified);
  EXPECT_FALSE(check_as("supervisor").draws[0].pool_unopened);
  EXPECT_TRUE(check_as("clerk").draws[0].pool_unopened) << "nothing is sealed to the clerk";
}

TEST_F(RestrictedPool, TheLogHoldsNoClassStratumTicketOrCutOff) {
  steps.whole();
  const auto& outcome = *steps.draw().outcome;
  EXPECT_TRUE(outcome.strata.empty());
  EXPECT_EQ(outcome.cutoff_commitments.size(), 64U);
  const auto pool = projections::opened_pool_of(city.state(), steps.draw(), steps.opener()).value();
  const auto selection = crypto::draw::select_restricted(
                             steps.seed(), projections::allocation_of(steps.draw().announcement),
                             pool.key, pool.pool.subjects)
                             .value();
  ASSERT_EQ(selection.drawn.size(), outcome.visits);
  std::string all;
  for (const Bytes& entry : city.entries()) all += text_of(entry);
  const auto stands = [&](View bytes) { return all.find(text_of(bytes)) != std::string::npos; };
  EXPECT_FALSE(stands(pool.key.view()));
  for (const auto& drawn : selection.drawn) {
    EXPECT_FALSE(stands(drawn.ticket));
    EXPECT_FALSE(stands(crypto::draw::blind_of(pool.key, drawn.id)));
    EXPECT_TRUE(
        stands(crypto::draw::ticket_opening(pool.key, drawn.id, drawn.ticket).commitment()));
  }
  for (const auto& stratum : selection.strata) EXPECT_FALSE(stands(*stratum.cutoff));
}

TEST_F(RestrictedPool, WhatTheAnnouncementHasToSay) {
  EXPECT_EQ(announced([](auto& a) { a.pool_key_hash.clear(); }), "draw.restricted");
  EXPECT_EQ(announced([](auto& a) { a.pool_key_sealed.resize(80); }), "draw.restricted");
  EXPECT_EQ(announced([](auto& a) { a.sealed = true; }), "draw.restricted");
  EXPECT_EQ(announced([](auto& a) {
              a.form = schema::DrawForm::subjects;
              a.form_reason = "x";
            }),
            "draw.restricted");
  EXPECT_EQ(announced([](auto& a) {
              a.supervisors.resize(32);
              a.pool_key_sealed.resize(80);
            }),
            "draw.supervisors");
  EXPECT_EQ(announced([&](auto& a) {
              const KeyId observer = city.id("observer");
              std::copy(observer.begin(), observer.end(), a.supervisors.begin());
            }),
            "draw.supervisors");
  EXPECT_EQ(announced([](auto& a) { a.disclosure_deadline = a.execute_deadline + 1; }),
            "draw.sealed");
  EXPECT_EQ(announced([](auto& a) { ++a.subject_eligible; }), "draw.pool_root");
  EXPECT_EQ(announced([](auto& a) { --a.subject_rows; }), "draw.pool_root");
  EXPECT_EQ(announced([](auto&) {}), "");
}

TEST_F(RestrictedPool, ARuleWithoutClassesHasNoKey) {
  city.must(City::rule("R1", 3), {"clerk", "approver"});
  city.must(City::plan("P1", 3), {"clerk", "approver"});
  auto a = draw.announcement();
  a.pool_key_hash.assign(32, 1);
  EXPECT_EQ(city.refusal(std::move(a), {"clerk", "approver"}), "draw.restricted");
  auto b = draw.announcement();
  b.pool_key_sealed.assign(160, 1);
  EXPECT_EQ(city.refusal(std::move(b), {"clerk", "approver"}), "draw.restricted");
}

TEST_F(RestrictedPool, OnlyStrataSpeakOfClasses) {
  auto plan = City::plan("P1", 3);
  plan.scope.push_back(RestrictedSteps::class_in({"D"}));
  EXPECT_EQ(city.refusal(std::move(plan), {"clerk", "approver"}), "scope.restricted");
  auto rule = City::rule("R1", 3);
  rule.weights.push_back(std::make_unique<schema::WeightRuleT>());
  rule.weights[0]->weight = 5;
  rule.weights[0]->conditions.push_back(RestrictedSteps::class_in({"D"}));
  EXPECT_EQ(city.refusal(std::move(rule), {"clerk", "approver"}), "scope.restricted");
  EXPECT_EQ(announced([](auto& a) { a.scope.push_back(RestrictedSteps::class_in({"D"})); }),
            "scope.restricted");
}

TEST_F(RestrictedPool, SupervisorsAttestToThePoolInTime) {
  steps.announce();
  EXPECT_EQ(city.refusal(steps.attestation(), {"observer"}), "attest.pool");
  const auto unseen = [&](schema::IntentT& intent) {
    intent.seen_size = steps.draw().position;
    intent.seen_root = City::bytes(city.tree().root(intent.seen_size));
  };
  EXPECT_EQ(city.refusal(steps.attestation(), {"supervisor"}, unseen), "attest.unseen");
  EXPECT_FALSE(steps.draw().pool_is_attested());
  steps.attest();
  EXPECT_TRUE(steps.draw().pool_is_attested());
  EXPECT_EQ(city.refusal(steps.attestation(), {"supervisor"}), "attest.repeated");
  EXPECT_EQ(city.refusal(steps.attestation(true, false), {"supervisor"}), "attest.early");
  city.must(steps.attestation(false), {"supervisor2"});
  EXPECT_FALSE(steps.draw().pool_is_attested()) << "an objection outweighs it";
  EXPECT_EQ(projections::pool_shown(city.state(), steps.draw())->objections.size(), 1U);
  EXPECT_EQ(projections::seals_objected_to(city.state()).findings.size(), 1U);
  draw.contribute();
  city.must(steps.execution(), {"platform"});
  city.must(steps.attestation(true, false), {"supervisor"});
  EXPECT_EQ(steps.draw().seal_checked.size(), 1U);
  EXPECT_EQ(city.refusal(steps.attestation(true, false), {"supervisor"}), "attest.repeated");
}

TEST_F(RestrictedPool, AfterTheClosingItIsTooLate) {
  steps.announce();
  draw.contribute();
  EXPECT_EQ(city.refusal(steps.attestation(), {"supervisor"}), "attest.late");
}

TEST_F(RestrictedPool, NoOtherDrawHasOne) {
  city.must(City::rule("R1", 3), {"clerk", "approver"});
  city.must(City::plan("P1", 3), {"clerk", "approver"});
  draw.announce();
  EXPECT_EQ(city.refusal(steps.attestation(), {"supervisor"}), "attest.pool");
}

TEST_F(RestrictedPool, WhatTheExecutionMayAndMustSay) {
  steps.ready();
  const auto executed = [&](const std::function<void(schema::DrawExecutedT&)>& change) {
    auto execution = steps.execution();
    change(execution);
    return city.refusal(std::move(execution), {"platform"});
  };
  EXPECT_EQ(
      executed([](auto& e) { e.strata.push_back(std::make_unique<schema::StratumOutcomeT>()); }),
      "draw.restricted");
  EXPECT_EQ(executed([](auto& e) { e.cutoff_commitments.resize(32); }), "draw.restricted");
  EXPECT_EQ(executed([](auto& e) { e.visits = 41; }), "draw.selection");
  EXPECT_EQ(executed([](auto& e) { e.pi[0] ^= 1; }), "draw.vrf");
  EXPECT_EQ(executed([](auto&) {}), "");
}

TEST_F(RestrictedPool, WhatEverybodySeesOfTheList) {
  steps.ready();
  city.must(steps.execution(), {"platform"});
  const auto listed = [&](const std::function<void(schema::DrawDisclosedT&)>& change) {
    auto list = steps.disclosure();
    change(list);
    return city.refusal(std::move(list), {"platform"});
  };
  EXPECT_EQ(listed([](auto& l) { l.visits[0]->subject = City::code(41); }), "draw.disclosed_visit");
  EXPECT_EQ(listed([](auto& l) { std::swap(l.visits[0], l.visits[1]); }), "draw.disclosed_visit");
  EXPECT_EQ(listed([](auto& l) { l.visits[1]->subject = l.visits[0]->subject; }),
            "draw.disclosed_visit");
  EXPECT_EQ(listed([](auto& l) { std::swap(l.visits[0]->team[0], l.visits[0]->team[1]); }),
            "draw.disclosed_visit");
  EXPECT_EQ(listed([](auto& l) { l.visits[0]->ticket[0] ^= 1; }), "draw.disclosed_root");
  EXPECT_EQ(listed([](auto&) {}), "");
}

TEST_F(RestrictedPool, VisitsCountForTheCapOnceListed) {
  steps.whole();
  EXPECT_EQ(city.state().draws.visited.size(), steps.visits().visits.size());
  for (const auto& [subject, visits] : city.state().draws.visited)
    EXPECT_EQ(visits[0].first, *steps.draw().disclosed_at);
}

// Nothing that follows is computed from a list that is not there yet.
TEST_F(RestrictedPool, ListedInParts) {
  steps.ready();
  city.must(steps.execution(), {"platform"});
  const auto whole = steps.disclosure();
  ASSERT_GT(whole.visits.size(), 3U);
  const auto part = [&](std::uint32_t number, std::size_t first, std::size_t end) {
    schema::DrawDisclosedT out;
    out.draw = whole.draw;
    out.part = number;
    out.last = end == whole.visits.size();
    for (std::size_t i = first; i < end; ++i)
      out.visits.push_back(std::make_unique<schema::VisitT>(*whole.visits[i]));
    return out;
  };
  city.must(part(0, 0, 2), {"platform"});
  EXPECT_TRUE(city.state().draws.visited.empty());
  EXPECT_EQ(city.refusal(part(1, 1, 3), {"platform"}), "draw.disclosed_visit") << "listed already";
  EXPECT_EQ(city.refusal(part(0, 2, 3), {"platform"}), "draw.part");
  city.must(part(1, 2, whole.visits.size()), {"platform"});
  EXPECT_EQ(city.state().draws.visited.size(), whole.visits.size());
  expect_verified_both();
}

TEST_F(RestrictedPool, VoidedAfterItWasDrawn) {
  steps.ready();
  city.must(steps.execution(), {"platform"});
  schema::DrawVoidedT voided;
  voided.draw = steps.draw().stream;
  voided.reason = "公告有误";
  city.must(std::move(voided), {"approver", "supervisor"});
  city.must(steps.disclosure(), {"platform"});
  EXPECT_TRUE(city.state().draws.visited.empty()) << "shown and discarded";
  expect_verified_both();
}

TEST_F(RestrictedPool, VoidedAfterItWasListed) {
  steps.whole();
  schema::DrawVoidedT voided;
  voided.draw = steps.draw().stream;
  voided.reason = "公告有误";
  const std::uint64_t at = city.must(std::move(voided), {"approver", "supervisor"});
  EXPECT_EQ(city.state().draws.voided.at(*steps.draw().disclosed_at), at);
  expect_verified_both();
}

TEST_F(RestrictedPool, WithConflictsInForce) {
  const auto content = projections::ConflictContent{
      .subject = City::code(1), .inspector = "Z0001", .kind = "kinship", .evidence = ""};
  Hash commitment;
  commitment.fill(7);
  city.must(declared_conflict(commitment), {"registrar"});
  approve_conflict(city, commitment);
  steps.open_conflict = [&](const Hash&) { return std::optional(content); };
  steps.whole();
  const auto told = [&](bool pool, bool conflicts) {
    CityLog log(city);
    projections::VerifyOptions options;
    options.threads = 1;
    if (pool) options.open_pool = steps.opener();
    if (conflicts) options.open = steps.open_conflict;
    const Report report = projections::verify_log(log, options);
    EXPECT_EQ(report.verdict, ledger::Verdict::verified) << report.finding->en;
    return report.draws[0];
  };
  EXPECT_TRUE(told(true, true).matching_replayed);
  EXPECT_EQ(told(true, true).conflicts_unopened, 0U);
  EXPECT_FALSE(told(true, false).matching_replayed);
  EXPECT_EQ(told(true, false).conflicts_unopened, 1U);
  EXPECT_FALSE(told(true, false).pool_unopened);
  EXPECT_EQ(told(false, false).conflicts_unopened, 1U);
  EXPECT_TRUE(told(false, true).pool_unopened);
}

TEST_F(RestrictedPool, AWrongClassIsNamed) {
  auto a = steps.announcement();
  auto opened = steps.opened(a);
  auto& friendly = opened.pool.subjects[7];  // of class D, whatever it is registered as
  friendly.stratum = 1 - friendly.stratum;
  for (std::size_t i = 0; i < opened.rows.size(); ++i)
    opened.rows[i].commitment =
        crypto::draw::row_opening(opened.key, opened.pool.subjects[i]).commitment();
  a.subject_root = City::bytes(crypto::draw::committed_root(opened.rows).value());
  expect_wrong("draw.pool_root", city.must(std::move(a), {"clerk", "approver"}));
}

TEST_F(RestrictedPool, AnotherCutOffIsNamed) {
  steps.ready();
  auto execution = steps.execution();
  execution.cutoff_commitments[3] ^= 1;
  expect_wrong("draw.selection", city.must(std::move(execution), {"platform"}));
}

TEST_F(RestrictedPool, AnotherKeyAtTheExecutionIsNamed) {
  steps.ready();
  auto pool = projections::opened_pool_of(city.state(), steps.draw(), steps.opener()).value();
  pool.key = crypto::draw::PoolKey(crypto::sha256(view_of("ground after the seed")));
  auto execution = steps.execution(std::move(pool));
  const std::uint64_t at = city.must(std::move(execution), {"platform"});
  city.must(steps.disclosure(), {"platform"});
  expect_wrong("draw.selection", at);
}

TEST_F(RestrictedPool, WhatIsSealedToASupervisorIsAnotherKey) {
  auto a = steps.announcement();
  const auto other = crypto::draw::PoolKey(crypto::sha256(view_of("another")));
  const auto hash = a.pool_key_hash;
  CountingEntropy entropy;
  ASSERT_TRUE(projections::announce_key(other, entropy, a));
  a.pool_key_hash = hash;
  const std::uint64_t at = city.must(std::move(a), {"clerk", "approver"});
  const Report told = check_as("supervisor");
  ASSERT_EQ(told.verdict, ledger::Verdict::violated);
  EXPECT_EQ(told.finding->code, "pool.key");
  EXPECT_EQ(told.position, at);
  EXPECT_EQ(check(false).verdict, ledger::Verdict::verified);
}

TEST_F(RestrictedPool, AnErasedClassLeavesThePoolUnopened) {
  steps.whole();
  CityLog log(city);
  projections::VerifyOptions options;
  options.threads = 1;
  auto openings = steps.openings();
  openings.pop_back();
  options.open_pool = projections::pool_opener_of(openings, &city.key("supervisor"));
  const Report told = projections::verify_log(log, options);
  EXPECT_EQ(told.verdict, ledger::Verdict::verified);
  EXPECT_EQ(told.not_opened.size(), 1U);
}

TEST_F(RestrictedPool, TheStateIsTheSameFromASnapshotAndDigestsDiffer) {
  steps.announce();
  const auto before = projections::digest(city.state());
  steps.attest();
  EXPECT_NE(projections::digest(city.state()), before);
}

// ---- files ----

TEST_F(RestrictedPool, AProofFileHoldsCommitmentsAndVerifies) {
  steps.whole();
  CityProofs proofs(city);
  EXPECT_EQ(projections::build_proof_file(city.state(), steps.draw(), proofs).error().code,
            "pool.unopened");
  const auto text =
      projections::build_proof_file(city.state(), steps.draw(), proofs, steps.opener()).value();
  EXPECT_TRUE(text.starts_with("liuhen/draw-proof/v2\n"));
  const auto told = projections::verify_proof_file(text, nullptr, city.now);
  ASSERT_EQ(told.verdict, ledger::Verdict::verified) << told.finding->en;
  EXPECT_EQ(told.subjects, 40U);
  EXPECT_EQ(told.eligible, 40U);
  EXPECT_EQ(told.visits, steps.visits().visits.size());

  auto file = projections::parse_proof(text).value();
  std::swap((*file.committed)[0].commitment, (*file.committed)[1].commitment);
  EXPECT_EQ(projections::verify_proof_file(projections::format_proof(file), nullptr, city.now)
                .finding->code,
            "proof.rows");
  file = projections::parse_proof(text).value();
  std::swap((*file.committed)[0], (*file.committed)[1]);
  EXPECT_EQ(projections::verify_proof_file(projections::format_proof(file), nullptr, city.now)
                .finding->code,
            "draw.order");
  file.committed.reset();
  EXPECT_EQ(projections::verify_proof_file(projections::format_proof(file), nullptr, city.now)
                .finding->code,
            "proof.rows");
}

TEST_F(RestrictedPool, TheKeyAloneOpensTheRowsOfAProofFile) {
  steps.whole();
  CityProofs proofs(city);
  const auto text =
      projections::build_proof_file(city.state(), steps.draw(), proofs, steps.opener()).value();
  auto rows = *projections::parse_proof(text).value().committed;
  const auto& a = steps.draw().announcement;
  const auto key = projections::opened_pool_key(a, city.key("supervisor2")).value();
  const auto opened = projections::opened_by_key(rows, a.strata.size(), key).value();
  EXPECT_TRUE(std::ranges::equal(opened.pool.subject_root, a.subject_root));
  rows[5].commitment[0] ^= 1;
  EXPECT_EQ(projections::opened_by_key(rows, a.strata.size(), key).error().code, "row.opening");
  EXPECT_EQ(projections::opened_pool_key(a, city.key("clerk")).error().code, "seal.not_named");
}

TEST_F(RestrictedPool, AFirmIsShownItsOwnRowAndNoOther) {
  steps.whole();
  CityProofs proofs(city);
  const auto pool = projections::opened_pool_of(city.state(), steps.draw(), steps.opener()).value();
  std::size_t drawn = 0;
  for (std::uint64_t firm = 1; firm <= 40; ++firm) {
    const std::string id = City::code(firm);
    const auto text = projections::build_opened_row_file(steps.draw(), id, proofs, pool).value();
    EXPECT_TRUE(text.starts_with("liuhen/draw-row/v2\n"));
    const auto told = projections::verify_row_file(text, nullptr);
    ASSERT_EQ(told.verdict, ledger::Verdict::verified) << told.finding->en;
    EXPECT_EQ(told.row->stratum, RestrictedSteps::class_of(firm) == "D" ? 0U : 1U);
    EXPECT_EQ(told.drawn, std::ranges::any_of(steps.visits().visits, [&](const auto& visit) {
                return visit.subject == id;
              }));
    drawn += told.drawn ? 1 : 0;
    for (std::uint64_t other = 1; other <= 40; ++other)
      EXPECT_EQ(text.find(City::code(other)) != std::string::npos, other == firm);
    EXPECT_EQ(text.find(to_base64(pool.key.view())), std::string::npos);
  }
  EXPECT_EQ(drawn, steps.visits().visits.size());
  EXPECT_EQ(
      projections::build_row_file(city.state(), steps.draw(), City::code(1), proofs).error().code,
      "draw.restricted_row");
  EXPECT_EQ(
      projections::build_opened_row_file(steps.draw(), City::code(41), proofs, pool).error().code,
      "row.absent");
}

TEST_F(RestrictedPool, ARowThatWasChangedIsFound) {
  steps.whole();
  CityProofs proofs(city);
  const auto pool = projections::opened_pool_of(city.state(), steps.draw(), steps.opener()).value();
  const auto text =
      projections::build_opened_row_file(steps.draw(), City::code(9), proofs, pool).value();
  const auto told = [&](const std::function<void(projections::RowText&)>& change) {
    auto file = projections::parse_row_file(text).value();
    change(file);
    const auto verdict = projections::verify_row_file(projections::format_row_file(file), nullptr);
    return verdict.finding ? verdict.finding->code : "";
  };
  EXPECT_EQ(told([](auto& f) { f.opened->content.stratum ^= 1; }), "row.opening");
  EXPECT_EQ(told([](auto& f) { f.opened->content.blind[0] ^= 1; }), "row.opening");
  EXPECT_EQ(told([](auto& f) { f.opened->salt[0] ^= 1; }), "row.opening");
  EXPECT_EQ(told([](auto& f) { f.opened->row.commitment[0] ^= 1; }), "row.inclusion");
  EXPECT_EQ(told([](auto& f) { ++f.opened->index; }), "row.inclusion");
  EXPECT_EQ(told([](auto& f) { f.opened->cutoff->bytes[0] ^= 1; }), "row.cutoff");
  EXPECT_EQ(told([](auto& f) { f.opened->cutoff->bytes.clear(); }), "row.cutoff");
  EXPECT_EQ(told([](auto& f) { f.opened->cutoff.reset(); }), "row.cutoff");
  EXPECT_EQ(told([](auto& f) { f.subject = City::code(8); }), "row.neighbours");
  EXPECT_EQ(told([](auto& f) {
              f.rows = {{.index = 0, .row = {.id = City::code(9)}, .path = {}}};
              f.opened.reset();
            }),
            "draw.restricted");
  EXPECT_EQ(told([](auto&) {}), "");
}

TEST_F(RestrictedPool, OpeningsAreAFile) {
  const auto openings = steps.openings();
  const std::string text = projections::format_pool_openings(openings);
  EXPECT_EQ(projections::parse_pool_openings(text).value().size(), openings.size());
  EXPECT_EQ(projections::parse_pool_openings("x" + text).error().code, "openings.format");
  EXPECT_EQ(projections::parse_pool_openings(text.substr(0, text.size() - 9)).error().code,
            "openings.format");
  auto changed = openings;
  changed[0].bytes.back() ^= 1;
  EXPECT_EQ(
      projections::parse_pool_openings(projections::format_pool_openings(changed)).error().code,
      "openings.mismatch");
}

TEST(RiskClass, IsTheLastOfSixItems) {
  const auto content = [](const std::vector<std::string>& items) {
    crypto::TupleWriter writer;
    for (const std::string& item : items) writer.item(item);
    return writer.take();
  };
  const auto told = [&](const std::vector<std::string>& items) {
    return projections::risk_class_of(content(items), "ID");
  };
  EXPECT_EQ(told({"ID", "", "", "p", "t", "D"}), "D");
  EXPECT_EQ(told({"ID", "", "", "p", "t", ""}), "-");
  EXPECT_EQ(told({"OTHER", "", "", "p", "t", "D"}), "-");
  EXPECT_EQ(told({"ID", "", "", "p", "D"}), "-");
  EXPECT_EQ(told({"ID", "", "", "p", "t", "D", "E"}), "-");
  auto cut = content({"ID", "", "", "p", "t", "DD"});
  cut.pop_back();
  EXPECT_EQ(projections::risk_class_of(cut, "ID"), "-");
}

}  // namespace
}  // namespace liuhen::tests
