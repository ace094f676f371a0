"""The local socket by which `liuhen backup` asks the running service, and what other users of the machine can do to it."""

import contextlib
import json
import os
import signal
import socket
import threading
import unittest

from programs import Service, control_names, control_prefix, copy_of_demo, liuhen, main, scratch
from tracing import Strace, Traced, may_trace

NOBODY = 65534


def fill(name):
    """Another user connects until nobody can: what has gone again still waits to be taken."""
    child = os.fork()
    if child == 0:
        os.setuid(NOBODY)
        while True:
            with socket.socket(socket.AF_UNIX) as client:
                client.setblocking(False)
                try:
                    client.connect("\0" + name)
                except BlockingIOError:
                    os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


@contextlib.contextmanager
def squatted(*names):
    """Another user has them, and answers nobody: of each the second who connects would wait for ever."""
    (told, telling), (ending, end) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.close(end)
        os.setuid(NOBODY)
        kept = []
        for name in names:
            kept.append(socket.socket(socket.AF_UNIX))
            kept[-1].bind("\0" + name)
            kept[-1].listen(0)
        os.write(telling, b"1")
        os.read(ending, 1)
        os._exit(0)
    os.close(telling)
    os.close(ending)
    try:
        assert os.read(told, 1) == b"1", "the names could not be had"
        yield
    finally:
        os.close(told)
        os.close(end)
        os.waitpid(child, 0)


class Controls(unittest.TestCase):
    def setUp(self):
        self.ledger = copy_of_demo()
        self.backups = os.path.join(scratch(), "backups")

    def back_up(self):
        code, out, err = liuhen("backup", self.ledger, "--to", self.backups)
        self.assertEqual(code, 0, err)
        return out

    @unittest.skipUnless(os.geteuid() == 0, "only root can be somebody else")
    def test_who_has_taken_its_names_keeps_nobody_from_backing_up(self):
        prefix = control_prefix(self.ledger)
        with Service(self.ledger) as service:
            (last,) = control_names(self.ledger)
            service.stop(signal.SIGTERM)
        with squatted(prefix[:-1], last, prefix + "0", prefix + "f" * 32):
            for _ in range(2):  # the first is still waiting to be taken: the second tries for 10 s
                self.back_up()  # without a service
            with Service(self.ledger):
                for _ in range(3):
                    self.assertIn("backed up to", self.back_up())

    @unittest.skipUnless(os.geteuid() == 0, "only root can be somebody else")
    def test_who_fills_its_queue_delays_a_backup_and_no_more(self):
        with Service(self.ledger) as service:
            (name,) = control_names(self.ledger)
            service.process.send_signal(signal.SIGSTOP)
            fill(name)
            taken = threading.Timer(2, service.process.send_signal, [signal.SIGCONT])
            taken.start()
            self.assertIn("backed up to", self.back_up())
            taken.join()

    @unittest.skipUnless(os.geteuid() == 0, "only root can be somebody else")
    def test_nobody_else_is_answered(self):
        request = json.dumps({"act": "backup", "to": self.backups, "keep": 0}).encode() + b"\n"

        def answer_to(uid):
            reading, writing = os.pipe()
            child = os.fork()
            if child == 0:
                os.setuid(uid)
                with socket.socket(socket.AF_UNIX) as client:
                    client.connect("\0" + name)
                    try:
                        client.sendall(request)
                        os.write(writing, client.makefile("rb").readline())
                    except OSError:  # closed before it was read
                        pass
                os._exit(0)
            os.close(writing)
            os.waitpid(child, 0)
            with os.fdopen(reading, "rb") as answer:
                return answer.read()
        with Service(self.ledger):
            (name,) = control_names(self.ledger)
            self.assertEqual(answer_to(NOBODY), b"")
            self.assertFalse(os.path.exists(self.backups))
            self.assertIn(b'"done"', answer_to(0))

    def test_a_service_without_it_says_so_and_the_client_what_to_do(self):
        if may_trace():
            self.skipTest(may_trace())
        after_http = Strace("/dev/null", "-e", "inject=bind:error=EADDRINUSE:when=3")
        service = Traced(self.ledger, after_http)
        code, _, err = liuhen("backup", self.ledger, "--to", self.backups)
        _, said = service.end()
        self.assertEqual(code, 1, err)
        self.assertIn("[storage.busy]", err)
        self.assertIn("if its log says no_control", err)
        self.assertFalse(os.path.exists(self.backups))
        self.assertIn("no backups while it runs", said)
        (line,) = [json.loads(line) for line in said.splitlines() if '"no_control"' in line]
        self.assertEqual((line["level"], line["code"]), ("warning", "control.io"))


if __name__ == "__main__":
    main()
