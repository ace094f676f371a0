// The seats of one group over all visits of a draw: a complete assignment that is kept while it is turned,
// seat by seat, into the first one of docs/formats/draw.md section 7.5.
//
// It is a flow from visits through the units of their members (limit per unit) to members (each once a visit)
// and out of them (capacity). Seats that cannot be filled are nobody's, the last member, who may sit anywhere,
// more than once. A seat can go to a member if the residual graph has a cycle through both. After a search that
// fails, what it reached is closed: no cycle will ever leave it, since later changes run along cycles and fixed
// seats only take edges away. So members get classes by the closed sets they are in; only members of one class
// can replace each other, and each failure splits a class.

export class GroupAssignment {
  private readonly nobody: number;
  private readonly unit: number[];
  private readonly capacity: number[];
  private readonly membersOfUnit: number[][] = [];
  private readonly load: number[];
  private readonly fixedLoad: number[];
  private readonly sits: number[][]; // by member: slots that are not fixed
  private occupant: number[] = []; // by slot, visit * seats + seat; -1 if empty
  private conflicts: ReadonlySet<number>[] = []; // by visit
  private fixedSeats: number[] = []; // by visit
  private readonly spare: number[] = []; // members with capacity left
  private readonly sparePlace: number[];
  private turn = 0;
  private readonly classOf: number[];
  private classes = 1;

  // One search; a mark is current if it equals `search`.
  private search = 0;
  private readonly found: number[]; // by member
  private unfound: number[][] = []; // by unit
  private unfoundMembers = 0;
  private readonly takes: number[]; // by member: the slot he would take over
  private readonly expanded: number[] = []; // by visit
  private queue: number[] = [];

  /** Units are numbers from 0; `limit` 0 is none. */
  constructor(
    units: readonly number[], capacities: readonly number[], private readonly seats: number,
    private readonly limit: number) {
    const n = units.length;
    this.nobody = n;
    this.unit = [...units, units.reduce((most, unit) => Math.max(most, unit), -1) + 1];
    this.capacity = [...capacities, 0];
    this.unit.forEach((unit, member) => (this.membersOfUnit[unit] ??= []).push(member));
    const zeroes = (): number[] => new Array<number>(n + 1).fill(0);
    this.load = zeroes();
    this.fixedLoad = zeroes();
    this.found = zeroes();
    this.takes = zeroes();
    this.classOf = zeroes();
    this.sparePlace = new Array<number>(n + 1).fill(-1);
    this.sits = this.unit.map(() => []);
    for (let member = 0; member < n; member++) this.noteSpare(member);
  }

  private noteSpare(member: number): void {
    const has = this.load[member]! < this.capacity[member]!;
    const place = this.sparePlace[member]!;
    if (has && place < 0) {
      this.sparePlace[member] = this.spare.push(member) - 1;
    } else if (!has && place >= 0) {
      const last = this.spare.pop()!;
      if (last !== member) {
        this.spare[place] = last;
        this.sparePlace[last] = place;
      }
      this.sparePlace[member] = -1;
    }
  }

  private clear(slot: number): void {
    const member = this.occupant[slot]!;
    if (member < 0) return;
    this.occupant[slot] = -1;
    this.load[member]!--;
    const sits = this.sits[member]!;
    sits.splice(sits.indexOf(slot), 1);
    this.noteSpare(member);
  }

  private put(slot: number, member: number): void {
    this.clear(slot);
    this.occupant[slot] = member;
    this.load[member]!++;
    this.sits[member]!.push(slot);
    this.noteSpare(member);
  }

  private visitOf(slot: number): number {
    return Math.floor(slot / this.seats);
  }

  private countOfUnit(visit: number, unit: number): number {
    let count = 0;
    for (let slot = visit * this.seats, end = slot + this.seats; slot < end; slot++) {
      const member = this.occupant[slot]!;
      if (member >= 0 && this.unit[member] === unit) count++;
    }
    return count;
  }

  private hasRoom(visit: number, unit: number): boolean {
    return this.limit === 0 || unit === this.unit[this.nobody] || this.countOfUnit(visit, unit) < this.limit;
  }

