#include "api/server/html.h"

#include "crypto/sha256.h"
#include "projections/calendar.h"

namespace liuhen::api::server {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ink:#1c2430;--soft:#556070;--line:#dce1e8;--paper:#fff;--ground:#f4f6f9;--mark:#9a2b1f;--link:#1557a8}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#a4aebc;--line:#333c48;--paper:#1b2129;--ground:#12161c;--mark:#ef9386;--link:#86b7f5}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.65 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei","WenQuanYi Micro Hei",sans-serif}
main{max-width:72rem;margin:0 auto;padding:1.25rem 1rem 3rem}
h1{font-size:1.55rem;line-height:1.35;margin:.2rem 0 .4rem}h2{font-size:1.15rem;margin:0 0 .7rem}h3{font-size:1rem;margin:1rem 0 .3rem}
h1,h2,h3,p,li,td,dd{overflow-wrap:anywhere}
section{background:var(--paper);border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.15rem;margin:1rem 0}
.en{color:var(--soft);font-size:.88em;font-weight:400}
.stack>.en{display:block}
a{color:var(--link)}a:focus-visible{outline:.15rem solid var(--link);outline-offset:.15rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.45rem .9rem .45rem 0;border-bottom:1px solid var(--line)}
tbody tr:last-child>th,tbody tr:last-child>td{border-bottom:0}
thead th{font-weight:600;line-height:1.35}thead .num{white-space:nowrap}thead .en{display:block}
.facts th{font-weight:500;width:13rem}
code,pre{font:.86em/1.5 ui-monospace,"DejaVu Sans Mono","Noto Sans Mono CJK SC","WenQuanYi Micro Hei Mono",monospace}
code{overflow-wrap:anywhere}a[href^="/api/v1/entries/"]{white-space:nowrap}
pre{background:var(--ground);border:1px solid var(--line);border-radius:.4rem;padding:.7rem .8rem;white-space:pre-wrap;overflow-wrap:anywhere;margin:.5rem 0}
.note{border-left:.25rem solid var(--mark);padding-left:.8rem;margin:.6rem 0}
.tier{color:var(--mark);font-weight:600;white-space:nowrap}
.num{text-align:right;font-variant-numeric:tabular-nums}.time{white-space:nowrap;font-variant-numeric:tabular-nums}
p{margin:.4rem 0}ul,ol{margin:.3rem 0;padding-left:1.2rem}dl{margin:.4rem 0}dt{font-weight:600;margin-top:.5rem}dd{margin:.1rem 0 .3rem 0}
td ul{padding-left:0;list-style:none;margin:0}
.cards td::before{content:none}
@media screen and (max-width:48rem){
section{padding:.9rem .9rem}
.facts,.facts tbody,.facts tr,.facts th,.facts td{display:block;width:auto}.facts th{border-bottom:0;padding:.45rem 0 0}.facts td{padding:0 0 .45rem}
.cards,.cards tbody,.cards tr,.cards td{display:block;width:auto}.cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.cards tr{border-bottom:1px solid var(--line);padding:.5rem 0}.cards tr:last-child{border-bottom:0}
.cards td{border:0;padding:.1rem 0;display:grid;grid-template-columns:7.5rem 1fr;gap:.6rem;text-align:left}
.cards td::before{content:attr(data-name);color:var(--soft);font-size:.88em;line-height:1.85}
}
@media print{:root{--ink:#000;--soft:#333;--line:#999;--paper:#fff;--ground:#fff;--mark:#000;--link:#000}body{font-size:10.5pt}main{max-width:none;padding:0}section{border:0;padding:0;margin:.8rem 0}tr{break-inside:avoid}thead{display:table-header-group}a{text-decoration:none}.pages{display:none}}
)";

// The one style that the policy lets through; nothing that gets into a page can bring its own.
const std::string& style_source() {
  static const std::string source = "'sha256-" + to_base64(crypto::sha256(view_of(kStyle))) + "'";
  return source;
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string both(std::string_view zh, std::string_view en) {
  return std::string(zh) + " <span class=\"en\" lang=\"en\">" + std::string(en) + "</span>";
}

std::string fact(std::string_view zh, std::string_view en, std::string_view value) {
  return "<tr><th scope=\"row\">" + both(zh, en) + "</th><td>" + std::string(value) +
         "</td></tr>\n";
}

std::string code(std::string_view text) { return "<code>" + escape(text) + "</code>"; }

std::string link(std::string_view target, std::string_view text) {
  return "<a href=\"" + escape(target) + "\">" + std::string(text) + "</a>";
}

std::string entry_link(std::uint64_t position) {
  const std::string number = std::to_string(position);
  return link("/api/v1/entries/" + number, "#" + number);
}

std::string section(std::string_view heading, const std::string& body) {
  return "<section>\n<h2>" + std::string(heading) + "</h2>\n" + body + "</section>\n";
}

void Table::row(const std::vector<std::string>& cells) {
  LIUHEN_CHECK(cells.size() == columns_.size());
  rows_ += "<tr role=\"row\">";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    rows_ += std::string("<td role=\"cell\"") + (columns_[i].number ? " class=\"num\"" : "") +
             " data-name=\"" + columns_[i].zh + " " + columns_[i].en + "\"><div>" + cells[i] +
             "</div></td>";
  }
  rows_ += "</tr>\n";
}

std::string Table::html() const {
  std::string out =
      "<table role=\"table\" class=\"cards\">\n<thead role=\"rowgroup\"><tr role=\"row\">";
  for (const Column& column : columns_) {
    out += std::string("<th role=\"columnheader\" scope=\"col\"") +
           (column.number ? " class=\"num\">" : ">") + both(column.zh, column.en) + "</th>";
  }
  return out + "</tr></thead>\n<tbody role=\"rowgroup\">\n" + rows_ + "</tbody>\n</table>\n";
}

std::string local_time(std::uint64_t unix_s) {
  return unix_s == 0 || unix_s > projections::kLastDatedS ? "—" : projections::time_text(unix_s);
}

Response page(std::string_view title, const std::string& body) {
  Response response;
  response.content_type = "text/html; charset=utf-8";
  response.body =
      "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>" +
      escape(title) + "</title>\n<style>" + std::string(kStyle) +
      "</style>\n</head>\n<body>\n<main>\n" + body + "</main>\n</body>\n</html>\n";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Content-Security-Policy",
                                "default-src 'none'; style-src " + style_source() +
                                    "; base-uri 'none'; form-action 'none'; "
                                    "frame-ancestors 'none'");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  return response;
}

}  // namespace liuhen::api::server
