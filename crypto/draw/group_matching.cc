#include "crypto/draw/group_matching.h"

#include <algorithm>

#include "crypto/result.h"

namespace liuhen::crypto::draw {

namespace {

constexpr std::size_t kStart =
    static_cast<std::size_t>(-1);  // via: where a path from a member begins

}  // namespace

GroupMatching::GroupMatching(std::vector<Member> members, Index seats, std::uint64_t unit_limit)
    : members_(std::move(members)), seats_(seats), unit_limit_(unit_limit) {
  for (const Member& member : members_) units_ = std::max(units_, member.unit + 1);
  const std::size_t count = members_.size() + 1;
  members_.push_back({.unit = units_++, .capacity = 0});  // nobody, of a unit without a limit
  sits_on_.resize(count);
  load_.resize(count);
  fixed_.resize(count);
  spare_.resize(units_);
  spare_place_.resize(count);
  class_.resize(count);
  is_end_.resize(count);
  via_.resize(count);
  unfound_.resize(units_);
  for (Index i = 0; i + 1 < count; ++i) {
    if (members_[i].capacity != 0) spare(i);
  }
}

// ---- the assignment
// -------------------------------------------------------------------------------

void GroupMatching::spare(Index member) {
  auto& list = spare_[members_[member].unit];
  spare_place_[member] = list.size();
  list.push_back(member);
  ++spare_members_;
}

void GroupMatching::unspare(Index member) {
  auto& list = spare_[members_[member].unit];
  const std::size_t place = spare_place_[member];
  list[place] = list.back();
  spare_place_[list[place]] = place;
  list.pop_back();
  --spare_members_;
}

// Gives a slot that is not fixed to a member, or to no one (kNone).
void GroupMatching::put(Slot slot, Index member) {
  if (const Index before = occupant_[slot]; before != kNone) {
    auto& list = sits_on_[before];
    list[place_[slot]] = list.back();
    place_[list.back()] = place_[slot];
    list.pop_back();
    if (before != nobody() && load_[before] == members_[before].capacity) spare(before);
    --load_[before];
  }
  occupant_[slot] = member;
  if (member == kNone) return;
  place_[slot] = sits_on_[member].size();
  sits_on_[member].push_back(slot);
  ++load_[member];
  if (member != nobody() && load_[member] == members_[member].capacity) unspare(member);
}

bool GroupMatching::conflicts_with(Index visit, Index member) const {
  const auto begin = conflicts_.begin() + static_cast<std::ptrdiff_t>(conflicts_begin_[visit]);
  const auto end = conflicts_.begin() + static_cast<std::ptrdiff_t>(conflicts_begin_[visit + 1]);
  return std::binary_search(begin, end, member);
}

bool GroupMatching::sits_in(Index visit, Index member) const {
  const auto begin = occupant_.begin() + static_cast<std::ptrdiff_t>(std::size_t{visit} * seats_);
  return std::find(begin, begin + seats_, member) != begin + seats_;
}

std::uint64_t GroupMatching::unit_count(Index visit, Index unit) const {
  std::uint64_t count = 0;
  for (Slot slot = Slot{visit} * seats_; slot < (Slot{visit} + 1) * seats_; ++slot) {
    if (occupant_[slot] != kNone && members_[occupant_[slot]].unit == unit) ++count;
  }
  return count;
}

bool GroupMatching::unit_has_room(Index visit, Index unit) const {
  return unit_limit_ == 0 || unit == units_ - 1 || unit_count(visit, unit) < unit_limit_;
}

bool GroupMatching::can_enter(Index visit, Index leaving, Index next) const {
  if (next == nobody()) return true;
  const Index unit = members_[next].unit;
  return !sits_in(visit, next) && !conflicts_with(visit, next) &&
         (unit == leaving || unit_has_room(visit, unit));
}

// ---- adding visits
// --------------------------------------------------------------------------------

void GroupMatching::add_visit(std::span<const Index> conflicts) {
  conflicts_.insert(conflicts_.end(), conflicts.begin(), conflicts.end());
  conflicts_begin_.push_back(conflicts_.size());
  occupant_.resize(occupant_.size() + seats_, kNone);
  place_.resize(place_.size() + seats_);
  next_seat_.push_back(0);
  expanded_.push_back(0);
  ++visits_;
}

void GroupMatching::drop_visit() {
  --visits_;
  conflicts_begin_.pop_back();
  conflicts_.resize(conflicts_begin_.back());
  occupant_.resize(occupant_.size() - seats_);
  place_.resize(place_.size() - seats_);
  next_seat_.pop_back();
  expanded_.pop_back();
}

// Someone with capacity to spare who can enter the visit; each time, where possible, someone else.
GroupMatching::Index GroupMatching::spare_for(Index visit, Index leaving) {
  ++turn_;
  for (Index step = 0; step < units_; ++step) {
    const Index unit = static_cast<Index>((turn_ + step) % units_);
    const auto& list = spare_[unit];
    if (list.empty() || (unit != leaving && !unit_has_room(visit, unit))) continue;
    const std::size_t first = turn_ / units_ % list.size();
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Index member = list[(first + i) % list.size()];
      if (can_enter(visit, leaving, member)) return member;
    }
  }
  return kNone;
}

