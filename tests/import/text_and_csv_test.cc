#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/import/csv_reader.h"
#include "crypto/sha256.h"
#include "tests/import/scratch.h"

namespace liuhen::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Rows = std::vector<CsvRow>;

const std::string kText = "编号,名称\r\n1,青岛市“即墨”區𠀀ÄÖ€\r\n";

struct Read {
  Result<CsvSource> source;
  Rows rows;
};

Read read(const std::string& path, std::optional<Encoding> wanted = {},
          const CsvLimits& limits = {}) {
  Rows rows;
  auto source = read_csv(path, wanted, limits, [&](const CsvRow& row) -> Outcome {
    rows.push_back(row);
    return ok();
  });
  return {std::move(source), std::move(rows)};
}

std::string encoded(std::string_view utf8, Encoding encoding) {
  return *encode_text(utf8, encoding);
}

TEST(Text, EveryEncodingWithAndWithoutMarkComesOutTheSame) {
  const Scratch scratch;
  for (const Encoding encoding : {Encoding::utf8, Encoding::gb18030}) {
    for (const bool bom : {false, true}) {
      const std::string bytes =
          (bom ? std::string(byte_order_mark(encoding)) : "") + encoded(kText, encoding);
      const auto [source, rows] = read(scratch.file(bytes));
      ASSERT_TRUE(source.has_value()) << source.error().en;
      EXPECT_EQ(source->format.encoding, encoding);
      EXPECT_EQ(source->format.bom_bytes != 0, bom);
      EXPECT_EQ(source->sha256, crypto::sha256(view_of(bytes)));
      ASSERT_EQ(rows.size(), 2u);
      EXPECT_THAT(rows[0].fields, ElementsAre("编号", "名称"));
      EXPECT_THAT(rows[1].fields, ElementsAre("1", "青岛市“即墨”區𠀀ÄÖ€"));
    }
  }
}

TEST(Text, APieceMayEndAnywhereInACharacter) {
  for (const Encoding encoding : {Encoding::utf8, Encoding::gb18030}) {
    const std::string bytes = encoded(kText, encoding);
    for (std::size_t size = 1; size <= 5; ++size) {
      auto decoder = TextDecoder::open(encoding);
      ASSERT_TRUE(decoder.has_value());
      std::string out;
      for (std::size_t at = 0; at < bytes.size(); at += size) {
        ASSERT_TRUE(
            decoder->feed(view_of(std::string_view(bytes).substr(at, size)), out).has_value());
      }
      ASSERT_TRUE(decoder->finish().has_value());
      EXPECT_EQ(out, kText) << size;
    }
  }
}

TEST(Text, Gb18030BytesAreThoseOfTheStandard) {
  EXPECT_EQ(encoded("青岛", Encoding::gb18030), "\xC7\xE0\xB5\xBA");
  EXPECT_EQ(encoded("𠀀", Encoding::gb18030), "\x95\x32\x82\x36");
}

TEST(Text, ABadByteIsNamedByLineAndOffset) {
  const Scratch scratch;
  // Unmistakably UTF-8, broken on line 3.
  const auto utf8 = read(scratch.file("编号,名称住所状态\n1,青岛\n2,x\xFFy\n"));
  ASSERT_FALSE(utf8.source.has_value());
  EXPECT_EQ(utf8.source.error().code, "import.encoding.invalid");
  EXPECT_THAT(utf8.source.error().en, HasSubstr("line 3 (byte offset 38)"));
  EXPECT_THAT(utf8.source.error().zh, HasSubstr("第 3 行"));
  EXPECT_EQ(utf8.rows.size(), 2u);
  const auto gb =
      read(scratch.file(encoded("编号,名称\n1,青岛\n2,", Encoding::gb18030) + "\xFF\n"));
  ASSERT_FALSE(gb.source.has_value());
  EXPECT_EQ(gb.source.error().code, "import.encoding.invalid");
  EXPECT_THAT(gb.source.error().en, HasSubstr("line 3 (byte offset 19)"));
  EXPECT_THAT(gb.source.error().en, HasSubstr("GB18030"));
}

TEST(Text, AFileCutInsideACharacterIsNamed) {
  const Scratch scratch;
  for (const Encoding encoding : {Encoding::utf8, Encoding::gb18030}) {
    const std::string bytes = encoded("编号,名称\n1,青岛", encoding);
    const auto cut = read(scratch.file(bytes.substr(0, bytes.size() - 1)));
    ASSERT_FALSE(cut.source.has_value());
    EXPECT_EQ(cut.source.error().code, "import.cut_short");
    EXPECT_THAT(cut.source.error().en, HasSubstr("line 2"));
  }
}

TEST(Text, Refusals) {
  const Scratch scratch;
  const auto code = [&](std::string_view bytes, std::optional<Encoding> wanted = {}) {
    const auto result = read(scratch.file(bytes), wanted).source;
    return result ? std::string("ok") : result.error().code;
  };
  EXPECT_EQ(code(std::string_view("\xFF\xFE"
                                  "a\0",
                                  4)),
            "import.encoding.utf16");
  EXPECT_EQ(code(std::string_view("\xFE\xFF\0a", 4)), "import.encoding.utf16");
  EXPECT_EQ(code(std::string_view("a,b\n1,\0\n", 8)), "import.encoding.nul");
  EXPECT_EQ(code("\xEF\xBB\xBF"
                 "a\n",
                 Encoding::gb18030),
            "import.encoding.mismatch");
  EXPECT_EQ(code("\xC7\xE0\n", Encoding::utf8), "import.encoding.invalid");
  EXPECT_EQ(code("\xC7\xE0\n"), "ok");
  EXPECT_EQ(read(scratch.path() + "/absent").source.error().code, "import.open");
  EXPECT_EQ(read(scratch.path()).source.error().code, "import.open");
  EXPECT_EQ(encoding_from("GBK").value(), Encoding::gb18030);
  EXPECT_EQ(encoding_from("latin1").error().code, "import.encoding.unknown");
}

