// TLS at both ends, over loopback: who is trusted, and certificates that change while it runs.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "api/server/problem.h"
#include "api/server/tls_certificate.h"
#include "tests/api/certificates.h"
#include "tests/api/chunk_queue.h"
#include "tests/api/loopback.h"
#include "tests/api/temp_dir.h"

namespace liuhen::api::server {
namespace {

using tests::Certificate;

class Tls : public testing::Test {
 protected:
  Tls() { write("root.pem", root_); }

  std::string path(const std::string& name) const { return dir_ / name; }
  void write(const std::string& name, const Certificate& certificate) {
    certificate.write(path(name), path(name + ".key"));
  }
  std::shared_ptr<TlsCertificate> load(const std::string& name) {
    return TlsCertificate::load(path(name), path(name + ".key")).value();
  }
  HttpServerOptions with(std::shared_ptr<TlsCertificate> certificate) {
    HttpServerOptions options;
    options.certificate = std::move(certificate);
    return options;
  }
  static std::string url(const Running& running, const std::string& host = "127.0.0.1") {
    return "https://" + host + ":" + std::to_string(running.port());
  }
  Result<Response> get(const std::string& url, const std::string& ca = "root.pem") {
    ConnectionOptions options;
    if (!ca.empty()) options.ca_file = path(ca);
    return connect(url, options).value()->get("/x");
  }

