#include "projections/findings/statistics.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <numeric>

#include "crypto/result.h"

namespace liuhen::projections {

namespace {

using boost::math::cdf;
using boost::math::complement;
using Binomial = boost::math::binomial_distribution<double>;

// Indices of `p`, the smallest value first.
std::vector<std::size_t> ascending(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  return order;
}

}  // namespace

double binomial_upper(std::uint64_t k, std::uint64_t trials, double probability) {
  if (k == 0) return 1;
  if (k > trials) return 0;
  return cdf(complement(Binomial(static_cast<double>(trials), std::clamp(probability, 0.0, 1.0)),
                        static_cast<double>(k - 1)));
}

double binomial_lower(std::uint64_t k, std::uint64_t trials, double probability) {
  if (k >= trials) return 1;
  return cdf(Binomial(static_cast<double>(trials), std::clamp(probability, 0.0, 1.0)),
             static_cast<double>(k));
}

std::vector<double> hypergeometric_masses(std::uint64_t drawn, std::uint64_t marked,
                                          std::uint64_t all) {
  LIUHEN_CHECK(drawn <= all && marked <= all);
  const auto log_choose = [](std::uint64_t n, std::uint64_t k) {
    return std::lgamma(static_cast<double>(n) + 1) - std::lgamma(static_cast<double>(k) + 1) -
           std::lgamma(static_cast<double>(n - k) + 1);
  };
  std::vector<double> masses(std::min(drawn, marked) + 1, 0.0);
  for (std::uint64_t k = 0; k < masses.size(); ++k) {
    if (drawn - k > all - marked) continue;  // not so many are unmarked
    masses[k] = std::exp(log_choose(marked, k) + log_choose(all - marked, drawn - k) -
                         log_choose(all, drawn));
  }
  return masses;
}

double hypergeometric_upper(std::uint64_t k, std::uint64_t drawn, std::uint64_t marked,
                            std::uint64_t all) {
  const std::vector<double> masses = hypergeometric_masses(drawn, marked, all);
  const std::uint64_t least = drawn + marked > all ? drawn + marked - all : 0;
  if (k <= least) return 1;
  double p = 0;
  for (std::size_t i = masses.size(); i-- > k;) p += masses[i];  // the smallest first
  return std::min(p, 1.0);
}

double sum_upper_bound(std::uint64_t k, std::uint64_t trials, double mean) {
  if (trials == 0 || static_cast<double>(k) < mean + 1) return 1;
  return binomial_upper(k, trials, mean / static_cast<double>(trials));
}

double sum_lower_bound(std::uint64_t k, std::uint64_t trials, double mean) {
  if (trials == 0 || static_cast<double>(k) > mean - 1) return 1;
  return binomial_lower(k, trials, mean / static_cast<double>(trials));
}

std::vector<double> convolved(std::span<const double> a, std::span<const double> b) {
  LIUHEN_CHECK(!a.empty() && !b.empty());
  std::vector<double> sum(a.size() + b.size() - 1, 0.0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) sum[i + j] += a[i] * b[j];
  }
  return sum;
}

std::vector<double> benjamini_hochberg(std::span<const double> p, std::uint64_t tests) {
  LIUHEN_CHECK(tests >= p.size());
  std::vector<double> adjusted(p.size());
  const auto order = ascending(p);
  double least = 1;
  for (std::size_t i = order.size(); i-- > 0;) {
    least = std::min(least, p[order[i]] * static_cast<double>(tests) / static_cast<double>(i + 1));
    adjusted[order[i]] = least;
  }
  return adjusted;
}

std::vector<double> holm(std::span<const double> p, std::uint64_t tests) {
  LIUHEN_CHECK(tests >= p.size());
  std::vector<double> adjusted(p.size());
  const auto order = ascending(p);
  double most = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    most = std::max(most, std::min(1.0, p[order[i]] * static_cast<double>(tests - i)));
    adjusted[order[i]] = most;
  }
  return adjusted;
}

double power_of(std::uint64_t trials, double probability, double ratio, double level) {
  const double raised = std::min(1.0, probability * ratio);
  for (std::uint64_t k = 1; k <= trials; ++k) {
    if (binomial_upper(k, trials, probability) <= level) return binomial_upper(k, trials, raised);
  }
  return 0;
}

MonteCarlo sequential_monte_carlo(std::uint64_t exceedances, std::uint64_t most,
                                  const std::function<bool(std::uint64_t)>& reaches) {
  LIUHEN_CHECK(exceedances > 0 && most > 0);
  MonteCarlo out;
  std::uint64_t reached = 0;
  while (out.replicates < most) {
    if (reaches(out.replicates++) && ++reached == exceedances) {
      out.p = static_cast<double>(reached) / static_cast<double>(out.replicates);
      return out;
    }
  }
  out.p = static_cast<double>(reached + 1) / static_cast<double>(most + 1);
  return out;
}

}  // namespace liuhen::projections
