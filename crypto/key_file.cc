#include "crypto/key_file.h"

#include <sodium/crypto_pwhash_argon2id.h>

#include <algorithm>
#include <charconv>

#include "crypto/aead.h"
#include "crypto/utf8.h"

namespace liuhen::crypto {
namespace {

constexpr std::string_view kFirstLine = "liuhen-key/v1";
constexpr std::size_t kSeedSize = 32;

Error bad_format() {
  return fail("key.format", "不是有效的密钥文件；请检查文件是否完整，或改用备份",
              "not a valid key file; check that it is whole, or use its backup");
}

Error bad_label() {
  return fail(
      "key.label", "密钥标签应为 1 至 200 字节的 UTF-8 文本，不含控制字符，首尾无空格",
      "a key's label is 1 to 200 bytes of UTF-8 without control characters and outer spaces");
}

bool is_affordable(const PassphraseCost& cost) {
  return cost.passes >= 1 && cost.passes <= kMaxPassphrasePasses &&
         cost.memory >= kMinPassphraseMemory && cost.memory <= kMaxPassphraseMemory &&
         cost.memory % 1024 == 0;
}

Error bad_cost() {
  return fail("key.cost", "口令参数超出范围：轮数应为 1 至 16，内存应为 8 KiB 至 1 GiB",
              "passphrase parameters out of bounds: 1 to 16 passes, 8 KiB to 1 GiB of memory");
}

Result<AeadKey> key_from_passphrase(View passphrase, const PassphraseCost& cost,
                                    const std::array<std::uint8_t, 16>& salt) {
  AeadKey key;
  // The library must not be given a null pointer, which an empty view may be.
  const std::string_view text = passphrase.empty() ? std::string_view("") : text_of(passphrase);
  if (crypto_pwhash_argon2id(key.data(), key.size(), text.data(), text.size(), salt.data(),
                             cost.passes, cost.memory,
                             crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0) {
    return fail("key.memory", "内存不足，无法由口令导出密钥；请关闭其他程序后重试",
                "not enough memory to derive the key from the passphrase; close other programs and "
                "try again");
  }
  return key;
}

std::string common_header(std::string_view label, const KeyId& public_key) {
  std::string out(kFirstLine);
  out += "\nlabel ";
  out += label;
  out += "\npublic " + to_hex(public_key) + "\n";
  return out;
}

std::string sealed_header(std::string_view label, const KeyId& public_key,
                          const PassphraseCost& cost, const std::array<std::uint8_t, 16>& salt) {
  return common_header(label, public_key) + "argon2id " + std::to_string(cost.passes) + " " +
         std::to_string(cost.memory) + " " + to_hex(salt) + "\n";
}

// The value of the line `name value`, taken off `rest`; nothing if the next line is another.
std::optional<std::string_view> take_line(std::string_view& rest, std::string_view name) {
  const std::size_t newline = rest.find('\n');
  if (newline == std::string_view::npos || !rest.starts_with(name)) return std::nullopt;
  std::string_view value = rest.substr(name.size(), newline - name.size());
  rest.remove_prefix(newline + 1);
  return value;
}

template <class T>
std::optional<T> take_number(std::string_view& rest) {
  T number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc() || end == rest.data() + rest.size() || *end != ' ') return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 1);
  return number;
}

// Hex of exactly N bytes, without leaving a copy of a secret behind.
template <std::size_t N>
bool read_hex(std::string_view text, std::span<std::uint8_t, N> out) {
  const auto is_lower_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (text.size() != 2 * N || !std::all_of(text.begin(), text.end(), is_lower_hex)) return false;
  return sodium_hex2bin(out.data(), N, text.data(), text.size(), nullptr, nullptr, nullptr) == 0;
}

}  // namespace

bool is_key_label(std::string_view label) {
  return !label.empty() && label.size() <= kMaxKeyLabelSize && is_plain_text(label, false) &&
         label.front() != ' ' && label.back() != ' ';
}

