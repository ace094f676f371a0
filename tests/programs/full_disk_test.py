"""A disk that is full, and one that turns read-only, under the running service: it reads on and then goes on."""

import itertools
import json
import os
import shutil
import signal
import subprocess
import time
import unittest

from programs import SLOWER, Service, main, scratch
from small_ledger import Shown, SmallLedger
from tracing import TRACED, may_trace


class SmallDisk:
    """A file system of its own, in memory."""

    def __init__(self, size, files=0):  # 0: any number
        self.path = scratch()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},nr_inodes={files}", "tmpfs", self.path],
                              capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise unittest.SkipTest("mounting a small file system needs root: " + done.stderr.strip())

    def fill(self):
        """Takes all the room there is."""
        with open(os.path.join(self.path, "ballast"), "wb") as ballast:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        ballast.write(b"x" * size)
                        ballast.flush()
                except OSError:
                    pass
                try:
                    ballast.close()
                except OSError:
                    pass
                if size > 1:
                    ballast = open(ballast.name, "ab", buffering=0)

    def make_room(self):
        os.remove(os.path.join(self.path, "ballast"))

    def take_files(self):
        """Takes all that may be made, and next to no room."""
        for number in itertools.count():
            try:
                open(os.path.join(self.path, f"file-{number}"), "x").close()
            except OSError:
                return

    def free_files(self, most=1 << 20):
        for name in [name for name in os.listdir(self.path) if name.startswith("file-")][:most]:
            os.remove(os.path.join(self.path, name))

    def read_only(self, yes):
        subprocess.run(["mount", "-o", "remount," + ("ro" if yes else "rw"), self.path], check=True, timeout=60)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        subprocess.run(["umount", "-l", self.path], check=True, timeout=60)


