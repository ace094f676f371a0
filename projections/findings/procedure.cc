// Plain facts about how draws went: repeated, failed, forfeited, late, above the cap.
#include <algorithm>
#include <map>

#include "crypto/draw/visit_day.h"
#include "projections/calendar.h"
#include "projections/draw_form.h"
#include "projections/findings/findings.h"
#include "projections/group_chance.h"

namespace liuhen::projections {

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

// Draws in the order of their announcements.
template <class Visit>
void for_each_draw(const State& state, Visit&& visit) {
  for (const std::string& stream : state.draws.streams) visit(state.draws.by_stream.at(stream));
}

VoidShown shown_of(const Draw& draw, const VoidsShown& voids) {
  const auto found = voids.find(draw.stream);
  return found == voids.end() ? VoidShown{.known = known_at_void(draw), .signers = {}}
                              : found->second;
}

Sentence fact_method() { return {"逐条列出，不作检验", "listed as they are; no test"}; }

// Mondays to Fridays after the first day up to the last. Holidays are not in the log: a year has
// some ten that fall on such days, so the count is never too small.
std::uint64_t weekdays_between(std::uint64_t from_s, std::uint64_t to_s) {
  std::uint64_t count = 0;
  for (std::uint64_t day = day_of(from_s) + 1; day <= day_of(to_s); ++day)
    count += crypto::draw::is_weekday(day) ? 1 : 0;
  return count;
}

}  // namespace

Screen attempts_repeated(const State& state, const VoidsShown& voids) {
  Screen screen;
  screen.code = "draw-repeated";
  screen.title = {"作废与重抽", "Draws voided and repeated"};
  screen.method = fact_method();
  screen.limits = {"作废可以有正当理由；理由在所列条目中",
                   "a void can have a good reason; it is in the entries listed"};
  for_each_draw(state, [&](const Draw& draw) {
    ++screen.sample;
    if (!draw.voided_at) return;
    Finding finding;
    finding.about = draw.stream;
    finding.evidence.add(draw.position);
    finding.evidence.add(*draw.voided_at);
    if (draw.executed_at) finding.evidence.add(*draw.executed_at);
    const bool after = draw.executed_at && *draw.executed_at < *draw.voided_at;
    const std::string seconds = after ? number(draw.voided_time - draw.executed_time) : "";
    const Sentence words = words_of(shown_of(draw, voids));
    finding.what = {
        "抽取“" + draw.stream + "”" + (after ? "在执行之后 " + seconds + " 秒" : "在执行之前") +
            "被作废：" + words.zh,
        "the draw \"" + draw.stream + "\" was voided " +
            (after ? seconds + " seconds after its execution" : "before it was executed") + ": " +
            words.en};
    screen.findings.push_back(std::move(finding));
  });
  return screen;
}

Screen voids_unsupervised(const State& state, const VoidsShown& voids) {
  Screen screen;
  screen.code = "void-unsupervised";
  screen.title = {"结果已可算出而未经监督人的作废",
                  "Voids without a supervisor when the outcome could be worked out"};
  screen.method = {
      "不可反悔之后（信标那一轮的时间，无信标的为承诺截止）、执行之前的作废，签名人中没有监督人的，"
      "逐条列出，不作检验",
      "voids past the point of no return (the time of the beacon's round, or else the closing of "
      "the commitments) and before the execution that no supervisor signed, listed as they are; no "
      "test"};
  screen.limits = {
      "规则允许这样作废，该次仍须执行并公布；缺信标、缺揭示、缺见证都不需要作废。是否真有人算过结果"
      "，"
      "账本说不出；时间由运营方填写",
      "the rules allow such a void, and the draw is executed and shown all the same; no beacon, "
      "reveal or quorum that is missing asks for one. Whether anybody did work the outcome out the "
      "log does not tell; the times are the operator's word"};
  for_each_draw(state, [&](const Draw& draw) {
    if (!draw.voided_at) return;
    ++screen.sample;
    const auto found = voids.find(draw.stream);
    if (found == voids.end() || !found->second.is_unsupervised()) return;
    Finding finding;
    finding.about = draw.stream;
    for (const auto& step :
         {draw.commitments_closed_at, draw.reveals_closed_at, draw.beacon_at, draw.voided_at}) {
      if (step && *step <= *draw.voided_at) finding.evidence.add(*step);
    }
    const Sentence words = words_of(found->second);
    finding.what = {"抽取“" + draw.stream + "”" + words.zh,
                    "the draw \"" + draw.stream + "\": " + words.en};
    screen.findings.push_back(std::move(finding));
  });
  return screen;
}

