#include "api/server/tls_certificate.h"

#include <boost/asio/ssl/context.hpp>
#include <utility>

namespace liuhen::api::server {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

Result<std::shared_ptr<TlsCertificate>> TlsCertificate::load(std::string certificate_file,
                                                             std::string key_file) {
  std::shared_ptr<TlsCertificate> certificate(
      new TlsCertificate(std::move(certificate_file), std::move(key_file)));
  if (Outcome loaded = certificate->reload(); !loaded) return loaded.error();
  return certificate;
}

Outcome TlsCertificate::reload() {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                       ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 |
                       ssl::context::no_compression);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION);
  error_code problem;
  context->use_certificate_chain_file(certificate_file_, problem);
  if (problem) {
    return fail("tls.certificate",
                "证书文件 " + certificate_file_ + " 无法使用（" + problem.message() +
                    "）：应为 PEM，本服务的证书在前",
                "the certificate file " + certificate_file_ + " cannot be used (" +
                    problem.message() + "): it has to be PEM, with the service's own first");
  }
  context->use_private_key_file(key_file_, ssl::context::pem, problem);
  if (problem) {
    return fail("tls.key",
                "私钥文件 " + key_file_ + " 无法使用（" + problem.message() +
                    "）：应为 PEM、无口令，且属于该证书",
                "the key file " + key_file_ + " cannot be used (" + problem.message() +
                    "): it has to be PEM, without a passphrase, and the certificate's own");
  }
  const std::lock_guard lock(mutex_);
  current_ = std::move(context);
  return ok();
}

std::shared_ptr<ssl::context> TlsCertificate::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

}  // namespace liuhen::api::server
