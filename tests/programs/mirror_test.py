"""`liuhen mirror` over real HTTP: sources that are slow, broken off, tampered with, rolled back, forked; a copy that is damaged."""

import fcntl
import glob
import http.server
import json
import os
import resource
import shutil
import signal
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.request

from programs import DEMO, ENVIRONMENT, LIUHEN, SLOWER, Service, copy_of_demo, liuhen, person, scratch, verify
from small_ledger import SmallLedger


def size_of(folder):
    with open(os.path.join(folder, "checkpoint"), encoding="utf-8") as file:
        return int(file.read().split("\n")[1])


def department(where, number):
    code, _, err = liuhen("department", f"3702{number:02}-TEST", "--name", "试", "--division", "370200",
                          "--key", person("office-1"), *where)
    assert code == 0, err


def grow(where, entries):
    """One entry for each of so many conflicts of interest, at once."""
    def first_words(name):
        with open(f"{DEMO}.demo/files/{name}.csv", encoding="gb18030") as file:
            return [line.split(",")[0] for line in file][1:]
    subjects, inspectors = first_words("subjects"), first_words("inspectors")
    path = os.path.join(scratch(), "conflicts.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write("检查对象,执法证号,回避情形,说明\n")
        for n in range(entries):
            file.write(f"{subjects[n]},{inspectors[n % len(inspectors)]},近亲属,示例\n")
    code, _, err = liuhen("import", "conflicts", path, "--key", person("registrar-1"), *where)
    assert code == 0, err


def without_tiles(path, status, body):
    return (404, b"") if path.startswith("/tile") else (status, body)


class Serving:
    """Requests on a free port of the loopback are handled until the block ends."""

    def __init__(self, handler):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.server.shutdown()
        self.server.server_close()


class Proxy(Serving):
    """HTTP between a mirror and its source; `answer(path, status, body)` may wait, or give another answer."""

    def __init__(self, url, answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle(self):
                try:
                    super().handle()
                except OSError:  # whoever asked was killed meanwhile
                    pass

            def do_GET(self):
                try:
                    with urllib.request.urlopen(url + self.path, timeout=30) as got:
                        status, body = got.status, got.read()
                except urllib.error.HTTPError as refused:
                    status, body = refused.code, refused.read()
                status, body = answer(self.path, status, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *unused):
                pass

        super().__init__(Handler)


class StaticFiles(Serving):
    """A directory as any file server serves it."""

    def __init__(self, folder):
        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *words):
                super().__init__(*words, directory=folder)

            def log_message(self, *unused):
                pass

        super().__init__(Handler)


class Running:
    """`liuhen mirror …` in a process of its own."""

    def __init__(self, *words):
        self.process = subprocess.Popen([LIUHEN, "--lang", "en", "mirror", *words], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT,
                                        start_new_session=True,
                                        restore_signals=False)  # a file too large is an error, and no signal

    def wait(self, seconds=120):
        """(exit code, all that it said)"""
        said, _ = self.process.communicate(timeout=seconds * SLOWER)
        return self.process.returncode, said

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def until(what, seconds=60):
    end = time.monotonic() + seconds * SLOWER
    while not what():
        if time.monotonic() > end:
            raise AssertionError("it never came to that")
        time.sleep(0.05)


class Mirror(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """One log of 500 entries and more, which no test changes."""
        cls.ledger = copy_of_demo()
        grow(("--dir", cls.ledger), 320)
        cls.service = Service(cls.ledger)
        cls.vkey = cls.key_of(cls.service)
        cls.size = int(cls.service.get("/checkpoint")[2].decode().split("\n")[1])
        assert cls.size > 512, cls.size

    @classmethod
    def tearDownClass(cls):
        cls.service.__exit__()

    @staticmethod
    def key_of(service):
        return json.loads(service.get("/api/v1/log")[2])["vkey"]

    def setUp(self):
        self.copy = os.path.join(scratch(), "copy")

    def mirror(self, url, *words):
        return liuhen("mirror", url, self.copy, *words)

    def expect_verified(self, size, folder=None):
        code, said = verify("tiles", folder or self.copy, "--vkey", self.vkey)
        self.assertEqual(code, 0, said)
        self.assertEqual(size_of(folder or self.copy), size)

    @staticmethod
    def spoil(path):
        with open(path, "w", encoding="utf-8") as file:
            file.write("x")

    def own_service(self):
        """A service on the same log that this test may change."""
        path = os.path.join(scratch(), "ledger")
        shutil.copytree(self.ledger, path)
        return path

    def evidence(self):
        return sorted(os.listdir(os.path.join(self.copy, "evidence")))

    def test_what_it_holds_is_verified_and_served(self):
        code, out, err = self.mirror(self.service.url, "--vkey", self.vkey)
        self.assertEqual(code, 0, err)
        self.assertIn(f"copied up to {self.size} entries (there were 0)", out)
        self.expect_verified(self.size)
        with StaticFiles(self.copy) as files:
            code, said = verify("url", files.url, "--vkey", self.vkey)
            self.assertEqual(code, 0, said)
            second = os.path.join(scratch(), "second")  # a mirror of the mirror
            code, _, err = liuhen("mirror", files.url, second, "--vkey", self.vkey)
            self.assertEqual(code, 0, err)
            self.expect_verified(self.size, second)
        code, out, err = self.mirror(self.service.url)
        self.assertEqual(code, 0, err)
        self.assertIn("no new entries", out)

    def test_it_follows_and_says_how_far(self):
        ledger = self.own_service()
        with Service(ledger) as service:
            with Running(service.url, self.copy, "--follow", "--interval", "1") as following:
                until(lambda: os.path.exists(os.path.join(self.copy, "checkpoint")))
                for number in range(1, 4):
                    department(("--url", service.url), number)
                    until(lambda: size_of(self.copy) == self.size + number)
                time.sleep(1.5)  # for it to say so
                self.assertIsNone(following.process.poll())
                following.process.kill()
                _, said = following.wait()
        self.assertIn("the source's own word", said)  # no key was given
        self.assertIn(f"copied up to {self.size + 3} entries", said)
        self.expect_verified(self.size + 3)

    def test_killed_at_many_moments_it_goes_on(self):
        asked = []

        def slowly(path, status, body):
            asked.append(path)
            time.sleep(0.02)
            return status, body
        with Proxy(self.service.url, slowly) as source:
            kills = 0
            for wait in range(1, 40):
                with Running(source.url, self.copy, "--vkey", self.vkey) as running:
                    before = len(asked)
                    until(lambda: running.process.poll() is not None or len(asked) >= before + wait)
                    if running.process.poll() is not None:
                        break
                    running.process.send_signal(signal.SIGKILL)
                    kills += 1
                if os.path.exists(os.path.join(self.copy, "checkpoint")):
                    self.expect_verified(self.size)  # whole whenever it says that it is
            self.assertEqual(running.process.returncode, 0)
            self.assertGreater(kills, 3)
        self.expect_verified(self.size)
        self.assertFalse(os.path.exists(os.path.join(self.copy, ".new")))

    def test_a_source_that_goes_away_is_asked_again(self):
        broken = threading.Event()

        def sometimes(path, status, body):
            return (503, b"") if broken.is_set() else (status, body)
        ledger = self.own_service()
        with Service(ledger) as service, Proxy(service.url, sometimes) as source:
            with Running(source.url, self.copy, "--follow", "--interval", "1") as following:
                until(lambda: os.path.exists(os.path.join(self.copy, "checkpoint")))
                broken.set()
                department(("--url", service.url), 1)
                time.sleep(2.5)
                self.assertEqual(size_of(self.copy), self.size)
                broken.clear()
                until(lambda: size_of(self.copy) == self.size + 1)
                following.process.kill()
                _, said = following.wait()
        self.assertIn("[fetch.failed]", said)
        self.assertIn("asking again in 2 s", said)

    def test_one_without_room_goes_on_once_there_is(self):
        ledger = self.own_service()
        with Service(ledger) as service, Running(service.url, self.copy, "--follow", "--interval", "1") as following:
            until(lambda: os.path.exists(os.path.join(self.copy, "checkpoint")))
            no_limit = resource.prlimit(following.process.pid, resource.RLIMIT_FSIZE, (10, resource.RLIM_INFINITY))
            department(("--url", service.url), 1)
            time.sleep(4.5)
            self.assertIsNone(following.process.poll())
            self.expect_verified(self.size)
            resource.prlimit(following.process.pid, resource.RLIMIT_FSIZE, no_limit)
            until(lambda: size_of(self.copy) == self.size + 1)
            following.process.kill()
            _, said = following.wait()
        self.assertEqual(said.count("[export.io]"), 1, said)
        self.expect_verified(self.size + 1)

    def test_one_that_finds_another_run_waits_for_it(self):
        self.assertEqual(self.mirror(self.service.url, "--vkey", self.vkey)[0], 0)
        held = os.open(self.copy, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(held, fcntl.LOCK_EX)
        bundle = glob.glob(self.copy + "/tile/entries/002.p/*")[0]
        os.truncate(bundle, 100)
        with Running(self.service.url, self.copy, "--follow", "--interval", "1") as following:
            said = [following.process.stdout.readline() for _ in range(2)]
            self.assertIn("[export.busy]", "".join(said))
            os.close(held)
            until(lambda: os.path.getsize(bundle) > 100)  # it is checked then
            self.assertIsNone(following.process.poll())

    def test_a_hangup_without_a_terminal_ends_none_that_follows(self):
        with Running(self.service.url, self.copy, "--vkey", self.vkey, "--follow", "--interval", "1") as following:
            until(lambda: os.path.exists(os.path.join(self.copy, "checkpoint")))
            following.process.send_signal(signal.SIGHUP)
            time.sleep(1)
            self.assertIsNone(following.process.poll())

    def test_one_that_hangs_is_not_waited_for(self):
        def hangs(path, status, body):
            if "entries" in path:
                time.sleep(20)
            return status, body
        with Proxy(self.service.url, hangs) as source:
            start = time.monotonic()
            code, _, err = self.mirror(source.url, "--vkey", self.vkey, "--timeout", "1")
            self.assertEqual(code, 1)
            self.assertIn("[fetch.failed]", err)
            self.assertLess(time.monotonic() - start, 15)
        code, _, err = self.mirror(self.service.url)
        self.assertEqual(code, 0, err)
        self.expect_verified(self.size)

    def test_no_altered_answer_is_taken(self):
        for part in ("/tile/0/000", "/tile/0/001", "/tile/entries/000", "/tile/entries/001", "/tile/entries/002.p/"):
            with self.subTest(part):
                shutil.rmtree(self.copy, ignore_errors=True)

                def alters(path, status, body):
                    if status == 200 and path.startswith(part):
                        body = body[:1000] + bytes([body[1000] ^ 1]) + body[1001:]
                    return status, body
                with Proxy(self.service.url, alters) as source:
                    code, _, err = self.mirror(source.url, "--vkey", self.vkey)
                    self.assertEqual(code, 1)
                    self.assertIn("[export.source]", err)
                    self.assertFalse(os.path.exists(os.path.join(self.copy, "checkpoint")))
                code, _, err = self.mirror(self.service.url)
                self.assertEqual(code, 0, err)
                self.expect_verified(self.size)

    def test_an_altered_tile_of_what_is_held_is_no_fork(self):
        ledger = self.own_service()
        self.assertEqual(self.mirror(self.service.url, "--vkey", self.vkey)[0], 0)
        department(("--dir", ledger), 1)

        def alters(path, status, body):
            if path.startswith("/tile/0/002.p/"):
                body = bytes([body[0] ^ 1]) + body[1:]
            return status, body
        with Service(ledger) as service, Proxy(service.url, alters) as source:
            code, _, err = self.mirror(source.url)
            self.assertEqual(code, 1)
            self.assertIn("[export.source]", err)
            self.assertEqual([name.split("-")[0] for name in self.evidence()], ["held", "unproven"])
            self.assertEqual(self.mirror(service.url)[0], 0)
            self.assertFalse(os.path.exists(os.path.join(self.copy, "evidence")))
        self.expect_verified(self.size + 1)

    def test_an_altered_checkpoint_is_refused(self):
        def alters(path, status, body):
            return status, body.replace(b"\n%d\n" % self.size, b"\n%d\n" % (self.size - 1))
        with Proxy(self.service.url, alters) as source:
            code, _, err = self.mirror(source.url, "--vkey", self.vkey)
        self.assertEqual(code, 1)
        self.assertRegex(err, r"\[note\.[a-z]+\]")

    def test_a_rolled_back_source_is_refused_with_evidence(self):
        ledger, older = self.own_service(), self.own_service()
        for number in (1, 2):
            department(("--dir", ledger), number)
        with Service(ledger) as service:
            self.assertEqual(self.mirror(service.url)[0], 0)
        with Service(older) as service:  # database, head and all taken back: it starts
            for words in ((), ("--follow",)):
                code, _, err = self.mirror(service.url, *words)
                self.assertEqual(code, 4)
                self.assertIn("[export.behind]", err)
                self.assertIn(f"entries from {self.size} on have gone", err)
        kept = self.evidence()
        self.assertEqual(len(kept), 2, kept)
        self.assertTrue(kept[0].startswith(f"behind-{self.size}-"))
        self.assertTrue(kept[1].startswith(f"held-{self.size + 2}-"))
        self.expect_verified(self.size + 2)

    def test_one_that_follows_puts_up_with_a_checkpoint_of_a_moment_ago(self):
        ledger, given, of_a_moment_ago = self.own_service(), [], []

        def cached(path, status, body):
            if path != "/checkpoint":
                return status, body
            given.append(of_a_moment_ago.pop() if of_a_moment_ago else body)
            return status, given[-1]
        with Service(ledger) as service, Proxy(service.url, cached) as source:
            with Running(source.url, self.copy, "--follow", "--interval", "1") as following:
                until(lambda: os.path.exists(os.path.join(self.copy, "checkpoint")))
                department(("--url", service.url), 1)
                until(lambda: size_of(self.copy) == self.size + 1)
                of_a_moment_ago.extend([given[0]] * 2)
                until(lambda: not of_a_moment_ago)
                department(("--url", service.url), 2)
                until(lambda: size_of(self.copy) == self.size + 2)
                following.process.kill()
                _, said = following.wait()
        self.assertIn("[export.behind]", said)
        self.expect_verified(self.size + 2)

    def test_a_forked_source_is_refused_with_the_entry_and_evidence(self):
        one, other = self.own_service(), self.own_service()
        department(("--dir", one), 1)
        department(("--dir", one), 2)
        with Service(one) as service:
            self.assertEqual(self.mirror(service.url)[0], 0)
        for more in (1, 2, 3):  # shorter than what is held, as long, longer
            department(("--dir", other), 10 + more)
            with Service(other) as service:
                code, _, err = self.mirror(service.url)
            self.assertEqual(code, 4)
            self.assertIn("[export.fork]", err)
            self.assertIn(f"the first entry that differs is {self.size};", err)
            for name in self.evidence():
                self.assertIn(os.path.join(self.copy, "evidence", "held-"), err)
                with open(os.path.join(self.copy, "evidence", name), encoding="utf-8") as file:
                    self.assertIn(self.vkey.split("+")[0], file.read())
        self.assertEqual(len(self.evidence()), 4)  # one held, three offered
        self.expect_verified(self.size + 2)
        with Service(one) as service:  # the history that it holds is still welcome
            self.assertEqual(self.mirror(service.url)[0], 0)

    def test_a_fork_of_the_same_size_needs_no_tiles(self):
        one, other = self.own_service(), self.own_service()
        department(("--dir", one), 1)
        department(("--dir", other), 2)
        exported = os.path.join(scratch(), "exported")
        with Service(one) as service:
            self.assertEqual(self.mirror(service.url, "--vkey", self.vkey)[0], 0)
        shutil.copytree(self.copy, exported)
        with Service(other) as service, Proxy(service.url, without_tiles) as source:
            for words in (("mirror", source.url, self.copy), ("mirror", source.url, self.copy, "--follow"),
                          ("export", "tiles", exported, "--url", source.url, "--vkey", self.vkey)):
                code, _, err = liuhen(*words)
                self.assertEqual(code, 4)
                self.assertIn("[export.fork]", err)
                self.assertIn("which entry differs first is unknown", err)
        for folder in (self.copy, exported):
            kept = [name.rsplit("-", 1)[0] for name in sorted(os.listdir(os.path.join(folder, "evidence")))]
            self.assertEqual(kept, [f"fork-{self.size + 1}", f"held-{self.size + 1}"])
            self.expect_verified(self.size + 1, folder)

    def test_a_longer_fork_without_tiles_is_found_out_later(self):
        one, other = self.own_service(), self.own_service()
        department(("--dir", one), 1)
        department(("--dir", other), 2)
        self.assertEqual(self.mirror(self.service.url, "--vkey", self.vkey)[0], 0)
        with Service(other) as service, Proxy(service.url, without_tiles) as source:
            code, _, err = self.mirror(source.url)
        self.assertEqual(code, 1)
        self.assertIn("[fetch.absent]", err)
        self.assertIn(os.path.join(self.copy, "evidence", f"unproven-{self.size + 1}-"), err)
        with Service(one) as service:
            code, _, err = self.mirror(service.url)
            self.assertEqual(code, 4)
            self.assertIn("[export.fork]", err)
            self.assertEqual(self.mirror(service.url)[0], 0)
        self.assertTrue(self.evidence()[0].startswith(f"fork-{self.size + 1}-"), self.evidence())
        self.expect_verified(self.size + 1)

    def test_a_fork_that_was_seen_before_it_was_copied_is_caught(self):
        """Killed between taking a checkpoint and copying its entries, then shown another history."""
        one, other = self.own_service(), self.own_service()
        self.assertEqual(self.mirror(self.service.url, "--vkey", self.vkey)[0], 0)
        department(("--dir", one), 1)
        department(("--dir", other), 2)

        def no_entries(path, status, body):
            return (503, b"") if "entries" in path else (status, body)
        with Service(one) as service, Proxy(service.url, no_entries) as source:
            self.assertEqual(self.mirror(source.url)[0], 1)
        self.assertEqual(size_of(self.copy), self.size)
        with Service(other) as service:
            code, _, err = self.mirror(service.url)
        self.assertEqual(code, 4)
        self.assertIn("[export.fork]", err)
        with Service(one) as service:
            self.assertEqual(self.mirror(service.url)[0], 0)
        self.expect_verified(self.size + 1)

    def test_files_that_are_damaged_are_found_and_put_back(self):
        self.assertEqual(self.mirror(self.service.url, "--vkey", self.vkey)[0], 0)
        names = [name for name in glob.glob(self.copy + "/**", recursive=True) if os.path.isfile(name)]
        names = [name for name in names if not name.endswith("/vkey")]
        self.assertGreater(len(names), 8)
        for name in names:
            with open(name, "rb") as file:
                good = file.read()
            for bad in (b"", good[:-1], good[:40] + bytes([good[40] ^ 1]) + good[41:], None):
                with self.subTest(name=os.path.relpath(name, self.copy), bad=None if bad is None else len(bad)):
                    if bad is None:
                        os.remove(name)
                    else:
                        with open(name, "wb") as file:
                            file.write(bad)
                    code, out, err = self.mirror(self.service.url)
                    self.assertEqual(code, 0, err)
                    with open(name, "rb") as file:
                        self.assertEqual(file.read(), good)
                    # A checkpoint that is gone altogether is as in a first run.
                    if not (bad is None and name.endswith("/checkpoint")):
                        self.assertIn("put back: " + os.path.relpath(name, self.copy), out)
        self.expect_verified(self.size)

    def test_with_no_whole_checkpoint_left_it_refuses(self):
        self.assertEqual(self.mirror(self.service.url, "--vkey", self.vkey)[0], 0)
        for name in ("checkpoint", "head"):
            with open(os.path.join(self.copy, name), "w", encoding="utf-8") as file:
                file.write("x")
        code, _, err = self.mirror(self.service.url)
        self.assertEqual(code, 1)
        self.assertIn("[export.damaged]", err)

    def test_damage_is_not_mended_from_another_history(self):
        one, other = self.own_service(), self.own_service()
        department(("--dir", one), 1)
        department(("--dir", other), 2)
        with Service(one) as service:
            self.assertEqual(self.mirror(service.url)[0], 0)
        bundle = glob.glob(self.copy + "/tile/entries/002.p/*")[0]
        with open(bundle, "r+b") as file:
            file.truncate(100)
        with Service(other) as service:
            code, _, err = self.mirror(service.url)
        self.assertEqual(code, 1)
        self.assertIn("[export.source]", err)
        self.assertIn(f"entry {self.size} ", err)

    def test_a_pinned_key_that_cannot_be_read_is_no_reason_to_take_another(self):
        self.assertEqual(self.mirror(self.service.url, "--vkey", self.vkey)[0], 0)
        path = os.path.join(self.copy, "vkey")
        os.remove(path)
        os.mkdir(path)  # which root cannot read either
        for words in ((), ("--vkey", self.vkey)):
            code, out, err = self.mirror(self.service.url, *words)
            self.assertEqual(code, 1)
            self.assertIn("[file.io]", err)
            self.assertNotIn("own word", out)
        os.rmdir(path)
        open(path, "w").close()
        code, out, _ = self.mirror(self.service.url)
        self.assertEqual(code, 1)
        self.assertNotIn("own word", out)

    def test_a_tree_without_a_key_takes_none_that_did_not_sign_it(self):
        code, _, err = liuhen("export", "tiles", self.copy, "--url", self.service.url, "--vkey", self.vkey)
        self.assertEqual(code, 0, err)
        small = SmallLedger()
        with Service(small.directory) as other:
            for words in ((), ("--vkey", small.vkey)):
                code, out, err = self.mirror(other.url, *words)
                self.assertEqual(code, 1)
                self.assertNotIn("own word", out)
                self.assertIn("[mirror.key]", err)
                self.assertIn("is not signed by " + small.vkey, err)
        self.assertFalse(os.path.exists(os.path.join(self.copy, "vkey")))
        code, out, err = self.mirror(self.service.url)
        self.assertEqual(code, 0, err)
        self.assertIn("own word", out)
        self.expect_verified(self.size)

    def test_where_nothing_whole_tells_who_signed_a_tree_nobodys_word_is_taken(self):
        code, _, err = liuhen("export", "tiles", self.copy, "--url", self.service.url, "--vkey", self.vkey)
        self.assertEqual(code, 0, err)
        head = os.path.join(self.copy, "head")
        with open(head, encoding="utf-8") as file:
            whole = file.read()
        small = SmallLedger()
        for damage in (self.spoil, os.remove):
            for name in ("checkpoint", "head"):
                damage(os.path.join(self.copy, name))
            with Service(small.directory) as other:
                code, _, err = self.mirror(other.url)
                self.assertEqual(code, 1)
                self.assertIn("[mirror.key]", err)
            self.assertFalse(os.path.exists(os.path.join(self.copy, "vkey")))
        with open(head, "w", encoding="utf-8", newline="") as file:
            file.write(whole)
        self.assertEqual(self.mirror(self.service.url)[0], 0)
        self.expect_verified(self.size)

    def test_damage_is_no_reason_to_pin_another_key(self):
        small = SmallLedger()
        self.assertEqual(self.mirror(self.service.url)[0], 0)
        pinned = os.path.join(self.copy, "vkey")
        with Service(small.directory) as other:
            for damage in (self.spoil, os.remove):
                for name in ("checkpoint", "head"):
                    damage(os.path.join(self.copy, name))
                code, _, err = self.mirror(other.url, "--vkey", small.vkey)
                self.assertEqual(code, 1)
                self.assertIn("[mirror.key]", err)
                with open(pinned, encoding="utf-8") as file:
                    self.assertEqual(file.read().strip(), self.vkey)

    def test_another_logs_key_is_refused(self):
        self.assertEqual(self.mirror(self.service.url, "--vkey", self.vkey)[0], 0)
        other = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
        code, _, err = self.mirror(self.service.url, "--vkey", other)
        self.assertEqual(code, 1)
        self.assertIn("[mirror.key]", err)

    def test_a_key_that_signed_nothing_may_be_put_right(self):
        other = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
        code, _, err = self.mirror(self.service.url, "--vkey", other)
        self.assertEqual(code, 1)
        self.assertIn("[checkpoint.origin]", err)
        code, _, err = self.mirror(self.service.url, "--vkey", self.vkey)
        self.assertEqual(code, 0, err)
        self.assertIn("[mirror.key]", self.mirror(self.service.url, "--vkey", other)[2])


class TheServerItself(unittest.TestCase):
    """What its own head file catches as it starts (docs/formats/storage.md)."""

    def refuses(self, directory, code_expected):
        code, _, err = liuhen("serve", "--dir", directory, "--listen", "127.0.0.1:0")
        self.assertEqual(code, 1)
        self.assertIn(f"[{code_expected}]", err)

    def test_a_database_taken_back_is_caught(self):
        older = copy_of_demo()
        directory = copy_of_demo()
        department(("--dir", directory), 1)
        shutil.rmtree(os.path.join(directory, "db"))
        shutil.copytree(os.path.join(older, "db"), os.path.join(directory, "db"))
        self.refuses(directory, "ledger.rolled_back")

    def test_a_database_of_another_history_is_caught(self):
        one, other = copy_of_demo(), copy_of_demo()
        department(("--dir", one), 1)
        department(("--dir", other), 2)
        shutil.copy(os.path.join(other, "head"), os.path.join(one, "head"))
        self.refuses(one, "ledger.rolled_back")


if __name__ == "__main__":
    unittest.main()
