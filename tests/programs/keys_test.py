"""Key files and passphrases, at a real terminal."""

import fcntl
import os
import signal
import stat
import termios
import unittest

from programs import Terminal, liuhen, scratch

SECRET = "correct horse 电池"


class Passphrases(unittest.TestCase):
    def setUp(self):
        self.directory = scratch()
        self.path = os.path.join(self.directory, "clerk-1.key")

    def make(self, first, second):
        terminal = Terminal("key", "new", self.path, "--person", "clerk-1")
        terminal.read_until("passphrase of the new key: ")
        terminal.type(first)
        terminal.read_until("the same again: ")
        terminal.type(second)
        code = terminal.end()
        self.assertNotIn(first, terminal.shown)
        self.assertNotIn(second, terminal.shown)
        return code, terminal.shown

    def test_is_asked_for_twice_and_never_shown(self):
        code, shown = self.make(SECRET, SECRET)
        self.assertEqual(code, 0, shown)
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)
        with open(self.path, encoding="utf-8") as file:
            self.assertIn("argon2id", file.read().lower())

    def test_two_that_differ_write_nothing(self):
        code, shown = self.make(SECRET, "wrong horse")
        self.assertEqual(code, 1)
        self.assertIn("[key.passphrase_mismatch]", shown)
        self.assertFalse(os.path.exists(self.path))

    def test_an_empty_one_is_refused(self):
        terminal = Terminal("key", "new", self.path, "--person", "clerk-1")
        terminal.read_until("passphrase of the new key: ")
        terminal.type("")
        self.assertEqual(terminal.end(), 1)
        self.assertIn("[key.passphrase_missing]", terminal.shown)
        self.assertFalse(os.path.exists(self.path))

    def test_ctrl_c_gives_the_terminal_back(self):
        terminal = Terminal("key", "new", self.path, "--person", "clerk-1")
        terminal.read_until("passphrase of the new key: ")
        self.assertFalse(termios.tcgetattr(terminal.file)[3] & termios.ECHO)
        terminal.press(b"\x03")
        self.assertEqual(terminal.end(), -signal.SIGINT)
        self.assertFalse(os.path.exists(self.path))

    def test_is_asked_for_when_the_key_signs(self):
        self.make(SECRET, SECRET)
        words = ["key", "request", "--key", self.path, "--origin", "a.example/log", "--out",
                 os.path.join(self.directory, "request.json")]
        terminal = Terminal(*words)
        terminal.read_until("clerk-1.key: ")
        terminal.type("wrong")
        self.assertEqual(terminal.end(), 1)
        self.assertIn("[key.passphrase]", terminal.shown)
        terminal = Terminal(*words)
        terminal.read_until("clerk-1.key: ")
        terminal.type(SECRET)
        self.assertEqual(terminal.end(), 0, terminal.shown)

    def test_without_a_terminal_it_has_to_be_given(self):
        code, _, err = liuhen("key", "new", self.path, "--person", "clerk-1")
        self.assertEqual(code, 1)
        self.assertIn("[key.passphrase_missing]", err)
        self.assertIn("--no-passphrase", err)
        self.assertFalse(os.path.exists(self.path))
        file = os.path.join(self.directory, "words")
        with open(file, "w", encoding="utf-8") as out:
            out.write(SECRET + "\n")
        code, _, err = liuhen("key", "new", self.path, "--person", "clerk-1", "--passphrase-file", file)
        self.assertEqual(code, 0, err)

    def test_a_passphrase_file_that_is_not_there_is_named(self):
        code, _, err = liuhen("key", "new", self.path, "--person", "a", "--passphrase-file", "/nowhere/x")
        self.assertEqual(code, 1)
        self.assertIn("/nowhere/x", err)


