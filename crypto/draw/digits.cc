#include "crypto/draw/digits.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace liuhen::crypto::draw {

namespace {

constexpr std::size_t kMaxDice = 24;
constexpr std::uint64_t kDieBits = 25'849'625;  // log2(6), in ten millionths of a bit

// Numbers of one drum: each from `low` to `high`, written with as many digits as `high` has.
struct Numbers {
  std::size_t count = 0;
  unsigned low = 0, high = 0;
  bool without_return = false;  // then ascending, each once
};

struct Form {
  DigitSource source;
  std::array<Numbers, 2> numbers;
  std::uint32_t bits;  // in tenths
};

constexpr std::array kForms = {
    Form{{"ssq", "双色球", "Shuangseqiu"}, {{{6, 1, 33, true}, {1, 1, 16, false}}}, 240},
    Form{{"dlt", "大乐透", "Daletou"}, {{{5, 1, 35, true}, {2, 1, 12, true}}}, 243},
    Form{{"fc3d", "福彩3D", "Fucai 3D"}, {{{3, 0, 9, false}, {}}}, 99},
    Form{{"pl3", "排列3", "Pailie 3"}, {{{3, 0, 9, false}, {}}}, 99},
    Form{{"pl5", "排列5", "Pailie 5"}, {{{5, 0, 9, false}, {}}}, 166},
    Form{{"qxc", "七星彩", "Qixingcai"}, {{{6, 0, 9, false}, {1, 0, 14, false}}}, 238},
};

constexpr DigitSource kDice = {"dice", "骰子", "dice"};

constexpr auto kSources = [] {
  std::array<DigitSource, kForms.size() + 1> sources;
  for (std::size_t i = 0; i < kForms.size(); ++i) sources[i] = kForms[i].source;
  sources.back() = kDice;
  return sources;
}();

bool are_decimal(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return '0' <= c && c <= '9'; });
}

// Takes the numbers from the front of the digits, which are decimal; false if they are not there.
bool take(const Numbers& numbers, std::string_view& digits) {
  const std::size_t width = numbers.high > 9 ? 2 : 1;
  std::optional<unsigned> before;
  for (std::size_t i = 0; i < numbers.count; ++i) {
    if (digits.size() < width) return false;
    unsigned number = 0;
    for (const char c : digits.substr(0, width))
      number = 10 * number + static_cast<unsigned>(c - '0');
    digits.remove_prefix(width);
    if (number < numbers.low || number > numbers.high) return false;
    if (numbers.without_return && before && number <= *before) return false;
    before = number;
  }
  return true;
}

Error bad_issue(const DigitSource& source) {
  return fail(
      "digits.issue",
      std::string(source.zh) + (source.id == kDice.id ? "没有期号" : "的期号须为 5 至 8 位数字"),
      std::string(source.en) + (source.id == kDice.id ? " have no issue number"
                                                      : ": an issue number has 5 to 8 digits"));
}

Error bad_form(const DigitSource& source, std::string_view digits) {
  return fail("digits.form",
              "“" + std::string(digits) + "”不是" + std::string(source.zh) + "的开奖号码或点数",
              "\"" + std::string(digits) + "\" is not an outcome of " + std::string(source.en));
}

}  // namespace

std::span<const DigitSource> digit_sources() { return kSources; }

const DigitSource* find_digit_source(std::string_view id) {
  const auto found = std::ranges::find(kSources, id, &DigitSource::id);
  return found == kSources.end() ? nullptr : &*found;
}

Result<std::uint32_t> digit_bits(std::string_view source, std::string_view issue,
                                 std::string_view digits) {
  if (source == kDice.id) {
    if (!issue.empty()) return bad_issue(kDice);
    const bool faces = std::ranges::all_of(digits, [](char c) { return '1' <= c && c <= '6'; });
    if (!faces || digits.empty() || digits.size() > kMaxDice) return bad_form(kDice, digits);
    return static_cast<std::uint32_t>(digits.size() * kDieBits / 1'000'000);
  }
  const auto form = std::ranges::find(kForms, source, [](const Form& f) { return f.source.id; });
  if (form == kForms.end()) {
    return fail("digits.source", "没有“" + std::string(source) + "”这种彩票或骰子",
                "there is no lottery, and no dice, \"" + std::string(source) + "\"");
  }
  if (issue.size() < 5 || issue.size() > 8 || !are_decimal(issue)) return bad_issue(form->source);
  std::string_view left = digits;
  if (!are_decimal(digits) || !take(form->numbers[0], left) || !take(form->numbers[1], left) ||
      !left.empty())
    return bad_form(form->source, digits);
  return form->bits;
}

Bytes digit_item(std::string_view source, std::string_view issue, std::string_view digits) {
  const std::string item =
      std::string(source) + ":" + std::string(issue) + ":" + std::string(digits);
  return Bytes(item.begin(), item.end());
}

}  // namespace liuhen::crypto::draw
