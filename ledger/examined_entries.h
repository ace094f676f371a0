// The entries of a log in order, each examined by itself on several threads ahead of whoever judges
// them one after another.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "ledger/event.h"
#include "ledger/fetcher.h"

namespace liuhen::ledger {

// What one entry's bytes are by themselves.
struct Examined {
  Bytes bytes;  // of its own, so that they are aligned
  Hash leaf{};
  std::optional<Event> event;
  std::optional<Error> error;  // why there is no event
  bool signed_by_authors = false;
};

// The entries of one bundle, examined.
struct ExaminedBundle {
  std::uint64_t index = 0;  // of the bundle
  unsigned width = 0;       // entries that it should have
  std::size_t size = 0;     // entries that are there, whole: the first so many of `entries`
  std::vector<Examined> entries;
  std::optional<std::size_t> rest;  // it ends early, or late by this: bytes after those entries
  std::optional<Error> failed;      // why it could not be had at all
};

// next() and reuse() on one thread. The fetcher is used by a thread of its own, and is free again
// once the last bundle, or one that is not whole, has been taken, or this has been destroyed.
class ExaminedEntries {
 public:
  // Bundles from `first` on of a log of `size` entries; `threads` examine, the one that takes them
  // among these, 0: as many as there are cores.
  ExaminedEntries(Fetcher& fetcher, std::uint64_t first, std::uint64_t size, unsigned threads);
  ~ExaminedEntries();
  ExaminedEntries(const ExaminedEntries&) = delete;
  ExaminedEntries& operator=(const ExaminedEntries&) = delete;

  // The next one, helping to examine until it is ready. Null after the last, and after one that is
  // not whole.
  std::unique_ptr<ExaminedBundle> next();
  // Gives back what has been judged, for its memory.
  void reuse(std::unique_ptr<ExaminedBundle> bundle);

 private:
  struct Ahead {
    std::unique_ptr<ExaminedBundle> bundle;
    Bytes bytes;              // as fetched
    std::vector<View> views;  // of its entries, borrowed from them
    std::size_t taken = 0;    // entries that somebody examines or has examined
    std::size_t done = 0;     // that are examined
  };

  void fetch_all(std::uint64_t first, std::uint64_t size);
  Ahead fetch(std::uint64_t index, unsigned width, std::unique_ptr<ExaminedBundle> bundle);
  void help();
  bool examine_some(std::unique_lock<std::mutex>& lock);

  Fetcher& fetcher_;
  std::mutex mutex_;  // guards what follows, but for entries that somebody has taken to examine
  std::condition_variable changed_;
  std::deque<Ahead> ahead_;
  std::size_t bytes_ = 0;  // of those
  std::vector<std::unique_ptr<ExaminedBundle>> spent_;
  bool ended_ = false;  // nothing more is fetched
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace liuhen::ledger
