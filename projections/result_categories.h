// What can be found on a visit, one value per item (docs/formats/events.md, "Tasks"): 1–8 as
// published nationally, 9–13 local additions. There is no default, and 0 is no category.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace liuhen::projections {

struct ResultCategory {
  std::uint8_t code;
  std::string_view zh, en;
};

inline constexpr std::array<ResultCategory, 13> kResultCategories = {{
    {1, "未发现问题", "no problem found"},
    {2, "未按规定公示应当公示的信息", "information that must be published was not"},
    {3, "公示信息隐瞒真实情况、弄虚作假", "published information conceals or falsifies the facts"},
    {4, "通过登记的住所（经营场所）无法联系", "cannot be reached at the registered address"},
    {5, "发现问题已责令改正", "problems found, ordered to correct them"},
    {6, "不配合检查情节严重", "serious refusal to cooperate"},
    {7, "未发现开展本次抽查涉及的经营活动", "no business of the kind inspected found"},
    {8, "发现问题待后续处理", "problems found, to be dealt with"},
    {9, "注销", "deregistered"},
    {10, "吊销", "licence revoked"},
    {11, "撤销", "registration annulled"},
    {12, "迁出", "moved away"},
    {13, "已关闭停业或正在组织清算", "closed or being wound up"},
}};

constexpr bool is_result_category(std::uint8_t code) {
  return code >= 1 && code <= kResultCategories.size();
}

}  // namespace liuhen::projections
