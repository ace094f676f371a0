// Proof files in which something happens to an inspector, a seat, a key or a department, as the C++ writes them: what an
// honest operator records verifies, and what a dishonest one does is named alike by both verifiers.
import assert from "node:assert/strict";
import test from "node:test";
import { verifyProofFile } from "../dist/verify/verify-proof.js";
import { assertNamedAlike, made as madeBy, theirs } from "./both-verifiers.js";
import { scratch } from "./demonstration.js";

const skip = process.env.LIUHEN_BIN ? false : "LIUHEN_BIN is not set: run ctest -R web";

function made(name) {
  const { bytes, words: [now] } = madeBy("task_cases", name);
  return { bytes, now: BigInt(now) };
}

test("what an honest operator records is verified by both", { skip }, async (t) => {
  const home = scratch(t);
  for (const name of ["units-after-result", "far-superior", "head-recused", "role-twice", "trustee-replaced",
    "contributor-of-department", "registrar-of-department", "import-in-between", "item-revised", "other-trade", "evidence-of-inspector",
    "conflict-ended", "conflict-ended-hides-one", "conflict-renewed"]) {
    await t.test(name, () => {
      const { bytes, now } = made(name);
      const report = verifyProofFile(bytes, { now });
      assert.equal(report.verdict, "verified", JSON.stringify(report.wrong, String));
      const other = theirs(home, bytes, now);
      assert.equal(other.status, 0, JSON.stringify(other.finding));
      if (name !== "units-after-result") return;
      const [first, second] = report.draw.tasks.map((task) => task.seats[2]);
      assert.ok(first.noneLeft && first.vacated === undefined);
      assert.match(second.inspector, /^X000/);
    });
  }
});

test("what a dishonest operator would write is named alike by both", { skip }, async (t) => {
  const home = scratch(t);
  for (const [name, code] of Object.entries({
    "units-while-due": "units.substitute_due",
    "vacant-after-result": "recusal.late",
    "result-unsettled": "result.team",
    "corrected-by-inspector": "result.concern",
    "genesis-in-table": "permissions.malformed",
    "key-of-log": "key.known",
    "no-certificate": "key.inspector",
    "taken-from-another": "role.department",
    "stale-pool": "draw.pool_stale",
    "other-capacity": "proof.rows",
    "review-of-withdrawn": "item.stage",
    "capacity-of-nobody": "rule.capacity",
    "conflict-of-nobody": "department.unknown",
    "conflict-left-out": "proof.rows",
    "conflict-ended-twice": "conflict.ended",
    "conflict-never-declared": "conflict.unknown",
    "conflict-ended-by-declarer": "conflict.own",
    "conflict-ended-silently": "conflict.reason",
    "round-of-no-chain": "beacon.unknown",
    "other-position": "chain.position",
    "not-the-first": "chain.previous",
    "evidence-of-nothing": "evidence.about",
  })) {
    await t.test(name, () => assertNamedAlike(home, name, made(name), code));
  }
});
