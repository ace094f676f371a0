// Answers that come before the answer (RFC 9110 section 15.2), as proxies send them.
#include <gtest/gtest.h>

#include <boost/asio.hpp>
#include <thread>

#include "api/client/connection.h"
#include "api/limits.h"

namespace liuhen::tests {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// Answers each request of one connection with the next of `answers`, piece by piece.
class Scripted {
 public:
  explicit Scripted(std::vector<std::vector<std::string>> answers)
      : thread_([this, answers = std::move(answers)] { serve(answers); }) {}
  ~Scripted() { thread_.join(); }
  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }

 private:
  void serve(const std::vector<std::vector<std::string>>& answers) {
    tcp::socket socket = acceptor_.accept();
    boost::system::error_code gone;
    std::string request;
    for (const auto& pieces : answers) {
      const std::size_t end =
          asio::read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n", gone);
      request.erase(0, end);
      for (const std::string& piece : pieces) {
        asio::write(socket, asio::buffer(piece), gone);
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
    }
  }

  asio::io_context io_;
  tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
  std::thread thread_;
};

std::string answer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
const std::string kHints = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";

TEST(InterimAnswers, AreNotTakenForTheAnswer) {
  Scripted server(
      {{kHints, answer("one")}, {"HTTP/1.1 100 Continue\r\n\r\n" + kHints + answer("two")}});
  const auto connection = api::connect(server.url()).value();
  for (const char* body : {"one", "two"}) {
    const auto got = connection->get("/");
    ASSERT_TRUE(got) << got.error().en;
    EXPECT_EQ(got->status, 200u);
    EXPECT_EQ(got->body, body);
  }
}

TEST(InterimAnswers, AreLimited) {
  std::string many;
  for (unsigned i = 0; i <= api::kInterimAnswersMax; ++i) many += kHints;
  Scripted server({{many + answer("late")}});
  EXPECT_FALSE(api::connect(server.url()).value()->get("/"));
}

}  // namespace
}  // namespace liuhen::tests
