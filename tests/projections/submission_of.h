// What the authors of a recorded event once sent, to send it again.
#pragma once

#include "ledger/sequencer.h"
#include "tests/projections/city.h"

namespace liuhen::tests {

// But for openings.
inline ledger::Submission submission_of(const ledger::Event& event) {
  ledger::Submission submission{
      .intent = City::bytes(event.intent().bytes()), .signatures = {}, .openings = {}};
  const auto signatures = event.signatures();
  for (std::size_t i = 0; i < signatures.size(); ++i)
    submission.signatures.emplace_back(event.intent().author(i), signatures[i]);
  return submission;
}

}  // namespace liuhen::tests
