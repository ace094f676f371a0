#include "tools/bench/postgres.h"

#include <libpq-fe.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

#include "tools/bench/child_process.h"

namespace liuhen::tools::bench {
namespace {

constexpr const char* kUser = "postgres";
constexpr const char* kPrograms = "/usr/lib/postgresql/15/bin/";  // where Debian puts them

constexpr const char* kTable = R"sql(
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

bool good(const Answer& answer) { return ::PQresultStatus(answer.get()) == PGRES_COMMAND_OK; }

Client client(const std::string& connection) { return Client(::PQconnectdb(connection.c_str())); }

bool prepare(const Client& client, const std::string& statement, int parameters) {
  return good(Answer(::PQprepare(client.get(), "insert", statement.c_str(), parameters, nullptr)));
}

bool insert(const Client& client, const std::vector<std::string>& bodies, std::size_t from,
            std::size_t count) {
  std::vector<const char*> values(count);
  std::vector<int> lengths(count), binary(count, 1);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = bodies[from + i].data();
    lengths[i] = static_cast<int>(bodies[from + i].size());
  }
  return good(Answer(::PQexecPrepared(client.get(), "insert", static_cast<int>(count),
                                      values.data(), lengths.data(), binary.data(), 0)));
}

std::string insert_statement(std::size_t rows) {
  std::string statement = "INSERT INTO audit (body) VALUES ";
  for (std::size_t i = 1; i <= rows; ++i)
    statement += (i == 1 ? "($" : ",($") + std::to_string(i) + "::bytea)";
  return statement;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

PostgresAudit::PostgresAudit() {
  started_ = start();
  if (!started_) {
    problem_ = "PostgreSQL 15 could not be started (tools/setup.sh bench installs it); see " +
               directory_ + "/log";
  }
}

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
  // A socket in its directory and no network; connections enough for the clients, else its
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

void PostgresAudit::refresh() {
  const Answer made(::PQexec(client(connection_).get(), kTable));
  if (!good(made)) problem_ = ::PQresultErrorMessage(made.get());
}

double PostgresAudit::insert_each(const std::vector<std::string>& bodies, unsigned clients) {
  refresh();
  std::vector<Client> open;
  for (unsigned i = 0; i < clients; ++i) {
    open.push_back(client(connection_));
    if (!prepare(open.back(), insert_statement(1), 1)) return 0;
  }
  std::atomic<std::size_t> next{0}, failed{0};
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (const Client& one : open) {
    threads.emplace_back([&] {
      for (std::size_t i = next++; i < bodies.size(); i = next++) {
        if (!insert(one, bodies, i, 1)) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return failed == 0 ? seconds_since(start) : 0;
}

double PostgresAudit::insert_batches(const std::vector<std::string>& bodies, std::size_t rows) {
  refresh();
  const Client one = client(connection_);
  if (!prepare(one, insert_statement(rows), static_cast<int>(rows))) return 0;
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i + rows <= bodies.size(); i += rows) {
    if (!insert(one, bodies, i, rows)) return 0;
  }
  return seconds_since(start);
}

PostgresAudit& postgres() {
  static PostgresAudit audit;
  return audit;
}

}  // namespace liuhen::tools::bench
