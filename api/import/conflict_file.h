// Declared conflicts of interest (利益冲突) as a CSV file. Columns, words and codes:
// docs/formats/import.md. All of it is restricted content: the log holds commitments.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "api/import/import_report.h"

namespace liuhen::api {

enum class ConflictKind : std::uint8_t {
  close_relative = 1,  // 近亲属
  former_post = 2,     // 三年内任职
  shareholding = 3,    // 持股
  same_address = 4,    // 同住址
  self_declared = 5,   // 本人申报
  other = 6,
};

std::string_view name_zh(ConflictKind kind);

struct ConflictRecord {
  std::string subject;    // id
  std::string inspector;  // id
  ConflictKind kind = ConflictKind::other;
  std::string note;  // may be empty
  std::uint64_t line = 0;
};

inline constexpr std::size_t kNoteBytesMax = 1'000;

// As check_subjects and read_subjects. Whether the ids exist is not judged here.
Result<ImportReport> check_conflicts(const std::string& path, const ImportOptions& options,
                                     const Progress& progress = {});
Result<ImportReport> read_conflicts(const std::string& path, const ImportOptions& options,
                                    const std::function<Outcome(const ConflictRecord&)>& on_record,
                                    const Progress& progress = {});

}  // namespace liuhen::api
