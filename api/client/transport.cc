#include "api/client/transport.h"

#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

namespace liuhen::api {

namespace ssl = boost::asio::ssl;

struct Transport::Tls {
  boost::beast::ssl_stream<boost::beast::tcp_stream&> stream;
  ssl::stream_base::handshake_type role;
};

Transport::Transport(boost::asio::ip::tcp::socket connected) : tcp_(std::move(connected)) {}
Transport::Transport(boost::asio::io_context& io) : tcp_(io) {}
Transport::~Transport() = default;

void Transport::serve_tls(ssl::context& context) {
  tls_ = std::unique_ptr<Tls>(new Tls{{tcp_, context}, ssl::stream_base::server});
}

void Transport::ask_tls(ssl::context& context, const std::string& host) {
  tls_ = std::unique_ptr<Tls>(new Tls{{tcp_, context}, ssl::stream_base::client});
  tls_->stream.set_verify_callback(ssl::host_name_verification(host));
  Problem is_a_name;
  (void)boost::asio::ip::make_address(host, is_a_name);
  if (is_a_name) SSL_set_tlsext_host_name(tls_->stream.native_handle(), host.c_str());
}

void Transport::read_some(boost::asio::mutable_buffer into, Done<std::size_t> done) {
  if (tls_) {
    tls_->stream.async_read_some(into, std::move(done));
  } else {
    tcp_.async_read_some(into, std::move(done));
  }
}

void Transport::write_some(const Pieces& pieces, Done<std::size_t> done) {
  if (tls_) {
    tls_->stream.async_write_some(pieces, std::move(done));
  } else {
    tcp_.async_write_some(pieces, std::move(done));
  }
}

void Transport::handshake(Done<> done) {
  tls_->stream.async_handshake(tls_->role, std::move(done));
}

void Transport::shutdown(Done<> done) { tls_->stream.async_shutdown(std::move(done)); }

}  // namespace liuhen::api
