// Every figure of the worked examples of docs/formats, computed again.
import assert from "node:assert/strict";
import test from "node:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { equal, toHex, utf8, fromUtf8 } from "../dist/verify/bytes.js";
import { parseCheckpoint, signersOf } from "../dist/verify/checkpoint.js";
import { verifySignature } from "../dist/verify/ed25519.js";
import { decodeEntry } from "../dist/verify/entry.js";
import { sha256 } from "../dist/verify/hash.js";
import { checkSignatures, decodeIntent } from "../dist/verify/intent.js";
import { RootBuilder, checkConsistency, checkInclusion, leafHash } from "../dist/verify/merkle.js";
import { isBy, parseNote, parseVkey, verifierKey, vkeyOf, writeNote } from "../dist/verify/note.js";
import { checkQuorum, parsePolicy, policyOfKey, signedCheckpoint } from "../dist/verify/policy.js";
import { commitmentTo, opens } from "../dist/verify/restricted.js";
import { tuple } from "../dist/verify/tuple.js";
import { sealedHash } from "../dist/verify/replay/seal.js";
import { hashToCurve, verifyVrf } from "../dist/verify/vrf.js";
import { beaconOutput, chainHash, checkChain, roundAt, timeOf } from "../dist/verify/drand.js";
import { drawnCounts } from "../dist/verify/draw/allocation.js";
import { match } from "../dist/verify/draw/matching.js";
import { conflictPool, encodeInspector, encodeSubject, inspectorPool, subjectPool } from "../dist/verify/draw/pool.js";
import { encodeVisit, visitsRoot } from "../dist/verify/draw/record.js";
import * as seeds from "../dist/verify/draw/seed.js";
import { selectByWeight } from "../dist/verify/draw/pps.js";
import { inTicketOrder, select, ticketOf } from "../dist/verify/draw/selection.js";
import { substitutesInOrder } from "../dist/verify/draw/substitute.js";
import { KeyedHash, prepareId } from "../dist/verify/hash.js";
import { isWeekday, visitDay } from "../dist/verify/draw/visit-day.js";
import { prove } from "./vrf-prover.js";
import { example, refusalOf } from "./pages.js";

const hex = (bytes) => toHex(bytes);

test("tuple.md", () => {
  const page = example("tuple.md");
  const encoded = tuple("liuhen/example/v1", 1000n, ["A1", "B22"], "");
  assert.equal(hex(encoded), page.text("encoding"));
  assert.equal(hex(sha256(encoded)), page.text("hash"));
});

test("merkle.md", () => {
  const page = example("merkle.md");
  const leaves = [0, 1, 2, 3, 4, 5, 6].map((i) => leafHash(utf8(`entry ${i}`)));
  leaves.forEach((leaf, i) => assert.equal(hex(leaf), page.text(`leaf ${i}`)));
  const rootOfFirst = (size) => {
    const builder = new RootBuilder();
    leaves.slice(0, size).forEach((leaf) => builder.addLeaf(leaf));
    return builder.root();
  };
  assert.equal(hex(rootOfFirst(3)), page.text("root 3"));
  assert.equal(hex(rootOfFirst(7)), page.text("root 7"));
  const inclusion = [0, 1, 2].map((i) => page.hex(`inclusion ${i}`));
  const consistency = [0, 1, 2, 3].map((i) => page.hex(`consistency ${i}`));
  checkInclusion(4n, 7n, leaves[4], inclusion, rootOfFirst(7));
  checkConsistency(3n, 7n, consistency, rootOfFirst(3), rootOfFirst(7));
  assert.equal(refusalOf(() => checkInclusion(5n, 7n, leaves[4], inclusion, rootOfFirst(7))), "merkle.inclusion");
  assert.equal(refusalOf(() => checkInclusion(4n, 7n, leaves[4], inclusion.slice(1), rootOfFirst(7))),
    "merkle.inclusion");
  assert.equal(refusalOf(() => checkConsistency(4n, 7n, consistency, rootOfFirst(4), rootOfFirst(7))),
    "merkle.consistency");
});

