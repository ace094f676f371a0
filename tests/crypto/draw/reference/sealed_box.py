"""libsodium's crypto_box_seal to the X25519 form of an Ed25519 key, from its parts: RFC 7748, Salsa20's
specification, RFC 8439 (Poly1305), RFC 7693 (BLAKE2b). Shares nothing with the C++; nothing but the standard library.
"""
import hashlib

P = 2**255 - 19


def x25519(scalar, u):
    k = int.from_bytes(scalar, "little") & ~7 & ((1 << 254) - 1) | (1 << 254)
    x1 = int.from_bytes(u, "little") & ((1 << 255) - 1)
    x2, z2, x3, z3 = 1, 0, x1, 1
    swapped = 0
    for t in reversed(range(255)):
        bit = k >> t & 1
        if swapped ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swapped = bit
        a, b, c, d = (x2 + z2) % P, (x2 - z2) % P, (x3 + z3) % P, (x3 - z3) % P
        aa, bb, da, cb = a * a % P, b * b % P, d * a % P, c * b % P
        e = (aa - bb) % P
        x3, z3 = (da + cb) ** 2 % P, x1 * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swapped:
        x2, z2 = x3, z3
    return (x2 * pow(z2, -1, P) % P).to_bytes(32, "little")


BASE = (9).to_bytes(32, "little")


def montgomery_of(ed25519_key):
    y = int.from_bytes(ed25519_key, "little") & ((1 << 255) - 1)
    return ((1 + y) * pow(1 - y, -1, P) % P).to_bytes(32, "little")


def scalar_of(ed25519_seed):
    return hashlib.sha512(ed25519_seed).digest()[:32]


SIGMA = b"expand 32-byte k"


def words(data):
    return [int.from_bytes(data[i:i + 4], "little") for i in range(0, len(data), 4)]


def salsa_rounds(state):
    x = list(state)

    def step(a, b, c, n):
        total = (x[b] + x[c]) & 0xffffffff
        x[a] ^= (total << n | total >> (32 - n)) & 0xffffffff

    columns = [(0, 4, 8, 12), (5, 9, 13, 1), (10, 14, 2, 6), (15, 3, 7, 11)]
    rows = [(0, 1, 2, 3), (5, 6, 7, 4), (10, 11, 8, 9), (15, 12, 13, 14)]
    for _ in range(10):
        for a, b, c, d in columns + rows:
            step(b, a, d, 7)
            step(c, b, a, 9)
            step(d, c, b, 13)
            step(a, d, c, 18)
    return x


def salsa_state(key, block):
    k, n, s = words(key), words(block), words(SIGMA)
    return [s[0], *k[:4], s[1], *n, s[2], *k[4:], s[3]]


def hsalsa20(key, block):
    x = salsa_rounds(salsa_state(key, block))
    return b"".join(x[i].to_bytes(4, "little") for i in (0, 5, 10, 15, 6, 7, 8, 9))


def xsalsa20(key, nonce, length):
    subkey = hsalsa20(key, nonce[:16])
    out = b""
    counter = 0
    while len(out) < length:
        state = salsa_state(subkey, nonce[16:] + counter.to_bytes(8, "little"))
        out += b"".join(((a + b) & 0xffffffff).to_bytes(4, "little") for a, b in zip(state, salsa_rounds(state)))
        counter += 1
    return out[:length]


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0ffffffc0ffffffc0ffffffc0fffffff
    total = 0
    for i in range(0, len(message), 16):
        total = (total + int.from_bytes(message[i:i + 16] + b"\1", "little")) * r % (2**130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def seal(ed25519_key, message, ephemeral):
    """Ephemeral public key, Poly1305's tag, ciphertext."""
    to = montgomery_of(ed25519_key)
    public = x25519(ephemeral, BASE)
    nonce = hashlib.blake2b(public + to, digest_size=24).digest()
    key = hsalsa20(x25519(ephemeral, to), bytes(16))
    stream = xsalsa20(key, nonce, 32 + len(message))
    cipher = bytes(a ^ b for a, b in zip(message, stream[32:]))
    return public + poly1305(stream[:32], cipher) + cipher