class Room(unittest.TestCase):
    def setUp(self):
        self.ledger = SmallLedger()
        self.shown = Shown(self.ledger.vkey)
        self.number = 0

    def write(self, service):
        """Sends the next intent until it is recorded; (status, body)."""
        status, headers, body = service.get("/api/v1/intents", "POST", self.ledger.body(self.number))
        if self.shown.answer(self.number, status, body):
            self.number += 1
        elif status == 503:
            self.assertIn("Retry-After", headers)
        return status, body

    def expect_reads(self, service):
        for target in ("/checkpoint", "/api/v1/log", "/api/v1/entries/1", "/api/v1/proofs/1", "/"):
            status, _, body = service.get(target)
            self.assertEqual(status, 200, (target, body))
        self.shown.check(service)

    def expect_refused(self, service, code):
        for _ in range(3):
            status, body = self.write(service)
            self.assertEqual(status, 503, body)
            self.assertIn(b'"code":"%s"' % code, body)
        status, _, body = service.get("/healthz")
        self.assertEqual(status, 503)
        self.assertIn(code, body)

    def expect_goes_on(self, service, directory):
        end = time.monotonic() + 30 * SLOWER
        while self.write(service)[0] != 200:
            self.assertLess(time.monotonic(), end, "it does not go on")
            self.shown.check(service)  # and reads meanwhile
        for _ in range(5):
            self.assertEqual(self.write(service)[0], 200)
        self.assertEqual(service.get("/healthz")[0], 200)
        self.shown.check(service)
        stopped, told, _ = service.stop(signal.SIGTERM)
        self.assertEqual(stopped, 0)
        code, said = self.ledger.verify(directory)
        self.assertEqual(code, 0, said)
        return told

    def test_a_full_disk_is_said_and_it_goes_on_once_there_is_room(self):
        with SmallDisk("64m") as disk:
            directory = os.path.join(disk.path, "ledger")
            shutil.copytree(self.ledger.directory, directory)
            log = os.path.join(scratch(), "log")
            with Service(directory, "--log", log) as service:
                for turn in range(2):
                    for _ in range(5):
                        self.assertEqual(self.write(service)[0], 200)
                    disk.fill()
                    for _ in range(2000):  # what was allocated before may still take some
                        if self.write(service)[0] != 200:
                            break
                    self.expect_refused(service, b"storage.full")
                    self.expect_reads(service)
                    time.sleep(2)
                    self.expect_refused(service, b"storage.full")
                    disk.make_room()
                    if turn == 0:
                        end = time.monotonic() + 30 * SLOWER
                        while self.write(service)[0] != 200:
                            self.assertLess(time.monotonic(), end, "it does not go on")
                        self.expect_reads(service)
                self.expect_goes_on(service, directory)
        with open(log) as file:
            told = [line["event"] for line in map(json.loads, file) if line["event"].startswith("writing_")]
        self.assertEqual(told, ["writing_stopped", "writing_resumed"] * 2)

    def test_a_disk_that_turns_read_only_is_said(self):
        """As a file system does after an error of its disk: what is open for writing can no longer be written."""
        self.expect_said_and_over("EROFS", b"storage.read_only")

    def test_a_quota_that_is_used_up_is_a_full_disk(self):
        self.expect_said_and_over("EDQUOT", b"storage.full")

    def expect_said_and_over(self, error, code):
        if may_trace():
            self.skipTest(may_trace())
        directory = self.ledger.directory
        with Service(directory, environment=TRACED) as service:
            for _ in range(5):
                self.assertEqual(self.write(service)[0], 200)
            logs = [os.path.join(directory, "db", name) for name in os.listdir(os.path.join(directory, "db"))
                    if name.endswith(".log")]
            only = [word for path in logs for word in ("-P", path)]
            tracer = subprocess.Popen(["strace", "-f", "-qq", "-o", "/dev/null", *only, "-e",
                                       f"inject=write,fdatasync:error={error}", "-p", str(service.process.pid)],
                                      stderr=subprocess.PIPE)
            try:
                end = time.monotonic() + 30 * SLOWER
                while True:
                    status, body = self.write(service)
                    if status != 200:
                        break
                    self.assertLess(time.monotonic(), end, "nothing ever failed")
                self.assertIn(b'"code":"%s"' % code, body)
                self.expect_reads(service)
                self.expect_goes_on(service, directory)
            finally:
                tracer.terminate()
                tracer.wait(60)
                tracer.stderr.close()

    def test_one_that_starts_on_a_full_disk_reads_and_goes_on_once_there_is_room(self):
        with SmallDisk("64m") as disk:
            self.start_and_go_on(disk, b"storage.full", disk.fill, lambda _: disk.make_room())

    def test_one_that_starts_on_a_read_only_disk_reads_and_goes_on_once_that_is_over(self):
        with SmallDisk("64m") as disk:
            self.start_and_go_on(disk, b"storage.read_only", lambda: disk.read_only(True), lambda _: disk.read_only(False))

    def test_one_that_may_make_no_more_files_says_so_and_does_not_try_until_some_are_free(self):
        if may_trace():
            self.skipTest(may_trace())
        with SmallDisk("190m", files=100) as disk:
            def mend(service):
                self.assertIn(b"files (inodes) are free", self.write(service)[1])
                for left in (0, 8):  # too few, all the same
                    disk.free_files(left)
                    self.assertEqual(self.openings(service, os.path.join(disk.path, "ledger"), 4), "")
                disk.free_files()
            self.start_and_go_on(disk, b"storage.full", disk.take_files, mend)

    def openings(self, service, directory, seconds):
        """What it opened of the database in that time, as it does to try again."""
        log = os.path.join(scratch(), "log")
        tracer = subprocess.Popen(["strace", "-f", "-qq", "-o", log, "-P", os.path.join(directory, "db", "CURRENT"), "-e",
                                   "trace=openat", "-p", str(service.process.pid)])
        time.sleep(seconds)
        tracer.terminate()
        tracer.wait(60)
        with open(log, encoding="utf-8") as file:
            return file.read()

    def start_and_go_on(self, disk, code, spoil, mend):
        directory = os.path.join(disk.path, "ledger")
        shutil.copytree(self.ledger.directory, directory)
        with Service(directory) as service:
            self.assertEqual(self.write(service)[0], 200)
            service.process.kill()
            service.process.wait()
        spoil()
        with Service(directory, "--author-rate", "1") as service:  # and ten at once
            self.expect_reads(service)
            self.expect_refused(service, code)
            time.sleep(2)
            for _ in range(7):  # costs its author nothing
                self.expect_refused(service, code)
            self.expect_reads(service)
            mend(service)
            told = self.expect_goes_on(service, directory)
            self.assertIn(f"error [{code.decode()}]", told)


if __name__ == "__main__":
    main()
