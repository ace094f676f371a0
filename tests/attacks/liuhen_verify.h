// What the built liuhen-verify tells a reader.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <boost/json.hpp>
#include <cstdio>
#include <string>

#include "crypto/result.h"

namespace liuhen::tests {

struct Told {
  int exit_code = -1;
  boost::json::object report;

  boost::json::object draw(std::size_t index = 0) const {
    return report.at("draws").as_array().at(index).as_object();
  }
};

// "tiles DIR …" and the like; the report is asked for as JSON.
inline Told run_liuhen_verify(const std::string& arguments) {
  const std::string command =
      std::string(LIUHEN_BINARY_DIR) + "/bin/liuhen-verify " + arguments + " --json --quiet";
  FILE* pipe = popen(command.c_str(), "r");
  LIUHEN_CHECK(pipe != nullptr);
  std::string out;
  char buffer[4096];
  for (std::size_t got; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, got);
  const int status = pclose(pipe);
  Told told;
  if (WIFEXITED(status)) told.exit_code = WEXITSTATUS(status);
  told.report = boost::json::parse(out).as_object();
  return told;
}

// Violated, by this.
inline boost::json::object finding_of(const Told& told, const std::string& code) {
  EXPECT_EQ(told.exit_code, 1);
  if (!told.report.at("finding").is_object()) {
    ADD_FAILURE() << told.report;
    return {};
  }
  const auto& finding = told.report.at("finding").as_object();
  EXPECT_EQ(finding.at("code").as_string(), code) << finding;
  return finding;
}

}  // namespace liuhen::tests
