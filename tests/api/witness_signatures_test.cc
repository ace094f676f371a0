// A log that signs one checkpoint in many ways.
#include <sodium/crypto_core_ed25519.h>
#include <sodium/crypto_hash_sha512.h>
#include <sodium/crypto_scalarmult_ed25519.h>

#include <fstream>

#include "tests/api/witness_http.h"

namespace liuhen::tests {
namespace {

// By the seed of `key_of(number)`, with a nonce of the signer's choice in place of RFC 8032's.
Signature signed_with(std::uint8_t number, std::uint8_t nonce, std::string_view text) {
  std::array<std::uint8_t, 32> seed;
  seed.fill(number);
  std::array<std::uint8_t, 64> expanded;
  crypto_hash_sha512(expanded.data(), seed.data(), seed.size());
  expanded[0] &= 248;
  expanded[31] = static_cast<std::uint8_t>((expanded[31] & 63) | 64);
  std::array<std::uint8_t, 32> r{}, a, h, product;
  r[0] = nonce;
  std::array<std::uint8_t, 64> wide{};
  std::copy_n(expanded.begin(), 32, wide.begin());
  crypto_core_ed25519_scalar_reduce(a.data(), wide.data());
  Signature out{};
  EXPECT_EQ(crypto_scalarmult_ed25519_base_noclamp(out.data(), r.data()), 0);
  const KeyId key = key_of(number).public_key();
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  crypto_hash_sha512_update(&state, out.data(), 32);
  crypto_hash_sha512_update(&state, key.data(), key.size());
  crypto_hash_sha512_update(&state, reinterpret_cast<const std::uint8_t*>(text.data()),
                            text.size());
  crypto_hash_sha512_final(&state, wide.data());
  crypto_core_ed25519_scalar_reduce(h.data(), wide.data());
  crypto_core_ed25519_scalar_mul(product.data(), h.data(), a.data());
  crypto_core_ed25519_scalar_add(out.data() + 32, r.data(), product.data());
  return out;
}

std::string signed_often(const Log& log, std::uint8_t number, std::uint64_t old_size,
                         std::uint64_t size) {
  auto note = crypto::parse_note(log.note(size)).value();
  const crypto::NoteSignature line = note.signatures.front();
  note.signatures.clear();
  for (std::uint8_t nonce = 1; nonce <= crypto::kMaxNoteSignatures; ++nonce) {
    const Signature signature = signed_with(number, nonce, note.text);
    note.signatures.push_back(line);
    note.signatures.back().blob.assign(signature.begin(), signature.end());
  }
  return ledger::format_add_checkpoint({.old_size = old_size,
                                        .proof = log.tree.consistency(old_size, size).value(),
                                        .checkpoint = crypto::format_note(note)});
}

TEST_F(WitnessHttp, ALogThatSignsInManyWaysIsKeptInOne) {
  ASSERT_EQ(add(signed_often(log_, 1, 0, 7)).status, 200u);
  const std::string hash = api::server::origin_hash(kOrigin);
  const auto kept = crypto::parse_note(send("GET", "/" + hash + "/checkpoint").body);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->signatures.size(), 2u);
  stop();
  start();
  EXPECT_EQ(add(log_.body(7, 8)).status, 200u);
}

// A note has a limit, and the witness's own line has to stand beside theirs.
TEST_F(WitnessHttp, ALogThatSignsByTooManyKeysIsToldSo) {
  stop();
  auto note = crypto::parse_note(log_.note(5)).value();
  for (std::uint8_t number = 2; number <= crypto::kMaxNoteSignatures; ++number) {
    const Log later{.key = key_of(number)};
    ASSERT_TRUE(WitnessStore::add_log(dir_, later.vkey()));
    note.signatures.push_back(crypto::parse_note(later.note(5)).value().signatures.front());
  }
  start();
  const auto body = [&] {
    return ledger::format_add_checkpoint({.old_size = 0, .checkpoint = crypto::format_note(note)});
  };
  const api::Response refused = add(body());
  EXPECT_EQ(refused.status, 400u);
  EXPECT_NE(refused.body.find("witness.request"), std::string::npos) << refused.body;
  note.signatures.pop_back();
  EXPECT_EQ(add(body()).status, 200u);
}

// What it signs by a later key, however often, retires the earlier.
TEST_F(WitnessHttp, ARetiredKeyStaysRetired) {
  const Log later{.key = key_of(2)};
  stop();
  ASSERT_TRUE(WitnessStore::add_log(dir_, later.vkey()));
  start();
  ASSERT_EQ(add(log_.body(0, 1)).status, 200u);
  ASSERT_EQ(add(signed_often(later, 2, 1, 2)).status, 200u);
  EXPECT_EQ(add(log_.body(2, 3)).status, 403u);
  EXPECT_EQ(add(later.body(2, 3)).status, 200u);
}

TEST_F(WitnessHttp, MoreLogsThanAreReadAreNotAdded) {
  stop();
  std::ifstream in(dir_ + "/logs");
  const std::string one((std::istreambuf_iterator<char>(in)), {});
  std::string many;
  for (unsigned i = 1; i < crypto::kMaxPolicyNames; ++i) {
    many +=
        "log " +
        crypto::NoteKey{.name = "log.example/" + std::to_string(i), .key = key_of(3).public_key()}
            .vkey() +
        "\n";
  }
  std::ofstream(dir_ + "/logs") << many + one;
  EXPECT_EQ(WitnessStore::add_log(dir_, {.name = "log.example/more", .key = key_of(3).public_key()})
                .error()
                .code,
            "policy.format");
  std::ifstream after(dir_ + "/logs");
  EXPECT_EQ(std::string((std::istreambuf_iterator<char>(after)), {}), many + one);
}

}  // namespace
}  // namespace liuhen::tests
