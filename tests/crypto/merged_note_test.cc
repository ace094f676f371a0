// What one note has of signatures and another of the same text lacks.
#include "crypto/merged_note.h"

#include <gtest/gtest.h>

#include "crypto/cosignature.h"
#include "crypto/sha256.h"

namespace liuhen::crypto {
namespace {

const std::string kText = "log.example\n1\nAAAA\n\n";

std::string line(const std::string& name, const std::string& base64) {
  return "\u2014 " + name + " " + base64 + "\n";
}
const std::string kLog = line("log.example", "AAAAAQEB");
const std::string kFirst = line("w.example/1", "AAAAAgIC");
const std::string kAgain = line("w.example/1", "AAAAAgMD");
const std::string kSecond = line("w.example/2", "AAAABAQE");

TEST(MergedNote, NoLineIsLost) {
  EXPECT_EQ(merge_signatures(kText + kLog + kFirst, kText + kLog), kText + kLog + kFirst);
  EXPECT_EQ(merge_signatures(kText + kLog, kText + kLog + kFirst), kText + kLog + kFirst);
  EXPECT_EQ(merge_signatures(kText + kLog + kFirst, kText + kLog + kSecond),
            kText + kLog + kFirst + kSecond);
}

TEST(MergedNote, OneKeyHasOneLineAsItWasOffered) {
  EXPECT_EQ(merge_signatures(kText + kLog + kFirst + kSecond, kText + kAgain),
            kText + kLog + kAgain + kSecond);
  // Another key of the same name is another signer.
  const std::string other = line("w.example/1", "AAAACQIC");
  EXPECT_EQ(merge_signatures(kText + kLog + kFirst, kText + other), kText + kLog + kFirst + other);
}

TEST(MergedNote, OfAnotherTextNothingIsTaken) {
  const std::string other = "log.example\n2\nAAAA\n\n" + kLog;
  EXPECT_EQ(merge_signatures(kText + kLog + kFirst, other), other);
  EXPECT_EQ(merge_signatures("no note", other), other);
  EXPECT_EQ(merge_signatures(kText + kLog, "no note"), "no note");
}

TEST(MergedNote, WhatIsHeldIsNotCrowdedOut) {
  std::string crowd = kText;
  for (std::size_t i = 0; i < kMaxNoteSignatures; ++i)
    crowd += line("x" + std::to_string(i), "AAAAAQEB");
  const std::string merged = merge_signatures(kText + kLog + kFirst, crowd);
  const auto note = parse_note(merged);
  ASSERT_TRUE(note) << note.error().en;
  EXPECT_EQ(note->signatures.size(), kMaxNoteSignatures);
  EXPECT_TRUE(merged.starts_with(kText + kLog + kFirst));
}

// Lines that are checked: of a log and of two witnesses.
class GoodSignatures : public ::testing::Test {
 protected:
  const std::string text = "log.example\n1\nAAAA\n";
  SigningKey log = key("log.example"), first = key("w.example/1"), second = key("w.example/2");
  std::vector<NoteKey> known = {
      {.name = "log.example", .key = log.public_key()},
      {.name = "w.example/1", .type = NoteKeyType::cosignature, .key = first.public_key()},
      {.name = "w.example/2", .type = NoteKeyType::cosignature, .key = second.public_key()}};
  const NoteSignature log_line = sign_note(log, "log.example", text);
  const NoteSignature first_line = cosign(first, "w.example/1", 1, text);
  const NoteSignature second_line = cosign(second, "w.example/2", 1, text);
  const NoteSignature stranger{.name = "x.example", .key_id = 7, .blob = {1}};

