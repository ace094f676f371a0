#include "api/import/subject_words.h"

#include <array>
#include <string>
#include <utility>

#include "api/import/registry_table.h"

namespace liuhen::api {
namespace {

using Kind = SubjectKind;
using Status = SubjectStatus;

constexpr auto kKinds = std::to_array<std::pair<std::string_view, Kind>>({
    {"企业", Kind::firm},
    {"公司", Kind::firm},
    {"有限责任公司", Kind::firm},
    {"有限公司", Kind::firm},
    {"股份有限公司", Kind::firm},
    {"个人独资企业", Kind::firm},
    {"合伙企业", Kind::firm},
    {"内资企业", Kind::firm},
    {"外资企业", Kind::firm},
    {"外商投资企业", Kind::firm},
    {"国有企业", Kind::firm},
    {"集体企业", Kind::firm},
    {"分公司", Kind::firm},
    {"分支机构", Kind::firm},
    {"firm", Kind::firm},
    {"enterprise", Kind::firm},
    {"个体工商户", Kind::sole_trader},
    {"个体户", Kind::sole_trader},
    {"个体", Kind::sole_trader},
    {"sole_trader", Kind::sole_trader},
    {"soletrader", Kind::sole_trader},
    {"农民专业合作社", Kind::cooperative},
    {"农民专业合作社联合社", Kind::cooperative},
    {"合作社", Kind::cooperative},
    {"农专", Kind::cooperative},
    {"cooperative", Kind::cooperative},
    {"事业单位", Kind::institution},
    {"机关", Kind::institution},
    {"机关事业单位", Kind::institution},
    {"institution", Kind::institution},
    {"社会组织", Kind::organisation},
    {"社会团体", Kind::organisation},
    {"民办非企业单位", Kind::organisation},
    {"社会服务机构", Kind::organisation},
    {"基金会", Kind::organisation},
    {"organisation", Kind::organisation},
    {"organization", Kind::organisation},
    {"自然人", Kind::natural_person},
    {"个人", Kind::natural_person},
    {"natural_person", Kind::natural_person},
    {"naturalperson", Kind::natural_person},
    {"外国企业常驻代表机构", Kind::foreign_office},
    {"外国(地区)企业常驻代表机构", Kind::foreign_office},
    {"常驻代表机构", Kind::foreign_office},
    {"foreign_office", Kind::foreign_office},
    {"foreignoffice", Kind::foreign_office},
    {"其他", Kind::other},
    {"其它", Kind::other},
    {"other", Kind::other},
});

constexpr auto kStatuses = std::to_array<std::pair<std::string_view, Status>>({
    {"存续", Status::active},
    {"在业", Status::active},
    {"开业", Status::active},
    {"在营", Status::active},
    {"在册", Status::active},
    {"正常", Status::active},
    {"存续(在营、开业、在册)", Status::active},
    {"在营(开业)", Status::active},
    {"在营(开业)企业", Status::active},
    {"active", Status::active},
    {"停业", Status::suspended},
    {"歇业", Status::suspended},
    {"suspended", Status::suspended},
    {"吊销", Status::revoked},
    {"吊销未注销", Status::revoked},
    {"吊销,未注销", Status::revoked},
    {"吊销，未注销", Status::revoked},
    {"吊销(未注销)", Status::revoked},
    {"revoked", Status::revoked},
    {"注销", Status::cancelled},
    {"已注销", Status::cancelled},
    {"吊销已注销", Status::cancelled},
    {"吊销,已注销", Status::cancelled},
    {"吊销，已注销", Status::cancelled},
    {"cancelled", Status::cancelled},
    {"迁出", Status::moved},
    {"已迁出", Status::moved},
    {"moved", Status::moved},
});

template <class Value, std::size_t N>
std::optional<Value> look_up(const std::array<std::pair<std::string_view, Value>, N>& words,
                             std::string_view word) {
  const std::string folded = fold_word(word);
  for (const auto& [known, value] : words) {
    if (known == folded) return value;
  }
  return {};
}

template <class Value, std::size_t N>
std::string_view first_word(const std::array<std::pair<std::string_view, Value>, N>& words,
                            Value value) {
  for (const auto& [known, each] : words) {
    if (each == value) return known;
  }
  return {};
}

}  // namespace

std::optional<SubjectKind> subject_kind(std::string_view word) { return look_up(kKinds, word); }
std::optional<SubjectStatus> subject_status(std::string_view word) {
  return look_up(kStatuses, word);
}
std::string_view name_zh(SubjectKind kind) { return first_word(kKinds, kind); }
std::string_view name_zh(SubjectStatus status) { return first_word(kStatuses, status); }

}  // namespace liuhen::api
