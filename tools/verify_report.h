// What liuhen-verify prints: a report for people in one language, or one JSON document for
// programs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/findings/screen.h"
#include "projections/proof_file.h"
#include "projections/row_file.h"
#include "projections/verify.h"

namespace liuhen::tools {

enum class ReportLanguage { zh, en };

// What verifying a whole log gives.
struct LogReport {
  projections::Report verified;
  // Across all draws; absent if the log was not found right, or they were not asked for.
  std::optional<std::vector<projections::Screen>> findings;
};

std::string text_of_report(const LogReport& report, ReportLanguage language);
std::string text_of_report(const projections::ProofVerdict& verdict, ReportLanguage language);
std::string text_of_report(const projections::RowVerdict& verdict, ReportLanguage language);
// UTF-8, ends in a newline; keys and codes are stable, sentences are for people.
std::string json_of_report(const LogReport& report);
std::string json_of_report(const projections::ProofVerdict& verdict);
std::string json_of_report(const projections::RowVerdict& verdict);

// 0 verified, 1 violated, 2 inconclusive.
int exit_code(ledger::Verdict verdict);

}  // namespace liuhen::tools
