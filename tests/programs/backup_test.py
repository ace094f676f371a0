"""`liuhen backup`, `restore`, `accept-loss`, and the rotation of the platform's key, as an operator does them."""

import base64
import fcntl
import hashlib
import http.server
import json
import os
import random
import shutil
import signal
import subprocess
import threading
import time
import unittest

from programs import DEMO, ENVIRONMENT, LIUHEN, Service, copy_of_demo, head_of, liuhen, person, scratch, verify


def department(where, number):
    return liuhen("department", f"3702{number:02}-TEST", "--name", "试", "--division", "370200",
                  "--key", person("office-1"), *where)


def size_in(note):
    return int(note.split("\n")[1])


def write_cosigned(directory, *notes):
    line = "\u2014 witness.example/w " + base64.b64encode(bytes(76)).decode() + "\n"
    with open(os.path.join(directory, "cosigned"), "wb") as file:
        file.write(b"liuhen cosigned checkpoints\n")
        for note in notes:
            text = (note + line).encode()
            file.write(b"%d\n" % len(text) + text)


def text_of(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def bytes_under(folder):
    return sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(folder) for name in names)


class Backups(unittest.TestCase):
    def setUp(self):
        self.ledger = copy_of_demo()
        self.backups = os.path.join(scratch(), "backups")
        self.size = size_in(head_of(self.ledger))

    def back_up(self, *words):
        code, out, err = liuhen("backup", self.ledger, "--to", self.backups, *words)
        self.assertEqual(code, 0, err)
        return out

    def add(self, *numbers):
        for number in numbers:
            code, _, err = department(("--dir", self.ledger), number)
            self.assertEqual(code, 0, err)

    def restore(self, *words, directory=None):
        directory = directory or os.path.join(scratch(), "restored")
        code, out, err = liuhen("restore", self.backups, directory, *words)
        self.assertEqual(code, 0, err)
        return directory, out

    def put_keys(self, directory):
        shutil.copytree(os.path.join(self.ledger, "keys"), os.path.join(directory, "keys"))

    def restore_alone(self, number):
        """As if no later backup had ever been made: one that is there shows a newer head (older_backup_test.py)."""
        all_of_them, self.backups = self.backups, os.path.join(scratch(), "backups")
        shutil.copytree(all_of_them, self.backups)
        for name in os.listdir(os.path.join(self.backups, "meta")):
            if int(name) > number:
                os.remove(os.path.join(self.backups, "meta", name))
        try:
            return self.restore("--number", str(number))
        finally:
            self.backups = all_of_them

    def expect_whole(self, directory, size):
        code, said = verify("dir", directory)
        self.assertEqual(code, 0, said)
        self.assertEqual(size_in(head_of(directory)), size)

    def test_beside_a_running_service_and_what_it_had_acknowledged_is_there(self):
        acknowledged, stop = [0], threading.Event()

        def write(url):
            for number in range(1, 40):
                if stop.is_set():
                    return
                if department(("--url", url), number)[0] == 0:
                    acknowledged[0] = number
        with Service(self.ledger) as service:
            writer = threading.Thread(target=write, args=(service.url,))
            writer.start()
            had = []
            for _ in range(3):
                time.sleep(0.5)
                had.append(self.size + acknowledged[0])
                self.assertIn("entries at least", self.back_up())
            stop.set()
            writer.join()
            self.assertEqual(service.get("/healthz")[0], 200)
        self.assertGreater(had[2], self.size)
        for number in (1, 2, 3):
            directory, out = self.restore_alone(number)
            self.assertIn("all verified", out)
            self.assertIn("put the ledger's keys back", out)
            self.assertGreaterEqual(size_in(head_of(directory)), had[number - 1])
            self.expect_whole(directory, size_in(head_of(directory)))
        self.assertFalse(os.path.exists(os.path.join(directory, "keys")))
        self.put_keys(directory)
        with Service(directory) as service:  # and goes on
            self.assertEqual(department(("--url", service.url), 50)[0], 0)
            # Restricted content came along: with the master key it opens.
        code, said = verify("dir", directory, "--master-key", os.path.join(directory, "keys", "master.key"))
        self.assertEqual(code, 0, said)

    def test_without_a_service_incrementally_and_only_the_newest_kept(self):
        self.back_up()
        one = bytes_under(self.backups)
        self.add(1)
        self.back_up()
        grown = bytes_under(self.backups) - one
        self.assertLess(grown, one / 4)
        self.add(2)
        self.assertIn("2 in the directory", self.back_up("--keep", "2"))
        code, out, _ = liuhen("restore", self.backups, "--list")
        self.assertEqual(code, 0)
        self.assertEqual([line.split("\t")[0] for line in out.splitlines()[:-1]], ["2", "3"])
        code, _, err = liuhen("restore", self.backups, os.path.join(scratch(), "r"), "--number", "1")
        self.assertEqual(code, 1)
        self.assertIn("[backup.absent]", err)
        self.expect_whole(self.restore_alone(2)[0], self.size + 1)
        self.expect_whole(self.restore()[0], self.size + 2)

    def refused_to_drop(self, why, *words):
        code, out, err = liuhen("backup", self.ledger, "--to", self.backups, *words)
        self.assertEqual(code, 1, (out, err))
        self.assertIn(f"[{why}]", err)
        self.assertIn("no ", err)
        self.assertIn("backed up to", out)
        return err

    def numbers(self):
        code, out, _ = liuhen("restore", self.backups, "--list")
        self.assertEqual(code, 0)
        return [line.split("\t")[0] for line in out.splitlines() if "\t" in line]

    def test_of_a_database_that_was_taken_back_no_older_backup_is_dropped(self):
        """The disk of yesterday, as of a machine that was put back; the timer goes on every hour."""
        old = os.path.join(scratch(), "db")
        shutil.copytree(os.path.join(self.ledger, "db"), old)
        head = os.path.join(self.ledger, "head")
        shutil.copy(head, old + ".head")
        self.add(1, 2)
        self.back_up()
        shutil.rmtree(os.path.join(self.ledger, "db"))
        shutil.copytree(old, os.path.join(self.ledger, "db"))
        for number in ("2", "3"):
            self.refused_to_drop("backup.unverified", "--keep", "1")
            self.assertEqual(self.numbers()[-1], number)
        self.assertEqual(self.numbers(), ["1", "2", "3"])
        # The head was put back as well: only the backups know.
        shutil.copy(old + ".head", head)
        self.refused_to_drop("backup.beyond", "--keep", "1")
        with Service(self.ledger):
            self.refused_to_drop("backup.beyond", "--keep", "1")
        self.assertEqual(self.numbers(), ["1", "2", "3", "4", "5"])
        directory = os.path.join(scratch(), "restored")
        code, out, err = liuhen("restore", self.backups, directory)
        self.assertEqual(code, 0, err)
        self.assertIn(f"has {self.size + 2} entries", out)
        self.put_keys(directory)
        code, _, err = department(("--dir", directory), 7)
        self.assertEqual(code, 1)
        self.assertIn("[ledger.rolled_back]", err)

    def test_one_at_a_time_into_a_directory(self):
        self.back_up()
        held = os.open(self.backups, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
        code, _, err = liuhen("backup", copy_of_demo(), "--to", self.backups)
        self.assertEqual(code, 1)
        self.assertIn("[backup.busy]", err)
        os.close(held)
        self.back_up()

    def test_of_another_history_no_older_backup_is_dropped(self):
        twin = copy_of_demo()
        self.add(1)
        self.back_up()
        self.ledger = twin
        self.add(2, 3)
        self.refused_to_drop("backup.beyond", "--keep", "1")
        self.assertEqual(self.numbers(), ["1", "2"])

    def test_not_into_the_ledger_itself(self):
        before = sorted(os.listdir(self.ledger))
        for place in (self.ledger, os.path.join(self.ledger, "db"), os.path.join(self.ledger, "new", "one")):
            code, _, err = liuhen("backup", self.ledger, "--to", place)
            self.assertEqual(code, 1)
            self.assertIn("[backup.place]", err)
        self.assertEqual(sorted(os.listdir(self.ledger)), before)
        code, _, err = liuhen("accept-loss", "--dir", self.ledger, "--reason", " ")
        self.assertEqual(code, 3, err)
        code, _, err = liuhen("export", "tiles", self.ledger, "--dir", self.ledger)
        self.assertEqual(code, 1)
        self.assertIn("[export.place]", err)

    def test_nobody_elses_to_read(self):
        self.back_up()
        self.assertEqual(os.stat(self.backups).st_mode & 0o077, 0)

    def test_any_damaged_file_of_it_is_refused(self):
        self.back_up()
        refused = 0
        for at, _, names in list(os.walk(self.backups)):
            for name in names:
                path = os.path.join(at, name)
                with open(path, "rb") as file:
                    good = file.read()
                if not good:
                    continue
                middle = len(good) // 2
                with open(path, "wb") as file:
                    file.write(good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1:])
                directory = os.path.join(scratch(), "restored")
                code, out, err = liuhen("restore", self.backups, directory)
                if code == 0:  # a byte that nothing depends on: then what is there is whole
                    self.expect_whole(directory, self.size)
                else:
                    refused += 1
                    self.assertRegex(err, r"\[(storage\.damaged|storage\.io|backup\.absent|backup\.damaged|restore\.damaged)\]")
                    self.assertFalse(os.path.exists(os.path.join(directory, "db")), out)
                    self.assertFalse(os.path.exists(os.path.join(directory, "db.restoring")), out)
                with open(path, "wb") as file:
                    file.write(good)
        self.assertGreater(refused, 5)
        self.expect_whole(self.restore()[0], self.size)

    def test_a_file_that_changed_since_is_found_by_the_next_backup(self):
        """Files that backups have in common are not copied again: what became of one is every later backup's fate."""
        self.back_up()
        common = os.path.join(self.backups, "shared_checksum")
        path = max((os.path.join(common, name) for name in os.listdir(common)), key=os.path.getsize)
        with open(path, "rb") as file:
            good = file.read()
        for bad in (good[:100] + bytes([good[100] ^ 1]) + good[101:], good[:-1]):
            with open(path, "wb") as file:
                file.write(bad)
            code, _, err = liuhen("backup", self.ledger, "--to", self.backups)
            self.assertEqual(code, 1)
            self.assertIn("[backup.damaged]", err)
            self.assertIn("Move that directory away", err)
        with open(path, "wb") as file:
            file.write(good)
        self.assertEqual(len(os.listdir(os.path.join(self.backups, "meta"))), 1)  # the bad ones do not count
        self.back_up()
        self.expect_whole(self.restore()[0], self.size)

    def test_another_logs_key_vouches_for_nothing(self):
        self.back_up()
        directory = os.path.join(scratch(), "restored")
        code, _, err = liuhen("restore", self.backups, directory, "--vkey",
                              "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
        self.assertEqual(code, 1)
        self.assertIn("[restore.key]", err)
        self.assertFalse(os.path.exists(directory))

    def test_where_there_is_no_backup_nothing_is_made(self):
        directory = os.path.join(scratch(), "restored")
        for words in (("--list",), (directory,)):
            code, _, err = liuhen("restore", self.backups, *words)
            self.assertEqual(code, 1)
            self.assertIn("[backup.absent]", err)
        self.assertFalse(os.path.exists(directory))
        self.assertFalse(os.path.exists(self.backups))

    def test_a_link_to_what_is_not_mounted_is_left_alone(self):
        self.back_up()
        link = os.path.join(scratch(), "link")
        os.symlink("/nowhere/ledger", link)
        for below in ("", "/ledger"):
            code, _, err = liuhen("restore", self.backups, link + below)
            self.assertEqual(code, 1)
            self.assertIn("[restore.io]", err)
            self.assertTrue(os.path.islink(link), below)

    def test_a_directory_in_use_and_another_logs_are_left_alone(self):
        self.back_up()
        code, _, err = liuhen("restore", self.backups, self.ledger)
        self.assertEqual(code, 1)
        self.assertIn("[storage.exists]", err)
        self.expect_whole(self.ledger, self.size)
        top = scratch()
        keys = [os.path.join(top, f"trustee-{n}.key") for n in (1, 2)]
        for n, key in enumerate(keys):
            self.assertEqual(liuhen("key", "new", key, "--person", f"t-{n}", "--no-passphrase")[0], 0)
        other = os.path.join(top, "other")
        code, _, err = liuhen("init", "--dir", other, "--origin", "other.example/log", "--city", "某市", "--division",
                              "370100", "--no-passphrase", "--key", keys[0], "--key", keys[1])
        self.assertEqual(code, 0, err)
        code, _, err = liuhen("backup", other, "--to", self.backups)
        self.assertEqual(code, 1)
        self.assertIn("[backup.other]", err)
        shutil.move(os.path.join(other, "db"), os.path.join(top, "db"))
        os.remove(os.path.join(other, "head"))
        code, _, err = liuhen("restore", self.backups, other)
        self.assertEqual(code, 1)
        self.assertIn("[restore.other]", err)
        self.assertFalse(os.path.exists(os.path.join(other, "db")))

    def test_killed_while_it_backs_up(self):
        self.back_up()
        for _ in range(6):
            with Service(self.ledger) as service:
                department(("--url", service.url), random.randrange(10, 99))
                asking = subprocess.Popen([LIUHEN, "backup", self.ledger, "--to", self.backups], env=ENVIRONMENT,
                                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                time.sleep(random.uniform(0.0, 0.15))
                service.process.send_signal(signal.SIGKILL)
                asking.wait(60)
        self.back_up()
        for line in liuhen("restore", self.backups, "--list")[1].splitlines()[:-1]:
            directory, _ = self.restore_alone(int(line.split("\t")[0]))
            self.expect_whole(directory, size_in(head_of(directory)))
        self.assertEqual(head_of(directory), head_of(self.ledger))


class Losses(unittest.TestCase):
    """A backup that is older than the last signed head."""

    def setUp(self):
        self.ledger = copy_of_demo()
        self.backups = os.path.join(scratch(), "backups")
        self.size = size_in(head_of(self.ledger))
        self.assertEqual(liuhen("backup", self.ledger, "--to", self.backups)[0], 0)
        for number in (1, 2):
            self.assertEqual(department(("--dir", self.ledger), number)[0], 0)
        self.copy = os.path.join(scratch(), "copy")
        with Service(self.ledger) as service:
            self.vkey = json.loads(service.get("/api/v1/log")[2])["vkey"]
            self.assertEqual(liuhen("mirror", service.url, self.copy)[0], 0)

    def lose_the_disk(self, head):
        """The database is gone; the keys and, if so asked, the head are still there."""
        shutil.rmtree(os.path.join(self.ledger, "db"))
        if not head:
            os.remove(os.path.join(self.ledger, "head"))

    def expect_refused(self):
        for words in (("serve", "--listen", "127.0.0.1:0"), ("state", "log"),
                      ("department", "370209-TEST", "--name", "试", "--division", "370200", "--key", person("office-1"))):
            code, _, err = liuhen(*words, "--dir", self.ledger)
            self.assertEqual(code, 1)
            self.assertIn("[ledger.rolled_back]", err)
        self.assertEqual(size_in(head_of(self.ledger)), self.size + 2)

    def accept(self, *signers):
        signers = signers or (os.path.join(self.ledger, "keys", "platform.key"), person("trustee-2"))
        return liuhen("accept-loss", "--dir", self.ledger, "--reason", "磁盘损坏，备份为前一日",
                      *(word for signer in signers for word in ("--key", signer)))

    def test_the_head_that_was_left_forbids_to_sign(self):
        self.lose_the_disk(head=True)
        code, out, err = liuhen("restore", self.backups, self.ledger)
        self.assertEqual(code, 0, err)
        self.assertIn(f"has {self.size + 2} entries", out)
        self.expect_refused()

    def test_so_does_a_head_that_others_held(self):
        self.lose_the_disk(head=False)
        code, out, err = liuhen("restore", self.backups, self.ledger, "--head", os.path.join(self.copy, "checkpoint"))
        self.assertEqual(code, 0, err)
        self.assertIn(f"has {self.size + 2} entries", out)
        self.expect_refused()

    def test_who_gave_a_head_that_agrees_is_not_asked_for_one(self):
        self.assertEqual(liuhen("backup", self.ledger, "--to", self.backups)[0], 0)
        head = os.path.join(scratch(), "head")
        shutil.copy(os.path.join(self.ledger, "head"), head)
        for given, told in ((("--head", head), "lacks nothing"), ((), "compare with the newest")):
            self.lose_the_disk(head=False)
            code, out, err = liuhen("restore", self.backups, self.ledger, *given)
            self.assertEqual(code, 0, err)
            self.assertIn(told, out)
            self.assertEqual("(--head)" in out, given == (), out)

    def test_an_operator_decides_with_an_event_that_everyone_sees(self):
        self.lose_the_disk(head=True)
        lost = head_of(self.ledger)
        self.assertEqual(liuhen("restore", self.backups, self.ledger)[0], 0)
        for who, why in ((("supervisor-1",), "role.signatures"), (("clerk-1", "trustee-2"), "role.denied"),
                         (("trustee-1", "supervisor-1"), "role.denied")):
            code, _, err = self.accept(*map(person, who))
            self.assertEqual(code, 1)  # not everyone may
            self.assertIn(f"[{why}]", err)
            self.expect_refused()
        code, out, err = self.accept()
        self.assertEqual(code, 0, err)
        self.assertIn(f"at position {self.size}", out)
        self.assertEqual(text_of(self.ledger, f"head.lost-{self.size + 2}"), lost)
        code, said = verify("dir", self.ledger, "--vkey", self.vkey)
        self.assertEqual(code, 0, said)
        lines = said.splitlines()
        at = lines.index("Verdict: verified")
        self.assertIn("Restored from an older backup 1 time(s)", lines[at + 1])
        self.assertIn(f"entry {self.size}:", lines[at + 2])
        self.assertIn("磁盘损坏", lines[at + 2])
        report = json.loads(verify("dir", self.ledger, "--vkey", self.vkey, "--json", "--quiet")[1])
        self.assertEqual(report["verdict"], "verified")
        self.assertEqual([(loss["position"], loss["lost_head"]) for loss in report["losses"]],
                         [(self.size, hashlib.sha256(lost.encode()).hexdigest())])
        with Service(self.ledger) as service:
            self.assertEqual(department(("--url", service.url), 9)[0], 0)
            # Whoever holds what was lost is not deceived.
            code, _, err = liuhen("mirror", service.url, self.copy)
            self.assertEqual(code, 4)
            self.assertIn("[export.fork]", err)
            self.assertIn(f"differs is {self.size};", err)
        code, _, err = self.accept()
        self.assertEqual(code, 1)
        self.assertIn("[restore.no_loss]", err)

    def test_killed_anywhere_it_is_finished_by_the_same_command(self):
        self.lose_the_disk(head=True)
        self.assertEqual(liuhen("restore", self.backups, self.ledger)[0], 0)
        lost, before = head_of(self.ledger), os.path.join(scratch(), "before")
        shutil.copytree(self.ledger, before)
        self.assertEqual(self.accept()[0], 0)
        # As a crash leaves it after the event and before the head file: whichever of the two is used, it goes on.
        with open(os.path.join(self.ledger, "head"), "w", encoding="utf-8") as file:
            file.write(lost)
        crashed = os.path.join(scratch(), "crashed")
        shutil.copytree(self.ledger, crashed)
        code, said = verify("dir", crashed, "--vkey", self.vkey)
        self.assertEqual(code, 0, said)
        code, out, err = self.accept()
        self.assertEqual(code, 0, err)
        self.assertIn("recorded before", out)
        with Service(crashed):
            pass
        for directory in (self.ledger, crashed):
            self.assertEqual(size_in(head_of(directory)), self.size + 1)
            self.assertEqual(text_of(directory, f"head.lost-{self.size + 2}"), lost)
        # And killed at random moments.
        for _ in range(8):
            shutil.rmtree(self.ledger)
            shutil.copytree(before, self.ledger)
            running = subprocess.Popen(
                [LIUHEN, "accept-loss", "--dir", self.ledger, "--reason", "x", "--key",
                 os.path.join(self.ledger, "keys", "platform.key"), "--key", person("trustee-2")],
                env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(random.uniform(0.0, 0.6))
            running.kill()
            running.wait(60)
            code, out, err = self.accept()
            self.assertTrue(code == 0 or "[restore.no_loss]" in err, err)
            self.assertEqual(size_in(head_of(self.ledger)), self.size + 1)
            self.assertEqual(verify("dir", self.ledger)[0], 0)

    def test_a_head_of_another_history_is_decided_too(self):
        self.lose_the_disk(head=False)
        self.assertEqual(liuhen("restore", self.backups, self.ledger)[0], 0)
        for number in (5, 6, 7):  # nobody had told it of the newer head
            self.assertEqual(department(("--dir", self.ledger), number)[0], 0)
        shutil.copy(os.path.join(self.copy, "checkpoint"), os.path.join(self.ledger, "head"))
        code, _, err = liuhen("state", "log", "--dir", self.ledger)
        self.assertEqual(code, 1)
        self.assertIn("[ledger.rolled_back]", err)
        code, _, err = self.accept()
        self.assertEqual(code, 0, err)
        self.assertEqual(size_in(head_of(self.ledger)), self.size + 4)
        self.assertIn("Restored from an older backup", verify("dir", self.ledger)[1])

    def served(self, folder):
        class Quiet(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *words, **more):
                super().__init__(*words, directory=folder, **more)

            def log_message(self, *_):
                pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_address[1]}"

    def test_what_a_mirror_has_is_not_lost(self):
        code, out, err = liuhen("conflict", "declare", "--dir", self.ledger, "--subject", "91350100M000100Y43",
                                "--inspector", "ZF370200-00001", "--kind", "持股", "--unit", "370202-SCJG", "--key",
                                person("registrar-1"))
        self.assertEqual(code, 0, err)
        with Service(self.ledger) as service:
            self.assertEqual(liuhen("mirror", service.url, self.copy)[0], 0)
        head = head_of(self.ledger)
        for where in (self.copy, self.served(self.copy)):
            for keeps_head in (True, False):
                directory = os.path.join(scratch(), "restored")
                os.makedirs(directory)
                if keeps_head:
                    shutil.copy(os.path.join(self.ledger, "head"), directory)
                code, out, err = liuhen("restore", self.backups, directory, "--from-mirror", where)
                self.assertEqual(code, 0, err)
                self.assertIn("the 3 entries after the backup", out)
                self.assertIn("content of 1 commitments", out)
                self.assertRegex(text_of(directory, "restored.without-content"), rf"^{self.size + 2} [0-9a-f]{{64}}\n$")
                self.assertEqual(head_of(directory), head)
                code, said = verify("dir", directory, "--vkey", self.vkey)
                self.assertEqual(code, 0, said)
                self.assertNotIn("Restored from", said)
        shutil.copytree(os.path.join(self.ledger, "keys"), os.path.join(directory, "keys"))
        with Service(directory) as service:  # and goes on, in the one history
            self.assertEqual(department(("--url", service.url), 9)[0], 0)
            self.assertEqual(liuhen("mirror", service.url, self.copy)[0], 0)
        self.assertEqual(verify("dir", directory, "--vkey", self.vkey)[0], 0)

    def test_a_mirror_that_does_not_follow_on_restores_nothing(self):
        broken = os.path.join(scratch(), "broken")
        for change in ("entry", "checkpoint", "history"):
            shutil.rmtree(broken, ignore_errors=True)
            shutil.copytree(self.copy, broken)
            if change == "history":
                other = copy_of_demo()
                self.assertEqual(department(("--dir", other), 7)[0], 0)
                with Service(other) as service:
                    shutil.rmtree(broken)
                    self.assertEqual(liuhen("mirror", service.url, broken)[0], 0)
                self.assertEqual(liuhen("backup", self.ledger, "--to", self.backups)[0], 0)
                self.assertEqual(department(("--dir", other), 8)[0], 0)
                self.assertEqual(department(("--dir", other), 9)[0], 0)
                with Service(other) as service:
                    self.assertEqual(liuhen("mirror", service.url, broken)[0], 0)
            elif change == "checkpoint":
                path = os.path.join(broken, "checkpoint")
                note = text_of(path)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(note.replace(f"\n{self.size + 2}\n", f"\n{self.size + 1}\n"))
            else:
                index, width = divmod(self.size + 2, 256)
                newest = os.path.join(broken, "tile", "entries", f"{index:03}.p", str(width))
                with open(newest, "rb") as file:
                    good = file.read()
                with open(newest, "wb") as file:
                    file.write(good[:-40] + bytes([good[-40] ^ 1]) + good[-39:])
            place = scratch()
            directory = os.path.join(place, "on", "the", "way")
            code, out, err = liuhen("restore", self.backups, directory, "--from-mirror", broken)
            self.assertEqual(code, 1, (change, out))
            self.assertRegex(err, r"\[(restore\.mirror|note\.signature|restore\.fork)\]", change)
            self.assertEqual(os.listdir(place), [])  # they were made for this alone

    def test_a_newer_backup_needs_no_decision(self):
        self.assertEqual(liuhen("backup", self.ledger, "--to", self.backups)[0], 0)
        self.lose_the_disk(head=True)
        self.assertEqual(liuhen("restore", self.backups, self.ledger)[0], 0)
        code, said = verify("dir", self.ledger)
        self.assertEqual(code, 0, said)
        self.assertNotIn("Restored from", said)
        with Service(self.ledger) as service:
            self.assertEqual(liuhen("mirror", service.url, self.copy)[0], 0)

    def test_a_head_of_another_history_forbids_to_restore(self):
        other = copy_of_demo()
        self.assertEqual(department(("--dir", other), 7)[0], 0)
        self.assertEqual(liuhen("backup", self.ledger, "--to", self.backups)[0], 0)
        self.lose_the_disk(head=False)
        code, _, err = liuhen("restore", self.backups, self.ledger, "--head", os.path.join(other, "head"))
        self.assertEqual(code, 1)
        self.assertIn("[restore.fork]", err)
        self.assertFalse(os.path.exists(os.path.join(self.ledger, "db")))


class Rotation(unittest.TestCase):
    """docs/operate.md, "A new key for the platform"."""

    def test_the_platform_gets_a_new_key_and_old_proofs_hold(self):
        ledger = copy_of_demo()
        made = scratch()
        origin = head_of(ledger).split("\n")[0]
        new, request = os.path.join(made, "platform.key"), os.path.join(made, "platform.json")
        where = ("--dir", ledger)
        with Service(ledger) as service:
            vkey = json.loads(service.get("/api/v1/log")[2])["vkey"]
            rows = json.loads(service.get("/api/v1/keys")[2])["keys"]
            status, _, old_proof = service.get("/api/v1/proofs/4")
            self.assertEqual(status, 200)
        old = next(row["key"] for row in rows if "platform" in json.dumps(row["roles"]))
        draw_proof = f"{DEMO}.demo/files/2026-ND-1.draw-proof"
        trustees = ("--key", person("trustee-1"), "--key", person("trustee-2"))
        for words in (("key", "new", new, "--person", "platform", "--no-passphrase"),
                      ("key", "request", "--key", new, "--origin", origin, "--out", request),
                      ("key", "grant", request, "--role", "platform", *trustees, *where)):
            code, _, err = liuhen(*words)
            self.assertEqual(code, 0, err)
        shutil.move(os.path.join(ledger, "keys", "platform.key"), os.path.join(made, "old.key"))
        shutil.copy(new, os.path.join(ledger, "keys", "platform.key"))
        code, _, err = liuhen("key", "revoke", old, "--reason", "轮换", "--key", person("trustee-1"), *where)
        self.assertEqual(code, 0, err)
        # The platform acts under the new key: a draw from its announcement to its list.
        people = os.path.join(made, "people")
        shutil.copytree(f"{DEMO}.demo/people", people)
        contributors = ("contributor-1", "contributor-2")
        key = lambda who: ("--key", os.path.join(people, who + ".key"))
        steps = [("announce", "2026-ND", *(w for who in contributors for w in ("--contributor", who)),
                  *key("clerk-1"), *key("approver-1"))]
        for verb in ("commit", "reveal"):
            steps += [(verb, "2026-ND/2", "--without-witnesses", *key(who)) for who in contributors] + [("advance",)]
        new_proof = os.path.join(made, "2.draw-proof")
        for step in (*steps, ("proof", "2026-ND/2", "--out", new_proof)):
            code, _, err = liuhen("draw", *step, *where)
            self.assertEqual(code, 0, err)
        self.assertEqual(verify("file", new_proof, "--vkey", vkey)[0], 0)
        code, said = verify("dir", ledger, "--vkey", vkey)
        self.assertEqual(code, 0, said)
        # What was proved before is proved still.
        path = os.path.join(made, "4.tlog-proof")
        with open(path, "wb") as file:
            file.write(old_proof)
        self.assertEqual(verify("file", path, "--vkey", vkey)[0], 0)
        self.assertEqual(verify("file", draw_proof, "--vkey", vkey)[0], 0)


if __name__ == "__main__":
    unittest.main()
