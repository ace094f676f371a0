#include "tools/demo_files.h"

#include <boost/json.hpp>

#include "api/import/sample.h"

namespace liuhen::tools {

namespace json = boost::json;

namespace {

json::object condition(const char* field, json::array values) {
  return {{"field", field}, {"values", std::move(values)}};
}

}  // namespace

const std::vector<DemoItem>& demo_items() {
  static const std::vector<DemoItem> items = {
      {"QD-SJ-001", "企业公示信息检查", "《企业信息公示暂行条例》第十四条",
       "企业、个体工商户、农民专业合作社", "年度报告及应当公示的其他信息"},
      {"QD-SJ-002", "登记事项检查", "《中华人民共和国市场主体登记管理条例》第三十八条",
       "各类市场主体", "住所、经营范围、出资等登记事项"},
      {"QD-SJ-003", "食品经营和餐饮服务食品安全检查", "《中华人民共和国食品安全法》第一百一十条",
       "食品经营者、餐饮服务提供者", "许可、进货查验、贮存、加工、清洗消毒、从业人员健康"},
  };
  return items;
}

std::string demo_rule(const std::string& department) {
  json::array strata;
  for (const api::SampleDistrict& district : api::sample_districts()) {
    strata.push_back(
        {{"label", "企业·" + std::string(district.name)},
         {"conditions",
          {condition("kind", {"firm"}), condition("division", {std::string(district.code)})}},
         {"max_num", 1},
         {"max_den", 1}});
  }
  const std::pair<const char*, json::array> kinds[] = {
      {"个体工商户", {"sole_trader"}},
      {"农民专业合作社", {"cooperative"}},
      {"外国企业常驻代表机构", {"foreign_office"}},
      {"其他", {"institution", "organisation", "natural_person", "other"}}};
  for (const auto& [label, values] : kinds) {
    strata.push_back({{"label", label},
                      {"conditions", {condition("kind", values)}},
                      {"max_num", 1},
                      {"max_den", 1}});
  }
  return json::serialize(json::object{{"id", "QD-XZ-2026"},
                                      {"revision", 1},
                                      {"department", department},
                                      {"name", "青岛市市场监管随机抽查工作细则"},
                                      {"basis", "青政办字〔2017〕44号"},
                                      {"strata", strata},
                                      {"minimum_pool", 2},
                                      {"yearly_cap", 2},
                                      {"default_capacity", 12},
                                      {"publication_days", 20},
                                      {"margin_s", 60}});
}

std::string demo_annual_plan(const std::string& department) {
  json::array rates;
  for (int i = 0; i < 10; ++i) rates.push_back({{"stratum", i}, {"num", 2}, {"den", 100}});
  rates.push_back({{"stratum", 10}, {"num", 1}, {"den", 1000}});
  rates.push_back({{"stratum", 11}, {"num", 3}, {"den", 100}});
  rates.push_back({{"stratum", 12}, {"num", 50}, {"den", 100}});
  rates.push_back({{"stratum", 13}, {"num", 3}, {"den", 100}});
  return json::serialize(json::object{{"id", "2026-ND"},
                                      {"revision", 1},
                                      {"department", department},
                                      {"name", "2026年度“双随机、一公开”抽查计划（不定向）"},
                                      {"year", 2026},
                                      {"temporary", false},
                                      {"targeted", false},
                                      {"items", {"QD-SJ-001", "QD-SJ-002"}},
                                      {"rule", "QD-XZ-2026"},
                                      {"rates", rates}});
}

std::string demo_temporary_plan(const std::string& department) {
  return json::serialize(
      json::object{{"id", "2026-LS-01"},
                   {"revision", 1},
                   {"department", department},
                   {"name", "2026年流通与餐饮服务专项抽查（定向）"},
                   {"year", 2026},
                   {"temporary", true},
                   {"targeted", true},
                   {"items", {"QD-SJ-003"}},
                   {"rule", "QD-XZ-2026"},
                   {"scope",
                    {condition("kind", {"firm"}), condition("division", {"370202", "370203"}),
                     condition("section", {"F", "H"})}},
                   {"rates", {{{"stratum", 0}, {"fixed", 12}}, {{"stratum", 1}, {"fixed", 8}}}}});
}

}  // namespace liuhen::tools