Result<SecretBytes> format_key_file(std::string_view label, const SigningSeed& seed) {
  if (!is_key_label(label)) return bad_label();
  const std::string header = common_header(label, SigningKey(seed).public_key()) + "seed ";
  SecretBytes out(header.size() + 2 * kSeedSize + 1);
  const auto text = out.writable();
  std::copy(header.begin(), header.end(), text.begin());
  // Writes a terminating zero, which the newline then replaces.
  sodium_bin2hex(reinterpret_cast<char*>(text.data() + header.size()), 2 * kSeedSize + 1,
                 seed.data(), kSeedSize);
  text.back() = '\n';
  return out;
}

Result<std::string> seal_key_file(std::string_view label, const SigningSeed& seed, View passphrase,
                                  const PassphraseCost& cost, Entropy& entropy) {
  if (!is_key_label(label)) return bad_label();
  if (!is_affordable(cost)) return bad_cost();
  std::array<std::uint8_t, 16> salt;
  entropy.fill(salt);
  auto key = key_from_passphrase(passphrase, cost, salt);
  if (!key) return key.error();
  const std::string header = sealed_header(label, SigningKey(seed).public_key(), cost, salt);
  return header + "sealed " + to_hex(seal(*key, view_of(header), seed.view(), entropy)) + "\n";
}

Result<KeyFile> KeyFile::parse(View bytes) {
  std::string_view rest = text_of(bytes);
  if (rest.size() > kMaxKeyFileSize) return bad_format();
  KeyFile file;
  const auto first = take_line(rest, kFirstLine);
  const auto label = take_line(rest, "label ");
  const auto public_key = take_line(rest, "public ");
  if (!first || !first->empty() || !label || !is_key_label(*label) || !public_key ||
      !read_hex(*public_key, std::span(file.public_key_))) {
    return bad_format();
  }
  file.label_ = *label;
  if (const auto seed = take_line(rest, "seed ")) {
    if (!rest.empty() || !read_hex(*seed, file.plain_.writable())) return bad_format();
    return file;
  }
  auto derivation = take_line(rest, "argon2id ");
  const auto box = take_line(rest, "sealed ");
  if (!derivation || !box || !rest.empty()) return bad_format();
  const auto passes = take_number<std::uint32_t>(*derivation);
  const auto memory = passes ? take_number<std::uint64_t>(*derivation) : std::nullopt;
  std::array<std::uint8_t, kAeadOverhead + kSeedSize> sealed;
  std::array<std::uint8_t, 16> salt;
  if (!memory || !read_hex(*derivation, std::span(salt)) || !read_hex(*box, std::span(sealed)))
    return bad_format();
  file.sealed_ = Sealed{.header = {},
                        .cost = {.passes = *passes, .memory = *memory},
                        .salt = salt,
                        .box = Bytes(sealed.begin(), sealed.end())};
  if (!is_affordable(file.sealed_->cost)) return bad_cost();
  file.sealed_->header = sealed_header(file.label_, file.public_key_, file.sealed_->cost, salt);
  // One text for each content: numbers with leading zeroes end here.
  if (!text_of(bytes).starts_with(file.sealed_->header)) return bad_format();
  return file;
}

Result<SigningSeed> KeyFile::open(View passphrase) const {
  SigningSeed seed = plain_.clone();
  if (sealed_) {
    auto key = key_from_passphrase(passphrase, sealed_->cost, sealed_->salt);
    if (!key) return key.error();
    auto opened = crypto::open(*key, view_of(sealed_->header), sealed_->box);
    if (!opened) {
      return fail("key.passphrase", "口令不对，或密钥文件已被改动；请重新输入口令",
                  "wrong passphrase, or the key file was changed; enter the passphrase again");
    }
    seed = SigningSeed(opened->view().first<kSeedSize>());
  }
  if (SigningKey(seed).public_key() != public_key_) return bad_format();
  return seed;
}

}  // namespace liuhen::crypto
