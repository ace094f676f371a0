#include "api/server/feed.h"

#include <boost/json.hpp>
#include <utility>

namespace liuhen::api::server {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How often those who wait are looked at: a busy log is not told of batch by batch, and nobody
// waits for a heartbeat much longer than he should.
constexpr milliseconds kPause{20};
constexpr milliseconds kLook{200};
// What a browser waits before it comes back.
constexpr const char* kRetry = "retry: 2000\n\n";

// An id without data: whoever comes back need not be shown again what was looked through for him.
std::string heartbeat(std::uint64_t position) {
  return position == 0 ? ": alive\n\n" : ": alive\nid: " + std::to_string(position - 1) + "\n\n";
}

}  // namespace

Result<std::string> FeedReader::next(std::uint64_t size) {
  std::string out;
  if (position_ >= size) return out;
  const Outcome done = filter_.stream.empty() ? add_entries(size, out) : add_stream(size, out);
  if (!done) return done.error();
  return out;
}

Outcome FeedReader::add_entries(std::uint64_t size, std::string& out) {
  Outcome outcome = ok();
  const std::uint64_t end = std::min<std::uint64_t>(size, position_ + kFeedScanEntriesMax);
  const Outcome scanned = storage_.scan(ledger::Family::entries, ledger::key_of_number(position_),
                                        [&](std::string_view, std::string_view entry) {
                                          outcome = add(view_of(entry), out);
                                          if (!outcome) return false;
                                          ++position_;
                                          return position_ < end && out.size() < kFeedChunkBytesMax;
                                        });
  return scanned ? outcome : scanned;
}

Result<std::vector<std::uint64_t>> FeedReader::positions_of_stream(std::uint64_t size) const {
  const std::string prefix = filter_.stream + '\0';
  std::vector<std::uint64_t> positions;
  const Outcome scanned = storage_.scan(
      ledger::Family::streams, prefix + ledger::key_of_number(position_),
      [&](std::string_view key, std::string_view) {
        if (!key.starts_with(prefix) || key.size() != prefix.size() + 8 ||
            positions.size() == kFeedScanEntriesMax)
          return false;
        const std::uint64_t position = ledger::number_of_key(key.substr(prefix.size()));
        if (position >= size) return false;
        positions.push_back(position);
        return true;
      });
  if (!scanned) return scanned.error();
  return positions;
}

Outcome FeedReader::add_stream(std::uint64_t size, std::string& out) {
  const auto positions = positions_of_stream(size);
  if (!positions) return positions.error();
  for (const std::uint64_t position : *positions) {
    const auto entry = storage_.get(ledger::Family::entries, ledger::key_of_number(position));
    if (!entry) return entry.error();
    if (!*entry) {  // it was committed with its index
      const std::string number = std::to_string(position);
      return fail("storage.damaged", "第 " + number + " 条不见了，而索引里有它",
                  "entry " + number + " has gone, though the index has it");
    }
    if (Outcome added = add(view_of(**entry), out); !added) return added;
    position_ = position + 1;
    if (out.size() >= kFeedChunkBytesMax) return ok();
  }
  if (positions->size() < kFeedScanEntriesMax) position_ = size;
  return ok();
}

Outcome FeedReader::add(View entry, std::string& out) {
  const Bytes aligned(entry.begin(), entry.end());
  const Result<ledger::Event> event = ledger::Event::parse(aligned);
  if (!event) return event.error();
  if (!filter_.kinds.empty() && !filter_.kinds.contains(event->tag())) return ok();
  const json::object data{{"position", event->position()},
                          {"time", event->time()},
                          {"leaf_hash", to_hex(event->leaf_hash())},
                          {"stream", event->intent().stream()},
                          {"kind", ledger::schema::EnumNamePayload(event->tag())}};
  out += "id: " + std::to_string(event->position()) + "\ndata: " + json::serialize(data) + "\n\n";
  ++events_;
  return ok();
}

// One reader's.
class Feeds::Feed final : public StreamSource {
 public:
  Feed(ledger::Storage& storage, FeedFilter filter, std::uint64_t from, milliseconds heartbeat,
       std::shared_ptr<Shared> shared)
      : shared_(std::move(shared)),
        heartbeat_(heartbeat),
        reader_(storage, std::move(filter), from) {
    ++shared_->live;
  }
  ~Feed() override { --shared_->live; }

