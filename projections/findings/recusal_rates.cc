// Who is recused, and who approves, more often than the others: Fisher's exact test against all
// others together. Each kind of ground by itself: an absence is no tie, and comes as illness does,
// for many visits at once, so that no test on single seats can name anybody for it.
#include <algorithm>
#include <map>

#include "projections/findings/findings.h"
#include "projections/findings/screening.h"
#include "projections/findings/statistics.h"

namespace liuhen::projections {

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

struct Count {
  std::uint64_t marked = 0, all = 0;
  Evidence evidence;
};
using Counts = std::map<std::string, Count>;

// Every seat that somebody held, and whether he was recused from it.
template <class Visit>
void for_each_holding(const State& state, Visit&& visit) {
  for (const auto& [stream, draw] : state.draws.by_stream) {
    for (const Task& task : draw.tasks) {
      for (const Seat& seat : task.seats) {
        for (const std::string& inspector : seat.held) {
          const auto recusal = std::ranges::find_if(seat.recusals, [&](const Recusal& filed) {
            return filed.approved && filed.inspector == inspector;
          });
          visit(task, inspector, recusal == seat.recusals.end() ? nullptr : &*recusal);
        }
      }
    }
  }
}

bool is_absence(const Recusal& recusal) { return recusal.ground == "absence"; }
bool is_request(const Recusal& recusal) { return recusal.ground == "party_request"; }

void add(Counts& counts, const std::string& who, const Recusal* recusal) {
  Count& count = counts[who];
  ++count.all;
  if (recusal == nullptr) return;
  ++count.marked;
  count.evidence.add(*recusal->decided_at);
}

// How each is put into words: the one named, then the one not named, both in two languages.
struct Words {
  Sentence kind;    // "检查人员" / "inspector"
  Sentence trials;  // "席位" / "seats held"
  Sentence marked;  // "获准回避" / "recusals approved"
};

Sentence sentence_of(const Words& words, const std::string& who, const Count& count,
                     const Count& rest) {
  const std::string zh = who.empty() ? "（证据不足，不列名）" : "“" + who + "”",
                    en = who.empty() ? " (not named: the evidence does not suffice)"
                                     : " \"" + who + "\"";
  return {words.kind.zh + zh + "：" + words.trials.zh + " " + number(count.all) + "，" +
              words.marked.zh + " " + number(count.marked) + "；其余合计 " + number(rest.all) +
              " 与 " + number(rest.marked),
          words.kind.en + en + ": " + number(count.all) + " " + words.trials.en + ", " +
              number(count.marked) + " " + words.marked.en + "; all others together " +
              number(rest.all) + " and " + number(rest.marked)};
}

// The sizes of those who could be found at all, in order.
std::uint64_t median_size(const Counts& counts) {
  std::vector<std::uint64_t> sizes;
  for (const auto& [who, count] : counts) sizes.push_back(count.all);
  if (sizes.empty()) return 0;
  std::ranges::nth_element(sizes, sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2));
  return sizes[sizes.size() / 2];
}

struct Family {
  Counts counts;
  const Words& words;
};

// All families together: Holm's correction is over all of them.
void test(std::vector<Family> families, Screen& screen) {
  std::vector<Suspect> suspects;
  std::uint64_t tests = 0;
  for (const Family& family : families) tests += family.counts.size();
  for (auto& [counts, words] : families) {
    Count total;
    for (const auto& [who, count] : counts) {
      total.all += count.all;
      total.marked += count.marked;
    }
    screen.sample = std::max(screen.sample, total.all);
    if (total.marked == 0 || counts.size() < 2) continue;
    if (!screen.power) {
      const double rate = static_cast<double>(total.marked) / static_cast<double>(total.all);
      Power power;
      power.chance = power_of(median_size(counts), rate, power.ratio,
                              kNamingLevel / static_cast<double>(tests));
      screen.power = power;
    }
    for (auto& [who, count] : counts) {
      if (count.marked == 0) continue;  // p is 1
      const Count rest{
          .marked = total.marked - count.marked, .all = total.all - count.all, .evidence = {}};
      suspects.push_back(
          {.about = who,
           .what = sentence_of(words, who, count, rest),
           .anonymous = sentence_of(words, "", count, rest),
           .evidence = std::move(count.evidence),
           .p = hypergeometric_upper(count.marked, count.all, total.marked, total.all)});
    }
  }
  if (screen.power) screen_suspects(std::move(suspects), tests, screen);
}

