#include "tools/help_formatter.h"

namespace liuhen::tools {

namespace {

constexpr std::size_t kFirstColumn = 34;
constexpr std::size_t kLine = 98;

std::size_t bytes_of_character(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

// From U+3000 on: what stands in Chinese help beyond that is wide.
std::size_t width_of_character(char first) {
  return static_cast<unsigned char>(first) >= 0xe3 ? 2 : 1;
}

// The next piece that must stay on one line: a blank, a wide character with the punctuation after
// it, or a word.
std::string_view next_piece(std::string_view text) {
  constexpr std::string_view kClosing[] = {"，", "。", "；", "：", "、", "）", "”", "？"};
  if (text.front() == ' ') return text.substr(0, 1);
  std::size_t size = 0;
  if (width_of_character(text.front()) == 2) {
    size = bytes_of_character(text.front());
    for (bool more = true; more;) {
      more = false;
      for (const std::string_view mark : kClosing) {
        if (text.substr(size).starts_with(mark)) {
          size += mark.size();
          more = true;
        }
      }
    }
    return text.substr(0, size);
  }
  while (size < text.size() && text[size] != ' ' && width_of_character(text[size]) == 1)
    size += bytes_of_character(text[size]);
  return text.substr(0, size);
}

std::string in_two_columns(const std::string& left, const std::string& right) {
  std::string out = "  " + left;
  const std::size_t width = display_width(out);
  if (right.empty()) return out + "\n";
  if (width + 2 > kFirstColumn) {
    out += "\n" + std::string(kFirstColumn, ' ');
  } else {
    out += std::string(kFirstColumn - width, ' ');
  }
  return out + wrapped(right, kLine - kFirstColumn, kFirstColumn) + "\n";
}

}  // namespace

HelpFormatter::HelpFormatter(Language language) : zh_(language == Language::zh) {
  column_width(kFirstColumn);
  label("Usage", zh_ ? "用法" : "Usage");
  label("OPTIONS", zh_ ? "选项" : "OPTIONS");
  label("SUBCOMMAND", zh_ ? "子命令" : "SUBCOMMAND");
  label("SUBCOMMANDS", zh_ ? "子命令…" : "SUBCOMMANDS");
  label("Options", zh_ ? "选项" : "Options");
  label("Subcommands", zh_ ? "子命令" : "Subcommands");
  label("Positionals", zh_ ? "参数" : "Arguments");
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool positional) const {
  std::string name = make_option_name(option, positional);
  name = name.substr(0, name.find('{'));  // of a flag that says no: "--no-findings{false}"
  return in_two_columns(name + make_option_opts(option), make_option_desc(option));
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  std::string out;
  if (option->get_expected_max() != 0) {  // a flag takes none
    const std::string type = option->get_type_name();
    if (type == "TIME") {
      out += zh_ ? " 时间" : " TIME";
    } else {
      const bool number = type == "UINT";
      out += zh_ ? (number ? " 数" : " 文字") : (number ? " N" : " TEXT");
    }
    if (!option->get_default_str().empty()) out += "=" + option->get_default_str();
  }
  if (option->get_required()) out += zh_ ? " （必填）" : " (required)";
  if (!option->get_envname().empty())
    out += (zh_ ? " （或 " : " (or ") + option->get_envname() + (zh_ ? "）" : ")");
  return out;
}

std::string HelpFormatter::make_group(std::string group, bool positional,
                                      std::vector<const CLI::Option*> options) const {
  if (zh_ && group == "Options") group = "选项";
  return CLI::Formatter::make_group(std::move(group), positional, std::move(options));
}

std::string HelpFormatter::make_description(const CLI::App* command) const {
  return wrapped(command->get_description(), kLine, 0) + "\n";
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  return in_two_columns(command->get_name(), command->get_description());
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); i += bytes_of_character(text[i]))
    width += width_of_character(text[i]);
  return width;
}

std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent) {
  std::string out;
  std::size_t at = 0;
  while (!text.empty()) {
    const std::string_view piece = next_piece(text);
    const std::size_t width = display_width(piece);
    if (at > 0 && at + width > columns) {
      while (out.ends_with(' ')) out.pop_back();
      out += "\n" + std::string(indent, ' ');
      at = 0;
    }
    if (at > 0 || piece != " ") {
      out += piece;
      at += width;
    }
    text.remove_prefix(piece.size());
  }
  return out;
}

}  // namespace liuhen::tools
