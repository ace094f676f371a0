// Help whose columns line up where words are Chinese: a wide character takes two columns.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "tools/environment.h"

namespace liuhen::tools {

class HelpFormatter final : public CLI::Formatter {
 public:
  explicit HelpFormatter(Language language);
};

// Columns that UTF-8 text takes in a terminal.
std::size_t display_width(std::string_view text);

}  // namespace liuhen::tools
