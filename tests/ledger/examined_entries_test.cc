// Entries examined ahead of who judges them: in order, whole, and not further ahead than allowed.
#include "ledger/examined_entries.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>

#include "crypto/merkle.h"
#include "ledger/tiles.h"

namespace liuhen::ledger {
namespace {

Bytes entry(std::uint64_t position) {
  const std::string text = "entry " + std::to_string(position);
  return {text.begin(), text.end()};
}

// A log of entries that are no events; `cut` bytes are missing at the end of bundle `short_at`.
class Endless final : public Fetcher {
 public:
  Result<std::string> checkpoint() override { return std::string(); }
  Result<Bytes> tile(unsigned, std::uint64_t, unsigned) override { return Bytes(); }
  Result<Bytes> entries(std::uint64_t index, unsigned width) override {
    EXPECT_FALSE(busy_.exchange(true)) << "used by two threads at once";
    ++fetched;
    Bytes out;
    for (unsigned i = 0; i < width; ++i) add_to_bundle(entry(index * kTileWidth + i), out);
    if (index == short_at) out.resize(out.size() - 3);
    busy_ = false;
    if (index == absent_at) return fail("fetch.absent", "没有", "there is none");
    return out;
  }
  std::atomic<std::uint64_t> fetched = 0;
  std::optional<std::uint64_t> short_at, absent_at;

 private:
  std::atomic<bool> busy_ = false;
};

// Position after the last entry that came, all of them in order.
std::uint64_t take_all(ExaminedEntries& entries, std::uint64_t first,
                       std::unique_ptr<ExaminedBundle>* last = nullptr) {
  std::uint64_t position = first;
  while (auto bundle = entries.next()) {
    EXPECT_EQ(bundle->index, position / kTileWidth);
    for (std::size_t i = 0; i < bundle->size; ++i, ++position) {
      EXPECT_EQ(bundle->entries[i].bytes, entry(position));
      EXPECT_EQ(bundle->entries[i].leaf, crypto::leaf_hash(entry(position)));
      EXPECT_TRUE(bundle->entries[i].error);
      EXPECT_FALSE(bundle->entries[i].event);
    }
    if (last != nullptr && (bundle->rest || bundle->failed)) {
      *last = std::move(bundle);
    } else {
      entries.reuse(std::move(bundle));
    }
  }
  return position;
}

TEST(ExaminedEntries, ComeInOrderAndWholeByAnyNumberOfThreads) {
  for (const unsigned threads : {0U, 1U, 2U, 7U}) {
    for (const std::uint64_t size : {1U, 7U, 255U, 256U, 257U, 25'601U}) {
      Endless log;
      ExaminedEntries entries(log, 0, size, threads);
      EXPECT_EQ(take_all(entries, 0), size) << threads;
      EXPECT_EQ(log.fetched, (size + 255) / 256);
    }
  }
  Endless log;
  ExaminedEntries entries(log, 3, 1'000, 2);
  EXPECT_EQ(take_all(entries, 3 * 256), 1'000U);
}

TEST(ExaminedEntries, EndAfterABundleThatIsNotWhole) {
  Endless log;
  log.short_at = 2;
  ExaminedEntries cut(log, 0, 2'000, 2);
  std::unique_ptr<ExaminedBundle> last;
  EXPECT_EQ(take_all(cut, 0, &last), 3 * 256U - 1);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->index, 2U);
  EXPECT_EQ(last->rest, 2 + entry(767).size() - 3);
  EXPECT_EQ(log.fetched, 3U);

  Endless without;
  without.absent_at = 1;
  ExaminedEntries missing(without, 0, 2'000, 2);
  EXPECT_EQ(take_all(missing, 0, &last), 256U);
  ASSERT_TRUE(last->failed);
  EXPECT_EQ(last->failed->code, "fetch.absent");
  EXPECT_EQ(last->index, 1U);
  EXPECT_EQ(last->width, 256U);
}

TEST(ExaminedEntries, AreNotFetchedWithoutEndAndMayBeLeft) {
  Endless log;
  {
    ExaminedEntries entries(log, 0, 1'000'000, 2);
    ASSERT_TRUE(entries.next());
    std::uint64_t before = 0;
    do {
      before = log.fetched;
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    } while (log.fetched != before);
    EXPECT_LE(before, 33U);
    EXPECT_GE(before, 2U);
  }
  EXPECT_LE(log.fetched, 33U);
}

}  // namespace
}  // namespace liuhen::ledger
