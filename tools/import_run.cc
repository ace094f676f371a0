#include "tools/import_run.h"

namespace liuhen::tools {

namespace json = boost::json;

Result<std::set<std::string>> known_conflicts(Session& session) {
  auto answer = session.get("/api/v1/conflicts");
  if (!answer) return answer.error();
  std::set<std::string> known;
  for (const json::value& row : answer->at("conflicts").as_array())
    known.emplace(row.at("commitment").as_string());
  return known;
}

Result<std::map<std::string, std::string>> units_of_inspectors(Session& session) {
  std::map<std::string, std::string> units;
  for (std::string after;;) {
    auto answer = session.get("/api/v1/inspectors?limit=1000&after=" + segment(after));
    if (!answer) return answer.error();
    const json::array& rows = answer->at("inspectors").as_array();
    if (rows.empty()) return units;
    for (const json::value& row : rows) {
      units.emplace(row.at("id").as_string(), row.at("unit").as_string());
    }
    after = std::string(rows.back().at("id").as_string());
  }
}

}  // namespace liuhen::tools
