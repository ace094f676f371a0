// Systematic sampling with integer weights: its definition tried row by row, its certainties, its chances.
import assert from "node:assert/strict";
import test from "node:test";
import { toHex, fromHex } from "../dist/verify/bytes.js";
import { selectByWeight } from "../dist/verify/draw/pps.js";
import { ppsStart } from "../dist/verify/draw/seed.js";
import { ticketOf } from "../dist/verify/draw/selection.js";
import { refusalOf } from "./pages.js";
import { Random } from "./random-cases.js";

/** As it is defined, without any cleverness. */
function defined(seed, stratum, rows, k) {
  const order = rows.map((row) => ({ ...row, ticket: toHex(ticketOf(seed, stratum, row.id)) }))
    .sort((a, b) => (a.ticket < b.ticket ? -1 : 1));
  let rest = order;
  const drawn = [];
  const total = () => rest.reduce((sum, row) => sum + row.weight, 0n);
  for (;;) {
    const most = rest.find((row) => row.weight * k > total());
    if (!most) break;
    drawn.push(most.id);
    rest = rest.filter((row) => row !== most);
    k--;
  }
  const w = total();
  const u = k === 0n ? 0n : BigInt(`0x${toHex(ppsStart(seed, stratum))}`) % w;
  let c = 0n;
  for (const row of rest) {
    for (let j = 0n; j < k; j++) {
      if (k * c <= u + j * w && u + j * w < k * (c + row.weight)) {
        drawn.push(row.id);
        break;
      }
    }
    c += row.weight;
  }
  return drawn.sort();
}

const rowsOf = (random, count, most) => random.ids(count).map((id) =>
  ({ id, stratum: 0n, weight: BigInt(1 + random.below(most)), eligibility: 0n }));

test("random strata are drawn as defined, always k of them", () => {
  const random = new Random(process.env.LIUHEN_SEED ?? "pps");
  let certain = 0;
  for (let i = 0; i < 800; i++) {
    const rows = rowsOf(random, 1 + random.below(20), random.oneIn(2) ? 5 : 1e9);
    const k = BigInt(random.below(rows.length + 1));
    const seed = fromHex(random.hex(64));
    const { chosen } = selectByWeight(seed, 3n, rows, k);
    assert.equal(BigInt(chosen.length), k);
    assert.deepEqual(chosen.map((each) => each.id).sort(), defined(seed, 3n, rows, k));
    certain += chosen.filter((each) => each.certain).length;
    assert.deepEqual(chosen.map((each) => toHex(each.ticket)), chosen.map((each) => toHex(each.ticket)).sort());
  }
  assert.ok(certain > 100);
});

test("chances are in proportion to weight", () => {
  const random = new Random("chances");
  const rows = [1n, 2n, 3n, 4n].map((weight, i) => ({ id: `A${i}`, stratum: 0n, weight, eligibility: 0n }));
  const counts = new Map(rows.map((row) => [row.id, 0]));
  for (let i = 0; i < 4000; i++) {
    for (const each of selectByWeight(fromHex(random.hex(64)), 0n, rows, 2n).chosen) counts.set(each.id, counts.get(each.id) + 1);
  }
  rows.forEach((row) => {
    const expected = 800 * Number(row.weight); // of 4,000 draws of two in ten; a deviation of five sigma at most
    const sigma = Math.sqrt(expected * (1 - expected / 4000));
    assert.ok(Math.abs(counts.get(row.id) - expected) <= 5 * sigma, `${row.id} ${counts.get(row.id)} ${expected}`);
  });
});

test("a row whose weight is just its share of the rest is certain too", () => {
  const rows = [2n, 1n, 1n].map((weight, i) => ({ id: `A${i}`, stratum: 0n, weight, eligibility: 0n }));
  for (let i = 0; i < 20; i++) {
    const { chosen } = selectByWeight(new Uint8Array(64).fill(i), 0n, rows, 2n);
    assert.deepEqual(chosen.filter((each) => each.certain).map((each) => each.id), ["A0"]);
    assert.equal(chosen.length, 2);
  }
});

test("what makes no sense is refused", () => {
  const row = (weight) => ({ id: "A", stratum: 0n, weight, eligibility: 0n });
  const seed = new Uint8Array(64);
  assert.equal(refusalOf(() => selectByWeight(seed, 0n, [row(0n)], 1n)), "draw.weights");
  assert.equal(refusalOf(() => selectByWeight(seed, 0n, [row(1n << 64n)], 1n)), "draw.weights");
  assert.equal(refusalOf(() => selectByWeight(seed, 0n, [row(1n)], 2n)), "draw.strata");
  assert.deepEqual(selectByWeight(seed, 0n, [], 0n).chosen, []);
});