Screen attempts_failed(const State& state, std::uint64_t now_s) {
  Screen screen;
  screen.code = "draw-failed";
  screen.title = {"失败或拖延的抽取", "Attempts that failed or lapsed"};
  screen.method = fact_method();
  screen.limits = {"贡献人可能确有故障", "contributors can have had a real fault"};
  for_each_draw(state, [&](const Draw& draw) {
    ++screen.sample;
    Finding finding;
    finding.about = draw.stream;
    finding.evidence.add(draw.position);
    if (draw.failed_at) {
      finding.evidence.add(*draw.failed_at);
      finding.what = {"抽取“" + draw.stream + "”失败", "the draw \"" + draw.stream + "\" failed"};
    } else if (draw.open() && !draw.executed_at && now_s > draw.announcement.execute_deadline) {
      finding.what = {
          "抽取“" + draw.stream + "”过了执行期限，既未执行也未作废",
          "the draw \"" + draw.stream + "\" is past its deadline, neither executed nor voided"};
    } else {
      return;
    }
    screen.findings.push_back(std::move(finding));
  });
  return screen;
}

Screen reveals_forfeited(const State& state) {
  Screen screen;
  screen.code = "draw-forfeited";
  screen.title = {"承诺而没有揭示记录", "Commitments without a reveal on record"};
  screen.method = fact_method();
  screen.limits = {"最后揭示的人能看到别人的数再决定是否揭示；有信标时这样做左右不了结果",
                   "who reveals last can see the other numbers before he decides; with a beacon it "
                   "steers nothing"};
  std::map<std::string, Finding> by_person;
  for_each_draw(state, [&](const Draw& draw) {
    if (!draw.reveals_closed_at) return;
    for (const KeyId& id : draw.committed) {
      ++screen.sample;
      if (draw.nonces.contains(id)) continue;
      const Key* key = state.keys.find(id);
      if (key == nullptr) continue;
      by_person[key->person].evidence.add(*draw.reveals_closed_at);
    }
  });
  for (auto& [person, finding] : by_person) {
    const std::string times = number(finding.evidence.count);
    finding.about = person;
    finding.what = {
        "没有“" + person + "”承诺之后的揭示记录：" + times + " 次；也可能是运行方没有收录",
        "no reveal of " + person + " is recorded after the commitment: " + times +
            " times; the operator may have kept it out"};
    screen.findings.push_back(std::move(finding));
  }
  return screen;
}

namespace {

// Of a sealed draw, or of a restricted pool or what was drawn from it.
Finding objection_to(const State& state, const Draw& draw, const SealChecked& checked) {
  const Key* key = state.keys.find(checked.supervisor);
  const std::string who = key == nullptr ? to_hex(checked.supervisor) : key->person;
  Finding finding;
  finding.about = draw.stream;
  finding.evidence.add(checked.position);
  if (draw.is_restricted()) {
    finding.what = {"监督人“" + who + "”对名录受限的抽取“" + draw.stream + "”有异议",
                    "the supervisor " + who + " objected to the draw \"" + draw.stream +
                        "\", whose pool is restricted"};
    return finding;
  }
  if (draw.known_at) finding.evidence.add(*draw.known_at);
  finding.what = {"监督人“" + who + "”对密封的抽取“" + draw.stream + "”有异议" +
                      (draw.known_at ? "，启封后重算与记录一致" : ""),
                  "the supervisor " + who + " objected to the sealed draw \"" + draw.stream + "\"" +
                      (draw.known_at ? ", which replays now that it is opened" : "")};
  return finding;
}

}  // namespace

Screen seals_objected_to(const State& state) {
  Screen screen;
  screen.code = "seal-objected";
  screen.title = {"监督人对密封或名录受限的抽取的异议",
                  "Objections by supervisors to sealed draws, and to those of restricted pools"};
  screen.method = fact_method();
  screen.limits = {
      "启封后重算与记录一致的，不能断定是他看错，还是交给他的密文与众人所见不同；对受限名录的异议，"
      "须有权打开者核验",
      "where it replays once opened, whether he erred or was given something else than "
      "everybody sees now is not told; an objection to a restricted pool is for those who may open "
      "it"};
  for_each_draw(state, [&](const Draw& draw) {
    if (!draw.announcement.sealed && !draw.is_restricted()) return;
    ++screen.sample;
    for (const auto* all : {&draw.pool_checked, &draw.seal_checked}) {
      for (const SealChecked& checked : *all) {
        if (!checked.agrees) screen.findings.push_back(objection_to(state, draw, checked));
      }
    }
  });
  return screen;
}

