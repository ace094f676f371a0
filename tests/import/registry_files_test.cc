#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>

#include "api/import/conflict_file.h"
#include "api/import/divisions.h"
#include "api/import/inspector_file.h"
#include "api/import/sample.h"
#include "api/import/subject_file.h"
#include "api/import/uscc.h"
#include "tests/import/scratch.h"

namespace liuhen::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string kHeader =
    "统一社会信用代码/注册号,名称,类型,行政区划,行业,住所,登记状态,负责人,联系电话,风险等级\n";
const std::string kGood =
    "91350100M000100Y43,青岛一号有限公司,企业,370202,F52,香港中路1号,存续,负责人1,0532-1,B\n";

// A row like kGood with other first fields.
std::string row(const std::string& id, const std::string& kind = "企业") {
  return id + ",名," + kind + ",370202,F52,香港中路1号,存续,负责人1,0532-1,B\n";
}

class Subjects : public testing::TestWithParam<Encoding> {
 protected:
  ImportReport check(const std::string& text, ImportOptions options = {}) {
    auto report = check_subjects(file(text), options);
    EXPECT_TRUE(report.has_value()) << (report ? "" : report.error().en);
    return report ? *report : ImportReport{};
  }
  std::string file(const std::string& text) {
    return scratch_.file(*encode_text(text, GetParam()));
  }
  // The one problem of a file in which a good row comes first.
  ImportProblem problem(const std::string& bad_row, const ImportOptions& options = {}) {
    const ImportReport report = check(kHeader + kGood + bad_row, options);
    EXPECT_EQ(report.problems.size(), 1u);
    if (report.problems.empty()) return {};
    EXPECT_EQ(report.problems[0].line, 3u);
    EXPECT_FALSE(report.problems[0].zh.empty());
    EXPECT_FALSE(report.problems[0].en.empty());
    EXPECT_EQ(report.bad, report.problems[0].severity == ImportSeverity::error ? 1u : 0u);
    return report.problems[0];
  }
  Scratch scratch_;
};

INSTANTIATE_TEST_SUITE_P(Encodings, Subjects, testing::Values(Encoding::utf8, Encoding::gb18030),
                         [](const auto& each) {
                           return std::string(each.param == Encoding::utf8 ? "utf8" : "gb18030");
                         });

TEST_P(Subjects, AGoodRow) {
  std::vector<SubjectRecord> records;
  const auto report = read_subjects(file(kHeader + kGood), {}, [&](const SubjectRecord& record) {
    records.push_back(record);
    return ok();
  });
  ASSERT_TRUE(report.has_value()) << report.error().en;
  EXPECT_EQ(report->good, 1u);
  EXPECT_EQ(report->source.format.encoding, GetParam());
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].id, "91350100M000100Y43");
  EXPECT_EQ(records[0].name, "青岛一号有限公司");
  EXPECT_EQ(records[0].kind, SubjectKind::firm);
  EXPECT_EQ(records[0].division, "370202");
  EXPECT_EQ(records[0].industry, "F52");
  EXPECT_EQ(records[0].address, "香港中路1号");
  EXPECT_EQ(records[0].status, SubjectStatus::active);
  EXPECT_EQ(records[0].contact_person, "负责人1");
  EXPECT_EQ(records[0].contact_phone, "0532-1");
  EXPECT_EQ(records[0].risk_class, "B");
  EXPECT_EQ(records[0].line, 2u);
}

TEST_P(Subjects, HeadersInOtherWordsAndOrder) {
  const ImportReport report = check(
      "企业名称,登记状态,主体类型,行业代码,区划代码,统一社会信用代码,备用\n"
      "甲,在营（开业）企业,农民专业合作社,A0111,370283,93370283LH0000017X,\n");
  ASSERT_EQ(report.problems.size(), 2u);  // the spare column, and this made-up code
  EXPECT_EQ(report.problems[0].code, "header.ignored");
  EXPECT_EQ(report.problems[0].column, "备用");
  EXPECT_EQ(check("ID,Name,Kind,Division,Industry,Status\nREG-1,x,other,370202,H62,active\n").good,
            1u);
}

TEST_P(Subjects, AWrongCheckCharacterIsNamedWithTheRightOne) {
  const ImportProblem wrong = problem(row("91350100M000100Y44"));
  EXPECT_EQ(wrong.code, "uscc.check");
  EXPECT_EQ(wrong.column, "统一社会信用代码/注册号");
  EXPECT_THAT(wrong.en, HasSubstr("should be 3, it is 4"));
  EXPECT_THAT(wrong.zh, HasSubstr("应为 3，实为 4"));
}

