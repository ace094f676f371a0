// Live feeds: nothing lost, nothing twice, whoever reads how slowly, and wherever he begins.
#include "api/server/feed.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <future>

#include "api/server/process_figures.h"
#include "ledger/memory_storage.h"
#include "tests/api/loopback.h"
#include "tests/api/town.h"
#include "tests/slower.h"

namespace liuhen::tests {
namespace {

namespace json = boost::json;
using api::server::FeedFilter;
using api::server::FeedReader;
using api::server::Feeds;
using api::server::StreamSource;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

ledger::schema::DepartmentSetT department(const std::string& id) {
  ledger::schema::DepartmentSetT out;
  out.id = id;
  out.name = "部门";
  out.division = "370200";
  return out;
}

// The data of the events in a piece of an event stream, whose ids are their positions.
std::vector<json::value> events_of(const std::string& text) {
  std::vector<json::value> events;
  for (std::size_t at = 0; (at = text.find("data: ", at)) != std::string::npos;) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos) break;
    json::value data = json::parse(text.substr(at + 6, end - at - 6));
    const std::string id = "id: " + std::to_string(data.at("position").to_number<std::uint64_t>());
    EXPECT_TRUE(text.substr(0, at).ends_with(id + "\n")) << text.substr(0, at);
    events.push_back(std::move(data));
    at = end;
  }
  return events;
}

std::vector<std::uint64_t> positions_of(const std::string& text) {
  std::vector<std::uint64_t> positions;
  for (const json::value& event : events_of(text))
    positions.push_back(event.at("position").to_number<std::uint64_t>());
  return positions;
}

std::vector<std::uint64_t> range(std::uint64_t from, std::uint64_t to) {
  std::vector<std::uint64_t> all;
  for (; from < to; ++from) all.push_back(from);
  return all;
}

// The city's entries as a storage has them.
void store(const City& city, ledger::Storage& storage) {
  ledger::Batch batch;
  for (std::uint64_t n = 0; n < city.size(); ++n) {
    const auto event = ledger::Event::parse(city.entries()[n]).value();
    batch.put(ledger::Family::entries, ledger::key_of_number(n),
              std::string(text_of(city.entries()[n])));
    for (const std::string& stream : ledger::streams_of(event))
      batch.put(ledger::Family::streams, stream + '\0' + ledger::key_of_number(n), "");
  }
  ASSERT_TRUE(storage.commit(batch).has_value());
}

std::vector<std::uint64_t> all_of(FeedReader reader, std::uint64_t size) {
  std::vector<std::uint64_t> positions;
  while (reader.position() < size) {
    const Result<std::string> chunk = reader.next(size);
    EXPECT_TRUE(chunk.has_value());
    if (!chunk) break;
    for (const std::uint64_t position : positions_of(*chunk)) positions.push_back(position);
  }
  return positions;
}

TEST(FeedReader, AnIndexOfAnEntryThatHasGoneIsAnErrorAndNoCrash) {
  City city;
  city.furnish(20, 4);
  ledger::MemoryStorage storage;
  store(city, storage);
  const auto event = ledger::Event::parse(city.entries()[3]).value();
  ledger::Batch damage;
  damage.remove(ledger::Family::entries, ledger::key_of_number(3));
  ASSERT_TRUE(storage.commit(damage));
  FeedReader reader(storage, {.stream = std::string(event.intent().stream()), .kinds = {}}, 0);
  const Result<std::string> chunk = reader.next(city.size());
  ASSERT_FALSE(chunk);
  EXPECT_EQ(chunk.error().code, "storage.damaged");
  EXPECT_NE(chunk.error().en.find("entry 3"), std::string::npos);
}

TEST(FeedReader, ShowsEachEntryOnceFromWhereverItBeginsUpToWhatIsCommitted) {
  City city;
  city.furnish(20, 4);
  ledger::MemoryStorage storage;
  store(city, storage);
  const std::uint64_t size = city.size();
  for (std::uint64_t from = 0; from <= size; ++from) {
    EXPECT_EQ(all_of(FeedReader(storage, {}, from), size), range(from, size));
    EXPECT_EQ(all_of(FeedReader(storage, {}, 0), from), range(0, from));
  }
  FeedReader reader(storage, {}, 0);
  const auto events = events_of(reader.next(size).value());
  const auto first = ledger::Event::parse(city.entries()[0]).value();
  EXPECT_EQ(events[0].at("kind").as_string(), "Genesis");
  EXPECT_EQ(events[0].at("leaf_hash").as_string(), to_hex(first.leaf_hash()));
  EXPECT_EQ(events[0].at("time").to_number<std::uint64_t>(), first.time());
  EXPECT_EQ(events[0].at("stream").as_string(), first.intent().stream());
}

