// Files of single rows as the C++ writes them: every subject of a pool and every absent id is shown for what it is, and
// of changed files none is taken; liuhen-verify gives the same refusal.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { concat, equal, fromUtf8, utf8 } from "../dist/verify/bytes.js";
import { encodeSubject } from "../dist/verify/draw/pool.js";
import { checkRow } from "../dist/verify/draw/row-proof.js";
import { decodeEntry } from "../dist/verify/entry.js";
import { sha256 } from "../dist/verify/hash.js";
import { leafHash, rootOf } from "../dist/verify/merkle.js";
import { keyTypes, verifierKey, vkeyOf } from "../dist/verify/note.js";
import { parsePolicy, policyOfKey } from "../dist/verify/policy.js";
import { parseRowFile, writeRowFile } from "../dist/verify/row-file.js";
import { rowReportJson, rowReportText } from "../dist/verify/row-report.js";
import { verifyRowFile } from "../dist/verify/verify-row.js";
import { scratch } from "./demonstration.js";
import { example, refusalOf } from "./pages.js";
import { Random } from "./random-cases.js";

const bin = process.env.LIUHEN_BIN;
const skip = bin ? false : "LIUHEN_BIN is not set: run ctest -R web";
const cli = fileURLToPath(new URL("../dist/verify-cli.js", import.meta.url));

function made(...words) {
  const run = spawnSync(`${bin}/row_cases`, words, { maxBuffer: 1 << 28 });
  assert.equal(run.status, 0, String(run.stderr));
  return JSON.parse(run.stdout).map((each) => ({ ...each, bytes: utf8(each.file) }));
}

/** What liuhen-verify says of it. */
function theirs(home, bytes, policy) {
  writeFileSync(join(home, "row"), bytes);
  const words = ["file", join(home, "row"), "--json"];
  if (policy !== undefined) {
    writeFileSync(join(home, "policy"), policy);
    words.push("--policy", join(home, "policy"));
  }
  return JSON.parse(spawnSync(`${bin}/liuhen-verify`, words, { encoding: "utf8" }).stdout);
}

test("the examples of draw-row.md read, write back, and show their rows", () => {
  const root = example("draw.md").hex("subject_root");
  for (const [name, reason] of [["present", 2n], ["absent", undefined]]) {
    const bytes = example("draw-row.md").hex(name);
    const file = parseRowFile(bytes);
    assert.ok(equal(writeRowFile(file), bytes));
    assert.equal(checkRow(file.subject, file.rows, 7n, root)?.eligibility, reason);
    assert.equal(refusalOf(() => checkRow(file.subject, file.rows, 9n, root)), "row.inclusion");
    assert.equal(refusalOf(() => checkRow("91370200MA3C000001", file.rows, 7n, root)), "row.neighbours");
    assert.equal(verifyRowFile(bytes, undefined).wrong.code, "proof.genesis");
  }
  const text = fromUtf8(example("draw-row.md").hex("present"));
  for (const [from, to] of [["rows 1", "rows 01"], ["rows 1", "rows 2"], ["row 2 ", "row  2 "], ["hash q", "hush q"],
    ["/v1", "/v01"], ["\nrow 2", "\r\nrow 2"], ["subject ", "subject"]]) {
    assert.ok(text.includes(from));
    assert.match(refusalOf(() => parseRowFile(utf8(text.replace(from, to)))), /^proof\.format$|^note\.format$/, from);
  }
  assert.equal(verifyRowFile(utf8(text.replace("/v1", "/v3")), undefined).verdict, "inconclusive");
});

/** Hashes of the siblings of one leaf, from the leaf upward, and the root (RFC 6962 section 2.1). */
function pathOf(entries, at) {
  if (entries.length === 1) return { path: [], root: leafHash(entries[0]) };
  let split = 1;
  while (2 * split < entries.length) split *= 2;
  const [left, right] = [entries.slice(0, split), entries.slice(split)];
  const mine = at < split ? pathOf(left, at) : pathOf(right, at - split);
  const other = at < split ? rootOf(right) : rootOf(left);
  const pair = at < split ? [mine.root, other] : [other, mine.root];
  return { path: [...mine.path, other], root: sha256(concat(Uint8Array.of(1), ...pair)) };
}

