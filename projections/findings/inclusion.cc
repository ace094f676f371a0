// Whether the draws, taken together, drew as draws do: subjects drawn too often or too seldom, and
// cut-offs that are too low or too high.
#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <random>

#include "projections/draw_form.h"
#include "projections/findings/findings.h"
#include "projections/findings/screening.h"
#include "projections/findings/statistics.h"

namespace liuhen::projections {

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

struct Inclusion {
  std::uint32_t trials = 0, drawn = 0;
  double mean = 0;  // sum of the chances
};

// By number of the subject. Draws in which a stratum is drawn whole or not at all leave nothing to
// chance and do not count.
class Inclusions {
 public:
  explicit Inclusions(const State& state) : state_(state), counts_(state.subjects.size()) {}

  void add(const Draw& draw) {
    if (draw.is_restricted()) return;  // chances are among what is hidden
    std::vector<bool> drawn(counts_.size(), false);
    for (const Task& task : draw.tasks) drawn[*state_.subjects.find(task.subject)] = true;
    const auto& strata = draw.outcome->strata;
    const auto gathered =
        each_pooled(state_, draw.announcement, draw.rule_set, [&](const PooledSubject& subject) {
          const double chance = chance_of(draw, *strata[subject.stratum], subject.weight);
          if (chance == 1) return;
          Inclusion& count = counts_[subject.number];
          if (drawn[subject.number]) {
            ++count.drawn;
            ++drawn_;
          }
          if (subject.eligibility != SubjectEligibility::eligible || chance == 0) return;
          ++count.trials;
          count.mean += chance;
        });
    (void)gathered;  // admission has found the pool right: it is the registry's past
  }

  const std::vector<Inclusion>& counts() const { return counts_; }
  std::uint64_t drawn() const { return drawn_; }

 private:
  // 0 and 1 where nothing is left to chance.
  static double chance_of(const Draw& draw, const ledger::schema::StratumOutcomeT& stratum,
                          std::uint64_t weight) {
    if (stratum.drawn == 0) return 0;
    if (stratum.drawn == stratum.eligible) return 1;
    if (!draw.announcement.weighted)
      return static_cast<double>(stratum.drawn) / static_cast<double>(stratum.eligible);
    if (is_certain(stratum, weight)) return 1;
    return static_cast<double>(weight) * static_cast<double>(stratum.rest_drawn) /
           static_cast<double>(stratum.rest_weight);
  }
  const State& state_;
  std::vector<Inclusion> counts_;
  std::uint64_t drawn_ = 0;
};

Sentence sentence_of(const std::string& id, const Inclusion& count) {
  char mean[32];
  std::snprintf(mean, sizeof mean, "%.2f", count.mean);
  const std::string zh = id.empty() ? "一个检查对象（证据不足，不列名）" : "检查对象“" + id + "”",
                    en = id.empty() ? "a subject (not named: the evidence does not suffice)"
                                    : "subject \"" + id + "\"";
  return {zh + "可抽 " + number(count.trials) + " 次，抽中 " + number(count.drawn) +
              " 次，按机会应为 " + mean + " 次",
          en + " could be drawn " + number(count.trials) + " times and was drawn " +
              number(count.drawn) + " times; by chance it would be " + mean};
}

Screen begin(const char* code, Sentence title, const Inclusions& inclusions) {
  Screen screen;
  screen.code = code;
  screen.title = std::move(title);
  screen.method = {
      "每次抽取的机会为该层抽取数比可抽数，按权重抽取的按其权重；次数之和的尾概率用 "
      "Hoeffding（1956）的上界；BH "
      "筛选，Holm 校正后才列名",
      "the chance in each draw is the stratum's number drawn over its number eligible, or by its "
      "weight; "
      "the tail of the sum is bounded by Hoeffding (1956); screened by "
      "Benjamini–Hochberg, named only after Holm's correction"};
  screen.limits = {
      "抽取次数少或比例低时，查不出一户被避开或被盯上；从未入过名录的（另有一项专看）、登记之外的对"
      "象、"
      "不抽检查对象的抽取（单随机、全覆盖）不在其中",
      "with few draws or low rates a firm that is spared or sought cannot be told; subjects that "
      "were in no pool (another screen counts them) or are not registered, and draws whose form "
      "draws no subjects, are not looked at"};
  screen.sample = inclusions.drawn();
  return screen;
}

void test(const State& state, const Inclusions& inclusions, bool often, Screen& screen) {
  std::vector<Suspect> suspects;
  std::uint64_t tests = 0, trials = 0;
  double mean = 0;
  const auto& counts = inclusions.counts();
  for (std::uint32_t subject = 0; subject < counts.size(); ++subject) {
    const Inclusion& count = counts[subject];
    if (count.trials == 0) continue;
    ++tests;
    trials += count.trials;
    mean += count.mean;
    const double p = often ? sum_upper_bound(count.drawn, count.trials, count.mean)
                           : sum_lower_bound(count.drawn, count.trials, count.mean);
    if (p > kFalseDiscoveryRate) continue;  // cannot pass
    const std::string id(state.subjects.id(subject));
    suspects.push_back({.about = id,
                        .what = sentence_of(id, count),
                        .anonymous = sentence_of("", count),
                        .evidence = {},
                        .p = p});
  }
  if (tests == 0) return;
  Power power;
  power.ratio = often ? 3 : 0;
  const std::uint64_t usual = trials / tests;
  const double chance = mean / static_cast<double>(trials);
  const double level = kNamingLevel / static_cast<double>(tests);
  power.chance = often ? power_of(usual, chance, power.ratio, level)
                       : (binomial_lower(0, usual, chance) <= level ? 1.0 : 0.0);
  screen.power = power;
  screen_suspects(std::move(suspects), tests, screen);
}

// The cut-off of k drawn of n as a fraction of all tickets is Beta(k, n − k + 1).
std::optional<double> place_of(const ledger::schema::StratumOutcomeT& stratum) {
  if (stratum.drawn == 0 || stratum.drawn == stratum.eligible || stratum.cutoff.size() != 32)
    return std::nullopt;
  double cutoff = 0;
  for (std::size_t i = 8; i-- > 0;) cutoff = (cutoff + stratum.cutoff[i]) / 256;
  const boost::math::beta_distribution<double> beta(
      static_cast<double>(stratum.drawn),
      static_cast<double>(stratum.eligible - stratum.drawn + 1));
  return boost::math::cdf(beta, cutoff);
}

// Fisher's method: −2 Σ ln p of n independent uniform values is χ² with 2n degrees of freedom.
double combined(const std::vector<double>& p) {
  double sum = 0;
  for (const double value : p) sum -= 2 * std::log(std::max(value, 1e-300));
  const boost::math::chi_squared_distribution<double> chi(2 * static_cast<double>(p.size()));
  return boost::math::cdf(boost::math::complement(chi, sum));
}

// How often it is found that the lowest of two places was kept each time, in a thousand tries.
Power power_for(std::size_t strata) {
  constexpr int kTries = 1'000;
  std::mt19937_64 random(1);
  const auto place = [&] { return std::ldexp(static_cast<double>(random() >> 11) + 0.5, -53); };
  int found = 0;
  std::vector<double> places(strata);
  for (int i = 0; i < kTries; ++i) {
    for (double& lowest : places) lowest = std::min(place(), place());
    found += 2 * combined(places) <= kNamingLevel ? 1 : 0;
  }
  return {.ratio = 2, .chance = static_cast<double>(found) / kTries, .tries = true};
}

}  // namespace

