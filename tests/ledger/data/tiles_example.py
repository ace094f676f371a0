"""The worked example of docs/formats/tiles.md, from the standard alone."""
import hashlib
import struct


def sha(data):
    return hashlib.sha256(data).digest()


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha(b"\x01" + root(leaves[:k]) + root(leaves[k:]))


def index_path(number):
    digits = str(number)
    digits = "0" * (-len(digits) % 3) + digits
    groups = [digits[i:i + 3] for i in range(0, len(digits), 3)]
    return "/".join(["x" + group for group in groups[:-1]] + groups[-1:])


def bundle(entries):
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


entries = [b"entry %d" % i for i in range(257)]
leaves = [sha(b"\x00" + entry) for entry in entries]
print("tiles of growth = tile/0/000 tile/0/001.p/1 tile/1/000.p/1")
print("sha256 of tile/0/000 =", sha(b"".join(leaves[:256])).hex())
print("tile/0/001.p/1 =", leaves[256].hex())
print("tile/1/000.p/1 =", root(leaves[:256]).hex())
print("root =", root(leaves).hex())
print("sha256 of tile/entries/000 =", sha(bundle(entries[:256])).hex())
print("tile/entries/001.p/1 =", bundle(entries[256:]).hex())
print("path of 1234067, width 12 = tile/0/%s.p/12" % index_path(1234067))
print("key of tile/1/x001/002.p/44 =", (b"\x01" + struct.pack(">QH", 1002, 44)).hex())
print("key of tile/0/255 =", (b"\x00" + struct.pack(">QH", 255, 0)).hex())
