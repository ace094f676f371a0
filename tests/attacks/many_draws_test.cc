// An operator who is honest in most draws: those in which it was not are named, each once, and no
// other, though everybody has gone on in the log as if nothing were wrong.
#include <fstream>
#include <set>
#include <sstream>

#include "crypto/random.h"
#include "ledger/head_file.h"
#include "ledger/rocksdb_storage.h"
#include "ledger/sequencer.h"
#include "tests/attacks/dishonest_operator.h"
#include "tests/empty_admission.h"
#include "tests/ledger_sample.h"
#include "tests/projections/submission_of.h"

namespace liuhen::tests {
namespace {

namespace fs = std::filesystem;

struct Wrong {
  std::string draw, code;
  std::uint64_t position = 0;
  bool operator==(const Wrong&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Wrong& wrong) {
  return out << wrong.draw << " " << wrong.code << " at " << wrong.position;
}

std::vector<Wrong> wrong_draws_of(const Told& told) {
  std::vector<Wrong> out;
  for (const auto& row : told.report.at("wrong_draws").as_array()) {
    out.push_back({.draw = std::string(row.at("draw").as_string()),
                   .code = std::string(row.at("code").as_string()),
                   .position = row.at("position").to_number<std::uint64_t>()});
  }
  return out;
}

// One draw after the other, on the same item and scope, each with all that follows.
class ManyDraws : public Attack {
 protected:
  std::vector<Wrong> wrong;  // what has been done
  std::string previous;      // what an honest announcement has to name
  std::uint32_t attempts = 0;

  // Nobody is visited twice in a day, nor too often in a year: whom a rule keeps out follows from
  // all that was drawn and visited before, in draws that are set aside too.
  ManyDraws() {
    auto rule = City::rule("R1", 2);
    rule.rest_days = 1;
    rule.yearly_cap = kCap;
    city.must(std::move(rule), {"clerk", "approver"});
  }

  static constexpr std::uint32_t kCap = 9;
  static std::optional<projections::ConflictContent> closed(const Hash&) { return std::nullopt; }

  // How many subjects a reason keeps out of a draw announced now.
  std::uint64_t kept_out(projections::SubjectEligibility reason) {
    const auto pool = projections::pool_of(city.state(), CityDraw(city, attempts + 1).unpooled(),
                                           city.state().catalogue.rules.at("R1"))
                          .value();
    return static_cast<std::uint64_t>(std::ranges::count(
        pool.subjects, static_cast<std::uint64_t>(reason), &crypto::draw::SubjectRow::eligibility));
  }

  CityDraw next() {
    city.now += 5000;
    return CityDraw(city, ++attempts);
  }
  schema::DrawAnnouncedT announcement(CityDraw& one) {
    auto announced = one.announcement();
    announced.previous = previous;
    return announced;
  }
  void announce(CityDraw& one) { city.must(announcement(one), {"clerk", "approver"}); }
  // Visits whose seats are all taken and that have no result yet.
  void results(CityDraw& one) {
    for (std::uint64_t visit = 0; visit < one.draw().tasks.size(); ++visit) {
      const auto& task = one.draw().tasks[visit];
      if (task.result || !std::ranges::all_of(task.seats, [](const projections::Seat& seat) {
            return !seat.inspector.empty();
          }))
        continue;
      one.result(visit);
    }
  }
  void finish(CityDraw& one) {
    one.contribute();
    one.execute();
    results(one);
  }
  void honest() {
    CityDraw one = next();
    announce(one);
    finish(one);
  }
  void void_it(CityDraw& one, const City::Names& authors = {"approver", "supervisor"}) {
    schema::DrawVoidedT voided;
    voided.draw = one.stream();
    voided.reason = "结果不合意";
    city.must(std::move(voided), authors);
    previous = one.stream();
  }
  void note(const CityDraw& one, const std::string& code, std::uint64_t position) {
    wrong.push_back({.draw = one.stream(), .code = code, .position = position});
  }

  // ---- what is not honest, each with an ordinary continuation ----

