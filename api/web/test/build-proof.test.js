// Proof files made here from the static files of a log that the C++ wrote: they are those that the C++ makes, byte for
// byte, and liuhen-verify accepts them; of a log that was tampered with it accepts none.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { buildProofFile, checkLog } from "../dist/builder/build-proof.js";
import { Tree } from "../dist/builder/tree.js";
import { equal, fromHex, utf8 } from "../dist/verify/bytes.js";
import { decodeEntry } from "../dist/verify/entry.js";
import { checkInclusion, leafHash, rootOf } from "../dist/verify/merkle.js";
import { writeNote } from "../dist/verify/note.js";
import { parseProofFile } from "../dist/verify/proof-file.js";
import { payloads } from "../dist/verify/schema.js";
import { verifyProofFile } from "../dist/verify/verify-proof.js";
import { made, theirs } from "./both-verifiers.js";
import { demonstrate, proofOf, scratch, withoutConflicts } from "./demonstration.js";
import { refusalOf } from "./pages.js";

const bin = process.env.LIUHEN_BIN;
const skip = bin ? false : "LIUHEN_BIN is not set: run ctest -R web";
const cli = fileURLToPath(new URL("../dist/build-cli.js", import.meta.url));
const now = BigInt(Math.floor(Date.now() / 1000));

test("trees of up to 70 leaves: root and inclusion proofs", () => {
  for (let size = 1; size <= 70; size++) {
    const entries = Array.from({ length: size }, (_, i) => utf8(`entry ${i}`));
    const tree = new Tree(entries);
    assert.ok(equal(tree.root(), rootOf(entries)), String(size));
    entries.forEach((entry, i) => checkInclusion(BigInt(i), BigInt(size), leafHash(entry), tree.inclusion(i), tree.root()));
  }
  assert.ok(equal(new Tree([]).root(), rootOf([])));
});

test("the builder heeds every kind of event from which a pool, a seat or a citation follows", () => {
  const heeded = ["registry", "citations"].flatMap((name) => [...readFileSync(
    new URL(`../dist/builder/${name}.js`, import.meta.url), "utf8").matchAll(/case "([A-Z]\w+)"/g)].map(([, kind]) => kind));
  // These say nothing of the kind: they are in a file by their stream, or not at all.
  const others = ["PermissionsChanged", "VrfKeyRegistered", "ItemReviewed", "ItemPublished", "ItemWithdrawn",
    "DrawCommitted", "CommitmentsClosed", "DrawRevealed", "RevealsClosed", "DrawFailed", "DrawAttested", "EvidenceAttached",
    "ResultCorrected", "ResultFollowedUp", "ResultPublished", "PublicationWithheld", "ObjectionFiled", "ObjectionDecided",
    "RecordsErased", "StateDigested", "CheckpointWitnessed", "BeaconChainSet", "BeaconRecorded", "DigitsRecorded",
    "VrfShareConfirmed"];
  assert.deepEqual([...new Set([...heeded, ...others])].sort(), payloads.map(({ name }) => name).sort());
  assert.equal(others.filter((kind) => heeded.includes(kind)).length, 0);
});

/** The log's static files. */
function exported(dir) {
  const out = `${dir}.tiles`;
  execFileSync(`${bin}/liuhen`, ["export", "tiles", out, "--dir", dir], { stdio: "ignore" });
  return out;
}
const build = (tiles, draw, out) => spawnSync(process.execPath, [cli, tiles, draw, "--out", out], { encoding: "utf8" });

/** The file that the program writes. */
function built(tiles, draw, home) {
  const out = join(home, "built");
  const run = build(tiles, draw, out);
  assert.equal(run.status, 0, run.stderr);
  return readFileSync(out);
}

