// A request's target, taken apart: path segments and query, percent-decoded.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/result.h"

namespace liuhen::api::server {

struct Target {
  std::string raw_path;                      // as sent, without the query
  std::vector<std::string> path;             // "/a/b%2Fc" → {"a", "b/c"}; "/" → {}
  std::map<std::string, std::string> query;  // the last of a name counts

  // In origin form (RFC 9112 section 3.2). Fails with `request.target`: of another form, or what
  // is decoded is not UTF-8 or has control characters.
  static Result<Target> parse(std::string_view target);

  // A number of the query, `otherwise` if it is not there. Fails with `request.number`.
  Result<std::uint64_t> number(const std::string& name, std::uint64_t otherwise) const;
  std::string text(const std::string& name) const;  // empty if it is not there
  // `limit`, kPageRowsDefault if it is not there. Fails with `request.number` unless 1 to
  // kPageRowsMax.
  Result<std::uint64_t> limit() const;
};

// Path and query, without the scheme and authority of the absolute form; what is of another form
// stays as it is.
std::string origin_form(std::string_view target);

// Decimal digits without leading zeroes. Fails with `request.number`.
Result<std::uint64_t> parse_number(std::string_view text);

// Percent-encoding of one path segment.
std::string encode_segment(std::string_view text);

}  // namespace liuhen::api::server
