// What one note has of signatures and another of the same text lacks.
#include "crypto/merged_note.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace liuhen::crypto
