#include "api/import/uscc.h"

#include <array>
#include <utility>

namespace liuhen::api {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
constexpr std::array<int, 17> kWeights = {1,  3,  9,  27, 19, 26, 16, 17, 20,
                                          29, 25, 13, 8,  24, 10, 30, 28};
constexpr std::array<int, 8> kBodyWeights = {3, 7, 9, 10, 5, 8, 4, 2};

constexpr std::array<std::pair<std::string_view, std::string_view>, 31> kCategories = {{
    {"11", "机关"},
    {"12", "事业单位"},
    {"13", "编办直接管理机构编制的群众团体"},
    {"19", "编办登记的其他"},
    {"21", "外国常驻新闻机构"},
    {"29", "外交部门登记的其他"},
    {"31", "律师执业机构"},
    {"32", "公证处"},
    {"33", "基层法律服务所"},
    {"34", "司法鉴定机构"},
    {"35", "仲裁委员会"},
    {"39", "司法行政部门登记的其他"},
    {"41", "外国在华文化中心"},
    {"49", "文化部门登记的其他"},
    {"51", "社会团体"},
    {"52", "民办非企业单位"},
    {"53", "基金会"},
    {"59", "民政部门登记的其他"},
    {"61", "外国旅游部门常驻代表机构"},
    {"69", "旅游部门登记的其他"},
    {"71", "宗教活动场所"},
    {"72", "宗教院校"},
    {"79", "宗教部门登记的其他"},
    {"81", "基层工会"},
    {"89", "工会登记的其他"},
    {"91", "企业"},
    {"92", "个体工商户"},
    {"93", "农民专业合作社"},
    {"N1", "组级集体经济组织"},
    {"N2", "村级集体经济组织"},
    {"Y1", "其他"},
}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<char> uscc_check_character(std::string_view first17) {
  if (first17.size() != kWeights.size()) return {};
  int sum = 0;
  for (std::size_t i = 0; i < kWeights.size(); ++i) {
    const std::size_t value = kAlphabet.find(first17[i]);
    if (value == std::string_view::npos) return {};
    sum += static_cast<int>(value) * kWeights[i];
  }
  return kAlphabet[static_cast<std::size_t>((31 - sum % 31) % 31)];
}

std::optional<char> organisation_check_character(std::string_view first8) {
  if (first8.size() != kBodyWeights.size()) return {};
  int sum = 0;
  for (std::size_t i = 0; i < kBodyWeights.size(); ++i) {
    const char c = first8[i];
    if (!is_digit(c) && (c < 'A' || c > 'Z')) return {};
    sum += (is_digit(c) ? c - '0' : c - 'A' + 10) * kBodyWeights[i];
  }
  const int check = 11 - sum % 11;
  if (check == 10) return 'X';
  return check == 11 ? '0' : static_cast<char>('0' + check);
}

std::optional<char> registration_check_digit(std::string_view first14) {
  if (first14.size() != 14) return {};
  int product = 10;
  for (const char c : first14) {
    if (!is_digit(c)) return {};
    int sum = (product + (c - '0')) % 10;
    if (sum == 0) sum = 10;
    product = sum * 2 % 11;
  }
  return static_cast<char>('0' + (11 - product) % 10);
}

std::string_view uscc_category(std::string_view code) {
  for (const auto& [prefix, name] : kCategories) {
    if (code.starts_with(prefix)) return name;
  }
  return {};
}

UsccVerdict check_uscc(std::string_view code) {
  if (code.size() != 18) return {.fault = UsccFault::length};
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (kAlphabet.find(code[i]) == std::string_view::npos)
      return {.fault = UsccFault::alphabet, .position = i + 1};
  }
  for (std::size_t i = 2; i < 8; ++i) {
    if (!is_digit(code[i])) return {.fault = UsccFault::division, .position = i + 1};
  }
  UsccVerdict verdict;
  verdict.expected = *uscc_check_character(code.substr(0, 17));
  if (verdict.expected != code[17]) verdict.fault = UsccFault::check;
  verdict.body_right = organisation_check_character(code.substr(8, 8)) == code[16];
  verdict.category_known = !uscc_category(code).empty();
  return verdict;
}

}  // namespace liuhen::api
