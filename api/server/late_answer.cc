#include "api/server/late_answer.h"

#include <future>

namespace liuhen::api::server {

Finish ready(Response response) {
  return [kept = std::make_shared<Response>(std::move(response))] { return std::move(*kept); };
}

Response wait_for(const std::function<void(Finished)>& begin) {
  // Shared, since whoever keeps the promise may still be in it when the wait is over.
  const auto promise = std::make_shared<std::promise<Finish>>();
  std::future<Finish> finish = promise->get_future();
  begin([promise](Finish made) { promise->set_value(std::move(made)); });
  return finish.get()();
}

}  // namespace liuhen::api::server
