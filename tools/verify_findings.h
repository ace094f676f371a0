// How findings across draws are printed (docs/findings.md).
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "projections/findings/screen.h"
#include "tools/verify_report.h"

namespace liuhen::tools {

// "；p = 0.002，Holm 校正后 0.01"; empty of a plain fact.
projections::Sentence strength_of(const projections::Finding& finding);
// Sample, tests and power: "样本 200，检验 12 项；…".
projections::Sentence size_of(const projections::Screen& screen);
std::string percent(double value);

// Lines, each ended. Screens that found something first; the others say what they could have found.
std::string text_of_findings(const std::vector<projections::Screen>& screens,
                             ReportLanguage language);
boost::json::array json_of_findings(const std::vector<projections::Screen>& screens);

}  // namespace liuhen::tools
