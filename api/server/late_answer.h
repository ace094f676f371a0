// Answers that depend on what another thread has yet to do.
#pragma once

#include <functional>

#include "api/client/connection.h"

namespace liuhen::api::server {

// Makes the answer: once, on any thread, without waiting for anyone.
using Finish = std::function<Response()>;
// Takes that, once, from any thread, perhaps before whoever was given this has returned. Must not
// block.
using Finished = std::function<void(Finish)>;

// Of an answer that is there already.
Finish ready(Response response);

// Begins, and waits for the answer.
Response wait_for(const std::function<void(Finished)>& begin);

}  // namespace liuhen::api::server