namespace {

Sentence words_for_small(const GroupChance& chance) {
  const Sentence certain = words_of(chance);
  if (!certain.zh.empty()) return certain;
  const std::string group = number(chance.group), seats = number(chance.seats),
                    eligible = number(chance.eligible);
  return {"第 " + group + " 组每次检查 " + seats + " 席，可派的只有 " + eligible + " 人",
          "group " + group + " fills " + seats + " seats a visit from " + eligible + " inspectors"};
}

}  // namespace

Screen pools_small(const State& state) {
  constexpr std::uint64_t kCandidatesPerSeat = 5;
  Screen screen;
  screen.code = "pool-small";
  screen.title = {"名录过小，人选可以猜到", "Pools so small that names can be guessed"};
  screen.method = {
      "逐组计：可派的检查人员不足每席 " + number(kCandidatesPerSeat) + " 名，或有人每次必派",
      "for each group: fewer than " + number(kCandidatesPerSeat) +
          " eligible inspectors for each seat, or some who go on every visit"};
  screen.limits = {"只看人数，不看利益冲突和各人任务上限；由单位指派人员的抽取不在其中",
                   "counts people only, whatever their conflicts and capacities; draws whose teams "
                   "are named, not drawn, are not looked at"};
  for_each_draw(state, [&](const Draw& draw) {
    if (!draws_teams(draw.announcement)) return;
    ++screen.sample;
    Sentence groups;
    for (const GroupChance& chance : group_chances(state, draw.announcement)) {
      if (chance.certain == 0 && chance.eligible >= chance.seats * kCandidatesPerSeat) continue;
      const Sentence words = words_for_small(chance);
      groups.zh += "；" + words.zh;
      groups.en += "; " + words.en;
    }
    if (groups.zh.empty()) return;
    Finding finding;
    finding.about = draw.stream;
    finding.evidence.add(draw.position);
    finding.what = {"抽取“" + draw.stream + "”" + groups.zh.substr(std::string("；").size()),
                    "the draw \"" + draw.stream + "\": " + groups.en.substr(2)};
    screen.findings.push_back(std::move(finding));
  });
  return screen;
}

Screen cap_exceeded(const State& state) {
  Screen screen;
  screen.code = "visits-cap";
  screen.title = {"超过年度检查次数上限", "Visits above the yearly cap"};
  screen.method = {"按各次抽取当时的细则，逐户逐年计数",
                   "counted for each subject and year, against each draw's own rule"};
  screen.limits = {"投诉举报引起的检查不计入上限，也不经抽取",
                   "inspections that follow a complaint do not count, and are not drawn"};
  std::map<std::uint64_t, const Draw*> by_execution;
  for_each_draw(state, [&](const Draw& draw) {
    if (draw.known_at) by_execution[*draw.known_at] = &draw;
    if (draw.is_restricted() && draw.disclosed_at) by_execution[*draw.disclosed_at] = &draw;
  });
  for (const auto& [subject, visits] : state.draws.visited) {
    ++screen.sample;
    std::map<std::uint32_t, std::vector<std::uint64_t>> by_year;
    for (const auto& [executed_at, year] : visits) {
      if (!state.draws.voided.contains(executed_at)) by_year[year].push_back(executed_at);
    }
    for (const auto& [year, had] : by_year) {
      auto over = had.begin();  // the first that was above its own rule's cap
      for (; over != had.end(); ++over) {
        const std::uint32_t cap = by_execution.at(*over)->rule_set.yearly_cap;
        if (cap != 0 && static_cast<std::uint64_t>(over - had.begin()) >= cap) break;
      }
      if (over == had.end()) continue;
      Finding finding;
      finding.about = subject;
      for (const std::uint64_t executed_at : had) finding.evidence.add(executed_at);
      const std::string times = number(had.size()), in = number(year),
                        cap = number(by_execution.at(*over)->rule_set.yearly_cap);
      finding.what = {
          "检查对象“" + subject + "”在 " + in + " 年被抽中 " + times + " 次，上限 " + cap,
          "subject \"" + subject + "\" was drawn " + times + " times in " + in + ", the cap is " +
              cap};
      screen.findings.push_back(std::move(finding));
    }
  }
  return screen;
}

