// Exact tests for small counts, and what keeps many of them from crying wolf. Pure and thread-safe.
// Tails include the value itself: P(X ≥ k), P(X ≤ k).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace liuhen::projections {

// P(X ≥ k) of `trials` trials, each with the probability.
double binomial_upper(std::uint64_t k, std::uint64_t trials, double probability);
double binomial_lower(std::uint64_t k, std::uint64_t trials, double probability);

// Fisher's exact test, one-sided: `drawn` of `all` are taken at random, `marked` of all are marked;
// P(at least k of the taken are marked).
double hypergeometric_upper(std::uint64_t k, std::uint64_t drawn, std::uint64_t marked,
                            std::uint64_t all);
// The probabilities of 0, 1, … marked ones among the taken, up to min(drawn, marked).
std::vector<double> hypergeometric_masses(std::uint64_t drawn, std::uint64_t marked,
                                          std::uint64_t all);

// A sum of independent trials whose chances differ has at most this probability of k or more (for k
// ≥ mean + 1), or of k or fewer (for k ≤ mean − 1), `mean` being the sum of the chances; 1 nearer
// the mean. W. Hoeffding, "On the distribution of the number of successes in independent trials",
// Ann. Math. Statist. 27 (1956), theorem 4.
double sum_upper_bound(std::uint64_t k, std::uint64_t trials, double mean);
double sum_lower_bound(std::uint64_t k, std::uint64_t trials, double mean);

// The distribution of the sum of two independent counts.
std::vector<double> convolved(std::span<const double> a, std::span<const double> b);

// Adjusted p-values, in the order given. `tests` counts all that were made, those not given (their
// p is 1) too; it is at least p.size().
// Y. Benjamini, Y. Hochberg, J. R. Statist. Soc. B 57 (1995): the false discovery rate.
std::vector<double> benjamini_hochberg(std::span<const double> p, std::uint64_t tests);
// S. Holm, Scand. J. Statist. 6 (1979): the chance of even one false name, whatever the dependence.
std::vector<double> holm(std::span<const double> p, std::uint64_t tests);

// The chance that a count of `trials` whose probability is `ratio` times the usual one comes out
// with a binomial p of at most `level`.
double power_of(std::uint64_t trials, double probability, double ratio, double level);

// A Monte Carlo p-value that stops early: replicates until `exceedances` of them reach what was
// observed, or until `most`. `reaches(i)` says whether replicate i does. J. Besag, P. Clifford,
// "Sequential Monte Carlo p-values", Biometrika 78 (1991).
struct MonteCarlo {
  double p = 1;
  std::uint64_t replicates = 0;
};
MonteCarlo sequential_monte_carlo(std::uint64_t exceedances, std::uint64_t most,
                                  const std::function<bool(std::uint64_t)>& reaches);

}  // namespace liuhen::projections
