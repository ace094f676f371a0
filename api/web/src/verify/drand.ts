// drand's beacons (docs/formats/beacon.md): signatures on G1, keys on G2.
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { type Bytes, concat, equal, maxU64, u64, utf8 } from "./bytes.js";
import { sha256 } from "./hash.js";
import { refuse } from "./refusal.js";

/** What a round is checked against. */
export interface Beacon {
  readonly publicKey: Bytes; // 96 bytes, compressed G2
  readonly genesis: bigint; // Unix seconds, the time of round 1
  readonly period: bigint; // seconds
}

export interface Chain extends Beacon {
  readonly scheme: string;
  readonly groupHash: Bytes; // 32
  readonly beaconId: string; // "default" is the same as empty
}

const domain = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";
const { shortSignatures: bls, G1, G2 } = bls12_381;

interface Decoder<P> {
  fromBytes(bytes: Bytes): P;
}

/** A canonical encoding of a point of the prime-order subgroup, and not of the identity. */
function decoded<P extends { assertValidity(): void; is0(): boolean; toBytes(compressed?: boolean): Bytes }>(
  group: Decoder<P>, bytes: Bytes, length: number): P | undefined {
  try {
    if (bytes.length !== length) return undefined;
    const point = group.fromBytes(bytes);
    point.assertValidity();
    return point.is0() || !equal(point.toBytes(true), bytes) ? undefined : point;
  } catch {
    return undefined;
  }
}

function keyOf(beacon: Beacon): InstanceType<typeof G2.Point> {
  return decoded(G2.Point, beacon.publicKey, 96) ??
    refuse("beacon.key", "信标的公钥无效", "not a valid key of a beacon");
}

export function chainHash(chain: Chain): Bytes {
  const period = u64(chain.period).subarray(4);
  const id = chain.beaconId === "default" ? "" : chain.beaconId;
  return sha256(concat(period, u64(chain.genesis), chain.publicKey, chain.groupHash, utf8(id)));
}

/** Refuses with `beacon.scheme`, `beacon.key`, `beacon.chain`, or `beacon.hash` if it is not the one named. */
export function checkChain(chain: Chain, named: Bytes): void {
  if (chain.scheme !== "bls-unchained-g1-rfc9380") {
    refuse("beacon.scheme", "信标的方案不受支持", "the beacon's scheme is not supported");
  }
  keyOf(chain);
  const sound = chain.period >= 1n && chain.period < 1n << 32n && chain.genesis >= 1n && chain.genesis < 1n << 63n &&
    chain.groupHash.length === 32 && /^[A-Za-z0-9._-]{0,64}$/.test(chain.beaconId);
  if (!sound) refuse("beacon.chain", "周期、起始时间或编号不成立", "the period, genesis or id makes no sense");
  if (!equal(chainHash(chain), named)) {
    refuse("beacon.hash", "链的哈希与其内容不符", "the chain's hash is not that of its contents");
  }
}

function checkRound(round: bigint): void {
  if (round < 1n || round > maxU64) refuse("beacon.round", "没有这一轮", "there is no such round");
}

/** The randomness of a round, 32 bytes. Refuses with `beacon.round`, `beacon.key`, `beacon.signature`. */
export function beaconOutput(beacon: Beacon, round: bigint, signature: Bytes): Bytes {
  checkRound(round);
  const key = keyOf(beacon);
  const point = decoded(G1.Point, signature, 48);
  if (point === undefined || !bls.verify(point, bls.hash(sha256(u64(round)), domain), key)) {
    refuse("beacon.signature", "该轮的签名不成立", "the signature of the round fails");
  }
  return sha256(signature);
}

/** The first round due at or after a time. */
export function roundAt(beacon: Beacon, time: bigint): bigint {
  if (time <= beacon.genesis) return 1n;
  return (time - beacon.genesis + beacon.period - 1n) / beacon.period + 1n;
}

/** Refuses with `beacon.round` if there is none, or its time does not fit 64 bits. */
export function timeOf(beacon: Beacon, round: bigint): bigint {
  checkRound(round);
  const time = beacon.genesis + (round - 1n) * beacon.period;
  if (time > maxU64) refuse("beacon.round", "没有这一轮", "there is no such round");
  return time;
}
