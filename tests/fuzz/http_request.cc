// What arrives on a connection, at a real server in front of a real ledger: every request that is
// whole is answered, with a good answer; reads change nothing, what is refused leaves no trace, and
// the log only grows.
#include <poll.h>

#include <boost/beast/http.hpp>
#include <chrono>

#include "crypto/checkpoint.h"
#include "tests/api/town.h"

namespace liuhen::api::server {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using std::chrono::steady_clock;

constexpr auto kAnswerTime = std::chrono::seconds(30);  // for all of one connection

struct Exchange {
  std::string answers;   // as they came
  bool endless = false;  // one is a feed: it was read no further
};

// Sends all of it, says that nothing more will come, and reads to the end.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    LIUHEN_CHECK(socket_ >= 0);
    LIUHEN_CHECK(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(socket_); }

  Exchange exchange(std::string_view bytes) {
    const auto until = steady_clock::now() + kAnswerTime;
    Exchange out;
    bool sending = true;
    while (!out.endless) {
      LIUHEN_CHECK(steady_clock::now() < until);  // it hangs
      pollfd ready{socket_, static_cast<short>(sending ? POLLIN | POLLOUT : POLLIN), 0};
      LIUHEN_CHECK(::poll(&ready, 1, 1'000) >= 0);
      if (sending && (ready.revents & POLLOUT) != 0) sending = send_some(bytes);
      if ((ready.revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
      char part[16'384];
      const ssize_t got = ::recv(socket_, part, sizeof part, MSG_DONTWAIT);
      if (got == 0 || (got < 0 && errno != EAGAIN)) break;
      if (got > 0) out.answers.append(part, static_cast<std::size_t>(got));
      out.endless = out.answers.find("text/event-stream") != std::string::npos;
    }
    return out;
  }

 private:
  // Whether there is more to send.
  bool send_some(std::string_view& bytes) const {
    if (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent < 0) return errno == EAGAIN;  // or it has heard enough
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    if (bytes.empty()) ::shutdown(socket_, SHUT_WR);
    return !bytes.empty();
  }

  const int socket_;
};

// The methods of the whole requests in the bytes, as far as they are requests.
std::vector<std::string> methods_in(std::string_view bytes) {
  std::vector<std::string> methods;
  while (!bytes.empty()) {
    http::request_parser<http::string_body> parser;
    parser.eager(true);
    parser.header_limit(kHeaderBytesMax);
    parser.body_limit(kBodyBytesMax);
    beast::error_code problem;
    while (!parser.is_done() && !bytes.empty() && !problem) {
      const std::size_t used =
          parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), problem);
      bytes.remove_prefix(used);
      if (used == 0) break;
    }
    if (problem || !parser.is_done()) break;
    methods.emplace_back(parser.get().method_string());
  }
  return methods;
}

bool is_header_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

void check(const http::response<http::string_body>& answer) {
  LIUHEN_CHECK(answer.result_int() >= 200 && answer.result_int() < 500);
  for (const auto& field : answer)
    LIUHEN_CHECK(is_header_text({field.name_string().data(), field.name_string().size()}) &&
                 is_header_text({field.value().data(), field.value().size()}));
  const std::string type(answer[http::field::content_type]);
  const std::string& body = answer.body();
  if (body.empty()) return;  // of HEAD, or not modified
  if (answer.result_int() >= 400) {
    Response refusal;
    refusal.status = answer.result_int();
    refusal.body = body;
    const Error error = error_of(refusal);
    LIUHEN_CHECK(type.starts_with("application/problem+json"));
    LIUHEN_CHECK(!error.code.empty() && !error.zh.empty() && !error.en.empty());
  } else if (type == "application/json") {
    boost::system::error_code problem;
    boost::json::parse(body, problem);
    LIUHEN_CHECK(!problem);
  }
}

// Reads the answers; their number, and whether one of them is no refusal.
std::pair<std::size_t, bool> check_answers(std::string_view bytes,
                                           const std::vector<std::string>& methods) {
  std::size_t number = 0;
  bool accepted = false;
  while (!bytes.empty()) {
    http::response_parser<http::string_body> parser;
    parser.eager(true);
    parser.body_limit(kResponseBytesMax);
    // The refusal of what is not read to its end has its body whatever was asked.
    parser.skip(number < methods.size() && methods[number] == "HEAD");
    beast::error_code problem;
    while (!parser.is_done() && !bytes.empty()) {
      const std::size_t used =
          parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), problem);
      LIUHEN_CHECK(!problem);
      LIUHEN_CHECK(used > 0);
      bytes.remove_prefix(used);
    }
    LIUHEN_CHECK(parser.is_done());
    if (parser.get().result() == http::status::continue_) continue;
    check(parser.get());
    accepted |= parser.get().result_int() < 400;
    ++number;
  }
  return {number, accepted};
}

class Ledger {
 public:
  Ledger() {
    town_.city.furnish(20, 4);
    town_.catch_up();
    key_ = {.name = tests::City::kOrigin, .key = town_.city.id("log")};
    head_ = head();
  }

  void connect_and_say(std::string_view bytes) {
    const std::vector<std::string> methods = methods_in(bytes);
    const Exchange exchange = Client(town_.port()).exchange(bytes);
    const crypto::Checkpoint now = head();
    LIUHEN_CHECK(now.size >= head_.size && (now.size > head_.size || now == head_));
    const bool posts = std::find(methods.begin(), methods.end(), "POST") != methods.end();
    LIUHEN_CHECK(posts || now == head_);
    if (!exchange.endless) {
      const auto [answers, accepted] = check_answers(exchange.answers, methods);
      LIUHEN_CHECK(answers > 0 || methods.empty());
      LIUHEN_CHECK(accepted || now == head_);
    }
    head_ = now;
  }

 private:
  crypto::Checkpoint head() {
    const Response response = town_.service().handle({"GET", "/checkpoint", "", ""});
    LIUHEN_CHECK(response.status == 200);
    return crypto::open_checkpoint(response.body, key_).value().checkpoint;
  }

  tests::Town town_;
  crypto::NoteKey key_;
  crypto::Checkpoint head_;
};

}  // namespace
}  // namespace liuhen::api::server

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static liuhen::api::server::Ledger ledger;
  ledger.connect_and_say({reinterpret_cast<const char*>(data), size});
  return 0;
}
