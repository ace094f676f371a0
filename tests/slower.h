// For limits of time that only tell whether something hangs, and of memory.
#pragma once

namespace liuhen::tests {

// How many times longer than usual it may all take; a sanitizer's build says so
// (tests/CMakeLists.txt).
#ifdef LIUHEN_SLOWER
inline constexpr int kSlower = LIUHEN_SLOWER;
inline constexpr bool kSanitized = true;
#else
inline constexpr int kSlower = 1;
inline constexpr bool kSanitized = false;
#endif

}  // namespace liuhen::tests
