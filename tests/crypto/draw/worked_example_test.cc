// The worked example of docs/formats/draw.md, from the announcement to a substitute.
#include "tests/worked_example.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "crypto/draw/outcome.h"
#include "crypto/draw/pps.h"
#include "crypto/draw/restricted_pool.h"
#include "crypto/draw/shortage.h"
#include "crypto/draw/substitute.h"
#include "crypto/draw/ticket.h"
#include "crypto/draw/visit_day.h"
#include "crypto/sealed_box.h"
#include "crypto/sha256.h"
#include "crypto/vrf.h"

namespace liuhen::crypto::draw {
namespace {

// What there is of randomness.
class FixedBytes final : public Entropy {
 public:
  explicit FixedBytes(const std::array<std::uint8_t, 32>& bytes) : bytes_(bytes) {}
  void fill(std::span<std::uint8_t> out) override {
    std::copy_n(bytes_.begin(), out.size(), out.begin());
  }

 private:
  std::array<std::uint8_t, 32> bytes_;
};

class DrawExample : public testing::Test {
 protected:
  std::string text(const std::string& name) const {
    EXPECT_TRUE(example.contains(name)) << name;
    return example.at(name);
  }
  template <std::size_t N>
  std::array<std::uint8_t, N> bytes(const std::string& name) const {
    return exactly<N>(tests::example_bytes(example, name)).value();
  }
  std::vector<std::string> words(const std::string& name) const {
    std::istringstream in(text(name));
    std::vector<std::string> out;
    for (std::string word; in >> word;) out.push_back(word == "~" ? "" : word);
    return out;
  }
  Seed seed() const { return bytes<64>("seed"); }

  std::vector<SubjectRow> subjects() const {
    std::vector<SubjectRow> rows;
    for (std::uint64_t n = 1; n <= 7; ++n) {
      rows.push_back({.id = "91370200MA3C00000" + std::to_string(n),
                      .stratum = n % 2,
                      .weight = 1,
                      .eligibility = n == 3 ? 2u : 0u});
    }
    return rows;
  }
  std::vector<InspectorRow> inspectors() const {
    return {{.id = "JC-0001",
             .unit = "370202",
             .qualifications = {"执法证"},
             .capacity = 2,
             .eligibility = 0},
            {.id = "JC-0002",
             .unit = "370202",
             .qualifications = {"执法证"},
             .capacity = 1,
             .eligibility = 0},
            {.id = "JC-0003",
             .unit = "370203",
             .qualifications = {"EXPERT", "执法证"},
             .capacity = 2,
             .eligibility = 0},
            {.id = "JC-0004",
             .unit = "370203",
             .qualifications = {"执法证"},
             .capacity = 1,
             .eligibility = 0},
            {.id = "ZJ-0001",
             .unit = "370203",
             .qualifications = {"EXPERT"},
             .capacity = 2,
             .eligibility = 0}};
  }
  std::vector<SeatGroup> groups() const {
    return {{.qualification = "执法证", .units = {"370202", "370203"}, .seats = 2, .unit_limit = 1},
            {.qualification = "EXPERT", .units = {"370203"}, .seats = 1, .unit_limit = 0}};
  }
  Selection selection() const {
    return select(seed(), Allocation{.strata = {{.num = 1, .den = 2}, {.num = 30, .den = 100}}},
                  subjects())
        .value();
  }
  std::vector<VisitRecord> visits() const {
    const Selection chosen = selection();
    std::vector<std::string> ids;
    for (const DrawnSubject& subject : chosen.drawn) ids.push_back(subject.id);
    const std::vector<Conflict> conflicts{{words("visit_0")[0], "JC-0004"}};
    const auto rows = inspectors();
    return visit_records(chosen, match(seed(), groups(), rows, ids, conflicts).value(), rows);
  }

