// Answers without a known end, over loopback: chunks as they come, readers who are slow or leave,
// and a server that stops meanwhile.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "tests/api/chunk_queue.h"
#include "tests/api/loopback.h"
#include "tests/slower.h"

namespace liuhen::api::server {
namespace {

using std::chrono::steady_clock;

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

// A queue that says when the server has done with it.
class Watched final : public StreamSource {
 public:
  explicit Watched(std::size_t bytes_max = 1u << 20) : queue(bytes_max) {}
  void next(Ready ready) override {
    ++asked;
    queue.next(std::move(ready));
  }
  void cancel() override {
    queue.cancel();
    ++cancelled;
  }
  ChunkQueue queue;
  std::atomic<int> asked = 0, cancelled = 0;
};

Site streaming(std::shared_ptr<StreamSource> source) {
  return {[source](const Request& request) {
    Response response;
    if (request.target == "/plain") return response;
    response.content_type = "text/event-stream";
    response.stream = source;
    return response;
  }};
}

void wait_for(const std::function<bool()>& condition) {
  const auto end = steady_clock::now() + std::chrono::seconds(20 * tests::kSlower);
  while (!condition()) {
    ASSERT_LT(steady_clock::now(), end) << "it never came";
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

TEST(Stream, SendsEachChunkWhenItComes) {
  auto source = std::make_shared<Watched>();
  Running running(streaming(source));
  Raw raw(running.port());
  raw.send(kGet);
  ASSERT_TRUE(source->queue.push("one"));
  EXPECT_NE(raw.receive_until("3\r\none\r\n").find("Transfer-Encoding: chunked"),
            std::string::npos);
  ASSERT_TRUE(source->queue.push(""));  // has no place in the framing, and is skipped
  ASSERT_TRUE(source->queue.push("and two"));
  raw.receive_until("7\r\nand two\r\n");
  source->queue.end();
  EXPECT_EQ(raw.receive(), "0\r\n\r\n");
  EXPECT_FALSE(source->queue.push("three"));
  wait_for([&] { return source->cancelled == 1; });
}

TEST(Stream, WhatWasPushedBeforeTheEndIsStillSent) {
  auto source = std::make_shared<Watched>();
  ASSERT_TRUE(source->queue.push("a"));
  ASSERT_TRUE(source->queue.push("b"));
  source->queue.end();
  Running running(streaming(source));
  const Result<Response> got = running.client()->get("/");
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->body, "ab");
  EXPECT_EQ(got->content_type, "text/event-stream");
}

TEST(Stream, IsNotFramedForHttp10) {
  auto source = std::make_shared<Watched>();
  ASSERT_TRUE(source->queue.push("plain"));
  source->queue.end();
  Running running(streaming(source));
  Raw raw(running.port());
  raw.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(raw.receive().ends_with("\r\n\r\nplain"));
}

TEST(Stream, HeadAsksForNothing) {
  auto source = std::make_shared<Watched>();
  Running running(streaming(source));
  Raw raw(running.port());
  raw.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_line(raw.receive()), "HTTP/1.1 200 OK");
  EXPECT_EQ(source->asked, 0);
  EXPECT_EQ(source->cancelled, 1);
}

TEST(Stream, OneAddressHasSoManyAndGetsItsPlacesBack) {
  auto source = std::make_shared<Watched>();
  HttpServerOptions options;
  options.behind_proxy = true;
  options.address_streams_max = 2;
  Running running(streaming(source), options);
  const auto ask = [&](Raw& raw, const std::string& from) {
    raw.send("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: " + from + "\r\n\r\n");
    return status_line(raw.receive_until("\r\n\r\n"));
  };
  auto first = std::make_unique<Raw>(running.port());
  Raw second(running.port()), third(running.port()), other(running.port()), own(running.port());
  EXPECT_EQ(ask(*first, "192.0.2.1"), "HTTP/1.1 200 OK");
  EXPECT_EQ(ask(second, "192.0.2.1"), "HTTP/1.1 200 OK");
  EXPECT_EQ(ask(third, "192.0.2.1"), "HTTP/1.1 429 Too Many Requests");
  EXPECT_NE(third.receive().find("\"code\":\"rate.streams\""), std::string::npos);
  EXPECT_EQ(ask(other, "192.0.2.2"), "HTTP/1.1 200 OK");
  first.reset();
  bool again = false;
  for (int i = 0; i < 100 && !again; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    Raw raw(running.port());
    again = ask(raw, "192.0.2.1") == "HTTP/1.1 200 OK";
  }
  EXPECT_TRUE(again);
}

TEST(Stream, AReaderWhoLeavesIsNoticedWithoutWriting) {
  auto source = std::make_shared<Watched>();
  Running running(streaming(source));
  {
    Raw raw(running.port());
    raw.send(kGet);
    wait_for([&] { return source->asked == 1; });
  }
  wait_for([&] { return source->cancelled == 1; });
  EXPECT_FALSE(source->queue.push("nobody"));
}

// Under load the event of the request's own bytes is dealt with after they were read, which is no
// reader's leaving.
TEST(Stream, AReaderWhoStaysIsNotTakenForOneWhoLeft) {
  std::mutex mutex;
  std::vector<std::shared_ptr<Watched>> sources;
  HttpServerOptions options;
  options.io_threads = 16;
  Running running({[&](const Request&) {
                    Response response;
                    const std::lock_guard lock(mutex);
                    sources.push_back(std::make_shared<Watched>());
                    response.stream = sources.back();
                    return response;
                  }},
                  options);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::unique_ptr<Raw>> readers;
    for (int i = 0; i < 24; ++i) {
      readers.push_back(std::make_unique<Raw>(running.port()));
      readers.back()->send(kGet);
    }
    for (const auto& reader : readers) reader->receive_until("\r\n\r\n");
    wait_for([&] {
      const std::lock_guard lock(mutex);
      return std::all_of(sources.begin(), sources.end(),
                         [](const auto& s) { return s->asked > 0; });
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const std::lock_guard lock(mutex);
    for (const auto& source : sources) EXPECT_EQ(source->cancelled, 0) << "in round " << round;
    sources.clear();
  }
}

TEST(Stream, AReaderWhoDoesNotReadOverflowsItsQueueAlone) {
  auto source = std::make_shared<Watched>(4u << 20);
  Running running(streaming(source));
  Raw raw(running.port());
  raw.send(kGet);
  const auto start = steady_clock::now();
  std::size_t pushed = 0;
  while (source->queue.push(std::string(64u << 10, 'x'))) ASSERT_LT(++pushed, 4'096u);
  EXPECT_GE(pushed, 64u);  // what the queue holds; the rest is in the kernel's buffers
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(10 * tests::kSlower));
  EXPECT_EQ(running.client()->get("/plain")->status, 200u);
}

TEST(Stream, AReaderWhoDoesNotReadIsDroppedInTime) {
  class Endless final : public StreamSource {
   public:
    void next(Ready ready) override { ready(std::string(1u << 20, 'x')); }
    void cancel() override { cancelled = true; }
    std::atomic<bool> cancelled = false;
  };
  auto source = std::make_shared<Endless>();
  HttpServerOptions options;
  options.stream_chunk_timeout_s = 1;
  Running running(streaming(source), options);
  Raw raw(running.port());
  raw.send(kGet);
  wait_for([&] { return source->cancelled.load(); });
  EXPECT_EQ(running.client()->get("/plain")->status, 200u);
}

TEST(Stream, ThoseThatWaitHoldNoWorker) {
  HttpServerOptions options;
  options.workers = 1;
  std::vector<std::shared_ptr<Watched>> sources;
  for (int i = 0; i < 5; ++i) sources.push_back(std::make_shared<Watched>());
  std::atomic<std::size_t> next = 0;
  Running running({[&](const Request& request) {
                    Response response;
                    if (request.target != "/plain") response.stream = sources[next++];
                    return response;
                  }},
                  options);
  std::vector<std::unique_ptr<Raw>> readers;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    readers.push_back(std::make_unique<Raw>(running.port()));
    readers.back()->send(kGet);
    wait_for([&] { return sources[i]->asked == 1; });
  }
  EXPECT_EQ(running.client()->get("/plain")->status, 200u);
}

TEST(Stream, OneTooManyIsRefused) {
  auto source = std::make_shared<Watched>();
  HttpServerOptions options;
  options.streams_max = 1;
  Running running(streaming(source), options);
  Raw first(running.port());
  first.send(kGet);
  wait_for([&] { return source->asked == 1; });
  const Result<Response> second = running.client()->get("/");
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->status, 503u);
  EXPECT_EQ(error_of(*second).code, "queue.full");
}

TEST(Stream, StoppingEndsThemAtOnce) {
  auto source = std::make_shared<Watched>();
  const auto start = steady_clock::now();
  {
    Running running(streaming(source));
    Raw raw(running.port());
    raw.send(kGet);
    ASSERT_TRUE(source->queue.push("last"));
    raw.receive_until("last\r\n");
    running.server().stop();
    EXPECT_EQ(raw.receive(), "0\r\n\r\n");
  }
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(5 * tests::kSlower));
  EXPECT_EQ(source->cancelled, 1);
}

// What a source says to a server that is gone is nobody's.
TEST(Stream, AnAnswerThatComesTooLateDoesNothing) {
  class Late final : public StreamSource {
   public:
    void next(Ready ready) override {
      kept = std::move(ready);
      asked = true;
    }
    void cancel() override {}
    Ready kept;
    std::atomic<bool> asked = false;
  };
  auto source = std::make_shared<Late>();
  {
    Running running(streaming(source));
    Raw raw(running.port());
    raw.send(kGet);
    wait_for([&] { return source->asked.load(); });
  }
  source->kept("too late");
}

TEST(Http, WhereAStreamLeftOffAndWhoAsksReachTheHandler) {
  Running running({[](const Request& request) {
    Response response;
    response.body = request.client + " " + request.last_event_id;
    return response;
  }});
  Raw raw(running.port());
  raw.send("GET / HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 41\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(raw.receive().ends_with("\r\n\r\n127.0.0.1 41"));
}

}  // namespace
}  // namespace liuhen::api::server
