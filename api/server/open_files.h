// How many connections a process may have beside the files that it opens.
#pragma once

namespace liuhen::api::server {

// Kept for what is no connection from outside: RocksDB's files (512 at most), the head file, the
// connections to witnesses and beacons, threads' own.
inline constexpr unsigned kOpenFilesReserved = 640;

// Raises the process's soft limit of open files (RLIMIT_NOFILE) as far as is needed and allowed,
// and returns how many of `wanted` connections it leaves room for; one at least. Any thread.
unsigned connections_that_fit(unsigned wanted);

}  // namespace liuhen::api::server