  std::map<std::string, std::string> example =
      tests::worked_example("docs/formats/draw.md", "13. Worked example");
};

TEST_F(DrawExample, Seed) {
  const Hash announcement = bytes<32>("announcement");
  const Nonce nonce = bytes<32>("nonce_0");
  EXPECT_EQ(commitment(announcement, bytes<32>("contributor_0"), nonce), bytes<32>("commitment_0"));
  const View digits = view_of(example["digits"]);
  const std::vector<Bytes> contributions{
      Bytes(nonce.begin(), nonce.end()), {}, Bytes(digits.begin(), digits.end())};
  const Bytes input = alpha(announcement, contributions, {});
  EXPECT_EQ(to_hex(input), text("alpha"));
  const auto beta = vrf::verify(bytes<32>("vrf_key"), input, bytes<80>("pi"));
  ASSERT_TRUE(beta);
  EXPECT_EQ(to_hex(*beta), text("seed"));
}

// Of section 7.6.
TEST_F(DrawExample, Shortage) {
  std::vector<std::string> ids;
  for (const DrawnSubject& subject : selection().drawn) ids.push_back(subject.id);
  const std::vector<Conflict> conflicts{{words("visit_0")[0], "JC-0004"}};
  const auto rows = inspectors();
  const auto teams = groups();
  const Matching matching = match(seed(), teams, rows, ids, conflicts).value();
  const MatchedDraw draw{teams, rows, ids, conflicts};
  EXPECT_FALSE(shortage_of_group(draw, matching, 0));
  const auto shortage = shortage_of_group(draw, matching, 1);
  ASSERT_TRUE(shortage);
  ASSERT_EQ(shortage->inspectors.size(), 1u);
  EXPECT_EQ(rows[shortage->inspectors[0]].id, "ZJ-0001");
  EXPECT_EQ(shortage->needed, 3u);
  EXPECT_EQ(shortage->capacity, 2u);
  EXPECT_EQ(shortage->others, 0u);
  EXPECT_EQ(shortage->missing(), matching.vacancies);
}

TEST_F(DrawExample, Selection) {
  SubjectPool pool;
  for (const SubjectRow& row : subjects()) ASSERT_TRUE(pool.add(row));
  EXPECT_EQ(to_hex(encode(subjects()[0])), text("row_0"));
  EXPECT_EQ(to_hex(pool.root()), text("subject_root"));
  EXPECT_EQ(pool.eligible(), 6u);
  const Selection chosen = selection();
  std::map<std::uint64_t, std::string> drawn;
  for (const DrawnSubject& subject : chosen.drawn) {
    auto& ids = drawn[subject.stratum];
    ids += (ids.empty() ? "" : " ") + subject.id;
  }
  for (std::uint64_t s = 0; s < 2; ++s) {
    const std::string number = std::to_string(s);
    EXPECT_EQ(to_hex(stratum_key(seed(), s)), text("stratum_" + number + "_key"));
    EXPECT_EQ(
        std::to_string(chosen.strata[s].eligible) + " " + std::to_string(chosen.strata[s].drawn),
        text("stratum_" + number));
    EXPECT_EQ(drawn[s], text("drawn_" + number));
    ASSERT_TRUE(chosen.strata[s].cutoff);
    EXPECT_EQ(to_hex(*chosen.strata[s].cutoff), text("cutoff_" + number));
  }
  for (const SubjectRow& row : subjects()) {
    if (row.eligibility != 0) continue;
    EXPECT_EQ(to_hex(ticket(seed(), row.stratum, row.id)), text("ticket_" + row.id));
  }
}

TEST_F(DrawExample, CountsWithinBounds) {
  const auto numbers = [&](const char* name) {
    std::vector<std::uint64_t> out;
    for (const std::string& word : words(name)) out.push_back(std::stoull(word));
    return out;
  };
  const auto eligible = numbers("bounds_eligible"), minimum = numbers("bounds_minimum"),
             maximum = numbers("bounds_maximum");
  Allocation asked;
  for (std::size_t i = 0; i < eligible.size(); ++i)
    asked.strata.push_back({.num = 20, .den = 100, .minimum = minimum[i], .maximum = maximum[i]});
  EXPECT_EQ(drawn_counts(asked, eligible).value(), numbers("bounds_of_rate"));
  asked.total = 20;
  EXPECT_EQ(drawn_counts(asked, eligible).value(), numbers("bounds_of_total"));
}

TEST_F(DrawExample, DaysOfAFullInspection) {
  const std::uint64_t first = std::stoull(text("days_first")),
                      per_day = std::stoull(text("days_per_day"));
  const auto days = words("days");
  ASSERT_EQ(days.size(), 15U);
  for (std::uint64_t visit = 0; visit < days.size(); ++visit)
    EXPECT_EQ(std::to_string(visit_day(first, per_day, visit)), days[visit]) << visit;
  EXPECT_EQ(std::to_string(visit_day(first, per_day, 1000)), text("days_far"));
}

TEST_F(DrawExample, ByWeight) {
  const std::vector<std::uint64_t> weights{1, 4, 2, 40, 3, 1, 2};
  std::vector<SubjectRow> rows = subjects();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].stratum = 0;
    rows[i].weight = weights[i];
  }
  std::map<Hash, std::string> order;
  for (const SubjectRow& row : rows) {
    if (row.eligibility != 0) continue;
    order[ticket(seed(), 0, row.id)] = row.id.substr(17) + ":" + std::to_string(row.weight);
  }
  std::vector<std::string> ordered;
  for (const auto& [unused, row] : order) ordered.push_back(row);
  EXPECT_EQ(ordered, words("pps_order"));

