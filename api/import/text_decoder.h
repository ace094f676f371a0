// Text files as these offices save them: UTF-8 (RFC 3629) or GB18030 (GB 18030), with or without a
// byte-order mark, turned into UTF-8 in a stream.
//
// What cannot be decoded is refused and named by line and byte offset; nothing is replaced.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "crypto/bytes.h"

namespace liuhen::api {

enum class Encoding : std::uint8_t { utf8, gb18030 };

// "UTF-8", "GB18030".
std::string_view name_of(Encoding encoding);

// The value of --encoding: utf-8, utf8, gb18030, gbk, gb2312, in either case (the last two are
// subsets of GB18030). Fails (`import.encoding.unknown`) on anything else.
Result<Encoding> encoding_from(std::string_view text);

// Called now and then while a file is read, and once at its end. Bytes, from 0 to the file's size;
// a file is read through once for each pass.
using Progress = std::function<void(std::uint64_t bytes_read, std::uint64_t bytes_total)>;

struct TextFormat {
  Encoding encoding = Encoding::utf8;
  std::uint8_t bom_bytes = 0;     // to be skipped at the start: 0, 3 (UTF-8) or 4 (GB18030)
  std::uint64_t bytes_total = 0;  // size of the file
};

// Reads the whole file once and says what it is: by its mark; else UTF-8 if all of it is; else
// GB18030. A file that starts out as unmistakable UTF-8 and is then broken stays UTF-8, so that
// decoding names the place. `wanted` (--encoding) overrides the guess, but not a mark that
// contradicts it. Fails: `import.open`, `import.read`, `import.encoding.utf16`,
// `import.encoding.nul`, `import.encoding.mismatch`.
Result<TextFormat> detect_text(const std::string& path, std::optional<Encoding> wanted = {},
                               const Progress& progress = {});

// Turns the bytes after the mark into UTF-8, piece by piece. A piece may end inside a character.
// Not thread-safe. After an error the decoder is of no further use.
class TextDecoder {
 public:
  // `first_offset` is where the first byte fed stands in the file, for messages.
  // Fails (`import.encoding.converter`) if the system has no converter for the encoding.
  static Result<TextDecoder> open(Encoding encoding, std::uint64_t first_offset = 0);
  TextDecoder(TextDecoder&&) noexcept;
  TextDecoder& operator=(TextDecoder&&) noexcept;
  ~TextDecoder();

  // Appends the piece to `out` as UTF-8. Fails: `import.encoding.invalid`, `import.encoding.nul`;
  // `out` then ends before the offending character.
  Outcome feed(View piece, std::string& out);
  // Fails (`import.cut_short`) if the last character is incomplete.
  Outcome finish() const;

 private:
  struct Impl;
  explicit TextDecoder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The other way, for files that are written: valid UTF-8 to the encoding, no mark. Fails
// (`import.encoding.invalid`) on text that is not UTF-8.
Result<std::string> encode_text(std::string_view utf8, Encoding encoding);
// The mark itself.
std::string_view byte_order_mark(Encoding encoding);

}  // namespace liuhen::api
