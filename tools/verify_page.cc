#include "tools/verify_page.h"

#include <cstdio>

#include "crypto/sha256.h"
#include "crypto/utf8.h"
#include "tools/verify_report_file.h"

namespace liuhen::tools {

namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light;--ink:#1c2430;--soft:#556070;--line:#dce1e8;--paper:#fff;--ground:#f4f6f9;--bad:#a3261a;--good:#1d6b3a;--open:#8a5a00;--link:#1557a8}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.6 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei","WenQuanYi Micro Hei",sans-serif}
main{max-width:72rem;margin:0 auto;padding:1.25rem 1rem 3rem}
h1{font-size:1.55rem;line-height:1.35;margin:.2rem 0 .6rem}h2{font-size:1.2rem;margin:0 0 .7rem}h3{font-size:1.02rem;margin:1.1rem 0 .3rem}
h1,h2,h3,p,li,td,th,summary{overflow-wrap:anywhere}
section{background:var(--paper);border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.15rem;margin:1rem 0}
a{color:var(--link)}a:focus-visible{outline:.15rem solid var(--link);outline-offset:.15rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;border-bottom:1px solid var(--line)}
thead th{font-weight:600;line-height:1.35;white-space:nowrap}tbody tr:last-child>*{border-bottom:0}
.facts th{font-weight:500;width:12rem;color:var(--soft)}
code{font:.86em/1.5 ui-monospace,"DejaVu Sans Mono","Noto Sans Mono CJK SC","WenQuanYi Micro Hei Mono",monospace;overflow-wrap:anywhere}
p{margin:.4rem 0}ul{margin:.3rem 0;padding-left:1.2rem}.marked{list-style:none;padding-left:0}
.banner{border-left:.5rem solid var(--open)}.banner.good{border-color:var(--good)}.banner.bad{border-color:var(--bad)}
.verdict{font-size:1.35rem;font-weight:700;margin:0 0 .4rem}.good .verdict,.yes{color:var(--good)}.bad .verdict,.no{color:var(--bad)}.verdict,.open{color:var(--open)}
.yes,.no,.open,.mark{font-weight:700;white-space:nowrap}
.soft{color:var(--soft)}.nowrap{white-space:nowrap;font-variant-numeric:tabular-nums}
tr.wrong>*{background:#fbeceb}:target{outline:.15rem solid var(--link)}
details{border-top:1px solid var(--line);padding:.5rem 0}summary{cursor:pointer;font-weight:600}summary .soft{font-weight:400}
.chart{display:block;width:100%;height:4rem;margin:.5rem 0 0}.ends{display:flex;justify-content:space-between;gap:1rem;color:var(--soft);font-size:.85em;margin:.1rem 0 .6rem}
.meter{display:inline-block;width:7rem;height:.6rem;margin:0 .5rem 0 0;vertical-align:baseline}
nav ul{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem}
@media screen and (max-width:48rem){
.facts,.facts tbody,.facts tr,.facts th,.facts td{display:block;width:auto}.facts th{border-bottom:0;padding:.4rem 0 0}.facts td{padding:0 0 .4rem}
.cards,.cards tbody,.cards tr,.cards td{display:block;width:auto}.cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.cards tr{border-bottom:1px solid var(--line);padding:.5rem 0}.cards tr:last-child{border-bottom:0}.cards tr.wrong{background:#fbeceb}
.cards td{border:0;padding:.1rem 0;display:grid;grid-template-columns:6.5rem 1fr;gap:.6rem}
.cards td::before{content:attr(data-name);color:var(--soft);font-size:.88em;line-height:1.8}
.nowrap{white-space:normal}
}
@page{size:A4;margin:16mm 14mm}
@media print{:root{--ground:#fff;--soft:#333;--line:#999;--link:#000}body{font-size:9.5pt}main{max-width:none;padding:0}section{border:0;border-radius:0;padding:0;margin:.9rem 0}
.banner{border:1.5pt solid #000;padding:.6rem .8rem}h2{border-bottom:1pt solid #000;padding-bottom:.15rem;break-after:avoid}h3,summary{break-after:avoid}
tr,.banner{break-inside:avoid}thead{display:table-header-group}a{text-decoration:none}nav,.draw:not([open]){display:none}tr.wrong>*{background:none;font-weight:700}}
)";

// What would be shown as nothing, or turn what follows around: U+061C, U+200E, U+200F, U+202A to
// U+202E, U+2066 to U+2069, and controls.
bool steers(char32_t c) {
  return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0) || c == 0x061C ||
         c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

std::string visible(char32_t c) {
  char out[16];
  std::snprintf(out, sizeof out, "\\u%04x", static_cast<unsigned>(c));
  return out;
}

void append_escaped(char c, std::string& out) {
  switch (c) {
    case '&':
      out += "&amp;";
      return;
    case '<':
      out += "&lt;";
      return;
    case '>':
      out += "&gt;";
      return;
    case '"':
      out += "&quot;";
      return;
    case '\'':
      out += "&#39;";
      return;
    default:
      out += c;
  }
}

std::string id_attribute(const std::string& id) {
  return id.empty() ? "" : " id=\"" + escaped(id) + "\"";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::string_view rest = text;
    const auto c = crypto::take_code_point(rest);
    if (!c) {  // no UTF-8
      out += "\xEF\xBF\xBD";
      text.remove_prefix(1);
      continue;
    }
    const std::string_view bytes = text.substr(0, text.size() - rest.size());
    if (steers(*c))
      out += visible(*c);
    else if (bytes.size() == 1)
      append_escaped(bytes.front(), out);
    else
      out += bytes;
    text = rest;
  }
  return out;
}

void Page::heading(int level, const std::string& text, const std::string& id) {
  const std::string tag = "h" + std::to_string(level);
  add("<" + tag + id_attribute(id) + ">" + escaped(text) + "</" + tag + ">\n");
}

void Page::paragraph(const projections::Sentence& sentence) {
  add("<p>" + escaped(pick(sentence)) + "</p>\n");
}

void Page::list(const std::vector<projections::Sentence>& sentences) {
  add("<ul>\n");
  for (const auto& sentence : sentences) add("<li>" + escaped(pick(sentence)) + "</li>\n");
  add("</ul>\n");
}

void Page::begin_section(const std::string& id, const std::string& zh, const std::string& en) {
  add("<section" + id_attribute(id) + ">\n");
  heading(2, pick(zh, en));
}

std::string Page::html(const std::string& title) const {
  const std::string policy = "default-src 'none'; style-src 'sha256-" +
                             to_base64(crypto::sha256(view_of(kStyle))) +
                             "'; base-uri 'none'; form-action 'none'";
  return std::string(kReportMark) + "<html lang=\"" + (zh_ ? "zh-CN" : "en") +
         "\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" "
         "content=\"" +
         policy +
         "\">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<meta "
         "name=\"referrer\" content=\"no-referrer\">\n<title>" +
         escaped(title) + "</title>\n<style>" + std::string(kStyle) +
         "</style>\n</head>\n<body>\n<main>\n" + body_ + "</main>\n</body>\n</html>\n";
}

void PageTable::row(const std::vector<std::string>& cells, const std::string& attributes) {
  LIUHEN_CHECK(cells.size() == headings_.size());
  rows_ += "<tr" + attributes + ">";
  for (std::size_t i = 0; i < cells.size(); ++i)
    rows_ += "<td data-name=\"" + escaped(headings_[i]) + "\"><div>" + cells[i] + "</div></td>";
  rows_ += "</tr>\n";
}

std::string PageTable::html() const {
  std::string out = "<table class=\"cards\">\n<thead><tr>";
  for (const std::string& heading : headings_)
    out += "<th scope=\"col\">" + escaped(heading) + "</th>";
  return out + "</tr></thead>\n<tbody>\n" + rows_ + "</tbody>\n</table>\n";
}

void PageFacts::fact(const std::string& name, const std::string& value_markup) {
  rows_ += "<tr><th scope=\"row\">" + escaped(name) + "</th><td>" + value_markup + "</td></tr>\n";
}

std::string PageFacts::html() const {
  return "<table class=\"facts\">\n<tbody>\n" + rows_ + "</tbody>\n</table>\n";
}

}  // namespace liuhen::tools
