// `--policy`, `--without-witnesses` and `--wait`: of commands that sign only what witnesses have
// seen.
#pragma once

#include "tools/commands.h"
#include "tools/witnessed_checkpoint.h"

namespace liuhen::tools {

// What doing without witnesses costs.
struct Unwitnessed {
  const char* zh;
  const char* en;
};

struct Witnessing {
  std::string policy_file;
  bool without_witnesses = false;
  unsigned wait_s = kWitnessWaitS;
};

// The options; `asked` and `cost` outlive the program.
void add_witnessing(const Program& program, CLI::App* command, Witnessing& asked,
                    const Unwitnessed& cost);

// Waits for the witnesses whom the policy asks for, and names what they cosigned as last seen.
// Nothing where the person asked to do without. Errors: `draw.policy_absent` (neither is asked
// for), those of read_witness_policy and await_witnessed.
Result<std::optional<WitnessedCheckpoint>> see_witnessed(Session& session, const Witnessing& asked,
                                                         const AnsweredEvent& event,
                                                         const Unwitnessed& cost);

}  // namespace liuhen::tools
