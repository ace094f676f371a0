#include "projections/late_draws.h"

#include "projections/calendar.h"

namespace liuhen::projections {
namespace {

Error unlisted(const Undisclosed& late, const std::string& zh_by, const std::string& en_by) {
  if (late.disclosed_time) {
    return fail("draw.unlisted",
                "抽取“" + late.draw + "”执行之后，名单逾期（" + zh_by + "）才列示完毕",
                "the draw \"" + late.draw +
                    "\" was executed, and its list of visits was complete only after it was due (" +
                    en_by + ")");
  }
  return fail("draw.unlisted",
              "抽取“" + late.draw + "”已执行而逾期（" + zh_by +
                  "）未列示名单：违反“不得逃避”，结果不为人知",
              "the draw \"" + late.draw +
                  "\" was executed and its list of visits was not shown by the time it was due (" +
                  en_by + "): its outcome is not known");
}

}  // namespace

Error error_of(const Escape& escape) {
  const std::string zh_by = time_zh(escape.deadline), en_by = time_en(escape.deadline);
  if (escape.executed_time) {
    return fail("draw.escape",
                "抽取“" + escape.draw + "”在期限（" + zh_by + "）之后才执行：违反“不得逃避”",
                "the draw \"" + escape.draw + "\" was executed after its deadline (" + en_by +
                    "): it was escaped");
  }
  return fail("draw.escape",
              "抽取“" + escape.draw + "”的种子已定而逾期（" + zh_by + "）未执行：违反“不得逃避”",
              "the draw \"" + escape.draw +
                  "\" could no longer be changed and was not executed by its deadline (" + en_by +
                  "): it was escaped");
}

Error error_of(const Undisclosed& late, const Draw& draw) {
  const std::string zh_by = time_zh(late.deadline), en_by = time_en(late.deadline);
  if (!draw.announcement.sealed) return unlisted(late, zh_by, en_by);
  const std::string zh_why = draw.seal_is_attested() ? "" : "（没有监督人作无异议见证）",
                    en_why = draw.seal_is_attested() ? "" : " (no supervisor attested it)";
  if (late.disclosed_time) {
    return fail(
        "draw.undisclosed", "密封的抽取“" + late.draw + "”在公开期限（" + zh_by + "）之后才公开",
        "the sealed draw \"" + late.draw + "\" was disclosed after its deadline (" + en_by + ")");
  }
  return fail("draw.undisclosed",
              "密封的抽取“" + late.draw + "”逾期（" + zh_by + "）未公开" + zh_why,
              "the sealed draw \"" + late.draw + "\" was not disclosed by its deadline (" + en_by +
                  ")" + en_why);
}

}  // namespace liuhen::projections
