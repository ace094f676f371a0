"""Nothing is answered, or said to be made, before it has reached the disk, and no two commits leave the head file behind: the system calls of the programs, read as a disk would.

A file's bytes are on the disk once it has been synced after its last write, a name once its folder has been.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import time
import unittest

from programs import LIUHEN, SLOWER, Service, main, scratch
from small_ledger import Shown, SmallLedger, post
from tracing import TRACED, Strace, Traced, may_trace

CALLS = "openat,mkdir,write,pwrite64,fdatasync,fsync,rename,unlink,unlinkat,rmdir,sendmsg,sendto,writev"


class Disk:
    """What of a directory would be lost if the power were cut now."""

    def __init__(self, directory):
        self.directory = directory
        self.files = set()  # with bytes that are not synced
        self.names = set()  # whose folders are not
        self.written = []  # in order

    def paths_in(self, call, text):
        """Those of the call, as far as they are of this directory; the first of a call on a file is the file's."""
        if call in ("write", "pwrite64", "fsync", "fdatasync"):
            text = text.split(">")[0]  # not what is written
        if call == "unlinkat":
            text = re.sub(r'^\d+<([^>]*)>, "([^/"][^"]*)"', r'"\1/\2"', text)
        return re.findall(re.escape(self.directory) + r'[^">]*', text)

    def take(self, call, text):
        paths = self.paths_in(call, text)
        if not paths or re.search(r"= -1 E", text) or paths[0].endswith(("/LOCK", "/lock")):  # made again where it is gone
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
            self.names, self.files = ({re.sub(re.escape(path) + "(?=/|$)", lambda _: paths[1], name) for name in names}
                                      for names in (self.names, self.files))
            self.names.add(paths[1])
        elif call in ("unlink", "unlinkat", "rmdir"):
            self.files.discard(path)
            self.names.discard(path)

    def lost(self):
        return self.files | self.names


def replay(text, directory, look):
    """Calls look(call, line, disk) before each call takes effect: a sync when it has returned, all else when it begins.
    The disk as it is at the end."""
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
    return disk


