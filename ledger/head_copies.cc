#include "ledger/head_copies.h"

#include <charconv>

#include "crypto/sha256.h"

namespace liuhen::ledger {
namespace {

// No log can be called so: a note does not begin like this.
constexpr std::string_view kFirstLine = "liuhen head copy\n";

std::string header_of(const HeadCopy& copy) {
  const std::string numbers = std::string(kFirstLine) + std::to_string(copy.number) + "\n" +
                              std::to_string(copy.note.size()) + "\n";
  return numbers + to_hex(crypto::sha256({view_of(numbers), view_of(copy.note)})) + "\n\n";
}

// The number on the first line, which is taken away; none if there is no such line.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data() + text.size() || *end != '\n') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return number;
}

// Whole if writing out what is read gives the same bytes.
std::optional<HeadCopy> read_copy(std::string_view bytes, std::uint64_t place) {
  if (!bytes.starts_with(kFirstLine)) return std::nullopt;
  std::string_view rest = bytes.substr(kFirstLine.size());
  const auto number = take_number(rest);
  if (!number || *number % 2 != place) return std::nullopt;
  const auto size = take_number(rest);
  constexpr std::size_t kHashLines = 2 * sizeof(Hash) + 2;
  if (!size || *size > rest.size() || kHashLines > rest.size() - *size) return std::nullopt;
  HeadCopy copy{.number = *number, .note = std::string(rest.substr(kHashLines, *size))};
  if (head_copy_size(copy) > bytes.size() || format_head_copy(copy, bytes.size()) != bytes)
    return std::nullopt;
  return copy;
}

Error damaged() {
  return fail(
      "head.damaged",
      "头文件的两份副本都不完好，或不是前后相继写入的，崩溃不会留下这样的文件：请从备份、见证"
      "方或公开镜像找回最新的已签检查点，放回 head，再用 liuhen-verify dir 核验",
      "neither copy in the head file is whole, or they were not written one after the "
      "other, which no crash leaves: put the newest signed checkpoint, from a backup, a "
      "witness or a mirror, back as head, and verify with liuhen-verify dir");
}

}  // namespace

std::size_t head_copy_size(const HeadCopy& copy) {
  const std::size_t least = header_of(copy).size() + copy.note.size() + 1;
  return (least + kHeadBlockSize - 1) / kHeadBlockSize * kHeadBlockSize;
}

std::string format_head_copy(const HeadCopy& copy, std::size_t size) {
  std::string out = header_of(copy) + copy.note;
  LIUHEN_CHECK(size % kHeadBlockSize == 0 && size > out.size());
  out.resize(size - 1, ' ');
  return out + "\n";
}

Result<std::optional<HeadCopy>> read_head_copies(std::string_view file) {
  const std::size_t half = file.size() / 2;
  if (!file.starts_with(kFirstLine) && !file.substr(half).starts_with(kFirstLine))
    return std::optional<HeadCopy>();
  if (file.size() % (2 * kHeadBlockSize) != 0) return damaged();
  auto one = read_copy(file.substr(0, half), 0), other = read_copy(file.substr(half), 1);
  if (!one && !other) return damaged();
  if (!one || !other) return one ? std::move(one) : std::move(other);
  const bool later = one->number > other->number;
  if (later ? one->number != other->number + 1 : other->number != one->number + 1) return damaged();
  return later ? std::move(one) : std::move(other);
}

}  // namespace liuhen::ledger
