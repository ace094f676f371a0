#include "tools/verify_charts.h"

#include <algorithm>
#include <cstdio>

#include "projections/calendar.h"
#include "tools/verify_words.h"

namespace liuhen::tools {

namespace {

constexpr double kWidth = 1000, kMargin = 12;

std::string coordinate(double value) {
  char out[32];
  std::snprintf(out, sizeof out, "%.1f", value);
  return out;
}

double along(std::uint64_t value, std::uint64_t first, std::uint64_t last) {
  if (last <= first) return kWidth / 2;
  return kMargin + (kWidth - 2 * kMargin) * static_cast<double>(value - first) /
                       static_cast<double>(last - first);
}

std::string begin_chart(int height, const std::string& label) {
  const std::string box = "0 0 1000 " + std::to_string(height);
  return "<svg class=\"chart\" preserveAspectRatio=\"none\" viewBox=\"" + box +
         "\" role=\"img\" aria-label=\"" + escaped(label) + "\"><title>" + escaped(label) +
         "</title>\n";
}

std::string axis(double y) {
  return "<line x1=\"0\" y1=\"" + coordinate(y) + "\" x2=\"1000\" y2=\"" + coordinate(y) +
         "\" stroke=\"#9aa3af\" stroke-width=\"1\"/>\n";
}

// What the two ends of an axis stand for: text of the page, for a drawing shrinks with the screen.
std::string ends(const std::string& first, const std::string& last) {
  return "<p class=\"ends\"><span>" + escaped(first) + "</span><span>" + escaped(last) +
         "</span></p>\n";
}

std::string linked(const std::string& target, const std::string& title, const std::string& shape) {
  return "<a href=\"#" + escaped(target) + "\"><title>" + escaped(title) + "</title>" + shape +
         "</a>\n";
}

std::string triangle(double x, double y) {
  return "<path d=\"M" + coordinate(x) + " " + coordinate(y) + "l-9 -17h18z\" fill=\"#a3261a\"/>";
}

std::string bar(double x, double y, double height, const char* colour) {
  return "<rect x=\"" + coordinate(x - 1.5) + "\" y=\"" + coordinate(y - height) +
         "\" width=\"3\" height=\"" + coordinate(height) + "\" fill=\"" + colour + "\"/>";
}

}  // namespace

std::string chart_of_draws(const std::vector<projections::DrawLine>& draws, std::uint64_t size,
                           const Page& page) {
  const auto wrong =
      static_cast<std::uint64_t>(std::ranges::count(draws, true, &projections::DrawLine::wrong));
  std::string out = begin_chart(
      64, page.pick("全部 " + number(draws.size()) + " 次抽取在账本中的位置，其中 " +
                        number(wrong) + " 次违规",
                    "where the " + number(draws.size()) + " draws stand in the log; in " +
                        number(wrong) + " of them a rule was broken"));
  constexpr double kBase = 60;
  out += axis(kBase);
  for (const auto& draw : draws) {
    if (draw.wrong) continue;
    const double x = along(draw.position, 0, size);
    out += linked("draw-" + number(draw.number), draw.stream,
                  bar(x, kBase, 22, draw.discarded ? "#8a5a00" : "#1d6b3a"));
  }
  for (const auto& draw : draws) {
    if (!draw.wrong) continue;
    const double x = along(draw.position, 0, size);
    out += linked("draw-" + number(draw.number), draw.stream, triangle(x, kBase - 26));
  }
  return out + "</svg>\n" +
         ends(page.pick("第 0 条", "entry 0"),
              page.pick("第 " + number(size) + " 条", "entry " + number(size)));
}

std::string chart_of_steps(const projections::DrawTimeline& timeline, const Page& page) {
  const auto& steps = timeline.steps;
  if (steps.size() < 2 || steps.front().time == steps.back().time) return "";
  const std::uint64_t first = steps.front().time, last = steps.back().time;
  std::string out = begin_chart(
      40, page.pick("各步的记录时间，自 " + projections::time_text(first) + " 至 " +
                        projections::time_text(last) + "（北京时间）",
                    "recorded times of the steps, from " + projections::time_text(first) + " to " +
                        projections::time_text(last) + " (UTC+8)"));
  constexpr double kBase = 38;
  out += axis(kBase);
  for (const auto& step : steps) {
    const double x = along(step.time, first, last);
    const std::string title = projections::time_text(step.time) + " " + page.pick(step.what);
    out += linked("e" + number(step.position), title,
                  step.wrong ? triangle(x, kBase) : bar(x, kBase, 16, "#1557a8"));
  }
  return out + "</svg>\n" + ends(projections::time_text(first), projections::time_text(last));
}

std::string meter(double share) {
  const double width = 100 * std::clamp(share, 0.0, 1.0);
  return "<svg class=\"meter\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" "
         "aria-hidden=\"true\"><rect width=\"100\" height=\"10\" fill=\"#dce1e8\"/><rect width=\"" +
         coordinate(width) + "\" height=\"10\" fill=\"#1557a8\"/></svg>";
}

}  // namespace liuhen::tools
