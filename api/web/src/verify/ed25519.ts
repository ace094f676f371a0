// Ed25519 as docs/formats/note.md has it: RFC 8032 with the equation without cofactor, s < q, public key
// and R canonically encoded and not of small order. @noble/curves' own verify multiplies by the cofactor in
// every mode, so that it takes signatures which this rule refuses; hence the equation is written out here.
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, equal } from "./bytes.js";

export const Point = ed25519.Point;
export type Point = InstanceType<typeof Point>;
// @noble/curves makes a table of the base point's multiples when it is first needed. With its own window of
// 8 bits that takes longer than all that is then asked of it by a file of one row.
Point.BASE.precompute(5);
/** The order q of the base point. */
export const order: bigint = ed25519.Point.CURVE().n;

export function littleEndian(bytes: Bytes): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}

/** The point of a canonical encoding (RFC 8032 section 5.1.3), or undefined. */
export function decodePoint(bytes: Bytes): Point | undefined {
  try {
    return Point.fromBytes(bytes, false);
  } catch {
    return undefined;
  }
}

/** A canonical encoding of a point of the prime-order subgroup, and not of the identity. */
export function decodeSubgroupPoint(bytes: Bytes): Point | undefined {
  const point = decodePoint(bytes);
  return point !== undefined && !point.is0() && point.isTorsionFree() ? point : undefined;
}

export function verifySignature(key: Bytes, message: Bytes, signature: Bytes): boolean {
  if (key.length !== 32 || signature.length !== 64) return false;
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  if (s >= order) return false;
  const a = decodePoint(key);
  if (a === undefined || a.isSmallOrder()) return false;
  const k = littleEndian(sha512(concat(r, key, message))) % order;
  const expected = Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k));
  return !expected.isSmallOrder() && equal(expected.toBytes(), r);
}
