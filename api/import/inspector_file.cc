#include "api/import/inspector_file.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "api/import/registry_table.h"
#include "api/import/resident_id.h"

namespace liuhen::api {
namespace {

enum Column : std::size_t {
  kId,
  kName,
  kUnit,
  kQualifications,
  kStatus,
  kPost,
  kPhone,
  kBirth,
  kColumns
};

constexpr std::size_t kTextBytesMax = 300;

const std::array<ColumnSpec, kColumns> kSpecs = {{
    {true,
     "执法证号",
     "certificate number",
     {"执法证号", "执法证件号", "执法证编号", "执法证件编号", "证件编号", "证号", "id",
      "certificate"}},
    {true, "姓名", "name", {"姓名", "name"}},
    {true,
     "单位",
     "unit",
     {"单位", "所属单位", "执法单位", "部门", "单位编号", "部门编号", "unit", "department"}},
    {false,
     "资质",
     "qualifications",
     {"资质", "资格", "检查资质", "执法类别", "执法领域", "业务专长", "qualifications"}},
    {true, "状态", "status", {"状态", "在岗状态", "人员状态", "status"}},
    {false, "职务", "post", {"职务", "post"}},
    {false, "电话", "phone", {"电话", "联系电话", "手机", "phone"}},
    {false, "出生年月", "month of birth", {"出生年月", "出生日期", "birth_month"}},
}};

std::optional<InspectorStatus> status_of(std::string_view word) {
  static constexpr auto words = std::to_array<std::pair<std::string_view, InspectorStatus>>({
      {"在岗", InspectorStatus::active},
      {"在职", InspectorStatus::active},
      {"正常", InspectorStatus::active},
      {"active", InspectorStatus::active},
      {"停职", InspectorStatus::suspended},
      {"停用", InspectorStatus::suspended},
      {"暂停", InspectorStatus::suspended},
      {"借调", InspectorStatus::suspended},
      {"suspended", InspectorStatus::suspended},
      {"离职", InspectorStatus::left},
      {"离岗", InspectorStatus::left},
      {"退休", InspectorStatus::left},
      {"调离", InspectorStatus::left},
      {"注销", InspectorStatus::left},
      {"left", InspectorStatus::left},
  });
  const std::string folded = fold_word(word);
  for (const auto& [known, status] : words) {
    if (known == folded) return status;
  }
  return {};
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// Cut at `;`, `；` and `、`.
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    std::size_t end = text.size(), next = text.size();
    for (const std::string_view mark : {";", "；", "、"}) {
      const std::size_t at = text.find(mark);
      if (at >= end) continue;
      end = at;
      next = at + mark.size();
    }
    if (const std::string_view part = trimmed(text.substr(0, end)); !part.empty())
      parts.emplace_back(part);
    text.remove_prefix(next);
  }
  return parts;
}

void parse_qualifications(RegistryRow& row, InspectorRecord& record) {
  std::vector<std::string> parts =
      split(row.checked(kQualifications, kQualificationsMax * kQualificationBytesMax));
  const bool too_long = std::any_of(parts.begin(), parts.end(), [](const std::string& p) {
    return p.size() > kQualificationBytesMax;
  });
  if (parts.size() > kQualificationsMax || too_long) {
    return row.error(kQualifications, "qualification.form",
                     "资质最多 32 项、每项最多 60 字节，用分号或顿号隔开",
                     "at most 32 qualifications of at most 60 bytes each, separated by ; or 、");
  }
  std::sort(parts.begin(), parts.end());
  const auto last = std::unique(parts.begin(), parts.end());
  if (last != parts.end())
    row.warning(kQualifications, "qualification.duplicate", "同一资质写了两次，只计一次",
                "a qualification stands twice and counts once");
  parts.erase(last, parts.end());
  record.qualifications = std::move(parts);
}

void parse_status(RegistryRow& row, InspectorRecord& record) {
  const std::string word = row.checked(kStatus, kTextBytesMax);
  if (word.empty()) return;
  if (const auto status = status_of(word)) {
    record.status = *status;
    return;
  }
  row.error(kStatus, "status.unknown", "不认识的状态“" + shown(word) + "”：请用 在岗、停职、离职",
            "unknown status \"" + shown(word) + "\": use one of active, suspended, left");
}

Result<ImportReport> pass(const std::string& path, const ImportOptions& options,
                          const Progress& progress,
                          const std::function<Outcome(const InspectorRecord&)>* on_record) {
  SeenIds seen;
  const auto parse = [&](RegistryRow& row, InspectorRecord& record) {
    record.id = row.id(kId);
    if (!record.id.empty()) {
      if (resident_id_likeness(record.id) != ResidentIdLikeness::no) {
        row.error(kId, "id.resident", "这像是居民身份证号码，公开的编号不得使用：请填执法证号",
                  "this looks like a resident identity number, which may not serve as a public id: "
                  "give the certificate number");
      }
      row.unique(kId, seen, record.id);
    }
    record.name = row.checked(kName, kTextBytesMax);
    record.unit = row.id(kUnit);
    parse_qualifications(row, record);
    parse_status(row, record);
    record.post = row.checked(kPost, kTextBytesMax);
    record.phone = row.checked(kPhone, kTextBytesMax);
    record.birth_month = row.checked(kBirth, kTextBytesMax);
  };
  return registry_pass<InspectorRecord>(path, kSpecs, options, progress, parse, on_record);
}

}  // namespace

Result<ImportReport> check_inspectors(const std::string& path, const ImportOptions& options,
                                      const Progress& progress) {
  return pass(path, options, progress, nullptr);
}

Result<ImportReport> read_inspectors(
    const std::string& path, const ImportOptions& options,
    const std::function<Outcome(const InspectorRecord&)>& on_record, const Progress& progress) {
  return pass(path, options, progress, &on_record);
}

}  // namespace liuhen::api
