#include "crypto/bls.h"

#include <blst.h>

#include <optional>

namespace liuhen::crypto::bls {

namespace {

// The library refuses coordinates at or above the field's prime; encoding again shows that nothing
// else is said in two ways either.
std::optional<blst_p2_affine> decode(const PublicKey& key) {
  blst_p2_affine point;
  if (blst_p2_uncompress(&point, key.data()) != BLST_SUCCESS) return std::nullopt;
  if (blst_p2_affine_is_inf(&point) || !blst_p2_affine_in_g2(&point)) return std::nullopt;
  PublicKey again;
  blst_p2_affine_compress(again.data(), &point);
  if (again != key) return std::nullopt;
  return point;
}

std::optional<blst_p1_affine> decode(const Signature& signature) {
  blst_p1_affine point;
  if (blst_p1_uncompress(&point, signature.data()) != BLST_SUCCESS) return std::nullopt;
  if (blst_p1_affine_is_inf(&point) || !blst_p1_affine_in_g1(&point)) return std::nullopt;
  Signature again;
  blst_p1_affine_compress(again.data(), &point);
  if (again != signature) return std::nullopt;
  return point;
}

}  // namespace

bool is_valid_key(const PublicKey& key) { return decode(key).has_value(); }

bool verify(const PublicKey& key, View message, const Signature& signature) {
  const auto key_point = decode(key);
  const auto signature_point = decode(signature);
  if (!key_point || !signature_point) return false;
  return blst_core_verify_pk_in_g2(&*key_point, &*signature_point, true, message.data(),
                                   message.size(), view_of(kDomain).data(), kDomain.size(), nullptr,
                                   0) == BLST_SUCCESS;
}

}  // namespace liuhen::crypto::bls
