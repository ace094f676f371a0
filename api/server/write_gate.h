// A sequencer that takes nothing for as long as somebody says why not.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "ledger/sequencer.h"

namespace liuhen::api::server {

// Why nothing may be written now, if so. Any thread; quick.
using WriteGate = std::function<std::optional<Error>()>;

// Owns the sequencer. While the gate is closed every intent is refused with what it says, and so is
// the question whether writing has stopped; what was queued before is written.
std::unique_ptr<ledger::Sequencer> gated(std::unique_ptr<ledger::Sequencer> sequencer,
                                         WriteGate closed);

}  // namespace liuhen::api::server
