// Random draws in the plain text of golden.js, small ones that meet every corner and some that are tight.
import { createHash } from "node:crypto";
import { word } from "./golden.js";

/** The same numbers for the same seed, on every machine. */
export class Random {
  #seed;
  #counter = 0;
  #left = [];
  constructor(seed) {
    this.#seed = seed;
  }
  byte() {
    if (this.#left.length === 0) {
      this.#left = [...createHash("sha512").update(`${this.#seed}/${this.#counter++}`).digest()];
    }
    return this.#left.pop();
  }
  below(n) {
    let value = 0;
    for (let i = 0; i < 6; i++) value = value * 256 + this.byte();
    return value % n;
  }
  oneIn(n) {
    return this.below(n) === 0;
  }
  hex(count) {
    return Array.from({ length: count }, () => this.byte().toString(16).padStart(2, "0")).join("");
  }
  pick(list) {
    return list[this.below(list.length)];
  }
  ids(count) {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    const made = new Set();
    while (made.size < count) {
      made.add(Array.from({ length: 1 + this.below(this.oneIn(3) ? 2 : 23) }, () => this.pick(letters)).join(""));
    }
    return [...made].sort();
  }
}

const joined = (list) => (list.length === 0 ? "~" : list.map(word).join(","));

/** With weights where `weighted`, the rows' third word. */
function selection(random, weighted = false) {
  const strata = 1 + random.below(6);
  const lines = [`case ${random.hex(64)} ${random.oneIn(4) ? 1 + random.below(50) : 0}`];
  for (let i = 0; i < strata; i++) {
    const den = random.oneIn(4) ? 18446744073709551615n - BigInt(random.below(9)) : BigInt(1 + random.below(200));
    const num = random.oneIn(4) ? den : random.oneIn(5) ? 0n : (den * BigInt(random.below(1000))) / 1000n;
    const minimum = random.oneIn(2) ? 0 : random.below(12);
    const maximum = random.oneIn(2) ? 0 : Math.max(1, minimum + random.below(12));
    lines.push(`stratum ${num} ${den} ${random.oneIn(4) ? random.below(20) : 0} ${minimum} ${maximum}`);
  }
  const empty = random.oneIn(3) ? random.below(strata) : -1;
  const rows = random.oneIn(6) ? random.below(3) : random.below(90);
  for (const id of random.ids(rows)) {
    const stratum = random.below(strata);
    const weight = BigInt(1 + random.below(random.oneIn(2) ? 4 : 1000)) * (random.oneIn(8) ? 1n << 50n : 1n);
    lines.push(`row ${id} ${stratum} ${weighted ? `${weight} ` : ""}${stratum === empty || random.oneIn(6) ? 1 + random.below(3) : 0}`);
  }
  return lines;
}

const law = "执法证";

function groups(random, units) {
  const wide = random.oneIn(2);
  return Array.from({ length: 1 + random.below(3) }, (_, i) => {
    const seats = (i === 0 ? 2 : 1) + random.below(2);
    const qualification = random.oneIn(2) ? "~" : random.pick(["EXPERT", law]);
    const some = units.filter(() => wide || random.oneIn(2));
    return { seats, units: some.length ? some : [random.pick(units)], limit: random.below(seats + 1), qualification };
  });
}
const groupLine = (g) => `group ${g.qualification} ${joined(g.units)} ${g.seats} ${g.limit}`;
const inspectorLine = (random, id, units, capacity) => {
  const held = ["EXPERT", law].filter(() => !random.oneIn(4));
  return `inspector ${id} ${random.pick(units)} ${joined(held)} ${capacity} ${random.oneIn(9) ? 1 + random.below(2) : 0}`;
};

/** `size` 0: small; 1: some dozens of visits with hardly any slack; 2: hundreds. */
function matching(random, size) {
  const units = ["370202", "370203", "市局一处", "370211"].slice(0, 1 + random.below(4));
  const lines = [`case ${random.hex(64)}`, ...groups(random, units).map(groupLine)];
  const visits = size === 0 ? random.below(7) : size === 1 ? 20 + random.below(30) : 300;
  const inspectors = random.ids(size === 0 ? random.below(16) : size === 1 ? 15 + random.below(30) : 140);
  const most = size === 0 ? 5 : size === 1 ? 10 : 14;
  for (const id of inspectors) lines.push(inspectorLine(random, id, units, random.below(most)));
  const subjects = random.ids(visits);
  for (const id of subjects) lines.push(`subject ${id} ${random.hex(32)}`);
  if (subjects.length > 0 && inspectors.length > 0) {
    const pairs = random.oneIn(3) ? 0 : random.below(1 + Math.floor((visits * inspectors.length) / (size === 0 ? 2 : 6)));
    for (let i = 0; i < pairs; i++) lines.push(`conflict ${random.pick(subjects)} ${random.pick(inspectors)}`);
  }
  return lines;
}

function substitute(random) {
  const units = ["370202", "370203", "市局一处"];
  const made = groups(random, units);
  const seat = random.below(made.reduce((sum, group) => sum + group.seats, 0));
  let first = 0;
  const group = made.find((each) => (first += each.seats) > seat);
  const others = Array.from({ length: random.below(group.seats) }, () => random.pick(group.units));
  const outputs = random.oneIn(2) ? [] : Array.from({ length: 1 + random.below(2) }, () => random.hex(32));
  const lines = [`case ${random.hex(32)} ${random.hex(64)} ${random.ids(1)[0]} ${seat} ${1 + random.below(300)} ` +
    `${joined(outputs)} ${joined(others)}`, ...made.map(groupLine)];
  for (const id of random.ids(random.below(14))) {
    lines.push(inspectorLine(random, id, units, random.below(4)));
    lines.push(`now ${random.oneIn(5) ? 0 : 1} ${random.oneIn(6) ? 1 : 0} ${random.oneIn(5) ? 1 : 0} ${random.below(4)}`);
  }
  return lines;
}

const weighted = (random) => selection(random, true);

export const makers = { selection, weighted, matching, substitute };
