// The report as a page to print, in one language (docs/verify.md, "A report to print").
#pragma once

#include <string>

#include "crypto/policy.h"
#include "tools/verify_report.h"

namespace liuhen::tools {

// What the page says of the check itself.
struct ReportAbout {
  projections::Sentence source;            // "数据目录", "a data directory", …
  std::string place;                       // as it was given
  std::uint64_t judged_at = 0;             // Unix seconds: deadlines were judged as of then
  const crypto::Policy* policy = nullptr;  // the reader's; null: keys are not pinned
};

// Draws of which every step is shown, at most; those that are wrong come first.
inline constexpr std::size_t kDrawsInFullMax = 500;
// Up to so many, each draw is open; beyond, only those that are wrong are. Paper shows what is
// open.
inline constexpr std::size_t kDrawsOpenMax = 12;

std::string html_of_report(const LogReport& report, const ReportAbout& about,
                           ReportLanguage language);
std::string html_of_report(const projections::ProofVerdict& verdict, const ReportAbout& about,
                           ReportLanguage language);

}  // namespace liuhen::tools
