// Draws as the C++ makes them, in the plain text of tests/crypto/draw/data, for the second
// implementation to agree with (api/web/test/draw-crosscheck.test.js).
//
//   draw_cases answer KIND       reads cases on standard input, prints for each the lines that
//   answer
//                                it, and "end"
//   draw_cases make KIND SEED N  prints N random cases of its own, with their answers
//   draw_cases signatures        reads lines KEY MESSAGE SIGNATURE in hex, prints 1 or 0 for each,
//   by
//                                libsodium's rule
//
// KIND is selection, weighted, matching or substitute. In a list ~ is an empty item, and alone an
// empty list.
#include <sodium.h>

#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "crypto/draw/matching.h"
#include "crypto/draw/outcome.h"
#include "crypto/draw/pps.h"
#include "crypto/draw/selection.h"
#include "crypto/draw/substitute.h"

namespace liuhen::crypto::draw {
namespace {

using Words = std::vector<std::string>;
using Case = std::vector<Words>;

std::string unword(const std::string& word) { return word == "~" ? "" : word; }
std::string word(const std::string& text) { return text.empty() ? "~" : text; }

Words list(const std::string& word) {
  Words items;
  std::istringstream in(unword(word));
  for (std::string item; std::getline(in, item, ',');) items.push_back(unword(item));
  return items;
}

std::string joined(const Words& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ",") + word(item);
  return word(out);
}

template <std::size_t N>
std::array<std::uint8_t, N> hex(const std::string& text) {
  return exactly<N>(from_hex(text).value()).value();
}

Words words_of(const std::string& line) {
  Words words;
  std::istringstream in(line);
  for (std::string each; in >> each;) words.push_back(each);
  return words;
}

// The minimum and the maximum may be left out.
StratumShare share_from(const Words& w) {
  return {.num = std::stoull(w[1]),
          .den = std::stoull(w[2]),
          .fixed = std::stoull(w[3]),
          .minimum = w.size() > 4 ? std::stoull(w[4]) : 0,
          .maximum = w.size() > 5 ? std::stoull(w[5]) : 0};
}

SeatGroup group_from(const Words& w) {
  return {.qualification = unword(w[1]),
          .units = list(w[2]),
          .seats = std::stoull(w[3]),
          .unit_limit = std::stoull(w[4])};
}

InspectorRow inspector_from(const Words& w) {
  return {.id = w[1],
          .unit = w[2],
          .qualifications = list(w[3]),
          .capacity = std::stoull(w[4]),
          .eligibility = std::stoull(w[5])};
}

void answer_selection(const Case& lines) {
  Allocation allocation{.strata = {}, .total = std::stoull(lines[0][2])};
  std::vector<SubjectRow> rows;
  SubjectPool pool;
  for (const Words& w : lines) {
    if (w[0] == "stratum") {
      allocation.strata.push_back(share_from(w));
    } else if (w[0] == "row") {
      rows.push_back({.id = w[1], .stratum = std::stoull(w[2]), .eligibility = std::stoull(w[3])});
      if (!pool.add(rows.back())) std::abort();
    }
  }
  const Selection selection = select(hex<64>(lines[0][1]), allocation, rows).value();
  std::cout << "root " << to_hex(pool.root()) << "\n";
  for (std::size_t i = 0; i < selection.strata.size(); ++i) {
    const StratumOutcome& stratum = selection.strata[i];
    std::cout << "outcome " << stratum.eligible << " " << stratum.drawn << " "
              << (stratum.cutoff ? to_hex(*stratum.cutoff) : "~") << "\n";
    for (const DrawnSubject& drawn : selection.drawn) {
      if (drawn.stratum == i)
        std::cout << "drawn " << drawn.id << " " << to_hex(drawn.ticket) << "\n";
    }
  }
}

void answer_weighted(const Case& lines) {
  Allocation allocation{.strata = {}, .total = std::stoull(lines[0][2])};
  std::vector<SubjectRow> rows;
  for (const Words& w : lines) {
    if (w[0] == "stratum") {
      allocation.strata.push_back(share_from(w));
    } else if (w[0] == "row") {
      rows.push_back({.id = w[1],
                      .stratum = std::stoull(w[2]),
                      .weight = std::stoull(w[3]),
                      .eligibility = std::stoull(w[4])});
    }
  }
  const WeightedSelection chosen = select_weighted(hex<64>(lines[0][1]), allocation, rows).value();
  for (std::size_t i = 0; i < chosen.strata.size(); ++i) {
    const StratumOutcome& stratum = chosen.selection.strata[i];
    const PpsStratum& how = chosen.strata[i];
    std::cout << "outcome " << stratum.eligible << " " << stratum.drawn << " " << how.rest_drawn
              << " " << how.rest_weight << " " << how.start << "\n";
    for (const DrawnSubject& drawn : chosen.selection.drawn) {
      if (drawn.stratum == i)
        std::cout << "drawn " << drawn.id << " " << to_hex(drawn.ticket) << "\n";
    }
  }
}

void answer_matching(const Case& lines) {
  std::vector<SeatGroup> groups;
  std::vector<InspectorRow> inspectors;
  InspectorPool pool;
  std::vector<std::string> subjects;
  std::vector<Conflict> conflicts;
  Selection selection;
  for (const Words& w : lines) {
    if (w[0] == "group") groups.push_back(group_from(w));
    if (w[0] == "conflict") conflicts.push_back({.subject = w[1], .inspector = w[2]});
    if (w[0] == "inspector") {
      inspectors.push_back(inspector_from(w));
      if (!pool.add(inspectors.back())) std::abort();
    }
    if (w[0] == "subject") {
      subjects.push_back(w[1]);
      selection.drawn.push_back({.id = w[1], .ticket = hex<32>(w[2])});
    }
  }
  const Matching matching =
      match(hex<64>(lines[0][1]), groups, inspectors, subjects, conflicts).value();
  std::cout << "inspectors " << to_hex(pool.root()) << "\n";
  const std::vector<VisitRecord> records = visit_records(selection, matching, inspectors);
  for (std::size_t i = 0; i < records.size(); ++i) {
    std::cout << "visit " << records[i].subject << " " << (matching.visits[i].taken ? 1 : 0) << " "
              << joined(records[i].team) << "\n";
  }
  std::cout << "root " << to_hex(visits_root(records)) << "\n";
}

void answer_substitute(const Case& lines) {
  const Words& head = lines[0];
  std::vector<SeatGroup> groups;
  std::vector<SubstituteCandidate> candidates;
  std::vector<Hash> outputs;
  for (const std::string& output : list(head[6])) outputs.push_back(hex<32>(output));
  for (const Words& w : lines) {
    if (w[0] == "group") groups.push_back(group_from(w));
    if (w[0] == "inspector") candidates.push_back({.row = inspector_from(w)});
    if (w[0] == "now") {
      candidates.back().eligible = w[1] == "1";
      candidates.back().conflict = w[2] == "1";
      candidates.back().held_seat = w[3] == "1";
      candidates.back().load = std::stoull(w[4]);
    }
  }
  const Hash seed = substitute_seed(hex<32>(head[1]), hex<64>(head[2]), head[3],
                                    std::stoull(head[4]), std::stoull(head[5]), outputs);
  const SubstituteSeat seat{.seat = std::stoull(head[4]), .other_units = list(head[7])};
  const auto chosen = choose_substitute(seed, head[3], groups, seat, candidates).value();
  std::cout << "seed " << to_hex(seed) << "\nchosen "
            << (chosen ? candidates[*chosen].row.id : std::string("~")) << "\n";
}

const std::map<std::string, void (*)(const Case&)> kAnswers = {{"selection", answer_selection},
                                                               {"weighted", answer_weighted},
                                                               {"matching", answer_matching},
                                                               {"substitute", answer_substitute}};

// ---- cases of our own
// ------------------------------------------------------------------------------

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  Case make(const std::string& kind) {
    lines_.clear();
    if (kind == "selection") selection(false);
    if (kind == "weighted") selection(true);
    if (kind == "matching") matching();
    if (kind == "substitute") substitute();
    return lines_;
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  std::string number(std::uint64_t n) { return std::to_string(n); }
  void line(Words words) { lines_.push_back(std::move(words)); }

  std::string bytes(std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < 2 * count; ++i) out.push_back("0123456789abcdef"[below(16)]);
    return out;
  }
  std::vector<std::string> ids(std::size_t count) {
    static const std::string kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    std::set<std::string> made;
    while (made.size() < count) {
      std::string id;
      for (std::uint64_t left = 1 + below(kMaxIdBytes); left > 0; --left)
        id.push_back(kLetters[below(kLetters.size())]);
      made.insert(id);
    }
    return {made.begin(), made.end()};
  }
  std::string some_of(const Words& words) {
    Words some;
    for (const std::string& each : words) {
      if (one_in(2)) some.push_back(each);
    }
    if (some.empty()) some.push_back(words[below(words.size())]);
    return joined(some);
  }

