// What a poster, a notice or a screen shows for a draw to be looked up by telephone: one address,
// and its QR code (docs/formats/draw-qr.md). Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/checkpoint.h"

namespace liuhen::api::server {

inline constexpr std::size_t kPublicUrlBytesMax = 200;

// Fails with `qr.url`: not http:// or https://, a host and perhaps a path, without "/" at the end.
Outcome check_public_url(std::string_view url);

// `stream` is the draw's, "draw/<plan>/<attempt>", `number` its public one, `checkpoint` the one
// under which it was seen. Requires a good url.
std::string draw_link(std::string_view url, std::string_view stream, std::uint64_t number,
                      const crypto::Checkpoint& checkpoint);

// An SVG document of black squares on white, one unit each, with the margin of four that readers
// need; error correction M (15%). `title` is read out by screen readers. Fails with `qr.long` for
// what no QR code holds.
Result<std::string> qr_svg(const std::string& text, std::string_view title);

}  // namespace liuhen::api::server
