// The peer: nginx with the settings of Debian's nginx.conf, serving one file.
#pragma once

#include <cstdint>
#include <string>

namespace liuhen::tools::bench {

class Nginx {
 public:
  // Serves `content` as /tile until it is destroyed.
  explicit Nginx(const std::string& content);
  ~Nginx();
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  std::uint16_t port() const { return port_; }
  const std::string& problem() const { return problem_; }

 private:
  bool start(const std::string& content);

  std::string directory_, problem_;
  std::uint16_t port_ = 0;
  bool started_ = false;
};

}  // namespace liuhen::tools::bench