  void selection(bool weighted) {
    line({"case", bytes(64), number(one_in(4) ? 1 + below(40) : 0)});
    const std::uint64_t strata = 1 + below(5);
    for (std::uint64_t i = 0; i < strata; ++i) {
      const std::uint64_t den = 1 + below(one_in(3) ? UINT64_MAX : 100);
      const std::uint64_t num = one_in(4) ? den : one_in(4) ? 0 : below(den) + 1;
      const std::uint64_t minimum = one_in(2) ? 0 : below(10);
      const std::uint64_t maximum = one_in(2) ? 0 : std::max<std::uint64_t>(1, minimum + below(10));
      line({"stratum", number(num), number(den), number(one_in(4) ? below(12) : 0), number(minimum),
            number(maximum)});
    }
    const std::uint64_t rows = one_in(6) ? below(2) : below(60);
    for (const std::string& id : ids(rows)) {
      Words row = {"row", id, number(below(strata))};
      if (weighted) row.push_back(number(1 + below(one_in(6) ? UINT64_MAX / 128 : 20)));
      row.push_back(number(one_in(5) ? 1 + below(3) : 0));
      line(row);
    }
  }

  void groups_and_inspectors(std::uint64_t inspectors, bool now) {
    const Words units = {"370202", "370203", "市局一处"};
    const std::uint64_t groups = 1 + below(3);
    for (std::uint64_t i = 0; i < groups; ++i) {
      const std::uint64_t seats = i == 0 ? 2 + below(2) : 1 + below(2);
      line({"group",
            one_in(3)   ? "~"
            : one_in(2) ? "EXPERT"
                        : "执法证",
            some_of(units), number(seats), number(below(seats + 1))});
    }
    for (const std::string& id : ids(inspectors)) {
      const Words held = {"EXPERT", "执法证"};
      line({"inspector", id, units[below(units.size())], one_in(6) ? "~" : some_of(held),
            number(below(4)), number(one_in(8) ? 1 + below(2) : 0)});
      if (now)
        line({"now", one_in(5) ? "0" : "1", one_in(6) ? "1" : "0", one_in(5) ? "1" : "0",
              number(below(3))});
    }
  }

