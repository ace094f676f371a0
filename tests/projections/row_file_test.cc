// The files of single rows: every subject of a pool and every absent id is shown for what it is,
// and nothing that was changed is.
#include "projections/row_file.h"

#include <gtest/gtest.h>

#include "projections/pool.h"
#include "projections/proof_text.h"
#include "tests/projections/beacon_town.h"
#include "tests/projections/cosignatures.h"
#include "tests/worked_example.h"

namespace liuhen::projections {
namespace {

using ledger::Verdict;
using tests::BeaconTown;
using tests::City;
using tests::CityDraw;
using tests::CityProofs;

constexpr const char* kAbsent = "91370200ABSENT";

Result<std::string> built(City& city, const Draw& draw, std::string_view id) {
  CityProofs proofs(city);
  return build_row_file(city.state(), draw, id, proofs);
}

std::string said(const RowVerdict& verdict) {
  return verdict.finding ? verdict.finding->code + ": " + verdict.finding->en : "";
}

Pool pool_of_draw(const City& city, const Draw& draw) {
  return pool_of(city.state(), draw.announcement, draw.rule_set).value();
}

// Two draws, the second of which finds visits open, and one firm closed.
struct Town {
  City city;
  CityDraw first{city}, second{city, 2};
  crypto::Policy policy;

  Town() {
    city.furnish();
    first.whole();
    second.whole();
    policy = crypto::Policy::of_log(CityProofs(city).log().note_key());
  }
  std::string file(const Draw& draw, std::string_view id) { return built(city, draw, id).value(); }
  RowVerdict verify(std::string_view text) const { return verify_row_file(text, &policy); }
};

TEST(RowFile, ShowsEachSubjectWhatTheDrawSaysOfIt) {
  Town town;
  for (const CityDraw* city_draw : {&town.first, &town.second}) {
    const Draw& draw = city_draw->draw();
    std::size_t drawn = 0, skipped = 0;
    for (const auto& row : pool_of_draw(town.city, draw).subjects) {
      const RowVerdict verdict = town.verify(town.file(draw, row.id));
      ASSERT_EQ(verdict.verdict, Verdict::verified) << row.id << " " << said(verdict);
      ASSERT_TRUE(verdict.row && verdict.index);
      EXPECT_EQ(crypto::draw::encode(*verdict.row), crypto::draw::encode(row));
      EXPECT_EQ(verdict.ticket.has_value(), row.eligibility == 0);
      const auto task = std::ranges::find(draw.tasks, row.id, &Task::subject);
      EXPECT_EQ(verdict.drawn, task != draw.tasks.end()) << row.id;
      if (verdict.drawn) EXPECT_EQ(*verdict.ticket, task->ticket);
      drawn += verdict.drawn;
      skipped += row.eligibility != 0;
    }
    EXPECT_EQ(drawn, draw.tasks.size());
    EXPECT_EQ(skipped, city_draw == &town.first ? 0U : town.first.draw().tasks.size());
  }
}

TEST(RowFile, ShowsThatAnIdIsNotInThePool) {
  Town town;
  const auto rows = pool_of_draw(town.city, town.first.draw()).subjects;
  std::vector<std::string> ids = {"0", "ZZZ", kAbsent};
  for (const auto& row : rows) ids.push_back(row.id + "-");
  for (const std::string& id : ids) {
    const std::string text = town.file(town.first.draw(), id);
    const RowVerdict verdict = town.verify(text);
    ASSERT_EQ(verdict.verdict, Verdict::verified) << id << " " << said(verdict);
    EXPECT_FALSE(verdict.row);
    EXPECT_LE(parse_row_file(text).value().rows.size(), 2U);
  }
}

TEST(RowFile, NamesNobodyElseOfThePool) {
  Town town;
  const auto rows = pool_of_draw(town.city, town.second.draw()).subjects;
  const RowText file = parse_row_file(town.file(town.second.draw(), rows[7].id)).value();
  ASSERT_EQ(file.rows.size(), 1U);
  std::string bytes;
  for (const ProofEntry& entry : file.entries) bytes.append(entry.bytes.begin(), entry.bytes.end());
  for (const auto& row : rows) EXPECT_EQ(bytes.find(row.id), std::string::npos) << row.id;
}

TEST(RowFile, BeforeTheExecutionThereIsNoTicket) {
  City city;
  city.furnish();
  CityDraw draw(city);
  draw.announce();
  const std::string id = pool_of_draw(city, draw.draw()).subjects.front().id;
  const RowVerdict verdict = verify_row_file(built(city, draw.draw(), id).value(), nullptr);
  ASSERT_EQ(verdict.verdict, Verdict::verified) << said(verdict);
  EXPECT_FALSE(verdict.keys_pinned);
  EXPECT_FALSE(verdict.executed);
  EXPECT_FALSE(verdict.ticket);
}

// The code by which a changed file is refused.
class Changed {
 public:
  explicit Changed(Town& town)
      : town_(town), rows_(pool_of_draw(town.city, town.first.draw()).subjects) {}

