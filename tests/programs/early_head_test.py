"""A head is shown before it is kept (docs/formats/storage.md, "A commit"). Who is quick brings it to a witness before the service
does, and the service does not take what it has signed itself for another history."""

import http.server
import json
import os
import threading
import time
import unittest

from programs import SLOWER, Service, main
from small_ledger import SmallLedger, post
from tracing import Strace, Traced, may_trace

KEEPING_S = 2 * SLOWER  # that writing a head takes here


class Witness(Service):
    command = ("witness", "serve")


class Front:
    """Stands before a witness; while it is closed, what is to be cosigned waits."""

    def __init__(self, witness):
        front = self
        self.open, self.waits, self.was_read = threading.Event(), threading.Event(), threading.Event()
        self.open.set()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not front.open.is_set():
                    front.waits.set()
                    front.open.wait(60)
                self.hand_on(body)

            def do_GET(self):
                self.hand_on(None)
                front.was_read.set()

            def hand_on(self, body):
                status, headers, answer = witness.get(self.path, self.command, body)
                self.send_response(status)
                self.send_header("Content-Type", headers.get("Content-Type", "text/plain"))
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *unused):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@unittest.skipIf(may_trace(), may_trace())
class EarlyHead(unittest.TestCase):
    def setUp(self):
        self.small = SmallLedger()
        place = self.small.scratch
        directory = os.path.join(place, "witness")
        self.small.run("witness", "init", "--dir", directory, "--name", "w.example/1", "--no-passphrase", "--log",
                       self.small.vkey)
        vkey = self.small.run("witness", "vkey", "--dir", directory).strip()
        self.witness = Witness(directory)
        self.addCleanup(self.witness.__exit__)
        self.front = Front(self.witness)
        self.addCleanup(self.front.server.shutdown)
        policy, self.log = os.path.join(place, "policy.txt"), os.path.join(place, "service.log")
        with open(policy, "w", encoding="utf-8") as file:
            file.write(f"log {self.small.vkey}\nwitness w {vkey} {self.front.url}\nquorum w\n")
        strace = Strace(os.path.join(place, "strace"), "-P", os.path.join(self.small.directory, "head"), "-e", "trace=fdatasync",
                        "-e", f"inject=fdatasync:delay_enter={KEEPING_S * 1_000_000}")
        self.service = Traced(self.small.directory, strace, ("serve", "--policy", policy, "--log", self.log))
        self.assertTrue(self.service.port, self.service.said)
        self.addCleanup(self.end)

    def end(self):
        self.front.open.set()
        if self.service.process.poll() is None:
            self.service.end()

    def get(self, target):
        return json.loads(self.service.get(target))

    def write(self, number):
        status, body = post(self.service.port, self.small.body(number))
        self.assertEqual(status, 200, body)

    def cosigned(self):
        return self.get("/api/v1/witnesses")["witnesses"][0]["size"]

    def expect_cosigned(self, size):
        end = time.monotonic() + 30 * SLOWER
        while self.cosigned() != size:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def bring(self):
        """The newest head, to the witness itself."""
        head, old = self.get("/api/v1/log"), self.cosigned()
        proof = self.get(f"/api/v1/consistency?old={old}&new={head['size']}")["proof"]
        body = f"old {old}\n" + "".join(line + "\n" for line in proof) + "\n" + head["checkpoint"]
        status, _, answer = self.witness.get("/add-checkpoint", "POST", body.encode())
        self.assertEqual(status, 200, answer)
        return head["size"]

    def test_it_is_no_other_history(self):
        self.write(1)  # makes the head file anew, and is not slow
        self.expect_cosigned(self.get("/api/v1/log")["size"])
        self.front.open.clear()
        self.write(2)
        self.assertTrue(self.front.waits.wait(30 * SLOWER))  # it is kept, and offered
        self.write(3)  # is not, for a while
        size = self.bring()
        self.front.open.set()
        self.assertTrue(self.front.was_read.wait(30 * SLOWER))
        end = time.monotonic() + 1
        while time.monotonic() < end:
            self.assertEqual(self.get("/readyz")["status"], "ready")
            time.sleep(0.02)
        self.expect_cosigned(size)
        self.write(4)
        self.expect_cosigned(size + 1)
        self.assertEqual(self.service.end()[0], 0)
        with open(self.log, encoding="ascii") as file:
            self.assertEqual([line for line in file if '"witness_refused"' in line], [])
        code, said = self.small.verify()
        self.assertEqual(code, 0, said)


if __name__ == "__main__":
    main()
