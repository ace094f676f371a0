// Rules that admit everything, for tests of what is below the rules.
#pragma once

#include "ledger/admission.h"

namespace liuhen::tests {

class EmptyAdmission final : public ledger::Admission {
 public:
  Outcome admit(const ledger::Event& event, const crypto::TreeHistory& tree) const override {
    if (refused && refused(event)) return fail("test.refused", "测试拒绝", "the test refuses it");
    LIUHEN_CHECK(tree.size() == event.position());
    return ok();
  }
  void apply(const ledger::Event& event) override {
    LIUHEN_CHECK(event.position() == applied);
    ++applied;
  }

  std::function<bool(const ledger::Event&)> refused;
  std::uint64_t applied = 0;
};

}  // namespace liuhen::tests
