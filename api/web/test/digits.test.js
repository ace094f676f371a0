// What is an outcome of a lottery or of dice, and how many bits it carries at most (docs/formats/draw.md section 4.1).
import assert from "node:assert/strict";
import test from "node:test";
import { fromUtf8 } from "../dist/verify/bytes.js";
import { digitBits, digitItem } from "../dist/verify/draw/digits.js";
import { file, refusalOf } from "./pages.js";

const code = (...words) => refusalOf(() => digitBits(...words)) ?? digitBits(...words);

test("bits of outcomes, and what is none", () => {
  for (const [source, issue, digits, said] of [
    ["ssq", "2026137", "03081219273106", 240], ["dlt", "26137", "01020304350112", 243], ["fc3d", "2026001", "007", 99],
    ["pl3", "26001", "999", 99], ["pl5", "26001", "00000", 166], ["qxc", "26001", "12345614", 238],
    ["dice", "", "6", 25], ["dice", "", "1234561234", 258], ["dice", "", "6".repeat(24), 620],
    ["ssq", "2026137", "03081219273117", "digits.form"], ["ssq", "2026137", "08031219273106", "digits.form"],
    ["ssq", "2026137", "0308121927310", "digits.form"], ["ssq", "2026137", "030812192731066", "digits.form"],
    ["dlt", "26137", "01020304350101", "digits.form"], ["qxc", "26001", "12345615", "digits.form"],
    ["dice", "", "", "digits.form"], ["dice", "", "127", "digits.form"], ["dice", "", "1".repeat(25), "digits.form"],
    ["ssq", "2026", "03081219273106", "digits.issue"], ["dice", "26001", "1", "digits.issue"],
    ["kl8", "26001", "1", "digits.source"], ["constructor", "26001", "1", "digits.source"],
  ]) assert.equal(code(source, issue, digits), said, `${source} ${issue} ${digits}`);
  assert.equal(fromUtf8(digitItem("ssq", "2026137", "03081219273106")), "ssq:2026137:03081219273106");
  assert.equal(fromUtf8(digitItem("dice", "", "41")), "dice::41");
});

test("the page says the same bits", () => {
  const table = [...file("docs/formats/draw.md").toString().matchAll(/^\| ((?:`\w+`(?:, )?)+) \| .* \| ([0-9]+\.[0-9]) \|$/gm)];
  const examples = { ssq: "03081219273106", dlt: "01020304350112", fc3d: "007", pl3: "999", pl5: "00000", qxc: "12345614" };
  const said = table.flatMap(([, names, bits]) => [...names.matchAll(/`(\w+)`/g)].map(([, name]) => [name, bits]));
  assert.deepEqual(said.map(([name]) => name).sort(), Object.keys(examples).sort());
  for (const [name, bits] of said) assert.equal(digitBits(name, "2026137", examples[name]), Number(bits.replace(".", "")));
});
