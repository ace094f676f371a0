#!/usr/bin/env python3
"""The figures of the worked examples in docs/formats, by an implementation that shares nothing with crypto/.

Needs Python 3.11 and the package `cryptography` (44 or later, for Argon2id). Prints the `name = hex` blocks.
Run it by hand when a format gains an example; the tests read the figures from the pages.
"""
import base64
import hashlib
import struct

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id


def sha256(b): return hashlib.sha256(b).digest()
def sha512(b): return hashlib.sha512(b).digest()
def section(name): print(f"\n## {name}")
def show(name, value): print(f"{name} = {value.hex() if isinstance(value, bytes) else value}")


# tuple.md
def item(b): return struct.pack(">I", len(b)) + b
def u64(n): return item(struct.pack(">Q", n))


section("tuple.md")
encoded = item("liuhen/example/v1".encode()) + u64(1000) + u64(2) + item(b"A1") + item(b"B22") + item(b"")
show("encoding", encoded)
show("hash", sha256(encoded))


# merkle.md
def mth(d):
    if not d: return sha256(b"")
    if len(d) == 1: return sha256(b"\0" + d[0])
    k = 1
    while k * 2 < len(d): k *= 2
    return sha256(b"\1" + mth(d[:k]) + mth(d[k:]))


def path(m, d):
    if len(d) == 1: return []
    k = 1
    while k * 2 < len(d): k *= 2
    return path(m, d[:k]) + [mth(d[k:])] if m < k else path(m - k, d[k:]) + [mth(d[:k])]


def subproof(m, d, b):
    if m == len(d): return [] if b else [mth(d)]
    k = 1
    while k * 2 < len(d): k *= 2
    if m <= k: return subproof(m, d[:k], b) + [mth(d[k:])]
    return subproof(m - k, d[k:], False) + [mth(d[:k])]


section("merkle.md")
entries = [f"entry {i}".encode() for i in range(7)]
for i, entry in enumerate(entries): show(f"leaf {i}", mth([entry]))
show("root 3", mth(entries[:3]))
show("root 7", mth(entries))
for i, h in enumerate(path(4, entries)): show(f"inclusion {i}", h)
for i, h in enumerate(subproof(3, entries, True)): show(f"consistency {i}", h)

# note.md and checkpoint.md
ORIGIN = "liuhen.example/qingdao"
WITNESS = "witness.example/w1"
TEXT = f"{ORIGIN}\n7\n{base64.b64encode(mth(entries)).decode()}\n".encode()


def key(seed): return Ed25519PrivateKey.from_private_bytes(seed)
def public(seed): return key(seed).public_key().public_bytes_raw()
def key_id(name, kind, pk): return sha256(name.encode() + b"\n" + bytes([kind]) + pk)[:4]


def vkey(name, kind, pk):
    return f"{name}+{key_id(name, kind, pk).hex()}+{base64.b64encode(bytes([kind]) + pk).decode()}"


log_seed, witness_seed = bytes([1] * 32), bytes([2] * 32)
log_signature = key(log_seed).sign(TEXT)
log_line = f"— {ORIGIN} " + base64.b64encode(key_id(ORIGIN, 1, public(log_seed)) + log_signature).decode() + "\n"
section("note.md")
show("seed", log_seed)
show("public key", public(log_seed))
show("key id", key_id(ORIGIN, 1, public(log_seed)))
show("vkey", vkey(ORIGIN, 1, public(log_seed)))
show("text", TEXT)
show("signature", log_signature)
show("note", TEXT + b"\n" + log_line.encode())

section("checkpoint.md")
time = 1767225600
message = f"cosignature/v1\ntime {time}\n".encode() + TEXT
blob = struct.pack(">Q", time) + key(witness_seed).sign(message)
show("witness seed", witness_seed)
show("witness vkey", vkey(WITNESS, 4, public(witness_seed)))
show("message", message)
show("blob", blob)
line = f"— {WITNESS} " + base64.b64encode(key_id(WITNESS, 4, public(witness_seed)) + blob).decode() + "\n"
show("cosigned checkpoint", TEXT + b"\n" + log_line.encode() + line.encode())

# witness.md: what the log of merkle.md sends to a witness that has cosigned 3 entries of it
section("witness.md")
proof = subproof(3, entries, True)
show("request", b"old 3\n" + b"".join(base64.b64encode(h) + b"\n" for h in proof) + b"\n" + TEXT + b"\n" + log_line.encode())
show("answer", line.encode())
show("state", b"liuhen-witness/v1 " + TEXT[:TEXT.index(b"\n") + 1] + TEXT + b"\n" + log_line.encode() + line.encode())
show("state file", sha256(TEXT[:TEXT.index(b"\n")]).hex())