TEST(Csv, LinesOfRecordsAreThoseWhereTheyStart) {
  const Scratch scratch;
  for (const char* end : {"\n", "\r\n", "\r"}) {
    const std::string e = end;
    const auto [source, rows] = read(
        scratch.file("a,b" + e + "\"x" + e + "y\",2" + e + e + "3, 4 " + e + "5,\"6\"\"7,8\""));
    ASSERT_TRUE(source.has_value()) << source.error().en;
    ASSERT_EQ(rows.size(), 4u);
    EXPECT_EQ(rows[1].line, 2u);
    EXPECT_EQ(rows[1].fields[0], "x" + e + "y");
    EXPECT_EQ(rows[2].line, 5u);
    EXPECT_THAT(rows[2].fields, ElementsAre("3", "4"));
    EXPECT_EQ(rows[3].line, 6u);
    EXPECT_THAT(rows[3].fields, ElementsAre("5", "6\"7,8"));
    EXPECT_TRUE(rows[2].ended);
    EXPECT_FALSE(rows[3].ended);
  }
}

TEST(Csv, QuotesOutOfPlaceAreNamed) {
  const Scratch scratch;
  const auto error = [&](std::string_view bytes) {
    const auto result = read(scratch.file(bytes)).source;
    return result ? fail("ok", "", "") : result.error();
  };
  EXPECT_EQ(error("a,b\n1,x\"y\n").code, "import.quote");
  EXPECT_THAT(error("a,b\n1,x\"y\n").en, HasSubstr("line 2"));
  EXPECT_EQ(error("a,b\n1,\"x\"y\n").code, "import.quote");
  const Error open = error("a,b\n1,\"x\n2,\"y\"\n");
  EXPECT_EQ(open.code, "import.quote");
  EXPECT_THAT(open.en, HasSubstr("line 3"));
  EXPECT_THAT(open.en, HasSubstr("starts on line 2"));
  const Error cut = error("a,b\n1,2\n3,\"x\n\n");
  EXPECT_EQ(cut.code, "import.cut_short");
  EXPECT_THAT(cut.en, HasSubstr("line 3"));
}

TEST(Csv, Limits) {
  const Scratch scratch;
  const CsvLimits limits{.max_field_bytes = 10, .max_fields = 3, .max_line_bytes = 20};
  const auto code = [&](std::string_view bytes) {
    const auto result = read(scratch.file(bytes), {}, limits).source;
    return result ? std::string("ok") : result.error().code;
  };
  EXPECT_EQ(code("1234567890,2,3\n"), "ok");
  EXPECT_EQ(code("12345678901,2,3\n"), "import.limit.field_bytes");
  EXPECT_EQ(code("\"123456\n789012"), "import.limit.field_bytes");
  EXPECT_EQ(code("1,2,3,4\n"), "import.limit.fields");
  EXPECT_EQ(code("123456789,123456789,1\n"), "import.limit.line_bytes");
}

TEST(Csv, ProgressEndsAtTheSizeOfTheFileInEachPass) {
  const Scratch scratch;
  const std::string bytes(700'000, '\n');
  std::vector<std::pair<std::uint64_t, std::uint64_t>> seen;
  const auto done = read_csv(
      scratch.file(bytes), {}, {}, [](const CsvRow&) { return ok(); },
      [&](std::uint64_t read, std::uint64_t total) { seen.emplace_back(read, total); });
  ASSERT_TRUE(done.has_value());
  ASSERT_EQ(seen.size(), 6u);
  EXPECT_EQ(seen[2], std::pair(bytes.size(), bytes.size()));
  EXPECT_EQ(seen[5], std::pair(bytes.size(), bytes.size()));
}

TEST(Csv, ARecordAcrossPiecesIsWhole) {
  const Scratch scratch;
  std::string bytes;
  for (int i = 0; i < 60'000; ++i) bytes += "青岛" + std::to_string(i) + ",\"市\n南\"\n";
  const auto [source, rows] = read(scratch.file(bytes));
  ASSERT_TRUE(source.has_value());
  ASSERT_EQ(rows.size(), 60'000u);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].line, 2 * i + 1);
    ASSERT_EQ(rows[i].fields[0], "青岛" + std::to_string(i));
    ASSERT_EQ(rows[i].fields[1], "市\n南");
  }
}

TEST(Csv, FieldsAreQuotedWhereTheyHaveToBe) {
  EXPECT_EQ(csv_field("青岛"), "青岛");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(csv_field(""), "");
  // Blanks around a field that is not quoted are taken off.
  for (const std::string blank : {" a", "a ", "\ta", "a\t", " ", "\t"})
    EXPECT_EQ(csv_field(blank), "\"" + blank + "\"");
}

}  // namespace
}  // namespace liuhen::api
