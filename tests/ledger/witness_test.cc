// The protocol of a witness without I/O: its worked example, and that what is read is what is
// written.
#include "ledger/witness.h"

#include <gtest/gtest.h>

#include "crypto/cosignature.h"
#include "tests/worked_example.h"

namespace liuhen::ledger {
namespace {

const std::map<std::string, std::string>& example(const std::string& page) {
  static std::map<std::string, std::map<std::string, std::string>> pages;
  if (!pages.contains(page))
    pages[page] = tests::worked_example("docs/formats/" + page, "Worked example");
  return pages[page];
}

std::string text(const std::string& page, const std::string& name) {
  return std::string(text_of(tests::example_bytes(example(page), name)));
}

TEST(Witness, WorkedExample) {
  const std::string body = text("witness.md", "request");
  const auto request = parse_add_checkpoint(body);
  ASSERT_TRUE(request) << request.error().en;
  EXPECT_EQ(request->old_size, 3u);
  EXPECT_EQ(format_add_checkpoint(*request), body);
  EXPECT_EQ(origin_of(*request).value(), "liuhen.example/qingdao");

  const auto log_key = crypto::parse_vkey(example("note.md").at("vkey")).value();
  const auto witness = crypto::parse_vkey(example("checkpoint.md").at("witness vkey")).value();
  const WitnessedLog log{.keys = {log_key}};
  const Hash root = exactly<32>(tests::example_bytes(example("merkle.md"), "root 3")).value();
  const auto decision = decide(&log, {.size = 3, .root = root}, *request);
  ASSERT_TRUE(std::holds_alternative<WitnessAccepted>(decision));
  const auto& accepted = std::get<WitnessAccepted>(decision);
  EXPECT_EQ(accepted.next.size, 7u);
  const auto line = parse_witness_answer(text("witness.md", "answer"), witness, accepted.text);
  ASSERT_TRUE(line) << line.error().en;
  const crypto::SigningSeed seed(
      exactly<32>(tests::example_bytes(example("checkpoint.md"), "witness seed")).value());
  EXPECT_EQ(crypto::cosign(crypto::SigningKey(seed), witness.name, 1767225600, accepted.text),
            *line);
  crypto::Note note{.text = accepted.text, .signatures = accepted.verified};
  note.signatures.push_back(*line);
  EXPECT_EQ(text("witness.md", "state"),
            "liuhen-witness/v1 liuhen.example/qingdao\n" + crypto::format_note(note));

  // From anything but what it continues, it is refused.
  const auto refusal = [&](const WitnessedHead& last) {
    return std::get<WitnessRefused>(decide(&log, last, *request)).why;
  };
  EXPECT_EQ(refusal({.size = 2, .root = root}), WitnessRefusal::other_size);
  EXPECT_EQ(refusal({.size = 3, .root = accepted.next.root}), WitnessRefusal::not_proven);
}

TEST(Witness, AnswersThatAreNone) {
  const auto witness = crypto::parse_vkey(example("checkpoint.md").at("witness vkey")).value();
  const std::string answer = text("witness.md", "answer"), signed_text = "another text\n";
  EXPECT_EQ(parse_witness_answer(answer, witness, signed_text).error().code, "note.signature");
  EXPECT_EQ(parse_witness_answer("", witness, signed_text).error().code, "witness.answer");
  EXPECT_EQ(parse_witness_answer("nonsense", witness, signed_text).error().code, "witness.answer");
  auto other = witness;
  other.name = "witness.example/w2";
  EXPECT_EQ(parse_witness_answer(answer, other, signed_text).error().code, "witness.answer");
  for (const char* size : {"", "7", "07\n", "-1\n", "7\n\n", "9223372036854775808\n", "x\n"})
    EXPECT_EQ(parse_witness_size(size).error().code, "witness.answer") << size;
  EXPECT_EQ(parse_witness_size("9223372036854775807\n").value(), 9223372036854775807u);
  EXPECT_EQ(parse_witness_size("0\n").value(), 0u);
}

}  // namespace
}  // namespace liuhen::ledger
