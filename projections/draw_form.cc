#include "projections/draw_form.h"

#include <algorithm>

#include "crypto/draw/visit_day.h"
#include "crypto/utf8.h"
#include "projections/calendar.h"

namespace liuhen::projections {

namespace {

using ledger::schema::DrawAnnouncedT;

constexpr std::uint64_t kFirstDayMax = 366;  // after the deadline for execution
constexpr std::uint64_t kDaysMax = 366;      // on which visits are due

bool is_blank(std::string_view words) {
  while (!words.empty()) {
    const auto point = crypto::take_code_point(words);
    if (!point || !crypto::is_unicode_space(*point)) return false;
  }
  return true;
}

Outcome check_reason(const DrawAnnouncedT& a) {
  if (a.form == DrawForm::both) {
    if (a.form_reason.empty()) return ok();
    return fail("draw.form", "双随机的抽取不写理由：请去掉理由，或写明是哪种单随机、全覆盖",
                "a draw of both sides takes no reason: leave it out, or say which form it is");
  }
  if (!is_blank(a.form_reason)) return ok();
  const Sentence name = name_of(a.form);
  return fail("draw.form", name.zh + "须写明理由：法律如何规定，或为何不双随机",
              "a draw of the form \"" + name.en +
                  "\" needs its reason: what the law says, or why "
                  "not both sides are drawn");
}

// Everybody eligible is visited: that is what the label says.
Outcome check_rates(const DrawAnnouncedT& a) {
  const bool whole =
      a.total == 0 && !a.weighted && std::ranges::all_of(a.strata, [](const auto& stratum) {
        return stratum->num == stratum->den && stratum->num != 0 && stratum->fixed == 0 &&
               stratum->minimum == 0 && stratum->maximum == 0;
      });
  if (draws_subjects(a) || whole) return ok();
  return fail(
      "draw.form_rates",
      name_of(a.form).zh + "检查范围内每一户：各层比例须为 1/1，不得另有数量、上下限、总数或权重",
      "the form \"" + name_of(a.form).en +
          "\" visits everybody in scope: every rate is 1/1, without counts, bounds, total "
          "or weights");
}

Outcome check_days(const DrawAnnouncedT& a) {
  if (a.form != DrawForm::full) {
    if (a.first_day == 0 && a.visits_per_day == 0) return ok();
    return fail("draw.form_days", "只有全覆盖的抽取才定检查日期：首日和每日户数须留空",
                "only a full inspection has days: leave the first day and the visits a day at 0");
  }
  const std::uint64_t executed = day_of(a.execute_deadline);
  const bool first = a.first_day > executed && a.first_day <= executed + kFirstDayMax &&
                     crypto::draw::is_weekday(a.first_day);
  if (!first || a.visits_per_day == 0) {
    return fail("draw.form_days",
                "全覆盖须定首日和每日户数：首日为周一至周五，在执行期限（" + date_text(executed) +
                    "）之后一年以内，每日至少一户",
                "a full inspection has a first day, a Monday to Friday within a year after the "
                "deadline for execution (" +
                    date_text(executed) + "), and one visit a day or more");
  }
  if ((a.subject_eligible + a.visits_per_day - 1) / a.visits_per_day <= kDaysMax) return ok();
  return fail("draw.form_days",
              "每日 " + std::to_string(a.visits_per_day) + " 户要 " + std::to_string(kDaysMax) +
                  " 个工作日以上：请增加每日户数，或分几次抽取",
              std::to_string(a.visits_per_day) + " visits a day take more than " +
                  std::to_string(kDaysMax) + " weekdays: plan more a day, or more draws");
}

}  // namespace

bool draws_subjects(DrawForm form) { return form == DrawForm::both || form == DrawForm::subjects; }
bool draws_subjects(const DrawAnnouncedT& announcement) {
  return draws_subjects(announcement.form);
}

bool draws_teams(DrawForm form) { return form != DrawForm::subjects; }
bool draws_teams(const DrawAnnouncedT& announcement) { return draws_teams(announcement.form); }

Outcome check_form(const DrawAnnouncedT& announcement) {
  if (auto checked = check_reason(announcement); !checked) return checked;
  if (auto checked = check_rates(announcement); !checked) return checked;
  return check_days(announcement);
}

std::optional<std::uint64_t> day_of_visit(const DrawAnnouncedT& announcement, std::uint64_t visit) {
  const std::uint64_t first = announcement.first_day, per_day = announcement.visits_per_day;
  const bool sound = crypto::draw::is_weekday(first) &&
                     per_day != 0;  // of an announcement that was admitted it is
  if (announcement.form != DrawForm::full || !sound) return std::nullopt;
  return crypto::draw::visit_day(first, per_day, visit);
}

Sentence name_of(DrawForm form) {
  switch (form) {
    case DrawForm::both:
      return {"双随机", "both sides drawn"};
    case DrawForm::subjects:
      return {"单随机（只抽检查对象）", "subjects only"};
    case DrawForm::inspectors:
      return {"单随机（只抽检查人员）", "inspectors only"};
    case DrawForm::full:
      return {"全覆盖检查（抽次序、日期和检查人员）", "full inspection: order, dates and staff"};
  }
  return {};
}

Sentence words_for_form(const DrawAnnouncedT& a) {
  if (a.form == DrawForm::both) return {};
  Sentence out = name_of(a.form);
  if (a.form == DrawForm::subjects) {
    out.zh += "，检查人员由单位指派，不是抽取的";
    out.en += "; the inspectors are named by the department, not drawn";
  } else {
    out.zh += "，检查对象是范围内可查的全部，不是抽取的";
    out.en += "; the subjects are all in scope that can be visited, not drawn";
  }
  if (const auto first = day_of_visit(a, 0)) {
    const std::string day = date_text(*first), each = std::to_string(a.visits_per_day);
    out.zh += "，自 " + day + " 起每个周一至周五 " + each + " 户";
    out.en += "; " + each + " on each Monday to Friday from " + day + " on";
  }
  out.zh += "。理由：" + a.form_reason;
  out.en += ". Reason: " + a.form_reason;
  return out;
}

}  // namespace liuhen::projections
