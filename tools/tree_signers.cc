#include "tools/tree_signers.h"

#include <algorithm>

#include "crypto/policy.h"
#include "tools/policy_warning.h"
#include "tools/text_file.h"

namespace liuhen::tools {

void add_signers_option(const Program& program, CLI::App* command, std::string& policy_file) {
  command->add_option(
      "--policy", policy_file,
      program.help("信任的见证人（tlog-policy 文件，须含本账本的公钥）：只收其有效的联署，收下的"
                   "不再丢失；不给则来源有什么签名行就写什么",
                   "the witnesses you trust (a tlog-policy file that lists this log's key): of "
                   "their cosignatures good ones alone are taken, and none that is here is lost; "
                   "if absent, the signature lines are those that the source shows"));
}

Result<std::vector<crypto::NoteKey>> read_signers(Environment& environment,
                                                  const std::string& policy_file,
                                                  const crypto::NoteKey& log) {
  if (policy_file.empty()) return std::vector<crypto::NoteKey>();
  const auto text = read_text(policy_file);
  if (!text) return text.error();
  const auto policy = crypto::Policy::parse(*text);
  if (!policy) return policy.error();
  environment.err << policy_warning(*policy, environment.language == Language::zh);
  std::vector<crypto::NoteKey> keys = policy->keys_of(log.name);
  if (std::ranges::find(keys, log) == keys.end()) {
    return fail("policy.log", "策略中没有本账本的公钥：" + log.vkey(),
                "the policy does not list this log's key: " + log.vkey());
  }
  for (const crypto::PolicyWitness& witness : policy->witnesses()) keys.push_back(witness.key);
  return keys;
}

void BadLines::say(std::span<const crypto::NoteKey> keys) {
  for (const crypto::NoteKey& key : keys) {
    if (!said_.insert(key.vkey()).second) continue;
    environment_.err << environment_.pick("未收", "not taken") << " [note.signature] "
                     << environment_.pick(
                            "来源的检查点中以 " + key.name +
                                " 之名的签名行无效；其余照收，此话不再重复",
                            "a signature line of the source's checkpoint in the name of " +
                                key.name + " is bad; the rest is taken, and this is said once")
                     << std::endl;
  }
}

}  // namespace liuhen::tools
