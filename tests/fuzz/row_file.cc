// Files of single rows: one text for each content; under a pinned key only what that key signed
// verifies, and says of the subject what the draw says.
#include "projections/row_file.h"

#include "projections/pool.h"
#include "tests/projections/city_log.h"

namespace liuhen::projections {
namespace {

// The draw whose files of rows are in the corpus.
struct Known {
  tests::City city;
  tests::CityDraw draw{city};
  crypto::Policy policy;
  crypto::OpenedCheckpoint head;
  std::vector<crypto::draw::SubjectRow> rows;

  Known() {
    city.furnish(20, 4);
    draw.whole();
    tests::CityProofs proofs(city);
    policy = crypto::Policy::of_log(proofs.log().note_key());
    head = policy.open(proofs.log().note()).value();
    const Draw& drawn = draw.draw();
    rows = pool_of(city.state(), drawn.announcement, drawn.rule_set).value().subjects;
  }
};

void check(std::string_view text) {
  const auto parsed = parse_row_file(text);
  if (parsed) LIUHEN_CHECK(format_row_file(*parsed) == text);

  static const Known known;
  const RowVerdict verdict = verify_row_file(text, &known.policy);
  LIUHEN_CHECK(verdict.keys_pinned || verdict.verdict != ledger::Verdict::verified);
  if (verdict.verdict != ledger::Verdict::verified) {
    LIUHEN_CHECK(verdict.finding && !verdict.finding->code.empty());
    return;
  }
  LIUHEN_CHECK(parsed && verdict.draw == known.draw.stream());
  LIUHEN_CHECK(verdict.root == known.head.checkpoint.root);
  LIUHEN_CHECK(verdict.size == known.head.checkpoint.size);
  const auto at = std::find_if(known.rows.begin(), known.rows.end(),
                               [&](const auto& row) { return row.id == verdict.subject; });
  LIUHEN_CHECK(verdict.row.has_value() == (at != known.rows.end()));
  if (verdict.row) LIUHEN_CHECK(verdict.row->eligibility == at->eligibility);
}

}  // namespace
}  // namespace liuhen::projections

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  liuhen::projections::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
