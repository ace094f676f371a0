// The certificate by which the service shows who it is, and that can be changed while it runs.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "crypto/result.h"

namespace boost::asio::ssl {
class context;
}

namespace liuhen::api::server {

// Thread-safe.
class TlsCertificate {
 public:
  // Two files in PEM: the certificate with the chain below it, its own first, and its private key
  // without a passphrase. TLS 1.2 and 1.3. Errors: `tls.certificate`, `tls.key` (unreadable, or of
  // another certificate), naming the file.
  static Result<std::shared_ptr<TlsCertificate>> load(std::string certificate_file,
                                                      std::string key_file);

  // Reads both files again. New connections get what they hold now; if that makes no sense,
  // everything stays as it was, and this fails as load() does.
  Outcome reload();

  // For one connection.
  std::shared_ptr<boost::asio::ssl::context> current() const;

 private:
  TlsCertificate(std::string certificate_file, std::string key_file)
      : certificate_file_(std::move(certificate_file)), key_file_(std::move(key_file)) {}

  const std::string certificate_file_, key_file_;
  mutable std::mutex mutex_;
  std::shared_ptr<boost::asio::ssl::context> current_;
};

}  // namespace liuhen::api::server
