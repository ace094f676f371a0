#include "ledger/examined_entries.h"

#include <algorithm>

#include "ledger/tiles.h"

namespace liuhen::ledger {
namespace {

// How far fetching and examining may be ahead of judging, whichever is less.
constexpr std::size_t kBundlesAheadMax = 32;
constexpr std::size_t kBytesAheadMax = 24u << 20;
constexpr std::size_t kTakenAtOnce = 4;  // entries
constexpr std::size_t kWorthAThread = 8;

// Into what may have been used before, for its memory.
void examine(View bytes, Examined& out) {
  out.event.reset();
  out.error.reset();
  out.signed_by_authors = false;
  out.bytes.assign(bytes.begin(), bytes.end());
  out.leaf = crypto::leaf_hash(out.bytes);
  auto event = Event::parse(out.bytes);
  if (!event) {
    out.error = event.error();
    return;
  }
  out.signed_by_authors = verify_signatures(event->intent(), event->signatures());
  out.event = std::move(*event);
}

}  // namespace

ExaminedEntries::ExaminedEntries(Fetcher& fetcher, std::uint64_t first, std::uint64_t size,
                                 unsigned threads)
    : fetcher_(fetcher) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  threads_.emplace_back([=, this] { fetch_all(first, size); });
  const std::uint64_t entries = size - std::min(size, first * kTileWidth);
  for (unsigned i = 1; i < threads && i * kWorthAThread < entries; ++i)
    threads_.emplace_back([this] { help(); });
}

ExaminedEntries::~ExaminedEntries() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  threads_.clear();
}

std::unique_ptr<ExaminedBundle> ExaminedEntries::next() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (!ahead_.empty() && ahead_.front().done == ahead_.front().views.size()) {
      Ahead front = std::move(ahead_.front());
      ahead_.pop_front();
      bytes_ -= front.bytes.size();
      changed_.notify_all();
      return std::move(front.bundle);
    }
    if (ahead_.empty() && ended_) return nullptr;
    if (!examine_some(lock)) changed_.wait(lock);
  }
}

void ExaminedEntries::reuse(std::unique_ptr<ExaminedBundle> bundle) {
  const std::lock_guard lock(mutex_);
  spent_.push_back(std::move(bundle));
}

void ExaminedEntries::help() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (examine_some(lock)) continue;
    if (ended_) return;
    changed_.wait(lock);
  }
}

// False if there is nothing to examine now.
bool ExaminedEntries::examine_some(std::unique_lock<std::mutex>& lock) {
  const auto found =
      std::ranges::find_if(ahead_, [](const Ahead& a) { return a.taken < a.views.size(); });
  if (found == ahead_.end()) return false;
  Ahead& ahead = *found;  // stays where it is: a deque that grows and shrinks at its ends
  const std::size_t begin = ahead.taken;
  const std::size_t end = std::min(begin + kTakenAtOnce, ahead.views.size());
  ahead.taken = end;
  lock.unlock();
  for (std::size_t i = begin; i < end; ++i) examine(ahead.views[i], ahead.bundle->entries[i]);
  lock.lock();
  ahead.done += end - begin;
  if (ahead.done == ahead.views.size()) changed_.notify_all();
  return true;
}

void ExaminedEntries::fetch_all(std::uint64_t first, std::uint64_t size) {
  std::unique_lock lock(mutex_);
  for (std::uint64_t index = first; index * kTileWidth < size; ++index) {
    changed_.wait(lock, [this] {
      return stopping_ || ahead_.empty() ||
             (ahead_.size() < kBundlesAheadMax && bytes_ < kBytesAheadMax);
    });
    if (stopping_) break;
    std::unique_ptr<ExaminedBundle> bundle;
    if (spent_.empty()) {
      bundle = std::make_unique<ExaminedBundle>();
    } else {
      bundle = std::move(spent_.back());
      spent_.pop_back();
    }
    lock.unlock();
    Ahead fetched = fetch(index, tile_width(0, index, size), std::move(bundle));
    lock.lock();
    const bool whole = !fetched.bundle->failed && !fetched.bundle->rest;
    bytes_ += fetched.bytes.size();
    ahead_.push_back(std::move(fetched));
    changed_.notify_all();
    if (!whole) break;
  }
  ended_ = true;
  changed_.notify_all();
}

ExaminedEntries::Ahead ExaminedEntries::fetch(std::uint64_t index, unsigned width,
                                              std::unique_ptr<ExaminedBundle> bundle) {
  Ahead out;
  out.bundle = std::move(bundle);
  out.bundle->index = index;
  out.bundle->width = width;
  out.bundle->size = 0;
  out.bundle->rest.reset();
  out.bundle->failed.reset();
  auto bytes = fetcher_.entries(index, width);
  if (!bytes) {
    out.bundle->failed = bytes.error();
    return out;
  }
  out.bytes = std::move(*bytes);
  SplitBundle split = split_bundle(out.bytes, width);
  out.views = std::move(split.entries);
  out.bundle->size = out.views.size();
  if (out.views.size() < width || split.rest != 0) out.bundle->rest = split.rest;
  if (out.bundle->entries.size() < out.views.size()) out.bundle->entries.resize(out.views.size());
  return out;
}

}  // namespace liuhen::ledger
