// The same inspector at the same subject more often than the matching would have it.
#include <map>
#include <set>

#include "projections/findings/findings.h"
#include "projections/findings/first_teams.h"
#include "projections/findings/screening.h"
#include "projections/findings/statistics.h"

namespace liuhen::projections {

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

// A subject's visits: in which draws, and with whom.
struct Visited {
  std::vector<const FirstTeams*> draws;
  std::map<std::string, Evidence> by_inspector;
};

std::map<std::string, Visited> visits_of(const std::vector<FirstTeams>& draws) {
  std::map<std::string, Visited> out;
  for (const FirstTeams& teams : draws) {
    for (std::size_t visit = 0; visit < teams.teams.size(); ++visit) {
      if (teams.teams[visit].empty()) continue;  // put aside: nobody could be there
      Visited& visited = out[teams.draw->tasks[visit].subject];
      visited.draws.push_back(&teams);
      for (const std::string& inspector : teams.teams[visit])
        visited.by_inspector[inspector].add(*teams.draw->executed_at);
    }
  }
  return out;
}

// With his visits in each draw given, and all ways to place them alike, he is at a given one with a
// chance of his visits over all that were not put aside.
double exact_p(const Visited& visited, const std::string& inspector, std::uint64_t times) {
  std::vector<double> masses{1.0};
  for (const FirstTeams* teams : visited.draws) {
    const double chance =
        static_cast<double>(teams->load_of(inspector)) / static_cast<double>(teams->held);
    if (chance != 0) masses = convolved(masses, std::vector{1 - chance, chance});
  }
  double p = 0;
  for (std::size_t k = masses.size(); k-- > times;) p += masses[k];
  return std::min(p, 1.0);
}

Sentence sentence_of(const std::string& subject, const std::string& inspector, std::uint64_t times,
                     std::uint64_t visits, bool named) {
  const std::string out_of = number(visits), met = number(times);
  return named ? Sentence{"检查人员“" + inspector + "”在检查对象“" + subject + "”的 " + out_of +
                              " 次检查中去了 " + met + " 次",
                          "inspector \"" + inspector + "\" went on " + met + " of the " + out_of +
                              " visits to subject \"" + subject + "\""}
               : Sentence{"一名检查人员（证据不足，不列名）在同一检查对象的 " + out_of +
                              " 次检查中去了 " + met + " 次",
                          "an inspector (not named: the evidence does not suffice) went on " + met +
                              " of the " + out_of + " visits to one subject"};
}

}  // namespace

Screen revisits(const State& state) {
  Screen screen;
  screen.code = "visits-repeated";
  screen.title = {"总去同一对象的检查人员", "Inspectors who come to one subject again and again"};
  screen.method = {
      "每人次数既定时，各次抽取中去某一对象的机会为其次数比该次检查总数，次数之和的分布逐项精确计算"
      "；"
      "BH 筛选，Holm 校正后才列名",
      "with each one's visits given, the chance to be at a subject is his visits over all visits "
      "of "
      "the draw; the sum's distribution is computed exactly; Benjamini–Hochberg, named only after "
      "Holm's correction"};
  screen.limits = {
      "利益冲突和单位人数上限使能去的人变少，余下的人本来就去得多；由单位指派人员的抽取不在其中",
      "conflicts and limits leave fewer who may go to a subject: those go more often; draws whose "
      "teams are named, not drawn, are not looked at"};
  const std::vector<FirstTeams> draws = first_teams(state);
  std::set<std::string> people;
  for (const FirstTeams& teams : draws) {
    for (const auto& [who, load] : teams.loads) people.insert(who);
  }
  std::vector<Suspect> suspects;
  std::uint64_t subjects = 0, visits = 0;
  double chances = 0;
  for (const auto& [subject, visited] : visits_of(draws)) {
    if (visited.draws.size() < 2) continue;
    ++subjects;
    visits += visited.draws.size();
    for (const FirstTeams* teams : visited.draws) {
      std::uint64_t seats = 0;
      for (const auto& [who, load] : teams->loads) seats += load;
      chances += static_cast<double>(seats) / static_cast<double>(teams->held * people.size());
    }
    for (const auto& [inspector, evidence] : visited.by_inspector) {
      if (evidence.count < 2) continue;
      suspects.push_back(
          {.about = inspector + " " + subject,
           .what = sentence_of(subject, inspector, evidence.count, visited.draws.size(), true),
           .anonymous =
               sentence_of(subject, inspector, evidence.count, visited.draws.size(), false),
           .evidence = evidence,
           .p = exact_p(visited, inspector, evidence.count)});
    }
  }
  screen.sample = visits;
  if (subjects == 0 || people.empty()) return screen;
  const std::uint64_t tests = subjects * people.size();
  Power power;
  power.chance = power_of(visits / subjects, chances / static_cast<double>(visits), power.ratio,
                          kNamingLevel / static_cast<double>(tests));
  screen.power = power;
  screen_suspects(std::move(suspects), tests, screen);
  return screen;
}

}  // namespace liuhen::projections
