// Thousands of random draws, made here and answered by the C++, and made by the C++ and answered here. The seed is
// fresh on every run and shown with what fails; LIUHEN_SEED repeats a run.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import test from "node:test";
import { answered, answers, casesOf } from "./golden.js";
import { Random, makers } from "./random-cases.js";

const program = process.env.LIUHEN_BIN && `${process.env.LIUHEN_BIN}/draw_cases`;
const seed = process.env.LIUHEN_SEED ?? randomBytes(4).toString("hex");
const skip = program ? false : "LIUHEN_BIN is not set: run ctest -R web";
const run = (words, input) =>
  execFileSync(program, words, { input, maxBuffer: 1 << 30, encoding: "utf8" });

function checkOwn(kind, count, ...size) {
  const random = new Random(`${seed} ${kind} ${size}`);
  const cases = Array.from({ length: count }, () => makers[kind](random, ...size));
  const theirs = run(["answer", kind], cases.map((lines) => `${lines.join("\n")}\nend\n`).join("")).split("end\n");
  assert.equal(theirs.length, count + 1);
  const counts = new Map();
  cases.forEach((lines, i) => {
    const mine = answers[kind](lines.map((line) => line.split(" ")));
    assert.equal(`${mine.join("\n")}\n`, theirs[i], `seed ${seed}\n${lines.join("\n")}`);
    for (const line of mine) {
      const what = line.split(" ");
      const kindOfLine = what[0] === "visit" ? `visit ${what[2]}${what[3].includes("~") ? " vacant" : ""}`
        : what[0] === "outcome" ? `outcome ${what[1] === "0" ? "empty" : what[1] === "1" ? "one row" : what[1] === what[2] ? "all" : "some"}`
          : what[0] === "chosen" ? `chosen ${what[1] === "~" ? "none" : "one"}` : what[0];
      counts.set(kindOfLine, (counts.get(kindOfLine) ?? 0) + 1);
    }
  });
  return counts;
}

function checkTheirs(kind, count) {
  const number = parseInt(seed.slice(0, 8), 16) || 1;
  const cases = casesOf(run(["make", kind, String(number), String(count)]));
  assert.equal(cases.length, count);
  for (const lines of cases) {
    const expected = lines.filter((w) => answered[kind].includes(w[0])).map((w) => w.join(" "));
    assert.deepEqual(answers[kind](lines), expected, `make ${kind} ${number}: ${lines[0].join(" ")}`);
  }
}

test("random selections agree", { skip }, (t) => {
  const counts = checkOwn("selection", 1500);
  t.diagnostic(`seed ${seed}: ${JSON.stringify([...counts])}`);
  for (const corner of ["outcome empty", "outcome one row", "outcome all", "outcome some"]) {
    assert.ok(counts.get(corner) > 50, corner);
  }
  checkTheirs("selection", 1000);
});

test("random selections by weight agree", { skip }, () => {
  const counts = checkOwn("weighted", 1500);
  for (const corner of ["outcome empty", "outcome one row", "outcome all", "outcome some"]) {
    assert.ok(counts.get(corner) > 50, corner);
  }
  checkTheirs("weighted", 1000);
});

test("random matchings agree", { skip }, (t) => {
  const counts = checkOwn("matching", 3000, 0);
  t.diagnostic(`seed ${seed}: ${JSON.stringify([...counts])}`);
  for (const corner of ["visit 0 vacant", "visit 1", "visit 1 vacant"]) assert.ok(counts.get(corner) > 100, corner);
  checkTheirs("matching", 2000);
});

test("tight matchings of dozens and hundreds of visits agree", { skip }, (t) => {
  for (const [count, size] of [[150, 1], [6, 2]]) {
    const counts = checkOwn("matching", count, size);
    t.diagnostic(`seed ${seed}: ${JSON.stringify([...counts])}`);
    if (size === 2) continue;
    for (const corner of ["visit 0 vacant", "visit 1", "visit 1 vacant"]) assert.ok(counts.get(corner) > 20, corner);
  }
});

test("random substitutes agree", { skip }, () => {
  const counts = checkOwn("substitute", 1500);
  for (const corner of ["chosen none", "chosen one"]) assert.ok(counts.get(corner) > 100, corner);
  checkTheirs("substitute", 1000);
});