class KeyFiles(unittest.TestCase):
    def setUp(self):
        self.directory = scratch()
        self.path = os.path.join(self.directory, "a.key")
        code, _, err = liuhen("key", "new", self.path, "--person", "a", "--no-passphrase")
        self.assertEqual(code, 0, err)

    def request(self, lang="en"):
        return liuhen("key", "request", "--key", self.path, "--origin", "a.example/log", "--out",
                      os.path.join(self.directory, "r.json"), lang=lang)

    def test_are_their_owners_alone(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)
        self.assertEqual(self.request()[0], 0)
        for mode in (0o640, 0o604, 0o666):
            os.chmod(self.path, mode)
            code, _, err = self.request()
            self.assertEqual(code, 1)
            self.assertIn("[key_file.open_to_others]", err)
            self.assertIn("chmod 600 " + self.path, err)
            self.assertIn("可被他人读取", self.request(lang="zh")[2])

    def test_are_never_overwritten(self):
        with open(self.path, encoding="utf-8") as file:
            before = file.read()
        code, _, err = liuhen("key", "new", self.path, "--person", "a", "--no-passphrase")
        self.assertEqual(code, 1)
        self.assertIn("[key_file.exists]", err)
        with open(self.path, encoding="utf-8") as file:
            self.assertEqual(file.read(), before)

    def new(self, path):
        return liuhen("key", "new", path, "--person", "a", "--no-passphrase")

    def test_take_the_place_of_an_empty_file_of_ones_own(self):
        path = os.path.join(self.directory, "empty.key")
        with open(path, "w", encoding="utf-8"):
            os.chmod(path, 0o600)
        code, _, err = self.new(path)
        self.assertEqual(code, 0, err)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertIn("[key_file.exists]", self.new(path)[2])

    def test_are_written_by_one(self):
        path = os.path.join(self.directory, "locked.key")
        with open(path, "w", encoding="utf-8") as file:
            os.chmod(path, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX)
            self.assertIn("[key_file.exists]", self.new(path)[2])
        self.assertEqual(os.path.getsize(path), 0)
        self.assertEqual(self.new(path)[0], 0)

    def test_go_nowhere_else(self):
        elsewhere = os.path.join(self.directory, "elsewhere")
        for make in (os.symlink, os.link):
            path = os.path.join(self.directory, make.__name__)
            with open(elsewhere, "w", encoding="utf-8"):
                os.chmod(elsewhere, 0o600)
                make(elsewhere, path)
            self.assertIn("[key_file.exists]", self.new(path)[2])
            self.assertEqual(os.path.getsize(elsewhere), 0)
            os.remove(elsewhere)
        path = os.path.join(self.directory, "open")
        for mode in (0o640, 0o604, 0o620, 0o602):  # others may have opened it
            with open(path, "w", encoding="utf-8"):
                os.chmod(path, mode)
            self.assertIn("[key_file.exists]", self.new(path)[2])
            self.assertEqual(os.path.getsize(path), 0)
        for path in (self.directory, os.path.join(self.directory, "symlink")):  # to what is gone
            self.assertIn("[key_file.exists]", self.new(path)[2])

    @unittest.skipIf(os.geteuid() != 0, "needs root, to own files as others do")
    def test_are_written_to_nobody_elses_file(self):
        path = os.path.join(self.directory, "others.key")
        with open(path, "w", encoding="utf-8"):
            os.chmod(path, 0o600)
            os.chown(path, 65534, -1)
        self.assertIn("[key_file.exists]", self.new(path)[2])
        self.assertEqual(os.path.getsize(path), 0)


class EncryptedLedger(unittest.TestCase):
    """init with three passphrases, typed; then the directory opens with the platform's."""

    def test_init_and_open(self):
        directory = scratch()
        trustees = []
        for name in ("trustee-1", "trustee-2"):
            path = os.path.join(directory, name + ".key")
            terminal = Terminal("key", "new", path, "--person", name)
            for prompt in ("new key: ", "again: "):
                terminal.read_until(prompt)
                terminal.type("secret of " + name)
            self.assertEqual(terminal.end(), 0, terminal.shown)
            trustees += ["--key", path]
        ledger = os.path.join(directory, "ledger")
        words = ["init", "--dir", ledger, "--origin", "a.example/log", "--city", "青岛市",
                 "--division", "370200", *trustees]

        def init(second):
            terminal = Terminal(*words)
            terminal.read_until("trustee-1.key: ")
            terminal.type("secret of trustee-1")
            terminal.read_until("trustee-2.key: ")
            terminal.type(second)
            return terminal

        terminal = init("mistyped")
        self.assertEqual(terminal.end(), 1)
        self.assertIn("[key.passphrase]", terminal.shown)
        self.assertFalse(os.path.exists(ledger))  # nothing half made

        terminal = init("secret of trustee-2")
        terminal.read_until("platform's keys: ")
        terminal.type("secret of the platform")
        terminal.read_until("again: ")
        terminal.type("secret of the platform")
        self.assertEqual(terminal.end(), 0, terminal.shown)
        self.assertIn("the ledger is ready", terminal.shown)

        terminal = Terminal("state", "log", "--dir", ledger)
        terminal.read_until("platform's keys: ")
        terminal.type("secret of the platform")
        self.assertEqual(terminal.end(), 0, terminal.shown)
        self.assertIn('"size":2', terminal.shown)
        code, _, err = liuhen("state", "log", "--dir", ledger)
        self.assertEqual(code, 1)
        self.assertIn("[key.passphrase_missing]", err)


if __name__ == "__main__":
    unittest.main()
