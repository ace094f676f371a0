// Who is absent when one firm, or firms of one kind, are to be visited, and not elsewhere. Absences
// come as illness does, for many visits at once: all between two visits that somebody made are one.
#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "projections/findings/findings.h"
#include "projections/findings/screening.h"
#include "projections/findings/statistics.h"

namespace liuhen::projections {

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

// A seat that somebody was absent from, or was there for until the visit's result.
struct Seating {
  // Where he filed or, since results are recorded when somebody gets to it, what was recorded next
  // after the visit was made.
  std::uint64_t position = 0;
  bool absent = false;
  std::uint64_t decided_at = 0;  // of an absence
  std::string subject;
};
using Seatings = std::map<std::string, std::vector<Seating>>;  // by inspector

const Recusal* absence_of(const Seat& seat, const std::string& inspector) {
  const auto found = std::ranges::find_if(seat.recusals, [&](const Recusal& recusal) {
    return recusal.approved && recusal.inspector == inspector;
  });
  return found != seat.recusals.end() && found->ground == "absence" ? &*found : nullptr;
}

std::uint64_t position_after(const State& state, std::uint64_t time) {
  return static_cast<std::uint64_t>(std::ranges::upper_bound(state.times, time) -
                                    state.times.begin());
}

Seatings seatings_of(const State& state) {
  Seatings out;
  for (const auto& [stream, draw] : state.draws.by_stream) {
    for (const Task& task : draw.tasks) {
      for (const Seat& seat : task.seats) {
        for (const std::string& inspector : seat.held) {
          if (const Recusal* absence = absence_of(seat, inspector)) {
            out[inspector].push_back({.position = absence->filed_at,
                                      .absent = true,
                                      .decided_at = *absence->decided_at,
                                      .subject = task.subject});
          } else if (task.result && seat.inspector == inspector) {
            out[inspector].push_back({.position = position_after(state, task.result->visited_at),
                                      .subject = task.subject});
          }
        }
      }
    }
  }
  for (auto& [inspector, seatings] : out)
    std::ranges::sort(seatings, {}, [](const Seating& seating) {
      return std::tuple(seating.position, seating.absent, seating.subject);
    });
  return out;
}

// What firms are put together by: themselves, their kind, their industry.
enum class By { subject, kind, industry };

std::string key_of(const State& state, By by, const std::string& subject) {
  if (by == By::subject) return subject;
  const auto row = state.subjects.find(subject);
  if (!row) return {};
  const SubjectVersion& version = state.subjects.latest(*row);
  if (by == By::industry) return state.subjects.industry(version);
  return ledger::schema::EnumNameSubjectKind(
      static_cast<ledger::schema::SubjectKind>(version.kind));
}

// Of one inspector and one key. Absences in a row are one, and are at the key if all of them are:
// an illness is at none, or is so less often than a single absence.
struct There {
  std::uint64_t absent = 0, came = 0;
  Evidence evidence;
};
struct Record {
  std::uint64_t absent = 0, came = 0;  // in all
  std::map<std::string, There> at;
};

Record record_of(const State& state, By by, const std::vector<Seating>& seatings) {
  Record out;
  for (std::size_t i = 0; i < seatings.size();) {
    const std::string key = key_of(state, by, seatings[i].subject);
    if (!seatings[i].absent) {
      ++out.came;
      ++out.at[key].came;
      ++i;
      continue;
    }
    bool one_key = true;
    Evidence evidence;
    for (; i < seatings.size() && seatings[i].absent; ++i) {
      one_key &= key_of(state, by, seatings[i].subject) == key;
      evidence.add(seatings[i].decided_at);
    }
    ++out.absent;
    if (!one_key) continue;
    There& there = out.at[key];
    ++there.absent;
    for (const std::uint64_t position : evidence.positions) there.evidence.add(position);
  }
  return out;
}

Sentence name_of(By by, const std::string& key) {
  switch (by) {
    case By::subject:
      return {"检查对象“" + key + "”", "subject \"" + key + "\""};
    case By::kind:
      return {"主体类型 " + key, "kind " + key};
    case By::industry:
      return {"行业 " + key, "industry " + key};
  }
  return {};
}

Sentence sentence_of(const Sentence& who, const Sentence& where, const There& there,
                     std::uint64_t absent_elsewhere, std::uint64_t came_elsewhere) {
  return {who.zh + "派往" + where.zh + "的，缺席 " + number(there.absent) + " 次、到场 " +
              number(there.came) + " 次；派往别处的，缺席 " + number(absent_elsewhere) +
              " 次、到场 " + number(came_elsewhere) + " 次",
          who.en + " sent to " + where.en + ": absent " + number(there.absent) + " times, there " +
              number(there.came) + " times; elsewhere absent " + number(absent_elsewhere) +
              " times, there " + number(came_elsewhere) + " times"};
}

const Sentence kSomebody{"一名检查人员（证据不足，不列名）",
                         "an inspector (not named: the evidence does not suffice)"};
const Sentence kSomeFirms{"某一对象、类型或行业", "one firm, kind or industry"};

class Tests {
 public:
  // By one inspector's own absences; all of these are given.
  void add(const std::string& inspector, By by, const Record& record) {
    for (const auto& [key, there] : record.at) {
      const std::uint64_t here = there.absent + there.came, all = record.absent + record.came;
      ++tests_;
      sizes_.push_back(here);
      if (there.absent == 0) continue;  // p is 1
      const std::uint64_t absent = record.absent - there.absent, came = record.came - there.came;
      const Sentence who{"检查人员“" + inspector + "”", "inspector \"" + inspector + "\""};
      suspects_.push_back({.about = inspector + " " + key,
                           .what = sentence_of(who, name_of(by, key), there, absent, came),
                           .anonymous = sentence_of(kSomebody, kSomeFirms, there, absent, came),
                           .evidence = there.evidence,
                           .p = hypergeometric_upper(there.absent, here, record.absent, all)});
    }
  }
  // A firm, over all inspectors: the sum of what each one's own absences make likely.
  void add(const std::string& subject, const std::vector<const Record*>& records) {
    There there;
    std::uint64_t absent = 0, came = 0;
    std::vector<double> masses{1.0};
    for (const Record* record : records) {
      const There& one = record->at.at(subject);
      masses = convolved(masses, hypergeometric_masses(one.absent + one.came, record->absent,
                                                       record->absent + record->came));
      there.absent += one.absent;
      there.came += one.came;
      absent += record->absent - one.absent;
      came += record->came - one.came;
      for (const std::uint64_t position : one.evidence.positions) there.evidence.add(position);
    }
    ++tests_;
    if (there.absent == 0) return;
    double p = 0;
    for (std::size_t k = masses.size(); k-- > there.absent;) p += masses[k];
    const Sentence all{"各检查人员", "inspectors"};
    suspects_.push_back(
        {.about = subject,
         .what = sentence_of(all, name_of(By::subject, subject), there, absent, came),
         .anonymous = sentence_of(all,
                                  {"某一对象（证据不足，不列名）",
                                   "one firm (not named: the evidence does "
                                   "not suffice)"},
                                  there, absent, came),
         .evidence = std::move(there.evidence),
         .p = std::min(p, 1.0)});
  }
  void finish(double rate, Screen& screen) {
    if (tests_ == 0) return;
    std::ranges::sort(sizes_);
    Power power;
    power.chance = power_of(sizes_[sizes_.size() / 2], rate, power.ratio,
                            kNamingLevel / static_cast<double>(tests_));
    screen.power = power;
    screen_suspects(std::move(suspects_), tests_, screen);
  }

