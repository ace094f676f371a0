// Draws of restricted pools: the worked example, proof files and single rows as the C++ writes them, and what a dishonest
// operator would write, named alike by both verifiers.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { equal, toHex, utf8 } from "../dist/verify/bytes.js";
import * as pool from "../dist/verify/draw/restricted-pool.js";
import { decodeEntry } from "../dist/verify/entry.js";
import { parseProofFile, writeProofFile } from "../dist/verify/proof-file.js";
import { reportJson, reportText } from "../dist/verify/report-text.js";
import { parseRowFile, writeRowFile } from "../dist/verify/row-file.js";
import { rowReportText } from "../dist/verify/row-report.js";
import { verifyProofFile } from "../dist/verify/verify-proof.js";
import { verifyRowFile } from "../dist/verify/verify-row.js";
import { scratch } from "./demonstration.js";
import { example, refusalOf } from "./pages.js";
import { skip } from "./proof-cases.js";

const bin = process.env.LIUHEN_BIN;

function made(name) {
  const run = spawnSync(`${bin}/restricted_cases`, [name], { maxBuffer: 1 << 28 });
  assert.equal(run.status, 0, `${name}: ${run.stderr}`);
  return { bytes: new Uint8Array(run.stdout), now: BigInt(run.stderr.toString().trim().split(" ")[1] ?? 0) };
}

/** What liuhen-verify says of it. */
function theirs(home, bytes, now) {
  writeFileSync(join(home, "file"), bytes);
  const run = spawnSync(`${bin}/liuhen-verify`, ["file", join(home, "file"), "--json", "--at", String(now)], { encoding: "utf8" });
  return { status: run.status, ...JSON.parse(run.stdout) };
}

test("the example of draw.md", () => {
  const page = example("draw.md");
  const key = page.hex("pool_key");
  assert.equal(toHex(pool.keyCommitment(key)), page.text("pool_key_hash"));
  const rows = [1, 2, 3, 4, 5, 6, 7].map((n) =>
    ({ id: `91370200MA3C00000${n}`, stratum: BigInt(n % 2), weight: 1n, eligibility: n === 3 ? 2n : 0n }));
  const committed = rows.map((row) => ({ id: row.id, commitment: pool.commitmentOf(pool.rowOpening(key, row)) }));
  assert.equal(toHex(pool.blindOf(key, rows[1].id)), page.text("blind_of_2"));
  assert.equal(toHex(pool.rowOpening(key, rows[1]).salt), page.text("salt_of_2"));
  assert.equal(toHex(pool.rowOpening(key, rows[1]).content), page.text("content_of_2"));
  assert.equal(toHex(pool.encodeCommitted(committed[1])), page.text("restricted_row_1"));
  assert.equal(toHex(pool.committedRoot(committed)), page.text("restricted_root"));
  assert.equal(refusalOf(() => pool.committedRoot([...committed].reverse())), "draw.order");
  const share = (num, den) => ({ num, den, fixed: 0n, minimum: 0n, maximum: 0n });
  const selection = pool.selectBlind(page.hex("seed"), [share(1n, 2n), share(30n, 100n)], 0n, key, rows);
  for (const s of [0, 1]) {
    const drawn = selection.drawn.filter(({ stratum }) => stratum === BigInt(s)).map(({ id }) => id);
    assert.equal(drawn.join(" "), page.text(`restricted_drawn_${s}`));
    assert.equal(toHex(selection.cutoffs[s]), page.text(`restricted_cutoff_${s}`));
    assert.equal(toHex(pool.commitmentOf(pool.cutoffOpening(key, BigInt(s), selection.cutoffs[s]))), page.text(`cutoff_commitment_${s}`));
  }
  for (const { id, ticket } of selection.drawn) {
    assert.equal(toHex(pool.commitmentOf(pool.ticketOpening(key, id, ticket))), page.text(`ticket_commitment_${id.at(-1)}`));
  }
});

test("a proof file verifies, and says what is not opened and who looked", { skip }, (t) => {
  const home = scratch(t);
  const { bytes, now } = made("whole");
  const report = verifyProofFile(bytes, { now });
  assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
  assert.match(reportText(report, "zh"), /名录受限：按风险等级分层.*监督人：supervisor, supervisor2；承诺截止之前核对名录无误的：supervisor；执行后重算无误的：supervisor/);
  assert.match(reportText(report, "en"), /not checked: its pool is restricted/);
  assert.equal(reportJson(report).restricted_pool.length, 1);
  assert.equal(theirs(home, bytes, now).status, 0);
  const file = parseProofFile(bytes);
  assert.ok(equal(writeProofFile(file), bytes));
  assert.equal(file.committed.length, 40);
  file.entries.forEach((entry, i) => {
    if (!["DrawExecuted", "DrawDisclosed", "RevealsClosed"].includes(decodeEntry(entry.bytes).intent.kind)) return;
    const cut = writeProofFile({ ...file, entries: file.entries.filter((_, j) => j !== i) });
    assert.equal(verifyProofFile(cut, { now }).verdict, "violated");
    assert.equal(theirs(home, cut, now).status, 1);
  });
  const [first, second, ...rest] = file.committed;
  const swapped = [{ ...first, commitment: second.commitment }, { ...second, commitment: first.commitment }, ...rest];
  for (const [committed, code] of [[swapped, "proof.rows"], [[second, first, ...rest], "draw.order"],
    [file.committed.slice(1), "proof.rows"]]) {
    const changed = writeProofFile({ ...file, committed });
    assert.equal(verifyProofFile(changed, { now }).wrong.code, code);
    assert.equal(theirs(home, changed, now).finding.code, code);
  }
  const plain = writeProofFile({ ...file, committed: undefined });
  assert.equal(verifyProofFile(plain, { now }).wrong.code, "proof.rows");
  assert.equal(theirs(home, plain, now).finding.code, "proof.rows");
  const later = utf8("liuhen/draw-proof/v3\n");
  assert.equal(verifyProofFile(later, { now }).wrong.code, "proof.version");
});

