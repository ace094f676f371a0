#include "tools/help_formatter.h"

namespace liuhen::tools {

// Only names stand in the first column, and names are ASCII; what has to be kept from counting
// bytes is the second, by never padding after it. CLI11 pads the first alone, so a wide second
// column is safe as long as nothing is wrapped in it.
HelpFormatter::HelpFormatter(Language language) {
  const bool zh = language == Language::zh;
  column_width(34);
  label("Usage", zh ? "用法" : "Usage");
  label("OPTIONS", zh ? "[选项]" : "[OPTIONS]");
  label("SUBCOMMAND", zh ? "子命令" : "SUBCOMMAND");
  label("SUBCOMMANDS", zh ? "子命令…" : "SUBCOMMANDS");
  label("Options", zh ? "选项" : "Options");
  label("Subcommands", zh ? "子命令" : "Subcommands");
  label("Positionals", zh ? "参数" : "Positionals");
  label("REQUIRED", zh ? "必填" : "REQUIRED");
  label("TEXT", zh ? "文字" : "TEXT");
  label("UINT", zh ? "数" : "N");
  label("Env", zh ? "环境变量" : "Env");
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) == 0x80) continue;
    width += byte >= 0xe2 ? 2 : 1;
  }
  return width;
}

}  // namespace liuhen::tools
