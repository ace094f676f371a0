#include "api/import/text_decoder.h"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "api/import/file_chunks.h"
#include "api/import/utf8_scan.h"

namespace liuhen::api {
namespace {

constexpr std::string_view kBomUtf8 = "\xEF\xBB\xBF";
constexpr std::string_view kBomGb18030 = "\x84\x31\x95\x33";
// So many three-byte characters in a row before the first defect do not come about by chance.
constexpr std::uint64_t kUnmistakableChars = 8;
constexpr std::size_t kCharBytesMax = 4;

std::string at(std::uint64_t line, std::uint64_t offset, bool zh) {
  const std::string l = std::to_string(line);
  const std::string o = std::to_string(offset);
  return zh ? "第 " + l + " 行（文件第 " + o + " 字节处，从 0 计）"
            : "line " + l + " (byte offset " + o + ")";
}

Error nul_error(std::uint64_t line, std::uint64_t offset) {
  return fail(
      "import.encoding.nul",
      at(line, offset, true) +
          "有空字符（NUL）：这是 Excel 工作簿、UTF-16 文本，或别的不是 CSV 的文件；请另存为 UTF-8 "
          "或 GB18030 编码的 CSV",
      at(line, offset, false) +
          " holds a NUL byte: this is an Excel workbook, UTF-16 text, or something else that is no "
          "CSV file; save it as CSV in UTF-8 or GB18030");
}

std::string_view head_of(View bytes) {
  return text_of(bytes.first(std::min<std::size_t>(4, bytes.size())));
}

std::uint64_t lines_in(View bytes) {
  return static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), std::uint8_t{'\n'}));
}

// What a first pass over a file finds out.
struct Survey {
  std::string head;     // first bytes
  Bytes carry;          // an incomplete character at the end of the last piece
  bool broken = false;  // not UTF-8
  std::uint64_t long_chars = 0;
  std::uint64_t multi_chars = 0;
  std::uint64_t lines = 0;

  Outcome add(View piece, std::uint64_t offset);
  void scan(View piece);
};

void Survey::scan(View piece) {
  Bytes joined;
  if (!carry.empty()) {
    joined = std::exchange(carry, {});
    joined.insert(joined.end(), piece.begin(), piece.end());
    piece = joined;
  }
  const Utf8Scan found = scan_utf8(piece);
  long_chars += found.long_chars;
  multi_chars += found.multi_chars;
  if (found.end == Utf8Scan::End::invalid) broken = true;
  if (found.end == Utf8Scan::End::incomplete) {
    carry.assign(piece.begin() + static_cast<std::ptrdiff_t>(found.valid_bytes), piece.end());
  }
}

Outcome Survey::add(View piece, std::uint64_t offset) {
  if (offset == 0) {
    head = head_of(piece);
    if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) {
      return fail("import.encoding.utf16",
                  "文件是 UTF-16 编码：请另存为 UTF-8 或 GB18030 编码的 CSV 再导入",
                  "the file is UTF-16: save it as CSV in UTF-8 or GB18030 and import that");
    }
  }
  if (const auto nul = std::find(piece.begin(), piece.end(), std::uint8_t{0}); nul != piece.end()) {
    const auto before = static_cast<std::size_t>(nul - piece.begin());
    return nul_error(lines + lines_in(piece.first(before)) + 1, offset + before);
  }
  lines += lines_in(piece);
  if (!broken) scan(piece);
  return ok();
}

Encoding guess(const Survey& survey) {
  if (survey.broken)
    return survey.long_chars >= kUnmistakableChars ? Encoding::utf8 : Encoding::gb18030;
  // Cut off inside its last character: UTF-8 if anything before it says so.
  if (!survey.carry.empty() && survey.multi_chars == 0) return Encoding::gb18030;
  return Encoding::utf8;
}

Error mismatch(Encoding wanted, Encoding marked) {
  const std::string w(name_of(wanted));
  const std::string m(name_of(marked));
  return fail(
      "import.encoding.mismatch",
      "指定的编码是 " + w + "，但文件开头的标记（BOM）是 " + m + "：请去掉 --encoding 或改为 " + m,
      "the encoding given is " + w + " but the file starts with the mark of " + m +
          ": leave out --encoding or give " + m);
}

}  // namespace

