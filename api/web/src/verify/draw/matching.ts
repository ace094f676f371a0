// Who goes where (docs/formats/draw.md section 7).
import { type Bytes, compare } from "../bytes.js";
import { KeyedHash, type PreparedId } from "../hash.js";
import { refuse } from "../refusal.js";
import { GroupAssignment } from "./group-assignment.js";
import { compareIds, preparedId } from "./ids.js";
import type { InspectorRow } from "./pool.js";
import { pairKey, visitOrder } from "./seed.js";
import { type SeatGroup, checkGroups, groupOfInspector, seatsOf } from "./team.js";

export interface Conflict {
  readonly subject: string;
  readonly inspector: string;
}

export interface Visit {
  readonly subject: string;
  readonly order: Bytes; // visits ascend by it
  readonly taken: boolean; // false: put aside whole
  readonly team: string[]; // an inspector for each seat, "" if it is vacant
}

const scans = 8; // this many are found by looking through all; whoever asks for more gets them sorted

/** The members of one group, in order for one visit; the hashes are made at once, the order as it is asked for. */
class PairOrder {
  private readonly hash: KeyedHash;
  private readonly heads: Float64Array;
  private readonly left: number[]; // not yet given; once sorted, the last comes next
  private given = 0;

  constructor(key: Bytes, private readonly ids: readonly string[], private readonly prepared: readonly PreparedId[]) {
    this.hash = new KeyedHash(key);
    this.heads = new Float64Array(ids.length);
    this.left = new Array<number>(ids.length);
    for (let i = 0; i < ids.length; i++) {
      this.heads[i] = this.hash.head(prepared[i]!);
      this.left[i] = i;
    }
  }

  private order(a: number, b: number): number {
    return this.heads[a]! - this.heads[b]! ||
      compare(this.hash.of(this.prepared[a]!), this.hash.of(this.prepared[b]!)) ||
      compareIds(this.ids[a]!, this.ids[b]!);
  }

  next(): number | undefined {
    const { heads, left } = this;
    if (this.given++ >= scans) {
      if (this.given === scans + 1) left.sort((a, b) => this.order(b, a));
      return left.pop();
    }
    if (left.length === 0) return undefined;
    let first = 0;
    for (let i = 1; i < left.length; i++) {
      const a = left[i]!;
      const b = left[first]!;
      if (heads[a]! < heads[b]! || (heads[a] === heads[b] && this.order(a, b) < 0)) first = i;
    }
    const member = left[first]!;
    left[first] = left[left.length - 1]!;
    left.pop();
    return member;
  }
}

/**
 * The matching, in visit order. `inspectors` are the rows of the pool, the ineligible included, `subjects` those
 * drawn in any order. Refuses with `draw.team`, and `draw.duplicate` if a subject is there twice.
 */
export function match(
  seed: Bytes, groups: readonly SeatGroup[], inspectors: readonly InspectorRow[],
  subjects: readonly string[], conflicts: readonly Conflict[]): Visit[] {
  checkGroups(groups);
  if (new Set(subjects).size !== subjects.length) {
    refuse("draw.duplicate", "同一对象出现两次", "a subject is there twice");
  }
  const seats = seatsOf(groups);
  const visits = subjects
    .map((subject) => ({ subject, order: visitOrder(seed, subject), taken: false, team: new Array<string>(seats).fill("") }))
    .sort((a, b) => compare(a.order, b.order) || compareIds(a.subject, b.subject));
  const pairKeys = visits.map((visit) => pairKey(seed, visit.subject));
  const barred = new Map<string, Set<string>>();
  for (const { subject, inspector } of conflicts) {
    const with_ = barred.get(subject) ?? new Set();
    barred.set(subject, with_.add(inspector));
  }

  let firstSeat = 0;
  for (const [number, group] of groups.entries()) {
    const members = inspectors.filter(
      (row) => row.eligibility === 0n && groupOfInspector(groups, row) === number);
    const ids = members.map((row) => row.id);
    const places = new Map(ids.map((id, i) => [id, i]));
    const prepared = ids.map(preparedId);
    const units = [...new Set(members.map((row) => row.unit))];
    const unitNumbers = new Map(units.map((unit, i) => [unit, i]));
    const most = BigInt(visits.length);
    const assignment = new GroupAssignment(
      members.map((row) => unitNumbers.get(row.unit)!),
      members.map((row) => Number(row.capacity < most ? row.capacity : most)), group.seats, group.unitLimit);

    for (const visit of visits) {
      const names = barred.get(visit.subject) ?? [];
      const who = new Set([...names].flatMap((name) => places.get(name) ?? []));
      if (number === 0) visit.taken = assignment.addIfFilled(who);
      else if (visit.taken) assignment.addAsFilled(who);
    }
    assignment.beginFixing();
    let taken = 0;
    for (const [i, visit] of visits.entries()) {
      if (!visit.taken) continue;
      const order = new PairOrder(pairKeys[i]!, ids, prepared);
      for (let seat = 0; seat < group.seats;) {
        const member = order.next();
        if (member === undefined) {
          assignment.leaveVacant(taken);
          seat++;
        } else if (assignment.offer(taken, member)) {
          visit.team[firstSeat + seat] = ids[member]!;
          seat++;
        }
      }
      taken++;
    }
    firstSeat += group.seats;
  }
  return visits;
}
