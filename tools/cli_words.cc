#include "tools/cli_words.h"

#include <array>
#include <cstdlib>
#include <regex>

namespace liuhen::tools {

namespace {

struct Sentence {
  const char* english;  // a regular expression of CLI11's
  const char* chinese;
};

// The first that fits.
constexpr std::array kSentences{
    Sentence{"(.*) excludes (.*)", "$1 与 $2 不能同时给"},
    Sentence{"(.*) requires (.*)", "给了 $1 就要给 $2"},
    Sentence{"A subcommand is required", "缺少子命令"},
    Sentence{"(.*) is required", "缺少必填的 $1"},
    Sentence{"(.*): [0-9]+ required .* missing", "$1 后面要有值"},
    Sentence{"(.*): At least ([0-9]+) required but received ([0-9]+)",
             "$1 至少要有 $2 个值，给了 $3 个"},
    Sentence{"(.*): At Most ([0-9]+) required but received ([0-9]+)",
             "$1 至多可有 $2 个值，给了 $3 个"},
    Sentence{"(.*) was given a disallowed flag override", "--$1 后面不带值"},
    Sentence{"(.*): Should be true/false or a number", "$1 后面不带值"},
    Sentence{"(.*): too many inputs for a flag", "$1 给了多次"},
    Sentence{"Could not convert: (.*) = (.*)", "$1 的值“$2”不是所要的数"},
    Sentence{"The value (.*) is not an allowed value for (.*)", "$2 的值“$1”不对"},
    Sentence{"(.*): (.*) not in \\{(.*)\\}", "$1 的值“$2”不对，只能是 $3 之一"},
    Sentence{"(.*): Value (.*) not in range (.*) to (.*)", "$1 的值 $2 不在 $3 至 $4 之间"},
    Sentence{"The following arguments? (?:was|were) not expected: (.*)", "不认识 “$1”"},
};

}  // namespace

std::string cli_words(const CLI::ParseError& problem, Language language) {
  const std::string words = problem.what();
  if (language == Language::en) return words;
  for (const Sentence& sentence : kSentences) {
    const std::regex english(sentence.english);
    if (std::regex_match(words, english))
      return std::regex_replace(words, english, sentence.chinese);
  }
  return words;  // of a check of our own, which speaks Chinese itself
}

void refuse_values_of_flags(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) {
    if (option->get_expected_max() == 0) option->disable_flag_override();
  }
  for (CLI::App* below : command.get_subcommands([](CLI::App*) { return true; }))
    refuse_values_of_flags(*below);
}

Language language_of(const std::vector<std::string>& arguments, Language fallback) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string value;
    if (arguments[i].starts_with("--lang=")) value = arguments[i].substr(7);
    if (arguments[i] == "--lang" && i + 1 < arguments.size()) value = arguments[i + 1];
    if (value == "en") return Language::en;
    if (value == "zh") return Language::zh;
  }
  const char* variable = std::getenv("LIUHEN_LANG");
  const std::string_view asked = variable == nullptr ? "" : variable;
  return asked == "en" ? Language::en : asked == "zh" ? Language::zh : fallback;
}

}  // namespace liuhen::tools
