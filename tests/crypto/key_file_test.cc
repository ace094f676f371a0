#include "crypto/key_file.h"

#include <gtest/gtest.h>

namespace liuhen::crypto {
namespace {

constexpr PassphraseCost kCheap{.passes = 1, .memory = 8u << 10};

SigningSeed some_seed() { return SigningSeed(std::array<std::uint8_t, 32>{1, 2, 3}); }

template <class T>
std::string outcome(const Result<T>& result) {
  return result ? "ok" : result.error().code;
}

std::string sealed_text() {
  SystemEntropy entropy;
  return seal_key_file("检查员0001", some_seed(), view_of("口令"), kCheap, entropy).value();
}

TEST(KeyFile, PlainRoundTrips) {
  const SecretBytes text = format_key_file("检查员0001", some_seed()).value();
  const KeyFile file = KeyFile::parse(text.view()).value();
  EXPECT_EQ(file.label(), "检查员0001");
  EXPECT_FALSE(file.needs_passphrase());
  EXPECT_EQ(file.public_key(), SigningKey(some_seed()).public_key());
  EXPECT_EQ(to_hex(file.open().value().view()), to_hex(some_seed().view()));
}

TEST(KeyFile, SealedNeedsThePassphrase) {
  const std::string text = sealed_text();
  EXPECT_EQ(text.find(to_hex(some_seed().view())), std::string::npos);
  const KeyFile file = KeyFile::parse(view_of(text)).value();
  EXPECT_TRUE(file.needs_passphrase());
  EXPECT_EQ(file.public_key(), SigningKey(some_seed()).public_key());
  EXPECT_EQ(to_hex(file.open(view_of("口令")).value().view()), to_hex(some_seed().view()));
  EXPECT_EQ(outcome(file.open(view_of("口令 "))), "key.passphrase");
  EXPECT_EQ(outcome(file.open()), "key.passphrase");
  EXPECT_NE(text, sealed_text());
}

TEST(KeyFile, AnyChangedByteIsRefused) {
  const SecretBytes plain = format_key_file("label", some_seed()).value();
  for (const std::string& text : {std::string(text_of(plain.view())), sealed_text()}) {
    const std::size_t label_begin = text.find("label ") + 6;
    const std::size_t label_end = text.find('\n', label_begin);
    for (std::size_t i = 0; i < text.size(); ++i) {
      // A plain file does not protect its label.
      if (text.find("\nseed ") != std::string::npos && i >= label_begin && i < label_end) continue;
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      auto file = KeyFile::parse(view_of(changed));
      EXPECT_TRUE(!file || !file->open(view_of("口令"))) << i << "\n" << changed;
    }
  }
}

TEST(KeyFile, ParseIsStrict) {
  const std::string text = sealed_text();
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string out = text;
    return out.replace(out.find(from), from.size(), to);
  };
  EXPECT_EQ(outcome(KeyFile::parse(view_of(text))), "ok");
  for (const std::string& spoiled :
       {std::string(), text + "\n", text.substr(0, text.size() - 1), changed("v1\n", "v2\n"),
        changed("v1\n", "v1 \n"), changed("argon2id 1 ", "argon2id 01 "),
        changed("argon2id 1 ", "argon2id  1 "), changed("\n", "\r\n"), changed("label ", "Label "),
        changed("8192", "+8192"), changed("8192 ", "8192  "), text + "sealed 00\n",
        text + std::string(kMaxKeyFileSize, ' '), changed("public ", "public A"),
        changed("检查员0001", ""), changed("检查员0001", " x")}) {
    EXPECT_EQ(outcome(KeyFile::parse(view_of(spoiled))), "key.format") << spoiled;
  }
}

TEST(KeyFile, CostsAreBoundedOnReadAndOnWrite) {
  const std::string text = sealed_text();
  for (const char* cost : {"0 8192 ", "17 8192 ", "1 8191 ", "1 8193 ", "1 1073742848 ", "1 4096 ",
                           "1 18446744073709551615 "}) {
    std::string changed = text;
    changed.replace(changed.find("1 8192 "), 7, cost);
    EXPECT_EQ(outcome(KeyFile::parse(view_of(changed))), "key.cost") << cost;
  }
  SystemEntropy entropy;
  EXPECT_EQ(
      outcome(seal_key_file("x", some_seed(), {}, {.passes = 1, .memory = 2048u << 20}, entropy)),
      "key.cost");
  EXPECT_EQ(outcome(seal_key_file("x", some_seed(), {}, {.passes = 0, .memory = 8192}, entropy)),
            "key.cost");
}

TEST(KeyFile, LabelsAreChecked) {
  for (const std::string& label :
       {std::string(), std::string(" a"), std::string("a "), std::string("a\nb"),
        std::string("\xff"), std::string(201, 'a')}) {
    EXPECT_EQ(outcome(format_key_file(label, some_seed())), "key.label");
  }
  EXPECT_TRUE(format_key_file(std::string(200, 'a'), some_seed()));
}

}  // namespace
}  // namespace liuhen::crypto