test("of random pools every row is shown, every absent id, and nothing by rows that are no neighbours", () => {
  const random = new Random(process.env.LIUHEN_SEED ?? "row pools");
  for (let size = 1; size <= 24; size++) {
    const ids = new Set();
    while (ids.size < size) ids.add(`A${random.below(60)}`);
    const rows = [...ids].sort().map((id) => ({ id, stratum: BigInt(random.below(3)), weight: 1n, eligibility: BigInt(random.below(4)) }));
    const entries = rows.map(encodeSubject);
    const root = rootOf(entries);
    const proven = (at) => ({ index: BigInt(at), row: rows[at], path: pathOf(entries, at).path });
    const check = (id, ...at) => checkRow(id, at.map(proven), BigInt(size), root);
    rows.forEach((row, at) => {
      assert.deepEqual(check(row.id, at), row);
      for (const others of [[at - 1], [at + 1], [at - 1, at + 1], [at, at], [at - 1, at], []]) {
        if (others.some((other) => other < 0 || other >= size)) continue;
        assert.equal(refusalOf(() => check(row.id, ...others)), "row.neighbours", `${size}: ${at} by ${others}`);
      }
      assert.equal(check(`${row.id}-`, ...(at + 1 < size ? [at, at + 1] : [at])), undefined);
    });
    assert.equal(check("0", 0), undefined);
  }
});

