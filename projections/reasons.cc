#include "projections/reasons.h"

namespace liuhen::projections {

Sentence reason_of(std::uint64_t eligibility) {
  switch (static_cast<SubjectEligibility>(eligibility)) {
    case SubjectEligibility::not_active:
      return {"登记状态不是存续（代码 1）", "its status is not active (code 1)"};
    case SubjectEligibility::yearly_cap:
      return {"本年度被抽中已达细则所定次数（代码 2）",
              "it was drawn as often as the rule allows in a year (code 2)"};
    case SubjectEligibility::visit_open:
      return {"此前抽中的检查尚未结束（代码 3）",
              "a visit for which it was drawn before has not ended (code 3)"};
    case SubjectEligibility::visited_lately:
      return {"距上次检查未满细则所定的天数（代码 4）",
              "it was visited within the days that the rule leaves between visits (code 4)"};
    case SubjectEligibility::suspended:
      return {"登记状态为停业（代码 5）", "its status is suspended (code 5)"};
    case SubjectEligibility::eligible:
      break;
  }
  LIUHEN_CHECK(false);
}

}  // namespace liuhen::projections