TEST(FeedReader, LeavesOutWhatIsOfAnotherStreamOrKind) {
  City city;
  city.furnish(20, 4);
  ledger::MemoryStorage storage;
  store(city, storage);
  std::map<std::string, std::vector<std::uint64_t>> by_stream;
  std::map<ledger::PayloadTag, std::vector<std::uint64_t>> by_kind;
  for (std::uint64_t n = 0; n < city.size(); ++n) {
    const auto event = ledger::Event::parse(city.entries()[n]).value();
    for (const std::string& stream : ledger::streams_of(event)) by_stream[stream].push_back(n);
    by_kind[event.tag()].push_back(n);
  }
  ASSERT_GT(by_stream.size(), 20u);
  ASSERT_GT(by_kind.size(), 4u);
  for (const auto& [stream, positions] : by_stream) {
    EXPECT_EQ(all_of(FeedReader(storage, {.stream = stream, .kinds = {}}, 0), city.size()),
              positions)
        << stream;
  }
  for (const auto& [kind, positions] : by_kind) {
    EXPECT_EQ(all_of(FeedReader(storage, {.stream = "", .kinds = {kind}}, 0), city.size()),
              positions);
    const std::string one = by_stream.begin()->first;
    for (const std::uint64_t both :
         all_of(FeedReader(storage, {.stream = one, .kinds = {kind}}, 0), city.size())) {
      EXPECT_TRUE(std::ranges::count(positions, both));
    }
  }
  EXPECT_TRUE(
      all_of(FeedReader(storage, {.stream = "none/x", .kinds = {}}, 0), city.size()).empty());
}

