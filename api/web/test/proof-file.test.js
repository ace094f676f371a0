// Proof files as the C++ writes them for a demonstration: good ones verify; of changed ones none does, and
// liuhen-verify says the same.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { equal, fromUtf8, utf8 } from "../dist/verify/bytes.js";
import { decodeEntry } from "../dist/verify/entry.js";
import { keyTypes, parseNote, parseVkey, verifierKey, vkeyOf } from "../dist/verify/note.js";
import { parsePolicy, policyOfKey } from "../dist/verify/policy.js";
import { parseProofFile, writeProofFile } from "../dist/verify/proof-file.js";
import { verifyProofFile } from "../dist/verify/verify-proof.js";
import { theirs } from "./both-verifiers.js";
import { demonstrate, proofOf, rotateLogKey, scratch, withoutConflicts } from "./demonstration.js";
import { example, refusalOf } from "./pages.js";
import { Random } from "./random-cases.js";

const bin = process.env.LIUHEN_BIN;
const skip = bin ? false : "LIUHEN_BIN is not set: run ctest -R web";
const cli = fileURLToPath(new URL("../dist/verify-cli.js", import.meta.url));
const now = BigInt(Math.floor(Date.now() / 1000));

const codeOf = (bytes, policy) => verifyProofFile(bytes, { now, policy }).wrong?.code;

test("the example of draw-proof.md reads, writes back and does not verify", () => {
  const bytes = example("draw-proof.md").hex("file");
  const file = parseProofFile(bytes);
  assert.ok(equal(writeProofFile(file), bytes));
  assert.deepEqual(file.inspectors[0].qualifications, ["行政执法证", "A, B"]);
  assert.equal(file.inspectors[1].unit, "市 局");
  const text = fromUtf8(bytes);
  for (const [from, to] of [["entries 1", "entries 01"], ["entries 1", "entries 2"], ["\nsubjects", "\r\nsubjects"],
    ["%2C", "%2c"], ["%20局", " 局"], ["origin ", "origin  "], ["/v1", "/v01"], ["Ng+E", "Ng+"], ["checkpoint", "check"],
    ["1 1 2\n", "1 1 2 \n"], ["hash J", "hush J"]]) {
    assert.ok(text.includes(from));
    const code = refusalOf(() => parseProofFile(utf8(text.replace(from, to))));
    assert.ok(code === "proof.format" || code === "note.format", `${from} → ${to}: ${code}`);
  }
  assert.equal(refusalOf(() => parseProofFile(bytes.subarray(0, bytes.length - 1))), "note.format");
  assert.equal(verifyProofFile(utf8(text.replace("/v1", "/v3")), { now }).verdict, "inconclusive");
});

