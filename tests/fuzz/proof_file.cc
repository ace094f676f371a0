// Draw proof files: one text for each content; under a pinned key only what that key signed
// verifies.
#include "projections/proof_file.h"

#include "projections/proof_text.h"
#include "tests/projections/city_log.h"

namespace liuhen::projections {
namespace {

// The draw whose proof file is in the corpus.
struct Known {
  tests::City city;
  tests::CityDraw draw{city};
  crypto::Policy policy;
  crypto::OpenedCheckpoint head;

  Known() {
    city.furnish(20, 4);
    draw.whole();
    tests::CityProofs proofs(city);
    policy = crypto::Policy::of_log(proofs.log().note_key());
    head = policy.open(proofs.log().note()).value();
  }
};

void check(std::string_view text) {
  const auto parsed = parse_proof(text);
  if (parsed) LIUHEN_CHECK(format_proof(*parsed) == text);

  static const Known known;
  const ProofVerdict verdict = verify_proof_file(text, &known.policy, known.city.now);
  LIUHEN_CHECK(verdict.keys_pinned || verdict.verdict != ledger::Verdict::verified);
  if (verdict.verdict != ledger::Verdict::verified) {
    LIUHEN_CHECK(verdict.finding && !verdict.finding->code.empty());
    return;
  }
  LIUHEN_CHECK(parsed && verdict.draw == known.draw.stream());
  LIUHEN_CHECK(verdict.root == known.head.checkpoint.root);
  LIUHEN_CHECK(verdict.size == known.head.checkpoint.size);
  for (const ProofEntry& entry : parsed->entries)
    LIUHEN_CHECK(entry.bytes == known.city.entries().at(entry.position));
}

}  // namespace
}  // namespace liuhen::projections

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  liuhen::projections::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
