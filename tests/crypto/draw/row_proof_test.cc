// One firm's row, and that there is none, over random pools.
#include "crypto/draw/row_proof.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace liuhen::crypto::draw {
namespace {

struct TestPool {
  std::vector<SubjectRow> rows;
  Hash root{};
};

std::string random_id(std::mt19937_64& random) {
  std::string id;
  for (std::uint64_t left = 1 + random() % 4; left > 0; --left)
    id.push_back("019AZ-."[random() % 7]);
  return id;
}

TestPool random_pool(std::size_t size, std::mt19937_64& random) {
  std::set<std::string> ids;
  while (ids.size() < size) ids.insert(random_id(random));
  TestPool pool;
  SubjectPool tree;
  for (const std::string& id : ids) {
    pool.rows.push_back(
        {.id = id, .stratum = random() % 3, .weight = 1, .eligibility = random() % 4});
    EXPECT_TRUE(tree.add(pool.rows.back()));
  }
  pool.root = tree.root();
  return pool;
}

std::string code_of(const Result<std::optional<SubjectRow>>& checked) {
  return checked ? "" : checked.error().code;
}

TEST(RowProof, ShowsEveryRowAndTheAbsenceOfEveryOtherId) {
  std::mt19937_64 random(20'261'126);
  for (std::size_t size = 0; size <= 70; ++size) {
    const TestPool pool = random_pool(size, random);
    for (const SubjectRow& row : pool.rows) {
      const auto proof = prove_row(pool.rows, row.id).value();
      ASSERT_EQ(proof.size(), 1U);
      const auto shown = check_row(row.id, proof, size, pool.root).value();
      ASSERT_TRUE(shown);
      EXPECT_EQ(encode(*shown), encode(row));
    }
    for (int tries = 0; tries < 60; ++tries) {
      const std::string id = random_id(random);
      const auto found = std::ranges::find(pool.rows, id, &SubjectRow::id);
      if (found != pool.rows.end()) continue;
      const auto proof = prove_row(pool.rows, id).value();
      EXPECT_LE(proof.size(), 2U);
      const auto checked = check_row(id, proof, size, pool.root);
      ASSERT_TRUE(checked) << checked.error().en;
      EXPECT_FALSE(*checked);
    }
  }
}

TEST(RowProof, NothingElseShowsAbsence) {
  std::mt19937_64 random(7);
  const TestPool pool = random_pool(20, random);
  const auto at = [&](std::size_t index) {
    return prove_row(pool.rows, pool.rows[index].id).value().front();
  };
  const auto code = [&](std::size_t subject, std::vector<ProvenRow> proof) {
    return code_of(check_row(pool.rows[subject].id, proof, 20, pool.root));
  };
  EXPECT_EQ(code(5, {at(4), at(6)}), "row.neighbours");  // not neighbours: row 5 is between
  EXPECT_EQ(code(5, {at(6), at(7)}), "row.neighbours");
  EXPECT_EQ(code(5, {at(3), at(4)}), "row.neighbours");
  EXPECT_EQ(code(5, {at(6), at(4)}), "row.neighbours");
  EXPECT_EQ(code(5, {at(4)}), "row.neighbours");
  EXPECT_EQ(code(5, {at(0)}), "row.neighbours");   // the first, and above it
  EXPECT_EQ(code(5, {at(19)}), "row.neighbours");  // the last, and below it
  EXPECT_EQ(code(5, {}), "row.neighbours");
  EXPECT_EQ(code(5, {at(4), at(5), at(6)}), "row.neighbours");
  EXPECT_EQ(code(5, {at(5), at(5)}), "row.neighbours");
  EXPECT_EQ(code(5, {at(5)}), "");
}

TEST(RowProof, RefusesWhateverWasChanged) {
  std::mt19937_64 random(8);
  const TestPool pool = random_pool(20, random);
  const std::string& id = pool.rows[9].id;
  const auto good = prove_row(pool.rows, id).value();
  const auto code = [&](auto change, std::uint64_t size = 20) {
    auto proof = good;
    change(proof.front());
    return code_of(check_row(id, proof, size, pool.root));
  };
  EXPECT_EQ(code([](ProvenRow& it) { it.row.eligibility ^= 1; }), "row.inclusion");
  EXPECT_EQ(code([](ProvenRow& it) { ++it.row.stratum; }), "row.inclusion");
  EXPECT_EQ(code([](ProvenRow& it) { ++it.index; }), "row.inclusion");
  EXPECT_EQ(code([](ProvenRow& it) { it.path[2][0] ^= 1; }), "row.inclusion");
  EXPECT_EQ(code([](ProvenRow& it) { it.path.pop_back(); }), "row.inclusion");
  EXPECT_EQ(code([](ProvenRow&) {}, 40), "row.inclusion");
  EXPECT_EQ(code([](ProvenRow& it) { it.row.weight = 2; }), "draw.weights");
  EXPECT_EQ(code([](ProvenRow& it) { it.row.id = "a"; }), "draw.id");
  EXPECT_EQ(code_of(check_row("", good, 20, pool.root)), "draw.id");
  EXPECT_EQ(code_of(check_row(id, good, 20, Hash{})), "row.inclusion");
}

}  // namespace
}  // namespace liuhen::crypto::draw
