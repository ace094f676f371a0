#include "api/server/cosigned_file.h"

#include <charconv>
#include <filesystem>
#include <fstream>

#include "crypto/note.h"
#include "ledger/durable_file.h"

namespace liuhen::api::server {
namespace {

constexpr std::string_view kFirstLine = "liuhen cosigned checkpoints\n";
constexpr std::size_t kFileBytesMax = (kCosignedStoredMax + 1) * (crypto::kMaxNoteSize + 16);

Error io(const std::string& path, const std::string& why) {
  return fail(
      "cosigned.io", "读写见证人联署文件 " + path + " 失败：" + why,
      "the file of witnesses' cosignatures, " + path + ", cannot be read or written: " + why);
}

}  // namespace

std::string format_cosigned(std::span<const std::string> notes) {
  std::string text(kFirstLine);
  for (const std::string& note : notes) text += std::to_string(note.size()) + "\n" + note;
  return text;
}

CosignedNotes parse_cosigned(std::string_view text) {
  CosignedNotes out;
  out.whole = text.starts_with(kFirstLine);
  if (!out.whole) return out;
  text.remove_prefix(kFirstLine.size());
  while (!text.empty()) {
    std::size_t bytes = 0;
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), bytes);
    const std::size_t digits = static_cast<std::size_t>(end - text.data());
    out.whole = bad == std::errc() && digits < text.size() && *end == '\n' &&
                bytes <= text.size() - digits - 1;
    if (!out.whole) return out;
    out.notes.emplace_back(text.substr(digits + 1, bytes));
    text.remove_prefix(digits + 1 + bytes);
  }
  return out;
}

Result<CosignedNotes> read_cosigned(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return CosignedNotes{};
  const auto bytes = std::filesystem::file_size(path, error);
  if (error) return io(path, error.message());
  if (bytes > kFileBytesMax) return CosignedNotes{.notes = {}, .whole = false};
  std::ifstream in(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in) return io(path, "I/O");
  return parse_cosigned(text);
}

Outcome write_cosigned(const std::string& path, std::span<const std::string> notes) {
  const std::string text = format_cosigned(notes);
  std::error_code error = ledger::write_synced(path + ".new", view_of(text));
  if (!error) error = ledger::rename_synced(path + ".new", path);
  if (error) return io(path, error.message());
  return ok();
}

}  // namespace liuhen::api::server