  template <class Change>
  std::string code(Change change, std::size_t subject = 3) {
    RowText file = parse_row_file(town_.file(town_.first.draw(), rows_[subject].id)).value();
    change(file);
    const RowVerdict verdict = town_.verify(format_row_file(file));
    return verdict.finding ? verdict.finding->code : "";
  }
  const std::string& id(std::size_t subject) const { return rows_[subject].id; }

 private:
  Town& town_;
  std::vector<crypto::draw::SubjectRow> rows_;
};

TEST(RowFile, RefusesWhateverWasChanged) {
  Town town;
  Changed changed(town);
  EXPECT_EQ(changed.code([](RowText&) {}), "");
  EXPECT_EQ(changed.code([&](RowText& file) { file.subject = changed.id(4); }), "row.neighbours");
  EXPECT_EQ(changed.code([](RowText& file) { file.subject = "a"; }), "draw.id");
  EXPECT_EQ(
      changed.code([&](RowText& file) { file.subject = file.rows[0].row.id = changed.id(4); }),
      "row.inclusion");
  EXPECT_EQ(changed.code([](RowText& file) { file.rows[0].row.eligibility = 1; }), "row.inclusion");
  EXPECT_EQ(changed.code([](RowText& file) { file.rows[0].path[1][5] ^= 1; }), "row.inclusion");
  EXPECT_EQ(changed.code([](RowText& file) { file.rows.clear(); }), "row.neighbours");
  EXPECT_EQ(changed.code([](RowText& file) { file.entries.pop_back(); }), "");  // an older file
  EXPECT_EQ(changed.code([](RowText& file) { file.entries.back().bytes.back() ^= 1; }),
            "proof.inclusion");
  EXPECT_EQ(changed.code([](RowText& file) { file.entries[1].inclusion[0][0] ^= 1; }),
            "proof.inclusion");
  EXPECT_EQ(changed.code([](RowText& file) { std::swap(file.entries[1], file.entries[2]); }),
            "row.entry");  // closed before it was announced
  EXPECT_EQ(changed.code([](RowText& file) {
    file.entries.insert(file.entries.begin() + 1, file.entries[1]);
  }),
            "proof.order");
  EXPECT_EQ(changed.code([](RowText& file) { file.entries.erase(file.entries.begin()); }),
            "proof.genesis");
  EXPECT_EQ(changed.code([](RowText& file) { file.entries.erase(file.entries.begin() + 1); }),
            "row.entry");
  EXPECT_EQ(changed.code([](RowText& file) { file.entries.resize(1); }), "proof.draw");
  EXPECT_EQ(changed.code([](RowText& file) { file.draw = "draw/P1/2"; }), "row.entry");
  EXPECT_EQ(changed.code([](RowText& file) { file.origin = "other.example"; }), "proof.origin");
  EXPECT_EQ(changed
                .code([](RowText& file) {
                  const auto at = file.checkpoint.rfind("AAAA");
                  file.checkpoint[at == std::string::npos ? file.checkpoint.size() - 6 : at] ^= 1;
                })
                .substr(0, 5),
            "note.");
}

TEST(RowFile, TheRowsOfAnotherDrawAreRefused) {
  Town town;
  const auto rows = pool_of_draw(town.city, town.first.draw()).subjects;
  const std::string& id = town.first.draw().tasks.front().subject;  // eligible only then
  RowText of_first = parse_row_file(town.file(town.first.draw(), id)).value();
  const RowText of_second = parse_row_file(town.file(town.second.draw(), id)).value();
  of_first.entries = of_second.entries;
  EXPECT_EQ(town.verify(format_row_file(of_first)).finding->code, "row.entry");
  of_first.draw = of_second.draw;
  EXPECT_EQ(town.verify(format_row_file(of_first)).finding->code, "row.inclusion");
}

TEST(RowFile, AnyOneCharacterChangedIsNoticed) {
  Town town;
  const std::string text =
      town.file(town.first.draw(), pool_of_draw(town.city, town.first.draw()).subjects[11].id);
  for (std::size_t at = 0; at < text.size(); at += 7) {
    std::string changed = text;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(town.verify(changed).verdict, Verdict::violated) << "byte " << at;
  }
}

// What an operator would write who does not ask admission.
template <class Payload>
std::string code_of_forged(BeaconTown& town, Payload payload) {
  const std::string id = pool_of_draw(town.city, town.draw.draw()).subjects[2].id;
  RowText file = parse_row_file(built(town.city, town.draw.draw(), id).value()).value();
  auto entries = town.city.entries();
  entries.push_back(tests::forged_entry(town.city, std::move(payload), {"platform"}));
  file.entries.push_back(
      {.position = entries.size() - 1, .bytes = entries.back(), .inclusion = {}});
  tests::CityLog log(town.city, std::move(entries));
  for (auto& entry : file.entries)
    entry.inclusion = log.tree().inclusion(entry.position, log.tree().size()).value();
  file.checkpoint = log.note();
  const RowVerdict verdict = verify_row_file(format_row_file(file), nullptr);
  return verdict.finding ? verdict.finding->code : "";
}

ledger::schema::DrawExecutedT recorded_execution(const BeaconTown& town) {
  BeaconTown other;
  other.execute();
  ledger::schema::DrawExecutedT executed =
      ledger::schema::DrawExecutedT(*other.draw.draw().outcome);
  executed.draw = town.draw.stream();
  return executed;
}

TEST(RowFile, TheSeedIsComputedFromWhatWasAnnouncedAndTheBeacon) {
  BeaconTown honest;
  honest.execute();
  const std::string id = honest.draw.draw().tasks.front().subject;
  const RowVerdict verdict =
      verify_row_file(built(honest.city, honest.draw.draw(), id).value(), nullptr);
  ASSERT_EQ(verdict.verdict, Verdict::verified) << said(verdict);
  EXPECT_TRUE(verdict.drawn);

  BeaconTown without;
  without.ready();
  EXPECT_EQ(code_of_forged(without, recorded_execution(without)), "draw.beacon_awaited");
  BeaconTown twisted;
  twisted.ready();
  twisted.city.must(twisted.recorded(), {"platform"});
  auto executed = recorded_execution(twisted);
  EXPECT_EQ(code_of_forged(twisted, ledger::schema::DrawExecutedT(executed)), "");
  executed.pi[70] ^= 1;
  EXPECT_EQ(code_of_forged(twisted, ledger::schema::DrawExecutedT(executed)), "draw.vrf");
  executed.pi[70] ^= 1;
  executed.strata[0]->cutoff.clear();
  EXPECT_EQ(code_of_forged(twisted, ledger::schema::DrawExecutedT(executed)), "draw.selection");
  executed.strata.clear();
  EXPECT_EQ(code_of_forged(twisted, std::move(executed)), "draw.selection");
  BeaconTown other_round;
  other_round.ready();
  auto beacon = tests::beacon_recorded(
      other_round.draw.draw(), other_round.beacon.sign(other_round.draw.draw().beacon->round - 1));
  EXPECT_EQ(code_of_forged(other_round, std::move(beacon)), "");  // nothing rests on it yet
}

TEST(RowFile, AQuorumIsAskedForLast) {
  Town town;
  const std::string& id = town.first.draw().tasks.front().subject;
  CityProofs proofs(town.city);
  const auto policy =
      crypto::Policy::parse(tests::policy_text(town.city, proofs.log(), "quorum two\n")).value();
  const RowVerdict verdict = verify_row_file(town.file(town.first.draw(), id), &policy);
  EXPECT_EQ(verdict.verdict, Verdict::inconclusive);
  EXPECT_EQ(verdict.finding->code, "policy.quorum");
}

std::string text_of(const Bytes& bytes) { return std::string(bytes.begin(), bytes.end()); }

TEST(RowFile, WorkedExample) {
  const auto pool = tests::worked_example("docs/formats/draw.md", "13. Worked example");
  const Hash root = exactly<32>(tests::example_bytes(pool, "subject_root")).value();
  const auto whole = tests::worked_example("docs/formats/draw-proof.md", "Worked example");
  const std::string note =
      parse_proof(text_of(tests::example_bytes(whole, "file"))).value().checkpoint;
  const auto example = tests::worked_example("docs/formats/draw-row.md", "Worked example");
  std::vector<crypto::draw::SubjectRow> rows;
  for (std::uint64_t n = 1; n <= 7; ++n) {
    rows.push_back({.id = "91370200MA3C00000" + std::to_string(n),
                    .stratum = n % 2,
                    .weight = 1,
                    .eligibility = n == 3 ? 2U : 0U});
  }
  for (const char* name : {"present", "absent"}) {
    RowText file{.origin = "liuhen.example/qingdao",
                 .draw = "draw/P1/1",
                 .subject = name == std::string_view("present") ? rows[2].id : rows[2].id + "A",
                 .entries = {},
                 .rows = {},
                 .checkpoint = note};
    file.rows = crypto::draw::prove_row(rows, file.subject).value();
    EXPECT_EQ(to_hex(view_of(format_row_file(file))),
              example.contains(name) ? example.at(name) : "")
        << name;
    if (!example.contains(name)) continue;
    const auto read = parse_row_file(text_of(tests::example_bytes(example, name)));
    ASSERT_TRUE(read) << read.error().en;
    const auto row = crypto::draw::check_row(read->subject, read->rows, rows.size(), root);
    ASSERT_TRUE(row) << row.error().en;
    EXPECT_EQ(row->has_value(), name == std::string_view("present"));
  }
}

}  // namespace
}  // namespace liuhen::projections