test("note.md, checkpoint.md and policy.md", () => {
  const page = example("note.md");
  const key = parseVkey(page.text("vkey"));
  assert.equal(hex(key.publicKey), page.text("public key"));
  assert.equal(hex(key.keyId), page.text("key id"));
  assert.equal(hex(ed25519.getPublicKey(page.hex("seed"))), page.text("public key"));
  assert.equal(vkeyOf(verifierKey(key.name, 1, key.publicKey)), page.text("vkey"));
  const note = parseNote(page.hex("note"));
  assert.equal(note.text, fromUtf8(page.hex("text")));
  assert.equal(hex(writeNote(note)), page.text("note"));
  assert.ok(verifySignature(key.publicKey, page.hex("text"), page.hex("signature")));
  assert.equal(parseCheckpoint(note.text).size, 7n);
  checkQuorum(policyOfKey(key), signedCheckpoint(policyOfKey(key), note));

  const cosigned = example("checkpoint.md");
  const witness = parseVkey(cosigned.text("witness vkey"));
  const both = parseNote(cosigned.hex("cosigned checkpoint"));
  assert.equal(signersOf(both, [witness])[0].time, 1767225600n);
  const line = both.lines.find((each) => isBy(each, witness));
  assert.equal(hex(line.blob), cosigned.text("blob"));

  const policy = parsePolicy(example("policy.md").hex("policy"));
  const accepted = signedCheckpoint(policy, both);
  checkQuorum(policy, accepted);
  assert.equal(accepted.cosigned[0].time, BigInt(example("policy.md").text("cosigned at")));
  assert.equal(refusalOf(() => checkQuorum(policy, signedCheckpoint(policy, note))), "policy.quorum");
  const spoiled = page.hex("note");
  spoiled[spoiled.length - 12] ^= 1;
  assert.notEqual(refusalOf(() => signedCheckpoint(policyOfKey(key), parseNote(spoiled))), undefined);
});

test("the vkey of C2SP's own page", () => {
  const key = parseVkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
  const note = parseNote(utf8("This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfX" +
    "ppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"));
  assert.equal(signersOf(note, [key]).length, 1);
});

test("restricted.md", () => {
  const page = example("restricted.md");
  assert.equal(hex(commitmentTo(page.hex("salt"), page.hex("bytes"))), page.text("commitment"));
  assert.ok(opens(page.hex("commitment"), page.hex("salt"), page.hex("bytes")));
  assert.ok(!opens(page.hex("commitment"), page.hex("salt"), utf8("37.6")));
});

test("vrf.md", () => {
  const page = example("vrf.md");
  const key = page.hex("public key");
  assert.equal(hex(hashToCurve(key, page.hex("alpha")).toBytes()), page.text("H"));
  assert.equal(hex(verifyVrf(key, page.hex("alpha"), page.hex("pi"))), page.text("beta"));
  assert.equal(hex(prove(page.hex("seed"), page.hex("alpha"))), page.text("pi"));
  assert.equal(refusalOf(() => verifyVrf(key, page.hex("alpha"), page.hex("refused pi"))), "vrf.proof");
});

test("beacon.md", () => {
  const page = example("beacon.md");
  const number = (name) => BigInt(page.text(name));
  const chain = { scheme: page.text("scheme"), publicKey: page.hex("public key"), period: number("period"),
    genesis: number("genesis"), groupHash: page.hex("group hash"), beaconId: page.text("beacon id") };
  assert.equal(hex(chainHash(chain)), page.text("chain hash"));
  checkChain(chain, page.hex("chain hash"));
  const signature = page.hex("signature");
  assert.equal(hex(beaconOutput(chain, number("round"), signature)), page.text("randomness"));
  assert.equal(timeOf(chain, number("round")), number("time"));
  assert.equal(roundAt(chain, number("time")), number("round"));
  assert.equal(roundAt(chain, number("time") + 1n), number("round due after"));
  const refused = (change, named = page.hex("chain hash")) => refusalOf(() => checkChain({ ...chain, ...change }, named));
  assert.equal(refused({ scheme: "pedersen-bls-chained" }), "beacon.scheme");
  assert.equal(refused({ publicKey: chain.publicKey.map((byte, i) => (i === 95 ? byte ^ 1 : byte)) }), "beacon.key");
  assert.equal(refused({ period: 0n }), "beacon.chain");
  assert.equal(refused({ genesis: 0n }), "beacon.chain");
  assert.equal(refused({ beaconId: "a b" }), "beacon.chain");
  assert.equal(refused({ period: 4n }), "beacon.hash");
  assert.equal(hex(chainHash({ ...chain, beaconId: "default" })), hex(chainHash({ ...chain, beaconId: "" })));
  assert.equal(refusalOf(() => beaconOutput(chain, 0n, signature)), "beacon.round");
  assert.equal(refusalOf(() => beaconOutput(chain, 124n, signature)), "beacon.signature");
});

