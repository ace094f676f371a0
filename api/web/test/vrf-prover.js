// The prover of docs/formats/vrf.md, for tests: the verifier needs none.
import { sha512 } from "@noble/hashes/sha2.js";
import { concat } from "../dist/verify/bytes.js";
import { Point, littleEndian, order } from "../dist/verify/ed25519.js";
import { challenge, hashToCurve } from "../dist/verify/vrf.js";

export function prove(seed, alpha) {
  const both = sha512(seed);
  const low = both.slice(0, 32);
  low[0] &= 248;
  low[31] = (low[31] & 127) | 64;
  const x = littleEndian(low) % order;
  const key = Point.BASE.multiply(x).toBytes();
  const h = hashToCurve(key, alpha);
  const gamma = h.multiply(x).toBytes();
  const k = littleEndian(sha512(concat(both.slice(32), h.toBytes()))) % order;
  const c = challenge(key, h.toBytes(), gamma, Point.BASE.multiply(k).toBytes(), h.multiply(k).toBytes());
  const s = new Uint8Array(32);
  for (let value = (k + littleEndian(c) * x) % order, i = 0; i < 32; i++, value >>= 8n) s[i] = Number(value & 255n);
  return concat(gamma, c, s);
}
