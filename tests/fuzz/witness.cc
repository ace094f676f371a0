// What logs send to a witness and what witnesses answer: what is read is what would be written, and
// nothing is cosigned that does not continue what was cosigned last.
#include "ledger/witness.h"

namespace liuhen::ledger {
namespace {

const WitnessedLog& log() {
  static const WitnessedLog log{
      .keys = {crypto::parse_vkey(
                   "liuhen.example/qingdao+0aaeaba5+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c")
                   .value()}};
  return log;
}

void check_decision(const WitnessedHead& last, const AddCheckpoint& request) {
  const auto decision = decide(&log(), last, request);
  if (const auto* refused = std::get_if<WitnessRefused>(&decision)) {
    LIUHEN_CHECK(status_of(refused->why) >= 400 && !refused->error.code.empty());
    return;
  }
  const auto& accepted = std::get<WitnessAccepted>(decision);
  LIUHEN_CHECK(request.old_size == last.size && accepted.next.size >= last.size);
  LIUHEN_CHECK(accepted.next.size != last.size || accepted.next == last);
  LIUHEN_CHECK(!accepted.verified.empty());
  LIUHEN_CHECK(crypto::open_checkpoint(request.checkpoint, log().keys[0]).has_value());
  LIUHEN_CHECK(std::holds_alternative<WitnessRefused>(
      decide(&log(), {.size = last.size + 1, .root = last.root}, request)));
}

void check_request(std::string_view body) {
  const auto request = parse_add_checkpoint(body);
  if (!request) {
    LIUHEN_CHECK(request.error().code == "witness.request");
    return;
  }
  LIUHEN_CHECK(format_add_checkpoint(*request) == body);
  LIUHEN_CHECK(request->proof.size() <= kWitnessProofMax);
  LIUHEN_CHECK(std::get<WitnessRefused>(decide(nullptr, {}, *request)).why ==
                   WitnessRefusal::unknown_log ||
               !origin_of(*request));
  check_decision({}, *request);
  const auto three = from_hex("94fbd0dd836f50301692e6d0eade728ee19ec52bfff1606ed807c8575d5aaa19");
  check_decision({.size = 3, .root = exactly<32>(*three).value()}, *request);
}

}  // namespace
}  // namespace liuhen::ledger

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace liuhen::ledger;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_request(text);
  if (const auto answered = parse_witness_size(text))
    LIUHEN_CHECK(std::to_string(*answered) + "\n" == text);
  (void)parse_witness_answer(text, log().keys[0], "text\n");
  return 0;
}
