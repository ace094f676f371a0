// Asks both verifiers of proof files, this one and the built liuhen-verify.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { verifyProofFile } from "../dist/verify/verify-proof.js";

const bin = process.env.LIUHEN_BIN;

/** The case of that name, and the words that the program of cases says beside it. */
export function made(program, name) {
  const run = spawnSync(`${bin}/${program}`, [name], { maxBuffer: 1 << 28 });
  assert.equal(run.status, 0, name);
  return { bytes: new Uint8Array(run.stdout), words: run.stderr.toString().trim().split(" ") };
}

/** What liuhen-verify says of it. */
export function theirs(home, bytes, now, policy) {
  const path = join(home, "proof");
  writeFileSync(path, bytes);
  const words = ["file", path, "--json", "--at", String(now)];
  if (policy !== undefined) {
    writeFileSync(join(home, "policy"), policy);
    words.push("--policy", join(home, "policy"));
  }
  const run = spawnSync(`${bin}/liuhen-verify`, words, { encoding: "utf8" });
  return { status: run.status, ...JSON.parse(run.stdout) };
}

/** That both find this wrong, at the same place. */
export function assertNamedAlike(home, name, { bytes, now }, code) {
  const report = verifyProofFile(bytes, { now });
  assert.deepEqual([report.verdict, report.wrong?.code], ["violated", code], name);
  const other = theirs(home, bytes, now);
  assert.deepEqual([other.status, other.finding.code], [1, code], name);
  assert.equal(String(report.wrong.position), String(other.finding.position), name);
}