TEST_P(Subjects, ADuplicateNamesTheFirstLine) {
  const ImportProblem twice = problem(kGood);
  EXPECT_EQ(twice.code, "id.duplicate");
  EXPECT_THAT(twice.en, HasSubstr("line 2"));
}

TEST_P(Subjects, WrongIds) {
  EXPECT_EQ(problem(row("")).code, "field.missing");
  EXPECT_EQ(problem(row("９1350100M000100Y43")).code, "id.full_width");
  EXPECT_EQ(problem(row("91350100m000100y43")).code, "id.lower_case");
  EXPECT_EQ(problem(row("9.1350E+17")).code, "id.scientific");
  EXPECT_EQ(problem(row("91350100M000100_43")).code, "id.form");
  EXPECT_EQ(problem(row("913501")).code, "uscc.length");
  EXPECT_EQ(problem(row("91350100M000100Y4Z")).code, "uscc.alphabet");
  EXPECT_EQ(problem(row("110108000000016")).code, "id.legacy");
  EXPECT_EQ(problem(row("REG-00000000000000000001", "自然人")).code, "id.form");  // 24 bytes
}

TEST_P(Subjects, CodesThatIdentifyPersonsAreRefusedAndNotRepeated) {
  for (const char* kind : {"自然人", "个体工商户", "企业"}) {
    const ImportProblem resident = problem(row("11010519491231002X", kind));
    EXPECT_EQ(resident.code, "id.resident");
    EXPECT_THAT(resident.en + resident.zh, Not(HasSubstr("110105")));
    std::string trader = "92370202LH000001";
    trader += *organisation_check_character("LH000001");
    trader += *uscc_check_character(trader);
    const ImportProblem code = problem(row(trader, kind));
    EXPECT_EQ(code.code, "id.sole_trader_code");
    EXPECT_THAT(code.en + code.zh, Not(HasSubstr("LH0000")));
  }
  EXPECT_EQ(problem(row("110105194912310021", "自然人")).code, "id.resident");
  EXPECT_EQ(problem(row("91310112087994932F", "个体工商户")).code, "id.kind");
  EXPECT_EQ(check(kHeader + row("GT370202-00000001", "个体工商户")).problems.size(), 0u);
}

TEST_P(Subjects, WrongFields) {
  const auto bad = [&](const char* rest) {
    return problem(std::string("91310112087994932F,") + rest);
  };
  EXPECT_EQ(bad(",企业,370202,F52,,存续,,,\n").code, "field.missing");
  EXPECT_EQ(bad("名,妖怪,370202,F52,,存续,,,\n").code, "kind.unknown");
  EXPECT_EQ(bad("名,企业,370202,F52,,蒸发,,,\n").code, "status.unknown");
  EXPECT_EQ(bad("名,企业,3702,F52,,存续,,,\n").code, "division.form");
  EXPECT_EQ(bad("名,企业,370202,G52,,存续,,,\n").code, "industry.unknown");
  EXPECT_EQ(bad("名,企业,370202,F52,,存续,,,Z\n").code, "risk.unknown");
  EXPECT_EQ(bad("\"名\n字\",企业,370202,F52,,存续,,,\n").code, "field.control");
  EXPECT_EQ(bad("名,企业,370202,F52\n").code, "row.columns");
  EXPECT_EQ(bad("名,企业,370202,F52,,存续,,,,x\n").code, "row.columns");
  EXPECT_EQ(bad("名,企业,3702").code, "row.cut_short");
  const std::string name(kNameBytesMax + 1, 'x');
  EXPECT_EQ(bad((name + ",企业,370202,F52,,存续,,,\n").c_str()).code, "field.long");
  EXPECT_EQ(bad("名,农民专业合作社,370202,F52,,存续,,,\n").code, "uscc.kind");
  EXPECT_THAT(bad("名,11010519491231002X,370202,F52,,存续,,,\n").zh, Not(HasSubstr("110105")));
}

