// The service over HTTP on the loopback interface, the load generator on the same machine.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <thread>

#include "ledger/intent.h"
#include "tools/bench/http_load.h"
#include "tools/bench/nginx.h"
#include "tools/bench/pairs.h"
#include "tools/bench/postgres.h"
#include "tools/bench/sample_log.h"

namespace liuhen::tools::bench {
namespace {

namespace json = boost::json;

inline constexpr std::size_t kIntents = 20'000;
inline constexpr std::size_t kBatch = 100;
inline constexpr unsigned kBatchConnections = 16;
inline constexpr std::size_t kLoneIntents = 1'000;
inline constexpr std::size_t kImportParts = 10'000;  // 2,000,000 rows
inline constexpr std::size_t kPacedPerS = 1'000;
inline constexpr std::size_t kIdleIntents = 10'000;
inline constexpr std::size_t kPacedIntentsMax = 120'000;  // the import ends before
inline constexpr unsigned kPacedConnections = 64;
inline constexpr unsigned kTileConnections = 64;
inline constexpr std::size_t kTileRequests = 100'000;
inline constexpr std::size_t kPeerIntents = 8'000;

json::object submission_json(const ledger::Submission& submission) {
  json::array signatures, openings;
  for (const auto& [key, signature] : submission.signatures)
    signatures.push_back({{"key", to_hex(key)}, {"signature", to_hex(signature)}});
  for (const ledger::Opening& opening : submission.openings) {
    openings.push_back({{"commitment", to_hex(opening.commitment)},
                        {"salt", to_hex(opening.salt)},
                        {"bytes", to_base64(opening.bytes)}});
  }
  return {{"intent", to_base64(submission.intent)},
          {"signatures", std::move(signatures)},
          {"openings", std::move(openings)}};
}

std::vector<std::string> single_posts(const std::vector<ledger::Submission>& submissions) {
  std::vector<std::string> out;
  for (const ledger::Submission& one : submissions)
    out.push_back(post("/api/v1/intents", json::serialize(submission_json(one))));
  return out;
}

std::vector<std::string> batch_posts(const std::vector<ledger::Submission>& submissions) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < submissions.size(); i += kBatch) {
    json::array list;
    for (std::size_t k = i; k < std::min(i + kBatch, submissions.size()); ++k)
      list.push_back(submission_json(submissions[k]));
    out.push_back(
        post("/api/v1/intents/batch", json::serialize(json::object{{"intents", std::move(list)}})));
  }
  return out;
}

// What the peer is given to keep: the same bytes.
std::vector<std::string> bodies(const std::vector<ledger::Submission>& submissions) {
  std::vector<std::string> out;
  for (const ledger::Submission& one : submissions) {
    std::string body(one.intent.begin(), one.intent.end());
    for (const auto& [key, signature] : one.signatures)
      body.append(signature.begin(), signature.end());
    out.push_back(std::move(body));
  }
  return out;
}

// False, and says so, if anything was refused.
bool all_answered(benchmark::State& state, const Load& load) {
  if (load.failed == 0) return true;
  state.SkipWithError((std::to_string(load.failed) + " failed: " + load.failure).c_str());
  return false;
}

void tell(benchmark::State& state, const Load& load, std::size_t items) {
  if (!all_answered(state, load)) return;
  state.counters[kFigure] = static_cast<double>(items) / load.seconds;
  state.counters["p50 ms"] = 1e3 * percentile(load.latencies_s, 50);
  state.counters["p99 ms"] = 1e3 * percentile(load.latencies_s, 99);
}

Measure intents_over(unsigned connections) {
  return [connections](benchmark::State& state) {
    for ([[maybe_unused]] const auto& round : state) {
      SampleLog log;
      const auto requests = single_posts(log.departments(kIntents));
      log.serve();
      tell(state, send_all(log.port(), connections, requests), kIntents);
    }
  };
}

Measure postgres_over(unsigned clients) {
  return [clients](benchmark::State& state) {
    SampleLog log;
    const auto rows = bodies(log.departments(kPeerIntents));
    for ([[maybe_unused]] const auto& round : state)
      tell(state, postgres().insert_each(rows, clients), rows.size());
  };
}

void batches(benchmark::State& state) {
  for ([[maybe_unused]] const auto& round : state) {
    SampleLog log;
    const auto requests = batch_posts(log.departments(kIntents));
    log.serve();
    tell(state, send_all(log.port(), kBatchConnections, requests), kIntents);
  }
}

void lone_client(benchmark::State& state) {
  for ([[maybe_unused]] const auto& round : state) {
    SampleLog log;
    const auto requests = single_posts(log.departments(kLoneIntents));
    log.serve();
    const Load load = send_all(log.port(), 1, requests);
    if (all_answered(state, load)) state.counters[kFigure] = 1e3 * percentile(load.latencies_s, 50);
  }
}

