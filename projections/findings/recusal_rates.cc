// Who is recused, and who approves, more often than the others: Fisher's exact test against all
// others together.
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

void test(Counts counts, const Words& words, Screen& screen) {
  Count total;
  for (const auto& [who, count] : counts) {
    total.all += count.all;
    total.marked += count.marked;
  }
  screen.sample = total.all;
  if (total.marked == 0 || counts.size() < 2) return;
  const double rate = static_cast<double>(total.marked) / static_cast<double>(total.all);
  Power power;
  power.chance = power_of(median_size(counts), rate, power.ratio,
                          kNamingLevel / static_cast<double>(counts.size()));
  screen.power = power;
  std::vector<Suspect> suspects;
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
  screen_suspects(std::move(suspects), counts.size(), screen);
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
const Words kApprovers{{"决定人", "decider"}, {"决定", "decisions"}, {"准予", "approved"}};

}  // namespace

Screen recusals_by_inspector(const State& state) {
  Screen screen =
      begin("recusals-inspector", {"回避偏多的检查人员", "Inspectors recused more often"},
            {"亲属多、经历广的人本来就更常需要回避",
             "who has many relatives or former employers must step aside more often"});
  Counts counts;
  for_each_holding(state, [&](const Task&, const std::string& inspector, const Recusal* recusal) {
    add(counts, inspector, recusal);
  });
  test(std::move(counts), kInspectors, screen);
  return screen;
}

Screen recusals_by_subject(const State& state) {
  Screen screen =
      begin("recusals-subject", {"检查人员回避偏多的对象", "Subjects whose inspectors step aside"},
            {"大企业与更多人有关系", "a large firm has ties to more people"});
  Counts counts;
  for_each_holding(state, [&](const Task& task, const std::string&, const Recusal* recusal) {
    add(counts, task.subject, recusal);
  });
  test(std::move(counts), kSubjects, screen);
  return screen;
}

Screen recusals_by_approver(const State& state) {
  Screen screen =
      begin("recusals-approver", {"准予回避偏多的负责人", "Heads who approve more often"},
            {"各单位的申请未必相同", "what is filed differs from unit to unit"});
  Counts counts;
  for (const auto& [stream, draw] : state.draws.by_stream) {
    for (const Task& task : draw.tasks) {
      for (const Seat& seat : task.seats) {
        for (const Recusal& recusal : seat.recusals) {
          if (recusal.decided())
            add(counts, recusal.decider, recusal.approved ? &recusal : nullptr);
        }
      }
    }
  }
  test(std::move(counts), kApprovers, screen);
  return screen;
}

}  // namespace liuhen::projections
