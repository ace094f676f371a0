#include "tools/verify_findings.h"

#include <algorithm>
#include <cstdio>

namespace liuhen::tools {

namespace {

namespace json = boost::json;
using projections::Evidence;
using projections::Finding;
using projections::Screen;
using projections::Sentence;

// As many as fit a screen; the rest are counted, and all are in the JSON.
constexpr std::size_t kShownMax = 20;

std::string significant(double value) {
  char out[32];
  std::snprintf(out, sizeof out, "%.2g", value);
  return out;
}

class Text {
 public:
  explicit Text(ReportLanguage language) : zh_(language == ReportLanguage::zh) {}
  void line(const std::string& zh, const std::string& en) {
    out_.append(zh_ ? zh : en).append(1, '\n');
  }
  void line(const std::string& indent, const Sentence& sentence) {
    line(indent + sentence.zh, indent + sentence.en);
  }
  std::string take() { return std::move(out_); }

 private:
  bool zh_;
  std::string out_;
};

Sentence evidence_of(const Evidence& evidence) {
  if (evidence.positions.empty()) return {};
  std::string positions;
  for (const std::uint64_t position : evidence.positions)
    positions += (positions.empty() ? "" : ", ") + std::to_string(position);
  const bool more = evidence.count > evidence.positions.size();
  const std::string all = std::to_string(evidence.count);
  return {"；证据：第 " + positions + " 条" + (more ? "等 " + all + " 处" : ""),
          "; evidence: entries " + positions + (more ? ", " + all + " in all" : "")};
}

Sentence power_of(const Screen& screen) {
  if (!screen.power) return {};
  const std::string chance = percent(screen.power->chance);
  if (screen.power->tries) {
    const std::string tries = significant(screen.power->ratio);
    return {"；若每次都试 " + tries + " 回、留截止号最小的，发现的把握 " + chance,
            "; if every draw had been tried " + tries +
                " times and the lowest cut-off kept, it would be found with a chance of " + chance};
  }
  if (screen.power->ratio == 0)
    return {"；若一户从不被抽中，发现并列名的把握 " + chance,
            "; one that is never drawn would be found and named with a chance of " + chance};
  const std::string ratio = significant(screen.power->ratio);
  return {"；若某一个的频率是常态的 " + ratio + " 倍，发现并列名的把握 " + chance,
          "; one " + ratio +
              " times as frequent as usual would be found and named with a chance of " + chance};
}

void add_found(const Screen& screen, Text& text) {
  text.line("  " + screen.title.zh + "（" + std::to_string(screen.findings.size()) + "）[" +
                screen.code + "]",
            "  " + screen.title.en + " (" + std::to_string(screen.findings.size()) + ") [" +
                screen.code + "]");
  const std::size_t shown = std::min(screen.findings.size(), kShownMax);
  for (std::size_t i = 0; i < shown; ++i) {
    const Finding& finding = screen.findings[i];
    const Sentence strength = strength_of(finding), evidence = evidence_of(finding.evidence);
    text.line("    · " + finding.what.zh + strength.zh + evidence.zh,
              "    · " + finding.what.en + strength.en + evidence.en);
  }
  if (shown < screen.findings.size()) {
    const std::string rest = std::to_string(screen.findings.size() - shown);
    text.line("    · 另有 " + rest + " 项，见 --json", "    · " + rest + " more: see --json");
  }
  const Sentence size = size_of(screen);
  text.line("    方法：" + screen.method.zh + "。" + size.zh + "。",
            "    how: " + screen.method.en + ". " + size.en + ".");
  text.line("    不能说明：" + screen.limits.zh + "。",
            "    what it does not show: " + screen.limits.en + ".");
}

}  // namespace

Sentence strength_of(const Finding& finding) {
  if (!finding.p) return {};
  const std::string p = significant(*finding.p), adjusted = significant(*finding.adjusted);
  return {"；p = " + p + "，Holm 校正后 " + adjusted, "; p = " + p + ", after Holm " + adjusted};
}

Sentence size_of(const Screen& screen) {
  const std::string sample = std::to_string(screen.sample), tests = std::to_string(screen.tests);
  const Sentence power = power_of(screen);
  return {"样本 " + sample + (screen.tests == 0 ? "" : "，检验 " + tests + " 项") + power.zh,
          "sample " + sample + (screen.tests == 0 ? "" : ", " + tests + " tests") + power.en};
}

std::string percent(double value) {
  char out[32];
  std::snprintf(out, sizeof out, "%.0f%%", 100 * value);
  return out;
}

std::string text_of_findings(const std::vector<Screen>& screens, ReportLanguage language) {
  Text text(language);
  text.line("跨抽取的分析（不违反规则，只说明应问什么；一次抽取证明不了公平与否）：",
            "Across draws (no rule is broken by these; they say what to ask; one draw cannot prove "
            "fairness):");
  for (const Screen& screen : screens) {
    if (!screen.findings.empty()) add_found(screen, text);
  }
  for (const Screen& screen : screens) {
    if (!screen.findings.empty()) continue;
    const Sentence size = size_of(screen);
    text.line("  未发现：" + screen.title.zh + "（" + size.zh + "）",
              "  nothing found: " + screen.title.en + " (" + size.en + ")");
  }
  return text.take();
}

json::array json_of_findings(const std::vector<Screen>& screens) {
  const auto both = [](const Sentence& sentence) {
    return json::object{{"zh", sentence.zh}, {"en", sentence.en}};
  };
  json::array out;
  for (const Screen& screen : screens) {
    json::array findings;
    for (const Finding& finding : screen.findings) {
      json::array positions(finding.evidence.positions.begin(), finding.evidence.positions.end());
      findings.push_back(json::object{
          {"about", finding.about.empty() ? json::value(nullptr) : json::value(finding.about)},
          {"what", both(finding.what)},
          {"positions", std::move(positions)},
          {"evidence", finding.evidence.count},
          {"p", finding.p ? json::value(*finding.p) : json::value(nullptr)},
          {"holm", finding.adjusted ? json::value(*finding.adjusted) : json::value(nullptr)}});
    }
    json::object row{{"code", screen.code},
                     {"title", both(screen.title)},
                     {"method", both(screen.method)},
                     {"limits", both(screen.limits)},
                     {"sample", screen.sample},
                     {"tests", screen.tests},
                     {"findings", std::move(findings)}};
    row["power"] = screen.power ? json::value(json::object{{"ratio", screen.power->ratio},
                                                           {"chance", screen.power->chance},
                                                           {"tries", screen.power->tries}})
                                : json::value(nullptr);
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace liuhen::tools
