// A draw as its proof file has it, judged before anything is signed upon it.
#pragma once

#include <initializer_list>

#include "projections/partial_replay.h"
#include "tools/session.h"

namespace liuhen::tools {

// Fetches the draw's proof file and verifies it, by the person's own policy if there is one; what
// is signed next answers to its checkpoint. `excused`: codes of findings that do not matter here.
// Fails as that verification does.
Result<projections::PartialReplay> proven_draw(Session& session, const std::string& draw,
                                               const std::string& policy_file,
                                               std::initializer_list<std::string_view> excused);

}  // namespace liuhen::tools