// The least that a durable answer takes: a signature checked, and 4 KiB at the end of a growing
// file on the disk.
void check_and_sync(benchmark::State& state) {
  SampleLog log;
  const auto intents = log.departments(kLoneIntents);
  const std::string path =
      (std::filesystem::temp_directory_path() / ("liuhen-bench-sync-" + std::to_string(::getpid())))
          .string();
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  const std::string block(4'096, 'x');
  std::vector<double> seconds;
  for ([[maybe_unused]] const auto& round : state) {
    for (const ledger::Submission& one : intents) {
      const auto start = std::chrono::steady_clock::now();
      const auto& [key, signature] = one.signatures.front();
      if (!crypto::verify(key, ledger::signed_bytes(one.intent), signature) ||
          ::write(file, block.data(), block.size()) != static_cast<ssize_t>(block.size()) ||
          ::fdatasync(file) != 0)
        state.SkipWithError("could not check, write or sync");
      seconds.push_back(
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
  }
  ::close(file);
  std::filesystem::remove(path);
  state.counters[kFigure] = 1e3 * percentile(seconds, 50);
}

// A row as an audit table would have it: its fields and what is not public, as JSON.
void postgres_batches(benchmark::State& state) {
  constexpr std::size_t kRows = 100'000;
  std::vector<std::string> rows;
  for (std::size_t i = 0; i < kRows; ++i) {
    const std::string digits = std::to_string(i);
    rows.push_back(json::serialize(json::object{{"id", "37020" + digits},
                                                {"name", "青岛市某某路第" + digits + "号经营部"},
                                                {"division", "370202"},
                                                {"industry", "F52"},
                                                {"address", "青岛市市南区香港中路" + digits + "号"},
                                                {"status", "active"},
                                                {"legal_person", "法定代表人" + digits},
                                                {"phone", "1380000" + digits},
                                                {"risk", "B"}}));
  }
  for ([[maybe_unused]] const auto& round : state)
    tell(state, postgres().insert_batches(rows, 1'000), kRows);
}

void paced(benchmark::State& state, bool importing) {
  for ([[maybe_unused]] const auto& round : state) {
    SampleLog log;
    std::vector<std::string> imports;
    if (importing) imports = single_posts(log.imports(kImportParts, true));
    auto requests = single_posts(log.departments(importing ? kPacedIntentsMax : kIdleIntents));
    log.serve();
    Load import_load;
    std::atomic<bool> imported = false;
    std::thread importer([&] {
      if (!importing) return;
      import_load = send_all(log.port(), 1, imports);
      imported = true;
    });
    const Load load = send_paced(log.port(), kPacedConnections, requests,
                                 static_cast<double>(kPacedPerS), imported);
    importer.join();
    if (load.failed + import_load.failed != 0)
      return state.SkipWithError((load.failure + " " + import_load.failure).c_str());
    if (importing) state.counters["import s"] = import_load.seconds;
    state.counters["p50 ms"] = 1e3 * percentile(load.latencies_s, 50);
    state.counters[kFigure] = 1e3 * percentile(load.latencies_s, 99);
  }
}

// A full tile of hashes, as the service gives it and as a file.
void tiles(benchmark::State& state) {
  SampleLog log;
  log.append(log.departments(1'000), 256);
  log.serve();
  const std::vector<std::string> requests(kTileRequests, get("/tile/0/000"));
  for ([[maybe_unused]] const auto& round : state)
    tell(state, send_all(log.port(), kTileConnections, requests), kTileRequests);
}

void nginx_tiles(benchmark::State& state) {
  const Nginx nginx(std::string(256 * 32, '\7'));
  if (!nginx.problem().empty()) return state.SkipWithError(nginx.problem().c_str());
  const std::vector<std::string> requests(kTileRequests, get("/tile"));
  for ([[maybe_unused]] const auto& round : state)
    tell(state, send_all(nginx.port(), kTileConnections, requests), kTileRequests);
}

}  // namespace

void add_service(std::vector<Pair>& pairs) {
  const std::string chained = "inserts into a hash-chained table of PostgreSQL 15, ";
  pairs.push_back({.name = "intents over HTTP, 32 connections",
                   .unit = "intents/s",
                   .peer = chained + "32 clients",
                   .required = 2.5,
                   .once = true,
                   .measured = intents_over(32),
                   .bound = postgres_over(32)});
  pairs.push_back({.name = "intents over HTTP, 256 connections",
                   .unit = "intents/s",
                   .peer = chained + "256 clients",
                   .required = 4,
                   .once = true,
                   .measured = intents_over(256),
                   .bound = postgres_over(256)});
  pairs.push_back({.name = "batches of 100 intents over HTTP",
                   .unit = "intents/s",
                   .peer = "libsodium checking the same signatures, all cores",
                   .required = 0.6,
                   .once = true,
                   .measured = batches,
                   .bound = signature_checks});
  pairs.push_back({.name = "one client, one intent at a time",
                   .unit = "ms (median)",
                   .peer = "one check, and 4 KiB appended with fdatasync",
                   .required = 2,
                   .less = true,
                   .once = true,
                   .measured = lone_client,
                   .bound = check_and_sync});
  pairs.push_back({.name = "bulk import with restricted fields, beside PostgreSQL",
                   .unit = "rows/s",
                   .peer = "1,000 rows an INSERT into the chained table of PostgreSQL 15",
                   .required = 3,
                   .once = true,
                   .measured = bulk_import,
                   .bound = postgres_batches});
  pairs.push_back({.name = "1,000 writes a second while 2,000,000 rows are imported",
                   .unit = "ms (p99)",
                   .peer = "the same without the import",
                   .required = 10,
                   .less = true,
                   .once = true,
                   .measured = [](benchmark::State& state) { paced(state, true); },
                   .bound = [](benchmark::State& state) { paced(state, false); },
                   .times = 1});
  pairs.push_back({.name = "full tiles over HTTP, 64 connections",
                   .unit = "tiles/s",
                   .peer = "nginx serving the same file, Debian's settings",
                   .required = 0.9,
                   .once = true,
                   .measured = tiles,
                   .bound = nginx_tiles});
}

}  // namespace liuhen::tools::bench
