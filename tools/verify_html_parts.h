// The sections that the page of a log and that of one draw are made of.
#pragma once

#include <optional>
#include <set>

#include "tools/verify_html.h"
#include "tools/verify_page.h"

namespace liuhen::tools {

using projections::Sentence;

// "第 12 条", led to where the page shows that entry.
class EntryLinks {
 public:
  explicit EntryLinks(const Page& page) : page_(page) {}
  void shows(const projections::DrawTimeline& timeline);
  std::string link(std::uint64_t position) const;

 private:
  const Page& page_;
  std::set<std::uint64_t> shown_;
};

void add_verdict(Page& page, const EntryLinks& links, ledger::Verdict verdict, bool keys_pinned,
                 const std::optional<Error>& finding, std::optional<std::uint64_t> position,
                 const std::string& where);

// Rows on whom the reader trusts.
void add_policy(PageFacts& facts, const Page& page, const crypto::Policy* policy);

void add_timeline(Page& page, const projections::DrawTimeline& timeline);

// Findings across draws.
void add_screens(Page& page, const EntryLinks& links,
                 const std::vector<projections::Screen>& screens);

}  // namespace liuhen::tools
