// The worked examples of the format pages. Their figures come from
// tests/crypto/data/worked_examples.py, which shares nothing with the code under test.
#include <gtest/gtest.h>

#include "crypto/aead.h"
#include "crypto/checkpoint.h"
#include "crypto/commitment.h"
#include "crypto/cosignature.h"
#include "crypto/drand.h"
#include "crypto/feldman.h"
#include "crypto/key_file.h"
#include "crypto/merkle.h"
#include "crypto/sha256.h"
#include "crypto/tree_history.h"
#include "crypto/tuple.h"
#include "crypto/vrf.h"
#include "tests/worked_example.h"

namespace liuhen::crypto {
namespace {

// One page's example.
class Example {
 public:
  explicit Example(const std::string& page)
      : values_(tests::worked_example("docs/formats/" + page, "Worked example")) {}
  Bytes bytes(const std::string& name) const { return tests::example_bytes(values_, name); }
  std::string text(const std::string& name) const { return std::string(text_of(bytes(name))); }
  std::string hex(const std::string& name) const { return to_hex(bytes(name)); }
  std::string raw(const std::string& name) const { return values_.at(name); }
  template <std::size_t N>
  std::array<std::uint8_t, N> exactly(const std::string& name) const {
    return liuhen::exactly<N>(bytes(name)).value();
  }

 private:
  std::map<std::string, std::string> values_;
};

// Gives out the bytes it was made with, in order.
class ScriptedEntropy final : public Entropy {
 public:
  explicit ScriptedEntropy(Bytes bytes) : bytes_(std::move(bytes)) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = bytes_.at(next_++);
  }

