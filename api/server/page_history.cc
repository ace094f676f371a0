// What happened in a draw, in order, and who signed it.
#include "api/server/html.h"
#include "api/server/pages.h"
#include "crypto/draw/digits.h"
#include "projections/fields.h"

namespace liuhen::api::server {
namespace {

using ledger::PayloadTag;

constexpr std::size_t kHistoryShown = 200;  // the rest are in the API

// What an event is, in words, with what its author wrote, escaped.
std::string what(const ledger::Event& event) {
  namespace schema = ledger::schema;
  const auto said = [](const flatbuffers::String* text) {
    return text == nullptr ? std::string() : "：“" + escape(text->string_view()) + "”";
  };
  switch (event.tag()) {
    case PayloadTag::DrawAnnounced:
      return both("公告抽取", "announced");
    case PayloadTag::DrawCommitted:
      return both("提交承诺", "committed to a nonce");
    case PayloadTag::CommitmentsClosed:
      return both("承诺截止：此后必须执行并公布",
                  "commitments closed: it must now be carried out and shown");
    case PayloadTag::DrawRevealed:
      return both("揭示随机数", "revealed the nonce");
    case PayloadTag::RevealsClosed:
      return both("揭示截止", "reveals closed");
    case PayloadTag::BeaconRecorded: {
      const std::string round = std::to_string(event.payload<schema::BeaconRecorded>().round());
      return both("记录信标第 " + round + " 轮", "round " + round + " of the beacon recorded");
    }
    case PayloadTag::DigitsRecorded: {
      const auto& payload = event.payload<schema::DigitsRecorded>();
      const auto* source = crypto::draw::find_digit_source(projections::text(payload.source()));
      const std::string digits(projections::text(payload.digits()));
      if (source == nullptr) return both("记录数字 " + digits, "recorded digits " + digits);
      return both("记录" + std::string(source->zh) + " " + digits,
                  "recorded " + std::string(source->en) + " " + digits);
    }
    case PayloadTag::DrawExecuted:
      return projections::raw(event.payload<schema::DrawExecuted>().seed_hash()).empty()
                 ? both("执行抽取", "carried out")
                 : both("执行抽取，名单密封", "carried out and sealed");
    case PayloadTag::DrawDisclosed:
      if (!projections::raw(event.payload<schema::DrawDisclosed>().pi()).empty())
        return both("启封", "opened");
      return both("列示名单，第 " +
                      std::to_string(event.payload<schema::DrawDisclosed>().part() + 1) + " 部分",
                  "visits listed, part " +
                      std::to_string(event.payload<schema::DrawDisclosed>().part() + 1));
    case PayloadTag::DrawVoided:
      return both("作废", "voided") + said(event.payload<schema::DrawVoided>().reason());
    case PayloadTag::DrawFailed:
      return both("失败", "failed") + said(event.payload<schema::DrawFailed>().reason());
    case PayloadTag::DrawAttested: {
      const auto& attested = event.payload<schema::DrawAttested>();
      return (attested.agrees() ? both("见证，无异议", "attested without objection")
                                : both("见证，有异议", "attested with an objection")) +
             said(attested.statement());
    }
    case PayloadTag::EvidenceAttached:
      return both("附证据", "evidence attached") +
             said(event.payload<schema::EvidenceAttached>().note());
    case PayloadTag::TeamNamed:
      return both("指派检查人员", "team named") + said(event.payload<schema::TeamNamed>().reason());
    case PayloadTag::UnitsAdded:
      return both("加入整个单位", "whole units added") +
             said(event.payload<schema::UnitsAdded>().reason());
    default:
      return code(schema::EnumNamePayload(event.tag()));
  }
}

std::string signers(const projections::State& state, const ledger::Event& event) {
  std::string out;
  for (std::size_t i = 0; i < event.intent().author_count(); ++i) {
    const projections::Key* key = state.keys.find(event.intent().author(i));
    if (!out.empty()) out += "、";
    if (key == nullptr) {
      out += code(to_hex(event.intent().author(i)));
    } else if (key->has(projections::Role::platform)) {
      out += both("平台", "the platform");
    } else {
      out += escape(key->person);
    }
  }
  return out;
}

}  // namespace

std::string history_section(const Backend& backend, const projections::State& state,
                            const projections::Draw& draw) {
  Table table({{"时间", "Time"}, {"记录", "Entry"}, {"事项", "What"}, {"签名人", "Signed by"}});
  const std::string prefix = draw.stream + '\0';
  std::vector<std::uint64_t> positions;
  bool more = false;
  const Outcome scanned = backend.storage.scan(
      ledger::Family::streams, prefix, [&](std::string_view key, std::string_view) {
        if (!key.starts_with(prefix)) return false;
        more = positions.size() == kHistoryShown;
        if (!more) positions.push_back(ledger::number_of_key(key.substr(prefix.size())));
        return !more;
      });
  std::string trouble;
  if (!scanned) trouble = both(escape(scanned.error().zh), escape(scanned.error().en));
  for (const std::uint64_t position : positions) {
    const Result<std::string> bytes = backend.entry(position);
    const Result<ledger::Event> event =
        bytes ? ledger::Event::parse(view_of(*bytes)) : Result<ledger::Event>(bytes.error());
    if (!event) {
      trouble = both(escape(event.error().zh), escape(event.error().en));
      break;
    }
    table.row({"<span class=\"time\">" + local_time(event->time()) + "</span>",
               entry_link(position), what(*event), signers(state, *event)});
  }
  std::string body = table.html();
  if (!trouble.empty()) body += "<p class=\"note\">" + trouble + "</p>\n";
  if (more) {
    body += "<p>" + both("其余见", "The rest:") + " " +
            link("/api/v1/entries?stream=" + encode_segment(draw.stream) +
                     "&after=" + std::to_string(positions.back()),
                 "JSON") +
            "</p>\n";
  }
  return section(both("经过：谁在何时做了什么", "History: who did what, and when"), body);
}

}  // namespace liuhen::api::server
