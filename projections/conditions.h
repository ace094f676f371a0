// Scopes and strata: conjunctions of "field is one of these values".
#pragma once

#include <memory>
#include <vector>

#include "ledger/event.h"

namespace liuhen::projections {

class Subjects;
struct SubjectVersion;

using ConditionTables = flatbuffers::Vector<flatbuffers::Offset<ledger::schema::Condition>>;
using Conditions = std::vector<std::unique_ptr<ledger::schema::ConditionT>>;

// Values: `kind` the kind's name in the schema ("firm"); `division` 2, 4 or 6 digits, of which 2
// and 4 stand for all divisions that begin with them; `section` a letter A–T; `industry` a letter
// and two digits ("F52"). Fails with `scope.condition`: no or an unknown field, no values, a value
// of the wrong form or given twice, a field given twice. Null is no condition at all.
Outcome check_conditions(const ConditionTables* conditions);

// Whether subjects meet the conditions; made once for many rows of one registry, which must not
// change meanwhile.
class SubjectFilter {
 public:
  SubjectFilter(const Conditions& conditions, const Subjects& subjects);
  bool meets(const SubjectVersion& version) const;

 private:
  std::vector<bool> kinds_, divisions_, industries_;  // by number
};

}  // namespace liuhen::projections
