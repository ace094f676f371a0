// What the service opens restricted pools by: the store of restricted content, and the registry's
// rows in their entries.
#pragma once

#include "ledger/restricted.h"
#include "projections/restricted_pool.h"

namespace liuhen::api::server {

// What the opening of a pool's key holds, if it is a key.
std::optional<crypto::draw::PoolKey> pool_key_in(View bytes);

// Both outlive it. One thread at a time.
projections::PoolOpener pool_opener(ledger::RestrictedStore& restricted, ledger::Storage& storage);

}  // namespace liuhen::api::server