  void wrong_cut_off() {
    CityDraw one = next();
    announce(one);
    one.contribute();
    auto executed = one.execution(closed);
    executed.strata[0]->cutoff[31] ^= 1;
    note(one, "draw.selection", city.slip_in(std::move(executed), {"platform"}));
    city.must(one.disclosure(), {"platform"});
    results(one);
  }
  // The outcome does not please, is thrown away, and nothing is said of it.
  void re_roll() {
    CityDraw thrown_away = next();
    announce(thrown_away);
    finish(thrown_away);
    const std::string before = previous;
    void_it(thrown_away);
    CityDraw again = next();
    auto announced = announcement(again);
    announced.previous = before;
    note(again, "draw.previous", city.slip_in(std::move(announced), {"clerk", "approver"}));
    finish(again);
  }
  void skipped_substitute() {
    CityDraw one = next();
    announce(one);
    one.contribute();
    one.execute();
    auto substitute = one.recuse(0);
    ASSERT_NE(substitute.inspector, "");
    substitute.inspector.clear();
    note(one, "substitute.candidate", city.slip_in(std::move(substitute), {"platform"}));
    results(one);
  }
  void edited_pool() {
    CityDraw one = next();
    auto announced = announcement(one);
    announced.subject_root[5] ^= 1;
    note(one, "draw.pool_root", city.slip_in(std::move(announced), {"clerk", "approver"}));
    finish(one);
  }
  void two_at_once() {
    CityDraw one = next();
    announce(one);
    CityDraw other(city, ++attempts);
    note(other, "draw.overlap", city.slip_in(announcement(other), {"clerk", "approver"}));
    finish(one);
    finish(other);
  }
  void swapped_teams() {
    CityDraw one = next();
    announce(one);
    one.contribute();
    city.must(one.execution(closed), {"platform"});
    auto disclosed = one.disclosure();
    std::swap(disclosed.visits[0]->team[0], disclosed.visits[0]->team[1]);
    note(one, "draw.disclosed_visit", city.slip_in(std::move(disclosed), {"platform"}));
    results(one);
  }
  void closing_that_leaves_one_out() {
    CityDraw one = next();
    announce(one);
    for (const char* name : {"contributor1", "contributor2"}) one.commit(name);
    auto closed_early = one.commitments_closed();
    closed_early.committed.resize(32);
    note(one, "draw.commitments", city.slip_in(std::move(closed_early), {"platform"}));
    city.must(one.reveal_of("contributor1"), {"contributor1"});
    city.now = one.draw().announcement.reveal_deadline + 1;
    city.must(one.reveals_closed(), {"platform"});
    one.execute();
    results(one);
  }
  void dropped_reveal() {
    CityDraw one = next();
    announce(one);
    for (const char* name : {"contributor1", "contributor2"}) one.commit(name);
    city.must(one.commitments_closed(), {"platform"});
    for (const char* name : {"contributor1", "contributor2"})
      city.must(one.reveal_of(name), {name});
    auto dropped = one.reveals_closed();
    dropped.nonces[1]->nonce.clear();
    note(one, "draw.reveals", city.slip_in(std::move(dropped), {"platform"}));
    one.execute();
    results(one);
  }
  void voided_without_a_supervisor() {
    CityDraw one = next();
    announce(one);
    finish(one);
    schema::DrawVoidedT voided;
    voided.draw = one.stream();
    voided.reason = "结果不合意";
    note(one, "draw.void_supervisor", city.slip_in(std::move(voided), {"approver", "clerk"}));
    previous = one.stream();
  }
  void late_commitment() {
    CityDraw one = next();
    announce(one);
    one.commit("contributor1");
    auto late = one.commitment("contributor2");
    city.now = one.draw().announcement.commit_deadline + 1;
    note(one, "draw.late", city.slip_in(std::move(late), {"contributor2"}));
    city.must(one.commitments_closed(), {"platform"});
    for (const char* name : {"contributor1", "contributor2"})
      city.must(one.reveal_of(name), {name});
    city.must(one.reveals_closed(), {"platform"});
    one.execute();
    results(one);
  }
  // Nothing honest can follow: the attempt never ends.
  void suppressed() {
    CityDraw one = next();
    announce(one);
    one.contribute();
    note(one, "draw.escape", one.draw().position);
  }
};

class ManyDrawsOnDisk : public ManyDraws {
 protected:
  fs::path dir = fs::temp_directory_path() / ("liuhen-many-draws-" + std::to_string(getpid()));

  void SetUp() override {
    fs::remove_all(dir);
    fs::create_directories(dir);
  }
  void TearDown() override { fs::remove_all(dir); }