test("intent.md and entry.md", () => {
  const page = example("intent.md");
  const intent = decodeIntent(page.hex("intent"));
  assert.equal(hex(sha256(page.hex("intent"))), page.text("intent hash"));
  assert.equal(hex(intent.authors[0]), page.text("author"));
  assert.equal(intent.kind, "ItemPublished");
  assert.deepEqual({ ...intent.payload }, { id: "QD-001", revision: 1 });
  assert.equal(intent.expectedVersion, 1n);
  checkSignatures(intent, [page.hex("signature")]);
  assert.equal(refusalOf(() => checkSignatures(intent, [])), "proof.signatures");

  const chain = example("entry.md");
  const entries = [0, 1].map((i) => decodeEntry(chain.hex(`entry ${i}`)));
  const tree = new RootBuilder();
  entries.forEach((entry, i) => {
    assert.equal(hex(entry.leaf), chain.text(`leaf hash ${i}`));
    assert.equal(entry.position, BigInt(i));
    assert.equal(entry.time, 1760000000n + BigInt(i));
    checkSignatures(entry.intent, entry.signatures);
    tree.addLeaf(entry.leaf);
  });
  assert.ok(equal(entries[1].previous, entries[0].leaf));
  assert.equal(hex(tree.root()), chain.text("root of 2"));
  assert.equal(hex(entries[0].intent.bytes), page.text("intent"));
  assert.equal(entries[1].intent.kind, "ConflictDeclared");
});