@unittest.skipIf(may_trace(), may_trace())
class Synced(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ledger = SmallLedger()

    def strace(self):
        return Strace(os.path.join(scratch(), "log"), "-s", "400", "-e", "trace=" + CALLS)

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
                lost.extend(path for path in disk.lost() if re.search(r"/head(\.new)?$", path))
            if call in ("sendmsg", "sendto", "writev") and "HTTP/1.1 200" in text:
                log = [path for path in disk.written if path.endswith(".log")][-1]  # that RocksDB writes now
                answers.append(text)
                lost.extend(path for path in disk.lost()
                            if path == log or re.search(r"/MANIFEST|/CURRENT$", path))

        replay(strace.text(), directory, look)
        self.assertEqual(len(answers), 20)
        self.assertEqual(lost, [])
        made = re.findall(r'rename\(.*?, "[^"]*/head"', strace.text())
        self.assertEqual(len(made), 1)  # and written where it stands from then on

    def test_a_ledger_that_is_ready_is_on_the_disk(self):
        self.expect_made("the ledger is ready", self.ledger.init_words)

    def expect_made(self, said, words):
        """`words(directory)` make it, and nothing in it would be lost by the time they say so, nor any name on the way to it."""
        top = scratch()
        directory = os.path.join(top, "deep", "made")
        strace = self.strace()
        done = subprocess.run([*strace.words, LIUHEN, "--lang", "en", *words(directory)],
                              capture_output=True, text=True, env=TRACED, timeout=120 * SLOWER)
        self.assertEqual(done.returncode, 0, done.stderr)
        lost = []

        def look(call, text, disk):
            if call == "write" and said in text:
                lost.append(disk.lost())

        disk = replay(strace.text(), top, look)
        self.assertTrue(any(path.startswith(directory + "/") for path in disk.written))
        self.assertEqual(lost, [set()])

    def test_a_witness_that_is_ready_is_on_the_disk(self):
        self.expect_made("the witness is ready", lambda directory: (
            "witness", "init", "--dir", directory, "--name", "w.example/1", "--no-passphrase", "--log", self.ledger.vkey))

    def test_a_key_that_was_made_is_on_the_disk(self):
        top, strace = scratch(), self.strace()
        subprocess.run([*strace.words, LIUHEN, "key", "new", top + "/a.key", "--person", "a", "--no-passphrase"],
                       check=True, capture_output=True, env=TRACED, timeout=120 * SLOWER)
        disk = replay(strace.text(), top, lambda call, text, disk: None)
        self.assertEqual((disk.written, disk.lost()), ([top + "/a.key"], set()))

    def test_a_key_whose_making_was_killed_can_be_made_again(self):
        path = os.path.join(scratch(), "a.key")
        words = [LIUHEN, "key", "new", path, "--person", "a", "--no-passphrase"]
        for call in ("write", "fsync"):
            strace = Strace(os.path.join(scratch(), "log"), "-P", path, "-e", f"inject={call}:signal=SIGKILL:when=1")
            killed = subprocess.run([*strace.words, *words], capture_output=True, env=TRACED, timeout=120 * SLOWER)
            self.assertNotEqual(killed.returncode, 0, call)
            again = subprocess.run(words, capture_output=True, text=True, env=TRACED, timeout=120 * SLOWER)
            if call == "write":
                self.assertEqual(again.returncode, 0, again.stderr)
                os.remove(path)
            else:
                self.assertIn("[key_file.exists]", again.stderr)
                self.assertGreater(os.path.getsize(path), 0)

    def test_a_backup_that_was_made_is_on_the_disk(self):
        self.expect_made("backed up to", lambda directory: ("backup", self.ledger.directory, "--to", directory))

    def test_a_directory_that_was_there_has_its_name_on_the_disk_as_well(self):
        """Whoever made it may have been killed before that."""
        top, strace = scratch(), self.strace()
        os.mkdir(top + "/made")
        subprocess.run([*strace.words, LIUHEN, "backup", self.ledger.directory, "--to", top + "/made"],
                       check=True, capture_output=True, env=TRACED, timeout=120 * SLOWER)
        self.assertRegex(strace.text(), rf"fsync\(\d+<{re.escape(top)}>\) += 0")

    def test_a_ledger_that_was_restored_is_on_the_disk(self):
        backups = os.path.join(scratch(), "backups")
        self.ledger.run("backup", self.ledger.directory, "--to", backups)
        self.expect_made("restored backup 1", lambda directory: ("restore", backups, directory))

    def test_a_tree_that_was_exported_is_on_the_disk(self):
        self.expect_made("files written", lambda directory: (
            "export", "tiles", directory, "--dir", self.ledger.directory))

    def test_a_tree_that_was_mirrored_is_on_the_disk(self):
        with Service(self.ledger.directory) as service:
            self.expect_made("copied up to", lambda directory: (
                "mirror", service.url, directory, "--vkey", self.ledger.vkey))
            service.stop(signal.SIGTERM)

    def test_what_witnesses_cosigned_is_on_their_disk_first_and_kept_on_the_services(self):
        directory, witness_directory = (os.path.join(scratch(), name) for name in ("ledger", "witness"))
        shutil.copytree(self.ledger.directory, directory)
        self.ledger.run("witness", "init", "--dir", witness_directory, "--name", "w.example/1", "--no-passphrase",
                        "--log", self.ledger.vkey)
        vkey = self.ledger.run("witness", "vkey", "--dir", witness_directory).strip()
        straces = self.strace(), self.strace()
        witness = Traced(witness_directory, straces[0], ("witness", "serve"))
        policy = os.path.join(scratch(), "policy.txt")
        with open(policy, "w", encoding="utf-8") as file:
            file.write(f"log {self.ledger.vkey}\nwitness w {vkey} http://127.0.0.1:{witness.port}/\nquorum w\n")
        service = Traced(directory, straces[1], ("serve", "--policy", policy))
        for number in (101, 102, 103):
            status, body = post(service.port, self.ledger.body(number))
            self.assertEqual(status, 200, body)
            self.wait_until_kept(directory, json.loads(body)["position"] + 1)
        for ended in (service, witness):
            self.assertEqual(ended.end()[0], 0)
        with self.subTest("the witness"):
            self.expect_answers_kept(straces[0].text(), witness_directory)
        with self.subTest("the service"):
            self.expect_cosigned_kept(straces[1].text(), directory)

    def wait_until_kept(self, directory, size):
        end = time.monotonic() + 30 * SLOWER
        while time.monotonic() < end:
            if os.path.exists(directory + "/cosigned"):
                with open(directory + "/cosigned", encoding="utf-8") as file:
                    if f"\n{size}\n" in file.read():
                        return
            time.sleep(0.1)
        self.fail(f"the cosignature of {size} entries was never kept")

    def expect_answers_kept(self, text, directory):
        answers = []

        def look(call, text, disk):
            if call in ("sendmsg", "sendto", "writev") and "HTTP/1.1 200" in text:
                answers.append((len(disk.written), disk.lost()))

        replay(text, directory, look)
        written = [number for number, _ in answers]
        self.assertGreaterEqual(len(set(written) - {0}), 3)
        self.assertEqual([lost for _, lost in answers if lost], [])

    def expect_cosigned_kept(self, text, directory):
        """Each is there whole when it takes the name, and has the name for good before the next is begun."""
        kept = []

        def look(call, text, disk):
            path = directory + "/cosigned"
            if call == "rename" and f'"{path}"' in text:
                kept.append(disk.files & {path + ".new"})
            if call == "openat" and f'"{path}.new"' in text:
                kept.append(disk.lost() & {path})

        disk = replay(text, directory, look)
        self.assertGreaterEqual(len(kept), 6)
        self.assertEqual([lost for lost in [*kept, disk.lost() & {directory + "/cosigned"}] if lost], [])


if __name__ == "__main__":
    main()
