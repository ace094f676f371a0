// How every command says what went wrong.
#pragma once

#include "crypto/result.h"
#include "tools/environment.h"

namespace liuhen::tools {

// "error [code] sentence", in the reader's language.
inline void print_error(const Environment& environment, const Error& error) {
  environment.err << environment.pick("出错", "error") << " [" << error.code << "] "
                  << environment.pick(error.zh, error.en) << '\n';
}

}  // namespace liuhen::tools