  const auto chosen =
      select_weighted(seed(), Allocation{.strata = {{.num = 0, .den = 1, .fixed = 3}}}, rows)
          .value();
  const PpsStratum& how = chosen.strata[0];
  EXPECT_EQ((std::vector{std::to_string(how.rest_drawn), std::to_string(how.rest_weight)}),
            words("pps_rest"));
  EXPECT_EQ(std::to_string(how.start), text("pps_start"));
  EXPECT_EQ(how.certain, 1u);
  EXPECT_TRUE(how.is_certain(40));
  EXPECT_FALSE(how.is_certain(4));
  EXPECT_EQ(to_hex(sha256(TupleWriter().item("liuhen/pps/v1").item(seed()).u64(0).take())),
            text("pps_hash"));
  std::vector<std::string> drawn;
  for (const DrawnSubject& subject : chosen.selection.drawn) drawn.push_back(subject.id);
  EXPECT_EQ(drawn, words("pps_drawn"));
}

TEST_F(DrawExample, Matching) {
  InspectorPool pool;
  for (const InspectorRow& row : inspectors()) ASSERT_TRUE(pool.add(row));
  EXPECT_EQ(to_hex(encode(inspectors()[2])), text("inspector_2"));
  EXPECT_EQ(to_hex(pool.root()), text("inspector_root"));
  EXPECT_EQ(to_hex(conflicts_root(std::vector<Hash>{bytes<32>("conflict_0")})),
            text("conflict_root"));

  const auto records = visits();
  ASSERT_EQ(records.size(), 3u);
  for (std::size_t v = 0; v < records.size(); ++v) {
    auto expected = words("visit_" + std::to_string(v));
    EXPECT_EQ(records[v].subject, expected[0]);
    EXPECT_EQ(records[v].team, std::vector<std::string>(expected.begin() + 1, expected.end()));
    EXPECT_EQ(to_hex(visit_order(seed(), expected[0])),
              text("visit_" + std::to_string(v) + "_hash"));
  }
  EXPECT_EQ(to_hex(pair_key(seed(), records[0].subject)), text("pair_key_0"));
  const TicketHasher order(bytes<32>("pair_key_0"));
  const auto ordered = words("order_0");
  for (std::size_t i = 1; i < ordered.size(); ++i)
    EXPECT_LT(order.of(ordered[i - 1]), order.of(ordered[i]));
  EXPECT_EQ(to_hex(encode(records[0])), text("visit_row_0"));
  EXPECT_EQ(to_hex(visits_root(records)), text("visits_root"));
}

