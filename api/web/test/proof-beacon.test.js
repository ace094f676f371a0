// Proof files of draws with a beacon, as the C++ writes them: good ones verify, and what a dishonest operator would
// write is named alike by both verifiers.
import assert from "node:assert/strict";
import test from "node:test";
import { utf8 } from "../dist/verify/bytes.js";
import { decodeEntry } from "../dist/verify/entry.js";
import { keyTypes, verifierKey, vkeyOf } from "../dist/verify/note.js";
import { parsePolicy } from "../dist/verify/policy.js";
import { parseProofFile, writeProofFile } from "../dist/verify/proof-file.js";
import { reportJson, reportText } from "../dist/verify/report-text.js";
import { verifyProofFile } from "../dist/verify/verify-proof.js";
import { scratch } from "./demonstration.js";
import { made, namedAlike, skip, theirs } from "./proof-cases.js";

test("a whole draw and its substitute, by a listed chain and by another", { skip }, (t) => {
  const home = scratch(t);
  const { bytes, chain, now } = made("whole");
  const file = parseProofFile(bytes);
  const genesis = decodeEntry(file.entries[0].bytes).intent.payload;
  const log = vkeyOf(verifierKey(file.origin, keyTypes.ed25519, genesis.log_key));
  for (const listed of [true, false]) {
    const text = `log ${log}\n${listed ? `beacon ${chain}\n` : ""}quorum none\n`;
    const report = verifyProofFile(bytes, { now, policy: parsePolicy(utf8(text)) });
    assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
    assert.equal(report.beaconListed, listed);
    assert.equal(report.draw.tasks[0].seats[0].ordinal, 1);
    const other = theirs(home, bytes, now, text);
    assert.equal(other.status, 0);
    const mine = reportJson(report).beacon;
    assert.deepEqual([mine.chain, mine.round, mine.output, mine.listed],
      [chain, String(other.beacon.round), other.beacon.output, other.beacon.listed]);
    assert.match(reportText(report, "en"), listed ? /in the policy\)/ : /not in the policy/);
  }

  // Neither the chain, nor a round, can be left out, and none of it can be of somewhere else.
  const kinds = new Set(["BeaconChainSet", "BeaconRecorded"]);
  let leftOut = 0;
  file.entries.forEach((entry, i) => {
    if (!kinds.has(decodeEntry(entry.bytes).intent.kind)) return;
    const cut = writeProofFile({ ...file, entries: file.entries.filter((_, j) => j !== i) });
    assert.equal(verifyProofFile(cut, { now }).verdict, "violated");
    assert.equal(theirs(home, cut, now).status, 1);
    leftOut++;
  });
  assert.equal(leftOut, 2);
});

test("digits of a lottery and of dice follow the nonces", { skip }, (t) => {
  const home = scratch(t);
  const { bytes, now } = made("digits");
  const report = verifyProofFile(bytes, { now });
  assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
  assert.deepEqual(reportJson(report).digits.map((each) => [each.source, each.digits, each.bits]),
    [["ssq", "03081219273106", "24.0"], ["dice", "415263", "15.5"], ["qxc", "00000014", "23.8"]]);
  assert.match(reportText(report, "zh"), /双色球第 2026137 期 03081219273106，至多 24\.0 比特/);
  assert.equal(theirs(home, bytes, now).status, 0);
  const file = parseProofFile(bytes);
  file.entries.forEach((entry, i) => {
    if (decodeEntry(entry.bytes).intent.kind !== "DigitsRecorded") return;
    const cut = writeProofFile({ ...file, entries: file.entries.filter((_, j) => j !== i) });
    assert.equal(verifyProofFile(cut, { now }).verdict, "violated");
    assert.equal(theirs(home, cut, now).status, 1);
  });
});

test("a draw that holders of shares executed", { skip }, (t) => {
  const { bytes, now } = made("recovered");
  const report = verifyProofFile(bytes, { now });
  assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
  assert.equal(report.draw.phase, "executed");
  assert.equal(theirs(scratch(t), bytes, now).status, 0);
});

test("a redraw of an attempt that was voided before its round", { skip }, (t) => {
  const { bytes, now } = made("redraw");
  const report = verifyProofFile(bytes, { now });
  assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
  assert.equal(report.draw.attempt, 2);
  assert.equal(theirs(scratch(t), bytes, now).status, 0);
});

