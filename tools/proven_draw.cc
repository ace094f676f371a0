#include "tools/proven_draw.h"

#include <algorithm>

#include "projections/proof_file.h"
#include "tools/policy_warning.h"
#include "tools/text_file.h"

namespace liuhen::tools {

Result<std::optional<crypto::Policy>> policy_in(Session& session, const std::string& file) {
  std::optional<crypto::Policy> policy;
  if (file.empty()) {
    session.environment().say("没有给出 --policy：公钥未固定，不知道账本出自谁手",
                              "no --policy: the keys are not pinned, the log could be anyone's");
    return policy;
  }
  const auto text = read_text(file);
  if (!text) return text.error();
  auto parsed = crypto::Policy::parse(*text);
  if (!parsed) return parsed.error();
  session.environment().err << policy_warning(*parsed,
                                              session.environment().language == Language::zh);
  policy = std::move(*parsed);
  return policy;
}

Result<projections::PartialReplay> proven_draw(Session& session, const std::string& draw,
                                               const std::string& policy_file,
                                               std::initializer_list<std::string_view> excused,
                                               std::string* file) {
  auto to = session.connection();
  if (!to) return to.error();
  auto response = (*to)->get("/api/v1/draws/" + draw_stream(draw).substr(5) + "/proof");
  if (!response) return response.error();
  if (response->status != 200) return api::error_of(*response);
  const auto policy = policy_in(session, policy_file);
  if (!policy) return policy.error();
  const auto verdict = projections::verify_proof_file(response->body, *policy ? &**policy : nullptr,
                                                      session.environment().clock.now_s());
  if (verdict.finding && std::ranges::find(excused, verdict.finding->code) == excused.end())
    return *verdict.finding;
  session.see({.origin = verdict.origin, .size = verdict.size, .root = verdict.root});
  if (file != nullptr) *file = response->body;
  return projections::replay_proof_file(response->body);
}

}  // namespace liuhen::tools