TEST(FeedReader, TakesNoMoreInOneTurnThanItsLimits) {
  City city;
  ledger::MemoryStorage storage;
  store(city, storage);
  const std::string entry(text_of(city.entries()[0]));
  const std::uint64_t size = 3 * api::kFeedScanEntriesMax;
  ledger::Batch batch;  // the same bytes again and again, which no ledger has
  for (std::uint64_t n = 0; n < size; ++n)
    batch.put(ledger::Family::entries, ledger::key_of_number(n), entry);
  ASSERT_TRUE(storage.commit(batch).has_value());
  FeedReader none(storage, {.stream = "", .kinds = {ledger::PayloadTag::DrawExecuted}}, 0);
  EXPECT_EQ(none.next(size).value(), "");
  EXPECT_EQ(none.position(), api::kFeedScanEntriesMax);
  FeedReader all(storage, {}, 0);
  EXPECT_LE(all.next(size).value().size(), api::kFeedChunkBytesMax + 1'000);
  EXPECT_LE(all.position(), api::kFeedScanEntriesMax);
  EXPECT_GT(all.position(), 0u);
}

// A turn, waited for.
std::optional<std::string> turn(StreamSource& source) {
  std::promise<std::optional<std::string>> given;
  auto got = given.get_future();
  source.next([&](std::optional<std::string> chunk) { given.set_value(std::move(chunk)); });
  return got.get();
}

// A reader who takes nothing costs one turn's bytes, and whoever tells of commits waits for no one.
TEST(Feeds, HoldNothingForAReaderWhoDoesNotRead) {
  City city;
  city.furnish(20, 4);
  ledger::MemoryStorage storage;
  store(city, storage);
  Feeds feeds(storage);
  feeds.committed(5);
  std::vector<std::shared_ptr<StreamSource>> idle;
  for (int i = 0; i < 200; ++i) idle.push_back(feeds.open({}, 0).value());
  std::atomic<int> given = 0;
  for (const auto& feed : idle) {
    EXPECT_EQ(turn(*feed), "retry: 2000\n\n");
    feed->next([&](std::optional<std::string>) { ++given; });  // and never asks again
  }
  EXPECT_EQ(given, 200);
  const auto begun = steady_clock::now();
  for (int i = 0; i < 100'000; ++i) feeds.committed(6 + static_cast<std::uint64_t>(i) % 10);
  EXPECT_LT(steady_clock::now() - begun, 2s);
  std::vector<api::server::Figure> figures;
  feeds.add_figures(figures);
  EXPECT_EQ(figures[0].name, "liuhen_feeds");
  EXPECT_EQ(figures[0].value, 200);
  EXPECT_EQ(figures[1].name, "liuhen_feed_events_total");
  EXPECT_EQ(figures[1].value, 200 * 5);
  idle.clear();
  figures.clear();
  feeds.add_figures(figures);
  EXPECT_EQ(figures[0].value, 0);
}

TEST(Feeds, BeatWhenThereIsNothingAndSayHowFarTheyHaveLooked) {
  City city;
  ledger::MemoryStorage storage;
  store(city, storage);
  Feeds feeds(storage, 50ms);
  feeds.committed(city.size());
  auto feed = feeds.open({.stream = "none/x", .kinds = {}}, 0).value();
  EXPECT_EQ(turn(*feed), "retry: 2000\n\n");
  std::string got;
  const auto begun = steady_clock::now();
  while (got.empty() && steady_clock::now() - begun < 10s) got = turn(*feed).value_or("ended");
  EXPECT_EQ(got, ": alive\nid: " + std::to_string(city.size() - 1) + "\n\n");
  feeds.stop();
  EXPECT_EQ(turn(*feed), std::nullopt);
  EXPECT_EQ(feeds.open({}, 0).error().code, "ledger.stopped");
}

// Its bytes without the framing: whatever chunk sizes the server chose.
class Follower {
 public:
  Follower(const Town& town, const std::string& query, const std::string& last_id = "")
      : raw_(town.port()) {
    raw_.send("GET /api/v1/feed" + query + " HTTP/1.0\r\nHost: x\r\n" +
              (last_id.empty() ? "" : "Last-Event-ID: " + last_id + "\r\n") + "\r\n");
    head_ = raw_.receive_until("\r\n\r\n");
  }
  const std::string& head() const { return head_; }
  // The positions of the next so many events.
  std::vector<std::uint64_t> next(std::size_t count) {
    std::vector<std::uint64_t> positions;
    while (positions.size() < count) {
      const std::string block = raw_.receive_until("\n\n");
      if (block.empty()) break;
      for (const std::uint64_t position : positions_of(block)) positions.push_back(position);
    }
    return positions;
  }

 private:
  api::server::Raw raw_;
  std::string head_;
};

TEST(Feed, FollowsAndIsTakenUpAgainWithoutLossOrRepetition) {
  Town town;
  town.city.furnish(20, 4);
  town.catch_up();
  const std::uint64_t size = town.city.size();
  std::uint64_t made = 0;
  const auto record = [&](int count) {
    for (int i = 0; i < count; ++i) {
      const Bytes intent =
          ledger::encode(town.city.intent(department("D" + std::to_string(made++)), {"office"}));
      ASSERT_EQ(town.send(intent, {"office"}).status, 200u);
    }
  };
  Follower all(town, "?from=0"), fresh(town, ""), kind(town, "?from=0&kind=DepartmentSet");
  EXPECT_TRUE(all.head().starts_with("HTTP/1.0 200 ")) << all.head();
  EXPECT_NE(all.head().find("Content-Type: text/event-stream\r\n"), std::string::npos);
  EXPECT_EQ(all.next(size), range(0, size));
  record(3);
  EXPECT_EQ(all.next(3), range(size, size + 3));
  EXPECT_EQ(fresh.next(3), range(size, size + 3));
  const auto departments = kind.next(3);
  EXPECT_LT(departments[0], size);
  std::uint64_t last = size + 2;
  for (int round = 0; round < 5; ++round) {  // the connection is lost each time
    record(2);
    Follower again(town, "?from=0", std::to_string(last));
    EXPECT_EQ(again.next(2), range(last + 1, last + 3));
    last += 2;
  }
  Follower stream(town, "?from=0&stream=department%2FD0");
  EXPECT_EQ(stream.next(1), range(size, size + 1));
}

TEST(Feed, RefusesWhatMakesNoSense) {
  Town town;
  town.catch_up();
  EXPECT_EQ(Town::code(town.get("/api/v1/feed?from=99")), "feed.ahead");
  EXPECT_EQ(town.get("/api/v1/feed?from=99").status, 409u);
  EXPECT_EQ(Town::code(town.get("/api/v1/feed?from=x")), "request.number");
  EXPECT_EQ(Town::code(town.get("/api/v1/feed?kind=Nonsense")), "request.kind");
  EXPECT_EQ(Town::code(town.get("/api/v1/feed?kind=NONE")), "request.kind");
  const api::Request resumed{.method = "GET",
                             .target = "/api/v1/feed?from=0",
                             .content_type = "",
                             .body = "",
                             .last_event_id = "x"};
  EXPECT_EQ(Town::code(town.service().handle(resumed)), "request.number");
}

// Readers who take nothing, while the writer goes on.
TEST(Feed, AReaderWhoDoesNotReadSlowsNoWriter) {
  Town town;
  town.catch_up();
  std::vector<std::unique_ptr<Follower>> stuck;
  for (int i = 0; i < 50; ++i) stuck.push_back(std::make_unique<Follower>(town, "?from=0"));
  Follower reading(town, "?from=0");
  const std::uint64_t before = town.city.size();
  const auto begun = steady_clock::now();
  for (int i = 0; i < 200; ++i) {
    const Bytes intent =
        ledger::encode(town.city.intent(department("D" + std::to_string(i)), {"office"}));
    ASSERT_EQ(town.send(intent, {"office"}).status, 200u);
  }
  EXPECT_LT(steady_clock::now() - begun, 60s);
  EXPECT_EQ(reading.next(before + 200), range(0, before + 200));
}

double figure(const Feeds& feeds, std::string_view name) {
  std::vector<api::server::Figure> figures;
  feeds.add_figures(figures);
  for (const api::server::Figure& known : figures) {
    if (known.name == name) return known.value;
  }
  return -1;
}

double resident_bytes() {
  for (const api::server::Figure& known : api::server::process_figures()) {
    if (known.name == "process_resident_memory_bytes") return known.value;
  }
  return -1;
}

// More than any socket's buffers take: whoever does not read is sent what fits and then dropped,
// costs no memory meanwhile, and the one beside him gets everything.
TEST(Feed, AReaderWhoDoesNotReadIsDropped) {
  City city;
  ledger::MemoryStorage storage;
  const std::string entry(text_of(city.entries()[0]));
  constexpr std::uint64_t kSize = 200'000;
  ledger::Batch batch;  // the same bytes again and again, which no ledger has
  for (std::uint64_t n = 0; n < kSize; ++n)
    batch.put(ledger::Family::entries, ledger::key_of_number(n), entry);
  ASSERT_TRUE(storage.commit(batch).has_value());
  Feeds feeds(storage);
  feeds.committed(kSize);
  api::server::HttpServerOptions options;
  options.stream_chunk_timeout_s = 2;
  api::server::Running running({[&](const api::Request&) {
                                 api::Response response;
                                 response.content_type = "text/event-stream";
                                 response.stream = feeds.open({}, 0).value();
                                 return response;
                               }},
                               options);
  const double before = resident_bytes();
  std::vector<std::unique_ptr<api::server::Raw>> stuck;
  for (int i = 0; i < 6; ++i) {
    stuck.push_back(std::make_unique<api::server::Raw>(running.port()));
    stuck.back()->send("GET / HTTP/1.0\r\n\r\n");
  }
  const auto begun = steady_clock::now();
  while (figure(feeds, "liuhen_feeds") < 6 && steady_clock::now() - begun < 10s)
    std::this_thread::sleep_for(1ms);
  EXPECT_EQ(figure(feeds, "liuhen_feeds"), 6);
  while (figure(feeds, "liuhen_feeds") > 0 && steady_clock::now() - begun < 60s)
    std::this_thread::sleep_for(10ms);
  EXPECT_EQ(figure(feeds, "liuhen_feeds"), 0) << "they are dropped";
  EXPECT_LT(figure(feeds, "liuhen_feed_events_total"), 6 * kSize / 2) << "and were not sent all";
  if (!kSanitized) EXPECT_LT(resident_bytes() - before, 64e6);  // they keep what was freed
}

}  // namespace
}  // namespace liuhen::tests
