// A TCP connection with time limits, with TLS on it or without: what HTTP is read from and written
// to, at either end.
#pragma once

#include <array>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace boost::asio::ssl {
class context;
}

namespace liuhen::api {

// An AsyncReadStream and AsyncWriteStream, of one strand as all of them. Whoever waits is called
// through a std::function, so that TLS is compiled once and not for everyone who reads or writes.
class Transport {
 public:
  using executor_type = boost::beast::tcp_stream::executor_type;

  explicit Transport(boost::asio::ip::tcp::socket connected);
  explicit Transport(boost::asio::io_context& io);  // to connect from
  ~Transport();

  // From now on everything goes through TLS, beginning with async_handshake: as the server, or as
  // the client of `host`, which has to show a certificate for that name or address. The context
  // outlives this.
  void serve_tls(boost::asio::ssl::context& context);
  void ask_tls(boost::asio::ssl::context& context, const std::string& host);
  bool has_tls() const { return tls_ != nullptr; }

  boost::beast::tcp_stream& tcp() { return tcp_; }  // its time limits hold for TLS as well
  executor_type get_executor() { return tcp_.get_executor(); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(Problem, std::size_t)>(
        [this](auto handler, boost::asio::mutable_buffer into) {
          read_some(into, erased<std::size_t>(std::move(handler)));
        },
        token, first_of(buffers));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(Problem, std::size_t)>(
        [this](auto handler, const Pieces& pieces) {
          write_some(pieces, erased<std::size_t>(std::move(handler)));
        },
        token, pieces_of(buffers));
  }
  template <class Token>
  auto async_handshake(Token&& token) {
    return boost::asio::async_initiate<Token, void(Problem)>(
        [this](auto handler) { handshake(erased<>(std::move(handler))); }, token);
  }
  // Says that nothing more will come, and waits for the other side to say so.
  template <class Token>
  auto async_shutdown(Token&& token) {
    return boost::asio::async_initiate<Token, void(Problem)>(
        [this](auto handler) { shutdown(erased<>(std::move(handler))); }, token);
  }

 private:
  struct Tls;
  using Problem = boost::system::error_code;
  // Enough for every field of a header and the body after it, which then leave in one write:
  // whoever is cut off in between has half a header. Empty ones where there are fewer.
  using Pieces = std::array<boost::asio::const_buffer, 32>;
  template <class... Results>
  using Done = std::function<void(Problem, Results...)>;

  template <class... Results, class Handler>
  Done<Results...> erased(Handler handler) {
    auto executor = boost::asio::get_associated_executor(handler, get_executor());
    return [executor, kept = std::make_shared<Handler>(std::move(handler))](Problem problem,
                                                                            Results... results) {
      boost::asio::dispatch(
          executor, [kept, problem, results...]() { std::move (*kept)(problem, results...); });
    };
  }
  template <class Buffers>
  static boost::asio::mutable_buffer first_of(const Buffers& buffers) {
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end; ++at) {
      const boost::asio::mutable_buffer buffer = *at;
      if (buffer.size() > 0) return buffer;
    }
    return {};
  }
  template <class Buffers>
  static Pieces pieces_of(const Buffers& buffers) {
    Pieces pieces;
    std::size_t count = 0;
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end && count < pieces.size();
         ++at) {
      const boost::asio::const_buffer buffer = *at;
      if (buffer.size() > 0) pieces[count++] = buffer;
    }
    return pieces;
  }

  void read_some(boost::asio::mutable_buffer into, Done<std::size_t> done);
  void write_some(const Pieces& pieces, Done<std::size_t> done);
  void handshake(Done<> done);
  void shutdown(Done<> done);

  boost::beast::tcp_stream tcp_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace liuhen::api