  void next(Ready ready) override {
    if (ended_ || shared_->stopping) return ready(std::nullopt);
    if (!std::exchange(begun_, true)) return ready(kRetry);
    const std::uint64_t size = shared_->size;
    Result<std::string> chunk = take(size);
    if (!chunk) return ready(std::nullopt);  // he comes back, and is told what is wrong elsewhere
    if (chunk->empty() && steady_clock::now() >= beat_.load())
      chunk = heartbeat(reader_.position());
    // Nothing found yet: the worker is given back before more is looked through.
    if (chunk->empty() && reader_.position() < size) return ready(std::move(*chunk));
    if (chunk->empty()) return wait(std::move(ready));
    beat_ = steady_clock::now() + heartbeat_;
    ready(std::move(*chunk));
  }

  void cancel() override {
    ended_ = true;
    const std::lock_guard lock(mutex_);
    waiting_ = nullptr;
  }

  // Lets it go on if there is something for it. Any thread; does not block.
  void look() {
    Ready waiting;
    {
      const std::lock_guard lock(mutex_);
      if (!waiting_ || !is_due()) return;
      waiting = std::exchange(waiting_, nullptr);
    }
    waiting(shared_->stopping ? std::nullopt : std::optional<std::string>(""));
  }

 private:
  Result<std::string> take(std::uint64_t size) {
    const std::uint64_t before = reader_.events();
    Result<std::string> chunk = reader_.next(size);
    shared_->events += reader_.events() - before;
    looked_at_ = reader_.position();
    return chunk;
  }

  void wait(Ready ready) {
    {
      const std::lock_guard lock(mutex_);
      waiting_ = std::move(ready);
    }
    look();  // for what was committed meanwhile, after whose commit nobody looks again
  }

  bool is_due() const {
    return shared_->stopping || ended_ || shared_->size > looked_at_ ||
           steady_clock::now() >= beat_.load();
  }

  const std::shared_ptr<Shared> shared_;
  const milliseconds heartbeat_;
  FeedReader reader_;  // of whoever is in next()
  bool begun_ = false;
  std::atomic<bool> ended_ = false;
  std::atomic<std::uint64_t> looked_at_ = 0;
  std::atomic<steady_clock::time_point> beat_ = steady_clock::now() + heartbeat_;
  std::mutex mutex_;  // guards waiting_
  Ready waiting_;
};

Feeds::Feeds(ledger::Storage& storage, milliseconds heartbeat)
    : storage_(storage), heartbeat_(heartbeat) {
  thread_ = std::thread([this] { run(); });
}

void Feeds::committed(std::uint64_t size) {
  shared_->size = size;
  {
    const std::lock_guard lock(mutex_);
    grown_ = true;
  }
  wake_.notify_one();
}

Result<std::shared_ptr<StreamSource>> Feeds::open(FeedFilter filter, std::uint64_t from) {
  if (from > shared_->size) {
    return fail("feed.ahead",
                "账本只有 " + std::to_string(shared_->size) + " 条，还没有第 " +
                    std::to_string(from) + " 条的前一条：位置写错，或账本被退回",
                "the log has " + std::to_string(shared_->size) + " entries and cannot go on from " +
                    std::to_string(from) + ": the position is wrong, or the log was rolled back");
  }
  const std::lock_guard lock(mutex_);
  if (shared_->stopping) return fail("ledger.stopped", "服务正在停止", "the service is stopping");
  auto feed = std::make_shared<Feed>(storage_, std::move(filter), from, heartbeat_, shared_);
  std::erase_if(feeds_, [](const std::weak_ptr<Feed>& known) { return known.expired(); });
  feeds_.push_back(feed);
  return std::shared_ptr<StreamSource>(std::move(feed));
}

std::vector<std::shared_ptr<Feeds::Feed>> Feeds::live() {
  std::vector<std::shared_ptr<Feed>> found;
  const std::lock_guard lock(mutex_);
  for (const std::weak_ptr<Feed>& feed : feeds_) {
    if (auto held = feed.lock()) found.push_back(std::move(held));
  }
  return found;
}

void Feeds::run() {
  while (!shared_->stopping) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, kLook, [this] { return grown_ || shared_->stopping; });
      grown_ = false;
    }
    for (const auto& feed : live()) feed->look();
    std::this_thread::sleep_for(kPause);
  }
}

void Feeds::stop() {
  {
    const std::lock_guard lock(mutex_);
    shared_->stopping = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  for (const auto& feed : live()) feed->look();
}

void Feeds::add_figures(std::vector<Figure>& figures) const {
  figures.push_back({.name = "liuhen_feeds",
                     .help = "Live feeds that are open.",
                     .value = static_cast<double>(shared_->live)});
  figures.push_back({.name = "liuhen_feed_events_total",
                     .help = "Events handed to live feeds.",
                     .value = static_cast<double>(shared_->events),
                     .counts_up = true});
}

}  // namespace liuhen::api::server
