"""A ledger with next to nothing in it, someone who may write to it, and what clients were shown of it.

For tests that break the machine under the service: intents are signed here, so that the same bytes can be
sent again, and everything that the service ever acknowledged or signed is kept and held against it.
"""

import base64
import ctypes
import ctypes.util
import hashlib
import http.client
import json
import os
import re
import struct
import subprocess

from programs import BIN, ENVIRONMENT, SLOWER, Service, liuhen, scratch

VERIFY = os.path.join(BIN, "liuhen-verify")
ORIGIN = "liuhen.example/small"
SODIUM = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


class SmallLedger:
    """Made by `liuhen init`; `template` is an intent of the office's, for writing others like it."""

    def __init__(self):
        self.scratch = scratch()
        self.directory = os.path.join(self.scratch, "ledger")
        for person in ("inside", "outside", "office"):
            self.run("key", "new", self.key(person), "--person", person, "--no-passphrase")
        said = self.run(*self.init_words(self.directory))
        self.vkey = re.search(r"verifier key: (\S+)", said).group(1)
        request = os.path.join(self.scratch, "office.json")
        self.run("key", "request", "--key", self.key("office"), "--origin", ORIGIN, "--out", request)
        trustees = ("--key", self.key("inside"), "--key", self.key("outside"))
        self.run("key", "grant", request, "--role", "office", "--dir", self.directory, *trustees)
        self.run("department", "T0000000", "--name", "试", "--division", "370200", "--dir", self.directory,
                 "--key", self.key("office"))
        with Service(self.directory) as service:
            entry = Shown(self.vkey).entries(service, 0, 4)[3]
        with open(self.key("office"), encoding="utf-8") as file:
            seed = bytes.fromhex(re.search(r"^seed (\w+)$", file.read(), re.M).group(1))
        self.template = intent_in(entry)
        self.public = ctypes.create_string_buffer(32)
        self.secret = ctypes.create_string_buffer(64)
        SODIUM.crypto_sign_seed_keypair(self.public, self.secret, seed)

    def key(self, person):
        return os.path.join(self.scratch, person + ".key")

    def init_words(self, directory):
        return ("init", "--dir", directory, "--origin", ORIGIN, "--city", "试", "--division", "370200",
                "--key", self.key("inside"), "--key", self.key("outside"), "--no-passphrase")

    @staticmethod
    def run(*words):
        code, out, err = liuhen(*words)
        if code != 0:
            raise AssertionError(f"{words}: {err}")
        return out

    def intent(self, number):
        """A department of its own, by the office: the bytes, the same for the same number."""
        at = place_of_id(self.template)
        fresh = sha256(b"intent", str(number).encode())[:16]
        bytes_ = self.template[:at] + fresh + self.template[at + 16:]
        return bytes_.replace(b"T0000000", b"T%07d" % number)

    def body(self, number):
        """What is posted to /api/v1/intents."""
        intent = self.intent(number)
        message = b"liuhen/intent/v1\0" + intent
        signature = ctypes.create_string_buffer(64)
        SODIUM.crypto_sign_detached(signature, None, message, ctypes.c_ulonglong(len(message)), self.secret)
        return json.dumps({"intent": base64.b64encode(intent).decode(), "signatures": [
            {"key": self.public.raw.hex(), "signature": signature.raw.hex()}]})

    def verify(self, directory=None, *words, what="dir"):
        """liuhen-verify on the directory, or on static files ("tiles"); (exit code, what it said)."""
        done = subprocess.run([VERIFY, "--lang", "en", what, directory or self.directory, "--vkey", self.vkey, *words],
                              capture_output=True, text=True, env=ENVIRONMENT, timeout=300 * SLOWER)
        return done.returncode, done.stdout + done.stderr


def intent_in(entry):
    """The intent's bytes, as they lie in an entry (docs/formats/entry.md)."""
    start = entry.index(b"LHI1") - 4
    size = struct.unpack_from("<I", entry, start - 4)[0]
    return entry[start:start + size]


def place_of_id(intent):
    """Where the 16 bytes of its id begin: the second field of the root table."""
    table = struct.unpack_from("<I", intent, 0)[0]
    fields = table - struct.unpack_from("<i", intent, table)[0]
    field = table + struct.unpack_from("<H", intent, fields + 6)[0]
    return field + struct.unpack_from("<I", intent, field)[0] + 4


class Tree:
    """RFC 6962, of leaves that are only ever added."""

    def __init__(self):
        self.levels = [[]]

    def append(self, leaf):
        level, node = 0, leaf
        while True:
            if level == len(self.levels):
                self.levels.append([])
            self.levels[level].append(node)
            if len(self.levels[level]) % 2:
                return
            node = sha256(b"\x01", *self.levels[level][-2:])
            level += 1

    def root(self, size):
        out, end = None, size
        for level in range(len(self.levels)):
            if size >> level & 1:
                node = self.levels[level][(end >> level) - 1]
                out = node if out is None else sha256(b"\x01", node, out)
                end -= 1 << level
        return sha256() if out is None else out

    def size(self):
        return len(self.levels[0])