 private:
  Bytes bytes_;
  std::size_t next_ = 0;
};

Bytes counting(std::uint8_t from, std::uint8_t to) {
  Bytes out;
  for (; from < to; ++from) out.push_back(from);
  return out;
}

TEST(Formats, Tuple) {
  const Example example("tuple.md");
  TupleWriter writer;
  writer.item("liuhen/example/v1").u64(1000).list_count(2).item("A1").item("B22").item("");
  EXPECT_EQ(to_hex(writer.view()), example.hex("encoding"));
  EXPECT_EQ(to_hex(sha256(writer.view())), example.hex("hash"));
}

TEST(Formats, Merkle) {
  const Example example("merkle.md");
  TreeHistory tree;
  for (unsigned i = 0; i < 7; ++i) {
    tree.append(leaf_hash(view_of("entry " + std::to_string(i))));
    EXPECT_EQ(to_hex(tree.at(0, i)), example.hex("leaf " + std::to_string(i)));
  }
  EXPECT_EQ(to_hex(tree.root(3)), example.hex("root 3"));
  EXPECT_EQ(to_hex(tree.root(7)), example.hex("root 7"));
  const Proof inclusion = tree.inclusion(4, 7).value();
  const Proof consistency = tree.consistency(3, 7).value();
  ASSERT_EQ(inclusion.size(), 3u);
  ASSERT_EQ(consistency.size(), 4u);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(to_hex(inclusion[i]), example.hex("inclusion " + std::to_string(i)));
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(to_hex(consistency[i]), example.hex("consistency " + std::to_string(i)));
}

TEST(Formats, Note) {
  const Example example("note.md");
  const SigningKey key(SigningSeed(example.exactly<32>("seed")));
  EXPECT_EQ(to_hex(key.public_key()), example.hex("public key"));
  const NoteKey note_key = parse_vkey(example.raw("vkey")).value();
  EXPECT_EQ(note_key, (NoteKey{.name = "liuhen.example/qingdao",
                               .type = NoteKeyType::ed25519,
                               .key = key.public_key()}));
  EXPECT_EQ(note_key.vkey(), example.raw("vkey"));
  const Note note{.text = example.text("text"),
                  .signatures = {sign_note(key, note_key.name, example.text("text"))}};
  EXPECT_EQ(to_hex(note.signatures[0].blob), example.hex("signature"));
  EXPECT_EQ(format_note(note), example.text("note"));
  EXPECT_TRUE(verify_note(parse_note(example.text("note")).value(), std::vector{note_key}));
}

TEST(Formats, Checkpoint) {
  const Example example("checkpoint.md");
  const Example note("note.md");
  const SigningKey log(SigningSeed(note.exactly<32>("seed")));
  Checkpoint checkpoint{.origin = "liuhen.example/qingdao", .size = 7};
  checkpoint.root = Example("merkle.md").exactly<32>("root 7");
  EXPECT_EQ(sign_checkpoint(checkpoint, log), note.text("note"));

  const SigningKey witness(SigningSeed(example.exactly<32>("witness seed")));
  const NoteKey witness_key{
      .name = "witness.example/w1", .type = NoteKeyType::cosignature, .key = witness.public_key()};
  EXPECT_EQ(witness_key.vkey(), example.raw("witness vkey"));
  const std::string text = note.text("text");
  EXPECT_EQ(cosignature_message(1767225600, text), example.text("message"));
  const NoteSignature signature = cosign(witness, witness_key.name, 1767225600, text);
  EXPECT_EQ(to_hex(signature.blob), example.hex("blob"));
  EXPECT_EQ(note.text("note") + format_signature_line(signature),
            example.text("cosigned checkpoint"));
  const auto opened =
      open_checkpoint(example.text("cosigned checkpoint"), parse_vkey(note.raw("vkey")).value(),
                      std::vector{witness_key});
  EXPECT_EQ(opened.value().checkpoint, checkpoint);
  EXPECT_EQ(opened.value().cosignatures.at(0).time, 1767225600u);
}

TEST(Formats, Vrf) {
  const Example example("vrf.md");
  const SigningSeed seed(example.exactly<32>("seed"));
  const KeyId key = example.exactly<32>("public key");
  const Bytes alpha = example.bytes("alpha");
  EXPECT_EQ(vrf::public_key(seed), key);
  EXPECT_EQ(to_hex(vrf::prove(seed, alpha)), example.hex("pi"));
  EXPECT_EQ(to_hex(vrf::verify(key, alpha, example.exactly<80>("pi")).value()),
            example.hex("beta"));
  EXPECT_EQ(vrf::verify(key, alpha, example.exactly<80>("refused pi")).error().code, "vrf.proof");
}

TEST(Formats, Beacon) {
  const Example example("beacon.md");
  const drand::BeaconChain chain{.scheme = example.raw("scheme"),
                                 .public_key = example.exactly<96>("public key"),
                                 .period_s = std::stoull(example.raw("period")),
                                 .genesis_s = std::stoull(example.raw("genesis")),
                                 .group_hash = example.exactly<32>("group hash"),
                                 .beacon_id = example.raw("beacon id")};
  EXPECT_EQ(to_hex(drand::chain_hash(chain)), example.hex("chain hash"));
  EXPECT_TRUE(drand::check_chain(chain, example.exactly<32>("chain hash")));
  const std::uint64_t round = std::stoull(example.raw("round"));
  const std::uint64_t time = drand::round_time(chain, round).value();
  EXPECT_EQ(std::to_string(time), example.raw("time"));
  EXPECT_EQ(drand::round_at_or_after(chain, time).value(), round);
  EXPECT_EQ(std::to_string(drand::round_at_or_after(chain, time + 1).value()),
            example.raw("round due after"));
  const auto signature = example.exactly<48>("signature");
  EXPECT_TRUE(bls::verify(chain.public_key, example.bytes("m"), signature));
  EXPECT_EQ(to_hex(drand::verify_round(chain, round, signature).value()),
            example.hex("randomness"));
}

TEST(Formats, Feldman) {
  const Example example("feldman.md");
  const Example vrf_example("vrf.md");
  const KeyId key = example.exactly<32>("public key");
  const vrf::SecretScalar secret = vrf::secret_scalar(SigningSeed(vrf_example.exactly<32>("seed")));
  EXPECT_EQ(to_hex(secret.value.view()), example.hex("x"));
  ScriptedEntropy entropy(example.bytes("entropy"));
  const feldman::Sharing sharing = feldman::split(secret, 2, 3, entropy).value();
  EXPECT_EQ(sharing.commitments, (feldman::Commitments{example.exactly<32>("commitment 0"),
                                                       example.exactly<32>("commitment 1")}));
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(to_hex(sharing.shares[i].value.view()),
              example.hex("share " + std::to_string(i + 1)));

  const auto recovered =
      feldman::recover(key, sharing.commitments, std::span(sharing.shares).last(2)).value();
  const Bytes alpha = example.bytes("alpha");
  EXPECT_EQ(alpha, vrf_example.bytes("alpha"));
  EXPECT_EQ(to_hex(vrf::prove(recovered, alpha)), example.hex("pi"));
  EXPECT_EQ(to_hex(vrf::verify(key, alpha, example.exactly<80>("pi")).value()),
            example.hex("beta"));
  EXPECT_EQ(example.hex("beta"), vrf_example.hex("beta"));
}

TEST(Formats, Restricted) {
  const Example example("restricted.md");
  const Salt salt = example.exactly<32>("salt");
  EXPECT_EQ(to_hex(commit(salt, example.bytes("bytes"))), example.hex("commitment"));
  const AeadKey key(example.exactly<32>("key"));
  ScriptedEntropy entropy(example.bytes("nonce"));
  const Bytes sealed = seal(key, example.bytes("associated data"), example.bytes("bytes"), entropy);
  EXPECT_EQ(to_hex(sealed), example.hex("sealed"));
  EXPECT_EQ(to_hex(open(key, example.bytes("associated data"), sealed).value().view()),
            example.hex("bytes"));
}

TEST(Formats, KeyFile) {
  const Example example("key-file.md");
  const SigningSeed seed(example.exactly<32>("seed"));
  EXPECT_EQ(text_of(format_key_file("检查员0001", seed).value().view()),
            example.text("plain file"));
  ScriptedEntropy entropy(counting(0, 0x28));  // the salt, then the nonce
  const auto text = seal_key_file("检查员0001", seed, example.bytes("passphrase"),
                                  {.passes = 2, .memory = 65536}, entropy);
  EXPECT_EQ(text.value(), example.text("sealed file"));
  const KeyFile file = KeyFile::parse(example.bytes("sealed file")).value();
  EXPECT_EQ(to_hex(file.open(example.bytes("passphrase")).value().view()), example.hex("seed"));
}

}  // namespace
}  // namespace liuhen::crypto
