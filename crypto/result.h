// Expected outcomes. A bug aborts (LIUHEN_CHECK); whatever input, disk or network can bring about
// is a Result, and ignoring one is a compile error.
#pragma once

#include <boost/system/result.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

namespace liuhen {

// Why something was refused: a stable code for programs (listed in docs/formats/errors.md), and a
// sentence for people in each language that says what is wrong, where, and what to do.
struct Error {
  // Not an aggregate: one that a single string could initialise would make Result<std::string>
  // ambiguous.
  Error() = default;
  Error(std::string code_, std::string zh_, std::string en_)
      : code(std::move(code_)), zh(std::move(zh_)), en(std::move(en_)) {}

  std::string code;
  std::string zh;
  std::string en;
};

[[noreturn]] inline void throw_exception_from_error(const Error& error,
                                                    const boost::source_location&) {
  std::fprintf(stderr, "value() of a failed Result: %s: %s\n", error.code.c_str(),
               error.en.c_str());
  std::abort();
}

template <class T>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
  using boost::system::result<T, Error>::result;
};

// The outcome of an operation that yields nothing: `return ok();`
using Outcome = Result<void>;
inline Outcome ok() { return {}; }

inline Error fail(std::string code, std::string zh, std::string en) {
  return {std::move(code), std::move(zh), std::move(en)};
}

}  // namespace liuhen

// Aborts when an invariant of the program itself is broken. Never for input.
#define LIUHEN_CHECK(condition)                                                              \
  do {                                                                                       \
    if (!(condition)) {                                                                      \
      std::fprintf(stderr, "%s:%d: broken invariant: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)
