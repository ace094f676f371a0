#include "crypto/note.h"

#include <gtest/gtest.h>

#include "crypto/cosignature.h"
#include "crypto/utf8.h"
#include "tests/worked_example.h"

namespace liuhen::crypto {
namespace {

// From the tests of golang.org/x/mod/sumdb/note.
const std::string kVkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const std::string kText = "This is an example message.\n";
const std::string kNote = kText +
                          "\n\xe2\x80\x94 example.com/foo "
                          "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXm"
                          "RKuwHjG1Yu72IneyaQM=\n";

SigningKey key_number(std::uint8_t n) {
  return SigningKey(SigningSeed(std::array<std::uint8_t, 32>{n}));
}
NoteKey note_key(std::uint8_t n, const std::string& name, NoteKeyType type = NoteKeyType::ed25519) {
  return {.name = name, .type = type, .key = key_number(n).public_key()};
}

template <class T>
std::string outcome(const Result<T>& result) {
  return result ? "ok" : result.error().code;
}

TEST(Note, AnotherImplementationsNoteVerifies) {
  const NoteKey key = parse_vkey(kVkey).value();
  EXPECT_EQ(key.vkey(), kVkey);
  EXPECT_EQ(key.id(), 0x530d903au);
  const Note note = parse_note(kNote).value();
  EXPECT_EQ(note.text, kText);
  const auto verified = verify_note(note, std::vector{key}).value();
  ASSERT_EQ(verified.size(), 1u);
  EXPECT_EQ(verified[0].key, key);
  EXPECT_FALSE(verified[0].time);
  EXPECT_EQ(format_note(note), kNote);
}

TEST(Note, VkeyIsStrict) {
  for (const char* vkey : {
           "",
           "example.com/foo",
           "example.com/foo+530d903a",
           "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",  // upper case
           "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",  // another id
           "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",  // another name
           "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n",
           "example.com/foo+530d903a+BukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",  // another type
           "example com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
           "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
       }) {
    EXPECT_EQ(outcome(parse_vkey(vkey)), "note.vkey") << vkey;
  }
  for (std::uint8_t n = 0; n < 60; ++n) {  // some have '+' in their base64
    for (const auto type : {NoteKeyType::ed25519, NoteKeyType::cosignature}) {
      const NoteKey key = note_key(n, "留痕.example/日志", type);
      EXPECT_EQ(parse_vkey(key.vkey()).value(), key);
    }
  }
}

TEST(Note, ParseIsStrict) {
  const auto changed = [](const std::string& from, const std::string& to) {
    std::string note = kNote;
    return note.replace(note.find(from), from.size(), to);
  };
  ASSERT_EQ(outcome(parse_note(kNote)), "ok");
  EXPECT_EQ(outcome(parse_note(changed("message", "mess\n\nage"))),
            "ok");  // the last blank line counts
  const std::string spoiled[] = {
      "",
      "\n",
      "\n\n",
      kText,
      kText + "\n",
      kNote + "\n",
      kNote.substr(0, kNote.size() - 1),
      changed("\xe2\x80\x94 ", "- "),
      changed("\xe2\x80\x94 ", "\xe2\x80\x94  "),
      changed("foo Uw", "foo  Uw"),
      changed("foo Uw", "foo+ Uw"),
      changed("foo Uw", "foo\xc2\xa0 Uw"),
      changed("aQM=", "aQM"),
      changed("aQM=\n", "aQM= \n"),
      changed("aQM=", "aQN="),
      changed("message", "mess\tage"),
      changed("message", "mess\r\nage"),
      changed("message", "mess\x80"),
      changed("message", std::string("a\0b", 3)),
      changed("message.\n", "message."),
      kText + "\n\xe2\x80\x94 example.com/foo Uw2QOg==\n",  // a key id and nothing more
  };
  for (const std::string& note : spoiled)
    EXPECT_EQ(outcome(parse_note(note)), "note.format") << note;
  EXPECT_EQ(outcome(parse_note(std::string(kMaxNoteSize, 'a') + kNote)), "note.format");
}

TEST(Note, ManySignaturesAndNotTooMany) {
  Note note{.text = kText, .signatures = {}};
  std::vector<NoteKey> keys;
  for (std::uint8_t n = 0; n < kMaxNoteSignatures; ++n) {
    const std::string name = "witness/" + std::to_string(n);
    note.signatures.push_back(sign_note(key_number(n), name, kText));
    keys.push_back(note_key(n, name));
  }
  const Note parsed = parse_note(format_note(note)).value();
  EXPECT_EQ(verify_note(parsed, keys).value().size(), kMaxNoteSignatures);
  note.signatures.push_back(note.signatures[0]);
  EXPECT_EQ(outcome(parse_note(format_note(note))), "note.format");
}

TEST(Note, UnknownKeysArePassedOverAndKnownOnesAreNot) {
  Note note{
      .text = kText,
      .signatures = {sign_note(key_number(1), "a", kText), sign_note(key_number(2), "b", "x\n")}};
  EXPECT_EQ(verify_note(note, std::vector{note_key(1, "a")}).value().size(), 1u);
  // A known key with a bad signature refuses all, also where a good one stands before it.
  EXPECT_EQ(outcome(verify_note(note, std::vector{note_key(1, "a"), note_key(2, "b")})),
            "note.signature");
  EXPECT_EQ(outcome(verify_note(note, std::vector{note_key(3, "c")})), "note.unsigned");
  EXPECT_EQ(outcome(verify_note(note, {})), "note.unsigned");
  // Known is the name together with the key.
  EXPECT_EQ(outcome(verify_note(note, std::vector{note_key(1, "b")})), "note.unsigned");
  // One that signed twice counts once, and both have to be good.
  note.signatures = {sign_note(key_number(1), "a", kText), sign_note(key_number(1), "a", kText)};
  EXPECT_EQ(verify_note(note, std::vector{note_key(1, "a")}).value().size(), 1u);
  note.signatures[1].blob[5] ^= 1;
  EXPECT_EQ(outcome(verify_note(note, std::vector{note_key(1, "a")})), "note.signature");
  note.signatures[1].blob.pop_back();
  EXPECT_EQ(outcome(verify_note(note, std::vector{note_key(1, "a")})), "note.signature");
}

TEST(Note, SignatureLinesAlone) {
  const auto signature = cosign(key_number(1), "w", 5, kText);
  const std::string line = format_signature_line(signature);
  EXPECT_EQ(parse_signature_lines(line + line).value(), (std::vector{signature, signature}));
  EXPECT_EQ(outcome(parse_signature_lines("")), "note.format");
  EXPECT_EQ(outcome(parse_signature_lines(line + "\n")), "note.format");
  EXPECT_EQ(outcome(parse_signature_lines(line.substr(0, line.size() - 1))), "note.format");
}

TEST(Cosignature, CarriesItsTime) {
  const NoteKey key = note_key(9, "witness", NoteKeyType::cosignature);
  Note note{.text = kText, .signatures = {cosign(key_number(9), "witness", 1'700'000'000, kText)}};
  EXPECT_EQ(note.signatures[0].blob.size(), 72u);
  const auto verified = verify_note(note, std::vector{key}).value();
  ASSERT_EQ(verified.size(), 1u);
  EXPECT_EQ(verified[0].time, 1'700'000'000u);
  for (std::uint8_t& byte : note.signatures[0].blob) {  // the time is signed too
    byte ^= 1;
    EXPECT_EQ(outcome(verify_note(note, std::vector{key})), "note.signature");
    byte ^= 1;
  }
  // Nothing was seen at 0, nor after what fits a signed number.
  for (const std::uint64_t time : {std::uint64_t{0}, std::uint64_t{1} << 63})
    EXPECT_EQ(
        outcome(verify_cosignature(key, kText, cosign(key_number(9), "witness", time, kText))),
        "note.signature");
  // The same key as a signer of notes has another id.
  EXPECT_EQ(outcome(verify_note(note, std::vector{note_key(9, "witness")})), "note.unsigned");
  EXPECT_EQ(outcome(verify_cosignature(note_key(9, "witness"), kText, note.signatures[0])),
            "note.signature");
}

TEST(Utf8, IsStrict) {
  for (const char* good :
       {"", "a", "留痕", "\xf0\x9f\x98\x80", "\xc2\x80", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80",
                          "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                          "\xf8\x88\x80\x80\x80", "\xff", "\xe7\x95", "\xe7\x95X", "a\xc2"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

}  // namespace
}  // namespace liuhen::crypto
