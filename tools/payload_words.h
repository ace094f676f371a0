// Each kind of event in a few words, for people who sign it.
#pragma once

#include <string>

#include "ledger/event.h"
#include "tools/environment.h"

namespace liuhen::tools {

// "公布计划（PlanPublished）" / "publish a plan (PlanPublished)"; the bare name of a kind that this
// program does not know.
std::string payload_words(const Environment& environment, ledger::PayloadTag tag);

}  // namespace liuhen::tools
