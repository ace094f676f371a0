// Each field of a draw that an operator could falsify, falsified alone (tests/attacks/fields_of_a_draw.h): both
// verifiers name it, by the same code at the same entry.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { assertNamedAlike, made } from "./both-verifiers.js";
import { scratch } from "./demonstration.js";
import { skip } from "./proof-cases.js";

const cases = new Map(skip ? [] : spawnSync(`${process.env.LIUHEN_BIN}/field_cases`, { encoding: "utf8" })
  .stdout.trim().split("\n").map((line) => line.split(" ")));

for (const table of new Set([...cases.keys()].map((name) => name.split("/")[0]))) {
  test(`one field of what is ${table} is wrong, and nothing else`, { skip }, (t) => {
    const home = scratch(t);
    for (const [name, code] of cases) {
      if (!name.startsWith(`${table}/`)) continue;
      const { bytes, words: [, now] } = made("field_cases", name);
      assertNamedAlike(home, name, { bytes, now: BigInt(now) }, code);
    }
  });
}

test("every table is asked for", { skip }, () => assert.ok(cases.size > 100, String(cases.size)));
