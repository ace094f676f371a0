// Ed25519 at its edges: this verifier and libsodium say the same of every signature.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import test from "node:test";
import { ed25519, ED25519_TORSION_SUBGROUP } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { concat, fromHex, toHex, utf8 } from "../dist/verify/bytes.js";
import { Point, littleEndian, order, verifySignature } from "../dist/verify/ed25519.js";
import { Random } from "./random-cases.js";

const program = process.env.LIUHEN_BIN && `${process.env.LIUHEN_BIN}/draw_cases`;
const skip = program ? false : "LIUHEN_BIN is not set: run ctest -R web";
const le = (value) => fromHex(value.toString(16).padStart(64, "0")).reverse();
const torsion = ED25519_TORSION_SUBGROUP.map((hex) => Point.fromBytes(fromHex(hex), true));

/** A signature by x over the message with torsion added to R and to the key. */
function twisted(x, message, inR, inKey) {
  const key = Point.BASE.multiply(x).add(torsion[inKey]).toBytes();
  const r = littleEndian(sha512(concat(message, le(x)))) % order;
  const point = Point.BASE.multiply(r).add(torsion[inR]).toBytes();
  const k = littleEndian(sha512(concat(point, key, message))) % order;
  return { key, message, signature: concat(point, le((r + k * x) % order)) };
}

function edges() {
  const random = new Random("signatures");
  const cases = [];
  for (let i = 0; i < 40; i++) {
    const seed = fromHex(random.hex(32));
    const message = fromHex(random.hex(random.below(40)));
    const key = ed25519.getPublicKey(seed);
    const signature = ed25519.sign(message, seed);
    const s = littleEndian(signature.subarray(32));
    cases.push({ key, message, signature });
    cases.push({ key, message, signature: concat(signature.subarray(0, 32), le(s + order)) });
    const flipped = signature.slice();
    flipped[random.below(64)] ^= 1 << random.below(8);
    cases.push({ key, message, signature: flipped });
    const x = (littleEndian(fromHex(random.hex(32))) % (order - 1n)) + 1n;
    cases.push(twisted(x, message, random.below(8), 0), twisted(x, message, 0, random.below(8)),
      twisted(x, message, random.below(8), random.below(8)));
  }
  const message = utf8("edge");
  const p = 2n ** 255n - 19n;
  const low = [...ED25519_TORSION_SUBGROUP.map(fromHex), le(p), le(p + 1n), le(p - 1n | (1n << 255n)), le(1n | (1n << 255n))];
  for (const key of low) {
    for (const r of low) {
      for (const s of [0n, 1n, 8n]) cases.push({ key, message, signature: concat(r, le(s)) });
    }
  }
  for (const key of low.slice(0, 8)) { // s·B − k·A of a key of small order is s·B plus one of eight points
    for (const point of torsion) cases.push({ key, message, signature: concat(Point.BASE.add(point).toBytes(), le(1n)) });
  }
  const x = 12345n; // R of small order by an honest key: s = k·x
  const key = Point.BASE.multiply(x).toBytes();
  for (const r of low) {
    const k = littleEndian(sha512(concat(r, key, message))) % order;
    cases.push({ key, message, signature: concat(r, le((k * x) % order)) });
  }
  return cases;
}

test("signatures at the edges are judged as libsodium does", { skip }, (t) => {
  const cases = edges();
  const input = cases.map((c) => `${toHex(c.key)} ${toHex(c.message) || "~"} ${toHex(c.signature)}\n`).join("");
  const theirs = execFileSync(program, ["signatures"], { input, encoding: "utf8" }).trim().split("\n");
  assert.equal(theirs.length, cases.length);
  let good = 0;
  let differsFromNoble = 0;
  cases.forEach((c, i) => {
    const mine = verifySignature(c.key, c.message, c.signature);
    assert.equal(mine ? "1" : "0", theirs[i], `${toHex(c.key)} ${toHex(c.message)} ${toHex(c.signature)}`);
    if (mine) good++;
    let noble = false;
    try {
      noble = ed25519.verify(c.signature, c.message, c.key, { zip215: false });
    } catch { /* refused */ }
    if (noble !== mine) differsFromNoble++;
  });
  t.diagnostic(`${cases.length} signatures, ${good} good; @noble's own strict mode differs on ${differsFromNoble}`);
  assert.ok(good >= 40 && good < cases.length);
  assert.ok(differsFromNoble > 0, "the edges are no edges");
});
