#include "tools/witnessing.h"

#include "tools/policy_warning.h"

namespace liuhen::tools {

void add_witnessing(const Program& program, CLI::App* command, Witnessing& asked,
                    const Unwitnessed& cost) {
  CLI::Option* policy = command->add_option(
      "--policy", asked.policy_file,
      program.help("您信任的见证人（tlog-policy 文件）：未经其联署就不签名",
                   "the witnesses you trust (a tlog-policy file): nothing is signed without them"));
  command
      ->add_flag("--without-witnesses", asked.without_witnesses,
                 program.help(std::string("没有见证人，照样签名：") + cost.zh,
                              std::string("sign though there are no witnesses: ") + cost.en))
      ->excludes(policy);
  command
      ->add_option("--wait", asked.wait_s,
                   program.help("等待见证人联署的秒数", "seconds to wait for the witnesses"))
      ->capture_default_str();
}

Result<std::optional<WitnessedCheckpoint>> see_witnessed(Session& session, const Witnessing& asked,
                                                         const AnsweredEvent& event,
                                                         const Unwitnessed& cost) {
  Environment& environment = session.environment();
  if (asked.policy_file.empty() && !asked.without_witnesses)
    return fail("draw.policy_absent",
                std::string("请用 --policy 给出您信任的见证人；确无见证人的，用 "
                            "--without-witnesses 写明（") +
                    cost.zh + "）",
                std::string("name the witnesses you trust with --policy; where there are none, say "
                            "so with --without-witnesses (") +
                    cost.en + ")");
  if (asked.policy_file.empty()) {
    environment.say(std::string("不核对见证人联署：") + cost.zh,
                    std::string("without witnesses: ") + cost.en);
    return std::optional<WitnessedCheckpoint>();
  }
  const auto policy = read_witness_policy(asked.policy_file);
  if (!policy) return policy.error();
  environment.err << policy_warning(*policy, environment.language == Language::zh);
  auto found = await_witnessed(session, *policy, event, asked.wait_s);
  if (!found) return found.error();
  session.see(found->checkpoint);
  const std::string size = std::to_string(found->checkpoint.size);
  environment.say("见证人已联署 " + size + " 条记录的检查点",
                  "witnesses have cosigned the checkpoint of " + size + " entries");
  return std::optional(std::move(*found));
}

}  // namespace liuhen::tools
