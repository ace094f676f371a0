// ECVRF-EDWARDS25519-SHA512-TAI, verification only (docs/formats/vrf.md, RFC 9381).
import { sha512 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, equal } from "./bytes.js";
import { Point, decodePoint, decodeSubgroupPoint, littleEndian, order } from "./ed25519.js";
import { refuse } from "./refusal.js";

export const proofBytes = 80;

/** H of the key and input, 8 times the first point that decodes. */
export function hashToCurve(key: Bytes, alpha: Bytes): Point {
  for (let counter = 0; counter < 256; counter++) {
    const hash = sha512(concat(Uint8Array.of(3, 1), key, alpha, Uint8Array.of(counter, 0)));
    const point = decodePoint(hash.subarray(0, 32))?.clearCofactor();
    if (point !== undefined && !point.is0()) return point;
  }
  return refuse("vrf.key", "输入无法映射到曲线", "no counter maps the input to the curve");
}

export function challenge(...points: readonly Bytes[]): Bytes {
  return sha512(concat(Uint8Array.of(3, 2), ...points, Uint8Array.of(0))).subarray(0, 16);
}

/** beta, 64 bytes. Refuses with `vrf.key` or `vrf.proof`. */
export function verifyVrf(key: Bytes, alpha: Bytes, pi: Bytes): Bytes {
  const bad = (): never =>
    refuse("vrf.proof", "可验证随机函数的证明不成立", "the proof of the verifiable random function fails");
  const y = decodeSubgroupPoint(key) ??
    refuse("vrf.key", "可验证随机函数的公钥无效", "the key of the verifiable random function is not valid");
  if (pi.length !== proofBytes) bad();
  const gamma = decodeSubgroupPoint(pi.subarray(0, 32)) ?? bad();
  const c = littleEndian(pi.subarray(32, 48));
  const s = littleEndian(pi.subarray(48, 80));
  if (s >= order) bad();
  const h = hashToCurve(key, alpha);
  const u = Point.BASE.multiplyUnsafe(s).subtract(y.multiplyUnsafe(c));
  const v = h.multiplyUnsafe(s).subtract(gamma.multiplyUnsafe(c));
  const expected =
    challenge(key, h.toBytes(), pi.subarray(0, 32), u.toBytes(), v.toBytes());
  if (!equal(expected, pi.subarray(32, 48))) bad();
  return sha512(concat(Uint8Array.of(3, 3), gamma.clearCofactor().toBytes(), Uint8Array.of(0)));
}
