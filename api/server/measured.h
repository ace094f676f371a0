// Storage, head file and sequencer as they are, with what they do counted on the way.
#pragma once

#include <memory>

#include "api/server/observer.h"
#include "ledger/head_file.h"
#include "ledger/sequencer.h"
#include "ledger/storage.h"

namespace liuhen::api::server {

// Each owns what it measures; the observer outlives it. A failed write is logged too.
std::unique_ptr<ledger::Storage> measured(std::unique_ptr<ledger::Storage> storage,
                                          Observer& observer);
std::unique_ptr<ledger::HeadFile> measured(std::unique_ptr<ledger::HeadFile> head,
                                           Observer& observer);
std::unique_ptr<ledger::Sequencer> measured(std::unique_ptr<ledger::Sequencer> sequencer,
                                            Observer& observer);

}  // namespace liuhen::api::server
