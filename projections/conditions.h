// Scopes and strata: conjunctions of "field is one of these values".
#pragma once

#include <memory>
#include <string_view>
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
// of the wrong form or given twice, a field given twice. Null is no condition at all. `risk_class`,
// which is restricted, is a field where that is allowed: its values are 1 to 24 bytes as
// registered,
// "-" for none.
Outcome check_conditions(const ConditionTables* conditions, bool restricted_too = false);

// Whether any of them speaks of what is restricted.
bool has_restricted(const Conditions& conditions);

// Whether a subject of this class, "-" for none, meets those that speak of it.
bool meets_class(const Conditions& conditions, std::string_view risk_class);

// Whether subjects meet the conditions, as far as these speak of what is public; made once for many
// rows of one registry, which must not change meanwhile.
class SubjectFilter {
 public:
  SubjectFilter(const Conditions& conditions, const Subjects& subjects);
  bool meets(const SubjectVersion& version) const;

 private:
  std::vector<bool> kinds_, divisions_, industries_;  // by number
};

}  // namespace liuhen::projections