  static SigningKey key(const std::string& name) {
    return SigningKey(SigningSeed(sha256(view_of(name))));
  }
  static NoteSignature spoilt(NoteSignature line) {
    line.blob.back() ^= 1;
    return line;
  }
  std::string note(std::vector<NoteSignature> lines) const {
    return format_note({.text = text, .signatures = std::move(lines)});
  }
  std::string merge(std::vector<NoteSignature> held, std::vector<NoteSignature> offered) const {
    return merge_good_signatures(note(std::move(held)), note(std::move(offered)), known);
  }
  std::vector<NoteSignature> crowd(std::size_t count) const {
    std::vector<NoteSignature> lines(count, stranger);
    for (std::size_t i = 0; i < count; ++i) lines[i].name += std::to_string(i);
    return lines;
  }
};

TEST_F(GoodSignatures, NoneIsLost) {
  EXPECT_EQ(merge({log_line, first_line}, {log_line}), note({log_line, first_line}));
  EXPECT_EQ(merge({log_line, first_line}, {log_line, second_line}),
            note({log_line, second_line, first_line}));
  const NoteSignature later = cosign(first, "w.example/1", 2, text);
  EXPECT_EQ(merge({log_line, first_line}, {log_line, later}), note({log_line, later}));
}

TEST_F(GoodSignatures, ABadOneIsNeitherTakenNorKept) {
  const NoteSignature bad = spoilt(second_line);
  EXPECT_EQ(merge({log_line}, {log_line, bad, first_line}), note({log_line, first_line}));
  EXPECT_EQ(merge({log_line, bad}, {log_line, first_line}), note({log_line, first_line}));
  EXPECT_EQ(merge({log_line, second_line}, {log_line, bad}), note({log_line, second_line}));
  EXPECT_EQ(merge({log_line, bad}, {log_line, second_line}), note({log_line, second_line}));
  EXPECT_EQ(merge({log_line}, {log_line, bad, second_line}), note({log_line, second_line}));
  EXPECT_EQ(merge({}, {bad}), note({bad}));  // nothing is left of it
}

TEST_F(GoodSignatures, WhoseLinesAreBadIsTold) {
  const auto told = [&](std::vector<NoteSignature> lines) {
    return keys_of_bad_lines(note(std::move(lines)), known);
  };
  EXPECT_EQ(told({log_line, first_line, stranger}), std::vector<NoteKey>());
  const NoteSignature bad = spoilt(second_line);
  EXPECT_EQ(told({log_line, bad, first_line, bad, stranger}), std::vector{known[2]});
  EXPECT_EQ(told({second_line, bad, spoilt(first_line)}), (std::vector{known[2], known[1]}));
  EXPECT_EQ(keys_of_bad_lines("no note", known), std::vector<NoteKey>());
}

TEST_F(GoodSignatures, OfOthersThereIsWhatIsOffered) {
  NoteSignature other = stranger;
  other.key_id = 8;
  EXPECT_EQ(merge({log_line, stranger}, {log_line}), note({log_line}));
  EXPECT_EQ(merge({log_line, stranger}, {log_line, other}), note({log_line, other}));
  // The name alone makes nobody a witness.
  other.name = "w.example/1";
  EXPECT_EQ(merge({log_line, first_line}, {other, log_line}), note({log_line, first_line, other}));
}

TEST_F(GoodSignatures, OthersCrowdOutNone) {
  std::vector<NoteSignature> offered = crowd(kMaxNoteSignatures - 1);
  offered.push_back(log_line);
  const auto merged = parse_note(merge({log_line, first_line, second_line}, offered));
  ASSERT_TRUE(merged) << merged.error().en;
  EXPECT_EQ(merged->signatures.size(), kMaxNoteSignatures);
  EXPECT_EQ(merged->signatures[0], log_line);
  EXPECT_EQ(merged->signatures[1], first_line);
  EXPECT_EQ(merged->signatures[2], second_line);
  EXPECT_EQ(merged->signatures[3], offered[0]);

  NoteSignature large = stranger;
  large.blob.resize((kMaxNoteSize - note({log_line, second_line, stranger}).size()) / 4 * 3);
  const auto small = parse_note(merge({log_line, first_line}, {large, log_line, second_line}));
  ASSERT_TRUE(small) << small.error().en;  // it does not get longer than a note may be
  EXPECT_EQ(small->signatures, (std::vector{log_line, second_line, first_line}));
}

TEST_F(GoodSignatures, OfAnotherTextNothingIsHeld) {
  const std::string other = "log.example\n2\nAAAA\n";
  const NoteSignature of_other = sign_note(log, "log.example", other);
  const std::string offered =
      format_note({.text = other, .signatures = {of_other, first_line, stranger}});
  EXPECT_EQ(merge_good_signatures(note({log_line, second_line}), offered, known),
            format_note({.text = other, .signatures = {of_other, stranger}}));
  EXPECT_EQ(merge_good_signatures("no note", note({log_line, first_line}), known),
            note({log_line, first_line}));
  EXPECT_EQ(merge_good_signatures(note({log_line}), "no note", known), "no note");
}

}  // namespace
}  // namespace liuhen::crypto
