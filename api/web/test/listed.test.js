// A list of visits in many parts: each visit is looked at once, and what came before still counts.
import assert from "node:assert/strict";
import test from "node:test";
import { compare } from "../dist/verify/bytes.js";
import { visitOrder } from "../dist/verify/draw/seed.js";
import { checkTeams } from "../dist/verify/replay/draw.js";
import { checkListed } from "../dist/verify/replay/restricted.js";
import { refusalOf } from "./pages.js";

const parts = 50, each = 10;

test("teams are checked once, and what inspectors were given in earlier parts counts", () => {
  let asked = 0;
  const row = { id: "Z1", unit: "U", capacity: BigInt(parts * each), eligibility: 0n, qualifications: [] };
  const inspectorRows = { get: () => (asked++, row) };
  const draw = { visits: [], groups: [{ qualification: "", units: ["U"], seats: 1, unitLimit: 0 }], loads: new Map() };
  const list = (count) => {
    const from = draw.visits.length;
    for (let i = 0; i < count; i++) draw.visits.push({ subject: "S", team: ["Z1"] });
    return refusalOf(() => checkTeams({ inspectorRows }, draw, from));
  };
  for (let part = 0; part < parts; part++) assert.equal(list(each), undefined);
  assert.equal(asked, parts * each);
  assert.equal(list(1), "draw.disclosed_visit"); // one more than he can be given
});

test("the order of a restricted draw's list is checked once, and across parts", () => {
  const seed = new Uint8Array(64).fill(7);
  const ids = Array.from({ length: parts * each }, (_, i) => `S${i}`)
    .sort((a, b) => compare(visitOrder(seed, a), visitOrder(seed, b)));
  const state = { committedIds: new Set(ids) };
  let read = 0;
  const visits = [];
  for (let part = 0; part < parts; part++) {
    const from = visits.length;
    for (const id of ids.slice(from, from + each)) visits.push({ get subject() { read++; return id; }, team: [] });
    checkListed(state, { seed }, visits, from);
  }
  assert.ok(read < 3 * ids.length, String(read));
  const swapped = [...visits];
  [swapped[each - 1], swapped[each]] = [swapped[each], swapped[each - 1]];
  assert.equal(refusalOf(() => checkListed(state, { seed }, swapped.slice(0, each), 0)), undefined);
  assert.equal(refusalOf(() => checkListed(state, { seed }, swapped.slice(0, 2 * each), each)), "draw.disclosed_visit");
  assert.equal(refusalOf(() => checkListed({ committedIds: new Set() }, { seed }, visits, 0)), "draw.disclosed_visit");
});
