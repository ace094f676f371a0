// liuhen: the program that clerks, approvers, inspectors, observers and operators run.
#include <sys/resource.h>

#include "crypto/random.h"
#include "ledger/clock.h"
#include "tools/environment.h"

int main(int argc, char** argv) {
  liuhen::crypto::initialise();
  const rlimit no_dump{0, 0};  // the memory may hold keys
  (void)::setrlimit(RLIMIT_CORE, &no_dump);
  liuhen::ledger::SystemClock clock;
  liuhen::crypto::SystemEntropy entropy;
  liuhen::tools::Environment environment{.clock = clock, .entropy = entropy};
  return liuhen::tools::run(std::vector<std::string>(argv + 1, argv + argc), environment);
}
