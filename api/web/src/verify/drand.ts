// Rounds of drand's quicknet and chains of its scheme, bls-unchained-g1-rfc9380: signatures on G1, keys on
// G2, the message is SHA-256 of the round as a big-endian u64, the output SHA-256 of the signature.
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { type Bytes, u64 } from "./bytes.js";
import { sha256 } from "./hash.js";

export interface BeaconChain {
  readonly publicKey: Bytes; // 96 bytes, compressed G2
  readonly genesis: bigint; // Unix seconds
  readonly period: bigint; // seconds
}

const domain = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

/** The output of the round, 32 bytes, if the signature is the chain's for it. */
export function beaconOutput(chain: BeaconChain, round: bigint, signature: Bytes): Bytes | undefined {
  if (chain.publicKey.length !== 96 || signature.length !== 48) return undefined;
  try {
    const { shortSignatures: bls, G1, G2 } = bls12_381;
    const key = G2.Point.fromBytes(chain.publicKey);
    const point = G1.Point.fromBytes(signature);
    key.assertValidity(); // on the curve and in the subgroup
    point.assertValidity();
    if (key.is0() || point.is0()) return undefined;
    if (!bls.verify(point, bls.hash(sha256(u64(round)), domain), key)) return undefined;
  } catch {
    return undefined;
  }
  return sha256(signature);
}

/** The first round at or after a time; at or before genesis it is 1. */
export function roundAt(chain: BeaconChain, time: bigint): bigint {
  if (time <= chain.genesis) return 1n;
  return (time - chain.genesis + chain.period - 1n) / chain.period + 1n;
}

export function timeOf(chain: BeaconChain, round: bigint): bigint {
  return chain.genesis + (round - 1n) * chain.period;
}
