// Vectors of standards, and what must be refused.
import assert from "node:assert/strict";
import test from "node:test";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { concat, fromBase64, fromHex, fromUtf8, toBase64, toHex, u64, utf8 } from "../dist/verify/bytes.js";
import { parseCheckpoint } from "../dist/verify/checkpoint.js";
import { beaconOutput, roundAt, timeOf } from "../dist/verify/drand.js";
import { KeyedHash, prepareId, sha256, sha256OfShort } from "../dist/verify/hash.js";
import { RootBuilder, checkConsistency, checkInclusion, emptyRoot, inclusionProof, leafHash }
  from "../dist/verify/merkle.js";
import { keyIdOf, parseNote, parseVkey } from "../dist/verify/note.js";
import { parsePolicy } from "../dist/verify/policy.js";
import { verifyVrf } from "../dist/verify/vrf.js";
import { prove } from "./vrf-prover.js";
import { example, file, refusalOf } from "./pages.js";
import { Random } from "./random-cases.js";

test("ECVRF: RFC 9381, examples 16 and 17", () => {
  const { vectors } = JSON.parse(file("tests/crypto/data/ecvrf_edwards25519_sha512_tai.json"));
  assert.ok(vectors.length >= 2);
  for (const each of vectors) {
    const [sk, pk, alpha, pi] = [each.sk, each.pk, each.alpha, each.pi].map(fromHex);
    assert.equal(toHex(verifyVrf(pk, alpha, pi)), each.beta);
    assert.equal(toHex(prove(sk, alpha)), each.pi);
    for (const at of [0, 31, 32, 47, 48, 79]) {
      const changed = pi.slice();
      changed[at] ^= 1;
      assert.equal(refusalOf(() => verifyVrf(pk, alpha, changed)), "vrf.proof");
    }
    assert.equal(refusalOf(() => verifyVrf(pk, concat(alpha, utf8("x")), pi)), "vrf.proof");
    const above = concat(pi.subarray(0, 48), fromHex((BigInt(`0x${toHex(pi.slice(48).reverse())}`) +
      2n ** 252n + 27742317777372353535851937790883648493n).toString(16).padStart(64, "0")).reverse());
    assert.equal(refusalOf(() => verifyVrf(pk, alpha, above)), "vrf.proof");
  }
  const identity = Uint8Array.of(1, ...new Array(31).fill(0));
  assert.equal(refusalOf(() => verifyVrf(identity, utf8("a"), new Uint8Array(80))), "vrf.key");
});

const { quicknet: published } = JSON.parse(file("tests/crypto/data/drand.json"));
const quicknet = { publicKey: fromHex(published.public_key_g2), genesis: BigInt(published.genesis_unix_s),
  period: BigInt(published.period_s) };

test("drand quicknet: the published rounds verify, and under another number fail", () => {
  assert.ok(published.rounds.length >= 1);
  for (const { round, signature_g1, randomness } of published.rounds) {
    const signature = fromHex(signature_g1);
    assert.equal(toHex(beaconOutput(quicknet, BigInt(round), signature)), randomness);
    const code = (number, bytes, chain = quicknet) => refusalOf(() => beaconOutput(chain, number, bytes));
    assert.equal(code(BigInt(round) + 1n, signature), "beacon.signature");
    assert.equal(code(BigInt(round), signature.map((byte, i) => (i === 47 ? byte ^ 1 : byte))), "beacon.signature");
    assert.equal(code(BigInt(round), signature.subarray(1)), "beacon.signature");
    const infinity = Uint8Array.of(0xc0, ...new Array(47).fill(0));
    assert.equal(code(BigInt(round), infinity), "beacon.signature");
    const noKey = { ...quicknet, publicKey: Uint8Array.of(0xc0, ...new Array(95).fill(0)) };
    assert.equal(code(BigInt(round), infinity, noKey), "beacon.key");
  }
});

test("a signature with a point of the cofactor's order added fits the equation, and is refused", () => {
  const { round, signature_g1 } = published.rounds[0];
  const { Point } = bls12_381.G1;
  let torsion; // the first point on the curve that is outside the subgroup, times the subgroup's order
  for (let x = 1n; torsion === undefined; x++) {
    try {
      const point = Point.fromAffine({ x, y: Point.Fp.sqrt(x ** 3n + 4n) });
      torsion = timesOrder(point);
      if (torsion.is0()) torsion = undefined;
    } catch { /* not on the curve */ }
  }
  const { x, y } = Point.fromBytes(fromHex(signature_g1)).add(torsion).toAffine();
  const moved = fromHex(x.toString(16).padStart(96, "0"));
  moved[0] |= 0x80 | (2n * y > Point.Fp.ORDER ? 0x20 : 0); // the library writes no such point
  assert.notEqual(toHex(moved), signature_g1);
  assert.equal(refusalOf(() => beaconOutput(quicknet, BigInt(round), moved)), "beacon.signature");
});

