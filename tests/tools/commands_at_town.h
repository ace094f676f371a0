// `liuhen` as people of a town run it: their keys in files, the town's service behind it.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "crypto/random.h"
#include "tests/api/town.h"
#include "tools/environment.h"

namespace liuhen::tests {

class CommandsAtTown : public ::testing::Test {
 protected:
  CommandsAtTown() { town.city.furnish(); }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(temp / name, std::ios::binary) << text;
    return temp / name;
  }
  void write_key(const std::string& name) {
    const auto text = crypto::format_key_file(name, City::seed(name)).value();
    const std::string path = write(name + ".key", std::string(text_of(text.view())));
    std::filesystem::permissions(
        path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  std::string key(const std::string& name) { return temp / (name + ".key"); }
  // What it said, if it ended as expected. The city then has what the town has recorded.
  std::string run(std::vector<std::string> arguments, int code = tools::kDone) {
    if (!connection_) connection_ = town.connect();
    std::ostringstream said;
    crypto::SystemEntropy entropy;
    tools::Environment environment{.language = tools::Language::en,
                                   .out = said,
                                   .err = said,
                                   .clock = town.clock,
                                   .entropy = entropy,
                                   .connection = connection_.get()};
    EXPECT_EQ(tools::run(std::move(arguments), environment), code) << said.str();
    town.follow();
    return said.str();
  }

  Town town;
  TempDir temp;
  std::unique_ptr<api::Connection> connection_;  // made by run() where there is none
};

}  // namespace liuhen::tests
