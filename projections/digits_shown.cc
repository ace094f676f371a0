#include "projections/digits_shown.h"

#include "crypto/draw/digits.h"

namespace liuhen::projections {

std::string tenths(std::uint64_t bits) {
  return std::to_string(bits / 10) + "." + std::to_string(bits % 10);
}

std::vector<DigitsLine> digits_of(const Draw& draw) {
  std::vector<DigitsLine> lines;
  for (const Digits& digits : draw.digits) {
    const auto* source = crypto::draw::find_digit_source(digits.source);
    LIUHEN_CHECK(source != nullptr);
    const std::uint32_t bits =
        crypto::draw::digit_bits(digits.source, digits.issue, digits.digits).value();
    const std::string issue_zh = digits.issue.empty() ? "" : "第 " + digits.issue + " 期",
                      issue_en = digits.issue.empty() ? "" : " issue " + digits.issue;
    lines.push_back({.digits = digits,
                     .bits = bits,
                     .what = {std::string(source->zh) + issue_zh + " " + digits.digits + "，至多 " +
                                  tenths(bits) + " 比特",
                              std::string(source->en) + issue_en + " " + digits.digits +
                                  ", at most " + tenths(bits) + " bits"}});
  }
  return lines;
}

}  // namespace liuhen::projections
