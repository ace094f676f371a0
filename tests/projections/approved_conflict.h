// A conflict of interest as the log has it: declared by the registrar, approved by the head, ended.
#pragma once

#include "tests/projections/city.h"

namespace liuhen::tests {

inline ledger::schema::ConflictDeclaredT declared_conflict(const Hash& commitment) {
  ledger::schema::ConflictDeclaredT declared;
  declared.commitment = City::bytes(commitment);
  declared.unit = "MSA-1";
  return declared;
}

inline ledger::schema::ConflictEndedT ended_conflict(const Hash& commitment) {
  ledger::schema::ConflictEndedT ended;
  ended.commitment = City::bytes(commitment);
  ended.reason = "离职已满三年";
  return ended;
}

inline void approve_conflict(City& city, const Hash& commitment) {
  ledger::schema::ConflictDecidedT decided;
  decided.commitment = City::bytes(commitment);
  decided.approved = true;
  city.must(std::move(decided), {"head"});
}

}  // namespace liuhen::tests
