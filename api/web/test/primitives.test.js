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
import { parseNote, parseVkey } from "../dist/verify/note.js";
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

// drand.love, chain information of quicknet, and its round 123.
const quicknet = {
  publicKey: fromHex("83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451" +
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"),
  genesis: 1692803367n,
  period: 3n,
};
const round123 = fromHex("b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92");

test("drand quicknet: round 123 verifies, and under 124 fails", () => {
  assert.equal(toHex(beaconOutput(quicknet, 123n, round123)),
    "fb8f7bc29bf24db51871ec8c79f3a1e4bd0557bc0dfcee9ed1d924e69d1c60dc");
  assert.equal(beaconOutput(quicknet, 124n, round123), undefined);
  const changed = round123.slice();
  changed[47] ^= 1;
  assert.equal(beaconOutput(quicknet, 123n, changed), undefined);
  assert.equal(beaconOutput(quicknet, 123n, round123.subarray(1)), undefined);
  const infinity = Uint8Array.of(0xc0, ...new Array(47).fill(0));
  assert.equal(beaconOutput(quicknet, 123n, infinity), undefined);
  const noKey = { ...quicknet, publicKey: Uint8Array.of(0xc0, ...new Array(95).fill(0)) };
  assert.equal(beaconOutput(noKey, 123n, infinity), undefined);
});

test("a chain of one's own verifies, and only its own", () => {
  const { shortSignatures: bls } = bls12_381;
  const secret = fromHex("07".padStart(64, "0"));
  const chain = { ...quicknet, publicKey: bls.getPublicKey(secret).toBytes() };
  const message = bls.hash(sha256(u64(9n)), "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_");
  const signature = bls.sign(message, secret).toBytes();
  assert.equal(toHex(beaconOutput(chain, 9n, signature)), toHex(sha256(signature)));
  assert.equal(beaconOutput(quicknet, 9n, signature), undefined);
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
