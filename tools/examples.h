// An example for the help of every command, and the nearest name to one that was mistyped.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "tools/environment.h"

namespace liuhen::tools {

// Puts an example at the foot of each command's help. Every command must have one.
void add_examples(CLI::App& app, const Environment& environment);

// The subcommand of `app` whose name is nearest to `word`; empty if none is near.
std::string nearest_command(const CLI::App& app, const std::string& word);

}  // namespace liuhen::tools
