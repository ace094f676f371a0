// The registry of subjects (检查对象名录库) as a CSV file. Columns, words and codes:
// docs/formats/import.md.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "api/import/import_report.h"

namespace liuhen::api {

// The figures are those of the ledger's schema.
enum class SubjectKind : std::uint8_t {
  firm = 1,
  sole_trader = 2,
  cooperative = 3,
  institution = 4,
  organisation = 5,
  natural_person = 6,
  foreign_office = 7,
  other = 8
};
enum class SubjectStatus : std::uint8_t {
  active = 1,
  suspended = 2,
  revoked = 3,
  cancelled = 4,
  moved = 5
};

// Whether the subject is a person in law or in fact: its id is then an opaque registry number, and
// its name, address and contacts are restricted.
constexpr bool is_person(SubjectKind kind) {
  return kind == SubjectKind::sole_trader || kind == SubjectKind::natural_person;
}

std::string_view name_zh(SubjectKind kind);      // "企业"
std::string_view name_zh(SubjectStatus status);  // "存续"

struct SubjectRecord {
  std::string id;  // canonical; a unified social credit code, or an opaque registry number
  std::string name;
  SubjectKind kind = SubjectKind::other;
  std::string division;  // six digits
  std::string industry;  // "F52": section letter and division
  std::string address;   // the rest may be empty
  SubjectStatus status = SubjectStatus::active;
  std::string contact_person;
  std::string contact_phone;
  std::string risk_class;
  std::uint64_t line = 0;
};

inline constexpr std::size_t kNameBytesMax = 300;
inline constexpr std::size_t kAddressBytesMax = 600;
inline constexpr std::size_t kContactBytesMax = 120;
inline constexpr std::size_t kRiskBytesMax = 24;

// Judges the whole file and imports nothing. Duplicates are found across the file; of two rows with
// one id the later is bad. Memory: some 80 bytes a row. Fails as scan_registry does where the file
// cannot be read on.
Result<ImportReport> check_subjects(const std::string& path, const ImportOptions& options,
                                    const Progress& progress = {});

// Judges it again and hands on each good row, in file order. Stops at the first bad row (the error
// names line and column) unless `accept_good`; then those are passed over and counted. Call
// check_subjects first, so that nothing is half imported.
Result<ImportReport> read_subjects(const std::string& path, const ImportOptions& options,
                                   const std::function<Outcome(const SubjectRecord&)>& on_record,
                                   const Progress& progress = {});

}  // namespace liuhen::api
