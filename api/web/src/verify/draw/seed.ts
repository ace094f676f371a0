// What is hashed between the announcement and the outcome (docs/formats/draw.md sections 4, 6, 7, 9).
// `announcement` is the leaf hash of its entry, `seed` S of 64 bytes, or S' of 32 where it says so.
import type { Bytes } from "../bytes.js";
import { sha256 } from "../hash.js";
import { tuple } from "../tuple.js";

export function contributionCommitment(announcement: Bytes, key: Bytes, nonce: Bytes): Bytes {
  return sha256(tuple("liuhen/commit/v1", announcement, key, nonce));
}

/** The input of the VRF: for each contributor the nonce, or nothing if forfeited; then recorded digits. */
export function alphaOf(announcement: Bytes, contributions: readonly Bytes[], outputs: readonly Bytes[]): Bytes {
  return tuple("liuhen/draw/v1", announcement, contributions, outputs);
}

export function stratumKey(seed: Bytes, stratum: bigint): Bytes {
  return sha256(tuple("liuhen/stratum/v1", seed, stratum));
}

export function ppsStart(seed: Bytes, stratum: bigint): Bytes {
  return sha256(tuple("liuhen/pps/v1", seed, stratum));
}

export function visitOrder(seed: Bytes, subject: string): Bytes {
  return sha256(tuple("liuhen/visit/v1", seed, subject));
}

/** The key of the order of inspectors for a visit, under S or S'. */
export function pairKey(seed: Bytes, subject: string): Bytes {
  return sha256(tuple("liuhen/pair/v1", seed, subject));
}

export function substituteSeed(
  announcement: Bytes, seed: Bytes, subject: string, seat: bigint, ordinal: bigint,
  outputs: readonly Bytes[]): Bytes {
  return sha256(tuple("liuhen/substitute/v1", announcement, seed, subject, seat, ordinal, outputs));
}
