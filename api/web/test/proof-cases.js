// Cases of proof files that the C++ makes (tests/web/proof_cases.cc), and what liuhen-verify says of them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { verifyProofFile } from "../dist/verify/verify-proof.js";

const bin = process.env.LIUHEN_BIN;
export const skip = bin ? false : "LIUHEN_BIN is not set: run ctest -R web";

export function made(name) {
  const run = spawnSync(`${bin}/proof_cases`, [name], { maxBuffer: 1 << 28 });
  assert.equal(run.status, 0, `${name}: ${run.stderr}`);
  const [chain, now] = run.stderr.toString().trim().split(" ");
  return { bytes: new Uint8Array(run.stdout), chain, now: BigInt(now) };
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

/** Both verifiers name each of the cases by its code, at the same entry. */
export function namedAlike(home, codes) {
  for (const [name, code] of Object.entries(codes)) {
    const { bytes, now } = made(name);
    const report = verifyProofFile(bytes, { now });
    assert.deepEqual([report.verdict, report.wrong?.code], ["violated", code], name);
    const other = theirs(home, bytes, now);
    assert.deepEqual([other.status, other.finding.code], [1, code], name);
    assert.equal(String(report.wrong.position), String(other.finding.position), name);
  }
}
