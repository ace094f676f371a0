// Names of firms and streets for demonstration data.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/import/sample.h"

namespace liuhen::api {

struct ListedFirm {
  std::string name;
  std::string industry;  // "F52"
};

struct SampleNames {
  std::vector<ListedFirm> firms;                            // each name once; may be empty
  std::map<std::string, std::vector<std::string>> streets;  // by district code; may lack some
};

// What the directory holds of it; nothing for an empty path or absent files. Fails as read_csv.
Result<SampleNames> load_sample_names(const std::string& data_dir);

}  // namespace liuhen::api
