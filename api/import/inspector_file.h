// The registry of inspectors (执法检查人员名录库) as a CSV file. Columns, words and codes:
// docs/formats/import.md.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "api/import/import_report.h"

namespace liuhen::api {

// The figures are those of the ledger's schema.
enum class InspectorStatus : std::uint8_t { active = 1, suspended = 2, left = 3 };

struct InspectorRecord {
  std::string id;  // certificate number (执法证号), canonical
  std::string name;
  std::string unit;                         // id of the department
  std::vector<std::string> qualifications;  // sorted bytewise, each once
  InspectorStatus status = InspectorStatus::active;
  std::string post;  // restricted, may be empty, like the two below
  std::string phone;
  std::string birth_month;  // as written
  std::uint64_t line = 0;
};

inline constexpr std::size_t kQualificationsMax = 32;
inline constexpr std::size_t kQualificationBytesMax = 60;

// As check_subjects and read_subjects.
Result<ImportReport> check_inspectors(const std::string& path, const ImportOptions& options,
                                      const Progress& progress = {});
Result<ImportReport> read_inspectors(
    const std::string& path, const ImportOptions& options,
    const std::function<Outcome(const InspectorRecord&)>& on_record, const Progress& progress = {});

}  // namespace liuhen::api
