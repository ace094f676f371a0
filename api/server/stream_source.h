// Answers without a known end, such as event streams: whoever answers gives a source in place of a
// body, and the server sends what it yields, chunk by chunk, for as long as the reader keeps up.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace liuhen::api::server {

// Set as Response::stream. The server shares it until the connection has ended, and asks for one
// chunk after another: the next only when the one before is with the kernel, so that a slow reader
// is felt here.
class StreamSource {
 public:
  // The next bytes, or nothing at the stream's end. Called once, from any thread, also from within
  // next(); what comes after cancel() is ignored. An empty chunk is skipped.
  using Ready = std::function<void(std::optional<std::string>)>;

  virtual ~StreamSource() = default;

  // On a worker thread, one at a time: may read storage, must not wait for what has not happened
  // yet, but keeps `ready` for then. Before kIdleTimeoutS are over it should yield something (a
  // comment, say): that is how proxies and this side learn whether the other is still there.
  virtual void next(Ready ready) = 0;

  // The reader has gone or was too slow (kStreamChunkTimeoutS for one chunk), the server stops, or
  // the stream is at its end: nothing more will be asked for. Once, on an I/O thread, perhaps while
  // next() runs; must not block.
  virtual void cancel() = 0;
};

}  // namespace liuhen::api::server
