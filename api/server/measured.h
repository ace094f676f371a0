// Storage and sequencer as they are, with what they do counted on the way.
#pragma once

#include <memory>

#include "api/server/observer.h"
#include "ledger/sequencer.h"
#include "ledger/storage.h"

namespace liuhen::api::server {

// Both own what they measure; the observer outlives them. A failed write is logged too.
std::unique_ptr<ledger::Storage> measured(std::unique_ptr<ledger::Storage> storage,
                                          Observer& observer);
std::unique_ptr<ledger::Sequencer> measured(std::unique_ptr<ledger::Sequencer> sequencer,
                                            Observer& observer);

}  // namespace liuhen::api::server
