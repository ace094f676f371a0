// Collecting cosignatures from real witnesses on the loopback: in parallel, whoever is down or
// mute.
#include "api/server/publisher.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "api/server/witness.h"
#include "tests/api/town.h"

namespace liuhen::tests {
namespace {

using api::server::Publisher;
using api::server::WitnessStore;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

crypto::SigningKey key_of(std::uint8_t seed) {
  std::array<std::uint8_t, 32> bytes;
  bytes.fill(seed);
  return crypto::SigningKey(crypto::SigningSeed(bytes));
}

class RunningWitness {
 public:
  RunningWitness(std::uint8_t seed, const crypto::NoteKey& log)
      : name_("witness.example/" + std::to_string(seed)), key_(key_of(seed)) {
    LIUHEN_CHECK(WitnessStore::make(dir_).has_value());
    LIUHEN_CHECK(WitnessStore::add_log(dir_, log).has_value());
    store_ = WitnessStore::open(dir_, vkey()).value();
    witness_ = std::make_unique<api::server::Witness>(name_, key_, clock, *store_);
    api::server::Site site;
    site.handle = [this](const api::Request& request) {
      ++asked;
      return witness_->handle(request);
    };
    server_ = api::server::HttpServer::open({.listen = "127.0.0.1:0"}, site).value();
    thread_ = std::thread([this] { server_->run(); });
  }
  ~RunningWitness() { stop(); }
  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
    server_.reset();  // its port is free, and refuses
  }
  std::string url() {
    if (server_) url_ = "http://127.0.0.1:" + std::to_string(server_->port());
    return url_;
  }
  crypto::NoteKey vkey() const {
    return {.name = name_, .type = crypto::NoteKeyType::cosignature, .key = key_.public_key()};
  }
  std::uint64_t size(const std::string& origin) {
    auto* state = store_->find(origin);
    const std::lock_guard lock(state->mutex());
    return state->head().size;
  }

  FixedClock clock;
  std::atomic<unsigned> asked = 0;

