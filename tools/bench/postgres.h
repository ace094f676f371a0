// The peer: an audit table in PostgreSQL 15, chained by a trigger with sha256() under an advisory
// lock, with the durability that it has by default. A cluster of its own in a temporary directory.
#pragma once

#include <string>
#include <vector>

#include "tools/bench/http_load.h"

namespace liuhen::tools::bench {

class PostgresAudit {
 public:
  PostgresAudit();
  ~PostgresAudit();
  PostgresAudit(const PostgresAudit&) = delete;
  PostgresAudit& operator=(const PostgresAudit&) = delete;

  // Inserts each body into an empty table, in a transaction of its own, over so many clients. A
  // latency is that of one transaction.
  Load insert_each(const std::vector<std::string>& bodies, unsigned clients);
  // The same in statements of `rows` rows, over one client.
  Load insert_batches(const std::vector<std::string>& bodies, std::size_t rows);

 private:
  Load insert(const std::vector<std::string>& bodies, std::size_t rows, unsigned clients);
  bool start();

  std::string directory_, connection_;
  bool started_ = false;
};

// Started when first asked for, stopped when the program ends.
PostgresAudit& postgres();

}  // namespace liuhen::tools::bench