  void matching() {
    line({"case", bytes(64)});
    groups_and_inspectors(below(one_in(10) ? 40 : 12), false);
    Words names;
    for (const Words& w : lines_) {
      if (w[0] == "inspector") names.push_back(w[1]);
    }
    const auto subjects = ids(below(one_in(10) ? 30 : 8));
    for (const std::string& subject : subjects) line({"subject", subject, bytes(32)});
    if (subjects.empty() || names.empty()) return;
    for (std::uint64_t i = below(1 + subjects.size() * names.size() / 4); i > 0; --i)
      line({"conflict", subjects[below(subjects.size())], names[below(names.size())]});
  }

  void substitute() {
    lines_.emplace_back();
    groups_and_inspectors(below(12), true);
    std::vector<SeatGroup> groups;
    for (const Words& w : lines_) {
      if (!w.empty() && w[0] == "group") groups.push_back(group_from(w));
    }
    const std::uint64_t seat = below(seats_of(groups));
    const SeatGroup& group = groups[group_of_seat(groups, seat)];
    Words others;
    for (std::uint64_t left = below(group.seats); left > 0; --left)
      others.push_back(group.units[below(group.units.size())]);
    lines_[0] = {"case",
                 bytes(32),
                 bytes(64),
                 ids(1)[0],
                 number(seat),
                 number(1 + below(300)),
                 one_in(2) ? "~" : bytes(32),
                 joined(others)};
  }

  std::mt19937_64 random_;
  Case lines_;
};

int answer(const std::string& kind) {
  Case lines;
  for (std::string line; std::getline(std::cin, line);) {
    if (line != "end") {
      lines.push_back(words_of(line));
      continue;
    }
    kAnswers.at(kind)(lines);
    std::cout << "end\n";
    lines.clear();
  }
  return 0;
}

int make(const std::string& kind, std::uint64_t seed, std::uint64_t count) {
  for (Maker maker(seed); count > 0; --count) {
    const Case lines = maker.make(kind);
    for (const Words& words : lines) {
      for (std::size_t i = 0; i < words.size(); ++i) std::cout << (i == 0 ? "" : " ") << words[i];
      std::cout << "\n";
    }
    kAnswers.at(kind)(lines);
    std::cout << "end\n";
  }
  return 0;
}

int signatures() {
  if (sodium_init() < 0) return 1;
  for (std::string line; std::getline(std::cin, line);) {
    const Words w = words_of(line);
    const auto key = hex<32>(w.at(0));
    const auto message = from_hex(unword(w.at(1))).value();
    const auto signature = hex<64>(w.at(2));
    const int bad =
        crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.data());
    std::cout << (bad == 0 ? 1 : 0) << "\n";
  }
  return 0;
}

}  // namespace
}  // namespace liuhen::crypto::draw

int main(int argc, char** argv) {
  using namespace liuhen::crypto::draw;
  std::ios::sync_with_stdio(false);
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 1 && words[0] == "signatures") return signatures();
  if (words.size() == 2 && words[0] == "answer" && kAnswers.contains(words[1]))
    return answer(words[1]);
  if (words.size() == 4 && words[0] == "make" && kAnswers.contains(words[1]))
    return make(words[1], std::stoull(words[2]), std::stoull(words[3]));
  std::cerr << "usage: draw_cases answer KIND | make KIND SEED N | signatures\n";
  return 3;
}
