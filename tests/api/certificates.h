// Certificates of a day, made on the spot: a root of one's own, and what it vouches for.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <string>

#include "crypto/result.h"

namespace liuhen::tests {

class Certificate {
 public:
  // `names` as in a certificate: "DNS:localhost,IP:127.0.0.1"; signed by the issuer, or by itself.
  explicit Certificate(const std::string& names, const Certificate* issuer = nullptr)
      : key_(EVP_EC_gen("P-256")), x509_(X509_new()) {
    static long serial = 1;
    X509* x = x509_.get();
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
    X509_gmtime_adj(X509_getm_notBefore(x), -60);
    X509_gmtime_adj(X509_getm_notAfter(x), 86'400);
    X509_set_pubkey(x, key_.get());
    const std::string name = issuer == nullptr ? "root" : "leaf";
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(issuer == nullptr ? x : issuer->x509_.get()));
    extend(NID_basic_constraints, issuer == nullptr ? "critical,CA:TRUE" : "CA:FALSE");
    extend(NID_subject_alt_name, names.c_str());
    LIUHEN_CHECK(X509_sign(x, issuer == nullptr ? key_.get() : issuer->key_.get(), EVP_sha256()) >
                 0);
  }

  void write(const std::string& certificate_file, const std::string& key_file) const {
    const File certificate(std::fopen(certificate_file.c_str(), "w"));
    LIUHEN_CHECK(PEM_write_X509(certificate.get(), x509_.get()) == 1);
    const File key(std::fopen(key_file.c_str(), "w"));
    LIUHEN_CHECK(
        PEM_write_PrivateKey(key.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  }

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* x509) const { X509_free(x509); }
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, Free>;

  void extend(int nid, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
    LIUHEN_CHECK(extension != nullptr && X509_add_ext(x509_.get(), extension, -1) == 1);
    X509_EXTENSION_free(extension);
  }

  std::unique_ptr<EVP_PKEY, Free> key_;
  std::unique_ptr<X509, Free> x509_;
};

}  // namespace liuhen::tests
