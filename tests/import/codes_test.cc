#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "api/import/csv_reader.h"
#include "api/import/divisions.h"
#include "api/import/industries.h"
#include "api/import/resident_id.h"
#include "api/import/uscc.h"
#include "tests/import/scratch.h"

namespace liuhen::api {
namespace {

TEST(Uscc, KnownVectors) {
  EXPECT_EQ(check_uscc("91350100M000100Y43").fault, UsccFault::none);
  EXPECT_TRUE(check_uscc("91350100M000100Y43").body_right);
  const UsccVerdict wrong = check_uscc("91350100M000100Y4Z");
  EXPECT_EQ(wrong.fault, UsccFault::alphabet);
  EXPECT_EQ(wrong.position, 18u);
  EXPECT_EQ(uscc_check_character("91350100M000100Y4"), '3');
}

TEST(Uscc, EveryOtherCheckCharacterIsRefusedAndTheRightOneNamed) {
  for (const char c : std::string("0124567890ABCDEFGHJKLMNPQRTUWXY")) {
    if (c == '3') continue;
    const UsccVerdict verdict = check_uscc(std::string("91350100M000100Y4") + c);
    EXPECT_EQ(verdict.fault, UsccFault::check) << c;
    EXPECT_EQ(verdict.expected, '3');
  }
}

TEST(Uscc, FaultsAreTold) {
  EXPECT_EQ(check_uscc("").fault, UsccFault::length);
  EXPECT_EQ(check_uscc("91350100M000100Y4").fault, UsccFault::length);
  EXPECT_EQ(check_uscc("91350100m000100Y43").fault, UsccFault::alphabet);
  EXPECT_EQ(check_uscc("9135A100M000100Y43").fault, UsccFault::division);
  EXPECT_FALSE(check_uscc("9X350100M000100Y43").category_known);
  EXPECT_EQ(uscc_category("93"), "农民专业合作社");
}

TEST(Uscc, RealCodesPass) {
  std::ifstream file(shared_data() + "/uscc_seen_online.txt");
  if (!file)
    GTEST_SKIP() << "no uscc_seen_online.txt under " << shared_data() << " (set LIUHEN_DATA)";
  std::string code;
  int count = 0;
  while (file >> code) {
    const UsccVerdict verdict = check_uscc(code);
    EXPECT_EQ(verdict.fault, UsccFault::none) << code;
    EXPECT_TRUE(verdict.category_known) << code;
    ++count;
  }
  EXPECT_GE(count, 50);
}

TEST(Uscc, OldRegistrationNumber) {
  // From a second implementation of ISO 7064 MOD 11,10, one that gives 3 for the well-known 79462.
  EXPECT_EQ(registration_check_digit("11010800000001"), '6');
  EXPECT_EQ(registration_check_digit("37020260012345"), '8');
  EXPECT_FALSE(registration_check_digit("1100000000000").has_value());
}

TEST(ResidentId, StandardExamples) {
  // The examples of GB 11643-1999.
  EXPECT_EQ(resident_id_likeness("11010519491231002X"), ResidentIdLikeness::valid);
  EXPECT_EQ(resident_id_likeness("440524188001010014"), ResidentIdLikeness::valid);
  EXPECT_EQ(resident_id_likeness("11010519491231002x"), ResidentIdLikeness::valid);
  EXPECT_EQ(resident_id_likeness("110105194912310021"), ResidentIdLikeness::looks_like);
  EXPECT_EQ(resident_id_likeness("110105194902300021"), ResidentIdLikeness::no);  // 30 February
  EXPECT_EQ(resident_id_likeness("990105194912310029"), ResidentIdLikeness::no);
  EXPECT_EQ(resident_id_likeness("110105491231002"), ResidentIdLikeness::looks_like);
  EXPECT_EQ(resident_id_likeness("91350100M000100Y43"), ResidentIdLikeness::no);
}

TEST(Industries, CountsAndForms) {
  EXPECT_EQ(industry_sections().size(), 20u);
  EXPECT_EQ(industry_divisions().size(), 97u);
  for (const char* text : {"F52", "52", "F5211", "5211", "F521", "零售业"}) {
    ASSERT_NE(find_industry(text), nullptr) << text;
    EXPECT_EQ(industry_code(*find_industry(text)), "F52") << text;
  }
  for (const char* text :
       {"", "F", "5", "G52", "F99", "00", "98", "52111", "f52", "F5 2", "零售"}) {
    EXPECT_EQ(find_industry(text), nullptr) << text;
  }
}

TEST(Industries, AreThoseOfTheStandard) {
  const std::string path = shared_data() + "/industries_gbt4754_2017.csv";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path << " (set LIUHEN_DATA)";
  std::size_t rows = 0;
  const auto done = read_csv(path, {}, {}, [&](const CsvRow& row) -> Outcome {
    if (row.line == 1) return ok();
    const IndustryDivision& division = industry_divisions()[rows++];
    EXPECT_EQ(std::string(1, division.section), row.fields[0]);
    EXPECT_EQ(division.code, row.fields[2]);
    EXPECT_EQ(division.name, row.fields[3]);
    return ok();
  });
  ASSERT_TRUE(done.has_value()) << done.error().en;
  EXPECT_EQ(rows, 97u);
}

TEST(Divisions, StandingFromAHistory) {
  const Scratch scratch;
  const auto table =
      Divisions::load(scratch.file("code,name,first_seen,last_seen\n370202,市南区,198012,"
                                   "201904\n370205,四方区,198012,201112\n"));
  ASSERT_TRUE(table.has_value()) << table.error().en;
  EXPECT_EQ(table->standing("370202"), Divisions::Standing::current);
  EXPECT_EQ(table->standing("370205"), Divisions::Standing::retired);
  EXPECT_EQ(table->standing("370299"), Divisions::Standing::unknown);
  EXPECT_EQ(table->name("370205"), "四方区");
}

TEST(Divisions, RefusesATableWithoutCodes) {
  const Scratch scratch;
  const auto table = Divisions::load(scratch.file("a,b\n1,2\n"));
  ASSERT_FALSE(table.has_value());
  EXPECT_EQ(table.error().code, "import.divisions");
}

// Every code a person may meet is explained, and no explanation outlives its code.
TEST(ImportCodes, AreAllInTheFormatPage) {
  const auto text_of_file = [](const std::filesystem::path& path) {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::filesystem::path source(LIUHEN_SOURCE_DIR);
  const std::string page = text_of_file(source / "docs/formats/import.md");
  std::string code_text;
  for (const auto& entry : std::filesystem::directory_iterator(source / "api/import")) {
    if (entry.path().extension() == ".cc") code_text += text_of_file(entry.path());
  }
  const std::string families =
      "(import|header|row|field|id|uscc|kind|status|division|industry|risk|qualification|sample)";
  const auto codes = [&](const std::string& text, const std::string& quote) {
    const std::regex pattern(quote + "(" + families + "\\.[a-z0-9_.]+)" + quote);
    std::set<std::string> found;
    for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at)
      found.insert((*at)[1]);
    return found;
  };
  const std::set<std::string> in_code = codes(code_text, "\"");
  EXPECT_GE(in_code.size(), 35u);
  EXPECT_EQ(in_code, codes(page, "`"));
}

}  // namespace
}  // namespace liuhen::api
