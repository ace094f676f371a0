// Where liuhen-verify writes a report as a page (--report).
#pragma once

#include <string>
#include <string_view>

#include "crypto/result.h"

namespace liuhen::tools {

// The first bytes of every such page, by which an older one is known.
inline constexpr std::string_view kReportMark = "<!doctype html>\n<!-- liuhen-verify report -->\n";

// Asked before the work begins. A report that is there already is replaced, and so is an empty
// file; any other file is left as it is. Codes: `report.exists`, `report.place` (no such folder, or
// a folder of that name).
Outcome check_report_place(const std::string& path);

// The place is checked once more; then the file is there whole, or as it was. Codes: those above,
// and `report.io`.
Outcome write_report(const std::string& path, std::string_view html);

}  // namespace liuhen::tools
