// The golden vectors of tests/crypto/draw/data, which others made.
import assert from "node:assert/strict";
import test from "node:test";
import { answered, answers, casesOf } from "./golden.js";
import { file } from "./pages.js";

for (const [name, kind, least] of [["selection", "selection", 150], ["bounded", "selection", 150],
  ["weighted", "weighted", 200], ["matching", "matching", 400], ["substitute", "substitute", 200]]) {
  test(`${name}.txt`, () => {
    const cases = casesOf(file(`tests/crypto/draw/data/${name}.txt`).toString());
    assert.ok(cases.length >= least);
    for (const lines of cases) {
      const expected = lines.filter((w) => answered[kind].includes(w[0])).map((w) => w.join(" "));
      assert.deepEqual(answers[kind](lines), expected, lines[0].join(" "));
    }
  });
}