  // The city's log as the operator's service stores it, which asks nothing. Entries of one time are
  // one batch.
  void store() {
    auto storage =
        ledger::open_rocksdb((dir / "db").string(), {.mode = ledger::OpenMode::create}).value();
    ledger::DiskHeadFile head((dir / "head").string());
    crypto::SystemEntropy entropy;
    crypto::Secret<32> master(crypto::sha256(view_of("master")));
    ledger::RestrictedStore restricted(*storage, master, entropy);
    EmptyAdmission admission;
    StillClock clock;
    const crypto::SigningKey log_key(City::seed("log"));
    auto sequencer = ledger::Sequencer::open(*storage, head, restricted, admission, clock,
                                             {.origin = City::kOrigin, .log_key = &log_key})
                         .value();
    std::size_t done = 0;
    while (done < city.entries().size()) done = store_those_of_one_time(*sequencer, clock, done);
    sequencer->stop();
    ASSERT_EQ(sequencer->size(), city.size());
  }
  std::size_t store_those_of_one_time(ledger::Sequencer& sequencer, StillClock& clock,
                                      std::size_t first) {
    const std::uint64_t time = ledger::Event::parse(city.entries()[first]).value().time();
    clock.now = time;
    std::vector<ledger::Submission> batch;
    for (std::size_t i = first; i < city.entries().size(); ++i) {
      const auto event = ledger::Event::parse(city.entries()[i]).value();
      if (event.time() != time) break;
      batch.push_back(submission_of(event));
    }
    const std::size_t last = batch.size() - 1;
    for (std::size_t i = 0; i < last; ++i)
      sequencer.submit(std::move(batch[i]), [](const auto& answer) { LIUHEN_CHECK(answer); });
    LIUHEN_CHECK(sequencer.submit_and_wait(std::move(batch[last])));
    return first + batch.size();
  }

