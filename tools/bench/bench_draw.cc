#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>

#include "crypto/draw/matching.h"
#include "crypto/draw/selection.h"
#include "crypto/sha256.h"
#include "tools/bench/pairs.h"

namespace liuhen::tools::bench {
namespace {

inline constexpr std::size_t kSubjects = 2'000'000;
inline constexpr std::size_t kManySubjects = 20'000'000;
inline constexpr std::size_t kIdBytes = 18;
inline constexpr std::size_t kVisits = 50'000;
inline constexpr std::size_t kInspectors = 2'000;
// For each subject that is drawn: its row in the result, its id's bytes, its place in the order.
inline constexpr double kBytesPerDrawn = 256;

// Ids of 18 characters in ascending order, one after another.
std::string made_ids(std::size_t count) {
  std::string text;
  text.reserve(count * kIdBytes);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string digits = std::to_string(i);
    text.append("91370200").append(kIdBytes - 8 - digits.size(), '0').append(digits);
  }
  return text;
}

const std::string& ids() {
  static const std::string arena = made_ids(kSubjects);
  return arena;
}

const std::string& many_ids() {
  static const std::string arena = made_ids(kManySubjects);
  return arena;
}

std::string_view id_at(std::size_t place) {
  return std::string_view(many_ids()).substr(place * kIdBytes, kIdBytes);
}

void select_five_percent(benchmark::State& state) {
  const std::string& arena = ids();
  crypto::draw::Seed seed{};
  seed[0] = 1;
  const crypto::draw::Allocation allocation{.strata = {{.num = 5, .den = 100, .fixed = 0}},
                                            .total = 0};
  for ([[maybe_unused]] const auto& round : state) {
    auto selection = crypto::draw::select(seed, allocation, kSubjects, [&](std::size_t i) {
      return crypto::draw::PoolRow{.id = std::string_view(arena).substr(i * kIdBytes, kIdBytes)};
    });
    if (!selection) state.SkipWithError(selection.error().en.c_str());
    benchmark::DoNotOptimize(selection);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kSubjects));
}

// One block of 50 bytes for each candidate, and the k smallest of 64-bit prefixes found.
void bare_hashes(benchmark::State& state) {
  const std::string& arena = ids();
  std::vector<std::uint64_t> prefixes(kSubjects);
  for ([[maybe_unused]] const auto& round : state) {
    std::array<std::uint8_t, 50> block{};
    for (std::size_t i = 0; i < kSubjects; ++i) {
      std::memcpy(block.data() + 32, arena.data() + i * kIdBytes, kIdBytes);
      crypto::Sha256 hash;
      hash.update(block);
      const Hash digest = hash.finish();
      std::memcpy(&prefixes[i], digest.data(), 8);
    }
    std::nth_element(prefixes.begin(), prefixes.begin() + kSubjects / 20, prefixes.end());
    benchmark::DoNotOptimize(prefixes.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kSubjects));
}

crypto::draw::Selection select_of(std::size_t subjects) {
  crypto::draw::Seed seed{};
  seed[0] = 2;
  const crypto::draw::Allocation allocation{.strata = {{.num = 5, .den = 100, .fixed = 0}},
                                            .total = 0};
  auto selection = crypto::draw::select(seed, allocation, subjects, [](std::size_t place) {
    return crypto::draw::PoolRow{.id = id_at(place)};
  });
  LIUHEN_CHECK(selection.has_value());
  return std::move(*selection);
}

template <std::size_t Subjects>
void select_of_many(benchmark::State& state) {
  many_ids();
  for ([[maybe_unused]] const auto& round : state) benchmark::DoNotOptimize(select_of(Subjects));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(Subjects));
}

std::uint64_t resident_peak_kib() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return static_cast<std::uint64_t>(used.ru_maxrss);
}

// What selecting adds to the most that a process has had resident, in a process of its own.
void memory_of_selecting(benchmark::State& state) {
  many_ids();
  ::malloc_trim(0);  // lest it takes what is free here, which counts as resident already
  for ([[maybe_unused]] const auto& round : state) {
    int ends[2];
    LIUHEN_CHECK(::pipe(ends) == 0);
    const pid_t child = ::fork();
    LIUHEN_CHECK(child >= 0);
    if (child == 0) {
      // A process that was forked begins with the peak of what it has resident now.
      const std::uint64_t before = resident_peak_kib();
      benchmark::DoNotOptimize(select_of(kManySubjects));
      const std::uint64_t added = resident_peak_kib() - before;
      ::_exit(::write(ends[1], &added, sizeof added) == sizeof added ? 0 : 1);
    }
    std::uint64_t added = 0;
    const bool told = ::read(ends[0], &added, sizeof added) == sizeof added;
    ::close(ends[0]);
    ::close(ends[1]);
    ::waitpid(child, nullptr, 0);
    if (!told) state.SkipWithError("the process that selects ended before its time");
    state.counters[kFigure] = static_cast<double>(added) / 1'024;
  }
}