std::string_view name_of(Encoding encoding) {
  return encoding == Encoding::utf8 ? "UTF-8" : "GB18030";
}

std::string_view byte_order_mark(Encoding encoding) {
  return encoding == Encoding::utf8 ? kBomUtf8 : kBomGb18030;
}

Result<Encoding> encoding_from(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (lower == "utf-8" || lower == "utf8") return Encoding::utf8;
  if (lower == "gb18030" || lower == "gbk" || lower == "gb2312") return Encoding::gb18030;
  return fail("import.encoding.unknown",
              "不认识的编码“" + std::string(text) + "”：请用 utf-8 或 gb18030",
              "unknown encoding \"" + std::string(text) + "\": use utf-8 or gb18030");
}

Result<TextFormat> detect_text(const std::string& path, std::optional<Encoding> wanted,
                               const Progress& progress) {
  Survey survey;
  TextFormat format;
  const auto done = read_chunks(path, [&](View piece, std::uint64_t read, std::uint64_t total) {
    format.bytes_total = total;
    if (progress) progress(read, total);
    return survey.add(piece, read - piece.size());
  });
  if (!done) return done.error();
  for (const Encoding marked : {Encoding::utf8, Encoding::gb18030}) {
    if (!survey.head.starts_with(byte_order_mark(marked))) continue;
    if (wanted && *wanted != marked) return mismatch(*wanted, marked);
    format.encoding = marked;
    format.bom_bytes = static_cast<std::uint8_t>(byte_order_mark(marked).size());
    return format;
  }
  format.encoding = wanted ? *wanted : guess(survey);
  return format;
}

struct TextDecoder::Impl {
  Encoding encoding = Encoding::utf8;
  iconv_t converter = reinterpret_cast<iconv_t>(-1);
  Bytes carry;               // an incomplete character
  std::uint64_t offset = 0;  // of the first byte not yet decoded
  std::uint64_t line = 1;    // in which it stands

  ~Impl() {
    if (converter != reinterpret_cast<iconv_t>(-1)) ::iconv_close(converter);
  }

  enum class End { clean, incomplete, invalid };
  // Decodes a prefix of `bytes`, appends it, and says how long it was and why it ended there.
  std::pair<std::size_t, End> decode(View bytes, std::string& out);
  Error invalid(std::uint8_t byte) const;
};

std::pair<std::size_t, TextDecoder::Impl::End> TextDecoder::Impl::decode(View bytes,
                                                                         std::string& out) {
  if (encoding == Encoding::utf8) {
    const Utf8Scan scan = scan_utf8(bytes);
    out.append(text_of(bytes.first(scan.valid_bytes)));
    return {scan.valid_bytes, static_cast<End>(scan.end)};
  }
  // iconv does not write through its input; the parameter lacks const for history's sake.
  char* in = const_cast<char*>(text_of(bytes).data());
  std::size_t left = bytes.size();
  while (left > 0) {
    const std::size_t had = out.size();
    std::size_t room = left * 2 + 16;
    out.resize(had + room);
    char* to = out.data() + had;
    const std::size_t result = ::iconv(converter, &in, &left, &to, &room);
    const int why = errno;
    out.resize(out.size() - room);
    if (result != static_cast<std::size_t>(-1)) continue;
    if (why == E2BIG) continue;
    // At the very end four bytes are all a character can need: more left over is not merely
    // incomplete.
    const End end = why == EINVAL && left < kCharBytesMax ? End::incomplete : End::invalid;
    return {bytes.size() - left, end};
  }
  return {bytes.size(), End::clean};
}

