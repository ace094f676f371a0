// What clients of the HTTP server may take of it, over loopback: turns, queues, limits, time-outs.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "api/client/connection.h"
#include "api/server/client_address.h"
#include "tests/api/loopback.h"
#include "tests/slower.h"

namespace liuhen::api::server {
namespace {

using std::chrono::steady_clock;

// Keeps whoever asks waiting until all are there.
class Later {
 public:
  Site site() {
    Site site = echo();
    site.begin = [this](Request request, Finished done) {
      const std::lock_guard lock(mutex_);
      waiting_.push_back({std::move(request), std::move(done)});
      came_.notify_all();
    };
    return site;
  }
  void wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(came_.wait_for(lock, std::chrono::seconds(20 * tests::kSlower),
                               [&] { return waiting_.size() == count; }));
  }
  // The last first.
  void answer(std::size_t count) {
    wait_for(count);
    const std::lock_guard lock(mutex_);
    for (; !waiting_.empty(); waiting_.pop_back()) {
      waiting_.back().second(
          [handle = echo().handle, request = waiting_.back().first] { return handle(request); });
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::pair<Request, Finished>> waiting_;
};

TEST(Http, WhoeverWaitsForAnAnswerHoldsNoWorker) {
  constexpr std::size_t kClients = 12;
  for (const bool brief : {false, true}) {
    Later later;
    HttpServerOptions options;
    options.workers = 1;
    options.io_threads = 1;
    Site site = later.site();
    site.brief = [brief](const Request&) { return brief; };
    Running running(std::move(site), options);
    std::vector<std::thread> clients;
    for (std::size_t i = 0; i < kClients; ++i) {
      clients.emplace_back([&, i] {
        const std::string path = "/" + std::to_string(i);
        EXPECT_EQ(running.client()->get(path)->body, "GET " + path + " ");
      });
    }
    later.answer(kClients);
    for (std::thread& client : clients) client.join();
  }
}

TEST(Http, WhatIsThereAlreadyNeedsNoWorker) {
  std::promise<void> go_on;
  Site site = echo();
  site.handle = [waits = go_on.get_future().share()](const Request&) {
    waits.wait();
    return Response();
  };
  site.at_once = [](const Request& request) -> std::optional<Response> {
    if (request.target != "/there") return std::nullopt;
    Response response;
    response.body = "it";
    return response;
  };
  HttpServerOptions options;
  options.workers = 1;
  Running running(std::move(site), options);
  std::thread slow([&] { EXPECT_EQ(running.client()->get("/other")->status, 200u); });
  EXPECT_EQ(running.client()->get("/there")->body, "it");
  Raw raw(running.port());
  raw.send("HEAD /there HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answer = raw.receive();
  EXPECT_NE(answer.find("Content-Length: 2\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
  go_on.set_value();
  slow.join();
}

// Neither is the server kept from stopping, nor is anyone's answer given to what is no more.
TEST(Http, AnAnswerThatComesAfterTheServerIsNobodys) {
  Later later;
  HttpServerOptions options;
  options.stop_timeout_s = 1;
  {
    Running running(later.site(), options);
    Raw raw(running.port());
    raw.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
    later.wait_for(1);
  }
  later.answer(1);
}

// The readers of a service whose disk hangs.
TEST(Http, WritersWhoWaitHoldUpNoReader) {
  std::atomic<bool> release = false;
  std::atomic<int> inside = 0;
  HttpServerOptions options;
  options.workers = options.write_workers = 1;
  Running running({[&](const Request& request) {
                    if (request.method == "POST") {
                      ++inside;
                      while (!release) std::this_thread::sleep_for(std::chrono::milliseconds(1));
                    }
                    return Response{};
                  }},
                  options);
  std::thread writer([&] {
    EXPECT_EQ(running.client()->send({"POST", "/", "", "x"})->status, 200u);
  });
  while (inside == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(running.client()->get("/")->status, 200u);
  release = true;
  writer.join();
}

// Whoever watches over a service learns that it is well also while it has much to do.
TEST(Http, WhatIsQuickWaitsForNobodysMuch) {
  std::promise<void> go_on;
  Site site;
  site.handle = [waits = go_on.get_future().share()](const Request& request) {
    if (request.target != "/quick") waits.wait();
    return Response{};
  };
  site.quick = [](const Request& request) { return request.target == "/quick"; };
  HttpServerOptions options;
  options.workers = 1;
  Running running(std::move(site), options);
  std::vector<std::thread> slow;
  for (int i = 0; i < 3; ++i)
    slow.emplace_back([&] { EXPECT_EQ(running.client()->get("/much")->status, 200u); });
  EXPECT_EQ(running.client()->get("/quick")->status, 200u);
  go_on.set_value();
  for (std::thread& thread : slow) thread.join();
}

// One address may ask for as much as it likes: others do not wait for it.
TEST(Http, AnAddressThatAsksForMuchHoldsUpNoOther) {
  std::promise<void> go_on;
  std::atomic<int> inside = 0;
  Site site;
  site.handle = [&, waits = go_on.get_future().share()](const Request& request) {
    if (request.target != "/much") return Response{};
    ++inside;
    waits.wait();
    return Response{};
  };
  HttpServerOptions options;
  options.workers = 3;
  options.address_workers = 2;
  options.behind_proxy = true;
  Running running(std::move(site), options);
  const auto get = [](const std::string& path, const std::string& from) {
    return "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: " + from +
           "\r\n\r\n";
  };
  std::vector<std::unique_ptr<Raw>> greedy;
  for (int i = 0; i < 8; ++i) {
    greedy.push_back(std::make_unique<Raw>(running.port()));
    greedy.back()->send(get("/much", "192.0.2.1"));
  }
  while (inside < 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  Raw other(running.port());
  other.send(get("/little", "192.0.2.2"));
  EXPECT_TRUE(other.receive().starts_with("HTTP/1.1 200"));
  EXPECT_EQ(inside, 2);
  go_on.set_value();
  for (const auto& raw : greedy) EXPECT_TRUE(raw->receive().starts_with("HTTP/1.1 200"));
}

// The memory that their answers hold is wanted by others.
TEST(Http, ReadersWhoTakeNothingAreLeft) {
  constexpr std::size_t kLarge = 16u << 20;  // more than the sockets hold
  HttpServerOptions options;
  options.answers_bytes_max = kLarge;
  options.piece_timeout_s = 1;
  Running running({[](const Request&) {
                    Response response;
                    response.body = std::string(kLarge, 'x');
                    return response;
                  }},
                  options);
  Raw idle(running.port());
  idle.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  idle.receive_until("HTTP/1.1 200 OK");
  EXPECT_EQ(running.client()->get("/")->status, 503u);
  unsigned status = 503;
  for (int i = 0; i < 60 && status == 503; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const auto answer = running.client()->get("/");
    status = answer->status;
    if (status == 200) EXPECT_EQ(answer->body.size(), kLarge);
  }
  EXPECT_EQ(status, 200u);
}

// What is still to come of them counts from the start.
TEST(Http, BodiesThatDoNotComeAreBounded) {
  HttpServerOptions options;
  options.bodies_bytes_max = 500'000;
  Running running(echo(), options);
  const std::string half(100'000, 'x');
  const auto begin = [&](const std::string& how) {
    auto raw = std::make_unique<Raw>(running.port());
    raw->send("POST / HTTP/1.1\r\nHost: x\r\n" + how + "\r\n\r\n");
    return raw;
  };
  const std::string and_say_so = "Content-Length: 200000\r\nExpect: 100-continue";
  const auto first = begin(and_say_so), second = begin(and_say_so);
  for (Raw* accepted : {first.get(), second.get()}) {  // before the others come
    EXPECT_TRUE(accepted->receive_until("\r\n\r\n").starts_with("HTTP/1.1 100"));
    accepted->send(half);
  }
  const auto over = begin("Content-Length: 200000"), chunked = begin("Transfer-Encoding: chunked");
  for (Raw* refused : {over.get(), chunked.get()}) {
    const std::string answer = refused->receive();
    EXPECT_EQ(status_line(answer), "HTTP/1.1 503 Service Unavailable");
    EXPECT_NE(answer.find("\"code\":\"queue.full\""), std::string::npos) << answer;
    EXPECT_NE(answer.find("Retry-After: "), std::string::npos);
  }
  EXPECT_EQ(running.client()->send({"POST", "/", "", "small"})->status, 200u);
  first->send(half);
  EXPECT_EQ(first->receive_until("200 OK").substr(0, 8), "HTTP/1.1");
  unsigned status = 503;
  for (int i = 0; i < 100 && status == 503; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    status = running.client()->send({"POST", "/", "", half + half})->status;
  }
  EXPECT_EQ(status, 200u);
}

TEST(Http, LargeAnswersThatNobodyReadsAreBounded) {
  constexpr std::size_t kLarge = 16u << 20;  // more than the sockets hold
  HttpServerOptions options;
  options.answers_bytes_max = 3 * kLarge;
  Running running({[](const Request& request) {
                    Response response;
                    if (request.target == "/large") response.body = std::string(kLarge, 'x');
                    return response;
                  }},
                  options);
  std::vector<std::unique_ptr<Raw>> idle;
  for (int i = 0; i < 3; ++i) {
    idle.push_back(std::make_unique<Raw>(running.port()));
    idle.back()->send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    idle.back()->receive_until("HTTP/1.1 200 OK");
  }
  EXPECT_EQ(running.client()->get("/large")->status, 503u);
  EXPECT_EQ(running.client()->get("/")->status, 200u);  // small ones go
  idle.clear();
  unsigned status = 503;
  for (int i = 0; i < 200 && status == 503; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    status = running.client()->get("/large")->status;
  }
  EXPECT_EQ(status, 200u);
}

TEST(Http, ClosesOnAClientThatIsTooSlow) {
  HttpServerOptions options;
  options.request_timeout_s = 1;
  options.idle_timeout_s = 1;
  Running running(echo(), options);
  const auto start = steady_clock::now();
  Raw trickling(running.port()), silent(running.port());
  trickling.send("GET / HTTP/1.1\r\nHo");
  EXPECT_EQ(trickling.receive(), "");
  EXPECT_EQ(silent.receive(), "");
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(5 * tests::kSlower));
  EXPECT_EQ(running.client()->get("/")->status, 200u);  // and goes on serving others
}

// A byte now and then keeps no connection open: what counts is the whole request.
TEST(Http, AClientThatTricklesIsCutOff) {
  HttpServerOptions options;
  options.request_timeout_s = 1;
  Running running(echo(), options);
  for (const char* start :
       {"GET / HTTP/1.1\r\nX: ", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"}) {
    Raw raw(running.port());
    raw.send(start);
    const auto since = steady_clock::now();
    while (raw.try_send("x")) {
      ASSERT_LT(steady_clock::now() - since, std::chrono::seconds(5 * tests::kSlower)) << start;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    EXPECT_GT(steady_clock::now() - since, std::chrono::milliseconds(900)) << start;
  }
}

// Neither is part of the body, and neither may be kept in memory for as long as it goes on.
TEST(Http, LongLinesOfChunksAndTrailersAreRefused) {
  Running running(echo());
  const std::string start =
      "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string most(4u * kReadBufferBytesMax, 'a');
  for (const std::string& rest :
       {"1;" + most + "\r\nx\r\n0\r\n\r\n", "1\r\nx\r\n0\r\nX: " + most + "\r\n\r\n"}) {
    Raw raw(running.port());
    raw.try_send(start + rest);
    EXPECT_TRUE(raw.receive().starts_with("HTTP/1.1 431 ")) << rest.substr(0, 20);
  }
  Raw good(running.port());
  good.send(start + "1;a=b\r\nx\r\n0\r\nX: y\r\n\r\n");
  EXPECT_TRUE(good.receive().starts_with("HTTP/1.1 200 "));
}

// A server is no more to be trusted than a client.
TEST(Http, AnAnswerWithALongLineOfAChunkIsNotTaken) {
  const int listening = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(listening, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listening, 1), 0);
  socklen_t length = sizeof address;
  ::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &length);
  std::atomic<std::size_t> taken = 0;
  std::thread hostile([&] {
    const int socket = ::accept(listening, nullptr, nullptr);
    const std::string start = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;";
    const std::string more(1u << 16, 'a');
    ::send(socket, start.data(), start.size(), MSG_NOSIGNAL);
    while (taken < (256u << 20)) {
      const ssize_t sent = ::send(socket, more.data(), more.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      taken += static_cast<std::size_t>(sent);
    }
    ::close(socket);
  });
  const auto client = connect("http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)));
  EXPECT_FALSE(client.value()->get("/"));
  hostile.join();
  ::close(listening);
  EXPECT_LT(taken, 32u << 20);  // what the kernel holds
}

TEST(Http, SlowClientsGiveTheirPlacesBack) {
  HttpServerOptions options;
  options.request_timeout_s = 1;
  options.connections_max = 8;
  Running running(echo(), options);
  std::vector<std::unique_ptr<Raw>> slow;
  for (int i = 0; i < 8; ++i) {
    slow.push_back(std::make_unique<Raw>(running.port()));
    slow.back()->send("GET / HT");
  }
  for (const std::unique_ptr<Raw>& raw : slow) EXPECT_EQ(raw->receive(), "");
  EXPECT_EQ(running.client()->get("/")->status, 200u);
}

TEST(Http, AClientThatDoesNotReadItsAnswerIsCutOff) {
  HttpServerOptions options;
  options.response_timeout_s = 1;
  options.connections_max = 1;
  Running running({[](const Request& request) {
                    Response response;
                    if (request.target == "/long") response.body = std::string(64u << 20, 'x');
                    return response;
                  }},
                  options);
  Raw raw(running.port());
  raw.send("GET /long HTTP/1.1\r\nHost: x\r\n\r\n");
  bool is_a_place = false;
  for (int i = 0; i < 40 * tests::kSlower && !is_a_place; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    const Result<Response> got = running.client()->get("/");
    is_a_place = got && got->status == 200;
  }
  EXPECT_TRUE(is_a_place);  // again
  EXPECT_LT(raw.receive().size(), 64u << 20);
}

TEST(Http, OneAddressMayAskSoOften) {
  HttpServerOptions options;
  options.address_rate = {.per_s = 1, .burst = 3};
  options.behind_proxy = true;
  Running running(echo(), options);
  const auto ask = [&](const std::string& from) {
    Raw raw(running.port());
    raw.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: " + from +
             "\r\n\r\n");
    return raw.receive();
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(status_line(ask("192.0.2.1")), "HTTP/1.1 200 OK") << i;
  const std::string refused = ask("192.0.2.1");
  EXPECT_EQ(status_line(refused), "HTTP/1.1 429 Too Many Requests");
  EXPECT_NE(refused.find("\r\nRetry-After: 1\r\n"), std::string::npos) << refused;
  EXPECT_NE(refused.find("\"code\":\"rate.address\""), std::string::npos) << refused;
  // Only the last address counts: those before it are whatever the client wrote.
  EXPECT_EQ(status_line(ask("192.0.2.9, 192.0.2.1")), "HTTP/1.1 429 Too Many Requests");
  EXPECT_EQ(status_line(ask("192.0.2.1, 192.0.2.2")), "HTTP/1.1 200 OK");
  // A proxy may append a field of its own to those that the client wrote.
  EXPECT_EQ(status_line(ask("192.0.2.9\r\nX-Forwarded-For: 192.0.2.1")),
            "HTTP/1.1 429 Too Many Requests");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(running.client()->get("/")->status, 200u);  // loopback
  std::this_thread::sleep_for(std::chrono::milliseconds(1'100));
  EXPECT_EQ(status_line(ask("192.0.2.1")), "HTTP/1.1 200 OK");
}

TEST(Http, ARequestThatHoldsManyCountsAsMany) {
  HttpServerOptions options;
  options.address_rate = {.per_s = 1, .burst = 20};
  options.limit_loopback = true;
  Running running({[](const Request&) {
                    Response response;
                    response.weight = 12;
                    return response;
                  }},
                  options);
  const auto client = running.client();
  EXPECT_EQ(client->get("/")->status, 200u);
  EXPECT_EQ(client->get("/")->status, 200u);  // that there are too few is known only afterwards
  const auto refused = client->get("/");
  EXPECT_EQ(refused->status, 429u);
  for (const auto& [name, value] : refused->headers) {
    if (name == "Retry-After") {
      EXPECT_GE(std::stoi(value), 4);
    }
  }
}

TEST(Http, WhatAClientSaysOfItsAddressCountsOnlyBehindAProxy) {
  HttpServerOptions options;
  options.address_rate = {.per_s = 1, .burst = 1};
  Running running({[](const Request& request) {
                    Response response;
                    response.body = request.client;
                    return response;
                  }},
                  options);
  for (int i = 0; i < 3; ++i) {
    Raw raw(running.port());
    raw.send(
        "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(raw.receive().ends_with("\r\n\r\n127.0.0.1"));
  }
}

TEST(Http, OneAddressMayHoldSoManyConnections) {
  HttpServerOptions options;
  options.address_connections_max = 2;
  options.limit_loopback = true;
  Running running(echo(), options);
  auto first = running.client(), second = running.client();
  ASSERT_EQ(first->get("/")->status, 200u);
  ASSERT_EQ(second->get("/")->status, 200u);
  EXPECT_FALSE(running.client()->get("/").has_value());
  first.reset();
  bool again = false;
  for (int i = 0; i < 100 && !again; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    again = running.client()->get("/").has_value();
  }
  EXPECT_TRUE(again);
}

TEST(Http, Ipv6AddressesAreLimitedByTheirNetwork) {
  const ClientAddress one = forwarded_client("2001:db8:1:2:3:4:5:6");
  EXPECT_EQ(one.text, "2001:db8:1:2:3:4:5:6");
  EXPECT_EQ(one.network, "2001:db8:1:2::/64");
  EXPECT_EQ(forwarded_client("192.0.2.1, 2001:db8:1:2:ffff::").network, one.network);
  EXPECT_NE(forwarded_client("2001:db8:1:3:3:4:5:6").network, one.network);
  EXPECT_EQ(forwarded_client(" ::ffff:192.0.2.1 ").network, "192.0.2.1");
  EXPECT_TRUE(forwarded_client("::1").loopback);
  EXPECT_EQ(forwarded_client("192.0.2.7, 192.0.2.1:4711").network, "192.0.2.1");
  EXPECT_EQ(forwarded_client("[2001:db8:1:2::9]:4711").network, one.network);
  EXPECT_EQ(forwarded_client("[2001:db8:1:2::9]").network, one.network);
  // What is no address is never the proxy's own, which is not limited.
  for (const char* none : {"somebody", "", "192.0.2.1,", "[::1", ":80"}) {
    EXPECT_EQ(forwarded_client(none).network, "unknown") << none;
    EXPECT_FALSE(forwarded_client(none).loopback) << none;
  }
}

TEST(Http, AFullQueueOfWorkersAnswers503) {
  std::atomic<bool> release = false;
  std::atomic<int> inside = 0;
  HttpServerOptions options;
  options.workers = 1;
  options.worker_queue_max = 1;
  Running running({[&](const Request&) {
                    ++inside;
                    while (!release) std::this_thread::sleep_for(std::chrono::milliseconds(1));
                    return Response{};
                  }},
                  options);
  std::thread first([&] { EXPECT_EQ(running.client()->get("/")->status, 200u); });
  while (inside == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::atomic<int> done = 0;
  std::thread second([&] {
    EXPECT_EQ(running.client()->get("/")->status, 200u);
    ++done;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  Result<Response> third = running.client()->get("/");
  ASSERT_TRUE(third.has_value());
  EXPECT_EQ(third->status, 503u);
  EXPECT_EQ(done, 0);
  bool retry = false;
  for (const auto& [name, value] : third->headers) retry = retry || name == "Retry-After";
  EXPECT_TRUE(retry);
  release = true;
  first.join();
  second.join();
}

TEST(Http, TooManyConnectionsAreClosed) {
  HttpServerOptions options;
  options.connections_max = 1;
  Running running(echo(), options);
  auto first = running.client();
  ASSERT_EQ(first->get("/")->status, 200u);
  EXPECT_FALSE(running.client()->get("/").has_value());
  EXPECT_EQ(first->get("/")->status, 200u);
}

}  // namespace
}  // namespace liuhen::api::server
