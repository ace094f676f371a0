#include "crypto/checkpoint.h"

#include <gtest/gtest.h>

#include "crypto/cosignature.h"
#include "crypto/merkle.h"

namespace liuhen::crypto {
namespace {

const std::string kOrigin = "liuhen.example/qd";
const std::string kRoot = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

SigningKey key_number(std::uint8_t n) {
  return SigningKey(SigningSeed(std::array<std::uint8_t, 32>{n}));
}
NoteKey log_key(std::uint8_t n) {
  return {.name = kOrigin, .type = NoteKeyType::ed25519, .key = key_number(n).public_key()};
}
NoteKey witness_key(std::uint8_t n) {
  return {.name = "witness", .type = NoteKeyType::cosignature, .key = key_number(n).public_key()};
}

Checkpoint some_checkpoint() {
  Checkpoint checkpoint{.origin = kOrigin, .size = 7};
  for (std::uint8_t i = 0; i < 32; ++i) checkpoint.root[i] = i;
  return checkpoint;
}

template <class T>
std::string outcome(const Result<T>& result) {
  return result ? "ok" : result.error().code;
}

TEST(Checkpoint, TextRoundTrips) {
  EXPECT_EQ(format_checkpoint(some_checkpoint()), kOrigin + "\n7\n" + kRoot + "\n");
  EXPECT_EQ(parse_checkpoint(kOrigin + "\n7\n" + kRoot + "\n").value(), some_checkpoint());
  Checkpoint extended = some_checkpoint();
  extended.extensions = {"one", "two words"};
  EXPECT_EQ(parse_checkpoint(kOrigin + "\n7\n" + kRoot + "\none\ntwo words\n").value(), extended);
  const Checkpoint empty{.origin = kOrigin, .size = 0, .root = empty_root()};
  EXPECT_EQ(parse_checkpoint(format_checkpoint(empty)).value(), empty);
}

TEST(Checkpoint, ParseIsStrict) {
  for (const std::string& text :
       {std::string(), std::string("\n"), kOrigin + "\n", kOrigin + "\n7\n",
        kOrigin + "\n7\n" + kRoot, "\n7\n" + kRoot + "\n", kOrigin + "\n07\n" + kRoot + "\n",
        kOrigin + "\n+7\n" + kRoot + "\n", kOrigin + "\n-7\n" + kRoot + "\n",
        kOrigin + "\n\n" + kRoot + "\n", kOrigin + "\n7 \n" + kRoot + "\n",
        kOrigin + "\n9223372036854775808\n" + kRoot + "\n", kOrigin + "\n7\n" + kRoot + "\n\n",
        kOrigin + "\n7\n" + kRoot + "\nopen", kOrigin + "\n7\nAAEC\n",
        kOrigin + "\n7\n" + kRoot + " \n", kOrigin + "\n0\n" + kRoot + "\n",
        kOrigin + "\n7\r\n" + kRoot + "\n"}) {
    EXPECT_EQ(outcome(parse_checkpoint(text)), "checkpoint.format") << text;
  }
  EXPECT_TRUE(parse_checkpoint(kOrigin + "\n9223372036854775807\n" + kRoot + "\n"));
  // That an origin is the name of a key is a recommendation only.
  EXPECT_EQ(parse_checkpoint("go.sum database tree\n7\n" + kRoot + "\n").value().origin,
            "go.sum database tree");
}

TEST(Checkpoint, SignedByItsLogAndCosigned) {
  const std::string note = sign_checkpoint(some_checkpoint(), key_number(1));
  const auto opened = open_checkpoint(note, log_key(1)).value();
  EXPECT_EQ(opened.checkpoint, some_checkpoint());
  EXPECT_TRUE(opened.cosignatures.empty());

  const std::string cosigned =
      note + format_signature_line(cosign(key_number(2), "witness", 1234, opened.note.text));
  EXPECT_TRUE(open_checkpoint(cosigned, log_key(1)).value().cosignatures.empty());
  const auto both = open_checkpoint(cosigned, log_key(1), std::vector{witness_key(2)}).value();
  ASSERT_EQ(both.cosignatures.size(), 1u);
  EXPECT_EQ(both.cosignatures[0].key, witness_key(2));
  EXPECT_EQ(both.cosignatures[0].time, 1234u);

  const std::string forged =
      note + format_signature_line(cosign(key_number(2), "witness", 1234, "other\n"));
  EXPECT_EQ(outcome(open_checkpoint(forged, log_key(1), std::vector{witness_key(2)})),
            "note.signature");
}

TEST(Checkpoint, RefusesAnotherLogsAndUnsigned) {
  const std::string note = sign_checkpoint(some_checkpoint(), key_number(1));
  EXPECT_EQ(outcome(open_checkpoint(note, log_key(3))), "note.unsigned");
  NoteKey other = log_key(1);
  other.name = "liuhen.example/other";
  EXPECT_EQ(outcome(open_checkpoint(note, other)), "checkpoint.origin");
  // A witness alone does not make it the log's.
  Note only_cosigned{.text = format_checkpoint(some_checkpoint()), .signatures = {}};
  only_cosigned.signatures = {cosign(key_number(2), "witness", 1, only_cosigned.text)};
  EXPECT_EQ(
      outcome(open_checkpoint(format_note(only_cosigned), log_key(1), std::vector{witness_key(2)})),
      "note.unsigned");
  EXPECT_EQ(outcome(open_checkpoint(note, witness_key(1))), "checkpoint.origin");
  // Whatever byte is changed, it is not opened as what it was not.
  for (std::size_t i = 0; i < note.size(); ++i) {
    std::string changed = note;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(open_checkpoint(changed, log_key(1))) << i;
  }
}

}  // namespace
}  // namespace liuhen::crypto