class Shown:
    """Everything that clients have seen of one ledger, through all its crashes."""

    def __init__(self, vkey):
        self.name, _, key = vkey.split("+", 2)
        self.public = base64.b64decode(key)[1:]
        self.tree = Tree()
        self.places = {}  # intent → position
        self.acknowledged = {}  # number → (position, leaf hash)
        self.notes = set()  # every signed checkpoint
        self.roots = set()  # (size, root) that liuhen-verify has called verified
        # What is there once stays as it is in the tree, which only grows: it is held against that once.
        self.unheld_notes, self.unheld_acknowledged = set(), set()

    @staticmethod
    def entries(service, first, size):
        """The entries from `first`, a multiple of 256, to before `size`."""
        out = []
        for index in range(first // 256, (size + 255) // 256):
            groups = [f"{index // 1000 ** i % 1000:03}" for i in range(4)]
            while len(groups) > 1 and groups[-1] == "000":
                groups.pop()
            path = "/".join("x" + g for g in reversed(groups[1:])) + ("/" if len(groups) > 1 else "") + groups[0]
            width = min(256, size - index * 256)
            status, _, body = service.get(f"/tile/entries/{path}" + ("" if width == 256 else f".p/{width}"))
            if status != 200:
                raise AssertionError(f"/tile/entries/{path}: {status} {body}")
            at = 0
            while at < len(body):
                length = struct.unpack_from(">H", body, at)[0]
                out.append(body[at + 2:at + 2 + length])
                at += 2 + length
        return out

    def note(self, text):
        if text not in self.notes:
            self.notes.add(text)
            self.unheld_notes.add(text)

    def verified(self, report):
        """What liuhen-verify --json said of the directory, whatever state that is in."""
        report = json.JSONDecoder().raw_decode(report)[0] if report.startswith("{") else {}  # progress may follow
        if report.get("verdict") == "verified":
            self.roots.add((report["size"], base64.b64decode(report["root"])))

    def answer(self, number, status, body):
        """What a client got for the intent of that number; whether it is an acknowledgement."""
        if status != 200:
            return False
        try:
            receipt = json.loads(body)
        except ValueError as problem:
            raise AssertionError(f"intent {number}: answered {body!r}") from problem
        got = (receipt["position"], bytes.fromhex(receipt["leaf_hash"]))
        before = self.acknowledged.setdefault(number, got)
        if before != got:
            raise AssertionError(f"intent {number}: first at {before}, now at {got}")
        self.unheld_acknowledged.add(number)
        self.note(receipt["checkpoint"])
        return True

    def opened(self, note):
        """(size, root) of a checkpoint that the log signed."""
        text, _, signatures = note.rpartition("\n\n")
        name, size, root = (text + "\n").splitlines()[:3]
        signature = base64.b64decode(signatures.split()[2])[4:]
        message = (text + "\n").encode()
        good = SODIUM.crypto_sign_verify_detached(signature, message, ctypes.c_ulonglong(len(message)), self.public)
        if good != 0 or name != self.name:
            raise AssertionError("not signed by the log: " + note)
        return int(size), base64.b64decode(root)

    def check(self, service):
        """Holds the service as it is now against all of that; raises what is wrong."""
        status, _, body = service.get("/checkpoint")
        if status != 200:
            raise AssertionError(f"/checkpoint: {status} {body}")
        size = self.opened(body.decode())[0]
        self.note(body.decode())
        known = self.tree.size()
        if size < known:
            raise AssertionError(f"{known} entries have been shown, and there are {size}")
        first = known // 256 * 256
        for position, entry in enumerate(self.entries(service, first, size), first):
            leaf = sha256(b"\x00", entry)
            if position < known:
                if self.tree.levels[0][position] != leaf:
                    raise AssertionError(f"entry {position} has changed")
                continue
            self.tree.append(leaf)
            intent = sha256(intent_in(entry))
            if intent in self.places:
                raise AssertionError(f"one intent at {self.places[intent]} and at {position}")
            self.places[intent] = position
        for number in self.unheld_acknowledged:
            position, leaf = self.acknowledged[number]
            if position >= size or self.tree.levels[0][position] != leaf:
                raise AssertionError(f"intent {number}, acknowledged at {position}, is lost")
        for seen, root in self.roots.union(map(self.opened, self.unheld_notes)):
            if seen > size or self.tree.root(seen) != root:
                raise AssertionError(f"two histories: {seen} entries had the root {base64.b64encode(root).decode()}")
        self.unheld_acknowledged.clear()
        self.unheld_notes.clear()


def post(port, body, timeout=60):
    """(status, body), or None where there was no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("POST", "/api/v1/intents", body)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
