#include "api/import/subject_file.h"

#include <array>

#include "api/import/divisions.h"
#include "api/import/industries.h"
#include "api/import/registry_table.h"
#include "api/import/resident_id.h"
#include "api/import/subject_words.h"
#include "api/import/uscc.h"

namespace liuhen::api {
namespace {

enum Column : std::size_t {
  kId,
  kName,
  kKind,
  kDivision,
  kIndustry,
  kAddress,
  kStatus,
  kPerson,
  kPhone,
  kRisk,
  kColumns
};

const std::array<ColumnSpec, kColumns> kSpecs = {{
    {true,
     "统一社会信用代码/注册号",
     "code or registry number",
     {"统一社会信用代码", "注册号", "统一社会信用代码/注册号", "统一社会信用代码(注册号)",
      "统一代码", "登记编号", "名录编号", "id", "uscc", "registry_number"}},
    {true,
     "名称",
     "name",
     {"名称", "企业名称", "单位名称", "市场主体名称", "主体名称", "字号名称", "name"}},
    {true, "类型", "kind", {"类型", "主体类型", "市场主体类型", "kind", "type"}},
    {true,
     "行政区划",
     "division",
     {"行政区划", "区划代码", "行政区划代码", "所属区划", "division"}},
    {true, "行业", "industry", {"行业", "行业代码", "行业大类", "国民经济行业", "industry"}},
    {false,
     "住所",
     "address",
     {"住所", "地址", "经营场所", "住所(经营场所)", "住所/经营场所", "address"}},
    {true, "登记状态", "status", {"状态", "登记状态", "经营状态", "status"}},
    {false,
     "负责人",
     "person in charge",
     {"法定代表人", "负责人", "法定代表人(负责人)", "法定代表人/负责人", "经营者", "联系人",
      "contact_person", "person"}},
    {false, "联系电话", "phone", {"联系电话", "电话", "联系方式", "contact_phone", "phone"}},
    {false,
     "风险等级",
     "risk class",
     {"风险等级", "信用风险等级", "信用风险分类", "risk_class", "risk"}},
}};

// Design section 4: nobody's identity number or personal code becomes a public id.
// `firm_code`: a right unified code under a kind that has one. By chance it may also read as an
// identity number.
bool identifies_person(RegistryRow& row, std::string_view id, bool firm_code) {
  const auto likeness = resident_id_likeness(id);
  const bool chance =
      firm_code && (id.front() == '9' || likeness == ResidentIdLikeness::looks_like);
  if (likeness != ResidentIdLikeness::no && !chance) {
    const bool plain = likeness == ResidentIdLikeness::valid;
    if (id.size() == 15 && registration_check_digit(id.substr(0, 14)) == id[14]) return false;
    row.error(kId, "id.resident",
              std::string(plain ? "这是" : "这像是") +
                  "居民身份证号码，公开的编号不得使用：请改填名录库自编的登记编号（1–23 "
                  "位大写字母、数字或连字符）；系统不会由身份证号推导编号",
              std::string(plain ? "this is" : "this looks like") +
                  " a resident identity number, which may not serve as a public id: give a "
                  "registry number of your own (1-23 upper-case letters, digits or hyphens); none "
                  "is derived from it");
    return true;
  }
  if (id.size() == 18 && id.starts_with("92") && check_uscc(id).fault != UsccFault::alphabet) {
    row.error(kId, "id.sole_trader_code",
              "92 "
              "开头的统一社会信用代码属于个体工商户，能识别到个人，公开的编号不得使用：请改填名录库"
              "自编的登记编号（1–23 位大写字母、数字或连字符）；系统不会由它推导编号",
              "a unified social credit code starting with 92 is a sole trader's and identifies a "
              "person, so it may not serve as a public id: give a registry number of your own "
              "(1-23 upper-case letters, digits or hyphens); none is derived from it");
    return true;
  }
  return false;
}

bool category_fits(SubjectKind kind, std::string_view id) {
  switch (kind) {
    case SubjectKind::firm:
    case SubjectKind::foreign_office:
      return id.starts_with("91");
    case SubjectKind::cooperative:
      return id.starts_with("93");
    case SubjectKind::institution:
      return id.starts_with("1");
    case SubjectKind::organisation:
      return !id.starts_with("9");
    default:
      return true;
  }
}

void warn_about_code(RegistryRow& row, const ImportOptions& options, const UsccVerdict& verdict,
                     SubjectKind kind, std::string_view id) {
  if (!verdict.body_right) {
    row.warning(kId, "uscc.body", "第 9–17 位不符合 GB 11714 的校验：请核对",
                "characters 9-17 do not satisfy GB 11714: check them");
  }
  if (!verdict.category_known) {
    row.warning(kId, "uscc.category", "第 1–2 位不是已知的登记管理部门和机构类别：请核对",
                "characters 1-2 are no known authority and category: check them");
  } else if (!category_fits(kind, id)) {
    const std::string category(uscc_category(id));
    row.warning(kId, "uscc.kind",
                "代码的机构类别是“" + category + "”，与所填类型“" + std::string(name_zh(kind)) +
                    "”不符：请核对",
                "the code's category is \"" + category + "\", which does not fit the kind \"" +
                    std::string(name_zh(kind)) + "\": check them");
  }
  const std::string_view division = id.substr(2, 6);
  if (options.divisions == nullptr || division == "100000") return;
  if (options.divisions->standing(division) != Divisions::Standing::current) {
    row.warning(
        kId, "uscc.division",
        "代码中的登记机关区划 " + std::string(division) + " 不在现行区划表中（可能是历史区划）",
        "the registering division " + std::string(division) +
            " inside the code is not in the current table (perhaps a historical one)");
  }
}

void judge_code(RegistryRow& row, const ImportOptions& options, SubjectKind kind,
                std::string_view id) {
  const UsccVerdict verdict = check_uscc(id);
  const std::string position = std::to_string(verdict.position);
  switch (verdict.fault) {
    case UsccFault::none:
      return warn_about_code(row, options, verdict, kind, id);
    case UsccFault::length:
      if (id.size() == 15 && registration_check_digit(id.substr(0, 14)) == id[14]) {
        return row.warning(kId, "id.legacy", "是 15 位旧注册号：如已换发统一社会信用代码，请改填",
                           "is an old 15-digit registration number: give the unified social credit "
                           "code if there is one");
      }
      return row.error(
          kId, "uscc.length",
          "统一社会信用代码应为 18 位，实为 " + std::to_string(id.size()) + " 位：请核对",
          "a unified social credit code has 18 characters, this has " + std::to_string(id.size()) +
              ": check it");
    case UsccFault::alphabet:
      return row.error(
          kId, "uscc.alphabet",
          "第 " + position + " 位不在统一社会信用代码的字符集中（没有 I、O、S、V、Z）：请核对",
          "character " + position +
              " is not one a unified social credit code can hold (there is no I, O, S, V, Z): "
              "check it");
    case UsccFault::division:
      return row.error(
          kId, "uscc.alphabet", "第 " + position + " 位应为数字（第 3–8 位是行政区划）：请核对",
          "character " + position + " should be a digit (3-8 are the division): check it");
    case UsccFault::check:
      return row.error(
          kId, "uscc.check",
          std::string("校验码不对：按前 17 位，第 18 位应为 ") + verdict.expected + "，实为 " +
              id[17] + "；请逐位核对，也可能错在前面",
          std::string("wrong check character: by the first 17, character 18 should be ") +
              verdict.expected + ", it is " + id[17] +
              "; compare all of them, the mistake may be earlier");
  }
}

void judge_id(RegistryRow& row, const ImportOptions& options, std::optional<SubjectKind> kind,
              std::string_view id) {
  const bool is_code = check_uscc(id).fault == UsccFault::none;
  if (identifies_person(row, id, is_code && kind && !is_person(*kind)) || !kind) return;
  if (is_person(*kind)) {
    if (!is_code) return;
    return row.error(kId, "id.kind",
                     "类型是“" + std::string(name_zh(*kind)) +
                         "”，编号却是单位的统一社会信用代码：请核对类型，或改填登记编号",
                     "the kind is \"" + std::string(name_zh(*kind)) +
                         "\" but the id is an organisation's unified social credit code: check the "
                         "kind, or give a registry number");
  }
  if (*kind == SubjectKind::other && id.size() != 18) return;  // any registry number
  judge_code(row, options, *kind, id);
}

std::optional<SubjectKind> parse_kind(RegistryRow& row) {
  const std::string word = row.checked(kKind, kNameBytesMax);
  if (word.empty()) return {};
  const auto kind = subject_kind(word);
  if (!kind) {
    row.error(kKind, "kind.unknown",
              "不认识的类型“" + shown(word) +
                  "”：请用 "
                  "企业、个体工商户、农民专业合作社、事业单位、社会组织、自然人、外国企业常驻代表机"
                  "构、其他",
              "unknown kind \"" + shown(word) +
                  "\": use one of firm, sole_trader, cooperative, institution, organisation, "
                  "natural_person, foreign_office, other");
  }
  return kind;
}

void parse_status(RegistryRow& row, SubjectRecord& record) {
  const std::string word = row.checked(kStatus, kNameBytesMax);
  if (word.empty()) return;
  if (const auto status = subject_status(word)) {
    record.status = *status;
    return;
  }
  row.error(kStatus, "status.unknown",
            "不认识的登记状态“" + shown(word) + "”：请用 存续、停业、吊销、注销、迁出",
            "unknown status \"" + shown(word) +
                "\": use one of active, suspended, revoked, cancelled, moved");
}

void parse_division(RegistryRow& row, const ImportOptions& options, SubjectRecord& record) {
  record.division = row.checked(kDivision, kNameBytesMax);
  const std::string& code = record.division;
  if (code.empty()) return;
  if (code.size() != 6 || code.find_first_not_of("0123456789") != std::string::npos) {
    return row.error(kDivision, "division.form",
                     "行政区划应为六位数字（GB/T 2260），实为“" + shown(code) + "”",
                     "a division is six digits (GB/T 2260), this is \"" + shown(code) + "\"");
  }
  if (options.divisions == nullptr) return;
  const auto standing = options.divisions->standing(code);
  if (standing == Divisions::Standing::unknown) {
    row.warning(kDivision, "division.unknown", "区划代码 " + code + " 不在区划表中：请核对",
                "division " + code + " is not in the table: check it");
  } else if (standing == Divisions::Standing::retired) {
    row.warning(
        kDivision, "division.retired",
        "区划代码 " + code + "（" + std::string(options.divisions->name(code)) + "）已停用：请核对",
        "division " + code + " (" + std::string(options.divisions->name(code)) +
            ") is retired: check it");
  }
}

void parse_industry(RegistryRow& row, SubjectRecord& record) {
  const std::string word = row.checked(kIndustry, kNameBytesMax);
  if (word.empty()) return;
  if (const IndustryDivision* division = find_industry(word)) {
    record.industry = industry_code(*division);
    return;
  }
  row.error(kIndustry, "industry.unknown",
            "“" + shown(word) + "”不是 GB/T 4754-2017 的行业大类：请用门类字母加两位大类，如 F52",
            "\"" + shown(word) +
                "\" is not an industry of GB/T 4754-2017: use the section's letter and two digits, "
                "such as F52");
}

void parse_risk(RegistryRow& row, SubjectRecord& record) {
  record.risk_class = row.checked(kRisk, kRiskBytesMax);
  const std::string& risk = record.risk_class;
  if (risk.empty() || (risk.size() == 1 && risk[0] >= 'A' && risk[0] <= 'E')) return;
  row.warning(kRisk, "risk.unknown", "风险等级通常为 A 至 E，照原样导入",
              "a risk class is usually A to E; taken as it stands");
}

Result<ImportReport> pass(const std::string& path, const ImportOptions& options,
                          const Progress& progress,
                          const std::function<Outcome(const SubjectRecord&)>* on_record) {
  SeenIds seen;
  const auto parse = [&](RegistryRow& row, SubjectRecord& record) {
    record.id = row.id(kId);
    const auto kind = parse_kind(row);
    if (kind) record.kind = *kind;
    if (!record.id.empty()) {
      judge_id(row, options, kind, record.id);
      row.unique(kId, seen, record.id);
    }
    record.name = row.checked(kName, kNameBytesMax);
    parse_division(row, options, record);
    parse_industry(row, record);
    record.address = row.checked(kAddress, kAddressBytesMax);
    parse_status(row, record);
    record.contact_person = row.checked(kPerson, kContactBytesMax);
    record.contact_phone = row.checked(kPhone, kContactBytesMax);
    parse_risk(row, record);
  };
  return registry_pass<SubjectRecord>(path, kSpecs, options, progress, parse, on_record);
}

}  // namespace

Result<ImportReport> check_subjects(const std::string& path, const ImportOptions& options,
                                    const Progress& progress) {
  return pass(path, options, progress, nullptr);
}

Result<ImportReport> read_subjects(const std::string& path, const ImportOptions& options,
                                   const std::function<Outcome(const SubjectRecord&)>& on_record,
                                   const Progress& progress) {
  return pass(path, options, progress, &on_record);
}

}  // namespace liuhen::api
