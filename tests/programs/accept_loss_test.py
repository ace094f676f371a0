"""`liuhen accept-loss` that is refused, fails or is broken off: nothing is set aside unless the loss is recorded, and whatever
was recorded is finished by the same command and by any start (docs/formats/storage.md, "A lost head")."""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import time
import unittest

from backup_test import department, size_in, text_of, write_cosigned
from programs import LIUHEN, SLOWER, Service, Terminal, copy_of_demo, head_of, liuhen, main, person, scratch, verify
from tracing import TRACED, Strace, may_trace

LEFT = ("head.losing", "head.losing.new", "head.new")  # by whoever was killed; nobody goes by them alone


def files_in(directory):
    return sorted(name for name in os.listdir(directory) if name.startswith(("head", "cosigned")))


class AcceptLoss(unittest.TestCase):
    """Restored from a backup that lacks two entries; the head and what was cosigned are left."""

    def setUp(self):
        self.lose(copy_of_demo())

    def lose(self, ledger):
        self.ledger = ledger
        self.size = size_in(head_of(self.ledger))
        backups = os.path.join(scratch(), "backups")
        self.done("backup", self.ledger, "--to", backups)
        notes = []
        for number in (1, 2):
            self.assertEqual(department(("--dir", self.ledger), number)[0], 0)
            notes.append(head_of(self.ledger))
        write_cosigned(self.ledger, *notes)
        shutil.rmtree(os.path.join(self.ledger, "db"))
        self.done("restore", backups, self.ledger)
        self.lost, self.cosigned = notes[-1], text_of(self.ledger, "cosigned")
        self.aside = f".lost-{self.size + 2}"
        self.keys = (os.path.join(self.ledger, "keys", "platform.key"), person("trustee-2"))

    def done(self, *words):
        code, out, err = liuhen(*words)
        self.assertEqual(code, 0, (words, out, err))
        return out

    def words(self, directory, *keys):
        return ("accept-loss", "--dir", directory, "--reason", "磁盘损坏", *(word for key in keys or self.keys for word in ("--key", key)))

    def sealed_key(self):
        key, passphrase = os.path.join(scratch(), "sealed.key"), os.path.join(scratch(), "passphrase")
        with open(passphrase, "w", encoding="utf-8") as file:
            file.write("secret\n")
        os.chmod(passphrase, 0o600)
        self.done("key", "new", key, "--person", "trustee-9", "--passphrase-file", passphrase)
        return key

    def expect_as_before(self, when):
        """And the next start refuses as it did."""
        self.assertEqual([name for name in files_in(self.ledger) if name not in LEFT], ["cosigned", "head"], when)
        self.assertEqual(text_of(self.ledger, "cosigned"), self.cosigned, when)
        self.assertEqual(head_of(self.ledger), self.lost, when)
        for words in (("serve", "--listen", "127.0.0.1:0"), ("state", "log")):
            code, _, err = liuhen(*words, "--dir", self.ledger)
            self.assertEqual(code, 1, when)
            self.assertIn("[ledger.rolled_back]", err, when)

    def expect_aside(self, directory, when):
        self.assertEqual(files_in(directory), sorted(["head", "cosigned" + self.aside, "head" + self.aside]), when)
        self.assertEqual(text_of(directory, "cosigned" + self.aside), self.cosigned, when)
        self.assertEqual(head_of(directory).split("\n")[1], str(self.size + 1), when)
        self.assertEqual(text_of(directory, "head" + self.aside), self.lost, when)
        self.assertEqual(verify("dir", directory)[0], 0, when)

    def expect_finished(self, when):
        """By the same command, and by a start."""
        started = os.path.join(scratch(), "started")
        shutil.copytree(self.ledger, started)
        with Service(started) as service:
            self.assertEqual(department(("--url", service.url), 8)[0], 0, when)
            service.stop(signal.SIGTERM)
        self.assertEqual(text_of(started, "cosigned" + self.aside), self.cosigned, when)
        self.assertEqual([name for name in files_in(started) if name in LEFT or name == "cosigned"], [], when)
        again, out, err = liuhen(*self.words(self.ledger))
        self.assertTrue("recorded before" in out or (again == 1 and "[restore.no_loss]" in err), (when, out, err))
        self.expect_aside(self.ledger, when)

    def test_what_is_refused_leaves_all_as_it_was(self):
        platform, trustee = self.keys
        wrong = os.path.join(scratch(), "wrong")
        with open(wrong, "w", encoding="utf-8") as file:
            file.write("wrong\n")
        os.chmod(wrong, 0o600)
        for keys, more, why in (((platform, "/nowhere/trustee-2.key"), (), "key_file.io"),
                                ((platform,), (), "role.signatures"),
                                ((platform,), ("--second", "trustee-2"), "ledger.undecided"),
                                ((platform,), ("--second", "nobody"), "session.second"),
                                ((platform, person("clerk-1")), (), "role."),
                                ((platform, self.sealed_key()), ("--passphrase-file", wrong), "key.passphrase"),
                                ((platform, self.sealed_key()), (), "key.passphrase_missing")):
            code, out, err = liuhen(*self.words(self.ledger, *keys), *more)
            self.assertEqual(code, 1, (keys, out))
            self.assertIn(f"[{why}", err)
            self.expect_as_before(why)
            self.assertEqual(files_in(self.ledger), ["cosigned", "head"], why)
        code, _, err = liuhen("accept-loss", "--dir", self.ledger, "--reason", "x")
        self.assertIn("[session.key]", err)
        self.expect_as_before("no key")
        self.done(*self.words(self.ledger))
        self.expect_aside(self.ledger, "and then")

    def test_who_changes_his_mind_at_the_prompt_has_changed_nothing(self):
        """Whichever thread of the opened ledger the signal comes to."""
        def interrupt_another(process):
            thread = max(int(name) for name in os.listdir(f"/proc/{process}/task"))
            self.assertNotEqual(thread, process)
            ctypes.CDLL(None).tgkill(process, thread, signal.SIGINT)

        for ends_by, end in ((signal.SIGINT, lambda terminal: terminal.press(b"\x03")),
                             (signal.SIGINT, lambda terminal: interrupt_another(terminal.child)),
                             (signal.SIGKILL, lambda terminal: os.kill(terminal.child, signal.SIGKILL))):
            terminal = Terminal(*self.words(self.ledger, self.keys[0], self.sealed_key()))
            terminal.read_until("assphrase")
            end(terminal)
            if ends_by == signal.SIGINT:
                terminal.read_until("\n")
            self.assertEqual(terminal.end(), -ends_by)
            self.expect_as_before("at the prompt")

    def test_on_a_ledger_that_lost_nothing_what_stops_it_stays(self):
        """It was put back and wrote on; what was cosigned of the other history stops it."""
        one, other = copy_of_demo(), copy_of_demo()
        for directory, numbers in ((one, (1,)), (other, (5, 6, 7))):
            for number in numbers:
                self.assertEqual(department(("--dir", directory), number)[0], 0)
        write_cosigned(other, head_of(one))
        policy = os.path.join(scratch(), "policy")
        with open(policy, "w", encoding="utf-8") as file:
            file.write(f"log {self.done('state', 'vkey', '--dir', other).strip()}\nquorum none\n")
        before = text_of(other, "cosigned")
        for keys, why in (((), None), (self.keys, "restore.no_loss"), ((self.keys[0], "/nowhere/trustee-2.key"), "key_file.io")):
            if why:
                self.assertIn(f"[{why}]", liuhen(*self.words(other, *keys))[2])
            self.assertEqual(files_in(other), ["cosigned", "head"], why)
            self.assertEqual(text_of(other, "cosigned"), before, why)
            with Service(other, "--policy", policy) as service:
                status, _, body = service.get("/readyz")
                self.assertEqual((status, json.loads(body)["code"]), (503, "ledger.disputed"), why)
                service.stop(signal.SIGTERM)

    def test_it_says_that_it_needs_the_directory_and_the_head(self):
        for words in (("--url", "http://127.0.0.1:1"), ("--url", "http://127.0.0.1:1", "--dir", self.ledger), ()):
            code, _, err = liuhen("accept-loss", "--reason", "x", "--key", self.keys[1], *words)
            self.assertEqual(code, 3)
            self.assertIn("[session.target] accept-loss works in the ledger's own directory", err)
        self.expect_as_before("by its address")
        os.remove(os.path.join(self.ledger, "head"))
        self.assertIn("[head.absent]", liuhen(*self.words(self.ledger))[2])
        self.assertEqual(files_in(self.ledger), ["cosigned"])

    @unittest.skipIf(may_trace(), may_trace())
    def test_broken_off_anywhere_it_is_as_before_or_is_finished(self):
        before = os.path.join(scratch(), "before")
        shutil.copytree(self.ledger, before)
        seen = set()
        for name, call, number, recorded in (("head.losing.new", "fsync", 1, False),
                                             ("head.losing.new", "rename", 1, False),
                                             ("head.new", "rename", 1, True),
                                             ("cosigned", "rename", 1, True),
                                             ("head.losing", "rename", 1, True)):
            for fault in ("signal=SIGKILL", "error=EIO"):
                when = f"{name}: {call}: {number}: {fault}"
                shutil.rmtree(self.ledger)
                shutil.copytree(before, self.ledger)
                strace = Strace(os.path.join(scratch(), "log"), "-P", os.path.join(self.ledger, name), "-e",
                                f"inject={call}:{fault}:when={number}")
                done = subprocess.run([*strace.words, LIUHEN, "--lang", "en", *self.words(self.ledger)], capture_output=True,
                                      text=True, env=TRACED, timeout=120 * SLOWER)
                struck = "INJECTED" in strace.text() or "killed by SIGKILL" in strace.text()
                self.assertTrue(struck, (when, strace.text()))
                if fault.startswith("signal"):
                    self.assertEqual(done.returncode, -signal.SIGKILL, when)
                elif name != "head.new":  # which was answered before
                    self.assertEqual(done.returncode, 1, when)
                    self.assertIn("[file.io]", done.stderr, when)
                if recorded:
                    self.expect_finished(when)
                else:
                    self.expect_as_before(when)
                    self.done(*self.words(self.ledger))
                    self.expect_aside(self.ledger, when)
                seen.add(recorded)
        self.assertEqual(seen, {True, False})

    @unittest.skipIf(may_trace(), may_trace())
    def test_a_start_that_cannot_finish_it_does_not_go_on(self):
        """What is cosigned from then on would be taken for the lost history's."""
        strace = Strace(os.path.join(scratch(), "log"), "-P", os.path.join(self.ledger, "cosigned"), "-e", "inject=rename:error=EIO")
        for words in (self.words(self.ledger), ("state", "log", "--dir", self.ledger)):
            done = subprocess.run([*strace.words, LIUHEN, "--lang", "en", *words], capture_output=True, text=True, env=TRACED,
                                  timeout=120 * SLOWER)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("[file.io] the loss is recorded", done.stderr)
        self.expect_finished("the disk works again")

    @unittest.skipIf(may_trace(), may_trace())
    def test_nothing_that_is_due_comes_between(self):
        """The platform has the end of a draw's commitments to record, which would be the last entry then."""
        ledger = copy_of_demo()
        signers = [word for name in ("clerk-1", "approver-1") for word in ("--key", person(name))]
        self.done("draw", "announce", "2026-ND", "--contributor", "contributor-1", "--contributor", "contributor-2",
                  "--commit-minutes", "1", "--dir", ledger, *signers)
        over = time.time() + 61
        self.lose(ledger)
        time.sleep(max(0, over - time.time()))
        strace = Strace(os.path.join(scratch(), "log"), "-P", os.path.join(self.ledger, "cosigned"), "-e", "inject=rename:error=EIO")
        done = subprocess.run([*strace.words, LIUHEN, "--lang", "en", *self.words(self.ledger)], capture_output=True, text=True,
                              env=TRACED, timeout=120 * SLOWER)
        self.assertIn("[file.io] the loss is recorded", done.stderr)
        self.assertEqual(size_in(head_of(self.ledger)), self.size + 1)
        self.assertIn("recorded before", self.done(*self.words(self.ledger)))
        self.expect_aside(self.ledger, "and again")

    def test_what_was_kept_of_a_head_that_is_not_declared_lost_says_nothing(self):
        """As of a run that was killed before it recorded anything, on a ledger that then got its entries back."""
        with open(os.path.join(self.ledger, "head.losing"), "w", encoding="utf-8", newline="") as file:
            file.write(self.lost)
        self.assertEqual(liuhen("state", "log", "--dir", self.ledger)[0], 1)
        self.assertEqual(text_of(self.ledger, "cosigned"), self.cosigned)
        self.done(*self.words(self.ledger))
        self.expect_aside(self.ledger, "and it is used anew")


if __name__ == "__main__":
    main()
