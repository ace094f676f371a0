// One self-contained page in one language: every text that is not ours is escaped, nothing is
// loaded from anywhere, and there is no script. For screens of any width, and for paper.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projections/sentence.h"
#include "tools/verify_report.h"

namespace liuhen::tools {

// Text in an element or in a quoted attribute. Controls, and marks that change the direction of
// writing, become visible.
std::string escaped(std::string_view text);

class Page {
 public:
  explicit Page(ReportLanguage language) : zh_(language == ReportLanguage::zh) {}

  std::string pick(const std::string& zh, const std::string& en) const { return zh_ ? zh : en; }
  std::string pick(const projections::Sentence& sentence) const {
    return zh_ ? sentence.zh : sentence.en;
  }

  // What has been escaped, or is markup of ours.
  void add(std::string_view html) { body_.append(html); }
  void heading(int level, const std::string& text, const std::string& id = "");
  void paragraph(const projections::Sentence& sentence);
  void paragraph(const std::string& zh, const std::string& en) { paragraph({zh, en}); }
  void list(const std::vector<projections::Sentence>& sentences);
  void begin_section(const std::string& id, const std::string& zh, const std::string& en);
  void end_section() { add("</section>\n"); }

  std::string html(const std::string& title) const;

 private:
  bool zh_;
  std::string body_;
};

// A table that a narrow screen shows as one card a row, each cell under its column's name. Cells
// are markup; headings are text.
class PageTable {
 public:
  explicit PageTable(std::vector<std::string> headings) : headings_(std::move(headings)) {}
  // `attributes` of the row, such as ` id="e7"`; as many cells as headings.
  void row(const std::vector<std::string>& cells, const std::string& attributes = "");
  std::string html() const;

 private:
  std::vector<std::string> headings_;
  std::string rows_;
};

// Facts, each with its name.
class PageFacts {
 public:
  void fact(const std::string& name, const std::string& value_markup);
  std::string html() const;

 private:
  std::string rows_;
};

}  // namespace liuhen::tools