test("files of whole pools", { skip, timeout: 300_000 }, async (t) => {
  const home = scratch(t);
  const cases = made();
  const first = parseRowFile(cases[0].bytes);
  const log = verifierKey(first.origin, keyTypes.ed25519, decodeEntry(first.entries[0].bytes).intent.payload.log_key);
  const policy = policyOfKey(log);

  await t.test("each says of its subject what the draw did, and both verifiers agree", () => {
    const kinds = new Set();
    for (const { id, in_pool, reason, drawn, bytes } of cases) {
      // The row of every subject; what the same entries say of it, once of each kind.
      const file = parseRowFile(bytes);
      const announced = decodeEntry(file.entries.find((entry) =>
        decodeEntry(entry.bytes).intent.kind === "DrawAnnounced").bytes).intent.payload;
      const row = checkRow(id, file.rows, announced.subject_rows, announced.subject_root);
      assert.equal(row?.eligibility, in_pool ? BigInt(reason) : undefined);
      const kind = `${file.draw} ${in_pool} ${reason} ${drawn}`;
      if (kinds.has(kind)) continue;
      kinds.add(kind);
      const report = verifyRowFile(bytes, policy);
      assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
      const said = rowReportJson(report);
      assert.deepEqual([said.subject, said.in_pool, said.reason, said.drawn],
        [id, in_pool, in_pool ? String(reason) : undefined, drawn]);
      assert.equal(said.ticket === null, in_pool && reason !== 0);
      assert.ok(equal(writeRowFile(report.file), bytes));
      const other = theirs(home, bytes, `log ${vkeyOf(log)}\nquorum none\n`);
      assert.equal(other.verdict, "verified");
      assert.deepEqual([other.in_pool, other.drawn, other.ticket, other.cutoff],
        [said.in_pool, said.drawn, said.ticket, said.cutoff]);
      assert.deepEqual([other.reason, other.index].map((each) => each && String(each)),
        [said.reason, said.index].map((each) => (each === "0" ? 0 : each)));
    }
    assert.equal(kinds.size, 11, [...kinds].join()); // drawn, not drawn, absent, of each; skipped of all but the first
  });

  await t.test("the reports of both say it in words", () => {
    const find = (wanted) => cases.find(wanted).bytes;
    for (const [bytes, zh, en] of [
      [find((each) => each.drawn), /：抽中/, /it was drawn/],
      [find((each) => each.in_pool && each.reason === 0 && !each.drawn), /：未抽中/, /it was not drawn/],
      [find((each) => each.reason === 3), /此前抽中的检查尚未结束/, /has not ended/],
      [find((each) => !each.in_pool), /不在名录/, /is not in the pool/],
    ]) {
      writeFileSync(join(home, "said.draw-row"), bytes);
      const report = verifyRowFile(bytes, policy);
      for (const [language, words] of [["zh", zh], ["en", en]]) {
        assert.match(rowReportText(report, language), words);
        if ((language === "zh") !== report.answer.drawn) continue; // the programs in either language
        for (const [program, ...start] of [[`${bin}/liuhen-verify`], [process.execPath, cli]]) {
          const run = spawnSync(program, [...start, "file", join(home, "said.draw-row"), "--lang", language], { encoding: "utf8" });
          assert.equal(run.status, 0, run.stderr);
          assert.match(run.stdout, words);
        }
      }
    }
  });

  const mine = cases.find((each) => each.drawn);
  const file = parseRowFile(mine.bytes);
  const { rows } = file;
  const alike = (name, bytes, code, text) => {
    const report = verifyRowFile(bytes, text === undefined ? undefined : parsePolicy(utf8(text)));
    assert.equal(report.wrong?.code, code, name);
    const other = theirs(home, bytes, text);
    assert.equal(other.finding?.code, code, `${name}: liuhen-verify`);
    assert.equal(other.verdict, report.verdict, name);
    assert.equal(other.finding?.position ?? undefined, report.wrong?.position && Number(report.wrong.position), name);
  };
  const flipped = (hash) => Uint8Array.from(hash, (byte, i) => (i === 3 ? byte ^ 1 : byte));

  await t.test("changed files are refused alike", () => {
    const second = cases.findLast((each) => each.id === mine.id && each.in_pool);
    const other = parseRowFile(second.bytes); // of the other draw
    assert.notEqual(other.draw, file.draw);
    const neighbour = parseRowFile(cases.find((each) => each.id !== mine.id && each.in_pool).bytes);
    const change = (name, code, part) => alike(name, writeRowFile({ ...file, ...part }), code);
    const row = (part) => ({ rows: [{ ...rows[0], ...part }] });
    const entries = (change) => ({ entries: file.entries.map((entry, i) => (i === 2 ? { ...entry, ...change(entry) } : entry)) });
    change("another id", "row.neighbours", { subject: neighbour.subject });
    change("no id", "draw.id", { subject: "a" });
    change("another id in the row too", "row.inclusion",
      { subject: neighbour.subject, ...row({ row: { ...rows[0].row, id: neighbour.subject } }) });
    change("another reason", "row.inclusion", row({ row: { ...rows[0].row, eligibility: 2n } }));
    change("another weight", "draw.weights", row({ row: { ...rows[0].row, weight: 2n } }));
    change("another place", "row.inclusion", row({ index: rows[0].index + 1n }));
    change("another path", "row.inclusion", row({ path: rows[0].path.map((hash, i) => (i === 1 ? flipped(hash) : hash)) }));
    change("a shorter path", "row.inclusion", row({ path: rows[0].path.slice(1) }));
    change("no row", "row.neighbours", { rows: [] });
    change("its neighbour's row", "row.neighbours", { rows: neighbour.rows });
    change("the row twice", "row.neighbours", { rows: [rows[0], rows[0]] });
    change("another entry", "proof.inclusion", entries((entry) => ({ bytes: flipped(entry.bytes) })));
    change("another inclusion", "proof.inclusion", entries((entry) => ({ proof: entry.proof.map(flipped) })));
    change("without its genesis", "proof.genesis", { entries: file.entries.slice(1) });
    change("without its announcement", "proof.draw", { entries: file.entries.slice(0, 1) });
    change("without its reveals", "row.entry",
      { entries: file.entries.filter(({ bytes }) => decodeEntry(bytes).intent.kind !== "RevealsClosed") });
    change("without the chain", "beacon.unknown",
      { entries: file.entries.filter(({ bytes }) => decodeEntry(bytes).intent.kind !== "BeaconChainSet") });
    change("without the beacon", "draw.beacon_awaited",
      { entries: file.entries.filter(({ bytes }) => decodeEntry(bytes).intent.kind !== "BeaconRecorded") });
    change("another draw's name", "row.entry", { draw: other.draw });
    change("another draw's entries", "row.entry", { entries: other.entries, checkpoint: other.checkpoint });
    change("another draw's announcement", "row.inclusion",
      { draw: other.draw, entries: other.entries, checkpoint: other.checkpoint });
    change("another log's name", "proof.origin", { origin: "other.example/log" });
    change("another size signed", "note.signature", { checkpoint: { ...file.checkpoint,
      text: file.checkpoint.text.replace(/\n\d+\n/, (size) => `\n${Number(size) + 1}\n`) } });
    change("another signature", "note.signature", { checkpoint: { ...file.checkpoint,
      lines: file.checkpoint.lines.map((line) => ({ ...line, blob: flipped(line.blob) })) } });
  });

  await t.test("what a dishonest operator would record is refused alike", () => {
    const expected = { honest: undefined, pi: "draw.vrf", "no-cutoff": "draw.selection", "cutoff-of-none": "draw.selection",
      "more-than-eligible": "draw.selection", "no-strata": "draw.selection", "other-draw": "row.entry",
      unbeaconed: "draw.beacon_awaited", "rest-without-weights": "draw.selection", "no-rest": "draw.selection",
      "cutoff-by-weight": "draw.selection", "opening-of-none": "row.entry", "sealed-pi": "draw.vrf", "sealed-seed": "draw.seed_hash" };
    const forged = made("forged");
    assert.deepEqual(forged.map((each) => each.name).sort(), Object.keys(expected).sort());
    for (const { name, bytes } of forged) alike(name, bytes, expected[name]);
  });

  await t.test("whom the reader trusts decides, and a quorum is asked for last", () => {
    const text = `log ${vkeyOf(log)}\nwitness w ${example("checkpoint.md").text("witness vkey")}\nquorum w\n`;
    alike("no quorum", mine.bytes, "policy.quorum", text);
    alike("wrong, and no quorum", writeRowFile({ ...file, rows: [] }), "row.neighbours", text);
    const stranger = "log liuhen.example/qingdao+0aaeaba5+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c\nquorum none\n";
    alike("another log", mine.bytes, "policy.log", stranger);
  });

  await t.test("any one character changed is noticed", () => {
    const random = new Random(process.env.LIUHEN_SEED ?? "row characters");
    for (let i = 0; i < 40; i++) {
      const bytes = Uint8Array.from(mine.bytes);
      const at = random.below(bytes.length);
      bytes[at] ^= 1 << random.below(7);
      assert.notEqual(verifyRowFile(bytes, i % 2 === 0 ? policy : undefined).verdict, "verified", `byte ${at}`);
    }
  });
});

test("rows of a draw by weight say their chance, and who was certain", { skip }, (t) => {
  const home = scratch(t);
  const seen = { certain: 0, open: 0, absent: 0 };
  for (const { id, in_pool, drawn, bytes } of made("weighted")) {
    const report = verifyRowFile(bytes, undefined);
    assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
    const said = rowReportJson(report);
    const kind = !in_pool ? "absent" : said.drawn === null ? "open" : "certain";
    assert.equal(said.cutoff ?? null, null);
    if (kind === "certain") assert.ok(drawn && said.weight === "200", id);
    if (seen[kind]++ > 0) continue;
    const other = theirs(home, bytes);
    assert.deepEqual([other.verdict, other.in_pool, other.drawn, other.weight && String(other.weight), other.ticket],
      ["verified", said.in_pool, said.drawn, said.weight, said.ticket]);
    const words = rowReportText(report, "zh");
    if (kind === "open") assert.match(words, /抽中的机会为 \d+ × 7 \/ 140/);
    if (kind === "certain") assert.match(words, /仅凭权重即必然抽中/);
  }
  assert.deepEqual(seen, { certain: 1, open: 60, absent: 62 });
});