test("files of a demonstration", { skip, timeout: 500_000 }, async (t) => {
  const home = scratch(t);
  const dir = join(home, "ledger");
  const commands = demonstrate(dir, 2000);
  const theirStatus = (bytes) => {
    writeFileSync(join(home, "changed"), bytes);
    return spawnSync(`${bin}/liuhen-verify`, ["file", join(home, "changed")], { stdio: "ignore" }).status;
  };
  const annual = proofOf(dir, "draw/2026-ND/1");
  const voided = proofOf(dir, "draw/2026-LS-01/1");
  const redrawn = proofOf(dir, "draw/2026-LS-01/2");
  const file = parseProofFile(redrawn);
  const genesis = decodeEntry(file.entries[0].bytes).intent.payload;
  const log = verifierKey(file.origin, keyTypes.ed25519, genesis.log_key);

  await t.test("they verify, with the key pinned and without", () => {
    for (const bytes of [annual, voided, redrawn]) {
      const report = verifyProofFile(bytes, { now, policy: policyOfKey(log) });
      assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
      assert.ok(report.pinned && report.draw.phase === "disclosed");
      assert.equal(verifyProofFile(bytes, { now }).pinned, false);
      assert.ok(equal(writeProofFile(parseProofFile(bytes)), bytes));
    }
    assert.equal(verifyProofFile(voided, { now }).draw.voided, true);
    writeFileSync(join(home, "copy"), writeProofFile(file)); // the reverse: written here, read there
    assert.equal(spawnSync(`${bin}/liuhen-verify`, ["file", join(home, "copy")]).status, 0);
  });

  await t.test("the program's exit codes", () => {
    const path = join(home, "redrawn.draw-proof");
    writeFileSync(path, redrawn);
    writeFileSync(join(home, "policy"), `log ${vkeyOf(log)}\nquorum none\n`);
    const other = "liuhen.example/qingdao+0aaeaba5+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";
    writeFileSync(join(home, "bad"), Buffer.from(redrawn.toString().replace("\nsubject 9", "\nsubject 8")));
    for (const [words, status, said] of [
      [["file", path, "--policy", join(home, "policy")], 0, /结论：已核验/],
      [["file", path, "--vkey", vkeyOf(log), "--lang", "en"], 0, /verdict: verified/],
      [["file", path, "--vkey", other], 2, /policy\.log/],
      [["file", join(home, "bad"), "--json"], 1, /"code": "(proof|draw)\./],
      [["file", path, "--vkey", "nonsense"], 3, /note\.vkey/],
      [["file", join(home, "absent")], 3, /ENOENT/],
      [["what"], 3, /用法/],
      [["--help"], 0, /用法 usage/],
    ]) {
      const run = spawnSync(process.execPath, [cli, ...words], { encoding: "utf8" });
      assert.equal(run.status, status, words.join(" "));
      assert.match(run.stdout + run.stderr, said);
    }
    const unpinned = spawnSync(process.execPath, [cli, "file", path], { encoding: "utf8" });
    assert.match(unpinned.stdout.split("\n")[0], /公钥未固定/);
  });

  await t.test("without conflicts the matching and the substitute are recomputed", () => {
    const other = join(home, "other");
    const { unfinished, finished: bytes } = withoutConflicts(commands, dir, other);
    const report = verifyProofFile(bytes, { now });
    assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
    assert.deepEqual(report.notes, []);
    assert.ok(report.draw.expected.length > 10 && report.draw.expected.every((visit) => visit.team !== undefined));
    const substituted = report.draw.tasks[0].seats[1];
    assert.equal(substituted.ordinal, 1);
    assert.notEqual(substituted.inspector, "");
    assert.equal(theirStatus(bytes), 0);

    const before = verifyProofFile(unfinished, { now });
    assert.deepEqual([before.verdict, before.draw.phase], ["verified", "revealing"]);
    const overdue = verifyProofFile(unfinished, { now: now + 40n * 86_400n });
    assert.deepEqual([overdue.verdict, overdue.wrong.code], ["inconclusive", "draw.unexecuted"]);
    assert.match(overdue.vrfSharing.en, /not shared/);
    // Holders act upon an overdue draw: that the quorum has not cosigned it comes first.
    const about = parseProofFile(unfinished);
    const ours = verifierKey(about.origin, keyTypes.ed25519, decodeEntry(about.entries[0].bytes).intent.payload.log_key);
    const policy = parsePolicy(utf8(
      `log ${vkeyOf(ours)}\nwitness w ${example("checkpoint.md").text("witness vkey")}\nquorum w\n`));
    assert.equal(verifyProofFile(unfinished, { now: now + 40n * 86_400n, policy }).wrong.code, "policy.quorum");
  });

  const write = (changes) => writeProofFile({ ...file, ...changes });
  const subject = (change) => write({ subjects: file.subjects.map((row, i) => (i === 3 ? { ...row, ...change } : row)) });
  const inspector = (change) =>
    write({ inspectors: file.inspectors.map((row, i) => (i === 5 ? { ...row, ...change } : row)) });
  const swapped = [...file.entries];
  [swapped[40], swapped[41]] = [swapped[41], swapped[40]];
  const strange = parseNote(example("checkpoint.md").hex("cosigned checkpoint")).lines[1];
  const forged = file.entries.map((entry, i) => {
    const bytes = entry.bytes.slice();
    if (i === 100) bytes[bytes.length - 40] ^= 1;
    return { ...entry, bytes };
  });
  const changed = {
    "a subject's reason": [subject({ eligibility: file.subjects[3].eligibility + 1n }), "proof.rows"],
    "a subject's stratum": [subject({ stratum: file.subjects[3].stratum ^ 1n }), "proof.rows"],
    "a subject's weight": [subject({ weight: 2n }), "draw.weights"],
    "a subject's id": [subject({ id: "91370200MA3C00000A" }), undefined],
    "a subject left out": [write({ subjects: file.subjects.slice(1) }), "proof.rows"],
    "a subject twice": [write({ subjects: [file.subjects[0], ...file.subjects] }), "draw.order"],
    "an inspector's capacity": [inspector({ capacity: file.inspectors[5].capacity + 1n }), "proof.rows"],
    "an inspector's unit": [inspector({ unit: "370200-SCJX" }), "proof.rows"],
    "an inspector's qualification": [inspector({ qualifications: ["Z"] }), "proof.rows"],
    "an inspector left out": [write({ inspectors: file.inspectors.slice(0, -1) }), "proof.rows"],
    "a conflict left out": [write({ conflicts: file.conflicts.slice(1) }), "proof.rows"],
    "conflicts in another order": [write({ conflicts: [...file.conflicts].reverse() }), "proof.rows"],
    "an entry's byte": [write({ entries: forged }), "proof.inclusion"],
    "entries in another order": [write({ entries: swapped }), "proof.order"],
    "an entry twice": [write({ entries: file.entries.flatMap((entry, i) => (i === 40 ? [entry, entry] : [entry])) }),
      "proof.order"],
    "an entry at another position": [write({ entries: file.entries.map((entry, i) =>
      (i === file.entries.length - 1 ? { ...entry, position: entry.position - 1n } : entry)) }), undefined],
    "no genesis": [write({ entries: file.entries.slice(1) }), "proof.genesis"],
    "no draw": [write({ draw: "draw/2026-LS-01/3" }), "proof.draw"],
    "another log": [write({ origin: "liuhen.example/other" }), "proof.origin"],
    "a smaller checkpoint": [write({ checkpoint: { ...file.checkpoint,
      text: file.checkpoint.text.replace(/\n[0-9]+\n/, "\n7\n") } }), "note.signature"],
  };
  await t.test("every change is noticed, by both", () => {
    for (const [what, [bytes, code]] of Object.entries(changed)) {
      const mine = codeOf(bytes);
      assert.notEqual(mine, undefined, what);
      if (code !== undefined) assert.equal(mine, code, what);
      const other = theirs(home, bytes, now);
      assert.deepEqual([other.status, other.finding.code], [1, mine], `liuhen-verify: ${what}`);
    }
    // Whoever knows the log's key needs no genesis to find it.
    const policy = policyOfKey(log);
    const [bytes, code] = changed["no genesis"];
    assert.equal(codeOf(bytes, policy), code);
    assert.equal(theirs(home, bytes, now, `log ${vkeyOf(log)}\nquorum none\n`).finding.code, code);
  });

  await t.test("no entry that the outcome rests on can be left out", () => {
    const earlier = new Set(["draw/2026-LS-01/1"]);
    const leftOut = new Map();
    file.entries.forEach((entry, i) => {
      const { intent } = decodeEntry(entry.bytes);
      if (intent.kind.startsWith("Conflict") && i % 20 !== 0) return; // all alike
      const bytes = write({ entries: file.entries.filter((_, j) => j !== i) });
      if (codeOf(bytes) === undefined) leftOut.set(`${intent.kind} ${entry.position}`, intent.stream);
    });
    // What comes last in its stream, and what nothing later rests on: a file may be older.
    const streams = [...leftOut.values()];
    assert.equal(new Set(streams).size, streams.length, JSON.stringify([...leftOut]));
    assert.ok(!streams.some((stream) => earlier.has(stream) || /^(genesis|vrf|plan|rule|item)/.test(stream)),
      JSON.stringify([...leftOut]));
    t.diagnostic(`may be left out: ${JSON.stringify([...leftOut.keys()])}`);
  });

  await t.test("how an earlier attempt ended cannot be hidden", () => {
    const kinds = new Set(["DrawAnnounced", "DrawVoided"]);
    const entries = file.entries.filter((entry) => {
      const { intent } = decodeEntry(entry.bytes);
      return intent.stream !== "draw/2026-LS-01/1" || kinds.has(intent.kind);
    });
    assert.equal(codeOf(write({ entries })), "intent.version_stale");
  });

  await t.test("any one character changed is noticed", () => {
    const random = new Random(process.env.LIUHEN_SEED ?? "characters");
    for (let i = 0; i < 60; i++) {
      const bytes = Uint8Array.from(redrawn);
      const at = random.below(bytes.length);
      bytes[at] ^= 1 << random.below(7);
      assert.notEqual(codeOf(bytes, i % 2 === 0 ? policyOfKey(log) : undefined), undefined, `byte ${at}`);
    }
  });

  await t.test("a cosignature of nobody whom the reader knows is passed over, and said, by both", () => {
    const bytes = write({ checkpoint: { ...file.checkpoint, lines: [...file.checkpoint.lines, strange] } });
    const report = verifyProofFile(bytes, { now });
    assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
    assert.match(report.notes[0].en, /^1 more signature lines/);
    writeFileSync(join(home, "cosigned"), bytes);
    const said = spawnSync(`${bin}/liuhen-verify`, ["file", join(home, "cosigned"), "--lang", "en"]);
    assert.equal(said.status, 0);
    assert.match(String(said.stdout), /1 more signature lines/);
  });

  await t.test("a policy with witnesses asks for them, and for the rest first", () => {
    const witness = example("checkpoint.md").text("witness vkey");
    const text = `log ${vkeyOf(log)}\nwitness w ${witness}\nquorum w\n`;
    const policy = parsePolicy(utf8(text));
    const report = verifyProofFile(redrawn, { now, policy });
    assert.equal(report.wrong.code, "policy.quorum");
    assert.equal(report.verdict, "inconclusive");
    assert.equal(report.draw.phase, "disclosed"); // it was followed to its end
    assert.equal(theirs(home, redrawn, now, text).status, 2);
    const wrong = write({ subjects: file.subjects.slice(1) });
    assert.equal(codeOf(wrong, policy), "proof.rows");
    assert.equal(theirs(home, wrong, now, text).status, 1);
    assert.ok(parseVkey(witness));
  });

  await t.test("after the log has changed its key, old files verify by the old one, and new ones by the new", () => {
    const next = parseVkey(rotateLogKey(dir));
    const later = proofOf(dir, "draw/2026-LS-01/2");
    for (const policy of [policyOfKey(next), undefined]) {
      const report = verifyProofFile(later, { now, policy });
      assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
    }
    assert.equal(codeOf(later, policyOfKey(log)), "note.unsigned");
    assert.equal(codeOf(redrawn, policyOfKey(log)), undefined);
    assert.equal(codeOf(redrawn, policyOfKey(next)), "note.unsigned");
    assert.equal(theirStatus(later), 0);
    // Whoever leaves the change out cannot show by which key the checkpoint is signed.
    const { entries, ...rest } = parseProofFile(later);
    const kept = entries.filter(({ bytes }) => decodeEntry(bytes).intent.payload.kind !== "log-key");
    assert.equal(kept.length, entries.length - 1);
    assert.equal(codeOf(writeProofFile({ ...rest, entries: kept })), "note.unsigned");
  });
});
