#include "crypto/bytes.h"

#include <openssl/evp.h>
#include <sodium/utils.h>

#include <algorithm>

namespace liuhen {
namespace {

// OpenSSL counts in int. A multiple of 12 goes through both ways without padding.
constexpr std::size_t kBase64PieceBytes = std::size_t{12} << 20;

Error bad_base64() {
  return fail("encoding.base64",
              "不是规范的 base64 文本（RFC 4648 第 4 节，带填充，无空白）；请检查是否抄录完整",
              "not canonical base64 (RFC 4648 section 4, padded, no white space); check that it "
              "was copied whole");
}

Error bad_hex() {
  return fail(
      "encoding.hex", "不是十六进制文本：只能有偶数个 0-9、a-f；请检查是否抄录完整",
      "not hexadecimal: an even number of 0-9 and a-f is needed; check that it was copied whole");
}

}  // namespace

std::string to_hex(View bytes) {
  std::string out(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes.data(), bytes.size());
  out.pop_back();
  return out;
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.empty()) return Bytes();  // the library must not be given null pointers
  Bytes out(text.size() / 2);
  std::size_t size = 0;
  if (text.size() % 2 != 0 ||
      sodium_hex2bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size, nullptr) !=
          0 ||
      size != out.size()) {
    return bad_hex();
  }
  return out;
}

// OpenSSL's base64 takes an eighth of the time of libsodium's, which hides from the clock what it
// writes; secrets are written in hexadecimal.
std::string to_base64(View bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // the library ends it with a zero
  auto* at = reinterpret_cast<unsigned char*>(out.data());
  for (View left = bytes; !left.empty();) {
    const View piece = left.first(std::min(left.size(), kBase64PieceBytes));
    at += EVP_EncodeBlock(at, piece.data(), static_cast<int>(piece.size()));
    left = left.subspan(piece.size());
  }
  out.pop_back();
  return out;
}

Result<Bytes> from_base64(std::string_view text) {
  if (text.empty()) return Bytes();
  if (text.size() % 4 != 0) return bad_base64();
  Bytes out(text.size() / 4 * 3);
  for (std::size_t at = 0; at < text.size(); at += kBase64PieceBytes) {
    const View piece = view_of(text.substr(at, kBase64PieceBytes));
    // Less than this where white space was skipped.
    const int expected = static_cast<int>(piece.size() / 4 * 3);
    if (EVP_DecodeBlock(out.data() + at / 4 * 3, piece.data(), static_cast<int>(piece.size())) !=
        expected) {
      return bad_base64();
    }
  }
  // Padding has been decoded as zeros.
  for (std::size_t end = text.size(); end > text.size() - 2 && text[end - 1] == '='; --end)
    out.pop_back();
  // Unused bits that are not zero decode to the same bytes; the text must be the only one for them.
  if (to_base64(out) != text) return bad_base64();
  return out;
}

}  // namespace liuhen