# vrf.md: RFC 9381 over the arithmetic of RFC 8032, in affine coordinates.
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2 % P
    return ((x1 * y2 + x2 * y1) * pow(1 + t, P - 2, P) % P, (y1 * y2 + x1 * x2) * pow(1 - t, P - 2, P) % P)


def mul(n, a):
    out = (0, 1)
    while n:
        if n & 1: out = add(out, a)
        a = add(a, a)
        n >>= 1
    return out


def neg(a): return (-a[0] % P, a[1])
def enc(a): return (a[1] | (a[0] & 1) << 255).to_bytes(32, "little")


def dec(b):
    n = int.from_bytes(b, "little")
    sign, y = n >> 255, n & (2**255 - 1)
    if y >= P: return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u: x = x * SQRT_M1 % P
    if v * x * x % P != u: return None
    if x == 0 and sign: return None
    return (P - x if x & 1 != sign else x, y)


BASE = dec(bytes.fromhex("58" + "66" * 31))


def to_curve(pk, alpha):
    for counter in range(256):
        point = dec(sha512(b"\x03\x01" + pk + alpha + bytes([counter, 0]))[:32])
        if point and mul(8, point) != (0, 1): return counter, mul(8, point)


def expand(seed):
    h = bytearray(sha512(seed)[:32])
    h[0] &= 248
    h[31] = h[31] & 127 | 64
    return int.from_bytes(h, "little"), sha512(seed)[32:]


def challenge(*points): return sha512(b"\x03\x02" + b"".join(points) + b"\0")[:16]
def beta(gamma): return sha512(b"\x03\x03" + enc(mul(8, gamma)) + b"\0")


def prove(seed, alpha, gamma_shift=(0, 1), k=None):
    x, prefix = expand(seed)
    pk = enc(mul(x, BASE))
    _, h = to_curve(pk, alpha)
    gamma = add(mul(x, h), gamma_shift)
    k = k or int.from_bytes(sha512(prefix + enc(h)), "little") % Q
    c = challenge(pk, enc(h), enc(gamma), enc(mul(k, BASE)), enc(mul(k, h)))
    s = (k + int.from_bytes(c, "little") * x) % Q
    return enc(gamma) + c + s.to_bytes(32, "little")


def lax_verify(pk, alpha, pi):
    """RFC 9381 without a check of Gamma's subgroup: what must not be enough."""
    y, gamma, c, s = dec(pk), dec(pi[:32]), int.from_bytes(pi[32:48], "little"), int.from_bytes(pi[48:], "little")
    _, h = to_curve(pk, alpha)
    u = add(mul(s, BASE), neg(mul(c, y)))
    v = add(mul(s, h), neg(mul(c, gamma)))
    return challenge(pk, enc(h), enc(gamma), enc(u), enc(v)) == pi[32:48]


section("vrf.md")
rfc_seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
assert prove(rfc_seed, b"").hex() == ("8657106690b5526245a92b003bb079ccd1a92130477671f6fc01ad16f26f723f"
                                      "26f8a57ccaed74ee1b190bed1f479d9727d2d0f9b005a6e456a35d4fb0daab12"
                                      "68a1b0db10836d9826a528ca76567805")
vrf_seed = bytes(range(32))
alpha = item("liuhen/example/v1".encode()) + item(sha256(b"announcement"))
pi = prove(vrf_seed, alpha)
pk = public(vrf_seed)
counter, h = to_curve(pk, alpha)
assert lax_verify(pk, alpha, pi)
show("seed", vrf_seed)
show("public key", pk)
show("alpha", alpha)
show("counter", bytes([counter]))
show("H", enc(h))
show("pi", pi)
show("beta", beta(dec(pi[:32])))
order_8 = dec(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))
k = 1
while True:
    shifted = prove(vrf_seed, alpha, order_8, k)
    if shifted[32] % 8 == 0: break
    k += 1
assert lax_verify(pk, alpha, shifted)
show("refused pi", shifted)

# restricted.md
section("restricted.md")
salt = bytes(range(32))
plain = "37.5".encode()
show("salt", salt)
show("bytes", plain)
show("commitment", sha256(b"liuhen/restricted/v1" + salt + plain))


