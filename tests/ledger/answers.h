// What a sequencer answers, taken apart.
#pragma once

#include "ledger/sequencer.h"

namespace liuhen::tests {

inline std::string code_of(const Result<ledger::Answer>& answer) {
  return answer ? "" : answer.error().code;
}
inline const ledger::Receipt& receipt_of(const Result<ledger::Answer>& answer) {
  return std::get<ledger::Receipt>(answer.value());
}

}  // namespace liuhen::tests