Error TextDecoder::Impl::invalid(std::uint8_t byte) const {
  const std::string name(name_of(encoding));
  const std::string other(name_of(encoding == Encoding::utf8 ? Encoding::gb18030 : Encoding::utf8));
  const std::string hex = to_hex(View(&byte, 1));
  return fail("import.encoding.invalid",
              at(line, offset, true) + "的字节 0x" + hex + " 不是合法的 " + name +
                  "：请改正该行后重新导出；若整个文件是 " + other + "，请用 --encoding 指定",
              at(line, offset, false) + " holds byte 0x" + hex + ", which is not valid " + name +
                  ": correct that line and export again; if the file is " + other +
                  ", say so with --encoding");
}

TextDecoder::TextDecoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TextDecoder::TextDecoder(TextDecoder&&) noexcept = default;
TextDecoder& TextDecoder::operator=(TextDecoder&&) noexcept = default;
TextDecoder::~TextDecoder() = default;

Result<TextDecoder> TextDecoder::open(Encoding encoding, std::uint64_t first_offset) {
  auto impl = std::make_unique<Impl>();
  impl->encoding = encoding;
  impl->offset = first_offset;
  if (encoding == Encoding::gb18030) {
    impl->converter = ::iconv_open("UTF-8", "GB18030");
    if (impl->converter == reinterpret_cast<iconv_t>(-1)) {
      return fail(
          "import.encoding.converter",
          "本机没有 GB18030 转换器（glibc gconv）：请安装 libc6 的完整字符集，或先把文件转成 UTF-8",
          "this machine has no GB18030 converter (glibc gconv): install libc6's character sets, or "
          "convert the file to UTF-8 first");
    }
  }
  return TextDecoder(std::move(impl));
}

Outcome TextDecoder::feed(View piece, std::string& out) {
  Impl& self = *impl_;
  Bytes joined;
  if (!self.carry.empty()) {
    joined = std::exchange(self.carry, {});
    joined.insert(joined.end(), piece.begin(), piece.end());
    piece = joined;
  }
  // What stands before a NUL is decoded first: the earliest defect is the one to name.
  const auto nul = std::find(piece.begin(), piece.end(), std::uint8_t{0});
  const View text = piece.first(static_cast<std::size_t>(nul - piece.begin()));
  const auto [used, end] = self.decode(text, out);
  self.line += lines_in(text.first(used));
  self.offset += used;
  if (end == Impl::End::invalid) return self.invalid(text[used]);
  if (nul != piece.end()) return nul_error(self.line, self.offset + text.size() - used);
  self.carry.assign(piece.begin() + static_cast<std::ptrdiff_t>(used), piece.end());
  return ok();
}

Outcome TextDecoder::finish() const {
  if (impl_->carry.empty()) return ok();
  return fail(
      "import.cut_short",
      at(impl_->line, impl_->offset, true) +
          "文件在一个汉字中间结束，可能没有传完：请重新导出或重新传送",
      at(impl_->line, impl_->offset, false) +
          ": the file ends inside a character, so it was cut short: export or copy it again");
}

Result<std::string> encode_text(std::string_view utf8, Encoding encoding) {
  if (scan_utf8(view_of(utf8)).end != Utf8Scan::End::clean) {
    return fail("import.encoding.invalid", "要写出的文字不是合法的 UTF-8",
                "the text to be written is not valid UTF-8");
  }
  if (encoding == Encoding::utf8) return {boost::system::in_place_value, utf8};
  const iconv_t converter = ::iconv_open("GB18030", "UTF-8");
  if (converter == reinterpret_cast<iconv_t>(-1)) {
    return fail("import.encoding.converter", "本机没有 GB18030 转换器",
                "this machine has no GB18030 converter");
  }
  std::string out(utf8.size() * 2 + 16, '\0');  // at most 4 bytes for 2, 3 or 4 bytes
  char* in = const_cast<char*>(utf8.data());
  std::size_t left = utf8.size();
  char* to = out.data();
  std::size_t room = out.size();
  const std::size_t result = ::iconv(converter, &in, &left, &to, &room);
  ::iconv_close(converter);
  if (result == static_cast<std::size_t>(-1)) {
    return fail("import.encoding.invalid", "有文字不能写成 GB18030",
                "some of the text cannot be written as GB18030");
  }
  out.resize(out.size() - room);
  return {boost::system::in_place_value, std::move(out)};
}

}  // namespace liuhen::api
