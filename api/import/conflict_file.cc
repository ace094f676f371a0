#include "api/import/conflict_file.h"

#include <array>
#include <optional>
#include <utility>

#include "api/import/registry_table.h"
#include "api/import/resident_id.h"
#include "api/import/uscc.h"

namespace liuhen::api {
namespace {

enum Column : std::size_t { kSubject, kInspector, kKind, kNote, kColumns };

constexpr std::size_t kWordBytesMax = 120;

const std::array<ColumnSpec, kColumns> kSpecs = {{
    {true,
     "检查对象",
     "subject",
     {"检查对象", "检查对象编号", "统一社会信用代码", "注册号", "统一社会信用代码/注册号",
      "subject", "subject_id"}},
    {true,
     "执法证号",
     "inspector",
     {"执法证号", "检查人员", "检查人员编号", "执法人员", "inspector", "inspector_id"}},
    {true, "回避情形", "kind of conflict", {"回避情形", "情形", "关系", "类型", "kind"}},
    {false, "说明", "note", {"说明", "备注", "note"}},
}};

constexpr auto kKinds = std::to_array<std::pair<std::string_view, ConflictKind>>({
    {"近亲属", ConflictKind::close_relative},
    {"亲属", ConflictKind::close_relative},
    {"close_relative", ConflictKind::close_relative},
    {"三年内任职", ConflictKind::former_post},
    {"曾任职", ConflictKind::former_post},
    {"former_post", ConflictKind::former_post},
    {"持股", ConflictKind::shareholding},
    {"shareholding", ConflictKind::shareholding},
    {"同住址", ConflictKind::same_address},
    {"same_address", ConflictKind::same_address},
    {"本人申报", ConflictKind::self_declared},
    {"self_declared", ConflictKind::self_declared},
    {"其他", ConflictKind::other},
    {"其它", ConflictKind::other},
    {"other", ConflictKind::other},
});

std::string id_of(RegistryRow& row, std::size_t column) {
  std::string id = row.id(column);
  if (resident_id_likeness(id) == ResidentIdLikeness::valid &&
      check_uscc(id).fault != UsccFault::none) {
    row.error(column, "id.resident", "这像是居民身份证号码：请填名录库中的编号",
              "this looks like a resident identity number: give the id in the registry");
  }
  return id;
}

void parse_kind(RegistryRow& row, ConflictRecord& record) {
  const std::string word = row.checked(kKind, kWordBytesMax);
  if (word.empty()) return;
  const std::string folded = fold_word(word);
  for (const auto& [known, kind] : kKinds) {
    if (known != folded) continue;
    record.kind = kind;
    return;
  }
  row.error(kKind, "kind.unknown",
            "不认识的回避情形“" + shown(word) +
                "”：请用 近亲属、三年内任职、持股、同住址、本人申报、其他",
            "unknown conflict \"" + shown(word) +
                "\": use one of close_relative, former_post, shareholding, same_address, "
                "self_declared, other");
}

Result<ImportReport> pass(const std::string& path, const ImportOptions& options,
                          const Progress& progress,
                          const std::function<Outcome(const ConflictRecord&)>* on_record) {
  SeenIds seen;
  const auto parse = [&](RegistryRow& row, ConflictRecord& record) {
    record.subject = id_of(row, kSubject);
    record.inspector = id_of(row, kInspector);
    parse_kind(row, record);
    record.note = row.checked(kNote, kNoteBytesMax);
    if (row.bad()) return;
    // Ids hold no slash.
    row.unique(kSubject, seen,
               record.subject + "/" + record.inspector + "/" + std::string(name_zh(record.kind)));
  };
  return registry_pass<ConflictRecord>(path, kSpecs, options, progress, parse, on_record);
}

}  // namespace

std::string_view name_zh(ConflictKind kind) {
  for (const auto& [word, each] : kKinds) {
    if (each == kind) return word;
  }
  return {};
}

Result<ImportReport> check_conflicts(const std::string& path, const ImportOptions& options,
                                     const Progress& progress) {
  return pass(path, options, progress, nullptr);
}

Result<ImportReport> read_conflicts(const std::string& path, const ImportOptions& options,
                                    const std::function<Outcome(const ConflictRecord&)>& on_record,
                                    const Progress& progress) {
  return pass(path, options, progress, &on_record);
}

}  // namespace liuhen::api
