#include "api/server/process_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>

namespace liuhen::api::server {
namespace {

// proc(5): the fields of /proc/self/stat after the name in parentheses, the third being the first.
std::vector<std::string> stat_fields() {
  std::ifstream in("/proc/self/stat");
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(text.substr(name_end + 1));
  return {std::istream_iterator<std::string>(rest), {}};
}

constexpr std::size_t field(std::size_t number) { return number - 3; }
constexpr std::size_t kUserTicks = field(14), kSystemTicks = field(15), kThreads = field(20),
                      kStartTicks = field(22), kVirtualBytes = field(23),
                      kResidentPages = field(24);

std::optional<double> boot_time_s() {
  std::ifstream in("/proc/stat");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  }
  return std::nullopt;
}

std::optional<double> open_descriptors() {
  std::error_code problem;
  std::filesystem::directory_iterator at("/proc/self/fd", problem), end;
  double count = -1;  // the one by which they are listed
  for (; !problem && at != end; at.increment(problem)) ++count;
  return problem ? std::nullopt : std::optional(count);
}

}  // namespace

std::vector<Figure> process_figures() {
  std::vector<Figure> figures;
  const std::vector<std::string> fields = stat_fields();
  const double ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const double page = static_cast<double>(::sysconf(_SC_PAGESIZE));
  if (fields.size() > kResidentPages) {
    const auto number = [&](std::size_t at) { return std::stod(fields[at]); };
    figures.push_back({.name = "process_cpu_seconds_total",
                       .help = "Total user and system CPU time spent in seconds.",
                       .value = (number(kUserTicks) + number(kSystemTicks)) / ticks,
                       .counts_up = true});
    figures.push_back({.name = "process_threads",
                       .help = "Number of threads of the process.",
                       .value = number(kThreads)});
    figures.push_back({.name = "process_virtual_memory_bytes",
                       .help = "Virtual memory size in bytes.",
                       .value = number(kVirtualBytes)});
    figures.push_back({.name = "process_resident_memory_bytes",
                       .help = "Resident memory size in bytes.",
                       .value = number(kResidentPages) * page});
    if (const auto boot = boot_time_s()) {
      figures.push_back({.name = "process_start_time_seconds",
                         .help = "Start time of the process since unix epoch in seconds.",
                         .value = *boot + number(kStartTicks) / ticks});
    }
  }
  if (const auto open = open_descriptors()) {
    figures.push_back(
        {.name = "process_open_fds", .help = "Number of open file descriptors.", .value = *open});
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    figures.push_back({.name = "process_max_fds",
                       .help = "Maximum number of open file descriptors.",
                       .value = static_cast<double>(limit.rlim_cur)});
  }
  return figures;
}

}  // namespace liuhen::api::server
