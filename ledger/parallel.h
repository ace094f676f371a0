// The same work on every item, on several threads.
#pragma once

#include <cstddef>
#include <functional>

namespace liuhen::ledger {

// Calls work(i) once for each i below count, from up to `threads` threads (0: as many as there are
// cores), and returns when all are done.
void for_each_index(std::size_t count, unsigned threads,
                    const std::function<void(std::size_t)>& work);

}  // namespace liuhen::ledger
