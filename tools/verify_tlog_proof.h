// liuhen-verify's check of one entry's proof file (.tlog-proof), offline: what the file shows, and
// what no such file can.
#pragma once

#include <optional>
#include <string>

#include "crypto/policy.h"
#include "tools/verify_report.h"

namespace liuhen::tools {

struct TlogProofVerdict {
  ledger::Verdict verdict = ledger::Verdict::inconclusive;
  std::optional<Error> finding;  // unless verified
  std::string origin;            // as the checkpoint names it
  std::uint64_t index = 0;
  std::uint64_t size = 0;
  std::string entry;  // the entry as JSON, once it is shown to be in the log
  std::vector<projections::Sentence> shown, not_shown;
};

bool is_tlog_proof(std::string_view text);

// `entry`: the entry's bytes if the reader has them from elsewhere; otherwise the file's extra data
// is taken for them. Without a policy nothing is shown: such a file names no key.
TlogProofVerdict verify_tlog_proof(std::string_view text, const std::optional<std::string>& entry,
                                   const crypto::Policy* policy);

std::string text_of_report(const TlogProofVerdict& verdict, ReportLanguage language);
std::string json_of_report(const TlogProofVerdict& verdict);

}  // namespace liuhen::tools