test("a void that its recorded time alone puts before the round, by both", { skip }, (t) => {
  const { bytes, now } = made("redraw-in-time");
  const report = verifyProofFile(bytes, { now });
  assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
  assert.deepEqual([report.discardedBefore, report.discardedInTime], [["draw/P1/1"], 1]);
  const other = theirs(scratch(t), bytes, now);
  assert.deepEqual([other.status, other.discarded_draws], [0, ["draw/P1/1"]]);
  for (const language of ["zh", "en"]) {
    const said = other.shown.map((each) => each[language]);
    const lines = reportText(report, language).split("\n");
    const theirs = said.filter((line) => /信标那一轮之前作废|before the beacon's round by/.test(line));
    assert.equal(theirs.length, 1);
    assert.ok(lines.includes(theirs[0]), `${theirs[0]}\n${lines.join("\n")}`);
  }
});

test("so is one before a draw that is overdue, by both", { skip }, (t) => {
  const { bytes, now } = made("redraw-awaited");
  const late = now + 100_000n;
  const report = verifyProofFile(bytes, { now: late });
  assert.deepEqual([report.verdict, report.wrong?.code], ["inconclusive", "draw.unexecuted"]);
  assert.deepEqual([report.discardedBefore, report.discardedInTime], [["draw/P1/1"], 1]);
  const other = theirs(scratch(t), bytes, late);
  assert.deepEqual([other.status, other.discarded_draws], [2, ["draw/P1/1"]]);
});

test("what could be known of a voided draw is said alike by both", { skip }, (t) => {
  const home = scratch(t);
  for (const [name, pattern] of Object.entries({
    "voided-in-time": /记录的时间在信标那一轮之前作废/, "voided-ready": /运营方一家已能算出结果/,
    "voided-revealing": /收齐揭示的人/, "voided-revealed": /运营方一家已能算出结果/,
    "voided-forfeited": /运营方一家已能算出结果/, "voided-uncommitted": /运营方一家已能算出结果/,
    "voided-executed": /执行之后作废/ })) {
    const { bytes, now } = made(name);
    const report = verifyProofFile(bytes, { now });
    assert.equal(report.verdict, "verified", `${name}: ${JSON.stringify(report.wrong, String)}`);
    const line = reportText(report, "zh").split("\n").find((each) => pattern.test(each));
    assert.ok(line, name);
    const said = theirs(home, bytes, now).shown.map((each) => each.zh);
    assert.ok(said.includes(`该抽取已作废：${line}`), `${name}: ${said.join("\n")}`);
  }
});

test("an outcome that was discarded is shown whatever was drawn in between, by both", { skip }, (t) => {
  const { bytes, now } = made("repeated");
  const report = verifyProofFile(bytes, { now });
  assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
  assert.equal(report.draw.attempt, 3);
  assert.deepEqual(report.discardedBefore, ["draw/P1/1"]);
  assert.match(reportText(report, "zh"), /1 次结果作废，作废时不能排除有人已知结果：draw\/P1\/1/);
  const other = theirs(scratch(t), bytes, now);
  assert.deepEqual([other.status, other.discarded_draws], [0, ["draw/P1/1"]]);
});

test("substitutes where hardly anybody is free, and where one left his group, by both", { skip }, (t) => {
  for (const name of ["two-recusals", "moved"]) {
    const { bytes, now } = made(name);
    const report = verifyProofFile(bytes, { now });
    assert.equal(report.verdict, "verified", `${name}: ${JSON.stringify(report.wrong, String)}`);
    assert.equal(report.draw.tasks[0].seats[0].ordinal, 1);
    if (name === "two-recusals") {
      assert.ok(report.draw.tasks[0].seats[0].noneLeft);
      assert.notEqual(report.draw.tasks[1].seats[0].inspector, "");
    }
    assert.equal(theirs(scratch(t), bytes, now).status, 0, name);
  }
});

test("a draw by weight, with a minimum, and who was certain, by both", { skip }, (t) => {
  const { bytes, now } = made("weighted");
  const report = verifyProofFile(bytes, { now });
  assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
  const [stratum] = report.draw.selection.strata;
  assert.deepEqual([stratum.eligible, stratum.drawn, stratum.restDrawn, stratum.restWeight, stratum.cutoff],
    [61n, 8n, 7n, 140n, undefined]);
  const certain = report.draw.selection.drawn.filter((each) => each.certain).map((each) => each.id);
  assert.equal(certain.length, 1);
  assert.match(reportText(report, "zh"), new RegExp(`仅凭权重即必然抽中的有 1 个：${certain[0]}`));
  const other = theirs(scratch(t), bytes, now);
  assert.equal(other.status, 0);
  assert.ok(other.shown.some(({ en }) => en.includes(`certain to be drawn: ${certain[0]}`)), JSON.stringify(other.shown));

  // A lighter row, or one that is out for a reason that the rule does not have, is not of the pool.
  const file = parseProofFile(bytes);
  for (const part of [{ weight: 4n }, { eligibility: 4n }]) {
    const subjects = file.subjects.map((row) => (row.id === certain[0] ? { ...row, ...part } : row));
    assert.equal(verifyProofFile(writeProofFile({ ...file, subjects }), { now }).wrong.code, "proof.rows");
  }
});

test("a draw that leaves out who was visited lately or is suspended, by both", { skip }, (t) => {
  const { bytes, now } = made("rested");
  const report = verifyProofFile(bytes, { now });
  assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
  const reasons = report.file.subjects.map((row) => row.eligibility);
  assert.deepEqual([4n, 5n].map((code) => reasons.filter((each) => each === code).length), [4, 1]);
  assert.equal(theirs(scratch(t), bytes, now).status, 0);
});

test("an attempt with a beacon that goes no further is overdue", { skip }, (t) => {
  const { bytes, now } = made("unfinished");
  assert.equal(verifyProofFile(bytes, { now }).verdict, "verified");
  const later = now + 40n * 86_400n;
  const report = verifyProofFile(bytes, { now: later });
  assert.deepEqual([report.verdict, report.wrong.code], ["inconclusive", "draw.unexecuted"]);
  assert.equal(theirs(scratch(t), bytes, later).finding.code, "draw.unexecuted");
});

test("what a dishonest operator would write is named alike by both", { skip }, (t) => {
  namedAlike(scratch(t), {
    "other-round": "draw.beacon_round",
    "other-chain": "beacon.signature",
    "early": "draw.early",
    "without": "draw.beacon_awaited",
    "substitute-round": "substitute.beacon_round",
    "substitute-early": "substitute.early",
    "substitute-bare": "beacon.signature",
    "not-a-holder": "vrf.holder",
    "hidden": "draw.previous",
    "two-at-once": "draw.overlap",
    "retired-key": "draw.vrf_key",
    "intent-twice": "intent.conflict",
    "seen-future": "intent.fork",
    "stale-version": "intent.version_stale",
    "steered": "substitute.candidate",
    "substitute-group": "substitute.candidate",
    "other-reason": "proof.rows",
    "other-weight": "proof.rows",
    "weights-ignored": "draw.weighted",
    "no-minimum": "draw.rate",
    "other-rest": "draw.selection",
  });
});
