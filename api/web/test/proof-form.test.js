// Proof files of draws that leave one side, or only the order, to chance, as the C++ writes them: good ones verify, and
// what a dishonest operator would write is named alike by both verifiers.
import assert from "node:assert/strict";
import test from "node:test";
import { dateText } from "../dist/verify/draw/visit-day.js";
import { dayOfVisit } from "../dist/verify/replay/form.js";
import { reportJson, reportText } from "../dist/verify/report-text.js";
import { rowReportText } from "../dist/verify/row-report.js";
import { verifyProofFile } from "../dist/verify/verify-proof.js";
import { verifyRowFile } from "../dist/verify/verify-row.js";
import { assertNamedAlike, made as madeBy, theirs } from "./both-verifiers.js";
import { scratch } from "./demonstration.js";

const bin = process.env.LIUHEN_BIN;
const skip = bin ? false : "LIUHEN_BIN is not set: run ctest -R web";

function made(name) {
  const { bytes, words: [now] } = madeBy("form_cases", name);
  return { bytes, now: BigInt(now) };
}

/** Verified by both, and both say the same of the form. */
function verified(t, name) {
  const { bytes, now } = made(name);
  const report = verifyProofFile(bytes, { now });
  assert.equal(report.verdict, "verified", `${name}: ${JSON.stringify(report.wrong, String)}`);
  const other = theirs(scratch(t), bytes, now);
  assert.equal(other.status, 0, JSON.stringify(other.finding));
  const { form } = reportJson(report);
  assert.ok(form.zh.includes("专项整治：法律规定由县局指定人员"), form.zh);
  assert.ok(other.shown.some(({ zh, en }) => zh === form.zh && en === form.en), JSON.stringify([form, other.shown]));
  assert.ok(reportText(report, "zh").includes(form.zh));
  assert.ok(!/非随机/.test(reportText(report, "zh")), "the form says it once");
  return { report, other };
}

test("subjects only: teams are named, and never drawn", { skip }, (t) => {
  const { report, other } = verified(t, "subjects");
  const { tasks } = report.draw;
  assert.deepEqual(tasks[0].seats.map((seat) => seat.inspector), ["Z0004", "Z0002"]);
  assert.deepEqual(tasks[1].seats.map((seat) => seat.inspector), ["Z0003", "Z0002"]);
  assert.deepEqual([...tasks[0].held].sort(), ["Z0001", "Z0002", "Z0004"]);
  assert.ok(tasks.slice(2).every((task) => task.seats.every((seat) => seat.inspector === "" && seat.vacated === undefined)));
  assert.ok(other.shown.some(({ en }) => en.includes("teams were named for 2 visits")), JSON.stringify(other.shown));
});

test("inspectors only: everybody is visited, by drawn teams", { skip }, (t) => {
  const { report } = verified(t, "inspectors");
  assert.equal(report.draw.tasks.length, 40);
  assert.equal(report.draw.tasks[0].seats[0].ordinal, 1);
});

test("a full inspection: each visit has its day", { skip }, (t) => {
  const { report } = verified(t, "full");
  assert.equal(report.draw.tasks.length, 40);
  const days = report.draw.tasks.map((_, visit) => dateText(dayOfVisit(report.draw.announced, BigInt(visit))));
  assert.equal(new Set(days).size, 6);
  assert.ok(days.every((day) => ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay())));
  assert.deepEqual([...days].sort(), days);
});

test("a firm's row in a full inspection says that nobody chose it, by both", { skip }, (t) => {
  const { bytes, now } = made("row");
  const report = verifyRowFile(bytes, undefined);
  assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
  assert.equal(report.answer.drawn, true);
  const words = rowReportText(report, "zh");
  assert.match(words, /全覆盖检查.*理由：专项整治/);
  assert.ok(!/非随机/.test(words), "the form says it once");
  const other = theirs(scratch(t), bytes, now);
  assert.equal(other.status, 0, JSON.stringify(other.finding));
  assert.ok(other.shown.some(({ zh }) => zh === report.answer.form.zh), JSON.stringify(other.shown));
});

test("what a dishonest operator would write is named alike by both", { skip }, (t) => {
  const home = scratch(t);
  for (const [name, code] of Object.entries({
    "no-reason": "draw.form",
    "reason-for-both": "draw.form",
    "sample": "draw.form_rates",
    "days": "draw.form_days",
    "weekend": "draw.form_days",
    "one-named": "team.seats",
    "nobody-named": "team.seats",
    "named-twice": "team.seats",
    "named-overwritten": "team.seats",
    "stranger": "team.inspector",
    "named-recused": "team.inspector",
    "named-over-drawn": "team.form",
    "substitute-for-named": "substitute.not_due",
    "result-unnamed": "result.team",
    "team-drawn": "draw.disclosed_visit",
  })) {
    assertNamedAlike(home, name, made(name), code);
  }
});
