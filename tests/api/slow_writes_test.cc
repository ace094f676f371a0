// A disk that neither writes nor fails.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <thread>

#include "api/server/measured.h"
#include "crypto/random.h"
#include "tests/api/town.h"
#include "tests/slower.h"

namespace liuhen::tests {
namespace {

using api::server::Observer;
using std::chrono::seconds;
using std::chrono::steady_clock;

class WatchedHead final : public ledger::HeadFile {
 public:
  explicit WatchedHead(std::function<void()> during) : during_(std::move(during)) {}
  Result<std::optional<std::string>> read() override { return std::optional<std::string>(); }
  Outcome write(const std::string&) override {
    during_();
    return ok();
  }

 private:
  const std::function<void()> during_;
};

class WatchedStorage final : public ledger::Storage {
 public:
  explicit WatchedStorage(std::function<void()> during) : during_(std::move(during)) {}
  Result<std::optional<std::string>> get(ledger::Family, std::string_view) override {
    return std::optional<std::string>();
  }
  Outcome scan(ledger::Family, std::string_view,
               const std::function<bool(std::string_view, std::string_view)>&) override {
    return ok();
  }
  Outcome commit(const ledger::Batch&) override { return during_(), ok(); }
  Outcome purge(ledger::Family) override { return during_(), ok(); }

 private:
  const std::function<void()> during_;
};

TEST(SlowWrites, AreKnownWhileTheyLast) {
  crypto::SystemEntropy entropy;
  Observer observer(nullptr, entropy);
  const auto in = [&](seconds later) {
    return observer.writes().under_way(steady_clock::now() + later);
  };
  EXPECT_EQ(in(seconds(20)), steady_clock::duration::zero());
  int asked = 0;
  const auto ask = [&] {
    ++asked;
    EXPECT_GE(in(seconds(20)), seconds(20));
    EXPECT_LT(in(seconds(20)), seconds(30));
  };
  const auto head = api::server::measured(
      std::unique_ptr<ledger::HeadFile>(std::make_unique<WatchedHead>(ask)), observer);
  const auto storage = api::server::measured(
      std::unique_ptr<ledger::Storage>(std::make_unique<WatchedStorage>(ask)), observer);
  EXPECT_TRUE(head->write("note"));
  EXPECT_EQ(in(seconds(20)), steady_clock::duration::zero());
  EXPECT_TRUE(storage->commit({}));
  EXPECT_EQ(in(seconds(20)), steady_clock::duration::zero());
  EXPECT_EQ(asked, 2);
}

// It takes the longer the larger the ledger, of a disk that answers.
TEST(SlowWrites, ArePurgesOnlyAfterMinutes) {
  crypto::SystemEntropy entropy;
  Observer observer(nullptr, entropy);
  const auto in = [&](seconds later) {
    return observer.writes_in_time(steady_clock::now() + later, seconds(10));
  };
  int asked = 0;
  const auto ask = [&] {
    ++asked;
    EXPECT_TRUE(in(seconds(200)));
    const Outcome late = in(seconds(301));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, "storage.slow");
    EXPECT_NE(late.error().en.find("erased"), std::string::npos) << late.error().en;
  };
  const auto storage = api::server::measured(
      std::unique_ptr<ledger::Storage>(std::make_unique<WatchedStorage>(ask)), observer);
  EXPECT_TRUE(storage->purge(ledger::Family::record_keys));
  EXPECT_EQ(asked, 1);
  EXPECT_TRUE(in(seconds(301)));
}

// Whoever opens the file to write it waits for as long as this stands (fcntl(2), "Leases").
class Lease {
 public:
  explicit Lease(const std::string& path)
      : before_(::signal(SIGIO, SIG_IGN)), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    do {
      granted_ = ::fcntl(file_, F_SETLEASE, F_RDLCK) == 0;
    } while (!granted_ && errno == EAGAIN);  // somebody writes it just now
  }
  ~Lease() {
    end();
    ::close(file_);
    ::signal(SIGIO, before_);
  }
  bool granted() const { return granted_; }
  void end() const { ::fcntl(file_, F_SETLEASE, F_UNLCK); }

 private:
  void (*const before_)(int);
  const int file_;
  bool granted_ = false;
};

TEST(SlowWrites, AreNotReadyUntilTheyEnd) {
  Town town;
  town.close();
  town.slow_write_ms = 100;
  town.open();
  town.catch_up();
  const auto comes_to = [&](const std::string& code) {
    for (int i = 0; i < 1'000 * kSlower && Town::code(town.get("/readyz")) != code; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return Town::code(town.get("/readyz")) == code;
  };
  ASSERT_TRUE(comes_to(""));
  const std::string path = town.dir() + "/head", note = town.get("/checkpoint").body;
  while (ledger::DiskHeadFile(path).read().value() != note) std::this_thread::yield();
  const Lease lease(path);
  if (!lease.granted()) GTEST_SKIP() << "no leases on this file system";
  ledger::schema::DepartmentSetT department;
  department.id = "D1";
  department.name = "部门";
  department.division = "370200";
  const Bytes intent = ledger::encode(town.city.intent(std::move(department), {"office"}));
  ASSERT_EQ(town.send(intent, {"office"}).status, 200u) << "what is durable is acknowledged";
  EXPECT_TRUE(comes_to("storage.slow"));
  const std::string said = town.get("/readyz").body;
  EXPECT_NE(said.find("the disk does not answer"), std::string::npos) << said;
  EXPECT_EQ(town.get("/healthz").status, 200u);
  lease.end();
  EXPECT_TRUE(comes_to(""));
}

}  // namespace
}  // namespace liuhen::tests
