"""backup, restore, export, mirror, accept-loss and rotate-log, with every system call by which they reach the disk failing in
turn, or being where they are killed: see faults.py. Whatever they had made before is still whole then, and once the disk works
again they do what they are for."""

import os
import random
import re
import shutil
import signal
import subprocess
import unittest

from backup_test import write_cosigned
from faults import ONCE, SOAK, Sweeping, faults_for, strace_for
from programs import LIUHEN, SLOWER, Service, head_of, liuhen, main, scratch
from small_ledger import SmallLedger, post
from tracing import TRACED, Strace, may_trace

AT = os.path.join(scratch(), "disk")  # the same path for every run, as strace's -P has to name it
SAMPLE = 8  # faults in each command, without LIUHEN_SOAK
ADDED = 270  # entries that came after the first backup, export and copy: more than a bundle


def on(*names):
    return os.path.join(AT, *names)


def size_of(folder):
    return int(head_of(folder).split("\n")[1])


@unittest.skipIf(may_trace(), may_trace())
class SweepCommands(Sweeping):
    @classmethod
    def setUpClass(cls):
        """A disk with a ledger, and with what was made of it before it grew: a backup, static files, a copy."""
        cls.small = SmallLedger()
        os.mkdir(AT)
        os.rename(cls.small.directory, on("ledger"))
        cls.old = size_of(on("ledger"))
        cls.done("backup", on("ledger"), "--to", on("backups"))
        cls.done("export", "tiles", on("tiles"), "--dir", on("ledger"))
        with Service(on("ledger")) as service:
            cls.done("mirror", service.url, on("copy"), "--vkey", cls.small.vkey)
            for number in range(ADDED):
                status, body = post(service.port, cls.small.body(number))
                assert status == 200, body
            service.stop(signal.SIGTERM)
        cls.size = size_of(on("ledger"))
        cls.sound = os.path.join(scratch(), "sound")
        shutil.move(AT, cls.sound)

    @staticmethod
    def done(*words):
        code, out, err = liuhen(*words)
        if code != 0:
            raise AssertionError(f"{words}: {err}")
        return out

    def setUp(self):
        self.prepare = lambda: None

    def sweep_command(self, words, check):
        """`check(code, when)`, after each fault, looks at the disk and runs the command once more."""
        def one(call, name, fault, when):
            strace = strace_for(AT, call, name, fault)
            self.fresh()
            code, said = self.run_behind(strace, words)
            struck = "INJECTED" in strace.text() or "killed by SIGKILL" in strace.text()
            self.expect_clear(code, said, fault, when)
            check(code, f"{words[0]}: {when}")
            return struck

        one.__name__ = words[0]
        strace = Strace(os.path.join(scratch(), "log"), "-e", "trace=" + ",".join(ONCE))
        self.fresh()
        code, said = self.run_behind(strace, words)
        self.assertEqual(code, 0, said)
        check(code, f"{words[0]}: undisturbed")
        faults = faults_for(AT, strace.text(), words[0])
        self.assertGreater(len(faults), SAMPLE // 2)
        if not SOAK:
            faults = random.Random(words[0]).sample(faults, min(SAMPLE, len(faults)))
        self.sweep(faults, one)

    def fresh(self):
        shutil.rmtree(AT, ignore_errors=True)
        shutil.copytree(self.sound, AT)
        self.prepare()

    @staticmethod
    def run_behind(strace, words):
        done = subprocess.run([*strace.words, LIUHEN, "--lang", "en", *words], capture_output=True, text=True, env=TRACED,
                              timeout=120 * SLOWER)
        return done.returncode, done.stdout + done.stderr

    def expect_whole(self, what, folder, sizes, when):
        code, said = self.small.verify(folder, "--json", what=what)
        self.assertEqual(code, 0, (when, said))
        self.assertIn(int(re.search(r'"size": ?(\d+)', said).group(1)), sizes, when)

    def expect_restored(self, number, size, when):
        for made in ("restored", "alone"):
            shutil.rmtree(on(made), ignore_errors=True)
        shutil.copytree(on("backups"), on("alone"))
        for name in os.listdir(on("alone/meta")):
            if number and int(name.lstrip(".").split(".")[0]) > number:  # ".2.tmp" is one that was cut short
                os.remove(on(f"alone/meta/{name}"))
        code, _, err = liuhen("restore", on("alone"), on("restored"), *(("--number", str(number)) if number else ()))
        self.assertEqual(code, 0, (when, err))
        self.expect_whole("dir", on("restored"), (size,), when)

    def test_backup(self):
        words = ("backup", on("ledger"), "--to", on("backups"))

        def check(code, when):
            self.expect_restored(1, self.old, when)
            if code == 0:
                self.expect_restored(None, self.size, when)
            self.assertEqual(liuhen(*words)[0], 0, when)
            self.expect_restored(None, self.size, when)

        self.sweep_command(words, check)

    def test_restore(self):
        words = ("restore", on("backups"), on("restored"))
        self.prepare = lambda: self.done("backup", on("ledger"), "--to", on("backups"))

        def check(code, when):
            if code == 1:
                self.assertFalse(os.path.exists(on("restored")), when)
            if code == 0:
                self.expect_whole("dir", on("restored"), (self.size,), when)
            else:
                self.expect_restored(None, self.size, when)

        self.sweep_command(words, check)

    def test_export(self):
        words = ("export", "tiles", on("tiles"), "--dir", on("ledger"))

        def check(code, when):
            self.expect_whole("tiles", on("tiles"), (self.size,) if code == 0 else (self.old, self.size), when)
            self.assertEqual(liuhen(*words)[0], 0, when)
            self.expect_whole("tiles", on("tiles"), (self.size,), when)

        self.sweep_command(words, check)

    def test_mirror(self):
        source = os.path.join(scratch(), "source")
        shutil.copytree(os.path.join(self.sound, "ledger"), source)
        with Service(source) as service:
            words = ("mirror", service.url, on("copy"))

            def check(code, when):
                self.expect_whole("tiles", on("copy"), (self.size,) if code == 0 else (self.old, self.size), when)
                self.assertEqual(liuhen(*words)[0], 0, when)
                self.expect_whole("tiles", on("copy"), (self.size,), when)

            self.sweep_command(words, check)

    def test_accept_loss(self):
        words = ("accept-loss", "--dir", on("ledger"), "--reason", "x", "--key", on("ledger", "keys", "platform.key"), "--key",
                 self.small.key("outside"))

        def prepare():
            shutil.rmtree(on("ledger", "db"))
            self.done("restore", on("backups"), on("ledger"))
            write_cosigned(on("ledger"), head_of(on("ledger")))

        def check(code, when):
            if os.path.exists(on("ledger", "cosigned")):
                self.assertNotEqual(code, 0, when)
            else:  # only after it is recorded
                self.expect_whole("dir", on("ledger"), (self.old + 1,), when)
            again, _, err = liuhen(*words)
            self.assertTrue(again == 0 or (code != 1 and "[restore.no_loss]" in err), (when, err))
            self.assertEqual(size_of(on("ledger")), self.old + 1, when)
            self.assertEqual({"cosigned", "head.losing"} & set(os.listdir(on("ledger"))), set(), when)
            self.expect_whole("dir", on("ledger"), (self.old + 1,), when)
            with Service(on("ledger")) as service:
                self.assertEqual(post(service.port, self.small.body(ADDED + 1))[0], 200, when)

        self.prepare = prepare
        self.sweep_command(words, check)

    def test_rotate_log(self):
        words = ("key", "rotate-log", "--dir", on("ledger"), "--reason", "x", "--key", self.small.key("inside"), "--key",
                 self.small.key("outside"))

        def check(code, when):
            if code != 0:
                liuhen(*words)  # goes on, or says that it was done
            self.expect_whole("dir", on("ledger"), (self.size + 1,), when)
            with Service(on("ledger")) as service:
                self.assertEqual(post(service.port, self.small.body(ADDED + 1))[0], 200, when)

        self.sweep_command(words, check)


if __name__ == "__main__":
    main()