TEST_P(Subjects, ALastRowWithoutALineEndMayBeCutShortAndIsBad) {
  const std::string last = "GT370203-00000002,示例甲个体工商户,个体工商户,370203,H62,,存续,,,";
  const ImportProblem cut = problem(last);
  EXPECT_EQ(cut.code, "row.cut_short");
  EXPECT_EQ(cut.severity, ImportSeverity::error);
  EXPECT_THAT(cut.en, HasSubstr("does not end with a line end"));
  EXPECT_THAT(cut.zh, HasSubstr("补一个换行"));
  for (const char* end : {"\n", "\r\n", "\r"}) {
    EXPECT_EQ(check(kHeader + kGood + last + end).good, 2u);
  }
  // A name that lost its end is a name still: nothing but the missing line end tells.
  const std::string path =
      scratch_.file(*encode_text("类型,行政区划,行业,登记状态,统一社会信用代码,名称\n"
                                 "个体工商户,370203,H62,存续,GT370203-00000001,示例个体工商户\n"
                                 "个体工商户,370203,H62,存续,GT370203-00000002,示例甲",
                                 GetParam()));
  std::vector<std::uint64_t> lines;
  const auto take = [&](const SubjectRecord& record) {
    lines.push_back(record.line);
    return ok();
  };
  const auto refused = read_subjects(path, {}, take);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, "row.cut_short");
  EXPECT_THAT(refused.error().en, HasSubstr("line 3"));
  lines.clear();
  ASSERT_TRUE(read_subjects(path, {.accept_good = true}, take).has_value());
  EXPECT_THAT(lines, ElementsAre(2u));
}

TEST_P(Subjects, DivisionsAreWarnings) {
  const Scratch scratch;
  const auto table = Divisions::load(scratch.file(
      "code,name,last_seen\n370202,市南区,2\n350100,福州市,2\n310112,闵行区,2\n370205,四方区,1\n",
      "d.csv"));
  ASSERT_TRUE(table.has_value());
  const ImportOptions options{.divisions = &*table};
  EXPECT_EQ(problem("91310112087994932F,名,企业,370299,F52,,存续,,,\n", options).code,
            "division.unknown");
  const ImportProblem retired =
      problem("91310112087994932F,名,企业,370205,F52,,存续,,,\n", options);
  EXPECT_EQ(retired.code, "division.retired");
  EXPECT_EQ(retired.severity, ImportSeverity::warning);
  EXPECT_EQ(problem("91152201078382010M,名,企业,370202,F52,,存续,,,\n", options).code,
            "uscc.division");
}

TEST_P(Subjects, OneBadRowStopsUnlessTheGoodAreAccepted) {
  const std::string path =
      file(kHeader + kGood + row("91350100M000100Y44") + row("91310112087994932F"));
  std::vector<std::uint64_t> lines;
  const auto take = [&](const SubjectRecord& record) {
    lines.push_back(record.line);
    return ok();
  };
  const auto refused = read_subjects(path, {}, take);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, "uscc.check");
  EXPECT_THAT(refused.error().zh, HasSubstr("第 3 行"));
  lines.clear();
  const auto accepted = read_subjects(path, {.accept_good = true}, take);
  ASSERT_TRUE(accepted.has_value());
  EXPECT_THAT(lines, ElementsAre(2u, 4u));
  EXPECT_EQ(accepted->good, 2u);
  EXPECT_EQ(accepted->bad, 1u);
  EXPECT_FALSE(accepted->importable(false));
  EXPECT_TRUE(accepted->importable(true));
}

TEST_P(Subjects, TheReportKeepsSoManyAndCountsAll) {
  std::string text = kHeader + kGood;
  for (int i = 0; i < 10; ++i) text += row("x");
  const ImportReport report = check(text, {.max_problems = 3});
  EXPECT_EQ(report.problems.size(), 3u);
  EXPECT_EQ(report.errors, 10u);
  EXPECT_EQ(report.bad, 10u);
  EXPECT_EQ(report.rows, 11u);
}

TEST_P(Subjects, AFileThatChangedBetweenThePassesIsRefused) {
  const ImportReport report = check(kHeader + kGood);
  const std::string path = file(kHeader + kGood + row("91310112087994932F"));
  const auto done = read_subjects(path, {.expected_sha256 = report.source.sha256},
                                  [](const SubjectRecord&) { return ok(); });
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, "import.changed");
}

TEST_P(Subjects, HeadersThatCannotBeUsed) {
  const auto code = [&](const std::string& text) {
    return check_subjects(file(text), {}).error().code;
  };
  EXPECT_EQ(code(""), "import.empty");
  EXPECT_EQ(code("\n\n"), "import.empty");
  EXPECT_EQ(code(kGood), "import.header");
  EXPECT_EQ(code("名称,企业名称,id,类型,行政区划,行业,状态\n"), "import.header");
}

