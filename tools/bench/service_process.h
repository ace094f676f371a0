// A service in a process of its own: this program once more, serving a directory.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace liuhen::tools::bench {

class ServiceProcess {
 public:
  // Returns once it says where it listens, or has ended, or has taken longer than two minutes.
  explicit ServiceProcess(const std::string& directory);
  ~ServiceProcess();  // stops it, and waits for that
  ServiceProcess(const ServiceProcess&) = delete;
  ServiceProcess& operator=(const ServiceProcess&) = delete;

  bool listens() const { return listens_; }
  std::uint64_t peak_bytes() const;  // the most that was ever resident

 private:
  bool wait_for_address() const;

  pid_t child_ = -1;
  int output_ = -1;  // of the child
  bool listens_ = false;
};

// What that process does until SIGTERM: opens and serves as `liuhen serve` does, and prints where.
int serve_directory(const std::string& directory);
inline constexpr const char* kServe = "serve";  // the word that asks for it, before the directory

}  // namespace liuhen::tools::bench