  private mayGo(visit: number, member: number): boolean {
    if (member === this.nobody) return true;
    if (this.conflicts[visit]!.has(member)) return false;
    for (let slot = visit * this.seats, end = slot + this.seats; slot < end; slot++) {
      if (this.occupant[slot] === member) return false;
    }
    return true;
  }

  // ---- filling --------------------------------------------------------------------------------------

  /** Fills all seats of a further visit beside those before it, or leaves no trace of it and is false. */
  addIfFilled(conflicts: ReadonlySet<number>): boolean {
    const visit = this.addVisit(conflicts);
    for (let seat = 0; seat < this.seats; seat++) {
      if (this.fillOne(visit, visit * this.seats + seat)) continue;
      for (let slot = visit * this.seats; slot < this.occupant.length; slot++) this.clear(slot);
      this.occupant.length -= this.seats;
      this.conflicts.pop();
      this.fixedSeats.pop();
      return false;
    }
    return true;
  }

  /** Fills as many seats of a further visit as can be, those before it keeping as many as they have. */
  addAsFilled(conflicts: ReadonlySet<number>): void {
    const visit = this.addVisit(conflicts);
    for (let seat = 0; seat < this.seats; seat++) {
      if (!this.fillOne(visit, visit * this.seats + seat)) return;
    }
  }

  private addVisit(conflicts: ReadonlySet<number>): number {
    for (let seat = 0; seat < this.seats; seat++) this.occupant.push(-1);
    this.fixedSeats.push(0);
    this.expanded.push(0);
    return this.conflicts.push(conflicts) - 1;
  }

  private fillOne(visit: number, slot: number): boolean {
    for (let tried = 0; tried < this.spare.length; tried++) {
      const member = this.spare[(this.turn + tried) % this.spare.length]!;
      if (this.hasRoom(visit, this.unit[member]!) && this.mayGo(visit, member)) {
        this.turn += tried + 1;
        this.put(slot, member);
        return true;
      }
    }
    if (this.spare.length === 0) return false; // no path ends anywhere
    this.startSearch();
    const end = this.expand(visit, -1, slot, noOne) ?? this.searchOn(noOne);
    if (end === undefined) return false;
    this.handOver(end, -1);
    return true;
  }

  // ---- searching ------------------------------------------------------------------------------------

  private startSearch(): void {
    this.search++;
    this.queue = [];
    this.unfound = this.membersOfUnit.map((members) => [...members]);
    this.unfoundMembers = this.unit.length;
  }

  /** Finds whoever could take `slot`, which a member of unit `leaving` gives up (-1: it is empty). */
  private expand(visit: number, leaving: number, slot: number, ends: ReadonlySet<number>): number | undefined {
    const first = this.expanded[visit] !== this.search;
    this.expanded[visit] = this.search;
    for (let unit = 0; unit < this.unfound.length; unit++) {
      const members = this.unfound[unit]!;
      if (members.length === 0 || (unit !== leaving && !(first && this.hasRoom(visit, unit)))) continue;
      for (let at = 0; at < members.length;) {
        const member = members[at]!;
        const known = this.found[member] === this.search;
        if (!known && !this.mayGo(visit, member)) {
          at++;
          continue;
        }
        members[at] = members[members.length - 1]!;
        members.pop();
        this.unfoundMembers--;
        if (known) continue;
        this.found[member] = this.search;
        this.takes[member] = slot;
        if (this.load[member]! < this.capacity[member]! || ends.has(member)) return member;
        this.queue.push(member);
      }
    }
    return undefined;
  }

  private searchOn(ends: ReadonlySet<number>): number | undefined {
    for (let at = 0; at < this.queue.length; at++) {
      const member = this.queue[at]!;
      for (const slot of this.sits[member]!) {
        if (this.unfoundMembers === 0) return undefined;
        const end = this.expand(this.visitOf(slot), this.unit[member]!, slot, ends);
        if (end !== undefined) return end;
      }
    }
    return undefined;
  }

