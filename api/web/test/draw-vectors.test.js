// The golden vectors of tests/crypto/draw/data, which others made.
import assert from "node:assert/strict";
import test from "node:test";
import { answered, answers, casesOf } from "./golden.js";
import { file } from "./pages.js";

for (const [kind, least] of [["selection", 150], ["weighted", 200], ["matching", 400], ["substitute", 200]]) {
  test(`${kind}.txt`, () => {
    const cases = casesOf(file(`tests/crypto/draw/data/${kind}.txt`).toString());
    assert.ok(cases.length >= least);
    for (const lines of cases) {
      const expected = lines.filter((w) => answered[kind].includes(w[0])).map((w) => w.join(" "));
      assert.deepEqual(answers[kind](lines), expected, lines[0].join(" "));
    }
  });
}
