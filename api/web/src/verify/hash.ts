// SHA-256, and a way to hash very many short messages that share their first 32 bytes.
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat } from "./bytes.js";

export function sha256(...parts: readonly Bytes[]): Bytes {
  return nobleSha256(parts.length === 1 ? parts[0]! : concat(...parts));
}

// FIPS 180-4 section 4.2.2: the fractional parts of the cube roots of the first 64 primes, and section
// 5.3.3: of the square roots of the first eight.
const roundConstants = new Int32Array(64);
const initial = new Int32Array(8);
{
  const root = (value: bigint, power: bigint): bigint => {
    let low = 0n;
    let high = value;
    while (low < high) {
      const middle = (low + high + 1n) >> 1n;
      if (middle ** power <= value) low = middle;
      else high = middle - 1n;
    }
    return low;
  };
  const primes: bigint[] = [];
  for (let n = 2n; primes.length < 64; n++) if (primes.every((p) => n % p !== 0n)) primes.push(n);
  primes.forEach((p, i) => {
    roundConstants[i] = Number(BigInt.asIntN(32, root(p << 96n, 3n)));
    if (i < 8) initial[i] = Number(BigInt.asIntN(32, root(p << 64n, 2n)));
  });
}

/** `state` after one block, whose 16 words are the first of `words`. */
function compress(words: Int32Array, state: Int32Array): void {
  for (let t = 16; t < 64; t++) {
    const x = words[t - 15]!;
    const y = words[t - 2]!;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    words[t] = (words[t - 16]! + s0 + words[t - 7]! + s1) | 0;
  }
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
  let e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
  for (let t = 0; t < 64; t++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + roundConstants[t]! + words[t]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = state[0]! + a;
  state[1] = state[1]! + b;
  state[2] = state[2]! + c;
  state[3] = state[3]! + d;
  state[4] = state[4]! + e;
  state[5] = state[5]! + f;
  state[6] = state[6]! + g;
  state[7] = state[7]! + h;
}

function write(state: Int32Array, out: Bytes, at: number): void {
  for (let i = 0; i < 8; i++) {
    const word = state[i]!;
    out[at + 4 * i] = word >>> 24;
    out[at + 4 * i + 1] = word >>> 16;
    out[at + 4 * i + 2] = word >>> 8;
    out[at + 4 * i + 3] = word;
  }
}

const words = new Int32Array(64);
const state = new Int32Array(8);
const padded = new Uint8Array(256);
const paddedView = new DataView(padded.buffer);

/** SHA-256 of up to 247 bytes, for the nodes and leaves of large trees: several times as fast as the library's. */
export function sha256OfShort(first: number, left: Bytes, right: Bytes): Bytes {
  const length = 1 + left.length + right.length;
  if (length > 247) return sha256(Uint8Array.of(first), left, right);
  const blocks = (length + 72) >> 6;
  padded[0] = first;
  padded.set(left, 1);
  padded.set(right, 1 + left.length);
  padded[length] = 0x80;
  padded.fill(0, length + 1, 64 * blocks);
  paddedView.setUint32(64 * blocks - 4, 8 * length);
  state.set(initial);
  for (let at = 0; at < 64 * blocks; at += 64) {
    for (let i = 0; i < 16; i++) words[i] = paddedView.getInt32(at + 4 * i);
    compress(words, state);
  }
  const out = new Uint8Array(32);
  write(state, out, 0);
  return out;
}

/** An id of 1 to 23 bytes with its padding, as the second half of a block. */
export type PreparedId = Int32Array;

export function prepareId(id: Bytes): PreparedId {
  const length = id.length;
  if (length < 1 || length > 23) throw new Error("an id has 1 to 23 bytes");
  const half = new Int32Array(8);
  for (let i = 0; i < length; i++) half[i >> 2] = half[i >> 2]! | (id[i]! << (24 - 8 * (i & 3)));
  half[length >> 2] = half[length >> 2]! | (0x80 << (24 - 8 * (length & 3)));
  half[7] = (32 + length) * 8;
  return half;
}

/** H(key ‖ id) for very many ids under one key of 32 bytes: one block each. */
export class KeyedHash {
  private readonly key = new Int32Array(8);

  constructor(key: Bytes) {
    const view = new DataView(key.buffer, key.byteOffset, 32);
    for (let i = 0; i < 8; i++) this.key[i] = view.getInt32(4 * i);
  }

  private run(id: PreparedId): void {
    for (let i = 0; i < 8; i++) {
      words[i] = this.key[i]!;
      words[8 + i] = id[i]!;
    }
    state.set(initial);
    compress(words, state);
  }

  of(id: PreparedId): Bytes {
    const out = new Uint8Array(32);
    this.into(id, out, 0);
    return out;
  }

  /** Writes the hash at `at`. */
  into(id: PreparedId, out: Bytes, at: number): void {
    this.run(id);
    write(state, out, at);
  }

  /** The first 52 bits as a number: enough to order nearly all. */
  head(id: PreparedId): number {
    this.run(id);
    return (state[0]! >>> 0) * 0x100000 + (state[1]! >>> 12);
  }
}
