"""Nothing is answered before it has reached the disk, and no two commits leave the head file behind: the system calls of the programs, read as a disk would.

A file's bytes are on the disk once it has been synced after its last write, a name once its folder has been.
"""

import os
import re
import signal
import subprocess
import unittest

from programs import LIUHEN, SLOWER, main, scratch
from small_ledger import Shown, SmallLedger, post
from tracing import TRACED, Strace, Traced, may_trace

CALLS = "openat,mkdir,write,pwrite64,fdatasync,fsync,rename,unlink,sendmsg,sendto,writev"


class Disk:
    """What of a directory would be lost if the power were cut now."""

    def __init__(self, directory):
        self.directory = directory
        self.files = set()  # with bytes that are not synced
        self.names = set()  # whose folders are not
        self.written = []  # in order

    def take(self, call, text):
        paths = re.findall(re.escape(self.directory) + r'[^">]*', text)
        if not paths or re.search(r"= -1 E", text):
            return
        path = paths[0]
        if call == "mkdir" or call == "openat" and "O_CREAT" in text:
            self.names.add(path)
        elif call in ("write", "pwrite64"):
            self.files.add(path)
            self.written.append(path)
        elif call in ("fsync", "fdatasync"):
            self.files.discard(path)
            self.names = {name for name in self.names if os.path.dirname(name) != path}
        elif call == "rename":
            self.names.discard(path)
            self.names.add(paths[1])
            if path in self.files:
                self.files.discard(path)
                self.files.add(paths[1])
        elif call == "unlink":
            self.files.discard(path)
            self.names.discard(path)


def replay(text, directory, look):
    """Calls look(call, line, disk) before each call takes effect: a sync when it has returned, all else when it begins."""
    disk, begun = Disk(directory), {}
    for line in text.splitlines():
        found = re.match(r"(\d+) +(?:<\.\.\. )?(\w+)(?:\(| resumed>)(.*)", line)
        if not found:
            continue
        thread, call, rest = found.groups()
        if "resumed>" in line:
            if call in ("fsync", "fdatasync"):
                disk.take(call, begun.pop(thread, "") + rest)
            continue
        look(call, rest, disk)
        if rest.endswith("<unfinished ...>") and call in ("fsync", "fdatasync"):
            begun[thread] = rest
            continue
        disk.take(call, rest)


@unittest.skipIf(may_trace(), may_trace())
class Synced(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ledger = SmallLedger()

    def strace(self):
        return Strace(os.path.join(scratch(), "log"), "-s", "200", "-e", "trace=" + CALLS)

    def test_an_answer_is_on_the_disk_before_it_is_sent(self):
        directory = self.ledger.directory
        strace = self.strace()
        service = Traced(directory, strace)
        shown = Shown(self.ledger.vkey)
        for number in range(1, 21):
            self.assertTrue(shown.answer(number, *post(service.port, self.ledger.body(number))))
        self.assertEqual(service.end()[0], 0)
        answers, lost = [], []

        def look(call, text, disk):
            if call == "write" and re.search(r"/db/\d+\.log>", text):  # before the next commit is the head file's turn
                lost.extend(path for path in disk.files | disk.names if re.search(r"/head(\.new)?$", path))
            if call in ("sendmsg", "sendto", "writev") and "HTTP/1.1 200" in text:
                log = [path for path in disk.written if path.endswith(".log")][-1]  # that RocksDB writes now
                answers.append(text)
                lost.extend(path for path in disk.files | disk.names
                            if path == log or re.search(r"/MANIFEST|/CURRENT$", path))

        replay(strace.text(), directory, look)
        self.assertEqual(len(answers), 20)
        self.assertEqual(lost, [])
        made = re.findall(r'rename\(.*?, "[^"]*/head"', strace.text())
        self.assertEqual(len(made), 1)  # and written where it stands from then on

    def test_a_ledger_that_is_ready_is_on_the_disk(self):
        directory = os.path.join(scratch(), "deep", "ledger")
        os.mkdir(os.path.dirname(directory))
        strace = self.strace()
        done = subprocess.run([*strace.words, LIUHEN, "--lang", "en", *self.ledger.init_words(directory)],
                              capture_output=True, text=True, env=TRACED, timeout=120 * SLOWER)
        self.assertEqual(done.returncode, 0, done.stderr)
        ready = []

        def look(call, text, disk):
            if call == "write" and "the ledger is ready" in text:
                ready.append((disk.files | disk.names) - {directory + "/db/LOCK"})

        replay(strace.text(), os.path.dirname(directory), look)
        self.assertEqual(ready, [set()])


if __name__ == "__main__":
    main()
