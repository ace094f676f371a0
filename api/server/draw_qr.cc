#include "api/server/draw_qr.h"

#include <qrencode.h>

#include <memory>

#include "api/server/html.h"
#include "api/server/target.h"

namespace liuhen::api::server {

namespace {

constexpr int kMargin = 4;  // light modules on each side (ISO/IEC 18004 section 9.1)

std::string number(std::uint64_t value) { return std::to_string(value); }

// Runs of dark modules, as rectangles one high.
std::string path_of(const QRcode& code) {
  std::string path;
  const auto dark = [&](int x, int y) { return (code.data[y * code.width + x] & 1) != 0; };
  for (int y = 0; y < code.width; ++y) {
    for (int x = 0; x < code.width; ++x) {
      if (!dark(x, y)) continue;
      const int from = x;
      while (x < code.width && dark(x, y)) ++x;
      const std::string run = std::to_string(x - from);
      path += "M" + std::to_string(from + kMargin) + " " + std::to_string(y + kMargin) + "h" + run +
              "v1h-" + run + "z";
    }
  }
  return path;
}

}  // namespace

Outcome check_public_url(std::string_view url) {
  std::string_view rest = url;
  const bool scheme = rest.starts_with("https://") || rest.starts_with("http://");
  if (scheme) rest.remove_prefix(rest.find("//") + 2);
  const bool plain = rest.find_first_not_of(
                         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                         "0123456789-._~/:[]%") == std::string_view::npos;
  if (scheme && plain && !rest.empty() && rest.front() != '/' && rest.back() != '/' &&
      url.size() <= kPublicUrlBytesMax)
    return ok();
  return fail("qr.url",
              "对外网址须形如 https://liuhen.example：http 或 https 开头，不以 / 结尾，没有 ? 和 "
              "#，至多 200 字节",
              "the public address is such as https://liuhen.example: with http or https, without a "
              "/ at its end, ? or #, and of 200 bytes at most");
}

std::string draw_link(std::string_view url, std::string_view stream, std::uint64_t draw_number,
                      const crypto::Checkpoint& checkpoint) {
  std::string_view name = stream;
  name.remove_prefix(std::string_view("draw/").size());
  const auto slash = name.rfind('/');
  std::string out(url);
  out += "/draws/" + encode_segment(name.substr(0, slash)) + "/" +
         encode_segment(name.substr(slash + 1));
  out += "#draw=" + number(draw_number) + "&size=" + number(checkpoint.size) +
         "&root=" + to_hex(checkpoint.root);
  return out;
}

Result<std::string> qr_svg(const std::string& text, std::string_view title) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M), &QRcode_free);
  if (!code) return fail("qr.long", "内容太长，一个二维码装不下", "it is too long for one QR code");
  const std::string side = std::to_string(code->width + 2 * kMargin);
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + side + " " + side +
         "\" width=\"" + std::to_string(4 * (code->width + 2 * kMargin)) +
         "\" role=\"img\" aria-label=\"" + escape(title) +
         "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h" + side + "v" + side +
         "h-" + side + "z\"/><path fill=\"#000\" d=\"" + path_of(*code) + "\"/></svg>\n";
}

}  // namespace liuhen::api::server