TEST(Inspectors, RowsAndProblems) {
  const Scratch scratch;
  const std::string path = scratch.file(
      "执法证号,姓名,单位,资质,状态,职务,电话,出生年月\n"
      "ZF-1,检查员0001,370202-SCJG,食品；市场监管、食品,在岗,,,\n"
      "11010519491231002X,检查员0002,370202-SCJG,,在岗,,,\n"
      "ZF-3,检查员0003,市南局,,在岗,,,\n"
      "ZF-4,检查员0004,370202-SCJG,,飞升,,,\n"
      "ZF-1,检查员0005,370202-SCJG,,退休,,,\n");
  std::vector<InspectorRecord> records;
  const auto report =
      read_inspectors(path, {.accept_good = true}, [&](const InspectorRecord& record) {
        records.push_back(record);
        return ok();
      });
  ASSERT_TRUE(report.has_value()) << report.error().en;
  std::vector<std::string> codes;
  for (const auto& problem : report->problems)
    codes.push_back(std::to_string(problem.line) + " " + problem.code);
  EXPECT_THAT(codes, ElementsAre("2 qualification.duplicate", "3 id.resident", "4 id.form",
                                 "5 status.unknown", "6 id.duplicate"));
  ASSERT_EQ(records.size(), 1u);
  EXPECT_THAT(records[0].qualifications, ElementsAre("市场监管", "食品"));
  EXPECT_EQ(records[0].unit, "370202-SCJG");
}

TEST(Conflicts, RowsAndProblems) {
  const Scratch scratch;
  const std::string path = scratch.file(
      "检查对象,执法证号,回避情形,说明\n91350100M000100Y43,ZF-1,近亲属,\n91350100M000100Y43,ZF-1,"
      "近亲属,再次\n"
      "91350100M000100Y43,ZF-1,持股,\n91350100M000100Y43,ZF-2,看不顺眼,\n91350100M000100Y43,,持股,"
      "\n");
  std::vector<ConflictRecord> records;
  const auto report =
      read_conflicts(path, {.accept_good = true}, [&](const ConflictRecord& record) {
        records.push_back(record);
        return ok();
      });
  ASSERT_TRUE(report.has_value()) << report.error().en;
  std::vector<std::string> codes;
  for (const auto& problem : report->problems)
    codes.push_back(std::to_string(problem.line) + " " + problem.code);
  EXPECT_THAT(codes, ElementsAre("3 id.duplicate", "5 kind.unknown", "6 field.missing"));
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].kind, ConflictKind::shareholding);
}

// Every kind that keeps an inspector from a firm, by each word for it.
TEST(Conflicts, EachKind) {
  const std::vector<std::pair<std::string, ConflictKind>> words{
      {"近亲属", ConflictKind::close_relative},
      {"亲属", ConflictKind::close_relative},
      {"close_relative", ConflictKind::close_relative},
      {"三年内任职", ConflictKind::former_post},
      {"曾任职", ConflictKind::former_post},
      {"Former_Post", ConflictKind::former_post},
      {"持股", ConflictKind::shareholding},
      {"shareholding", ConflictKind::shareholding},
      {"同住址", ConflictKind::same_address},
      {"same_address", ConflictKind::same_address},
      {"本人申报", ConflictKind::self_declared},
      {"self_declared", ConflictKind::self_declared},
      {"其他", ConflictKind::other},
      {"other", ConflictKind::other},
  };
  const Scratch scratch;
  std::string rows = "检查对象,执法证号,回避情形,说明\n";
  for (std::size_t i = 0; i < words.size(); ++i)
    rows += "91350100M000100Y43,ZF-" + std::to_string(i) + "," + words[i].first + ",\n";
  std::vector<ConflictKind> kinds;
  const auto report = read_conflicts(scratch.file(rows), {}, [&](const ConflictRecord& record) {
    kinds.push_back(record.kind);
    return ok();
  });
  ASSERT_TRUE(report.has_value()) << report.error().en;
  ASSERT_EQ(kinds.size(), words.size());
  for (std::size_t i = 0; i < words.size(); ++i)
    EXPECT_EQ(kinds[i], words[i].second) << words[i].first;
}

class Sample : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Names, Sample, testing::Bool(), testing::PrintToStringParamName());

