// `--policy` of commands that copy a log: whose signature lines a static tree has checked.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "crypto/note.h"
#include "tools/commands.h"

namespace liuhen::tools {

// The option; `policy_file` outlives the program.
void add_signers_option(const Program& program, CLI::App* command, std::string& policy_file);

// The policy's keys of this log, and its witnesses'; none without a file. Says which witnesses
// cannot be checked. Errors: `file.io`, those of Policy::parse, `policy.log` (it does not list the
// log's key).
Result<std::vector<crypto::NoteKey>> read_signers(Environment& environment,
                                                  const std::string& policy_file,
                                                  const crypto::NoteKey& log);

// Says on standard error in whose name the source showed signature lines that are bad and were not
// taken: of each key once, however long a source is followed.
class BadLines {
 public:
  explicit BadLines(const Environment& environment) : environment_(environment) {}
  void say(std::span<const crypto::NoteKey> keys);

 private:
  const Environment& environment_;
  std::set<std::string> said_;  // vkeys, of the policy's alone
};

}  // namespace liuhen::tools
