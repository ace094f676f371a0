"""The programs as a person runs them: in processes of their own, at a terminal, over HTTP.

BIN has liuhen and liuhen-verify; DEMO is a demonstration ledger, which each test copies.
Run as a script with --make-demo, it makes DEMO anew.
"""

import atexit
import hashlib
import http.client
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

BIN = os.environ["LIUHEN_BIN"]
DEMO = os.environ["LIUHEN_DEMO"]
LIUHEN = os.path.join(BIN, "liuhen")

# How many times longer than usual it may all take; a sanitizer's build says so.
SLOWER = int(os.environ.get("LIUHEN_SLOWER", "1"))

ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("LIUHEN_")}


def main():
    """Runs the tests of the script. Exits 77 where all of them were skipped: nothing was tested then, and nobody may
    take it for a pass."""
    result = unittest.main(exit=False).result
    if result.wasSuccessful() and result.skipped and len(result.skipped) >= result.testsRun:
        print("都跳过了，什么也没有测 nothing was tested:", *sorted({why for _, why in result.skipped}), sep="\n  ", file=sys.stderr)
        sys.exit(77)
    sys.exit(not result.wasSuccessful())


def scratch():
    """A directory that goes away with the process."""
    path = tempfile.mkdtemp(prefix="liuhen-programs-")
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def liuhen(*words, lang="en", environment=None, text=None):
    """Runs one command without a terminal; (exit code, standard output, standard error)."""
    done = subprocess.run(
        [LIUHEN, "--lang", lang, *words], input=text or "", capture_output=True, text=True,
        env={**ENVIRONMENT, **(environment or {})}, start_new_session=True, timeout=300 * SLOWER)
    return done.returncode, done.stdout, done.stderr


def verify(*words):
    """Runs liuhen-verify; (exit code, all that it said)."""
    done = subprocess.run([os.path.join(BIN, "liuhen-verify"), *words, "--lang", "en"], capture_output=True, text=True,
                          env=ENVIRONMENT, timeout=300 * SLOWER)
    return done.returncode, done.stdout + done.stderr


def person(who):
    return f"{DEMO}.demo/people/{who}.key"


def copy_of_demo():
    """Its own copy of the demonstration ledger, which it may change."""
    path = os.path.join(scratch(), "ledger")
    shutil.copytree(DEMO, path)
    return path


def head_of(directory):
    """The signed head in the file head (docs/formats/storage.md): of the copies that are whole the later one, or a note alone."""
    with open(os.path.join(directory, "head"), "rb") as file:
        content = file.read()
    half, found = len(content) // 2, {}
    for place in (0, 1):
        copy = content[half * place:][:half]
        lines = copy.split(b"\n", 5)
        if lines[0] != b"liuhen head copy" or len(lines) < 6:
            continue
        number, size, note = int(lines[1]), int(lines[2]), lines[5][:int(lines[2])]
        told = b"".join(line + b"\n" for line in lines[:3])
        filler = lines[5][size:]
        if (number % 2, lines[3], lines[4], filler) == (
                place, hashlib.sha256(told + note).hexdigest().encode(), b"", b" " * (len(filler) - 1) + b"\n"):
            found[number] = note.decode()
    return found[max(found)] if found else content.decode()


def control_prefix(directory):
    about = os.stat(directory)
    return f"liuhen/{about.st_dev}/{about.st_ino}/"


def control_names(directory):
    """Of the abstract sockets by which the service on the directory, if one runs, is asked for backups."""
    with open("/proc/net/unix", encoding="utf-8", errors="replace") as file:
        return set(re.findall(f"@({control_prefix(directory)}.*)", file.read()))


class Terminal:
    """A program at a terminal of its own."""

    def __init__(self, *words, lang="en"):
        self.shown = ""
        try:
            self.child, self.file = pty.fork()
        except OSError as problem:
            raise unittest.SkipTest(f"no terminal can be had here (is /dev/pts mounted?): {problem}")
        if self.child == 0:
            os.execve(LIUHEN, [LIUHEN, "--lang", lang, *words], ENVIRONMENT)

    def read_until(self, text, seconds=60):
        end = time.monotonic() + seconds * SLOWER
        start = len(self.shown)
        while text not in self.shown[start:]:
            if time.monotonic() > end:
                raise AssertionError(f"{text!r} never came; the terminal shows: {self.shown!r}")
            if select.select([self.file], [], [], 0.2)[0] and not self._read():
                raise AssertionError(f"{text!r} never came; the terminal showed: {self.shown!r}")
        return self.shown[start:]

    def type(self, line):
        os.write(self.file, line.encode() + b"\n")

    def press(self, byte):
        os.write(self.file, byte)

    def end(self):
        """Waits for it to end; the exit code, or minus the signal."""
        while self._read():
            pass
        status = os.waitpid(self.child, 0)[1]
        os.close(self.file)
        return os.waitstatus_to_exitcode(status)

    def _read(self):
        try:
            got = os.read(self.file, 4096)
        except OSError:  # the other end is gone
            return False
        self.shown += got.decode("utf-8", "replace")
        return bool(got)


class Service:
    """`liuhen serve` on a free port of the loopback, until the block ends."""

    command = ("serve",)

    def __init__(self, directory, *more, port=0, quiet=True, environment=None):
        if quiet and self.command == ("serve",) and "--log" not in more:
            more += ("--log", "none")
        self.process = subprocess.Popen(
            [LIUHEN, "--lang", "en", *self.command, "--dir", directory, "--listen",
             f"127.0.0.1:{port}", *more],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=environment or ENVIRONMENT, start_new_session=True)
        said = ""
        for line in self.process.stdout:
            said += line
            found = re.search(r"(https?)://127\.0\.0\.1:(\d+)/", line)
            if found:
                self.port = int(found.group(2))
                self.url = f"{found.group(1)}://127.0.0.1:{self.port}"
                return
        self.process.wait(60 * SLOWER)
        self.process.stdout.close()
        raise AssertionError("the service did not start: " + said)

    def get(self, target, method="GET", body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60 * SLOWER)
        try:
            connection.request(method, target, body, headers or {})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def stop(self, signal):
        """Sends the signal; (exit code, what it said, seconds it took)."""
        start = time.monotonic()
        self.process.send_signal(signal)
        said = self.process.stdout.read()
        return self.process.wait(60 * SLOWER), said, time.monotonic() - start

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def make_demo():
    for path in (DEMO, DEMO + ".demo"):
        shutil.rmtree(path, ignore_errors=True)
    os.makedirs(os.path.dirname(DEMO), exist_ok=True)
    words = ["demo", "--dir", DEMO, "--subjects", "1500"]
    data = os.environ.get("LIUHEN_DATA", "")
    if os.path.isdir(data):
        words += ["--data", data]
    code, out, err = liuhen(*words)
    if code != 0:
        sys.exit(out + err)


if __name__ == "__main__" and sys.argv[1:] == ["--make-demo"]:
    make_demo()