TEST_F(DrawExample, Substitute) {
  const auto records = visits();
  const VisitRecord& visit = records[0];
  const Hash second = substitute_seed(bytes<32>("announcement"), seed(), visit.subject, 0, 1, {});
  EXPECT_EQ(to_hex(second), text("substitute_seed"));
  std::vector<SubstituteCandidate> candidates;
  for (const InspectorRow& row : inspectors()) {
    SubstituteCandidate candidate{.row = row, .eligible = true, .conflict = row.id == "JC-0004"};
    candidate.row.capacity = 9;
    candidate.held_seat = std::count(visit.team.begin(), visit.team.end(), row.id) != 0;
    for (const VisitRecord& other : records) {
      candidate.load +=
          static_cast<std::uint64_t>(std::count(other.team.begin(), other.team.end(), row.id));
    }
    candidates.push_back(candidate);
  }
  const auto chosen =
      choose_substitute(second, visit.subject, groups(),
                        {.seat = 0, .other_units = {text("other_unit")}}, candidates);
  ASSERT_TRUE(chosen && *chosen);
  EXPECT_EQ(candidates[**chosen].row.id, text("substitute"));
}

// By the seats that stand at the decision, and by those that a later one would leave.
TEST_F(DrawExample, SubstituteAtTheDecision) {
  const auto records = visits();
  const Hash second = bytes<32>("substitute_seed");
  const auto chosen = [&](const std::vector<std::string>& gone) {
    std::vector<SubstituteCandidate> candidates;
    for (const InspectorRow& row : inspectors()) {
      SubstituteCandidate candidate{.row = row, .eligible = true, .conflict = row.id == "JC-0004"};
      const auto& team = records[0].team;
      candidate.held_seat = std::count(team.begin(), team.end(), row.id) != 0;
      for (const VisitRecord& visit : records)
        candidate.load +=
            static_cast<std::uint64_t>(std::count(visit.team.begin(), visit.team.end(), row.id));
      candidate.load -= static_cast<std::uint64_t>(std::count(gone.begin(), gone.end(), row.id));
      candidates.push_back(candidate);
    }
    const auto first =
        choose_substitute(second, records[0].subject, groups(),
                          {.seat = 0, .other_units = {text("other_unit")}}, candidates)
            .value();
    return first ? candidates[*first].row.id : std::string("~");
  };
  EXPECT_EQ(text("leaver"), records[0].team[0]);
  EXPECT_EQ(text("later_leaver"), records[1].team[1]);
  EXPECT_EQ(chosen({text("leaver")}), text("substitute_at_decision"));
  EXPECT_EQ(chosen({text("leaver"), text("later_leaver")}), text("substitute_by_later_loads"));
}

// Of section 11.
TEST_F(DrawExample, Sealed) {
  const auto pi = bytes<80>("pi");
  EXPECT_EQ(to_hex(sealed_hash(bytes<32>("announcement"), seed())), text("seed_hash"));
  for (const std::string n : {"0", "1"}) {
    const SigningKey supervisor{SigningSeed(bytes<32>("supervisor_" + n + "_seed"))};
    EXPECT_EQ(to_hex(supervisor.public_key()), text("supervisor_" + n));
    FixedBytes ephemeral(bytes<32>("ephemeral_" + n));
    const auto sealed = seal(supervisor.public_key(), pi, ephemeral);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(to_hex(*sealed), text("sealed_pi_" + n));
    const auto opened = open_sealed(supervisor, tests::example_bytes(example, "sealed_pi_" + n));
    ASSERT_TRUE(opened);
    EXPECT_EQ(to_hex(opened->view()), to_hex(pi));
    const auto other = tests::example_bytes(example, n == "0" ? "sealed_pi_1" : "sealed_pi_0");
    EXPECT_EQ(open_sealed(supervisor, other).error().code, "seal.open");
    for (const std::size_t at : {0u, 31u, 32u, 47u, 48u, 127u}) {
      Bytes changed = *sealed;
      changed[at] ^= 1;
      EXPECT_EQ(open_sealed(supervisor, changed).error().code, "seal.open") << at;
    }
  }
  FixedBytes ephemeral(bytes<32>("ephemeral_0"));
  EXPECT_EQ(seal(KeyId{}, pi, ephemeral).error().code, "seal.key");
  EXPECT_EQ(open_sealed(SigningKey{SigningSeed(bytes<32>("ephemeral_0"))}, View()).error().code,
            "seal.open");
}

