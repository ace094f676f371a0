// Memory for secrets: wiped when it goes, never copied by accident.
#pragma once

#include <sodium/utils.h>

#include <array>
#include <utility>

#include "crypto/bytes.h"

namespace liuhen::crypto {

// N secret bytes. Moving wipes the source; copying is not possible. Not thread-safe.
template <std::size_t N>
class Secret {
 public:
  Secret() : bytes_{} {}
  explicit Secret(std::span<const std::uint8_t, N> bytes) {
    for (std::size_t i = 0; i < N; ++i) bytes_[i] = bytes[i];
  }
  // Fails (`encoding.size`) if there are not exactly N bytes; the error does not show them.
  static Result<Secret> from(View bytes) {
    if (bytes.size() != N) return exactly<N>(bytes).error();
    return Secret(bytes.template first<N>());
  }
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { other.wipe(); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      other.wipe();
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(); }

  // A second copy, asked for by name.
  Secret clone() const { return Secret(view()); }

  std::span<const std::uint8_t, N> view() const { return bytes_; }
  std::span<std::uint8_t, N> writable() { return bytes_; }
  const std::uint8_t* data() const { return bytes_.data(); }
  std::uint8_t* data() { return bytes_.data(); }
  static constexpr std::size_t size() { return N; }

  void wipe() { sodium_memzero(bytes_.data(), N); }

 private:
  std::array<std::uint8_t, N> bytes_;
};

// Secret bytes whose number is known only when the program runs. It never grows, so that no copy is
// left behind in freed memory.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t size) : bytes_(size) {}
  explicit SecretBytes(View bytes) : bytes_(bytes.begin(), bytes.end()) {}
  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
      wipe();
      bytes_ = std::exchange(other.bytes_, {});
    }
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { wipe(); }

  View view() const { return bytes_; }
  std::span<std::uint8_t> writable() { return bytes_; }
  std::size_t size() const { return bytes_.size(); }

  void wipe() {
    if (!bytes_.empty()) sodium_memzero(bytes_.data(), bytes_.size());
  }

 private:
  Bytes bytes_;
};

}  // namespace liuhen::crypto