// Fills the first empty seat of a visit, moving others where that is needed.
bool GroupMatching::fill_one(Index visit, std::vector<Change>& changes) {
  if (spare_members_ == 0) return false;
  const auto from = occupant_.begin() + static_cast<std::ptrdiff_t>(Slot{visit} * seats_);
  const Slot slot = static_cast<Slot>(std::find(from, occupant_.end(), kNone) - occupant_.begin());
  Index end = spare_for(visit, kNone);
  if (end == kNone) {
    start_search(0);
    expanded_[visit] = search_;
    end = expand(visit, kNone, slot);
    if (end == kNone) end = search_on();
    if (end == kNone) return false;
  } else {
    via_[end] = slot;
  }
  hand_over(end, kNone, &changes);
  return true;
}

// Whether the closed set just found stays closed when this visit is taken back: surely if the visit
// took spare members only, moving no one, and none of them is in the set.
bool GroupMatching::undo_keeps_closed(Index visit, const std::vector<Change>& changes) const {
  for (const Change& change : changes) {
    if (visit_of(change.slot) != visit) return false;
    if (std::find(found_.begin(), found_.end(), occupant_[change.slot]) != found_.end())
      return false;
  }
  return true;
}

bool GroupMatching::add_if_filled(std::span<const Index> conflicts) {
  const Index visit = visits_;
  add_visit(conflicts);
  std::vector<Change> changes;
  for (Index seat = 0; seat < seats_; ++seat) {
    found_.clear();
    if (fill_one(visit, changes)) continue;
    if (undo_keeps_closed(visit, changes)) close_found();
    for (auto change = changes.rbegin(); change != changes.rend(); ++change)
      put(change->slot, change->before);
    drop_visit();
    return false;
  }
  return true;
}

void GroupMatching::add_as_filled(std::span<const Index> conflicts) {
  const Index visit = visits_;
  add_visit(conflicts);
  std::vector<Change> changes;
  for (Index seat = 0; seat < seats_; ++seat) {
    found_.clear();
    if (fill_one(visit, changes)) continue;
    close_found();
    return;
  }
}

// ---- searching
// ------------------------------------------------------------------------------------

void GroupMatching::start_search(Index member_class) {
  ++search_;
  found_.clear();
  for (auto& list : unfound_) list.clear();
  open_units_.clear();
  for (Index i = 0; i < members_.size(); ++i) {
    if (class_[i] != member_class || (i == nobody() && load_[i] == 0)) continue;
    unfound_[members_[i].unit].push_back(i);
  }
  for (Index unit = 0; unit < units_; ++unit) {
    if (!unfound_[unit].empty()) open_units_.push_back(unit);
  }
}

// Finds those of a unit whom the visit could take; returns one where a path may end, or kNone.
GroupMatching::Index GroupMatching::discover(Index unit, Index visit, Index leaving, Slot via) {
  auto& list = unfound_[unit];
  for (std::size_t i = 0; i < list.size();) {
    const Index member = list[i];
    if (!can_enter(visit, leaving, member)) {
      ++i;
      continue;
    }
    via_[member] = via;
    found_.push_back(member);
    list[i] = list.back();
    list.pop_back();
    const bool spare = member != nobody() && load_[member] < members_[member].capacity;
    if (spare || is_end_[member] == search_) return member;
  }
  return kNone;
}

GroupMatching::Index GroupMatching::expand(Index visit, Index leaving, Slot via) {
  for (std::size_t i = 0; i < open_units_.size();) {
    const Index unit = open_units_[i];
    if (unit == leaving || unit_has_room(visit, unit)) {
      if (const Index end = discover(unit, visit, leaving, via); end != kNone) return end;
    }
    if (!unfound_[unit].empty()) {
      ++i;
      continue;
    }
    open_units_[i] = open_units_.back();
    open_units_.pop_back();
  }
  return kNone;
}

// Goes on from all found so far; returns where a path ends, or kNone when found_ is a closed set.
GroupMatching::Index GroupMatching::search_on() {
  for (std::size_t head = 0; head < found_.size(); ++head) {
    const Index member = found_[head];
    const Index unit = members_[member].unit;
    for (const Slot slot : sits_on_[member]) {
      if (open_units_.empty()) return kNone;
      const Index visit = visit_of(slot);
      Index end = kNone;
      if (expanded_[visit] != search_) {
        expanded_[visit] = search_;
        end = expand(visit, unit, slot);
      } else if (!unit_has_room(visit, unit)) {
        end = discover(unit, visit, unit,
                       slot);  // the rest has been found through another of its seats
      }
      if (end != kNone) return end;
    }
  }
  return kNone;
}