// Of "Restricted pools".
TEST_F(DrawExample, Restricted) {
  const PoolKey key(bytes<32>("pool_key"));
  EXPECT_EQ(to_hex(pool_key_opening(key).commitment()), text("pool_key_hash"));
  FixedBytes ephemeral(bytes<32>("ephemeral_0"));
  const auto sealed = seal(bytes<32>("supervisor_0"), key.view(), ephemeral);
  EXPECT_EQ(to_hex(sealed.value()), text("pool_key_sealed_0"));

  const auto rows = subjects();
  std::vector<CommittedRow> committed;
  for (const SubjectRow& row : rows)
    committed.push_back({.id = row.id, .commitment = row_opening(key, row).commitment()});
  EXPECT_EQ(to_hex(blind_of(key, rows[1].id)), text("blind_of_2"));
  EXPECT_EQ(to_hex(row_opening(key, rows[1]).salt), text("salt_of_2"));
  EXPECT_EQ(to_hex(row_opening(key, rows[1]).bytes), text("content_of_2"));
  EXPECT_EQ(to_hex(committed[1].commitment), text("commitment_of_2"));
  EXPECT_EQ(to_hex(encode(committed[1])), text("restricted_row_1"));
  EXPECT_EQ(to_hex(committed_root(committed).value()), text("restricted_root"));

  Allocation allocation;
  allocation.strata = {{.num = 1, .den = 2}, {.num = 30, .den = 100}};
  const auto selection = select_restricted(seed(), allocation, key, rows).value();
  std::vector<std::vector<std::string>> drawn(2);
  for (const auto& subject : selection.drawn) {
    drawn[subject.stratum].push_back(subject.id);
    EXPECT_EQ(to_hex(ticket_opening(key, subject.id, subject.ticket).commitment()),
              text("ticket_commitment_" + subject.id.substr(subject.id.size() - 1)));
  }
  for (std::uint64_t s = 0; s < 2; ++s) {
    const std::string n = std::to_string(s);
    EXPECT_EQ(drawn[s], words("restricted_drawn_" + n));
    const auto& cutoff = selection.strata[s].cutoff;
    EXPECT_EQ(to_hex(*cutoff), text("restricted_cutoff_" + n));
    EXPECT_EQ(to_hex(cutoff_opening(key, s, cutoff).commitment()), text("cutoff_commitment_" + n));
  }

  const auto content = decode_row_content(row_opening(key, rows[1]).bytes).value();
  EXPECT_EQ(content.stratum, rows[1].stratum);
  EXPECT_EQ(to_hex(content.blind), text("blind_of_2"));
  EXPECT_EQ(decode_row_content(Bytes(76)).error().code, "row.content");
  EXPECT_EQ(decode_row_content(View()).error().code, "row.content");
  auto place = prove_committed_row(committed, rows[1].id).value().value();
  const Salt salt = row_opening(key, rows[1]).salt;
  const auto checked = [&](std::uint64_t size) {
    const auto outcome =
        check_committed_row(committed[1], place, content, salt, size, bytes<32>("restricted_root"));
    return outcome ? "" : outcome.error().code;
  };
  EXPECT_EQ(checked(7), "");
  EXPECT_EQ(checked(9), "row.inclusion");
  place.index = 2;
  EXPECT_EQ(checked(7), "row.inclusion");
  EXPECT_FALSE(prove_committed_row(committed, "91370200MA3C000002A").value());
  std::swap(committed[0], committed[1]);
  EXPECT_EQ(committed_root(committed).error().code, "draw.order");
}

}  // namespace
}  // namespace liuhen::crypto::draw
