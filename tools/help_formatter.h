// Help whose columns line up where words are Chinese: a wide character takes two columns.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "tools/language.h"

namespace liuhen::tools {

class HelpFormatter final : public CLI::Formatter {
 public:
  explicit HelpFormatter(Language language);

  std::string make_option(const CLI::Option* option, bool positional) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_group(std::string group, bool positional,
                         std::vector<const CLI::Option*> options) const override;
  std::string make_description(const CLI::App* command) const override;
  std::string make_subcommand(const CLI::App* command) const override;

 private:
  const bool zh_;
};

// Columns that UTF-8 text takes in a terminal.
std::size_t display_width(std::string_view text);

// Lines of at most `columns` columns, all but the first indented. Breaks between words, and between
// wide characters; a word longer than that stays whole.
std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent);

}  // namespace liuhen::tools
