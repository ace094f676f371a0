#include <atomic>
#include <memory>
#include <thread>

#include "crypto/merkle.h"
#include "ledger/log_reader.h"
#include "ledger/replay.h"
#include "tools/bench/pairs.h"
#include "tools/bench/sample_log.h"

namespace liuhen::tools::bench {
namespace {

inline constexpr std::size_t kIntents = 20'000;
inline constexpr std::size_t kInFlight = 1'024;
inline constexpr std::size_t kParts = 500;
inline constexpr std::int64_t kRows = static_cast<std::int64_t>(kParts) * 200;

void durable_appends(benchmark::State& state) {
  for ([[maybe_unused]] const auto& round : state) {
    state.PauseTiming();
    auto log = std::make_unique<SampleLog>();
    auto intents = log->departments(kIntents);
    state.ResumeTiming();
    log->append(std::move(intents), kInFlight);
    state.PauseTiming();
    log.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kIntents));
}

// Every signature, rule, hash and tile of the log, from its storage.
void replay_verification(benchmark::State& state) {
  SampleLog log;
  log.append(log.departments(kIntents), kInFlight);
  for ([[maybe_unused]] const auto& round : state) verify_all(state, log.storage(), kSampleOrigin);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kIntents));
}

}  // namespace

void verify_all(benchmark::State& state, ledger::Storage& storage, const std::string& origin) {
  ledger::StorageFetcher fetcher(storage);
  projections::StateAdmission admission(origin);
  const auto report = ledger::replay(
      fetcher, {}, [&](const ledger::Event& event, const crypto::TreeHistory& tree) -> Outcome {
        if (auto admitted = admission.admit(event, tree); !admitted) return admitted;
        admission.apply(event);
        return ok();
      });
  if (report.verdict != ledger::Verdict::verified) state.SkipWithError(report.finding.en.c_str());
}

void bulk_import(benchmark::State& state) {
  for ([[maybe_unused]] const auto& round : state) {
    state.PauseTiming();
    auto log = std::make_unique<SampleLog>();
    auto parts = log->imports(kParts, true);
    state.ResumeTiming();
    log->append(std::move(parts), 64);
    state.PauseTiming();
    log.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}

// What libsodium alone makes of the same signatures on the same cores.
void signature_checks(benchmark::State& state) {
  SampleLog log;
  const auto intents = log.departments(kIntents);
  for ([[maybe_unused]] const auto& round : state) {
    std::atomic<std::size_t> next{0}, bad{0};
    const auto check = [&] {
      for (std::size_t i = next++; i < intents.size(); i = next++) {
        const auto& [key, signature] = intents[i].signatures.front();
        if (!crypto::verify(key, ledger::signed_bytes(intents[i].intent), signature)) ++bad;
      }
    };
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < std::max(1u, std::thread::hardware_concurrency()); ++t)
      threads.emplace_back(check);
    for (std::thread& thread : threads) thread.join();
    if (bad != 0) state.SkipWithError("a good signature was refused");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kIntents));
}

void add_ledger(std::vector<Pair>& pairs) {
  const std::string checks = "libsodium checking the same signatures, all cores";
  pairs.push_back({.name = "durable appends, 1,024 in flight",
                   .unit = "intents/s",
                   .peer = checks,
                   .required = 0.8,
                   .measured = durable_appends,
                   .bound = signature_checks});
  pairs.push_back({.name = "replay verification",
                   .unit = "entries/s",
                   .peer = checks,
                   .required = 0.9,
                   .measured = replay_verification,
                   .bound = signature_checks});
  pairs.push_back({.name = "bulk import with restricted fields",
                   .unit = "rows/s",
                   .peer = "as required",
                   .required = 1,
                   .measured = bulk_import,
                   .fixed = 150'000});
}

}  // namespace liuhen::tools::bench
