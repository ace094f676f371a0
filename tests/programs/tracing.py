"""The programs behind strace: what they ask of the disk, and what they do when it fails."""

import http.client
import re
import signal
import subprocess
import threading

from programs import ENVIRONMENT, LIUHEN, SLOWER

UP_S = 30 * SLOWER  # for it to say where it serves
END_S = 60 * SLOWER  # to end when asked to
# LeakSanitizer looks at the threads of a process by ptrace(2), as strace does, and only one can.
TRACED = {**ENVIRONMENT, "ASAN_OPTIONS": ENVIRONMENT.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}


def may_trace():
    try:
        done = subprocess.run(["strace", "-f", "-e", "inject=fsync:error=EIO", "-o", "/dev/null", "true"],
                              capture_output=True, text=True, timeout=60)
    except FileNotFoundError:
        return "strace is not installed (tools/setup.sh test)"
    return None if done.returncode == 0 else "processes may not be traced here: " + done.stderr.strip()


class Strace:
    """What a command is put behind: -D leaves the command itself the child, so that signals reach it."""

    def __init__(self, log, *options):
        self.log = log
        self.words = ["strace", "-D", "-f", "-y", "-qq", "-o", log, *options]

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()


class Traced:
    """`liuhen serve`, or another that serves, behind strace, which may not come up at all, or not be able to say so: then it is
    stopped."""

    def __init__(self, directory, strace, command=("serve",)):
        self.process = subprocess.Popen(
            [*strace.words, LIUHEN, "--lang", "en", *command, "--dir", directory, "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=TRACED)
        self.said, self.port = "", None
        silent = [threading.Timer(UP_S, self.process.terminate), threading.Timer(UP_S + END_S, self.process.kill)]
        for timer in silent:
            timer.start()
        for line in self.process.stdout:
            self.said += line
            found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
            if found:
                self.port = int(found.group(1))
                break
        for timer in silent:
            timer.cancel()

    def get(self, target):
        """The body of the answer; fails where there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", target)
            return connection.getresponse().read()
        finally:
            connection.close()

    def end(self):
        """(exit code or minus the signal, all that it said)."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = "it did not end"
        self.said += self.process.stdout.read()
        self.process.stdout.close()
        return code, self.said
