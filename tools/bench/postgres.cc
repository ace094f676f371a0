#include "tools/bench/postgres.h"

#include <libpq-fe.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include "tools/bench/child_process.h"

namespace liuhen::tools::bench {
namespace {

constexpr const char* kUser = "postgres";
constexpr const char* kPrograms = "/usr/lib/postgresql/15/bin/";  // where Debian puts them

constexpr const char* kTable = R"sql(
SET client_min_messages = warning;
DROP TABLE IF EXISTS audit;
CREATE TABLE audit (
  seq bigint PRIMARY KEY, at timestamptz NOT NULL, body bytea NOT NULL, hash bytea NOT NULL);
CREATE OR REPLACE FUNCTION chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last record;
BEGIN
  PERFORM pg_advisory_xact_lock(370200);
  SELECT seq, hash INTO last FROM audit ORDER BY seq DESC LIMIT 1;
  NEW.seq := coalesce(last.seq, 0) + 1;
  NEW.at := clock_timestamp();
  NEW.hash := sha256(coalesce(last.hash, ''::bytea) || NEW.body);
  RETURN NEW;
END $$;
CREATE TRIGGER chain BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION chain();
)sql";

struct Close {
  void operator()(PGconn* connection) const { ::PQfinish(connection); }
  void operator()(PGresult* result) const { ::PQclear(result); }
};
using Client = std::unique_ptr<PGconn, Close>;
using Answer = std::unique_ptr<PGresult, Close>;
using Clock = std::chrono::steady_clock;

bool good(const Answer& answer) { return ::PQresultStatus(answer.get()) == PGRES_COMMAND_OK; }

// A failure of the peer's is one of the measurement.
void fail(Load& load, const std::string& why) {
  if (load.failed++ == 0) load.failure = why;
}

std::string insert_statement(std::size_t rows) {
  std::string statement = "INSERT INTO audit (body) VALUES ";
  for (std::size_t i = 1; i <= rows; ++i)
    statement += (i == 1 ? "($" : ",($") + std::to_string(i) + "::bytea)";
  return statement;
}

bool insert_rows(PGconn* client, const std::vector<std::string>& bodies, std::size_t from,
                 std::size_t count) {
  std::vector<const char*> values(count);
  std::vector<int> lengths(count), binary(count, 1);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = bodies[from + i].data();
    lengths[i] = static_cast<int>(bodies[from + i].size());
  }
  return good(Answer(::PQexecPrepared(client, "insert", static_cast<int>(count), values.data(),
                                      lengths.data(), binary.data(), 0)));
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The rows that the table holds, if its chain has no gap.
std::string chained_rows(PGconn* client) {
  const Answer answer(
      ::PQexec(client,
               "SELECT count(*) FROM (SELECT hash, sha256(coalesce(lag(hash) OVER (ORDER BY seq), "
               "''::bytea) || body) AS due FROM audit) AS row WHERE hash = due"));
  if (::PQresultStatus(answer.get()) != PGRES_TUPLES_OK)
    return ::PQresultErrorMessage(answer.get());
  return ::PQgetvalue(answer.get(), 0, 0);
}

}  // namespace

PostgresAudit::PostgresAudit() { started_ = start(); }

PostgresAudit::~PostgresAudit() {
  if (!started_) return;
  run_program(as_user(kUser, {std::string(kPrograms) + "pg_ctl", "-D", directory_ + "/data", "-m",
                              "immediate", "-w", "stop"}),
              directory_ + "/log");
  std::filesystem::remove_all(directory_);
}

bool PostgresAudit::start() {
  namespace fs = std::filesystem;
  directory_ =
      (fs::temp_directory_path() / ("liuhen-bench-pg-" + std::to_string(::getpid()))).string();
  fs::remove_all(directory_);
  fs::create_directories(directory_);
  const std::string log = directory_ + "/log";
  if (::geteuid() == 0 && !run_program({"chown", kUser, directory_}, log)) return false;
  const std::string data = directory_ + "/data";
  if (!run_program(as_user(kUser, {std::string(kPrograms) + "initdb", "-D", data, "-A", "trust",
                                   "-U", "bench", "-E", "UTF8", "--locale", "C"}),
                   log))
    return false;
  // A socket in its directory and no network; connections enough for the clients; else its
  // defaults.
  if (!run_program(
          as_user(
              kUser,
              {std::string(kPrograms) + "pg_ctl", "-D", data, "-l", directory_ + "/pg.log", "-o",
               "-k " + directory_ + " -c listen_addresses= -c max_connections=300", "-w", "start"}),
          log))
    return false;
  connection_ = "host=" + directory_ + " user=bench dbname=postgres";
  return true;
}

Load PostgresAudit::insert(const std::vector<std::string>& bodies, std::size_t rows,
                           unsigned clients) {
  Load load;
  if (!started_) {
    fail(load, "PostgreSQL 15 could not be started (tools/setup.sh bench installs it); see " +
                   directory_ + "/log");
    return load;
  }
  std::vector<Client> open;
  for (unsigned i = 0; i < clients; ++i) {
    open.emplace_back(::PQconnectdb(connection_.c_str()));
    if (i == 0) ::PQclear(::PQexec(open.back().get(), kTable));
    if (!good(Answer(::PQprepare(open.back().get(), "insert", insert_statement(rows).c_str(),
                                 static_cast<int>(rows), nullptr))))
      fail(load, ::PQerrorMessage(open.back().get()));
  }
  if (load.failed != 0) return load;
  std::atomic<std::size_t> next{0};
  std::mutex mutex;  // guards load
  const auto start = Clock::now();
  const auto work = [&](PGconn* client) {
    for (std::size_t i = next.fetch_add(rows); i + rows <= bodies.size();
         i = next.fetch_add(rows)) {
      const auto begun = Clock::now();
      const bool inserted = insert_rows(client, bodies, i, rows);
      const std::lock_guard lock(mutex);
      load.latencies_s.push_back(seconds_since(begun));
      if (!inserted) fail(load, ::PQerrorMessage(client));
    }
  };
  std::vector<std::thread> threads;
  for (const Client& one : open) threads.emplace_back(work, one.get());
  for (std::thread& thread : threads) thread.join();
  load.seconds = seconds_since(start);
  const std::string chained = chained_rows(open.front().get());
  if (chained != std::to_string(bodies.size() / rows * rows)) fail(load, "chained: " + chained);
  return load;
}

Load PostgresAudit::insert_each(const std::vector<std::string>& bodies, unsigned clients) {
  return insert(bodies, 1, clients);
}

Load PostgresAudit::insert_batches(const std::vector<std::string>& bodies, std::size_t rows) {
  return insert(bodies, rows, 1);
}

PostgresAudit& postgres() {
  static PostgresAudit audit;
  return audit;
}

}  // namespace liuhen::tools::bench