 private:
  std::vector<Suspect> suspects_;
  std::vector<std::uint64_t> sizes_;
  std::uint64_t tests_ = 0;
};

}  // namespace

Screen absences_selective(const State& state) {
  Screen screen;
  screen.code = "absences-selective";
  screen.title = {"只在派往某户、某类时缺席", "Absent from one firm or kind of firm alone"};
  screen.method = {
      "逐人逐户、逐类型、逐行业，并逐户合计各人：两次到场（按结果所写的检查时间）之间的连续缺席计一"
      "次，全在该处才算在该处；"
      "与本人在别处的相比，Fisher 精确检验（单侧），各人之和逐项精确计算；BH 筛选，Holm "
      "校正后才列名",
      "each inspector by subject, kind and industry, and each subject over all inspectors: "
      "absences "
      "in a row between two visits made, by the times that their results give, are one, which is "
      "at a firm if all of them are; against "
      "his "
      "own elsewhere by Fisher's exact test, one-sided, the sum over inspectors exactly; screened "
      "by Benjamini–Hochberg, named only after Holm's correction"};
  screen.limits = {
      "检查时间由检查人员填写；缺席本身不可疑，多少也不比较；为避开一户而连同别处一起缺席的，看不出"
      "来；证明材料须另行查看",
      "the inspectors say when a visit was; an absence is nothing suspicious, and how many "
      "somebody has is not compared; who stays away "
      "from others as well to avoid one firm is not seen; the evidence filed has to be looked at"};
  Tests tests;
  std::uint64_t absent = 0, came = 0;
  std::map<std::string, Record> by_subject;  // of those who were absent and came
  for (const auto& [inspector, seatings] : seatings_of(state)) {
    for (const By by : {By::subject, By::kind, By::industry}) {
      Record record = record_of(state, by, seatings);
      if (by == By::subject) {
        absent += record.absent;
        came += record.came;
      }
      if (record.absent == 0 || record.came == 0) break;
      tests.add(inspector, by, record);
      if (by == By::subject) by_subject.emplace(inspector, std::move(record));
    }
  }
  screen.sample = absent + came;
  std::map<std::string, std::vector<const Record*>> subjects;
  for (const auto& [inspector, record] : by_subject) {
    for (const auto& [subject, there] : record.at) subjects[subject].push_back(&record);
  }
  for (const auto& [subject, records] : subjects) {
    if (records.size() > 1) tests.add(subject, records);  // one alone has been tested
  }
  if (absent != 0)
    tests.finish(static_cast<double>(absent) / static_cast<double>(absent + came), screen);
  return screen;
}

}  // namespace liuhen::projections