Screen cutoffs_uniform(const State& state) {
  Screen screen;
  screen.code = "cutoffs-uniform";
  screen.title = {"各层的截止号是否像随机", "Cut-offs of strata as chance would have them"};
  screen.method = {
      "k 户中选、n 户可抽时截止号服从 Beta(k, n−k+1)；各层用 Fisher 方法合并，两侧各一次，Holm "
      "校正",
      "with k of n drawn the cut-off is Beta(k, n−k+1); Fisher's method over all "
      "strata, once for each side, Holm's correction"};
  screen.limits = {"只能发现对全体的偏斜，不能发现针对一户的；不抽检查对象的抽取不在其中",
                   "shows a slant that concerns everybody, not one that concerns one firm; draws "
                   "whose form draws no subjects are not looked at"};
  std::vector<double> low, high;
  Evidence evidence;
  for (const auto& [stream, draw] : state.draws.by_stream) {
    if (!draw.outcome || !draw.executed_at || !draws_subjects(draw.announcement)) continue;
    for (const auto& stratum : draw.outcome->strata) {
      const auto place = place_of(*stratum);
      if (!place) continue;
      low.push_back(*place);
      high.push_back(1 - *place);
      evidence.add(*draw.executed_at);
    }
  }
  screen.sample = low.size();
  if (low.empty()) return screen;
  screen.power = power_for(low.size());
  const Sentence what_low{"截止号总体偏小", "cut-offs are too low, taken together"},
      what_high{"截止号总体偏大", "cut-offs are too high, taken together"};
  screen_suspects({{.about = "all",
                    .what = what_low,
                    .anonymous = what_low,
                    .evidence = evidence,
                    .p = combined(low)},
                   {.about = "all",
                    .what = what_high,
                    .anonymous = what_high,
                    .evidence = evidence,
                    .p = combined(high)}},
                  2, screen);
  return screen;
}

std::vector<Screen> drawn_too_often_or_never(const State& state, const FindingsOptions& options) {
  Inclusions inclusions(state);
  std::uint64_t done = 0;
  for (const std::string& stream : state.draws.streams) {
    const Draw& draw = state.draws.by_stream.at(stream);
    if (draw.phase == Draw::Phase::disclosed && draw.outcome && draws_subjects(draw.announcement))
      inclusions.add(draw);
    if (options.progress) options.progress(++done, state.draws.streams.size());
  }
  std::vector<Screen> out{
      begin("drawn-often", {"抽中偏多的检查对象", "Subjects drawn too often"}, inclusions),
      begin("drawn-seldom", {"抽中偏少的检查对象", "Subjects drawn too seldom"}, inclusions)};
  test(state, inclusions, true, out[0]);
  test(state, inclusions, false, out[1]);
  return out;
}

}  // namespace liuhen::projections
