#include "api/import/utf8_scan.h"

namespace liuhen::api {
namespace {

struct Lead {
  std::size_t size;
  std::uint8_t low, high;  // bounds of the second byte
};

// Table 3-7 of the Unicode standard.
Lead lead_of(std::uint8_t byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xC2) return {0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte < 0xF0) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte < 0xF4) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

}  // namespace

Utf8Scan scan_utf8(View bytes) {
  Utf8Scan scan;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const Lead lead = lead_of(bytes[at]);
    scan.valid_bytes = at;
    if (lead.size == 0) {
      scan.end = Utf8Scan::End::invalid;
      return scan;
    }
    for (std::size_t i = 1; i < lead.size; ++i) {
      if (at + i == bytes.size()) {
        scan.end = Utf8Scan::End::incomplete;
        return scan;
      }
      const std::uint8_t byte = bytes[at + i];
      const bool fits =
          i == 1 ? byte >= lead.low && byte <= lead.high : byte >= 0x80 && byte <= 0xBF;
      if (!fits) {
        scan.end = Utf8Scan::End::invalid;
        return scan;
      }
    }
    if (lead.size > 1) ++scan.multi_chars;
    if (lead.size > 2) ++scan.long_chars;
    at += lead.size;
  }
  scan.valid_bytes = at;
  return scan;
}

}  // namespace liuhen::api
