// Gathers the few entries that decide over one row: they name nobody else of the pool.
#include <algorithm>
#include <set>

#include "ledger/log_keys.h"
#include "projections/fields.h"
#include "projections/outcome.h"
#include "projections/row_file.h"
#include "projections/sealed_draw.h"

namespace liuhen::projections {

namespace {

using Tag = ledger::PayloadTag;

constexpr Tag kSteps[] = {Tag::DrawAnnounced,  Tag::DigitsRecorded, Tag::RevealsClosed,
                          Tag::BeaconRecorded, Tag::DrawExecuted,   Tag::DrawVoided,
                          Tag::DrawFailed};

class Gathering {
 public:
  Gathering(ProofSource& source, std::uint64_t size) : source_(source), size_(size) {}

  // The entries of the stream under the checkpoint for which `wanted` is true; the first one only,
  // if it says so.
  template <class Wanted>
  Outcome take(const std::string& stream, bool first_only, const Wanted& wanted) {
    const auto positions = source_.positions(stream);
    if (!positions) return positions.error();
    for (const std::uint64_t position : *positions) {
      if (position >= size_) break;
      auto bytes = source_.entry(position);
      if (!bytes) return bytes.error();
      const auto event = ledger::Event::parse(*bytes);
      if (!event) return event.error();
      if (!wanted(*event)) continue;
      entries_.emplace(position, std::move(*bytes));
      if (first_only) break;
    }
    return ok();
  }

  Result<std::vector<ProofEntry>> proven() {
    std::vector<ProofEntry> out;
    for (auto& [position, bytes] : entries_) {
      auto inclusion = source_.inclusion(position, size_);
      if (!inclusion) return inclusion.error();
      out.push_back(
          {.position = position, .bytes = std::move(bytes), .inclusion = std::move(*inclusion)});
    }
    return out;
  }

 private:
  ProofSource& source_;
  std::uint64_t size_;
  std::map<std::uint64_t, Bytes> entries_;
};

Result<std::vector<ProofEntry>> entries_of(const Draw& draw, ProofSource& source,
                                           std::uint64_t size) {
  Gathering gathering(source, size);
  const auto any = [](const ledger::Event&) { return true; };
  if (auto taken = gathering.take("genesis", true, any); !taken) return taken.error();
  if (auto taken = gathering.take(ledger::kKeyChangeAbout, false, ledger::is_key_change); !taken)
    return taken.error();
  if (draw.beacon) {
    const std::string chain = "beacon/" + to_hex(draw.beacon->chain_hash);
    if (auto taken = gathering.take(chain, true, any); !taken) return taken.error();
  }
  // What opened a sealed draw; parts that list visits would name others.
  const auto is_step = [](const ledger::Event& event) {
    if (event.tag() == Tag::DrawDisclosed)
      return !raw(event.payload<ledger::schema::DrawDisclosed>().pi()).empty();
    return std::ranges::find(kSteps, event.tag()) != std::end(kSteps);
  };
  if (auto taken = gathering.take(draw.stream, false, is_step); !taken) return taken.error();
  return gathering.proven();
}

}  // namespace

namespace {

// What any such file begins and ends with.
Result<RowText> frame_of(const Draw& draw, std::string_view subject, ProofSource& source) {
  if (auto checked = crypto::draw::check_id(subject); !checked) return checked.error();
  auto note = source.checkpoint();
  if (!note) return note.error();
  const auto parsed = crypto::parse_note(*note);
  if (!parsed) return parsed.error();
  const auto checkpoint = crypto::parse_checkpoint(parsed->text);
  if (!checkpoint) return checkpoint.error();
  if (checkpoint->size <= draw.position)
    return fail("proof.behind", "检查点尚未覆盖该抽取的公告，请稍后再取",
                "the checkpoint does not cover the draw's announcement yet, try again later");
  if (draw.is_sealed()) return still_sealed(draw.announcement.disclosure_deadline);
  auto entries = entries_of(draw, source, checkpoint->size);
  if (!entries) return entries.error();
  return RowText{.origin = checkpoint->origin,
                 .draw = draw.stream,
                 .subject = std::string(subject),
                 .entries = std::move(*entries),
                 .rows = {},
                 .opened = {},
                 .checkpoint = std::move(*note)};
}

bool covers(const RowText& file, std::uint64_t position) {
  return std::ranges::find(file.entries, position, &ProofEntry::position) != file.entries.end();
}

}  // namespace

Result<std::string> build_row_file(const State& state, const Draw& draw, std::string_view subject,
                                   ProofSource& source) {
  if (draw.is_restricted()) {
    return fail("draw.restricted_row",
                "名录受限：某一户的行只由运营方或监督人交给它本身，不公开提供",
                "the pool is restricted: a subject's row is given to itself, by the operator or a "
                "supervisor, and not to anybody who asks");
  }
  auto file = frame_of(draw, subject, source);
  if (!file) return file.error();
  const auto pool = pool_of(state, draw.announcement, draw.rule_set);
  if (!pool) return pool.error();
  auto rows = crypto::draw::prove_row(pool->subjects, subject);
  if (!rows) return rows.error();
  file->rows = std::move(*rows);
  return format_row_file(*file);
}

Result<std::string> build_opened_row_file(const Draw& draw, std::string_view subject,
                                          ProofSource& source, const OpenedPool& opened) {
  auto file = frame_of(draw, subject, source);
  if (!file) return file.error();
  auto place = crypto::draw::prove_committed_row(opened.rows, subject);
  if (!place) return place.error();
  if (!*place) {
    return fail("row.absent", "“" + std::string(subject) + "”不在该抽取的名录中",
                "\"" + std::string(subject) + "\" is not in the pool of that draw");
  }
  const auto& row = opened.pool.subjects[(*place)->index];
  const auto opening = crypto::draw::row_opening(opened.key, row);
  file->opened = OpenedRow{.index = (*place)->index,
                           .row = opened.rows[(*place)->index],
                           .path = std::move((*place)->path),
                           .content = crypto::draw::decode_row_content(opening.bytes).value(),
                           .salt = opening.salt,
                           .cutoff = {}};
  if (draw.known_at && covers(*file, *draw.known_at)) {
    const auto selection = crypto::draw::select_restricted(
        *draw.seed, allocation_of(draw.announcement), opened.key, opened.pool.subjects);
    if (!selection) return selection.error();
    file->opened->cutoff = crypto::draw::cutoff_opening(opened.key, row.stratum,
                                                        selection->strata[row.stratum].cutoff);
  }
  return format_row_file(*file);
}

}  // namespace liuhen::projections
