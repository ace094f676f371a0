#include "tools/verify_tlog_proof.h"

#include <boost/json.hpp>

#include "crypto/tlog_proof.h"
#include "ledger/describe.h"

namespace liuhen::tools {

namespace {

using ledger::Verdict;
using projections::Sentence;

std::string number(std::uint64_t value) { return std::to_string(value); }

class Judge {
 public:
  explicit Judge(const crypto::Policy* policy) : policy_(policy) {
    out_.not_shown = {
        {"签名的密钥当时有权签署、此后未被撤销，以及这件事当时可以记入：须核验整个账本",
         "that the signing keys were allowed to, and not revoked, and that the event was legal: "
         "the "
         "whole log shows it"},
        {"此后没有别的记录更正或作废它", "that no later entry corrects or voids it"}};
  }

  TlogProofVerdict judge(std::string_view text, const std::optional<std::string>& entry) {
    const auto proof = crypto::parse_tlog_proof(text);
    if (!proof) return violated(proof.error());
    out_.index = proof->index;
    const auto note = crypto::parse_note(proof->checkpoint);
    LIUHEN_CHECK(note.has_value());
    if (const auto checkpoint = crypto::parse_checkpoint(note->text)) {
      out_.origin = checkpoint->origin;
      out_.size = checkpoint->size;
    }
    if (policy_ == nullptr) {
      return inconclusive(fail("verify.key",
                               "证明文件里没有公钥：请用 --vkey 或 --policy 给出您信任的日志公钥",
                               "such a file holds no key: give the log's key that you trust with "
                               "--vkey or --policy"));
    }
    if (!entry && proof->extra.empty()) {
      return inconclusive(
          fail("verify.entry", "证明文件里没有记录本身：请用 --entry 给出这条记录的文件",
               "the file does not hold the entry: give the file that does with --entry"));
    }
    const View bytes = entry ? view_of(*entry) : View(proof->extra);
    return judge_entry(*proof, bytes);
  }

 private:
  TlogProofVerdict judge_entry(const crypto::TlogProof& proof, View bytes) {
    const Hash leaf = crypto::leaf_hash(bytes);
    const auto opened = crypto::verify_tlog_proof(proof, leaf, *policy_);
    if (!opened) {
      const std::string& code = opened.error().code;
      if (code == "policy.log" || code == "policy.quorum") return inconclusive(opened.error());
      return violated(opened.error());
    }
    const std::string size = number(opened->checkpoint.size), index = number(proof.index);
    const bool witnessed = policy_->needs_witnesses();
    show("检查点（" + size + " 条）由所信任的日志公钥签署" +
             (witnessed ? "，符合见证人要求" : "；未要求见证人"),
         "the checkpoint of " + size + " entries is signed by the log's trusted key" +
             (witnessed ? ", and has its quorum of witnesses" : "; no witnesses were asked for"));
    show("这条记录（叶哈希 " + to_hex(leaf) + "）就是其中第 " + index + " 条",
         "the entry, of leaf hash " + to_hex(leaf) + ", is number " + index + " under it");
    return judge_event(proof.index, bytes);
  }

  TlogProofVerdict judge_event(std::uint64_t index, View bytes) {
    const auto event = ledger::Event::parse(bytes);
    if (!event) return inconclusive(event.error());
    if (event->position() != index) {
      const std::string own = number(event->position());
      return violated(fail("entry.moved", "记录自己写的位置是 " + own,
                           "the entry itself says that its position is " + own));
    }
    if (event->intent().origin() != out_.origin) {
      const std::string own(event->intent().origin());
      return violated(
          fail("intent.origin", "记录是给账本 " + own + " 的", "the entry is for the log " + own));
    }
    if (!ledger::verify_signatures(event->intent(), event->signatures())) {
      return violated(
          fail("intent.signature", "记录里作者的签名不对", "an author's signature in it is wrong"));
    }
    std::string authors;
    for (std::size_t i = 0; i < event->intent().author_count(); ++i)
      authors += (i == 0 ? "" : ", ") + to_hex(event->intent().author(i));
    show("内容由这些密钥签署：" + authors, "its content is signed by the keys " + authors);
    out_.entry = ledger::describe_json(*event);
    if (!event->intent().known()) {
      return inconclusive(fail("payload.unknown", "记录的内容属于更新的版本，本程序不认识",
                               "what the entry holds is of a later version than this program"));
    }
    out_.verdict = Verdict::verified;
    return std::move(out_);
  }