TEST_P(Sample, FiftyThousandPassInEveryEncoding) {
  SampleOptions made;
  if (GetParam()) {
    made.data_dir = shared_data();
    if (!std::filesystem::exists(made.data_dir))
      GTEST_SKIP() << "no " << made.data_dir << " (set LIUHEN_DATA)";
  }
  made.encoding = GetParam() ? Encoding::gb18030 : Encoding::utf8;
  made.bom = !GetParam();
  const Scratch scratch;
  const auto files = write_sample(scratch.path(), made);
  ASSERT_TRUE(files.has_value()) << files.error().en;
  std::set<std::string> divisions, subjects, names, inspectors, units;
  std::size_t firms = 0;
  std::set<std::string> real;
  const auto report = read_subjects(files->subjects, {}, [&](const SubjectRecord& record) {
    divisions.insert(record.division);
    subjects.insert(record.id);
    names.insert(record.name);
    firms += record.kind == SubjectKind::firm ? 1 : 0;
    if (sample_bears_real_name(record.name)) {
      real.insert(record.id);
      EXPECT_EQ(record.status, SubjectStatus::active) << record.name;
      EXPECT_EQ(record.risk_class, "") << record.name;
      EXPECT_EQ(record.kind, SubjectKind::firm) << record.name;
    } else {
      EXPECT_THAT(record.name, testing::ContainsRegex("[0-9]{6}"));  // numbered
    }
    return ok();
  });
  ASSERT_TRUE(report.has_value()) << report.error().en;
  EXPECT_EQ(report->good, 50'000u);
  EXPECT_EQ(report->warnings, 0u) << sentence_en(report->problems[0]);
  EXPECT_EQ(report->source.format.encoding, made.encoding);
  EXPECT_EQ(divisions.size(), 10u);
  EXPECT_EQ(names.size(), 50'000u);
  EXPECT_NEAR(static_cast<double>(firms), 19'400, 600);
  EXPECT_NEAR(static_cast<double>(real.size()), GetParam() ? 13'500 : 0, GetParam() ? 600 : 0);
  const auto people = read_inspectors(files->inspectors, {}, [&](const InspectorRecord& record) {
    inspectors.insert(record.id);
    units.insert(record.unit);
    return ok();
  });
  ASSERT_TRUE(people.has_value()) << people.error().en;
  EXPECT_EQ(people->good, 330u);
  EXPECT_EQ(units.size(), 11u);
  const auto conflicts = read_conflicts(files->conflicts, {}, [&](const ConflictRecord& record) {
    EXPECT_TRUE(subjects.contains(record.subject));
    EXPECT_TRUE(inspectors.contains(record.inspector));
    EXPECT_FALSE(real.contains(record.subject)) << record.subject;
    return ok();
  });
  ASSERT_TRUE(conflicts.has_value()) << conflicts.error().en;
  EXPECT_EQ(conflicts->good, 48u);
}

TEST(SampleFiles, OnlyTheirOwnerCanReadThem) {
  const Scratch scratch;
  const mode_t before = ::umask(0);
  const auto files =
      write_sample(scratch.path(), {.subjects = 50, .inspectors = 20, .conflicts = 5});
  ::umask(before);
  ASSERT_TRUE(files.has_value());
  for (const std::string& path : {files->subjects, files->inspectors, files->conflicts}) {
    EXPECT_EQ(std::filesystem::status(path).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << path;
  }
}

TEST(SampleFiles, TheSameSeedGivesTheSameBytesAndNothingIsOverwritten) {
  const Scratch one, two, three;
  SampleOptions options{.seed = 7, .subjects = 500, .inspectors = 20, .conflicts = 5};
  const auto sha = [](const std::string& path) { return check_subjects(path, {})->source.sha256; };
  const auto a = write_sample(one.path(), options);
  const auto b = write_sample(two.path(), options);
  options.seed = 8;
  const auto c = write_sample(three.path(), options);
  ASSERT_TRUE(a && b && c);
  EXPECT_EQ(sha(a->subjects), sha(b->subjects));
  EXPECT_NE(sha(a->subjects), sha(c->subjects));
  EXPECT_EQ(write_sample(one.path(), options).error().code, "sample.write");
  EXPECT_EQ(write_sample(one.path() + "/absent", options).error().code, "sample.write");
  options.conflicts = 501;
  EXPECT_EQ(write_sample(one.path(), options).error().code, "sample.options");
}

}  // namespace
}  // namespace liuhen::api