Screen begin(const char* code, Sentence title, Sentence limits) {
  Screen screen;
  screen.code = code;
  screen.title = std::move(title);
  screen.method = {"Fisher 精确检验（单侧），与其余合计相比；BH 筛选，Holm 校正后才列名",
                   "Fisher's exact test, one-sided, against all others together; screened by "
                   "Benjamini–Hochberg, named only after Holm's correction"};
  screen.limits = std::move(limits);
  return screen;
}

const Words kInspectors{
    {"检查人员", "inspector"}, {"席位", "seats held"}, {"获准回避", "recusals approved"}};
const Words kSubjects{
    {"检查对象", "subject"}, {"席位", "seats of its visits"}, {"获准回避", "recusals approved"}};
const Words kRequests{{"检查对象", "subject"},
                      {"席位", "seats of its visits"},
                      {"当事人申请获准", "requests of the party approved"}};
const Words kApprovers{{"决定人", "decider"}, {"决定", "decisions"}, {"准予", "approved"}};
const Words kApproversOfRequests{{"决定人", "decider"},
                                 {"对当事人申请的决定", "decisions on requests of parties"},
                                 {"准予", "approved"}};

}  // namespace

Screen recusals_by_inspector(const State& state) {
  Screen screen = begin(
      "recusals-inspector", {"回避偏多的检查人员", "Inspectors recused more often"},
      {"亲属多、经历广的人本来就更常需要回避；因缺席、当事人申请而离开的席位不计",
       "who has many relatives or former employers must step aside more often; seats left for an "
       "absence or at the party's request do not count"});
  Counts counts;
  for_each_holding(state, [&](const Task&, const std::string& inspector, const Recusal* recusal) {
    if (recusal == nullptr || !(is_absence(*recusal) || is_request(*recusal)))
      add(counts, inspector, recusal);
  });
  test({{std::move(counts), kInspectors}}, screen);
  return screen;
}

Screen recusals_by_subject(const State& state) {
  Screen screen =
      begin("recusals-subject", {"检查人员回避偏多的对象", "Subjects whose inspectors step aside"},
            {"大企业与更多人有关系；当事人自己的申请另作检验；因缺席而离开的席位不计",
             "a large firm has ties to more people; the party's own requests are tested by "
             "themselves; seats left for an absence do not count"});
  Counts ties, requests;
  for_each_holding(state, [&](const Task& task, const std::string&, const Recusal* recusal) {
    if (recusal != nullptr && is_absence(*recusal)) return;
    const bool request = recusal != nullptr && is_request(*recusal);
    if (!request) add(ties, task.subject, recusal);
    if (request || recusal == nullptr) add(requests, task.subject, recusal);
  });
  test({{std::move(ties), kSubjects}, {std::move(requests), kRequests}}, screen);
  return screen;
}

Screen recusals_by_approver(const State& state) {
  Screen screen =
      begin("recusals-approver", {"准予回避偏多的负责人", "Heads who approve more often"},
            {"各单位的申请未必相同；当事人的申请另作检验；对缺席的决定不计",
             "what is filed differs from unit to unit; requests of parties are tested "
             "by themselves; decisions on absences do not count"});
  Counts ties, requests;
  for (const auto& [stream, draw] : state.draws.by_stream) {
    for (const Task& task : draw.tasks) {
      for (const Seat& seat : task.seats) {
        for (const Recusal& recusal : seat.recusals) {
          if (recusal.decided() && !is_absence(recusal))
            add(is_request(recusal) ? requests : ties, recusal.decider,
                recusal.approved ? &recusal : nullptr);
        }
      }
    }
  }
  test({{std::move(ties), kApprovers}, {std::move(requests), kApproversOfRequests}}, screen);
  return screen;
}

}  // namespace liuhen::projections
