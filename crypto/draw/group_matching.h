// One group's seats over all visits of a draw: a complete assignment that is kept while it is
// turned, seat by seat, into the lexicographically first one (docs/formats/draw.md section 7). It
// knows numbers only: members 0..n-1, units, and visits in the order in which they were added. Not
// thread-safe.
//
// The assignment is a flow: a visit sends one unit to each of its seats, through its members' units
// (the limit per unit) to the members (once per visit) and out of them (capacity). A question
// "could member i have this seat, and all others still be filled" is a search for an alternating
// path from i, who gives up a later seat, to someone who has capacity to spare or who would leave
// this visit.
//
// A search that fails has found a closed set: members who can only hand seats to one another. Seats
// being fixed only closes such sets further, so the answer is kept: each member has a class,
// members of different classes never replace each other, and each failure splits one. So while
// seats are fixed at most n searches fail, however many visits there are. While visits are added
// there is no such bound where a visit that moved others is taken back: then nothing is remembered.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace liuhen::crypto::draw {

class GroupMatching {
 public:
  using Index = std::uint32_t;
  static constexpr Index kNone = std::numeric_limits<Index>::max();

  struct Member {
    Index unit = 0;  // numbered from 0
    std::uint64_t capacity = 0;
  };
  enum class Fit {
    fixed,     // he has the seat for good
    barred,    // conflict, no capacity left, or his unit's limit reached by seats already fixed
    too_dear,  // a later seat would stay empty
  };

  GroupMatching(std::vector<Member> members, Index seats, std::uint64_t unit_limit);

  // First: adds visits, each with the members who may not go to it, ascending.
  // add_if_filled: fills all its seats beside those added before, or leaves no trace and returns
  // false.
  bool add_if_filled(std::span<const Index> conflicts);
  // add_as_filled: fills as many as can be beside those filled before, which stay filled.
  void add_as_filled(std::span<const Index> conflicts);

  // Then: fixes seats, in the order of visits and seats. Once it has begun, no visit may be added.
  void begin_fixing();
  // Whether the member has capacity that no fixed seat uses.
  bool has_capacity(Index member) const { return fixed_[member] < members_[member].capacity; }
  // Offers the next seat of a visit to a member; all seats before it must be fixed. Within a visit
  // a member offered once need not be offered again: the answer would be the same.
  Fit offer(Index visit, Index member);
  // Leaves the next seat of the visit vacant for good, which must be all that is left to do.
  void leave_vacant(Index visit);

 private:
  using Slot = std::size_t;  // visit * seats_ + seat

  struct Change {
    Slot slot;
    Index before;
  };

  Index nobody() const { return static_cast<Index>(members_.size()) - 1; }  // sits on vacant seats
  Index visit_of(Slot slot) const { return static_cast<Index>(slot / seats_); }

  void add_visit(std::span<const Index> conflicts);
  void drop_visit();
  bool fill_one(Index visit, std::vector<Change>& changes);
  bool undo_keeps_closed(Index visit, const std::vector<Change>& changes) const;

  void put(Slot slot, Index member);
  void spare(Index member);
  void unspare(Index member);
  bool conflicts_with(Index visit, Index member) const;
  bool sits_in(Index visit, Index member) const;
  std::uint64_t unit_count(Index visit, Index unit) const;
  bool unit_has_room(Index visit, Index unit) const;
  // Whether the visit could take `next` in place of a member of unit `leaving` (kNone: of nobody).
  bool can_enter(Index visit, Index leaving, Index next) const;

  Index spare_for(Index visit, Index leaving);
  Index quick_end(Index member);
  void start_search(Index member_class);
  Index expand(Index visit, Index leaving, Slot via);
  Index search_on();
  Index find_end(Index member);
  Index discover(Index unit, Index visit, Index leaving, Slot via);
  void close_found();
  void hand_over(Index end, Index start, std::vector<Change>* changes);

  std::vector<Member> members_;  // the last is nobody()
  Index seats_;
  std::uint64_t unit_limit_;
  Index units_ = 0;
  Index visits_ = 0;

  std::vector<Index> conflicts_;
  std::vector<std::size_t> conflicts_begin_{0};  // of each visit, and the end

  std::vector<Index> occupant_;             // by slot; kNone until filled
  std::vector<std::size_t> place_;          // of a slot in its occupant's seats
  std::vector<std::vector<Slot>> sits_on_;  // by member: slots that are not fixed
  std::vector<std::uint64_t> load_;         // by member: slots, the fixed ones included
  std::vector<std::uint64_t> fixed_;        // by member: fixed slots
  std::vector<Index> next_seat_;            // by visit: seats before it are fixed

  std::vector<std::vector<Index>> spare_;  // by unit: members with capacity to spare
  std::vector<std::size_t> spare_place_;
  std::uint64_t spare_members_ = 0;
  std::size_t turn_ = 0;  // spreads the first assignment over units and members

  std::vector<Index> class_;
  Index classes_ = 1;

  // One search. A mark is current if it equals search_.
  std::uint64_t search_ = 0;
  std::vector<std::uint64_t> expanded_;  // by visit
  std::vector<std::uint64_t> is_end_;    // by member: would leave the visit in question
  std::vector<Index> ends_;              // those of the visit in question whose leaving makes room
  std::vector<std::vector<Index>> unfound_;  // by unit
  std::vector<Index> open_units_;            // units of which some are unfound
  std::vector<Index> found_;                 // in order, also the queue
  std::vector<Slot> via_;                    // by member: the slot he would take over
};

}  // namespace liuhen::crypto::draw
