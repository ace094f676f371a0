// How findings across draws are printed (docs/findings.md).
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "projections/findings/screen.h"
#include "tools/verify_report.h"

namespace liuhen::tools {

// Lines, each ended. Screens that found something first; the others say what they could have found.
std::string text_of_findings(const std::vector<projections::Screen>& screens,
                             ReportLanguage language);
boost::json::array json_of_findings(const std::vector<projections::Screen>& screens);

}  // namespace liuhen::tools
