// A log of a city that draws all year round: a large registry that changes between draws, and draws
// over the whole of it.
#pragma once

#include <string>

#include "tools/bench/sample_log.h"

namespace liuhen::tools::bench {

class DrawnLog {
 public:
  static constexpr std::size_t kSubjects = 2'000'000;
  static constexpr std::size_t kChangesPerDraw = 400;  // rows that are imported anew before each
  static constexpr std::size_t kVisitsPerDraw = 100;

  // The registry, and what a draw needs besides.
  DrawnLog();

  // Changes, a plan, and a draw from its announcement to its disclosure, with two contributors.
  void draw();
  std::size_t draws() const { return draws_; }

  SampleLog& log() { return log_; }

 private:
  void set_departments();
  void import_inspectors();
  void publish_item();
  void set_rule();
  void register_vrf();
  std::string publish_plan();
  std::string announce(const std::string& plan);
  void contribute(const std::string& stream);
  void execute(const std::string& stream);

  SampleLog log_;
  std::size_t draws_ = 0;
};

}  // namespace liuhen::tools::bench
