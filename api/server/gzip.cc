#include "api/server/gzip.h"

#include <zlib.h>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <optional>

#include "crypto/result.h"

namespace liuhen::api::server {
namespace {

// The fastest: entries are half hashes and signatures, of which no effort makes less.
constexpr int kLevel = Z_BEST_SPEED;
constexpr int kGzipWindowBits = 15 + 16;  // the largest window, and gzip's header and trailer

// "0", "0.", "0.0" to "0.000" (RFC 9110 section 12.4.2).
bool is_zero(boost::beast::string_view weight) {
  return weight.starts_with('0') && weight.find_first_not_of("0.") == weight.npos;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  namespace beast = boost::beast;
  std::optional<bool> by_name, by_star;
  const beast::http::ext_list codings({accept_encoding.data(), accept_encoding.size()});
  for (const auto& [name, parameters] : codings) {
    bool wanted = true;
    for (const auto& [key, value] : parameters) {
      if (beast::iequals(key, "q")) wanted = !is_zero(value);
    }
    if (beast::iequals(name, "gzip") || beast::iequals(name, "x-gzip")) by_name = wanted;
    if (name == "*") by_star = wanted;
  }
  return by_name.value_or(by_star.value_or(false));
}

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  LIUHEN_CHECK(deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindowBits, 8, Z_DEFAULT_STRATEGY) ==
               Z_OK);
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  // zlib's interface is older than const; it does not write here.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  LIUHEN_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace liuhen::api::server