Screen results_recorded_late(const State& state) {
  constexpr std::uint64_t kDaysMax = 10, kDayS = 86'400;
  Screen screen;
  screen.code = "results-recorded";
  screen.title = {"检查之后迟迟才记录的结果", "Results recorded long after the visit"};
  screen.method = {"结果中写明的检查时间到记录时间超过 " + number(kDaysMax) + " 日",
                   "more than " + number(kDaysMax) +
                       " days from the time of the visit, as the result gives it, to the record"};
  screen.limits = {
      "检查时间由检查人员填写；未记录结果的检查不在其中",
      "the inspectors say when the visit was; visits without a result are not looked at"};
  for_each_draw(state, [&](const Draw& draw) {
    if (!draw.has_tasks()) return;
    for (std::size_t visit = 0; visit < draw.tasks.size(); ++visit) {
      const auto& result = draw.tasks[visit].result;
      if (!result) continue;
      ++screen.sample;
      const std::uint64_t days = (result->time - result->visited_at) / kDayS;
      if (result->time - result->visited_at <= kDaysMax * kDayS) continue;
      Finding finding;
      finding.about = draw.stream + "/" + number(visit);
      finding.evidence.add(result->position);
      finding.what = {"抽取“" + draw.stream + "”第 " + number(visit) + " 次检查的结果在检查之后 " +
                          number(days) + " 日才记录",
                      "the result of visit " + number(visit) + " of the draw \"" + draw.stream +
                          "\" was recorded " + number(days) + " days after the visit"};
      screen.findings.push_back(std::move(finding));
    }
  });
  return screen;
}

Screen visits_on_other_days(const State& state) {
  Screen screen;
  screen.code = "visits-day";
  screen.title = {"全覆盖检查不在抽定的日期进行",
                  "Full inspections on another day than the one drawn"};
  screen.method = fact_method();
  screen.limits = {"检查时间由检查人员填写；账本不含节假日历，抽定的日期可能是法定节假日",
                   "the inspectors say when the visit was; the log holds no holidays, and the day "
                   "drawn can be one"};
  for_each_draw(state, [&](const Draw& draw) {
    if (!draw.has_tasks()) return;
    for (std::size_t visit = 0; visit < draw.tasks.size(); ++visit) {
      const auto& result = draw.tasks[visit].result;
      const auto due = day_of_visit(draw.announcement, visit);
      if (!result || !due) continue;
      ++screen.sample;
      if (day_of(result->visited_at) == *due) continue;
      Finding finding;
      finding.about = draw.stream + "/" + number(visit);
      finding.evidence.add(result->position);
      const std::string day = date_text(*due), was = date_text(day_of(result->visited_at));
      finding.what = {"抽取“" + draw.stream + "”第 " + number(visit) + " 次检查应于 " + day +
                          " 进行，实于 " + was,
                      "visit " + number(visit) + " of the draw \"" + draw.stream +
                          "\" was due on " + day + " and made on " + was};
      screen.findings.push_back(std::move(finding));
    }
  });
  return screen;
}

Screen publications_late(const State& state, std::uint64_t now_s) {
  Screen screen;
  screen.code = "results-late";
  screen.title = {"结果公示逾期", "Results published late"};
  screen.method = {
      "从记录结果起，按周一至周五计，与细则的工作日数相比",
      "Mondays to Fridays since the result was recorded, against the rule's working days"};
  screen.limits = {"账本不含节假日历：跨越法定节假日的，先扣除再作判断",
                   "the log holds no holidays: take those in between off before you judge"};
  for_each_draw(state, [&](const Draw& draw) {
    if (!draw.has_tasks()) return;
    for (std::size_t visit = 0; visit < draw.tasks.size(); ++visit) {
      const auto& result = draw.tasks[visit].result;
      if (!result || result->withheld_at) continue;
      ++screen.sample;
      const std::uint64_t until = result->published_at ? state.times[*result->published_at] : now_s;
      const std::uint64_t days = weekdays_between(result->time, until);
      if (days <= draw.rule_set.publication_days) continue;
      Finding finding;
      finding.about = draw.stream + "/" + number(visit);
      finding.evidence.add(result->position);
      if (result->published_at) finding.evidence.add(*result->published_at);
      finding.what = {
          "抽取“" + draw.stream + "”第 " + number(visit) + " 次检查的结果" +
              (result->published_at ? "过了 " : "至今未公示，已过 ") + number(days) +
              " 个周一至周五（期限 " + number(draw.rule_set.publication_days) + " 个工作日）" +
              (result->published_at ? "才公示" : ""),
          "the result of visit " + number(visit) + " of the draw \"" + draw.stream + "\" " +
              (result->published_at ? "was published after " : "is not published after ") +
              number(days) + " weekdays (the rule gives " + number(draw.rule_set.publication_days) +
              " working days)"};
      screen.findings.push_back(std::move(finding));
    }
  });
  return screen;
}

}  // namespace liuhen::projections