// A path of one step, from one of the first few seats of the member: nearly always there is one.
GroupMatching::Index GroupMatching::quick_end(Index member) {
  constexpr std::size_t kSeatsTried = 8;
  const Index unit = members_[member].unit;
  const auto& seats = sits_on_[member];
  for (std::size_t i = 0; i < seats.size() && i < kSeatsTried; ++i) {
    const Index visit = visit_of(seats[i]);
    Index end = kNone;
    for (const Index candidate : ends_) {
      if (can_enter(visit, unit, candidate)) end = candidate;
    }
    if (end == kNone && class_[member] == 0) end = spare_for(visit, unit);
    if (end == kNone) continue;
    via_[end] = seats[i];
    return end;
  }
  return kNone;
}

// Where a path from the member ends: at one of ends_, or at someone with capacity to spare.
GroupMatching::Index GroupMatching::find_end(Index member) {
  via_[member] = kStart;
  if (load_[member] < members_[member].capacity) return member;
  if (const Index end = quick_end(member); end != kNone) return end;
  start_search(class_[member]);
  for (const Index end : ends_) is_end_[end] = search_;
  auto& own = unfound_[members_[member].unit];
  own.erase(std::find(own.begin(), own.end(), member));
  found_.push_back(member);
  return search_on();
}

// Everyone along the path takes over the seat of the one before, who is thereby free. A path from a
// visit begins with an empty seat of it; a path from the member `start` with him giving up a seat.
void GroupMatching::hand_over(Index end, Index start, std::vector<Change>* changes) {
  for (Index member = end; member != start;) {
    const Slot slot = via_[member];
    const Index before = occupant_[slot];
    if (changes != nullptr) changes->push_back({.slot = slot, .before = before});
    put(slot, member);
    member = before;
  }
}

// What a failed search has found becomes a class of its own.
void GroupMatching::close_found() {
  if (found_.empty()) return;
  const Index closed = classes_++;
  for (const Index member : found_) class_[member] = closed;
}

// ---- fixing
// ---------------------------------------------------------------------------------------

void GroupMatching::begin_fixing() {
  bool vacant = false;
  for (Slot slot = 0; slot < occupant_.size(); ++slot) {
    if (occupant_[slot] != kNone) continue;
    put(slot, nobody());
    vacant = true;
  }
  // A vacant seat is one from which every search failed. So nobody, and whoever could be handed
  // such a seat, is in the closed sets; they become one class, which is closed too. Where no
  // capacity was left no search was made, and everyone is in it.
  if (!vacant) return;
  for (Index& member_class : class_)
    member_class = member_class == 0 && spare_members_ != 0 ? 0 : 1;
  class_[nobody()] = 1;
  classes_ = 2;
}

GroupMatching::Fit GroupMatching::offer(Index visit, Index member) {
  if (!has_capacity(member) || conflicts_with(visit, member)) return Fit::barred;
  const Slot next = Slot{visit} * seats_ + next_seat_[visit];
  const Slot last = Slot{visit} * seats_ + seats_;
  const Index unit = members_[member].unit;
  const bool room = unit_has_room(visit, unit);
  Slot seat = last;  // the seat of this visit that he has or takes
  bool could = false;
  ends_.clear();
  for (Slot slot = next; slot < last; ++slot) {
    const Index other = occupant_[slot];
    if (other == member) seat = slot;
    if (!room && members_[other].unit != unit) continue;
    could = true;
    if (class_[other] == class_[member]) ends_.push_back(other);
  }
  if (!could || (seat == last && sits_in(visit, member))) return Fit::barred;

  if (seat == last) {
    if (ends_.empty()) return Fit::too_dear;
    const Index end = find_end(member);
    if (end == kNone) {
      close_found();
      return Fit::too_dear;
    }
    const Index leaves =
        std::find(ends_.begin(), ends_.end(), end) != ends_.end() ? end : ends_.front();
    hand_over(end, member, nullptr);
    seat = next;
    while (occupant_[seat] != leaves) ++seat;
    put(seat, member);
  }
  if (seat != next) {
    const Index other = occupant_[next];
    put(next, kNone);
    put(seat, other);
    put(next, member);
  }
  // Fixed: out of the seats that can still move; the load stays.
  auto& list = sits_on_[member];
  list[place_[next]] = list.back();
  place_[list.back()] = place_[next];
  list.pop_back();
  ++fixed_[member];
  ++next_seat_[visit];
  return Fit::fixed;
}

void GroupMatching::leave_vacant(Index visit) {
  const Slot next = Slot{visit} * seats_ + next_seat_[visit];
  for (Slot slot = next; slot < Slot{visit} * seats_ + seats_; ++slot) {
    LIUHEN_CHECK(occupant_[slot] == nobody());
  }
  auto& list = sits_on_[nobody()];
  list[place_[next]] = list.back();
  place_[list.back()] = place_[next];
  list.pop_back();
  ++next_seat_[visit];
}

}  // namespace liuhen::crypto::draw
