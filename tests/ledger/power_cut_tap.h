// The system calls of durable_file.cc, led over a PowerCutDisk where they are about its files. The
// linker puts these in the place of the C library's (--wrap, tests/CMakeLists.txt).
#pragma once

#include "tests/ledger/power_cut_disk.h"

namespace liuhen::tests {

// While it lives, what this program's own code does to files below the disk's root goes over the
// disk; at most one at a time.
class PowerCutTap {
 public:
  explicit PowerCutTap(PowerCutDisk& disk);
  ~PowerCutTap();
  PowerCutTap(const PowerCutTap&) = delete;
  PowerCutTap& operator=(const PowerCutTap&) = delete;
};

}  // namespace liuhen::tests