/** Double and add: the library's own multiplication reduces scalars by the order. */
function timesOrder(point) {
  let sum = bls12_381.G1.Point.ZERO;
  for (const bit of bls12_381.fields.Fr.ORDER.toString(2)) {
    sum = sum.double();
    if (bit === "1") sum = sum.add(point);
  }
  return sum;
}

test("a chain of one's own verifies, and only its own", () => {
  const { shortSignatures: bls } = bls12_381;
  const secret = fromHex("07".padStart(64, "0"));
  const chain = { ...quicknet, publicKey: bls.getPublicKey(secret).toBytes() };
  const message = bls.hash(sha256(u64(9n)), "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_");
  const signature = bls.sign(message, secret).toBytes();
  assert.equal(toHex(beaconOutput(chain, 9n, signature)), toHex(sha256(signature)));
  assert.equal(refusalOf(() => beaconOutput(quicknet, 9n, signature)), "beacon.signature");
});

test("rounds and times", () => {
  const { genesis } = quicknet;
  for (const [after, round] of [[-5n, 1n], [0n, 1n], [1n, 2n], [3n, 2n], [4n, 3n], [6n, 3n], [7n, 4n]]) {
    assert.equal(roundAt(quicknet, genesis + after), round);
    assert.ok(after <= 0n || timeOf(quicknet, round) >= genesis + after);
  }
  assert.equal(timeOf(quicknet, 123n), genesis + 366n);
});

test("hashes of one block are SHA-256", () => {
  const random = new Random("blocks");
  for (let length = 1; length <= 23; length++) {
    const [key, id] = [fromHex(random.hex(32)), fromHex(random.hex(length))];
    const expected = nobleSha256(concat(key, id));
    assert.equal(toHex(new KeyedHash(key).of(prepareId(id))), toHex(expected));
    assert.equal(new KeyedHash(key).head(prepareId(id)), Number(BigInt(`0x${toHex(expected)}`) >> 204n));
  }
});

test("short hashes are SHA-256, whatever the length", () => {
  const random = new Random("short");
  for (let length = 0; length <= 260; length++) {
    const [left, right] = [fromHex(random.hex(length)), fromHex(random.hex(random.below(40)))];
    assert.equal(toHex(sha256OfShort(1, left, right)), toHex(nobleSha256(concat(Uint8Array.of(1), left, right))));
  }
});

test("trees of up to 60 leaves: every inclusion proof, and no other", () => {
  const leaves = Array.from({ length: 60 }, (_, i) => leafHash(utf8(String(i))));
  const roots = leaves.map((_, i) => {
    const builder = new RootBuilder();
    leaves.slice(0, i + 1).forEach((leaf) => builder.addLeaf(leaf));
    return builder.root();
  });
  for (let size = 1; size <= leaves.length; size++) {
    for (let i = 0; i < size; i++) {
      const proof = inclusionProof(i, leaves.slice(0, size));
      checkInclusion(BigInt(i), BigInt(size), leaves[i], proof, roots[size - 1]);
      const other = BigInt((i + 1) % size);
      if (size > 1) {
        assert.equal(refusalOf(() => checkInclusion(other, BigInt(size), leaves[i], proof, roots[size - 1])),
          "merkle.inclusion");
        assert.equal(refusalOf(() => checkInclusion(BigInt(i), BigInt(size), leaves[i], proof.slice(0, -1),
          roots[size - 1])), "merkle.inclusion");
      }
      assert.equal(refusalOf(() => checkInclusion(BigInt(i), BigInt(size), leaves[i], [...proof, leaves[0]],
        roots[size - 1])), "merkle.inclusion");
    }
  }
  assert.equal(refusalOf(() => checkInclusion(0n, 2n, leaves[0], [], leaves[0])), "merkle.inclusion");
  checkConsistency(0n, 5n, [], emptyRoot(), roots[4]);
  checkConsistency(5n, 5n, [], roots[4], roots[4]);
  assert.equal(refusalOf(() => checkConsistency(5n, 5n, [], roots[3], roots[4])), "merkle.consistency");
  assert.equal(refusalOf(() => checkConsistency(6n, 5n, [], roots[5], roots[4])), "merkle.consistency");
});

test("base64 and UTF-8 are strict", () => {
  for (const text of ["", "AA==", "AAA=", "AAAA"]) assert.equal(toBase64(fromBase64(text)), text);
  for (const text of ["A", "AA", "AB==", "AAB=", "AA=A", "A===", "====", "AA==AA==", "A-A=", "AAA\n"]) {
    assert.equal(fromBase64(text), undefined, text);
  }
  assert.equal(fromUtf8(Uint8Array.of(0xed, 0xa0, 0x80)), undefined);
  assert.equal(fromUtf8(Uint8Array.of(0xc0, 0x80)), undefined);
  assert.equal(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41)), "\uFEFFA");
});

