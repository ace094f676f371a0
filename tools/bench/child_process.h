// A program that runs beside the benchmarks, such as a peer to be compared with.
#pragma once

#include <string>
#include <vector>

namespace liuhen::tools::bench {

// Runs a program to its end, its output into `log`. True if it ended well.
bool run_program(const std::vector<std::string>& command, const std::string& log);

// The same as the user named, where this process is root; as this user otherwise.
std::vector<std::string> as_user(const std::string& user, std::vector<std::string> command);

}  // namespace liuhen::tools::bench
