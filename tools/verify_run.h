// What the command line of liuhen-verify asks for, and doing it.
#pragma once

#include <iosfwd>
#include <string>

#include "tools/verify_report.h"

namespace liuhen::tools {

inline constexpr int kUsage = 3;

struct VerifyJob {
  enum class Source { dir, url, tiles, file };
  Source source = Source::dir;
  std::string place;  // directory, URL or file
  std::string policy_file, vkey;
  std::string ca_file;  // for a URL with https; empty: what the system trusts
  std::string master_key_file, passphrase_file;
  // Of restricted pools: openings of the registry's rows, and a supervisor's key.
  std::string openings_file, supervisor_key_file;
  std::string write_openings;  // where to put those by which the master key opened pools
  std::string entry_file;      // of a .tlog-proof that does not hold its entry
  std::string report_file;     // a page to print; empty: none is asked for
  ReportLanguage language = ReportLanguage::zh;
  bool json = false, quiet = false, at_given = false;
  bool findings = true;  // look across draws as well
  std::uint64_t now_s = 0;
};

// Prints the report on `out`, progress and errors on `err`. The exit code: 0 to 2 as in
// verify_report.h, 2 too if what is to be verified cannot be had or the page cannot be written, and
// 3 if the policy, the key or the options make no sense.
int run(const VerifyJob& job, std::ostream& out, std::ostream& err);

}  // namespace liuhen::tools