void pool_root(benchmark::State& state) {
  const std::string& arena = ids();
  for ([[maybe_unused]] const auto& round : state) {
    const auto begun = std::chrono::steady_clock::now();
    crypto::draw::SubjectPool pool;
    for (std::size_t i = 0; i < kSubjects; ++i)
      LIUHEN_CHECK(pool.add(std::string_view(arena).substr(i * kIdBytes, kIdBytes), 0, 1, 0));
    benchmark::DoNotOptimize(pool.root());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    state.counters[kFigure] = took.count();
  }
}

// As many places as there are seats, and each inspector barred from one subject in a hundred.
struct Visits {
  std::vector<crypto::draw::InspectorRow> inspectors;
  std::vector<std::string> subjects;
  std::vector<crypto::draw::Conflict> conflicts;
  std::vector<crypto::draw::SeatGroup> groups = {
      {.qualification = "", .units = {"370200-SCJG"}, .seats = 2, .unit_limit = 0}};

  Visits() {
    for (std::size_t i = 0; i < kInspectors; ++i) {
      inspectors.push_back({.id = "Z" + std::to_string(100'000 + i),
                            .unit = "370200-SCJG",
                            .qualifications = {},
                            .capacity = 2 * kVisits / kInspectors,
                            .eligibility = 0});
    }
    for (std::size_t i = 0; i < kVisits; ++i) subjects.emplace_back(id_at(i));
    std::uint64_t state = 1;  // a linear congruence, so that each run has the same
    for (std::size_t i = 0; i < kVisits * kInspectors / 100; ++i) {
      state = state * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
      conflicts.push_back({.subject = subjects[(state >> 40) % kVisits],
                           .inspector = inspectors[(state >> 20) % kInspectors].id});
    }
  }
};

void match_without_slack(benchmark::State& state) {
  static const Visits visits;
  crypto::draw::Seed seed{};
  seed[0] = 3;
  for ([[maybe_unused]] const auto& round : state) {
    const auto begun = std::chrono::steady_clock::now();
    const auto matching = crypto::draw::match(seed, visits.groups, visits.inspectors,
                                              visits.subjects, visits.conflicts);
    LIUHEN_CHECK(matching.has_value());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    state.counters[kFigure] = took.count();
    if (matching->vacancies != 0) state.SkipWithError("there are vacant seats");
  }
}

}  // namespace

void add_draw(std::vector<Pair>& pairs) {
  pairs.push_back({.name = "draw 5% of 2,000,000",
                   .unit = "subjects/s",
                   .peer = "SHA-256 of 50 bytes each, and nth_element",
                   .required = 1 / 1.5,
                   .measured = select_five_percent,
                   .bound = bare_hashes});
  pairs.push_back({.name = "draw 5% of 20,000,000",
                   .unit = "subjects/s",
                   .peer = "the same of 2,000,000",
                   .required = 0.9,
                   .once = true,
                   .measured = select_of_many<kManySubjects>,
                   .bound = select_of_many<kSubjects>});
  pairs.push_back({.name = "draw 5% of 20,000,000, memory",
                   .unit = "MiB",
                   .peer = "256 bytes for each that is drawn",
                   .required = 1,
                   .less = true,
                   .once = true,
                   .measured = memory_of_selecting,
                   .fixed = kManySubjects / 20 * kBytesPerDrawn / (1 << 20)});
  pairs.push_back({.name = "pool root of 2,000,000 rows",
                   .unit = "s",
                   .peer = "as required",
                   .required = 1,
                   .less = true,
                   .once = true,
                   .measured = pool_root,
                   .fixed = 2});
  pairs.push_back({.name = "matching 50,000 visits with 2,000 inspectors",
                   .unit = "s",
                   .peer = "as required",
                   .required = 1,
                   .less = true,
                   .once = true,
                   .measured = match_without_slack,
                   .fixed = 10});
}

}  // namespace liuhen::tools::bench
