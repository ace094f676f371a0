// The peer: an audit table in PostgreSQL 15, chained by a trigger with sha256() under an advisory
// lock, with the durability that it has by default. A cluster of its own in a temporary directory.
#pragma once

#include <string>
#include <vector>

namespace liuhen::tools::bench {

class PostgresAudit {
 public:
  // Nothing is measured without it: `problem` says why it could not be started.
  PostgresAudit();
  ~PostgresAudit();
  PostgresAudit(const PostgresAudit&) = delete;
  PostgresAudit& operator=(const PostgresAudit&) = delete;

  const std::string& problem() const { return problem_; }

  // Seconds to insert each body in a transaction of its own, over so many clients; 0 if it failed.
  double insert_each(const std::vector<std::string>& bodies, unsigned clients);
  // Seconds to insert them in statements of `rows` rows, over one client; 0 if it failed.
  double insert_batches(const std::vector<std::string>& bodies, std::size_t rows);

 private:
  bool start();
  void refresh();  // an empty table

  std::string directory_, connection_, problem_;
  bool started_ = false;
};

// Started when first asked for, stopped when the program ends.
PostgresAudit& postgres();

}  // namespace liuhen::tools::bench
