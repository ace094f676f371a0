// Rows that came into a pool before it was taken, so many more than usual that everybody else's
// chance fell.
#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <set>
#include <unordered_set>

#include "crypto/draw/allocation.h"
#include "projections/conditions.h"
#include "projections/draw_form.h"
#include "projections/findings/findings.h"
#include "projections/findings/screening.h"
#include "projections/findings/statistics.h"

namespace liuhen::projections {

namespace {

constexpr std::uint64_t kWeekS = 7 * 86'400;
constexpr std::uint64_t kWeeksMax = 52;  // of each of the two: looked at, and compared with
constexpr std::uint64_t kWeeksMin = 4;   // compared with
constexpr std::uint64_t kLotsMin = 4;    // in the weeks compared with
// The chance fell by a twentieth or more.
constexpr double kChanceLeft = 0.95;

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string percent(double share) {
  char out[32];
  std::snprintf(out, sizeof out, "%.2f%%", 100 * share);
  return out;
}

// Each change of a row after a week from the first: a registry is set up in its first week.
class Changes {
 public:
  explicit Changes(const State& state) : state_(state) {
    const Subjects& subjects = state.subjects;
    if (subjects.size() == 0) return;
    std::uint64_t begun = subjects.latest(0).position;  // subjects are numbered as they come
    while (begun != 0 && subjects.at(0, begun - 1) != nullptr)
      begun = subjects.at(0, begun - 1)->position;
    set_up_ = state.times[begun] + kWeekS;
    for (std::uint32_t subject = 0; subject < subjects.size(); ++subject) {
      const SubjectVersion* version = &subjects.latest(subject);
      while (version != nullptr && state.times[version->position] >= set_up_) {
        all_.push_back({.position = version->position, .subject = subject});
        version = version->position == 0 ? nullptr : subjects.at(subject, version->position - 1);
      }
    }
    std::ranges::sort(
        all_, {}, [](const Change& change) { return std::pair(change.position, change.subject); });
  }
  std::uint64_t set_up() const { return set_up_; }  // Unix seconds
  // visit(subject, position, week) for each in these weeks before the entry, the last first.
  template <class Visit>
  void visit(std::uint64_t pool, std::uint64_t weeks, Visit&& each) const {
    const auto end = std::ranges::upper_bound(all_, pool, {}, &Change::position);
    for (auto at = end; at != all_.begin();) {
      --at;
      const std::uint64_t week = (state_.times[pool] - state_.times[at->position]) / kWeekS;
      if (week >= weeks) return;
      each(at->subject, at->position, week);
    }
  }

 private:
  struct Change {
    std::uint64_t position = 0;
    std::uint32_t subject = 0;
  };
  const State& state_;
  std::uint64_t set_up_ = 0;
  std::vector<Change> all_;  // ascending
};

struct Weeks {
  std::uint64_t looked_at = 0, compared = 0;  // those compared with are before the others
};

// From the plan's publication to the pool, at least the last one.
std::optional<Weeks> weeks_of(const State& state, const Draw& draw, std::uint64_t set_up,
                              const std::map<std::string, std::uint64_t>& plans) {
  const std::uint64_t end = state.times[draw.announcement.pool_position];
  if (end < set_up) return std::nullopt;
  const std::uint64_t all = (end - set_up) / kWeekS;
  if (all <= kWeeksMin) return std::nullopt;
  const auto plan = plans.find(draw.announcement.plan);
  const std::uint64_t published = plan == plans.end() ? end : state.times[plan->second];
  Weeks out;
  out.looked_at = published < end ? (end - published + kWeekS - 1) / kWeekS : 1;
  out.looked_at = std::clamp<std::uint64_t>(out.looked_at, 1, std::min(kWeeksMax, all - kWeeksMin));
  out.compared = std::min(kWeeksMax, all - out.looked_at);
  return out;
}

// Of one stratum, by week.
struct Added {
  std::vector<std::uint64_t> rows;                            // the last week first
  std::vector<std::pair<std::uint64_t, std::uint64_t>> came;  // week, position
};

// Where a row is drawn from, if it is.
class Strata {
 public:
  Strata(const State& state, const Draw& draw) : scope_(draw.announcement.scope, state.subjects) {
    for (const auto& stratum : draw.announcement.strata)
      strata_.emplace_back(draw.rule_set.strata[stratum->rule_stratum]->conditions, state.subjects);
  }
  std::size_t size() const { return strata_.size(); }
  std::optional<std::size_t> of(const SubjectVersion* version) const {
    if (version == nullptr ||
        version->status != static_cast<std::uint8_t>(ledger::schema::SubjectStatus::active) ||
        !scope_.meets(*version))
      return std::nullopt;
    const auto found = std::ranges::find_if(
        strata_, [&](const SubjectFilter& each) { return each.meets(*version); });
    if (found == strata_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - strata_.begin());
  }

