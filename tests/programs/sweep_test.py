"""The service, `liuhen init` and the witness, with every system call by which they reach the disk failing in turn, or being where they
are killed: see faults.py."""

import base64
import ctypes
import http.client
import os
import random
import shutil
import signal
import subprocess
import unittest

from faults import ONCE, SOAK, Sweeping, calls_on, faults_for, strace_for
from programs import LIUHEN, SLOWER, Service, liuhen, main, scratch
from small_ledger import SODIUM, Shown, SmallLedger, post, sha256
from tracing import TRACED, Strace, Traced, may_trace

WITNESS_SAMPLE = 24  # faults in what a witness keeps, without LIUHEN_SOAK
INTENTS = 3
WITNESSED = os.path.join(scratch(), "witness")  # the same path for every run, as strace's -P has to name it


class Witness(Service):
    command = ("witness", "serve")


class ForkingLog:
    """Two histories under one key, the same up to COMMON entries."""

    COMMON, NAME = 3, "fork.example/log"

    def __init__(self):
        self.public, self.secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
        SODIUM.crypto_sign_seed_keypair(self.public, self.secret, sha256(b"a log that forks"))
        key = b"\x01" + self.public.raw
        self.id = sha256(self.NAME.encode(), b"\n", key)[:4]
        self.vkey = f"{self.NAME}+{self.id.hex()}+{base64.b64encode(key).decode()}"
        self.hash = sha256(self.NAME.encode()).hex()

    def leaves(self, history, start, end):
        return [sha256(b"\0", b"%d" % (n if n < self.COMMON else n + 100 * history)) for n in range(start, end)]

    def root(self, leaves):
        if len(leaves) == 1:
            return leaves[0]
        half = 1 << (len(leaves) - 1).bit_length() - 1
        return sha256(b"\x01", self.root(leaves[:half]), self.root(leaves[half:]))

    def proof(self, leaves, old, whole=True):
        """RFC 6962, 2.1.2: SUBPROOF."""
        if old == len(leaves):
            return [] if whole else [self.root(leaves)]
        half = 1 << (len(leaves) - 1).bit_length() - 1
        if old <= half:
            return self.proof(leaves[:half], old, whole) + [self.root(leaves[half:])]
        return self.proof(leaves[half:], old - half, False) + [self.root(leaves[:half])]

    def text(self, history, size):
        return f"{self.NAME}\n{size}\n{base64.b64encode(self.root(self.leaves(history, 0, size))).decode()}\n"

    def request(self, history, old, new):
        text = self.text(history, new)
        signature = ctypes.create_string_buffer(64)
        SODIUM.crypto_sign_detached(signature, None, text.encode(), ctypes.c_ulonglong(len(text)), self.secret)
        proof = self.proof(self.leaves(history, 0, new), old) if old else []
        return "".join([f"old {old}\n", *(base64.b64encode(node).decode() + "\n" for node in proof), "\n", text,
                        f"\n\u2014 {self.NAME} {base64.b64encode(self.id + signature.raw).decode()}\n"])