test("draw.md", () => {
  const page = example("draw.md");
  const announcement = page.hex("announcement");
  assert.equal(hex(seeds.contributionCommitment(announcement, page.hex("contributor_0"), page.hex("nonce_0"))),
    page.text("commitment_0"));
  const alpha = seeds.alphaOf(announcement, [page.hex("nonce_0"), new Uint8Array(0), utf8(page.text("digits"))], []);
  assert.equal(hex(alpha), page.text("alpha"));
  assert.equal(hex(prove(page.hex("vrf_secret"), alpha)), page.text("pi"));
  const seed = verifyVrf(page.hex("vrf_key"), alpha, page.hex("pi"));
  assert.equal(hex(seed), page.text("seed"));
  assert.equal(hex(sealedHash(announcement, seed)), page.text("seed_hash"));

  const rows = [1, 2, 3, 4, 5, 6, 7].map((n) =>
    ({ id: `91370200MA3C00000${n}`, stratum: BigInt(n % 2), weight: 1n, eligibility: n === 3 ? 2n : 0n }));
  assert.equal(hex(encodeSubject(rows[0])), page.text("row_0"));
  assert.equal(hex(tuple(rows[0].id, 1n, 1n, 0n)), page.text("row_0"));
  assert.equal(hex(subjectPool(rows).root), page.text("subject_root"));
  const shares = [{ num: 1n, den: 2n, fixed: 0n, minimum: 0n, maximum: 0n },
    { num: 30n, den: 100n, fixed: 0n, minimum: 0n, maximum: 0n }];
  assert.deepEqual(drawnCounts(shares, 0n, [3n, 3n]), [2n, 1n]);
  const selection = select(seed, shares, 0n, rows);
  for (const [i, stratum] of selection.strata.entries()) {
    assert.equal(`${stratum.eligible} ${stratum.drawn}`, page.text(`stratum_${i}`));
    assert.equal(hex(stratum.cutoff), page.text(`cutoff_${i}`));
    assert.equal(hex(seeds.stratumKey(seed, BigInt(i))), page.text(`stratum_${i}_key`));
    assert.equal(selection.drawn.filter((d) => d.stratum === i).map((d) => d.id).join(" "), page.text(`drawn_${i}`));
  }
  for (const row of rows) {
    if (row.eligibility === 0n) assert.equal(hex(ticketOf(seed, row.stratum, row.id)), page.text(`ticket_${row.id}`));
  }

  const [eligible, minimum, maximum] = ["eligible", "minimum", "maximum"].map((name) =>
    page.text(`bounds_${name}`).split(" ").map(BigInt));
  const bounded = eligible.map((_, i) =>
    ({ num: 20n, den: 100n, fixed: 0n, minimum: minimum[i], maximum: maximum[i] }));
  assert.equal(drawnCounts(bounded, 20n, eligible).join(" "), page.text("bounds_of_total"));
  assert.equal(drawnCounts(bounded, 0n, eligible).join(" "), page.text("bounds_of_rate"));

  const [firstDay, perDay] = [BigInt(page.text("days_first")), BigInt(page.text("days_per_day"))];
  assert.equal(Array.from({ length: 15 }, (_, visit) => visitDay(firstDay, perDay, BigInt(visit))).join(" "), page.text("days"));
  assert.equal(String(visitDay(firstDay, perDay, 1000n)), page.text("days_far"));
  assert.deepEqual([0n, 1n, 2n, 3n, 7n].map((later) => isWeekday(firstDay + later)), [true, false, false, true, true]);

  const weights = [1n, 4n, 2n, 40n, 3n, 1n, 2n];
  const weighted = rows.map((row, i) => ({ ...row, stratum: 0n, weight: weights[i] }))
    .filter((row) => row.eligibility === 0n);
  assert.equal(inTicketOrder(seed, 0n, weighted).map(({ row }) => `${row.id.slice(-1)}:${row.weight}`).join(" "),
    page.text("pps_order"));
  const sampled = selectByWeight(seed, 0n, weighted, 3n);
  assert.equal(`${sampled.restDrawn} ${sampled.restWeight}`, page.text("pps_rest"));
  assert.equal(hex(seeds.ppsStart(seed, 0n)), page.text("pps_hash"));
  assert.equal(String(sampled.start), page.text("pps_start"));
  assert.equal(sampled.chosen.map((each) => each.id).join(" "), page.text("pps_drawn"));

  const law = "执法证";
  const inspector = (id, unit, qualifications, capacity) => ({ id, unit, qualifications, capacity, eligibility: 0n });
  const inspectors = [inspector("JC-0001", "370202", [law], 2n), inspector("JC-0002", "370202", [law], 1n),
    inspector("JC-0003", "370203", ["EXPERT", law], 2n), inspector("JC-0004", "370203", [law], 1n),
    inspector("ZJ-0001", "370203", ["EXPERT"], 2n)];
  const groups = [{ qualification: law, units: ["370202", "370203"], seats: 2, unitLimit: 1 },
    { qualification: "EXPERT", units: ["370202", "370203"], seats: 1, unitLimit: 0 }];
  assert.equal(hex(encodeInspector(inspectors[2])), page.text("inspector_2"));
  assert.equal(hex(inspectorPool(inspectors).root), page.text("inspector_root"));
  assert.equal(hex(conflictPool([page.hex("conflict_0")]).root), page.text("conflict_root"));
  const first = page.text("visit_0").split(" ")[0];
  const visits = match(seed, groups, inspectors, selection.drawn.map((d) => d.id),
    [{ subject: first, inspector: "JC-0004" }]);
  visits.forEach((visit, i) => {
    assert.equal([visit.subject, ...visit.team.map((m) => m || "~")].join(" "), page.text(`visit_${i}`));
    assert.equal(hex(visit.order), page.text(`visit_${i}_hash`));
  });
  assert.equal(hex(seeds.pairKey(seed, first)), page.text("pair_key_0"));
  const inOrder = (key) => inspectors.map((row) => ({ id: row.id, order: hex(new KeyedHash(key).of(prepareId(utf8(row.id)))) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1)).map((each) => each.id).join(" ");
  assert.equal(inOrder(seeds.pairKey(seed, first)), page.text("order_0"));
  const records = visits.map((visit) =>
    ({ ...visit, ticket: selection.drawn.find((d) => d.id === visit.subject).ticket }));
  assert.equal(hex(encodeVisit(records[0])), page.text("visit_row_0"));
  assert.equal(hex(visitsRoot(records)), page.text("visits_root"));

  const after = seeds.substituteSeed(announcement, seed, first, 0n, 1n, []);
  assert.equal(hex(after), page.text("substitute_seed"));
  assert.equal(inOrder(seeds.pairKey(after, first)), page.text("substitute_order"));
  const candidates = inspectors.map((row) => ({ row: { ...row, capacity: 9n }, eligible: true,
    conflict: row.id === "JC-0004", heldSeat: visits[0].team.includes(row.id), load: 0n }));
  assert.equal(substitutesInOrder(after, first, groups, 0n, [page.text("other_unit")], candidates)[0],
    page.text("substitute"));

  // By the seats that stand at the decision, and by those that a later one would leave.
  const seats = visits.flatMap((visit) => visit.team);
  const chosen = (gone) => {
    const left = [...seats];
    for (const id of gone) left.splice(left.indexOf(id), 1);
    const then = candidates.map((each, i) =>
      ({ ...each, row: inspectors[i], load: BigInt(left.filter((id) => id === each.row.id).length) }));
    return substitutesInOrder(after, first, groups, 0n, [page.text("other_unit")], then)[0] ?? "~";
  };
  assert.equal(chosen([page.text("leaver")]), page.text("substitute_at_decision"));
  assert.equal(chosen([page.text("leaver"), page.text("later_leaver")]), page.text("substitute_by_later_loads"));
});