 private:
  SubjectFilter scope_;
  std::vector<SubjectFilter> strata_;
};

// Rows that can be drawn and could not before: added, made active or moved in, the last time that
// each was. What only moves from one stratum to another shares a total as before.
std::vector<Added> added_to(const State& state, const Draw& draw, const Changes& changes,
                            std::uint64_t weeks) {
  const Strata strata(state, draw);
  const std::uint64_t pool = draw.announcement.pool_position;
  std::vector<Added> out(strata.size(), {.rows = std::vector<std::uint64_t>(weeks, 0), .came = {}});
  std::unordered_set<std::uint32_t> came;
  changes.visit(
      pool, weeks, [&](std::uint32_t subject, std::uint64_t position, std::uint64_t week) {
        const auto now = strata.of(state.subjects.at(subject, pool));
        if (!now || came.contains(subject)) return;
        const auto before =
            position == 0 ? std::nullopt : strata.of(state.subjects.at(subject, position - 1));
        const bool was_there = draw.announcement.total != 0 ? before.has_value() : before == now;
        if (was_there) return;
        came.insert(subject);
        Added& added = out[*now];
        ++added.rows[week];
        added.came.emplace_back(week, position);
      });
  return out;
}

std::uint64_t sum_of(const std::vector<std::uint64_t>& rows, std::uint64_t from,
                     std::uint64_t count) {
  std::uint64_t sum = 0;
  for (std::uint64_t i = from; i < from + count; ++i) sum += rows[i];
  return sum;
}

// So many of the last weeks, of a stratum.
struct Span {
  std::uint64_t weeks = 0, rows = 0;
  double chance = 0, without = 0;  // with the rows added, and had they not been
  double p = 1;
};

// All weeks before the span.
std::uint64_t busiest_before(const Added& added, std::uint64_t span) {
  return *std::max_element(added.rows.begin() + static_cast<std::ptrdiff_t>(span),
                           added.rows.end());
}
std::uint64_t sum_before(const Added& added, std::uint64_t span) {
  return sum_of(added.rows, span, added.rows.size() - span);
}

// Rows come in lots, so that one lot of the busiest week before the span counts as one. Absent:
// too few came before to tell how large a lot is, or how often one comes.
std::optional<std::uint64_t> lots_before(const Added& added, std::uint64_t span) {
  const std::uint64_t lot = busiest_before(added, span);
  if (lot == 0) return std::nullopt;
  const std::uint64_t lots = (sum_before(added, span) + lot - 1) / lot;
  return lots < kLotsMin ? std::nullopt : std::optional(lots);
}

// That many and more of all lots fall into the span with this chance, if it has no more of them
// than others.
double p_of(const Added& added, std::uint64_t span, std::uint64_t rows, std::uint64_t before) {
  const std::uint64_t here = rows / busiest_before(added, span);
  return binomial_upper(here, here + before,
                        static_cast<double>(span) / static_cast<double>(added.rows.size()));
}

// What shares one number drawn: a stratum or, of a total over all of them, the whole pool.
struct Part {
  std::optional<std::size_t> stratum;
  std::uint64_t eligible = 0, drawn = 0;
  Added added;
};

// A rate alone gives everybody the same chance, however many there are.
bool can_be_diluted(const Draw& draw) {
  return draw.announcement.total != 0 ||
         std::ranges::any_of(draw.announcement.strata, [](const auto& stratum) {
           return stratum->fixed != 0 || stratum->minimum != 0 || stratum->maximum != 0;
         });
}

std::vector<Part> parts_of(const Draw& draw, std::vector<Added> added) {
  std::vector<Part> out;
  for (std::size_t i = 0; i < added.size(); ++i) {
    const auto& outcome = *draw.outcome->strata[i];
    out.push_back({.stratum = i,
                   .eligible = outcome.eligible,
                   .drawn = outcome.drawn,
                   .added = std::move(added[i])});
  }
  if (draw.announcement.total == 0) return out;
  Part whole = std::move(out.front());
  whole.stratum.reset();
  for (std::size_t i = 1; i < out.size(); ++i) {
    whole.eligible += out[i].eligible;
    whole.drawn += out[i].drawn;
    for (std::size_t week = 0; week < whole.added.rows.size(); ++week)
      whole.added.rows[week] += out[i].added.rows[week];
    std::ranges::copy(out[i].added.came, std::back_inserter(whole.added.came));
  }
  out.clear();
  out.push_back(std::move(whole));
  return out;
}

// Of each row, had so many not been added; 0: nobody would have been left.
double chance_of(const Draw& draw, const Part& part, std::uint64_t added) {
  if (part.eligible <= added) return 0;
  const std::uint64_t eligible = part.eligible - added;
  crypto::draw::Allocation allocation;
  if (part.stratum) {
    allocation = allocation_of(draw.announcement);
    allocation.strata = {allocation.strata[*part.stratum]};
  } else {
    allocation.strata.emplace_back();
    allocation.total = draw.announcement.total;
  }
  const auto drawn = crypto::draw::drawn_counts(allocation, std::array{eligible});
  // Those added may be the reason why there are as many as are drawn.
  const std::uint64_t count = drawn ? drawn->front() : eligible;
  return static_cast<double>(count) / static_cast<double>(eligible);
}

// The last week, the last two, four, … and all; the one that is least likely of those in which the
// chance fell. p is corrected for having tried them all. Absent: none has lots to compare with.
std::optional<Span> least_likely(const Draw& draw, const Part& part, const Weeks& weeks) {
  const Added& added = part.added;
  Span out;
  std::uint64_t tried = 0;
  bool compared = false;
  for (std::uint64_t span = 1;; span = std::min(2 * span, weeks.looked_at)) {
    ++tried;
    const std::uint64_t rows = sum_of(added.rows, 0, span);
    const double chance = chance_of(draw, part, 0), without = chance_of(draw, part, rows);
    const auto before = lots_before(added, span);
    compared |= before.has_value();
    if (before && rows != 0 && without != 0 && chance <= kChanceLeft * without) {
      const double p = p_of(added, span, rows, *before);
      if (p < out.p)
        out = {.weeks = span, .rows = rows, .chance = chance, .without = without, .p = p};
    }
    if (span == weeks.looked_at) break;
  }
  if (!compared) return std::nullopt;
  out.p = std::min(1.0, out.p * static_cast<double>(tried));
  return out;
}

Sentence sentence_of(const std::string& stream, const Span& span, const Part& part) {
  const std::string rows = number(span.rows), in = number(span.weeks),
                    before = percent(span.without), after = percent(span.chance),
                    usual = number(sum_before(part.added, span.weeks)),
                    compared = number(part.added.rows.size() - span.weeks),
                    most = number(busiest_before(part.added, span.weeks));
  Sentence about{"某次抽取（证据不足，不列名）",
                 "a draw (not named: the evidence does not suffice)"};
  if (!stream.empty()) {
    about = {"抽取“" + stream + "”", "the draw \"" + stream + "\""};
    if (part.stratum) {
      about.zh += "第 " + number(*part.stratum) + " 层";
      about.en += ", stratum " + number(*part.stratum);
    }
  }
  return {about.zh + "取名录前 " + in + " 周内新增可抽 " + rows +
              " 户（新登记、恢复或转入），原有各户的机会由 " + before + " 降为 " + after +
              "；此前 " + compared + " 周共 " + usual + " 户，最多一周 " + most + " 户",
          about.en + ": " + rows + " rows were added, made active or moved in within the " + in +
              " weeks before the pool was taken, by which the chance of all others fell from " +
              before + " to " + after + "; " + usual + " in the " + compared + " weeks before, " +
              most + " in the busiest"};
}

bool can_be_looked_at(const Draw& draw) {
  return draw.outcome && draw.executed_at && !draw.is_restricted() &&
         draws_subjects(draw.announcement) && can_be_diluted(draw) &&
         draw.outcome->strata.size() == draw.announcement.strata.size();
}

}  // namespace

Screen pools_diluted(const State& state, const std::map<std::string, std::uint64_t>& plans) {
  Screen screen;
  screen.code = "pool-diluted";
  screen.title = {"取名录之前大量新增登记，稀释原有各户的机会",
                  "Pools diluted by rows added before they were taken"};
  screen.method = {
      "逐次逐层：计划首次发布以来（至多 52 周）的最近 "
      "1、2、4……周内新可抽的户（新登记、恢复为可抽或转入该层），与更早各周相比，"
      "计划之前的至多取 52 周；原有各户的机会降低二十分之一以上的，用精确的二项检验（以更早各周中最"
      "多的一周为一批，计批数，此前不足 4 批的不比）；BH 筛选，Holm 校正后才列名",
      "for each draw and stratum: rows in scope that were added, made active or moved into the "
      "stratum in the last week, two, four and so on since "
      "the plan was first published (52 at most) against all weeks before these, of those before "
      "the plan 52 at most; where the chance of the others fell by a twentieth or more, an exact "
      "binomial test of lots, a lot being the busiest week before, where there were four lots or "
      "more before; screened by "
      "Benjamini–Hochberg, named only after Holm's correction"};
  screen.limits = {
      "新增的户是否真实，账本说不出；成批改行业、区划或恢复的也计入；比以往各批都大的一批也可能是正"
      "当的；全按比例抽取的（机会不因"
      "此"
      "降低）、名录启用首周的登记（分两周以上建库的，建库的后一批算作一批新增，会掩盖其后同样大的一"
      "批）、此前新增不足四批（如按季导入而未满一年）的、不足五周的账本、名录"
      "受限的抽取不在其中；权重不计；缓慢而持续的增"
      "加"
      "与平常的增长分不开",
      "whether those added are real the log does not tell, rows reclassified or made active in "
      "bulk count too, and a lot larger than any before can be "
      "an honest one; draws by rates alone, in which the chance does not fall, the registry's "
      "first week (where a registry is set up over two weeks or more, what comes after the first "
      "counts as a lot, and hides one as large later), draws before which fewer than four lots had "
      "come (imports of a quarter in the "
      "first year), logs of less than five weeks more and draws of restricted pools are not looked "
      "at, nor are weights; what is added slowly all along is not told from growth"};
  const Changes changes(state);
  std::vector<Suspect> suspects;
  std::vector<std::pair<std::uint64_t, double>> sizes;
  for (const std::string& stream : state.draws.streams) {
    const Draw& draw = state.draws.by_stream.at(stream);
    if (!can_be_looked_at(draw)) continue;
    const auto weeks = weeks_of(state, draw, changes.set_up(), plans);
    if (!weeks) continue;
    auto added = added_to(state, draw, changes, weeks->looked_at + weeks->compared);
    for (const Part& part : parts_of(draw, std::move(added))) {
      if (part.drawn == 0 || part.drawn == part.eligible) continue;
      const auto found = least_likely(draw, part, *weeks);
      if (!found) continue;
      const Span& span = *found;
      ++screen.sample;
      sizes.emplace_back(sum_of(part.added.rows, weeks->looked_at, weeks->compared),
                         1.0 / static_cast<double>(1 + weeks->compared));
      if (span.p > kFalseDiscoveryRate) continue;  // cannot pass
      std::set<std::uint64_t> entries{draw.position};
      for (const auto& [week, position] : part.added.came) {
        if (week < span.weeks) entries.insert(position);
      }
      Evidence evidence;
      for (const std::uint64_t position : entries) evidence.add(position);
      suspects.push_back({.about = stream,
                          .what = sentence_of(stream, span, part),
                          .anonymous = sentence_of("", span, part),
                          .evidence = std::move(evidence),
                          .p = span.p});
    }
  }
  if (screen.sample == 0) return screen;
  std::ranges::sort(sizes);
  const auto& [rows, chance] = sizes[sizes.size() / 2];
  Power power;
  power.chance =
      power_of(rows, chance, power.ratio, kNamingLevel / static_cast<double>(screen.sample));
  screen.power = power;
  screen_suspects(std::move(suspects), screen.sample, screen);
  return screen;
}

}  // namespace liuhen::projections