  /** Everyone on the path takes over the slot by which he was found, up to the one who sits on `start` (-1: nobody). */
  private handOver(end: number, start: number): void {
    const steps: { slot: number; member: number }[] = [];
    for (let member = end; member !== start && member >= 0;) {
      const slot = this.takes[member]!;
      steps.push({ slot, member });
      member = this.occupant[slot]!;
    }
    for (const { slot } of steps) this.clear(slot);
    for (const { slot, member } of steps) this.put(slot, member);
  }

  // ---- fixing ---------------------------------------------------------------------------------------

  /** Empty seats become nobody's. No visit may be added after this. */
  beginFixing(): void {
    const empty = this.occupant.flatMap((member, slot) => (member < 0 ? [slot] : []));
    this.capacity[this.nobody] = empty.length;
    for (const slot of empty) this.put(slot, this.nobody);
  }

  /** Fixes the next seat of the visit to the member, if all others can still be as full; seats go in order. */
  offer(visit: number, member: number): boolean {
    const slot = visit * this.seats + this.fixedSeats[visit]!;
    const unit = this.unit[member]!;
    if (this.fixedLoad[member]! >= this.capacity[member]! || this.conflicts[visit]!.has(member)) return false;
    let own = -1;
    const open: number[] = []; // slots that he could have
    const room = this.hasRoom(visit, unit);
    for (let each = slot; each < (visit + 1) * this.seats; each++) {
      const sitter = this.occupant[each]!;
      if (sitter === member) own = each;
      if (room || this.unit[sitter] === unit) open.push(each);
    }
    if (own >= 0) {
      this.swapSeats(own, slot);
    } else if (open.length === 0) {
      return false;
    } else if (this.load[member]! < this.capacity[member]!) {
      this.put(open[0]!, member);
      this.swapSeats(open[0]!, slot);
    } else {
      const sitters = open.map((each) => this.occupant[each]!);
      if (!sitters.some((sitter) => this.classOf[sitter] === this.classOf[member])) return false;
      const ends = new Set(sitters);
      this.startSearch();
      this.found[member] = this.search;
      this.queue.push(member);
      const end = this.searchOn(ends);
      if (end === undefined) {
        this.split();
        return false;
      }
      // The one who left the visit frees a seat; if the end had capacity to spare, anyone gives way.
      let freed = open[0]!;
      if (ends.has(end)) {
        freed = open.find((each) => this.occupant[each] === end)!;
        this.clear(freed);
      }
      this.handOver(end, member);
      this.put(freed, member);
      this.swapSeats(freed, slot);
    }
    this.fix(visit, slot);
    return true;
  }

  /** Leaves the next seat of the visit vacant for good; no member must be able to have it. */
  leaveVacant(visit: number): void {
    const slot = visit * this.seats + this.fixedSeats[visit]!;
    for (let each = slot; each < (visit + 1) * this.seats; each++) {
      if (this.occupant[each] !== this.nobody) continue;
      this.swapSeats(each, slot);
      this.fix(visit, slot);
      return;
    }
    throw new Error("a seat is filled and nobody can have it");
  }

  private swapSeats(a: number, b: number): void {
    const [first, second] = [this.occupant[a]!, this.occupant[b]!];
    if (a === b || first === second) return;
    this.clear(a);
    this.clear(b);
    this.put(a, second);
    this.put(b, first);
  }

  private fix(visit: number, slot: number): void {
    const member = this.occupant[slot]!;
    const sits = this.sits[member]!;
    sits.splice(sits.indexOf(slot), 1);
    this.fixedLoad[member]!++;
    this.fixedSeats[visit]!++;
  }

  /** Parts what the failed search found from the rest of its classes. */
  private split(): void {
    const renamed = new Map<number, number>();
    this.found.forEach((mark, member) => {
      if (mark !== this.search) return;
      const before = this.classOf[member]!;
      let after = renamed.get(before);
      if (after === undefined) renamed.set(before, (after = this.classes++));
      this.classOf[member] = after;
    });
  }
}

const noOne: ReadonlySet<number> = new Set();
