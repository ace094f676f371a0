// A load generator for HTTP/1.1 over the loopback interface: connections that are kept, driven by
// one thread, each asking again as soon as it has been answered.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace liuhen::tools::bench {

struct Load {
  double seconds = 0;               // from the first request to the last answer
  std::vector<double> latencies_s;  // of each request, in no order
  std::size_t failed = 0;           // answered by another status than 200, or not at all
  std::string failure;              // the first of those
};

// The bytes of a request to 127.0.0.1.
std::string post(const std::string& target, const std::string& body);
std::string get(const std::string& target);

// Sends each request once, over so many connections.
Load send_all(std::uint16_t port, unsigned connections, const std::vector<std::string>& requests);

// The same at a steady rate. A latency counts from when the request was due, so that a stall is
// felt by all that should have been sent meanwhile. Ends early once `enough` is set.
Load send_paced(std::uint16_t port, unsigned connections, const std::vector<std::string>& requests,
                double per_s, const std::atomic<bool>& enough);

// The value below which so many in a hundred lie; 0 of none.
double percentile(std::vector<double> values, double in_a_hundred);

}  // namespace liuhen::tools::bench
