#include "crypto/bytes.h"

#include <sodium/utils.h>

namespace liuhen {
namespace {

constexpr int kBase64Variant = sodium_base64_VARIANT_ORIGINAL;

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

std::string to_base64(View bytes) {
  std::string out(sodium_base64_ENCODED_LEN(bytes.size(), kBase64Variant), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), kBase64Variant);
  out.pop_back();
  return out;
}

Result<Bytes> from_base64(std::string_view text) {
  if (text.empty()) return Bytes();
  Bytes out(text.size() / 4 * 3);
  std::size_t size = 0;
  if (text.size() % 4 != 0 || sodium_base642bin(out.data(), out.size(), text.data(), text.size(),
                                                nullptr, &size, nullptr, kBase64Variant) != 0) {
    return bad_base64();
  }
  out.resize(size);
  // Unused bits that are not zero decode to the same bytes; the text must be the only one for them.
  if (to_base64(out) != text) return bad_base64();
  return out;
}

}  // namespace liuhen
