// What a reader is told of a policy whose witnesses cannot all be checked.
#pragma once

#include <string>

#include "crypto/policy.h"

namespace liuhen::tools {

// A line for people, with its newline, in one language; empty if every witness can be checked.
inline std::string policy_warning(const crypto::Policy& policy, bool zh) {
  if (policy.uncheckable().empty()) return "";
  const std::string count = std::to_string(policy.uncheckable().size());
  std::string names;
  for (const crypto::UncheckableWitness& witness : policy.uncheckable())
    names += (names.empty() ? "" : zh ? "、" : ", ") + witness.name;
  return zh ? "注意：策略的见证人中有 " + count + " 名（" + names +
                  "）用本程序无法核对的签名算法（如 ML-DSA-44），其联署一律不计\n"
            : "note: " + count + " of the policy's witnesses (" + names +
                  ") sign with an algorithm that this program cannot check (such as ML-DSA-44); "
                  "their cosignatures are not counted\n";
}

}  // namespace liuhen::tools
