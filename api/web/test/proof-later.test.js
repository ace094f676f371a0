// Proof files with what a later version may bring, or what only the whole log shows: neither verifier condemns what it
// cannot judge.
import assert from "node:assert/strict";
import test from "node:test";
import { verifyProofFile } from "../dist/verify/verify-proof.js";
import { assertNamedAlike, made as madeBy, theirs } from "./both-verifiers.js";
import { scratch } from "./demonstration.js";

const skip = process.env.LIUHEN_BIN ? false : "LIUHEN_BIN is not set: run ctest -R web";

function made(name) {
  const { bytes, words: [now] } = madeBy("later_cases", name);
  return { bytes, now: BigInt(now) };
}

test("a role or a kind of event of a later version is inconclusive to both", { skip }, async (t) => {
  const home = scratch(t);
  for (const name of ["role-of-first", "role-of-second", "role-granted", "kind-permitted"]) {
    await t.test(name, () => {
      const { bytes, now } = made(name);
      const report = verifyProofFile(bytes, { now });
      assert.deepEqual([report.verdict, report.wrong?.code], ["inconclusive", "payload.unknown"]);
      const other = theirs(home, bytes, now);
      assert.deepEqual([other.status, other.finding.code], [2, "payload.unknown"]);
      assert.equal(String(report.wrong.position), String(other.finding.position));
    });
  }
});

test("no kind, and no role, is wrong in every version", { skip }, (t) => {
  const home = scratch(t);
  for (const name of ["no-kind", "no-role"]) assertNamedAlike(home, name, made(name), "permissions.malformed");
});

test("an import that names an inspector twice is for the whole log to refuse: his last row counts to both", { skip }, (t) => {
  const { bytes, now } = made("import-twice");
  const report = verifyProofFile(bytes, { now });
  assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
  const other = theirs(scratch(t), bytes, now);
  assert.equal(other.status, 0, JSON.stringify(other.finding));
});