  void show(const std::string& zh, const std::string& en) { out_.shown.push_back({zh, en}); }
  TlogProofVerdict violated(Error error) {
    out_.verdict = Verdict::violated;
    out_.finding = std::move(error);
    return std::move(out_);
  }
  TlogProofVerdict inconclusive(Error error) {
    out_.verdict = Verdict::inconclusive;
    out_.finding = std::move(error);
    return std::move(out_);
  }

  const crypto::Policy* policy_;
  TlogProofVerdict out_;
};

Sentence sentence_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::verified:
      return {"结论：已核验（仅此一条在日志中）",
              "Verdict: verified (that this entry is in the log)"};
    case Verdict::violated:
      return {"结论：发现违背", "Verdict: violated"};
    case Verdict::inconclusive:
      return {"结论：无法判定（缺少所需内容）",
              "Verdict: inconclusive (something needed is missing)"};
  }
  return {};
}

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::verified:
      return "verified";
    case Verdict::violated:
      return "violated";
    case Verdict::inconclusive:
      return "inconclusive";
  }
  return "inconclusive";
}

boost::json::array list_of(const std::vector<Sentence>& sentences) {
  boost::json::array out;
  for (const Sentence& sentence : sentences)
    out.push_back({{"zh", sentence.zh}, {"en", sentence.en}});
  return out;
}

}  // namespace

bool is_tlog_proof(std::string_view text) { return text.starts_with(crypto::kTlogProofHeader); }

TlogProofVerdict verify_tlog_proof(std::string_view text, const std::optional<std::string>& entry,
                                   const crypto::Policy* policy) {
  return Judge(policy).judge(text, entry);
}

std::string text_of_report(const TlogProofVerdict& verdict, ReportLanguage language) {
  const bool zh = language == ReportLanguage::zh;
  std::string out;
  const auto line = [&](const std::string& in_zh, const std::string& in_en) {
    out.append(zh ? in_zh : in_en).append("\n");
  };
  const Sentence heading = sentence_of(verdict.verdict);
  line(heading.zh, heading.en);
  if (verdict.finding) {
    line("说明：" + verdict.finding->zh + " [" + verdict.finding->code + "]",
         "What: " + verdict.finding->en + " [" + verdict.finding->code + "]");
  }
  line("\n账本：" + verdict.origin, "\nLog: " + verdict.origin);
  line("位置：第 " + number(verdict.index) + " 条，检查点共 " + number(verdict.size) + " 条",
       "At: entry " + number(verdict.index) + " of " + number(verdict.size));
  if (!verdict.shown.empty()) line("\n已证明：", "\nShown:");
  for (const Sentence& shown : verdict.shown) line("  ✓ " + shown.zh, "  ✓ " + shown.en);
  line("\n此文件不能证明：", "\nSuch a file cannot show:");
  for (const Sentence& limit : verdict.not_shown) line("  – " + limit.zh, "  – " + limit.en);
  if (!verdict.entry.empty())
    line("\n记录内容：\n" + verdict.entry, "\nThe entry:\n" + verdict.entry);
  return out;
}

std::string json_of_report(const TlogProofVerdict& verdict) {
  namespace json = boost::json;
  json::value finding = nullptr;
  if (verdict.finding) {
    finding = {
        {"code", verdict.finding->code}, {"zh", verdict.finding->zh}, {"en", verdict.finding->en}};
  }
  const json::object out{
      {"verdict", name_of(verdict.verdict)},
      {"finding", std::move(finding)},
      {"origin", verdict.origin},
      {"position", verdict.index},
      {"size", verdict.size},
      {"entry", verdict.entry.empty() ? json::value(nullptr) : json::parse(verdict.entry)},
      {"shown", list_of(verdict.shown)},
      {"not_shown", list_of(verdict.not_shown)}};
  return json::serialize(out) + "\n";
}

}  // namespace liuhen::tools