  std::string page() const {
    std::ifstream in(dir / "report.html", std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }
};

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++count;
  return count;
}

// Two hundred draws, three of them dishonest.
TEST_F(ManyDrawsOnDisk, ThreeOfTwoHundredAreNamed) {
  while (attempts < 37) honest();
  wrong_cut_off();
  while (attempts < 100) honest();
  re_roll();
  while (attempts < 160) honest();
  skipped_substitute();
  while (attempts < 200) honest();
  ASSERT_EQ(wrong.size(), 3U);
  EXPECT_GT(kept_out(projections::SubjectEligibility::visited_lately), 0U);
  EXPECT_GT(kept_out(projections::SubjectEligibility::yearly_cap), 0U);
  store();
  const Told told = run_liuhen_verify("dir " + dir.string() + " --at " + std::to_string(city.now) +
                                      " --report " + (dir / "report.html").string());
  EXPECT_EQ(told.exit_code, 1);
  EXPECT_EQ(wrong_draws_of(told), wrong);
  EXPECT_EQ(told.report.at("draws").as_array().size(), 200U);
  std::set<std::string> marked;
  for (const auto& draw : told.report.at("draws").as_array()) {
    if (draw.at("wrong").as_bool()) marked.emplace(draw.at("stream").as_string());
  }
  EXPECT_EQ(marked, (std::set<std::string>{wrong[0].draw, wrong[1].draw, wrong[2].draw}));
  const auto number = [&](const char* field) {
    return told.report.at(field).to_number<std::uint64_t>();
  };
  EXPECT_GT(number("not_judged"), 10U);
  EXPECT_EQ(number("replayed") + number("not_judged") + 3, number("size"));
  EXPECT_EQ(number("size"), city.size());
  EXPECT_TRUE(told.report.at("findings").is_array());

  const std::string html = page();
  EXPECT_EQ(count_of(html, "<tr class=\"wrong\">"), 6U) << "in the verdict and among the draws";
  EXPECT_EQ(count_of(html, " class=\"wrong\"><td data-name=\"条目\">"), 3U) << "their steps";
  for (const Wrong& one : wrong) {
    const std::string at = std::to_string(one.position);
    EXPECT_NE(html.find("<a href=\"#e" + at + "\">第 " + at + " 条</a>"), std::string::npos) << one;
    EXPECT_NE(html.find("<tr id=\"e" + at + "\" class=\"wrong\">"), std::string::npos) << one;
    EXPECT_NE(html.find("<code>" + one.code + "</code>"), std::string::npos) << one;
  }
  EXPECT_EQ(count_of(html, "<details class=\"draw\" id=\"draw-"), 200U);
  EXPECT_EQ(count_of(html, "\" open><summary>"), 3U) << "those that are wrong";
  if (const char* keep = std::getenv("LIUHEN_KEEP_REPORT"))
    fs::copy_file(dir / "report.html", keep, fs::copy_options::overwrite_existing);
}

class ManyKindsOfDraws : public ManyDraws {};

// Months of honest draws by a rule that keeps people out for a while, across a new year: nothing
// is named, and no screen finds anything.
TEST_F(ManyKindsOfDraws, NoneOfThemInAnHonestLogWithRestAndACap) {
  auto rule = City::rule("R1", 3);
  rule.rest_days = 30;
  rule.yearly_cap = 2;
  city.must(std::move(rule), {"clerk", "approver"});
  const City::Names more{"Z0009", "Z0010"};  // five for each seat: fewer is a finding
  for (const std::string& id : more) city.grant_key(id, {City::Role::inspector}, "MSA-1", id);
  city.import_inspectors(more, "MSA-1", "more");
  std::uint64_t rested = 0, capped = 0;
  while (attempts < 48) {
    city.now += 3 * 86'400;
    witness(city.now);  // a pool is a day old at most
    rested += kept_out(projections::SubjectEligibility::visited_lately);
    capped = std::max(capped, kept_out(projections::SubjectEligibility::yearly_cap));
    honest();
  }
  EXPECT_GT(rested, 0U);
  EXPECT_GT(capped, 0U);
  EXPECT_LT(kept_out(projections::SubjectEligibility::yearly_cap), capped) << "a new year";
  const Told told = verify();
  EXPECT_EQ(told.exit_code, 0) << told.report.at("finding");
  EXPECT_TRUE(wrong_draws_of(told).empty());
  EXPECT_TRUE(told.report.at("findings").is_array());
  for (const auto& screen : told.report.at("findings").as_array())
    EXPECT_TRUE(screen.at("findings").as_array().empty()) << screen;
}

// Every kind that can stand in the middle of a log, with an honest draw after each.
TEST_F(ManyKindsOfDraws, EachIsNamedAndNoneThatFollows) {
  honest();
  const std::function<void()> kinds[] = {[this] { wrong_cut_off(); },
                                         [this] { re_roll(); },
                                         [this] { skipped_substitute(); },
                                         [this] { edited_pool(); },
                                         [this] { two_at_once(); },
                                         [this] { swapped_teams(); },
                                         [this] { closing_that_leaves_one_out(); },
                                         [this] { dropped_reveal(); },
                                         [this] { voided_without_a_supervisor(); },
                                         [this] { late_commitment(); }};
  for (const auto& kind : kinds) {
    kind();
    honest();
  }
  suppressed();
  const Told told = verify(city.now + 10'000);
  EXPECT_EQ(told.exit_code, 1);
  EXPECT_EQ(wrong_draws_of(told), wrong);
  EXPECT_EQ(told.report.at("draws").as_array().size(), attempts);
  for (const auto& row : told.report.at("guarantees").as_array()) {
    const std::string id(row.at("id").as_string());
    EXPECT_EQ(row.at("broken").as_bool(),
              id == "G4" || id == "G5" || id == "G6" || id == "G7" || id == "G8")
        << id;
    EXPECT_EQ(row.at("checked").as_bool(), id == "G1" || id == "G2") << id;
    EXPECT_EQ(row.at("apart").as_bool(), id == "G3" || id == "G9" || id == "G10" || id == "G12")
        << id;
  }
}

// What is wrong with anything but a draw ends the replay; draws named until then stay named.
TEST_F(ManyKindsOfDraws, WhatAllDrawsRestOnEndsIt) {
  wrong_cut_off();
  honest();
  schema::RuleSetT rule = City::rule("R1", 7);
  const std::uint64_t position = write(std::move(rule), {"clerk", "approver"});
  const Told told = verify();
  EXPECT_EQ(finding_of(told, "catalogue.revision").at("position").to_number<std::uint64_t>(),
            position);
  EXPECT_EQ(wrong_draws_of(told), wrong);
  for (const auto& row : told.report.at("guarantees").as_array())
    EXPECT_FALSE(row.at("checked").as_bool()) << row;
}

// Entries that name what is not there, in draws that are and that are not: each is read to the end.
TEST_F(ManyKindsOfDraws, NothingWrittenKeepsTheOthersFromBeingJudged) {
  honest();
  CityDraw one = next();
  auto nowhere = announcement(one);
  nowhere.plan = "P9";
  auto of_no_beacon = announcement(one);
  of_no_beacon.beacon_chain.assign(32, 7);
  auto executed = CityDraw(city, 1).disclosure();
  executed.visits.push_back(std::make_unique<schema::VisitT>());
  executed.visits[0]->subject = "X";
  executed.visits[0]->ticket.assign(32, 0);
  schema::DrawVoidedT voided;
  voided.draw = "draw/P1/1";
  voided.reason = "x";
  schema::SubstituteDrawnT substitute;
  substitute.draw = "draw/P1/1";
  substitute.visit = 1'000'000;
  const std::uint64_t first = write(std::move(nowhere), {"clerk", "approver"});
  write(std::move(of_no_beacon), {"clerk", "approver"});
  write(std::move(executed), {"platform"});
  write(std::move(substitute), {"platform"});
  write(std::move(voided), {"clerk", "approver"});
  const Told told = verify(city.now);
  EXPECT_EQ(told.exit_code, 1);
  EXPECT_EQ(
      wrong_draws_of(told),
      (std::vector<Wrong>{{.draw = "draw/P9/2", .code = "draw.plan", .position = first},
                          {.draw = "draw/P1/2", .code = "beacon.unknown", .position = first + 1},
                          {.draw = "draw/P1/1", .code = "draw.phase", .position = first + 2}}));
}

}  // namespace
}  // namespace liuhen::tests