 private:
  TempDir temp_;
  const std::string dir_ = temp_ / "witness";
  const std::string name_;
  const crypto::SigningKey key_;
  std::string url_;
  std::unique_ptr<WitnessStore> store_;
  std::unique_ptr<api::server::Witness> witness_;
  std::unique_ptr<api::server::HttpServer> server_;
  std::thread thread_;
};

// Takes connections and never says anything.
class MuteServer {
 public:
  MuteServer() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    LIUHEN_CHECK(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    LIUHEN_CHECK(::listen(socket_, 8) == 0);
    socklen_t length = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }
  ~MuteServer() { ::close(socket_); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

template <class Done>
bool within(int seconds, Done&& done) {
  const auto end = steady_clock::now() + std::chrono::seconds(seconds);
  while (steady_clock::now() < end) {
    if (done()) return true;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return done();
}

// A log in memory that publishes when told.
class Published {
 public:
  void grow(std::uint64_t entries) {
    const std::lock_guard lock(mutex_);
    for (; entries > 0; --entries)
      tree_.append(crypto::leaf_hash(view_of(std::to_string(tree_.size()))));
    note_ = crypto::sign_checkpoint({.origin = kOrigin, .size = tree_.size(), .root = tree_.root()},
                                    key_);
  }
  std::string note() {
    const std::lock_guard lock(mutex_);
    return note_;
  }
  api::server::PublishedLog parts() {
    return {.head = [this] { return note(); },
            .prove =
                [this](std::uint64_t a, std::uint64_t b) {
                  const std::lock_guard lock(mutex_);
                  return tree_.consistency(a, b);
                },
            .cosigned = [this] { ++cosigned; }};
  }
  crypto::NoteKey vkey() const { return {.name = kOrigin, .key = key_.public_key()}; }
  std::atomic<unsigned> cosigned = 0;

  static constexpr const char* kOrigin = "log.example/one";

 private:
  std::mutex mutex_;
  crypto::SigningKey key_ = key_of(1);
  crypto::TreeHistory tree_;
  std::string note_;
};

std::string policy_text(const crypto::NoteKey& log,
                        const std::vector<std::pair<crypto::NoteKey, std::string>>& witnesses,
                        const std::string& needed) {
  std::string text = "log " + log.vkey() + "\n", members;
  for (std::size_t i = 0; i < witnesses.size(); ++i) {
    const std::string name = "w" + std::to_string(i);
    text += "witness " + name + " " + witnesses[i].first.vkey() + " " + witnesses[i].second + "\n";
    members += " " + name;
  }
  return text + "group all " + needed + members + "\nquorum all\n";
}

TEST(Publisher, TwoOfThreeWhileOneIsDown) {
  Published log;
  log.grow(5);
  RunningWitness a(11, log.vkey()), b(12, log.vkey()), c(13, log.vkey());
  const std::string down = c.url();
  c.stop();
  const auto policy = crypto::Policy::parse(
      policy_text(log.vkey(), {{a.vkey(), a.url()}, {b.vkey(), b.url()}, {c.vkey(), down}}, "2"));
  ASSERT_TRUE(policy) << policy.error().en;
  auto publisher = Publisher::open(*policy, log.vkey(), log.parts()).value();
  publisher->start();
  ASSERT_TRUE(within(10, [&] { return publisher->covering(4).has_value(); }));
  EXPECT_TRUE(policy->open(publisher->with_cosignatures(log.note())));
  EXPECT_EQ(policy->open(log.note()).error().code, "policy.quorum");
  log.grow(70);
  publisher->published();
  ASSERT_TRUE(within(10, [&] { return publisher->covering(74).has_value(); }));
  const auto found = publisher->covering(74).value();
  EXPECT_EQ(found.checkpoint.size, 75u);
  EXPECT_EQ(found.lines.size(), 2u);
  EXPECT_TRUE(found.quorum);
  EXPECT_TRUE(policy->open(found.note));
  EXPECT_FALSE(publisher->covering(75));
  EXPECT_GE(log.cosigned, 2u);
  ASSERT_TRUE(within(5, [&] { return publisher->statuses()[2].error.has_value(); }));
  EXPECT_EQ(publisher->statuses()[2].error->code, "connect.failed");
  publisher->stop();
}

TEST(Publisher, OneThatNeverAnswersDelaysNobody) {
  Published log;
  log.grow(5);
  RunningWitness a(11, log.vkey()), b(12, log.vkey());
  MuteServer mute;
  const crypto::NoteKey third{.name = "mute.example/w",
                              .type = crypto::NoteKeyType::cosignature,
                              .key = key_of(13).public_key()};
  const auto policy = crypto::Policy::parse(policy_text(
      log.vkey(), {{third, mute.url()}, {a.vkey(), a.url()}, {b.vkey(), b.url()}}, "2"));
  ASSERT_TRUE(policy) << policy.error().en;
  auto publisher = Publisher::open(*policy, log.vkey(), log.parts(), {.answer_ms = 3'000}).value();
  publisher->start();
  const auto start = steady_clock::now();
  for (std::uint64_t size = 5; size < 10; ++size) {
    ASSERT_TRUE(within(2, [&] { return publisher->covering(size - 1).has_value(); })) << size;
    log.grow(1);
    publisher->published();
  }
  EXPECT_LT(steady_clock::now() - start, milliseconds(2'900));
  ASSERT_TRUE(within(8, [&] { return publisher->statuses()[0].error.has_value(); }));
  EXPECT_EQ(publisher->statuses()[0].error->code, "connect.timeout");
  publisher->stop();
}

TEST(Publisher, OneWithoutUseIsAskedEverMoreRarely) {
  Published log;
  log.grow(5);
  // It knows another log.
  RunningWitness a(11, crypto::NoteKey{.name = "log.example/other", .key = log.vkey().key});
  const auto policy = crypto::Policy::parse(policy_text(log.vkey(), {{a.vkey(), a.url()}}, "1"));
  auto publisher = Publisher::open(*policy, log.vkey(), log.parts(),
                                   {.retry_first_ms = 200, .retry_most_ms = 60'000})
                       .value();
  publisher->start();
  ASSERT_TRUE(within(5, [&] { return publisher->statuses()[0].failures >= 2; }));
  std::this_thread::sleep_for(milliseconds(1'500));
  EXPECT_LE(a.asked, 5u);
  EXPECT_EQ(publisher->statuses()[0].error->code, "witness.refused");
  publisher->stop();
}

TEST(Publisher, LearnsWhatAWitnessCosignedBefore) {
  Published log;
  log.grow(7);
  RunningWitness a(11, log.vkey());
  const auto policy = crypto::Policy::parse(policy_text(log.vkey(), {{a.vkey(), a.url()}}, "all"));
  for (int start = 0; start < 3; ++start) {  // a service that was restarted has forgotten
    auto publisher = Publisher::open(*policy, log.vkey(), log.parts()).value();
    publisher->start();
    const std::uint64_t size = 7 + static_cast<std::uint64_t>(start);
    ASSERT_TRUE(within(10, [&] { return publisher->covering(size - 1).has_value(); }));
    EXPECT_EQ(a.size(Published::kOrigin), size);
    publisher->stop();
    log.grow(1);
  }
}

// A head a millisecond: without a common checkpoint for all, none would ever have a quorum.
TEST(Publisher, ABusyLogIsCosignedAllTheSame) {
  Published log;
  log.grow(5);
  RunningWitness a(11, log.vkey()), b(12, log.vkey()), c(13, log.vkey());
  const auto policy = crypto::Policy::parse(policy_text(
      log.vkey(), {{a.vkey(), a.url()}, {b.vkey(), b.url()}, {c.vkey(), c.url()}}, "all"));
  auto publisher = Publisher::open(*policy, log.vkey(), log.parts()).value();
  publisher->start();
  std::atomic<bool> enough = false;
  std::thread writer([&] {
    while (!enough) {
      log.grow(1);
      publisher->published();
      std::this_thread::sleep_for(milliseconds(1));
    }
  });
  const bool twice = within(20, [&] { return publisher->covering(100).has_value(); });
  enough = true;
  writer.join();
  EXPECT_TRUE(twice);
  publisher->stop();
}

TEST(Publisher, APolicyOfAnotherLogIsRefused) {
  Published log;
  const auto policy =
      crypto::Policy::of_log({.name = Published::kOrigin, .key = key_of(2).public_key()});
  EXPECT_EQ(Publisher::open(policy, log.vkey(), log.parts()).error().code, "policy.log");
}

}  // namespace
}  // namespace liuhen::tests
