// Answers without a known end, such as event streams: whoever answers gives a source in place of a
// body, and the server sends what it yields, chunk by chunk, for as long as the reader keeps up.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
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

// A source into which its chunks are pushed, for those who must not wait for any reader.
class ChunkQueue final : public StreamSource {
 public:
  explicit ChunkQueue(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // False, and nothing is kept, once the reader has gone, or is so far behind that the queue would
  // hold more than bytes_max: then he is dropped. Any thread; does not block.
  bool push(std::string chunk);
  // What was pushed is still sent, then the answer ends. Any thread.
  void end();

  void next(Ready ready) override;
  void cancel() override;

 private:
  const std::size_t bytes_max_;
  std::mutex mutex_;  // guards what follows
  std::deque<std::string> chunks_;
  std::size_t bytes_ = 0;
  Ready waiting_;  // for the next push
  bool ended_ = false;
};

}  // namespace liuhen::api::server
