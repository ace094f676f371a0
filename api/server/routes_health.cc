// How the service is, for those who run it (docs/formats/api.md, "Operation").
#include <chrono>
#include <filesystem>

#include "api/server/backend.h"
#include "api/server/metrics.h"
#include "api/server/process_figures.h"
#include "api/server/publisher.h"

namespace liuhen::api::server {
namespace {

// A recorded time cannot be taken back: until the clock has come there, everything is recorded at
// that time, and intents that expire before it are refused.
Outcome clock_of(const Backend& backend) {
  const Result<ReadModel::Reading> reading = backend.model.read(0);
  if (!reading || reading->size() == 0) return ok();
  const std::uint64_t recorded = reading->state().times.back(), now = backend.clock.now_s();
  if (recorded <= now + kClockAheadMaxS) return ok();
  const std::string ahead = std::to_string(recorded - now);
  return fail("clock.behind",
              "账本最后的记录时间比本机时钟快 " + ahead +
                  " 秒：时钟走到那时之前，到期早于它的意图都会被拒绝；请核对时钟",
              "the last recorded time is " + ahead +
                  " s ahead of this machine's clock: intents that expire before it are refused "
                  "until then; look after the clock");
}

// Everything that somebody has to see to.
Outcome health_of(const Backend& backend) {
  if (Outcome model = backend.model.health(); !model) return model;
  if (backend.publisher != nullptr) {
    if (Outcome undisputed = backend.publisher->undisputed(); !undisputed) return undisputed;
  }
  // Witnesses that a start still asks are nobody's to see to.
  const auto is_asking = [](const Error& why) { return why.code == "ledger.asking"; };
  if (const auto why = backend.sequencer.stopped(); why && !is_asking(*why)) return *why;
  if (const auto stuck = backend.platform.stuck(); stuck && !is_asking(*stuck)) return *stuck;
  if (const auto trouble = backend.clock.trouble()) return *trouble;
  return clock_of(backend);
}

Outcome disk_of(const Backend& backend) {
  std::error_code problem;
  const auto space = std::filesystem::space(backend.dir, problem);
  if (problem) {
    return fail("storage.io", "无法查看账本所在的磁盘：" + problem.message(),
                "the ledger's disk cannot be looked at: " + problem.message());
  }
  if (space.available >= kDiskAvailableBytesMin) return ok();
  return fail(
      "storage.full", "账本所在的磁盘只剩 " + std::to_string(space.available) + " 字节，请腾出空间",
      "the ledger's disk has only " + std::to_string(space.available) + " bytes left; make room");
}

// Whether reads are of the head and writes can be taken. A platform that cannot record what is due
// keeps nobody else from either.
Outcome readiness_of(const Backend& backend) {
  if (Outcome model = backend.model.health(); !model) return model;
  if (const auto why = backend.sequencer.stopped()) return *why;
  const auto stuck = backend.platform.stuck();
  if (stuck && stuck->code == "ledger.stopped") return *stuck;
  if (backend.model.folded() + kReadyLagEntriesMax < backend.sequencer.size()) {
    return fail("read.behind", "读取的状态尚未跟上日志，请稍后再试",
                "what is read has not caught up with the log; try again shortly");
  }
  const std::chrono::milliseconds slow_write(backend.slow_write_ms);
  const Outcome in_time =
      backend.observer.writes_in_time(std::chrono::steady_clock::now(), slow_write);
  if (!in_time) return in_time;
  return disk_of(backend);
}

Response healthz(const Backend& backend, const Call&) {
  if (Outcome healthy = health_of(backend); !healthy) return problem(healthy.error(), 503);
  return json_response({{"status", "ok"}, {"size", backend.sequencer.size()}});
}

Response readyz(const Backend& backend, const Call&) {
  if (Outcome ready = readiness_of(backend); !ready) return problem(ready.error(), 503);
  return json_response({{"status", "ready"},
                        {"size", backend.sequencer.size()},
                        {"folded", backend.model.folded()}});
}

void add_log_figures(const Backend& backend, std::vector<Figure>& figures) {
  figures.push_back({.name = "liuhen_log_entries",
                     .help = "Entries that are recorded and durable.",
                     .value = static_cast<double>(backend.sequencer.size())});
  figures.push_back({.name = "liuhen_projection_entries",
                     .help = "Entries that the state which readers see has taken in.",
                     .value = static_cast<double>(backend.model.folded())});
  figures.push_back({.name = "liuhen_intents_pending",
                     .help = "Intents that wait for a second signature.",
                     .value = static_cast<double>(backend.sequencer.pending_count())});
  const Result<ReadModel::Reading> reading = backend.model.read(0);
  if (reading && reading->size() > 0) {
    figures.push_back({.name = "liuhen_checkpoint_timestamp_seconds",
                       .help = "Recorded time of the last entry, with which the last checkpoint "
                               "was signed.",
                       .value = static_cast<double>(reading->state().times.back())});
  }
}

void add_state_figures(const Backend& backend, std::vector<Figure>& figures) {
  figures.push_back({.name = "liuhen_healthy",
                     .help = "1 if /healthz answers 200, 0 otherwise.",
                     .value = health_of(backend) ? 1.0 : 0.0});
  figures.push_back({.name = "liuhen_ready",
                     .help = "1 if /readyz answers 200, 0 otherwise.",
                     .value = readiness_of(backend) ? 1.0 : 0.0});
  std::error_code problem;
  const auto space = std::filesystem::space(backend.dir, problem);
  if (!problem) {
    figures.push_back({.name = "liuhen_disk_available_bytes",
                       .help = "Room left where the ledger is.",
                       .value = static_cast<double>(space.available)});
  }
}

void add_witness_figures(const Backend& backend, std::vector<Figure>& figures) {
  if (backend.publisher == nullptr) return;
  for (const WitnessStatus& witness : backend.publisher->statuses()) {
    const auto add = [&](const char* name, const char* help, std::uint64_t value) {
      figures.push_back({.name = name,
                         .help = help,
                         .value = static_cast<double>(value),
                         .labels = {{"witness", witness.name}}});
    };
    add("liuhen_witness_size", "Entries that the witness cosigned last; 0 before the first.",
        witness.size.value_or(0));
    add("liuhen_witness_timestamp_seconds",
        "Time of its last cosignature, by its own clock; 0 before the first.",
        witness.time.value_or(0));
    add("liuhen_witness_failures", "Attempts in a row in which it did not cosign.",
        witness.failures);
    add("liuhen_witness_ahead",
        "1 while it says that it cosigned more than this log, or another history; 0 otherwise.",
        witness.ahead || witness.fork ? 1 : 0);
  }
}

void add_storage_figures(const Backend& backend, std::vector<Figure>& figures) {
  for (const ledger::StorageFigure& told : backend.storage.figures()) {
    Figure figure{.name = told.name, .help = told.help, .value = static_cast<double>(told.value)};
    if (told.family != nullptr) figure.labels.emplace_back("family", told.family);
    figures.push_back(std::move(figure));
  }
}

Response metrics(const Backend& backend, const Call&) {
  std::vector<Figure> figures;
  add_log_figures(backend, figures);
  add_state_figures(backend, figures);
  add_witness_figures(backend, figures);
  add_storage_figures(backend, figures);
  backend.feeds.add_figures(figures);
  backend.observer.add_figures(figures);
  for (Figure& figure : process_figures()) figures.push_back(std::move(figure));
  Response response;
  response.content_type = Metrics::kContentType;
  response.body = backend.observer.metrics().text(figures);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

constexpr Route kRoutes[] = {
    {"GET", "/healthz", healthz},
    {"GET", "/readyz", readyz},
    {"GET", "/metrics", metrics},
};

}  // namespace

std::span<const Route> health_routes() { return kRoutes; }

}  // namespace liuhen::api::server
