"""Every system call by which the programs reach the disk fails in turn, or is where they are killed; see tools/soak.sh.

strace makes it fail (`-e inject`). It counts the calls of each thread apart, so that a fault with a number strikes the
call of that number in every thread; to strike few at a time, faults are about one file (`-P`), but for the disk that is
full from some call on, for all files. What is swept are the calls of an undisturbed run on files of the ledger's
directory: a sample of them here, all with LIUHEN_SOAK=1.
"""

import http.client
import os
import random
import re
import shutil
import signal
import subprocess
import time
import unittest

from programs import ENVIRONMENT, LIUHEN, Service, liuhen, scratch
from small_ledger import Shown, SmallLedger, post
from tracing import Strace, Traced, may_trace

SOAK = os.environ.get("LIUHEN_SOAK") == "1"
SAMPLE = 10  # faults in what every commit writes, beside one of each kind of call, without LIUHEN_SOAK
ONCE = ("openat", "mkdir", "write", "pwrite64", "fdatasync", "fsync", "rename", "renameat2", "ftruncate", "fallocate", "unlink")
# Of openat it would be the libraries too. sync_file_range is called to see whether it is there: RocksDB as Debian builds
# it aborts where that fails, as it cannot.
LASTING = ("mkdir", "write", "pwrite64", "fdatasync", "fsync", "rename", "renameat2", "fallocate")
INTENTS = 3


def calls_on(directory, text):
    """(call, file below the directory) → the numbers of such calls, as each thread counts its own."""
    made, numbers = {}, {}
    for line in text.splitlines():
        found = re.match(r"(\d+) +(\w+)\(.*?" + re.escape(directory) + r"(/?[^\">]*)", line)
        if not found:  # "<... resumed>" among others, which was counted when it began
            continue
        thread, call, name = found.groups()
        made[thread, call, name] = made.get((thread, call, name), 0) + 1
        numbers.setdefault((call, name), set()).add(made[thread, call, name])
    return numbers


def total(directory, text, call):
    """The most calls of that kind that one thread makes up to its last on the directory."""
    made, last = {}, 0
    for line in text.splitlines():
        found = re.match(rf"(\d+) +{call}\(", line)
        if found:
            made[found.group(1)] = made.get(found.group(1), 0) + 1
            if directory in line:
                last = max(last, made[found.group(1)])
    return last


def faults_for(directory, text, seed):
    """(call, file, fault) for strace, all of them or a sample that has something of each call."""
    faults = [(call, name, f"{fault}:when={number}")
              for (call, name), numbers in sorted(calls_on(directory, text).items()) if call in ONCE
              for number in sorted(numbers)
              for fault in ("error=EIO", "error=ENOSPC", "signal=SIGKILL")]
    faults += [(call, None, f"error=ENOSPC:when={number}+")
               for call in LASTING
               for number in range(1, total(directory, text, call) + 1)]
    if SOAK:
        return faults
    chance = random.Random(seed)
    chance.shuffle(faults)
    # Every commit writes these two.
    sample = [fault for fault in faults if re.fullmatch(r"/head\.new|/db/\d+\.log", fault[1] or "")][:SAMPLE]
    kinds = {fault: fault for fault in faults
             if fault[0] == "fdatasync" and (fault[1] or "").endswith(".log") and "ENOSPC" in fault[2]}  # written, and not synced
    for fault in faults:
        kinds.setdefault((fault[0], fault[1] is None), fault)
    return sample + [fault for fault in kinds.values() if fault not in sample]


def strace_for(directory, call, name, fault):
    only = [] if name is None else ["-P", directory + name]
    return Strace(os.path.join(scratch(), "log"), *only, "-e", f"inject={call}:{fault}")


@unittest.skipIf(may_trace(), may_trace())
class Sweep(unittest.TestCase):
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

    def expect_clear(self, code, said, fault, when):
        """It ended in order, or said with a code what was wrong."""
        if "SIGKILL" in fault and code == -signal.SIGKILL:
            return
        self.assertIn(code, (0, 1), (when, said))
        if code == 1 and not when.startswith("write: all"):  # then it cannot say anything either
            self.assertRegex(said, r"error \[[a-z_.]+\] ", when)

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
                              capture_output=True, text=True, env=ENVIRONMENT, timeout=120)
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

    def sweep(self, faults, one):
        started = said = time.monotonic()
        struck, wrong = 0, []
        for call, name, fault in faults:
            try:
                struck += one(call, name, fault, f"{call}: {name or 'all files'}: {fault}")
            except AssertionError as problem:
                wrong.append(str(problem))
                print(problem, flush=True)
            if SOAK and time.monotonic() > said + 60:
                said = time.monotonic()
                print(f"{one.__name__}: {faults.index((call, name, fault)) + 1} of {len(faults)}", flush=True)
        print(f"{one.__name__}: {len(faults)} faults, {struck} struck, {time.monotonic() - started:.0f} s", flush=True)
        self.assertEqual(wrong, [], "\n\n".join([f"{len(wrong)} of {len(faults)}:"] + wrong))
        self.assertGreater(struck, len(faults) * 3 // 4)  # threads differ a little from run to run


if __name__ == "__main__":
    unittest.main()