def hchacha20(k, nonce16):
    s = list(struct.unpack("<16I", b"expand 32-byte k" + k + nonce16))
    def rotl(v, n): return (v << n | v >> 32 - n) & 0xffffffff
    def quarter(a, b, c, d):
        for x, y, z, n in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = (s[x] + s[y]) & 0xffffffff
            s[z] = rotl(s[z] ^ s[x], n)
    for _ in range(10):
        for column in range(4): quarter(column, 4 + column, 8 + column, 12 + column)
        for diagonal in range(4):
            quarter(diagonal, 4 + (diagonal + 1) % 4, 8 + (diagonal + 2) % 4, 12 + (diagonal + 3) % 4)
    return struct.pack("<8I", *(s[:4] + s[12:]))


def xseal(k, nonce, ad, text):
    return nonce + ChaCha20Poly1305(hchacha20(k, nonce[:16])).encrypt(b"\0" * 4 + nonce[16:], text, ad)


assert hchacha20(bytes(range(32)), bytes.fromhex("000000090000004a0000000031415927")).hex().startswith("82413b4227b27bfe")
nonce = bytes(range(0x40, 0x58))
show("key", bytes([3] * 32))
show("nonce", nonce)
show("associated data", b"liuhen.example/qingdao 5 0")
show("sealed", xseal(bytes([3] * 32), nonce, b"liuhen.example/qingdao 5 0", plain))

# key-file.md
section("key-file.md")
key_seed = bytes(range(32))
kdf_salt = bytes(range(16))
box_nonce = bytes(range(0x10, 0x28))
passphrase = "双随机 correct horse".encode()
common = f"liuhen-key/v1\nlabel 检查员0001\npublic {public(key_seed).hex()}\n".encode()
header = common + f"argon2id 2 65536 {kdf_salt.hex()}\n".encode()
wrap = Argon2id(salt=kdf_salt, length=32, iterations=2, lanes=1, memory_cost=64).derive(passphrase)
show("seed", key_seed)
show("passphrase", passphrase)
show("derived key", wrap)
show("plain file", common + f"seed {key_seed.hex()}\n".encode())
show("sealed file", header + f"sealed {xseal(wrap, box_nonce, header, key_seed).hex()}\n".encode())

# beacon.md: the chain and the signature are quicknet's own; what follows from them is computed.
section("beacon.md")
quicknet_key = bytes.fromhex(
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a")
group_hash = bytes.fromhex("f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e")
signature = bytes.fromhex("b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92")
period, genesis, number = 3, 1692803367, 123
show("chain hash", sha256(struct.pack(">IQ", period, genesis) + quicknet_key + group_hash + b"quicknet"))
due = genesis + (number - 1) * period
show("time", due)
show("round due after", -((genesis - due - 1) // period) + 1)
show("m", sha256(struct.pack(">Q", number)))
show("randomness", sha256(signature))

# feldman.md: the key and alpha of vrf.md
section("feldman.md")
x = expand(vrf_seed)[0] % Q
entropy = sha512(b"entropy of the example")
a_1 = int.from_bytes(entropy, "little") % Q
shares = {i: (x + a_1 * i) % Q for i in (1, 2, 3)}
points = [mul(x, BASE), mul(a_1, BASE)]
assert all(mul(s, BASE) == add(points[0], mul(i, points[1])) for i, s in shares.items())
for i, j in ((1, 2), (1, 3), (2, 3)):
    assert (shares[i] * j * pow(j - i, -1, Q) + shares[j] * i * pow(i - j, -1, Q)) % Q == x


def prove_by_scalar(x, alpha):
    prefix = sha512(b"liuhen/vrf-nonce/v1" + x.to_bytes(32, "little"))[32:]
    pk = enc(mul(x, BASE))
    _, h = to_curve(pk, alpha)
    gamma = mul(x, h)
    k = int.from_bytes(sha512(prefix + enc(h)), "little") % Q
    c = challenge(pk, enc(h), enc(gamma), enc(mul(k, BASE)), enc(mul(k, h)))
    return enc(gamma) + c + ((k + int.from_bytes(c, "little") * x) % Q).to_bytes(32, "little")


by_scalar = prove_by_scalar(x, alpha)
assert lax_verify(pk, alpha, by_scalar)
show("public key", pk)
show("x", x.to_bytes(32, "little"))
show("entropy", entropy)
for i, point in enumerate(points): show(f"commitment {i}", enc(point))
for i, s in shares.items(): show(f"share {i}", s.to_bytes(32, "little"))
show("alpha", alpha)
show("pi", by_scalar)
show("beta", beta(dec(by_scalar[:32])))
