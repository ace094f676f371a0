// What CLI11 finds wrong with a command line, in the reader's language.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "tools/language.h"

namespace liuhen::tools {

// Its own sentence in English; in Chinese the same, and options as they are typed.
std::string cli_words(const CLI::ParseError& problem, Language language);

// "--flag=5" is no way to say "--flag": of the command and all below it.
void refuse_values_of_flags(CLI::App& command);

// By --lang, or else LIUHEN_LANG, or else the fallback: known before anything is parsed, since help
// and errors are written in it.
Language language_of(const std::vector<std::string>& arguments, Language fallback);

}  // namespace liuhen::tools