test("notes, vkeys and checkpoints are read strictly", () => {
  const page = example("note.md");
  const good = fromUtf8(page.hex("note"));
  parseNote(utf8(good));
  for (const bad of [good.slice(0, -1), good.replace("— ", "- "), good.replace("— ", "—  "), `${good}\n`,
    good.replace("\n\n", "\n"), good.replace("qingdao CnE", "qing+dao CnE"), `${good}— x AAAA\n`, `\t${good}`,
    good.replaceAll("=", "")]) {
    if (bad !== good) assert.equal(refusalOf(() => parseNote(utf8(bad))), "note.format", JSON.stringify(bad));
  }
  const vkey = page.text("vkey");
  for (const bad of [vkey.replace("0aaeaba5", "0aaeaba6"), vkey.replace("0aaeaba5", "0AAEABA5"), vkey.slice(0, -1),
    `a b${vkey}`, vkey.replace("+AY", "+BY"), ""]) {
    assert.equal(refusalOf(() => parseVkey(bad)), "note.vkey", bad);
  }
  const text = parseNote(utf8(good)).text;
  for (const bad of [text.replace("\n7\n", "\n07\n"), text.replace("\n7\n", "\n9223372036854775808\n"),
    text.replace("\n7\n", "\n0\n"), `${text}\n`, text.slice(0, -1), text.replace("=", "")]) {
    assert.equal(refusalOf(() => parseCheckpoint(bad)), "checkpoint.format", JSON.stringify(bad));
  }
  assert.deepEqual(parseCheckpoint(`${text}more\n`).extensions, ["more"]);
});

test("policies are read strictly", () => {
  const good = fromUtf8(example("policy.md").hex("policy"));
  const policy = parsePolicy(utf8(good));
  assert.deepEqual([policy.logs.length, policy.witnesses.length, policy.quorum], [1, 1, "outside"]);
  parsePolicy(utf8(good.replace("any", "1").replaceAll(" ", " \t")));
  const witness = good.split("\n").find((line) => line.startsWith("witness"));
  for (const bad of [good.slice(0, -1), good.replace("any", "2"), good.replace("any", "0"), good.replace("any", "01"),
    good.replace("any w1", "any"), good.replace("any w1", "any w2"), good.replace("any w1", "any w1 w1"),
    good.replace("quorum outside", "quorum inside"), `${good}quorum none\n`, good.replace("quorum outside\n", ""),
    `${good}group more any w1\n`, `${good}${witness}\n`, `${good}${witness.replace(" w1", " w2")}\n`,
    good.replace("witness w1", "witness none"), `${good}log x\n`, `${good}frob\n`, good.replace("log ", "log\v")]) {
    assert.equal(refusalOf(() => parsePolicy(utf8(bad))), "policy.format", bad);
  }
});

test("a witness of another type of key stays in the policy, and never counts", () => {
  const vkeyOf = (name, type, size, id) => {
    const key = new Uint8Array(size).fill(7 + name.length);
    return `${name}+${toHex(id ?? keyIdOf(name, type, key))}+${toBase64(concat(Uint8Array.of(type), key))}`;
  };
  const good = fromUtf8(example("policy.md").hex("policy"));
  const quantum = `witness q ${vkeyOf("q.example/ml", 6, 1312)}\n`;
  const later = `witness l ${vkeyOf("l.example/later", 0xff, 40, Uint8Array.of(1, 2, 3, 4))}\n`;
  const policy = parsePolicy(utf8(quantum + later + good.replace("any w1", "any w1 q l")));
  assert.deepEqual([policy.witnesses.length, policy.uncheckable.map((one) => one.key.type)], [1, [6, 0xff]]);
  const code = (text) => refusalOf(() => parsePolicy(utf8(text)));
  assert.equal(code(quantum + good.replace("any w1", "all w1 q")), "policy.unreachable");
  assert.equal(code(`${quantum}quorum q\n`), "policy.unreachable");
  for (const bad of [vkeyOf("q.example/ml", 6, 1311), vkeyOf("q.example/ml", 6, 1312, Uint8Array.of(1, 2, 3, 4)),
    vkeyOf("q.example/ml", 1, 32), vkeyOf("q.example/ml", 4, 33), vkeyOf("q.example/ml", 7, 0),
    vkeyOf("q.example/ml", 7, 9).toUpperCase(), vkeyOf("q example", 7, 9), `${vkeyOf("q.example/ml", 7, 9)}=`]) {
    assert.equal(code(`witness q ${bad}\n${good}`), "policy.format", bad);
  }
  assert.equal(code(quantum + quantum.replace("witness q", "witness r") + good), "policy.format");
});
