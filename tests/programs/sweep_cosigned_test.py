"""The service with a witness, and every system call by which it keeps cosignatures (docs/formats/storage.md, "The cosigned file")
failing in turn, or being where it is killed: see faults.py. Writing goes on, and what is there when it starts again is whole."""

import http.client
import json
import os
import random
import shutil
import signal
import time
import unittest

from faults import ONCE, SOAK, Sweeping, calls_on
from programs import SLOWER, Service, main, scratch
from small_ledger import Shown, SmallLedger, post
from tracing import Strace, Traced, may_trace

SAMPLE = 9  # faults, without LIUHEN_SOAK


class Witness(Service):
    command = ("witness", "serve")


def within(seconds, what):
    end = time.monotonic() + seconds * SLOWER
    while time.monotonic() < end:
        try:
            if what():
                return True
        except (OSError, http.client.HTTPException):
            return False  # it was killed
        time.sleep(0.1)
    return False


@unittest.skipIf(may_trace(), may_trace())
class Cosigned(Sweeping):
    def setUp(self):
        self.small = SmallLedger()
        self.witness = os.path.join(scratch(), "witness")
        self.small.run("witness", "init", "--dir", self.witness, "--name", "w.example/1", "--no-passphrase",
                       "--log", self.small.vkey)
        self.vkey = self.small.run("witness", "vkey", "--dir", self.witness).strip()
        self.directory = os.path.join(scratch(), "ledger")  # the same for every run, as strace's -P has to name it

    def run_once(self, strace, when):
        """Serves, takes an intent, has it cosigned, is stopped, starts again without the fault."""
        place = scratch()
        policy, log, witness_directory = (os.path.join(place, name) for name in ("policy.txt", "service.log", "witness"))
        shutil.rmtree(self.directory, ignore_errors=True)
        shutil.copytree(self.small.directory, self.directory)
        shutil.copytree(self.witness, witness_directory)
        shown = Shown(self.small.vkey)
        with Witness(witness_directory) as witness:
            with open(policy, "w", encoding="utf-8") as file:
                file.write(f"log {self.small.vkey}\nwitness w {self.vkey} {witness.url}\nquorum w\n")
            service = Traced(self.directory, strace, ("serve", "--policy", policy))
            self.assertTrue(service.port or "SIGKILL" in when, (when, service.said))
            for number in (1, 2) if service.port else ():
                got = post(service.port, self.small.body(number))
                if got is None:
                    self.assertIn("SIGKILL", when)
                    break
                self.assertTrue(shown.answer(number, *got), (when, got))
                within(30, lambda: service.get("/checkpoint/witnessed").startswith(b"liuhen.example/small\n"))
                within(3, lambda: os.path.exists(self.directory + "/cosigned"))
            code, said = service.end()
            self.assertIn(code, (0, -signal.SIGKILL) if "SIGKILL" in when else (0,), (when, said))
            with Service(self.directory, "--policy", policy, "--log", log) as again:
                status, _, body = again.get("/api/v1/intents", "POST", self.small.body(3))
                self.assertTrue(shown.answer(3, status, body), (when, body))
                size = json.loads(again.get("/api/v1/log")[2])["size"]
                held = lambda: json.loads(again.get("/api/v1/witnesses")[2])["witnesses"][0]["size"]
                self.assertTrue(within(30, lambda: held() == size), when)
                shown.check(again)
                self.assertEqual(again.stop(signal.SIGTERM)[0], 0, when)
            witness.stop(signal.SIGTERM)
        with open(log, encoding="ascii") as file:  # half a file is never what is found
            self.assertNotIn("cosigned.damaged", file.read(), when)
        with Service(self.directory, "--policy", policy) as alone:  # and what was kept does without the witness
            self.assertEqual(alone.get("/checkpoint/witnessed")[0], 200, when)
            alone.stop(signal.SIGTERM)

    def test_keeping(self):
        strace = Strace(os.path.join(scratch(), "log"), "-e", "trace=" + ",".join(ONCE))
        self.run_once(strace, "undisturbed")
        faults = [(call, name, f"{fault}:when={number}")
                  for (call, name), numbers in sorted(calls_on(self.directory, strace.text()).items())
                  if call in ONCE and name.startswith("/cosigned")
                  for number in sorted(numbers)
                  for fault in ("error=EIO", "error=ENOSPC", "signal=SIGKILL")]
        for call in ("openat", "write", "fsync", "rename"):
            self.assertIn(call, {call for call, _, _ in faults})
        if not SOAK:
            random.Random(4).shuffle(faults)
            first = {(call, name, fault.split(":")[0]): (call, name, fault) for call, name, fault in faults}  # of each kind, one
            faults = sorted(first.values(), key=lambda fault: "SIGKILL" not in fault[2])[:SAMPLE]

        def one(call, name, fault, when):
            strace = Strace(os.path.join(scratch(), "log"), "-P", self.directory + name, "-e", f"inject={call}:{fault}")
            self.run_once(strace, when)
            return "INJECTED" in strace.text() or "killed by SIGKILL" in strace.text()

        self.sweep(faults, one)


if __name__ == "__main__":
    main()
