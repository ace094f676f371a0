#include "api/client/content_coding.h"

#include <zlib.h>

#include <algorithm>
#include <boost/beast/core/string.hpp>

namespace liuhen::api {
namespace {

constexpr int kGzipWindowBits = 15 + 16;  // the largest window, and gzip's header and trailer
constexpr std::size_t kStepBytes = 256u << 10;

Error not_gzip() {
  return fail(
      "connect.coding", "回答声称以 gzip 压缩，内容却解不开，或解开后过大",
      "the answer says that it is compressed by gzip, and cannot be decompressed, or is too "
      "large once it is");
}

Result<std::string> inflated(std::string_view bytes, std::size_t most) {
  z_stream stream{};
  LIUHEN_CHECK(inflateInit2(&stream, kGzipWindowBits) == Z_OK);
  // zlib's interface is older than const; it does not write here.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  int state = Z_OK;
  while (state == Z_OK && out.size() <= most) {
    const std::size_t before = out.size();
    out.resize(before + std::min(kStepBytes, most + 1 - before));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(out.size() - before);
    state = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  const bool whole = state == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  if (!whole || out.size() > most) return not_gzip();
  return out;
}

}  // namespace

Result<std::string> decoded(std::string_view coding, std::string body, std::size_t most) {
  if (coding.empty() || boost::beast::iequals(coding, "identity")) return body;
  if (boost::beast::iequals(coding, "gzip") || boost::beast::iequals(coding, "x-gzip"))
    return inflated(body, most);
  return fail("connect.coding",
              "回答以“" + std::string(coding.substr(0, 40)) + "”编码，本程序只认 gzip",
              "the answer is coded as \"" + std::string(coding.substr(0, 40)) +
                  "\"; this program reads gzip only");
}

}  // namespace liuhen::api