/** What the files hold, read anew. */
function logOf(tiles) {
  const entries = [];
  const read = (folder) => {
    const names = readdirSync(folder, { withFileTypes: true });
    for (const each of names.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, each.name);
      if (each.isDirectory()) {
        read(path);
        continue;
      }
      const bundle = readFileSync(path);
      for (let at = 0; at < bundle.length; at += 2 + bundle.readUInt16BE(at)) {
        entries.push(new Uint8Array(bundle.subarray(at + 2, at + 2 + bundle.readUInt16BE(at))));
      }
    }
  };
  read(join(tiles, "tile", "entries"));
  return { entries, checkpoint: new Uint8Array(readFileSync(join(tiles, "checkpoint"))) };
}

/** The log of that case, the file that the C++ made of it, and the one that is made here. */
function ofCase(name) {
  const { bytes, words: [now, ...entries] } = made("log_cases", name);
  const file = parseProofFile(bytes);
  const log = { entries: entries.map(fromHex), checkpoint: writeNote(file.checkpoint) };
  checkLog(log);
  return { theirFile: bytes, mine: buildProofFile(log, file.draw), now };
}

test("whole small logs: reasons, weights, caps, moves and conflicts give the C++'s files byte for byte", { skip }, async (t) => {
  const home = scratch(t);
  const codes = { weighted: [0n], rested: [0n, 3n, 4n, 5n], capped: [0n, 2n], "capped-by-sealed": [0n, 2n],
    "not-capped-by-voided": [0n], moved: [0n], "with-conflict": [0n] };
  for (const [name, reasons] of Object.entries(codes)) {
    await t.test(name, () => {
      const { theirFile, mine, now } = ofCase(name);
      const { subjects, conflicts } = parseProofFile(mine);
      assert.deepEqual([...new Set(subjects.map((row) => row.eligibility))].sort(), reasons);
      assert.equal(conflicts.length, name === "with-conflict" ? 2 : 0);
      assert.equal(new Set(subjects.map((row) => row.weight)).size > 1, name === "weighted");
      assert.ok(equal(mine, theirFile));
      assert.equal(theirs(home, mine, now).status, 0);
    });
  }
});

test("a conflict that ended is in the files of draws whose pools were taken before, and of no others", { skip }, async (t) => {
  const home = scratch(t);
  // How many conflicts count, and whether a substitute was drawn after the end.
  const cases = { "conflict-ended-by-pool": [0, true], "conflict-ended-before-announcement": [1, true],
    "conflict-ended": [1, true], "conflict-renewed": [1, false] };
  for (const [name, [count, substituted]] of Object.entries(cases)) {
    await t.test(name, () => {
      const { theirFile, mine, now } = ofCase(name);
      const { conflicts, entries } = parseProofFile(mine);
      assert.equal(conflicts.length, count);
      const kinds = entries.map((entry) => decodeEntry(entry.bytes).intent.kind);
      assert.ok(kinds.includes("ConflictEnded"));
      assert.equal(kinds.indexOf("SubstituteDrawn") > kinds.indexOf("ConflictEnded"), substituted);
      assert.ok(equal(mine, theirFile));
      assert.equal(theirs(home, mine, now).status, 0);
      assert.equal(verifyProofFile(mine, { now: BigInt(now) }).verdict, "verified");
    });
  }
});

test("a log that its operator signed with what no admission let in gives a file that is refused", { skip }, (t) => {
  const { theirFile, mine, now } = ofCase("voided-alone");
  assert.ok(equal(mine, theirFile));
  const other = theirs(scratch(t), mine, now);
  assert.deepEqual([other.status, other.finding.code], [1, "draw.void_supervisor"]);
  assert.equal(verifyProofFile(mine, { now: BigInt(now) }).wrong.code, "draw.void_supervisor");
});

