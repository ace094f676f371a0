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

function compress(words: Int32Array, state: Int32Array): void {
  for (let t = 16; t < 64; t++) {
    const x = words[t - 15]!;
    const y = words[t - 2]!;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    words[t] = (words[t - 16]! + s0 + words[t - 7]! + s1) | 0;
  }
  let a = initial[0]!, b = initial[1]!, c = initial[2]!, d = initial[3]!;
  let e = initial[4]!, f = initial[5]!, g = initial[6]!, h = initial[7]!;
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
  state[0] = initial[0]! + a;
  state[1] = initial[1]! + b;
  state[2] = initial[2]! + c;
  state[3] = initial[3]! + d;
  state[4] = initial[4]! + e;
  state[5] = initial[5]! + f;
  state[6] = initial[6]! + g;
  state[7] = initial[7]! + h;
}

/** H(key ‖ id) for ids of 1 to 23 bytes, which with the key and the padding fill one block. */
export class KeyedHash {
  private readonly key = new Int32Array(8);
  private readonly words = new Int32Array(64);
  private readonly state = new Int32Array(8);

  constructor(key: Bytes) {
    const view = new DataView(key.buffer, key.byteOffset, 32);
    for (let i = 0; i < 8; i++) this.key[i] = view.getInt32(4 * i);
  }

  private run(id: Bytes): void {
    const words = this.words;
    words.set(this.key);
    const length = id.length;
    for (let word = 8, at = 0; word < 14; word++, at += 4) {
      let value = 0;
      for (let i = 0; i < 4; i++) {
        const place = at + i;
        value = (value << 8) | (place < length ? id[place]! : place === length ? 0x80 : 0);
      }
      words[word] = value;
    }
    words[14] = 0;
    words[15] = (32 + length) * 8;
    compress(words, this.state);
  }

  of(id: Bytes): Bytes {
    const out = new Uint8Array(32);
    this.into(id, out, 0);
    return out;
  }

  /** Writes the hash at `at`. */
  into(id: Bytes, out: Bytes, at: number): void {
    this.run(id);
    for (let i = 0; i < 8; i++) {
      const word = this.state[i]!;
      out[at + 4 * i] = word >>> 24;
      out[at + 4 * i + 1] = word >>> 16;
      out[at + 4 * i + 2] = word >>> 8;
      out[at + 4 * i + 3] = word;
    }
  }

  /** The first 52 bits as a number: enough to order nearly all. */
  head(id: Bytes): number {
    this.run(id);
    return (this.state[0]! >>> 0) * 0x100000 + (this.state[1]! >>> 12);
  }
}
