"""Static trees and the signature lines of their checkpoints: what one bad answer of the source does, with `--policy` and
without."""

import base64
import ctypes
import os
import struct
import unittest

from mirror_test import Running, StaticFiles, until
from programs import Service, liuhen, verify
from small_ledger import SODIUM, SmallLedger, sha256

NOTE_LINES = 100


class Signer:
    """A witness that signs whatever it is given."""

    def __init__(self, name):
        self.name, self.public, self.secret = name, ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
        SODIUM.crypto_sign_seed_keypair(self.public, self.secret, sha256(name.encode()))
        key = b"\x04" + self.public.raw
        self.id = sha256(name.encode() + b"\n" + key)[:4]
        self.vkey = f"{name}+{self.id.hex()}+{base64.b64encode(key).decode()}"

    def line(self, text, time=1795752000):
        message = b"cosignature/v1\ntime %d\n" % time + text.encode()
        signature = ctypes.create_string_buffer(64)
        SODIUM.crypto_sign_detached(signature, None, message, ctypes.c_ulonglong(len(message)), self.secret)
        return line_of(self.name, self.id + struct.pack(">Q", time) + signature.raw)


def line_of(name, blob):
    return f"\u2014 {name} {base64.b64encode(blob).decode()}\n"


class TreeSignatures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """A log as static files, whose checkpoint the tests give other lines."""
        cls.small = SmallLedger()
        cls.source = os.path.join(cls.small.scratch, "source")
        with Service(cls.small.directory) as service:
            code, _, err = liuhen("export", "tiles", cls.source, "--url", service.url, "--vkey", cls.small.vkey)
            assert code == 0, err
        with open(os.path.join(cls.source, "checkpoint"), encoding="utf-8") as file:
            cls.note = file.read()
        text = cls.note[:cls.note.rindex("\n\n") + 1]
        signers = [Signer(f"w.example/{number}") for number in (1, 2)]
        cls.first, cls.second = (signer.line(text) for signer in signers)
        cls.bad = signers[1].line("another\n")
        cls.witnesses = "".join(f"witness w{number} {signer.vkey}\n" for number, signer in enumerate(signers, 1))
        cls.files = StaticFiles(cls.source)

    @classmethod
    def tearDownClass(cls):
        cls.files.__exit__()

    def setUp(self):
        self.trees = [os.path.join(self.small.scratch, f"{self.id()}.{name}") for name in ("export", "mirror")]

    def policy(self, needed, log=None):
        path = os.path.join(self.small.scratch, f"policy-{needed}.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"log {log or self.small.vkey}\n{self.witnesses}group g {needed} w1 w2\nquorum g\n")
        return path

    def shows(self, *lines):
        with open(os.path.join(self.source, "checkpoint"), "w", encoding="utf-8") as file:
            file.write(self.note + "".join(lines))

    def copy(self, *words):
        key = ("--vkey", self.small.vkey)
        return [liuhen("export", "tiles", self.trees[0], "--url", self.files.url, *key, *words),
                liuhen("mirror", self.files.url, self.trees[1], *key, *words)]

    def expect(self, policy, code, *words):
        """What readers with that policy say of both trees, copied with these words."""
        for ended, out, err in self.copy(*words):
            self.assertEqual(ended, 0, out + err)
        for tree in self.trees:
            said = verify("tiles", tree, "--policy", policy)
            self.assertEqual(said[0], code, tree + said[1])

    def lines(self):
        """Both trees' signature lines, which are the same, without the log's own."""
        found = set()
        for tree in self.trees:
            for name in ("checkpoint", "head"):
                with open(os.path.join(tree, name), encoding="utf-8") as file:
                    found.add(file.read())
        (note,) = found
        self.assertTrue(note.startswith(self.note))
        return note[len(self.note):]

    def test_one_bad_line_is_gone_with_the_next_good_answer(self):
        policy = self.policy(1)
        self.shows(self.first)
        self.expect(policy, 0)
        self.shows(self.first, self.bad)  # in the name of a witness that is down
        self.expect(policy, 1)
        self.shows(self.first)
        self.expect(policy, 0)
        self.assertEqual(self.lines(), self.first)

    def test_by_a_policy_a_bad_line_is_named(self):
        policy = self.policy(1)
        self.shows(self.first, self.bad, self.bad, self.crowd(2))
        for words, times in (((), 0), (("--policy", policy), 1)):
            for ended, out, err in self.copy(*words):
                self.assertEqual(ended, 0, out + err)
                self.assertEqual(err.count("not taken [note.signature]"), times, err)
                self.assertEqual(err.count("in the name of w.example/2 is bad"), times, err)
        self.shows(self.first)
        for ended, out, err in self.copy("--policy", policy):
            self.assertNotIn("not taken", err)

    def test_by_a_policy_a_bad_line_is_named_once_while_it_is_followed(self):
        """Until it is followed anew: whoever stands between cannot fill the log."""
        key, tree = ("--vkey", self.small.vkey, "--policy", self.policy(1)), self.trees[1]
        self.shows(self.bad)

        def shown(lines):
            with open(os.path.join(tree, "checkpoint"), encoding="utf-8") as file:
                return file.read() == self.note + lines

        with Running(self.files.url, tree, *key, "--follow", "--interval", "1") as follower:
            until(lambda: os.path.exists(os.path.join(tree, "checkpoint")))
            for number in (1, 2, 3):
                self.shows(self.bad, self.crowd(number))
                until(lambda: shown(self.crowd(number)))
            follower.process.terminate()
            self.assertEqual(follower.wait()[1].count("in the name of w.example/2 is bad"), 1)

    def test_by_a_policy_no_bad_line_is_taken(self):
        policy = self.policy(1)
        self.shows(self.first, self.bad)
        self.expect(policy, 0, "--policy", policy)
        self.assertEqual(self.lines(), self.first)
        self.expect(policy, 1)  # and what is here without one is mended by one
        self.expect(policy, 0, "--policy", policy)
        self.shows(self.bad)
        self.expect(policy, 0, "--policy", policy)
        self.assertEqual(self.lines(), self.first)

    def crowd(self, count):
        return "".join(line_of(f"junk{number}.example", sha256(str(number).encode())) for number in range(count))

    def test_many_lines_leave_with_the_source_that_showed_them(self):
        policy = self.policy(2)
        self.shows(self.first, self.crowd(NOTE_LINES - 2))
        self.expect(policy, 2)
        self.shows(self.first, self.second)
        self.expect(policy, 0)
        self.assertEqual(self.lines(), self.first + self.second)

    def test_by_a_policy_many_lines_displace_no_cosignature(self):
        policy = self.policy(2)
        self.shows(self.first, self.crowd(NOTE_LINES - 2))
        self.expect(policy, 2, "--policy", policy)
        self.shows(self.second, self.crowd(NOTE_LINES - 2))
        self.expect(policy, 0, "--policy", policy)
        self.assertEqual(self.lines(), self.second + self.first + self.crowd(NOTE_LINES - 3))
        self.shows(self.crowd(NOTE_LINES - 1))
        self.expect(policy, 0, "--policy", policy)
        self.shows()
        self.expect(policy, 0, "--policy", policy)
        self.assertEqual(self.lines(), self.second + self.first)

    def test_a_policy_of_another_log_copies_nothing(self):
        self.shows(self.first)
        other = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
        for code, _, err in self.copy("--policy", self.policy(1, other)):
            self.assertEqual(code, 1)
            self.assertIn("[policy.log]", err)
        for tree in self.trees:
            self.assertFalse(os.path.exists(tree), tree)


if __name__ == "__main__":
    unittest.main()
