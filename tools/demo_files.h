// The documents of the demonstration: items, a rule and two plans, with ratios as published plans
// have them.
#pragma once

#include <string>
#include <vector>

namespace liuhen::tools {

struct DemoItem {
  std::string id, name, basis, object, content;
};
const std::vector<DemoItem>& demo_items();

// JSON by the names of the schema. Strata: firms of each of ten districts, then sole traders,
// cooperatives, foreign representative offices, and all others.
std::string demo_rule(const std::string& department);
// Untargeted: firms 2%, sole traders 0.1%, cooperatives 3%, foreign representative offices 50%,
// others 3%.
std::string demo_annual_plan(const std::string& department);
// Targeted: trade and catering among the firms of two districts, a fixed number of each.
std::string demo_temporary_plan(const std::string& department);

}  // namespace liuhen::tools
