// The HTTP server in front of a handler, over loopback: framing, stopping, and the client.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "api/client/connection.h"
#include "api/client/name_lookup.h"
#include "api/client/url_fetcher.h"
#include "api/server/gzip.h"
#include "api/server/http_date.h"
#include "api/server/problem.h"
#include "api/server/target.h"
#include "tests/api/loopback.h"
#include "tests/api/running_witness.h"
#include "tests/slower.h"

namespace liuhen::api::server {
namespace {

TEST(Http, AnswersGetAndPostOnOneConnection) {
  Running running(echo());
  auto client = running.client();
  for (int i = 0; i < 3; ++i) {
    Result<Response> got = client->get("/a?b=c");
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->status, 200u);
    EXPECT_EQ(got->content_type, "text/plain");
    EXPECT_EQ(got->body, "GET /a?b=c ");
  }
  Result<Response> posted = client->send({"POST", "/x", "text/plain", "hello"});
  ASSERT_TRUE(posted.has_value());
  EXPECT_EQ(posted->body, "POST /x hello");
}

TEST(Http, HeadHasTheLengthAndNoBody) {
  Running running(echo());
  Raw raw(running.port());
  raw.send("HEAD /abc HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answer = raw.receive();
  EXPECT_EQ(status_line(answer), "HTTP/1.1 200 OK");
  EXPECT_NE(answer.find("Content-Length: 10\r\n"), std::string::npos) << answer;  // "HEAD /abc "
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST(Http, FieldsOfOneNameAreOneList) {
  Site site;
  site.handle = [](const Request& request) {
    Response response;
    response.body = request.if_none_match + "; " + request.accept_encoding;
    return response;
  };
  Running running(site);
  Raw raw(running.port());
  raw.send(
      "GET / HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"a\"\r\nAccept-Encoding: br\r\n"
      "If-None-Match: \"b\", \"c\"\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(raw.receive().ends_with("\"a\", \"b\", \"c\"; br, gzip"));
}

TEST(Http, PipelinedRequestsAreAnsweredInOrder) {
  Running running(echo());
  Raw raw(running.port());
  raw.send(
      "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answer = raw.receive();
  const auto first = answer.find("GET /1"), second = answer.find("GET /2");
  ASSERT_NE(first, std::string::npos);
  ASSERT_NE(second, std::string::npos);
  EXPECT_LT(first, second);
}

// RFC 9112 section 2.2: one is passed over, and not as many as somebody likes to send.
TEST(Http, AnEmptyLineMayStandBeforeARequest) {
  Running running(echo());
  Raw raw(running.port());
  raw.send("\r\nPOST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab\r\n");
  raw.receive_until("POST /1 ab");
  raw.send("GET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(raw.receive().ends_with("GET /2 "));
  Raw two(running.port());
  two.send("\r\n\r\nGET /3 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_line(two.receive()), "HTTP/1.1 400 Bad Request");
}

TEST(Http, RefusesABodyOverTheLimit) {
  Running running(echo());
  auto client = running.client();
  Result<Response> over = client->send({"POST", "/x", "", std::string(kBodyBytesMax + 1, 'x')});
  ASSERT_TRUE(over.has_value()) << over.error().en;
  EXPECT_EQ(over->status, 413u);
  EXPECT_EQ(over->content_type, "application/problem+json");
  EXPECT_EQ(error_of(*over).code, "request.oversized");
  EXPECT_EQ(client->send({"POST", "/x", "", std::string(kBodyBytesMax, 'x')})->status, 200u);
}

TEST(Http, RefusesAChunkedBodyOverTheLimit) {
  HttpServerOptions options;
  options.body_bytes_max = 1'000;
  Running running(echo(), options);
  Raw raw(running.port());
  raw.send("POST /s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n" +
           std::string(2'048, 'x') + "\r\n0\r\n\r\n");
  EXPECT_EQ(status_line(raw.receive()), "HTTP/1.1 413 Payload Too Large");
}

TEST(Http, RefusesAPostWithoutALength) {
  Running running(echo());
  Raw raw(running.port());
  raw.send("POST /s HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_line(raw.receive()), "HTTP/1.1 411 Length Required");
}

TEST(Http, RefusesAHeaderOverTheLimit) {
  Running running(echo());
  Raw raw(running.port());
  raw.send("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(kHeaderBytesMax, 'x') + "\r\n\r\n");
  EXPECT_EQ(status_line(raw.receive()), "HTTP/1.1 431 Request Header Fields Too Large");
}

TEST(Http, RefusesWhatIsNotHttp) {
  Running running(echo());
  Raw raw(running.port());
  raw.send("hello there, this is not HTTP\r\n\r\n");
  EXPECT_EQ(status_line(raw.receive()), "HTTP/1.1 400 Bad Request");
}

// What a proxy in front could read as another request than this server does.
TEST(Http, RefusesWhatCanBeReadInTwoWays) {
  Running running(echo());
  const std::string post = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: ";
  for (const std::string& request :
       {std::string("GET / HTTP/1.1\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: a b c\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: x/y\r\n\r\n"),
        post + "gzip\r\nContent-Length: 2\r\n\r\nab",
        post + "identity\r\nContent-Length: 2\r\n\r\nab",
        post + "gzip, chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
        post + "chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        post + "chunked\r\n\r\nxyz\r\n"}) {
    Raw raw(running.port());
    raw.send(request);
    EXPECT_EQ(status_line(raw.receive()), "HTTP/1.1 400 Bad Request") << request;
  }
}

TEST(Http, TakesNoCodedBody) {
  Running running(echo());
  Raw raw(running.port());
  raw.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab");
  EXPECT_EQ(status_line(raw.receive()), "HTTP/1.1 415 Unsupported Media Type");
}

TEST(Http, TheAbsoluteFormIsTaken) {
  Running running({[](const Request& request) {
    Response response;
    const auto target = Target::parse(request.target);
    response.body = target ? target->raw_path : "none";
    return response;
  }});
  for (const auto& [form, path] : {std::pair("http://x/a?b", "/a"), std::pair("http://x", "/"),
                                   std::pair("https://x/c", "/c"), std::pair("HTTP://x/d", "/d"),
                                   std::pair("http://x?e=/f", "/"), std::pair("ftp://x/g", "none"),
                                   std::pair("/h://x/i", "/h://x/i"), std::pair("*", "none")}) {
    Raw raw(running.port());
    raw.send("GET " + std::string(form) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(raw.receive().ends_with("\r\n\r\n" + std::string(path))) << form;
  }
}

TEST(Http, TargetsHoldText) {
  for (const char* bad : {"/a%00b", "/a?b=c%00", "/a%0a", "/%ff", "/a?x=%c3", "/a?%1f=1", "/%zz"})
    EXPECT_FALSE(Target::parse(bad).has_value()) << bad;
  EXPECT_EQ(Target::parse("/%E9%9D%92?s=a+b").value().path[0], "青");
}

// RFC 9110 section 10.1.1 and RFC 9112 section 6.1.
TEST(Http, OlderClientsAreToldNothingTheyDoNotKnow) {
  Running running(echo());
  Raw expecting(running.port());
  expecting.send("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx");
  EXPECT_TRUE(expecting.receive().find(" 100 ") == std::string::npos);
  Raw chunked(running.port());
  chunked.send(
      "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  EXPECT_NE(chunked.receive().find(" 400 "), std::string::npos);
}

// A static host that compresses though nobody asked (C2SP tlog-tiles allows it).
TEST(Http, TheClientReadsGzip) {
  const std::string body(100'000, 'x');
  Running running({[&](const Request& request) {
    Response response;
    response.headers.emplace_back("Content-Encoding", request.target == "/br" ? "br" : "gzip");
    response.body = gzip(body);
    if (request.target == "/cut") response.body.resize(response.body.size() - 9);
    if (request.target == "/not") response.body = body;
    return response;
  }});
  EXPECT_EQ(running.client()->get("/").value().body, body);
  for (const char* wrong : {"/cut", "/not", "/br"}) {
    const auto got = running.client()->get(wrong);
    ASSERT_FALSE(got.has_value()) << wrong;
    EXPECT_EQ(got.error().code, "connect.coding") << wrong;
  }
  const auto small = api::connect(running.url(), {.response_bytes = 99'999}).value()->get("/");
  ASSERT_FALSE(small.has_value());
  EXPECT_EQ(small.error().code, "connect.coding");  // a bomb does not fill the memory
  EXPECT_EQ(api::connect(running.url(), {.response_bytes = 100'000}).value()->get("/").value().body,
            body);
}

// A checkpoint, a tile and a bundle have a size that they cannot have more of.
TEST(Http, AFetcherReadsNoMoreThanThereCanBe) {
  Running running({[](const Request&) {
    Response response;
    response.body = std::string(64u << 20, 'x');
    return response;
  }});
  const auto client = running.client();
  UrlFetcher fetcher(*client);
  EXPECT_EQ(fetcher.checkpoint().error().code, "fetch.failed");
  EXPECT_EQ(fetcher.tile(0, 0, 256).error().code, "fetch.failed");
  EXPECT_EQ(fetcher.tile(0, 0, 7).error().code, "fetch.failed");
  EXPECT_EQ(fetcher.entries(0, 256).error().code, "fetch.failed");
}

TEST(Http, StopAnswersWhatIsUnderWay) {
  std::atomic<int> inside = 0;
  Running running({[&](const Request&) {
    ++inside;
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    Response response;
    response.body = "late";
    return response;
  }});
  auto idle = running.client();
  std::thread asking([&] {
    Result<Response> got = running.client()->get("/");
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->body, "late");
  });
  while (inside == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  running.server().stop();
  asking.join();
  EXPECT_FALSE(idle->get("/").has_value());
}

TEST(Http, TheClientComesBackAfterItsConnectionWasClosed) {
  HttpServerOptions options;
  options.idle_timeout_s = 1;
  Running running(echo(), options);
  auto client = running.client();
  EXPECT_EQ(client->get("/")->status, 200u);
  std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
  EXPECT_EQ(client->get("/")->status, 200u);
}

TEST(Http, ARequestIsGivenUpFromAnotherThread) {
  const tests::MuteServer mute;
  const auto connection = api::connect(mute.url()).value();
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    connection->cancel();
  });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(connection->get("/").error().code, "connect.cancelled");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3 * tests::kSlower));
  other.join();
  EXPECT_EQ(connection->get("/").error().code, "connect.cancelled") << "and every later one";
}

TEST(Http, NamesAreLookedUpWithoutWaitingForThemWhenCancelled) {
  const auto cancelling = std::make_shared<api::Cancelling>();
  boost::system::error_code problem;
  const auto found = api::look_up("localhost", "80", std::chrono::seconds(20), cancelling, problem);
  EXPECT_FALSE(problem) << problem.message();
  EXPECT_FALSE(found.empty());
  EXPECT_TRUE(cancelling->pause(std::chrono::milliseconds(1)));
  cancelling->cancel();
  EXPECT_FALSE(cancelling->pause(std::chrono::seconds(20)));
  const auto start = std::chrono::steady_clock::now();
  (void)api::look_up("host.invalid", "80", std::chrono::seconds(20), cancelling, problem);
  EXPECT_TRUE(problem);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3 * tests::kSlower));
}

TEST(Http, AddressesAreParsedStrictly) {
  for (const char* bad : {"", "127.0.0.1:80", "ftp://x", "http://", "http:///x", "http://x:0",
                          "http://x:99999", "http://x?y", "http://x/y#z", "http://x/ y", "https://",
                          "http://[::1", "http://x:80y", "http://a@b"}) {
    Result<std::unique_ptr<Connection>> made = api::connect(bad);
    ASSERT_FALSE(made.has_value()) << bad;
    EXPECT_EQ(made.error().code, "connect.url");
  }
  EXPECT_TRUE(api::connect("http://[::1]:8080/").has_value());
  Running running(echo());
  for (const std::string& bad :
       {std::string("8080"), std::string("127.0.0.1:x"), std::string("nowhere:80")}) {
    HttpServerOptions options;
    options.listen = bad;
    EXPECT_EQ(HttpServer::open(options, echo()).error().code, "listen.address") << bad;
    EXPECT_EQ(HttpServer::check_listen(bad).error().code, "listen.address") << bad;
  }
}

TEST(Http, SaysWhenNobodyListensOrThePortIsTaken) {
  std::uint16_t port = 0;
  {
    Running running(echo());
    port = running.port();
    HttpServerOptions options;
    options.listen = "127.0.0.1:" + std::to_string(port);
    EXPECT_EQ(HttpServer::open(options, echo()).error().code, "listen.busy");
    EXPECT_EQ(HttpServer::check_listen(options.listen).error().code, "listen.busy");
  }
  Result<Response> got = api::connect("http://127.0.0.1:" + std::to_string(port)).value()->get("/");
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().code, "connect.failed");
}

// The first is the standard's own example; the others are from date(1).
TEST(Http, DatesAreThoseOfTheStandard) {
  EXPECT_EQ(http_date(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(http_date(951'827'696), "Tue, 29 Feb 2000 12:34:56 GMT");
  EXPECT_EQ(http_date(4'102'444'799), "Thu, 31 Dec 2099 23:59:59 GMT");
  Running running(echo());
  const auto before = static_cast<std::uint64_t>(::time(nullptr));
  const Response answer = running.client()->get("/").value();
  const auto after = static_cast<std::uint64_t>(::time(nullptr));
  std::string date;
  for (const auto& [name, value] : answer.headers) {
    if (name == "Date") date = value;
  }
  bool now = false;
  for (std::uint64_t second = before; second <= after; ++second) now |= date == http_date(second);
  EXPECT_TRUE(now) << date;
}

TEST(Problem, IsADocumentWithACodeThatTravels) {
  const Response response = problem(fail("intent.signature", "签名不对", "the signature is wrong"));
  EXPECT_EQ(response.status, 403u);
  const Error back = error_of(response);
  EXPECT_EQ(back.code, "intent.signature");
  EXPECT_EQ(back.zh, "签名不对");
  EXPECT_EQ(back.en, "the signature is wrong");
  EXPECT_EQ(status_of("plan.pool_empty"), 422u);
  EXPECT_EQ(status_of("queue.full"), 503u);
  EXPECT_EQ(status_of("request.malformed"), 400u);
  EXPECT_EQ(status_of("request.coding"), 415u);
  EXPECT_EQ(status_of("rate.author"), 429u);
  const Response later = problem_for(fail("rate.author", "稍后", "later"), 7);
  EXPECT_EQ(later.headers.back(), std::pair(std::string("Retry-After"), std::string("7")));
  EXPECT_EQ(error_of(Response{502, "text/html", "<h1>", {}}).code, "connect.refused");
}

}  // namespace
}  // namespace liuhen::api::server
