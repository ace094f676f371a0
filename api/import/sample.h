// Demonstration data: registries of ten districts of Qingdao, the same for the same seed on every
// machine.
//
// No person in it exists: people are numbered (检查员0001, 负责人000001). Codes have right check
// characters and bodies that start with LH, a series not issued. Divisions and industries are real.
//
// Names of real firms, where the directory of data has them, never carry an invented bad fact: only
// rows in good standing (存续), without a risk class and outside every conflict bear one, as a
// numbered branch that ends in "（演示）". All other firms, and every fourth of those, are numbered
// (检查对象000123有限公司). Who demonstrates a finding takes a firm without the mark.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "api/import/text_decoder.h"

namespace liuhen::api {

struct SampleOptions {
  std::uint64_t seed = 1;
  std::uint64_t subjects = 50'000;  // at least 1
  std::uint64_t inspectors = 330;   // at least 1; ids and units go round the departments
  std::uint64_t conflicts = 48;     // at most subjects
  Encoding encoding = Encoding::utf8;
  bool bom = false;
  // A directory with listed_companies.csv and qingdao_streets.csv: firms and streets are then named
  // after those (see above), otherwise (empty, or a file is absent) they have numbered names.
  std::string data_dir{};
};

struct SampleFiles {
  std::string subjects;  // paths
  std::string inspectors;
  std::string conflicts;
};

inline constexpr std::string_view kSampleNameMark = "（演示）";
// Whether a subject of these files goes by a real firm's name: nothing bad may be said of it.
bool sample_bears_real_name(std::string_view name);

// The districts, in the order used: "370202" and so on, and their names.
struct SampleDistrict {
  std::string_view code;
  std::string_view name;
};
std::span<const SampleDistrict> sample_districts();
// "370202-SCJG"; for the municipal department give "370200".
std::string sample_unit(std::string_view district_code);

// Writes subjects.csv, inspectors.csv and conflicts.csv into the directory, which must exist.
// Progress is in rows of subjects. Fails: `sample.write` (a file exists already, the disk is full,
// …), `sample.options`, or as read_csv for the names.
Result<SampleFiles> write_sample(const std::string& directory, const SampleOptions& options,
                                 const Progress& progress = {});

}  // namespace liuhen::api
