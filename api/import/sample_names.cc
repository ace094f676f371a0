#include "api/import/sample_names.h"

#include <filesystem>
#include <functional>
#include <set>

#include "api/import/csv_reader.h"
#include "api/import/industries.h"

namespace liuhen::api {
namespace {

using Record = std::map<std::string, std::string>;  // by column

Outcome each_record(const std::string& path, const std::function<void(const Record&)>& use) {
  std::error_code missing;
  if (!std::filesystem::exists(path, missing)) return ok();
  std::vector<std::string> header;
  const auto done = read_csv(path, {}, {}, [&](const CsvRow& row) -> Outcome {
    if (header.empty()) {
      header = row.fields;
      return ok();
    }
    Record record;
    for (std::size_t i = 0; i < std::min(header.size(), row.fields.size()); ++i)
      record[header[i]] = row.fields[i];
    use(record);
    return ok();
  });
  if (!done) return done.error();
  return ok();
}

}  // namespace

Result<SampleNames> load_sample_names(const std::string& data_dir) {
  SampleNames names;
  if (data_dir.empty()) return names;
  std::set<std::string> seen;
  const auto firms = each_record(data_dir + "/listed_companies.csv", [&](const Record& record) {
    const auto field = [&](const char* column) {
      const auto found = record.find(column);
      return found == record.end() ? std::string() : found->second;
    };
    const std::string name = field("companyName");
    const IndustryDivision* industry =
        find_industry(field("guoBiaoIndustryCode") + field("guoBiaoSubIndustryCode"));
    if (name.empty() || name.size() > 200 || industry == nullptr || !seen.insert(name).second)
      return;
    names.firms.push_back({.name = name, .industry = industry_code(*industry)});
  });
  if (!firms) return firms.error();
  const auto streets = each_record(data_dir + "/qingdao_streets.csv", [&](const Record& record) {
    const auto area = record.find("areaCode");
    const auto name = record.find("name");
    if (area != record.end() && name != record.end())
      names.streets[area->second].push_back(name->second);
  });
  if (!streets) return streets.error();
  return names;
}

}  // namespace liuhen::api