def post_checkpoint(port, body):
    """(status, body), or none if the witness has gone."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", "/add-checkpoint", body.encode())
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


@unittest.skipIf(may_trace(), may_trace())
class Sweep(Sweeping):
    @classmethod
    def setUpClass(cls):
        cls.ledger = SmallLedger()
        cls.sound = cls.ledger.directory

    def copy(self):
        path = os.path.join(scratch(), "ledger")
        shutil.copytree(self.sound, path)
        return path

    def live(self, directory, strace):
        """Serves, takes intents, is stopped: (exit code, what it said, what clients were shown, other answers)."""
        shown, others = Shown(self.ledger.vkey), []
        service = Traced(directory, strace)
        for number in range(1, INTENTS + 1) if service.port else ():
            got = post(service.port, self.ledger.body(number))
            if got is not None and not shown.answer(number, *got):
                others.append(got)
            try:
                shown.note(service.get("/checkpoint").decode())
            except (OSError, http.client.HTTPException):
                pass  # it was killed
        shown.verified(self.ledger.verify(directory, "--json")[1])
        code, said = service.end()
        shown.verified(self.ledger.verify(directory, "--json")[1])
        return code, said, shown, others

    def expect_whole(self, directory, shown, when):
        """The disk works again: all that was acknowledged is there, and it goes on."""
        try:
            with Service(directory) as service:
                shown.check(service)
                for number in range(1, INTENTS + 2):
                    status, _, body = service.get("/api/v1/intents", "POST", self.ledger.body(number))
                    self.assertTrue(shown.answer(number, status, body), (when, body))
                shown.check(service)
                self.assertEqual(service.stop(signal.SIGTERM)[0], 0, when)
        except AssertionError as problem:
            raise AssertionError(f"{when}: {problem}") from problem
        code, said = self.ledger.verify(directory)
        self.assertEqual(code, 0, (when, said))

    def test_serving(self):
        directory = self.copy()
        strace = Strace(os.path.join(scratch(), "log"), "-e", "trace=" + ",".join(ONCE))
        code, said, shown, _ = self.live(directory, strace)
        self.assertEqual((code, len(shown.acknowledged)), (0, INTENTS), said)
        self.expect_whole(directory, shown, "undisturbed")
        faults = faults_for(directory, strace.text(), 1)
        for call in ("openat", "write", "fdatasync", "fsync", "rename"):
            self.assertIn(call, {fault[0] for fault in faults})
        self.sweep(faults, self.one_serving)

    def one_serving(self, call, name, fault, when):
        directory = self.copy()
        strace = strace_for(directory, call, name, fault)
        code, said, shown, others = self.live(directory, strace)
        struck = "INJECTED" in strace.text() or "killed by SIGKILL" in strace.text()
        self.expect_clear(code, said, fault, when)
        for status, body in others:
            self.assertEqual(status, 503, (when, body))
            self.assertIn(b'"code":"', body, when)
        self.expect_whole(directory, shown, when)
        shutil.rmtree(directory)
        return struck

    def test_making(self):
        directory = os.path.join(scratch(), "ledger")
        strace = Strace(os.path.join(scratch(), "log"), "-e", "trace=" + ",".join(ONCE))
        code, said = self.make(directory, strace)
        self.assertEqual(code, 0, said)
        self.sweep(faults_for(directory, strace.text(), 2), self.one_making)

    def make(self, directory, strace):
        done = subprocess.run([*strace.words, LIUHEN, "--lang", "en", *self.ledger.init_words(directory)],
                              capture_output=True, text=True, env=TRACED, timeout=120 * SLOWER)
        return done.returncode, done.stdout + done.stderr

    def one_making(self, call, name, fault, when):
        directory = os.path.join(scratch(), "ledger")
        strace = strace_for(directory, call, name, fault)
        code, said = self.make(directory, strace)
        struck = "INJECTED" in strace.text() or "killed by SIGKILL" in strace.text()
        self.expect_clear(code, said, fault, when)
        if code == 0:
            self.assertIn("the ledger is ready", said, when)
            with Service(directory) as service:
                self.assertEqual(service.get("/api/v1/entries/1")[0], 200, when)
                self.assertEqual(service.stop(signal.SIGTERM)[0], 0)
        elif code == 1:  # it is out of the way
            code, _, err = liuhen(*self.ledger.init_words(directory))
            self.assertEqual(code, 0, (when, said, err))
        elif os.path.exists(directory):  # killed: half of one, which says so
            code, _, err = liuhen("state", "log", "--dir", directory)
            if code != 0:
                self.assertRegex(err, r"error \[[a-z_.]+\] ", when)
            else:
                self.assertEqual(liuhen("state", "keys", "--dir", directory)[0], 0, when)
        shutil.rmtree(directory, ignore_errors=True)
        return struck

    def test_witnessing(self):
        """A log that shows one history here and another there, to a witness whose disk fails."""
        log = ForkingLog()
        sound = os.path.join(scratch(), "witness")
        self.ledger.run("witness", "init", "--dir", sound, "--name", "w.example/1", "--no-passphrase", "--log", log.vkey)
        with Witness(sound) as witness:
            self.assertEqual(post_checkpoint(witness.port, log.request(0, 0, log.COMMON))[0], 200)
            witness.stop(signal.SIGTERM)
        strace = Strace(os.path.join(scratch(), "log"), "-e", "trace=" + ",".join(ONCE))
        self.one_witnessing(sound, log, strace, "undisturbed")
        faults = [(call, name, f"{fault}:when={number}")
                  for (call, name), numbers in sorted(calls_on(WITNESSED, strace.text()).items()) if call in ONCE
                  for number in sorted(numbers)
                  for fault in ("error=EIO", "error=ENOSPC", "signal=SIGKILL")]
        for call in ("openat", "write", "fsync", "rename"):
            self.assertIn(call, {call for call, name, _ in faults if name.startswith("/state/")})
        if not SOAK:
            random.Random(3).shuffle(faults)
            faults = sorted(faults, key=lambda fault: not fault[1].startswith("/state"))[:WITNESS_SAMPLE]

        def one(call, name, fault, when):
            words = ("-P", WITNESSED + name, "-e", f"inject={call}:{fault}")
            strace = Strace(os.path.join(scratch(), "log"), *words)
            self.one_witnessing(sound, log, strace, when)
            return "INJECTED" in strace.text() or "killed by SIGKILL" in strace.text()

        self.sweep(faults, one)

    def one_witnessing(self, sound, log, strace, when):
        directory = WITNESSED
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(sound, directory)
        answered, size = [], log.COMMON  # (history, size) of every cosignature that anyone was given
        witness = Traced(directory, strace, ("witness", "serve"))
        for grown in (5, 6, 9) if witness.port else ():
            for history in (0, 1):
                if self.cosigned(witness.port, log, history, size, grown):
                    answered.append((history, grown))
                    size = grown
        code, said = witness.end()
        self.assertIn(code, (0, 1, -signal.SIGKILL), (when, said))
        if code == 1:
            self.assertRegex(said, r"error \[[a-z_.]+\] ", when)
        if when == "undisturbed":
            self.assertEqual(answered, [(0, 5), (0, 6), (0, 9)])
        self.assertLessEqual(len({history for history, _ in answered}), 1, (when, answered))
        with Witness(directory) as again:  # the disk works again
            held = again.get(f"/{log.hash}/checkpoint")[2].decode()
            size = int(held.split("\n")[1])
            histories = [h for h in (0, 1) if held.startswith(log.text(h, size))]
            self.assertTrue(histories, (when, held))
            for history, grown in answered:
                self.assertLessEqual(grown, size, (when, answered, held))
                self.assertIn(history, histories, (when, answered, held))
            self.assertEqual([h for h in (0, 1) if self.cosigned(again.port, log, h, size, 11)], histories[:1], when)
            self.assertEqual(again.stop(signal.SIGTERM)[0], 0, when)

    @staticmethod
    def cosigned(port, log, history, old, new):
        got = post_checkpoint(port, log.request(history, old, new))
        return got is not None and got[0] == 200 and got[1].startswith("\u2014 w.example/1 ".encode())


if __name__ == "__main__":
    main()