  tests::TempDir dir_;
  Certificate root_{"DNS:root"};
};

TEST_F(Tls, ServesThoseWhoTrustItsRoot) {
  write("leaf.pem", Certificate("IP:127.0.0.1,DNS:localhost", &root_));
  Running running(echo(), with(load("leaf.pem")));
  ConnectionOptions options;
  options.ca_file = path("root.pem");
  for (const char* host : {"127.0.0.1", "localhost"}) {
    auto client = connect(url(running, host), options).value();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(client->get("/a")->body, "GET /a ");
    const std::string body(kBodyBytesMax - 100, 'x');
    const Result<Response> posted = client->send({"POST", "/b", "", body});
    ASSERT_TRUE(posted.has_value()) << posted.error().en;
    EXPECT_EQ(posted->body, "POST /b " + body);
  }
}

TEST_F(Tls, TheClientRefusesWhatNobodyVouchesFor) {
  write("leaf.pem", Certificate("IP:127.0.0.1", &root_));
  write("other.pem", Certificate("DNS:other"));
  Running running(echo(), with(load("leaf.pem")));
  for (const char* ca : {"", "other.pem"}) {
    const Result<Response> got = get(url(running), ca);
    ASSERT_FALSE(got.has_value()) << ca;
    EXPECT_EQ(got.error().code, "connect.tls");
  }
  EXPECT_TRUE(get(url(running)).has_value());
}

TEST_F(Tls, TheClientRefusesAnotherHostsCertificate) {
  write("leaf.pem", Certificate("DNS:liuhen.example", &root_));
  Running running(echo(), with(load("leaf.pem")));
  for (const char* host : {"127.0.0.1", "localhost"}) {
    const Result<Response> got = get(url(running, host));
    ASSERT_FALSE(got.has_value()) << host;
    EXPECT_EQ(got.error().code, "connect.tls");
  }
}

TEST_F(Tls, PlainAndTlsDoNotMix) {
  write("leaf.pem", Certificate("IP:127.0.0.1", &root_));
  Running secure(echo(), with(load("leaf.pem"))), plain(echo());
  EXPECT_FALSE(secure.client()->get("/").has_value());  // http:// to a port with TLS
  EXPECT_FALSE(get(url(plain)).has_value());
  EXPECT_TRUE(get(url(secure)).has_value());
}

TEST_F(Tls, AReloadedCertificateIsForNewConnections) {
  write("leaf.pem", Certificate("IP:127.0.0.1", &root_));
  auto certificate = load("leaf.pem");
  Running running(echo(), with(certificate));
  ConnectionOptions options;
  options.ca_file = path("root.pem");
  auto before = connect(url(running), options).value();
  ASSERT_TRUE(before->get("/").has_value());

  const Certificate next("DNS:next");
  write("next.pem", next);
  write("leaf.pem", Certificate("IP:127.0.0.1", &next));
  EXPECT_TRUE(get(url(running)).has_value()) << "not yet";
  ASSERT_TRUE(certificate->reload());
  EXPECT_FALSE(get(url(running)).has_value());
  EXPECT_TRUE(get(url(running), "next.pem").has_value());
  EXPECT_TRUE(before->get("/").has_value()) << "what was connected goes on";
}

TEST_F(Tls, ABadReloadLeavesEverythingAsItWas) {
  write("leaf.pem", Certificate("IP:127.0.0.1", &root_));
  auto certificate = load("leaf.pem");
  Running running(echo(), with(certificate));
  write("other.pem", Certificate("IP:127.0.0.1", &root_));
  std::filesystem::copy_file(path("other.pem.key"), path("leaf.pem.key"),
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(certificate->reload().error().code, "tls.key") << "another certificate's key";
  std::ofstream(path("leaf.pem")) << "nonsense";
  EXPECT_EQ(certificate->reload().error().code, "tls.certificate");
  std::filesystem::remove(path("leaf.pem"));
  EXPECT_EQ(certificate->reload().error().code, "tls.certificate");
  EXPECT_TRUE(get(url(running)).has_value());
  EXPECT_EQ(TlsCertificate::load(path("none"), path("none")).error().code, "tls.certificate");
}

TEST_F(Tls, AClientThatNeverGreetsIsCutOff) {
  write("leaf.pem", Certificate("IP:127.0.0.1", &root_));
  HttpServerOptions options = with(load("leaf.pem"));
  options.request_timeout_s = 1;
  options.connections_max = 1;
  Running running(echo(), options);
  {
    Raw silent(running.port());
    EXPECT_EQ(silent.receive(), "");
  }
  // Its place is free a moment after its end is seen here.
  bool is_served = false;
  for (int tries = 0; !is_served && tries < 100; ++tries) {
    if (tries > 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    is_served = get(url(running)).has_value();
  }
  EXPECT_TRUE(is_served);
}

TEST_F(Tls, StreamsGoThroughItAndStoppingEndsThem) {
  write("leaf.pem", Certificate("IP:127.0.0.1", &root_));
  auto queue = std::make_shared<ChunkQueue>(1u << 20);
  ASSERT_TRUE(queue->push("one "));
  ASSERT_TRUE(queue->push("two"));
  Running running({[&](const Request&) {
                    Response response;
                    response.stream = queue;
                    return response;
                  }},
                  with(load("leaf.pem")));
  std::thread stopping([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
    running.server().stop();
  });
  const Result<Response> got = get(url(running));
  stopping.join();
  ASSERT_TRUE(got.has_value()) << got.error().en;
  EXPECT_EQ(got->body, "one two");
}

TEST_F(Tls, ARootThatCannotBeReadIsNamed) {
  ConnectionOptions options;
  options.ca_file = path("none.pem");
  EXPECT_EQ(connect("https://127.0.0.1", options).error().code, "connect.ca");
}

// --- What else a URL says

TEST(Client, PutsThePathOfItsUrlBeforeEveryTarget) {
  Running running(echo());
  for (const char* path : {"/city/liuhen", "/city/liuhen/"}) {
    auto client = connect(running.url() + path).value();
    EXPECT_EQ(client->get("/checkpoint?x=1")->body, "GET /city/liuhen/checkpoint?x=1 ");
  }
  EXPECT_EQ(connect(running.url() + "/").value()->get("/x")->body, "GET /x ");
}

TEST(Client, ComesAgainWhenItCameTooEarly) {
  std::atomic<int> asked = 0;
  Running running({[&](const Request&) {
    if (++asked < 3) return problem_for(fail("rate.author", "稍后", "later"), 1);
    return Response{};
  }});
  EXPECT_EQ(running.client()->get("/")->status, 429u) << "unless told so, it does not";
  ConnectionOptions options;
  options.attempts = 3;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(connect(running.url(), options).value()->get("/")->status, 200u);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(900));
}

TEST(Client, WaitsForAServiceThatAsksItsWitnesses) {
  std::atomic<int> asked = 0;
  Running running({[&](const Request&) {
    if (++asked % 4 != 0) return problem(fail("ledger.asking", "稍后", "later"));
    return Response{};
  }});
  ConnectionOptions options;
  EXPECT_EQ(connect(running.url(), options).value()->get("/")->status, 503u) << "unless told so";
  options.attempts = 2;
  EXPECT_EQ(connect(running.url(), options).value()->get("/")->status, 200u);
  EXPECT_EQ(asked, 4) << "more often than a crowd is tried again";
}

}  // namespace
}  // namespace liuhen::api::server
