#include "projections/verify_summary.h"

namespace liuhen::projections {

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

DrawLine line_of(const Draw& draw, const DrawFacts& facts) {
  DrawLine line;
  line.number = draw.number;
  line.position = draw.position;
  line.stream = draw.stream;
  line.phase = draw.phase;
  line.discarded = draw.discarded;
  line.subjects = draw.announcement.subject_rows;
  line.eligible = draw.announcement.subject_eligible;
  if (draw.outcome) {
    line.visits = draw.outcome->visits;
    line.vacancies = draw.outcome->vacancies;
  }
  for (const Task& task : draw.tasks) {
    for (const Seat& seat : task.seats) line.substitutes += seat.ordinal;
    if (task.result) ++line.results;
  }
  line.matching_replayed = facts.matching_replayed;
  line.conflicts_unopened = facts.conflicts_unopened;
  line.substitutes_unopened = facts.substitutes_unopened;
  return line;
}

void list_not_opened(const DrawLine& line, Report& report) {
  if (line.conflicts_unopened != 0) {
    report.not_opened.push_back(
        {"抽取 " + number(line.number) + "（" + line.stream + "）：" +
             number(line.conflicts_unopened) +
             " 项利益冲突未打开，检查人员的匹配只核对了资格、单位和人数上限",
         "draw " + number(line.number) + " (" + line.stream +
             "): " + number(line.conflicts_unopened) +
             " conflicts were not opened; the matching was checked for fitness, units and "
             "capacities only"});
  }
  if (line.substitutes_unopened != 0) {
    report.not_opened.push_back({"抽取 " + number(line.number) + "（" + line.stream + "）：" +
                                     number(line.substitutes_unopened) +
                                     " 次递补取决于未打开的利益冲突，只核对了候选次序的范围",
                                 "draw " + number(line.number) + " (" + line.stream +
                                     "): " + number(line.substitutes_unopened) +
                                     " substitutes hang on conflicts not opened; only that they "
                                     "are among the first candidates was checked"});
  }
}

void list_guarantees(bool stored, Report& report) {
  const auto add = [&](const char* id, bool checked, const char* zh, const char* en) {
    report.guarantees.push_back({.id = id, .checked = checked, .what = {zh, en}});
  };
  add("G1", true,
      stored ? "逐条核对哈希链、默克尔树、瓦片、签名检查点和每个存储键"
             : "逐条核对哈希链、默克尔树、瓦片和签名检查点",
      stored ? "the chain, the tree, the tiles, the signed checkpoint and every stored key were "
               "compared"
             : "the chain, the tree, the tiles and the signed checkpoint were compared");
  add("G2", false,
      stored ? "与数据库外保存的最后签名一致；本版本尚无见证人联署，不能证明人人所见相同"
             : "本版本尚无见证人联署，不能证明人人所见相同",
      stored ? "the head kept outside the database agrees; without witnesses it cannot be shown "
               "that everyone sees the same log"
             : "without witnesses it cannot be shown that everyone sees the same log");
  add("G3", true, "每个意图的签名、密钥、角色和双人签署",
      "signatures, keys, roles and double signatures of every intent");
  add("G4", true, "每次公告的名录根按当时的登记重算",
      "the roots of every announcement were computed again from the registry of that position");
  add("G5", true, "每个种子由承诺、揭示和可验证随机函数重算；无信标与见证，均为丙级（C）",
      "every seed was computed again from commitments, reveals and the VRF; with neither beacon "
      "nor witnesses all are tier C");
  add("G6", true, "抽取编号无缺号，过期未执行的抽取",
      "numbers without gaps, and draws not executed in time");
  add("G7", true, "抽中者与截止号按种子重算",
      "who was drawn, and the cut-offs, were computed again from the seed");
  add("G8", true, "递补按公告的次序重算；无信标，为丙级（C）",
      "substitutes were computed again in the announced order; without a beacon tier C");
  add("G9", false, "本版本没有密封抽取", "this version has no sealed draws");
  add("G10", true, "删除的内容只凭承诺核对", "erased content was checked by its commitments alone");
  add("G11", false, "落盘与否不能事后核验", "durability cannot be verified afterwards");
  add("G12", true, "用同一套受理规则重放每一个事件",
      "every event was replayed through the one rule set of admission");
}

}  // namespace

void summarise(const State& state, const ReplayFacts& facts, bool stored, Report& report) {
  report.last_time = state.times.empty() ? 0 : state.times.back();
  report.keys = state.keys.keys.size();
  report.departments = state.catalogue.departments.size();
  report.items = state.catalogue.items.size();
  report.subjects = state.subjects.size();
  report.inspectors = state.inspectors.rows.size();
  report.conflicts = state.conflicts.rows.size();
  report.erased = state.erased.size();
  report.digests = facts.digests;
  for (const std::string& stream : state.draws.streams) {
    const Draw& draw = state.draws.by_stream.at(stream);
    const auto found = facts.draws.find(stream);
    report.draws.push_back(line_of(draw, found == facts.draws.end() ? DrawFacts{} : found->second));
    list_not_opened(report.draws.back(), report);
    report.results += report.draws.back().results;
    for (const Task& task : draw.tasks) {
      if (task.result && task.result->published_at) ++report.published;
    }
  }
  list_guarantees(stored, report);
  report.scope = {
      "“已核验”指公开事实：条目、签名、权限、名录根、种子、抽取、递补。它不能证明登记内容属实，也不"
      "能证明检查如实进行。",
      "\"Verified\" means the public facts: entries, signatures, permissions, pools, seeds, draws, "
      "substitutes. It cannot show that the registry tells the truth, nor that a visit was "
      "honest."};
}

}  // namespace liuhen::projections
