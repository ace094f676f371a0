#include "api/server/html.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace liuhen::api::server {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5d6878;--line:#dce1e8;--paper:#fff;--ground:#f4f6f9;--mark:#9a2b1f;--link:#1557a8}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#9aa5b4;--line:#333c48;--paper:#1b2129;--ground:#12161c;--mark:#ef9386;--link:#86b7f5}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.6 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
main{max-width:64rem;margin:0 auto;padding:1.5rem 1rem 3rem}
h1{font-size:1.6rem;margin:.2rem 0 .4rem}h2{font-size:1.15rem;margin:0 0 .7rem}
section{background:var(--paper);border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.15rem;margin:1rem 0}
.en{color:var(--soft);font-size:.88em;font-weight:400}
a{color:var(--link)}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.4rem .9rem .4rem 0;border-bottom:1px solid var(--line)}
tr:last-child>th,tr:last-child>td{border-bottom:0}
thead th{white-space:nowrap}
.facts th{font-weight:500;white-space:nowrap;width:1%}
.wide{overflow-x:auto}
code,pre{font:.86em/1.5 ui-monospace,"DejaVu Sans Mono","Noto Sans Mono CJK SC",monospace}
code{overflow-wrap:anywhere}
pre{background:var(--ground);border:1px solid var(--line);border-radius:.4rem;padding:.7rem .8rem;overflow-x:auto;margin:.5rem 0}
.note{border-left:.25rem solid var(--mark);padding-left:.8rem;margin:.6rem 0}
.tier{color:var(--mark);font-weight:600;white-space:nowrap}
.num{text-align:right;font-variant-numeric:tabular-nums}
p{margin:.4rem 0}ul{margin:.3rem 0;padding-left:1.2rem}
@media(max-width:40rem){.facts,.facts tbody,.facts tr,.facts th,.facts td{display:block;width:auto}.facts th{border-bottom:0;padding-bottom:0;white-space:normal}.facts td{padding-top:0}}
)";

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

std::string local_time(std::uint64_t unix_s) {
  if (unix_s == 0 || unix_s > 253'402'300'799) return "—";  // beyond the year 9999
  const std::chrono::sys_seconds at{std::chrono::seconds(unix_s + 8 * 3'600)};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(at - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d:%02d",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return text.data();
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
  response.headers.emplace_back(
      "Content-Security-Policy",
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
      "frame-ancestors 'none'");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  return response;
}

}  // namespace liuhen::api::server
