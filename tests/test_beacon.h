// A drand chain of the tests' own: its key is known, so any round can be signed, or held back.
#pragma once

#include <blst.h>

#include <string_view>

#include "crypto/drand.h"
#include "crypto/sha256.h"

namespace liuhen::tests {

class TestBeacon {
 public:
  // Another name makes another key.
  explicit TestBeacon(std::string_view name = "test-beacon",
                      std::uint64_t genesis_s = 1'700'000'000, std::uint64_t period_s = 30) {
    const Hash material = crypto::sha256(view_of(name));
    blst_keygen(&secret_, material.data(), material.size());
    blst_p2 key;
    blst_sk_to_pk_in_g2(&key, &secret_);
    blst_p2_compress(chain_.public_key.data(), &key);
    chain_.period_s = period_s;
    chain_.genesis_s = genesis_s;
    chain_.group_hash = material;
    chain_.beacon_id = name;
  }

  const crypto::drand::BeaconChain& chain() const { return chain_; }

  crypto::bls::Signature sign(std::uint64_t round) const {
    Bytes number(8);
    for (std::size_t i = 0; i < 8; ++i) {
      number[i] = static_cast<std::uint8_t>(round >> (56 - 8 * i));
    }
    const Hash message = crypto::sha256(number);
    const View domain = view_of(crypto::bls::kDomain);
    blst_p1 point;
    blst_hash_to_g1(&point, message.data(), message.size(), domain.data(), domain.size());
    blst_sign_pk_in_g2(&point, &point, &secret_);
    crypto::bls::Signature signature;
    blst_p1_compress(signature.data(), &point);
    return signature;
  }

 private:
  blst_scalar secret_;
  crypto::drand::BeaconChain chain_;
};

}  // namespace liuhen::tests