test("objections are shown, and an announcement alone verifies", { skip }, (t) => {
  const home = scratch(t);
  const { bytes, now } = made("objected");
  const report = verifyProofFile(bytes, { now });
  assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
  assert.match(reportText(report, "en"), /supervisor2 objected to the pool[^]*supervisor objected to the execution/);
  const other = theirs(home, bytes, now);
  assert.equal(other.status, 0);
  assert.ok(other.shown.some(({ en }) => /supervisor2 objected to the pool/.test(en)));
  const early = made("announced");
  assert.equal(verifyProofFile(early.bytes, { now: early.now }).verdict, "verified");
  assert.equal(theirs(home, early.bytes, early.now).status, 0);
});

test("what a dishonest operator would write is named alike by both", { skip }, (t) => {
  const home = scratch(t);
  for (const [name, code] of Object.entries({
    "attested-late": "attest.late", "attested-twice": "attest.repeated", "attested-blindly": "attest.unseen",
    "attested-early": "attest.early", "cutoffs-shown": "draw.restricted", "cutoffs-few": "draw.restricted",
    "too-many": "draw.selection", "other-pi": "draw.vrf", "out-of-order": "draw.disclosed_visit",
    "not-in-the-pool": "draw.disclosed_visit", "other-team": "draw.disclosed_visit", "other-ticket": "draw.disclosed_root",
  })) {
    const { bytes, now } = made(name);
    const report = verifyProofFile(bytes, { now });
    assert.deepEqual([report.verdict, report.wrong?.code], ["violated", code], name);
    const other = theirs(home, bytes, now);
    assert.deepEqual([other.status, other.finding.code], [1, code], name);
    assert.equal(String(report.wrong.position), String(other.finding.position), name);
  }
});

test("every firm's own row shows its stratum and its ticket, and a changed one is found alike", { skip }, (t) => {
  const home = scratch(t);
  const rows = JSON.parse(new TextDecoder().decode(made("rows").bytes));
  assert.equal(rows.length, 40);
  for (const { id, high, drawn, file } of rows) {
    const bytes = utf8(file);
    assert.ok(equal(writeRowFile(parseRowFile(bytes)), bytes));
    const report = verifyRowFile(bytes, undefined);
    assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
    assert.equal(report.answer.row.stratum, high ? 0n : 1n);
    assert.equal(report.answer.drawn, drawn, id);
    assert.match(rowReportText(report, "en"), drawn ? /it was drawn/ : /it was not drawn/);
    for (const other of rows) assert.equal(file.includes(other.id), other.id === id);
  }
  const bytes = utf8(rows[8].file);
  const other = theirs(home, bytes, 0);
  assert.equal(other.status, 0, JSON.stringify(other.finding));
  const file = parseRowFile(bytes);
  const flip = (hash) => Uint8Array.from(hash, (byte, i) => (i === 0 ? byte ^ 1 : byte));
  const { opened } = file;
  for (const [change, code] of [
    [{ content: { ...opened.content, stratum: 1n - opened.content.stratum } }, "row.opening"],
    [{ content: { ...opened.content, blind: flip(opened.content.blind) } }, "row.opening"],
    [{ salt: flip(opened.salt) }, "row.opening"],
    [{ row: { ...opened.row, commitment: flip(opened.row.commitment) } }, "row.inclusion"],
    [{ index: opened.index + 1n }, "row.inclusion"],
    [{ cutoff: { ...opened.cutoff, content: flip(opened.cutoff.content) } }, "row.cutoff"],
    [{ cutoff: { ...opened.cutoff, content: new Uint8Array(0) } }, "row.cutoff"],
    [{ cutoff: undefined }, "row.cutoff"],
  ]) {
    const changed = writeRowFile({ ...file, opened: { ...opened, ...change } });
    assert.equal(verifyRowFile(changed, undefined).wrong.code, code);
    assert.equal(theirs(home, changed, 0).finding.code, code);
  }
  const asAnother = writeRowFile({ ...file, subject: rows[9].id });
  assert.equal(verifyRowFile(asAnother, undefined).wrong.code, "row.neighbours");
  assert.equal(theirs(home, asAnother, 0).finding.code, "row.neighbours");
  const plain = writeRowFile({ ...file, opened: undefined, rows: [{ index: 0n, row: { id: rows[8].id, stratum: 0n, weight: 1n, eligibility: 0n }, path: [] }] });
  assert.equal(verifyRowFile(plain, undefined).wrong.code, "draw.restricted");
  assert.equal(theirs(home, plain, 0).finding.code, "draw.restricted");
});
