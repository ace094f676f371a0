// A draw as its proof file has it, judged before anything is signed upon it.
#pragma once

#include <initializer_list>
#include <optional>

#include "crypto/policy.h"
#include "projections/partial_replay.h"
#include "tools/session.h"

namespace liuhen::tools {

// The policy in the file; none, and a warning, where no file is named.
Result<std::optional<crypto::Policy>> policy_in(Session& session, const std::string& file);

// Fetches the draw's proof file and verifies it, by the person's own policy if there is one; what
// is signed next answers to its checkpoint. `excused`: codes of findings that do not matter here.
// `file`: where to keep its text, if it is wanted. Fails as that verification does.
Result<projections::PartialReplay> proven_draw(Session& session, const std::string& draw,
                                               const std::string& policy_file,
                                               std::initializer_list<std::string_view> excused,
                                               std::string* file = nullptr);

}  // namespace liuhen::tools