test("proof files made from nothing but a log", { skip, timeout: 500_000 }, async (t) => {
  const home = scratch(t);
  const dir = join(home, "ledger");
  const commands = demonstrate(dir, 2000);
  const tiles = exported(dir);
  const log = logOf(tiles);
  checkLog(log);

  await t.test("a plain draw, a voided one and the one after it are those of the C++, and verify", () => {
    for (const draw of ["draw/2026-ND/1", "draw/2026-LS-01/1", "draw/2026-LS-01/2"]) {
      const file = built(tiles, draw, home);
      const other = theirs(home, file, now);
      assert.equal(other.status, 0, `${draw}: ${JSON.stringify(other.finding)}`);
      assert.equal(verifyProofFile(new Uint8Array(file), { now }).verdict, "verified");
      assert.ok(file.equals(proofOf(dir, draw)), draw);
    }
    const voided = verifyProofFile(new Uint8Array(built(tiles, "draw/2026-LS-01/1", home)), { now });
    assert.equal(voided.draw.voided, true);
  });

  await t.test("one with a substitute too", () => {
    const other = join(home, "other");
    const { finished } = withoutConflicts(commands, dir, other);
    const file = built(exported(other), "draw/2026-ND/1", home);
    assert.equal(theirs(home, file, now).status, 0);
    const report = verifyProofFile(new Uint8Array(file), { now });
    assert.equal(report.draw.tasks[0].seats[1].ordinal, 1);
    assert.ok(file.equals(finished));
  });

  await t.test("of a log that was tampered with none is accepted", () => {
    const draw = "draw/2026-LS-01/2";
    const at = Number(parseProofFile(buildProofFile(log, draw)).entries.at(-1).position);
    const [signature] = decodeEntry(log.entries[at]).signatures;
    const changed = log.entries[at].slice();
    changed[Buffer.from(changed).indexOf(Buffer.from(signature))] ^= 1;
    const replaced = { ...log, entries: log.entries.map((entry, i) => (i === at ? changed : entry)) };
    // An entry that the file does not hold, but whose row it does: the pool is another one then.
    const imports = log.entries.findIndex((entry) => decodeEntry(entry).intent.kind === "SubjectsImported");
    const rows = Buffer.from(log.entries[imports]);
    const [{ id }] = decodeEntry(log.entries[imports]).intent.payload.rows;
    rows[rows.indexOf(id) + id.length - 1] ^= 1;
    const registry = { ...log, entries: log.entries.map((entry, i) => (i === imports ? new Uint8Array(rows) : entry)) };
    for (const [what, tampered] of Object.entries({ replaced, registry })) {
      assert.equal(refusalOf(() => checkLog(tampered)), "checkpoint.root", what);
      const other = theirs(home, buildProofFile(tampered, draw), now);
      assert.deepEqual([other.status, other.finding.code], [1, "proof.inclusion"], what);
    }
    // The program makes none at all.
    const copy = join(home, "copy");
    cpSync(tiles, copy, { recursive: true });
    const [bundle] = readdirSync(join(copy, "tile", "entries"));
    const path = readdirSync(join(copy, "tile", "entries"), { withFileTypes: true })[0].isDirectory()
      ? join(copy, "tile", "entries", bundle, readdirSync(join(copy, "tile", "entries", bundle))[0])
      : join(copy, "tile", "entries", bundle);
    const bytes = readFileSync(path);
    bytes[100] ^= 1;
    writeFileSync(path, bytes);
    const run = build(copy, draw, join(home, "none"));
    assert.equal(run.status, 1);
    assert.match(run.stderr, /checkpoint\.root/);
  });

  await t.test("the program says what is amiss", () => {
    for (const [words, status, said] of [
      [["--help"], 0, /用法 usage/],
      [[tiles, "draw/2026-ND/1"], 3, /--out/],
      [[tiles, "draw/2026-ND/1", "--what"], 3, /--what/],
      [[join(home, "absent"), "draw/2026-ND/1", "--out", join(home, "none")], 3, /ENOENT/],
      [[tiles, "draw/2026-ND/9", "--out", join(home, "none")], 1, /proof\.draw/],
    ]) {
      const run = spawnSync(process.execPath, [cli, ...words], { encoding: "utf8" });
      assert.equal(run.status, status, words.join(" "));
      assert.match(run.stdout + run.stderr, said);
    }
  });
});
