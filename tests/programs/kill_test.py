"""The service is killed with SIGKILL at random times under load, while starting too, and a witness looks on; see
tools/soak.sh.

LIUHEN_KILLS says how often (15), LIUHEN_SEED which random times.
"""

import hashlib
import http.client
import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
import unittest

from programs import ENVIRONMENT, LIUHEN, SLOWER, Service, scratch
from small_ledger import ORIGIN, Shown, SmallLedger

KILLS = int(os.environ.get("LIUHEN_KILLS", "15"))
SEED = int(os.environ.get("LIUHEN_SEED", "1"))
CLIENTS = 4


class Load:
    """Clients that send one intent after another, and one that reads the checkpoint, until all is dead."""

    def __init__(self, ledger, shown, port, numbers):
        self.ledger, self.shown, self.port, self.numbers = ledger, shown, port, numbers
        self.lock = threading.Lock()
        self.unanswered = []
        self.problems = []
        self.threads = [threading.Thread(target=self.run, args=(self.write,)) for _ in range(CLIENTS)]
        self.threads.append(threading.Thread(target=self.run, args=(self.read,)))
        for thread in self.threads:
            thread.start()

    def run(self, act):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            while act(connection):
                pass
        except Exception as problem:  # pylint: disable=broad-except
            self.problems.append(repr(problem))
        finally:
            connection.close()

    def ask(self, connection, *request):
        try:
            connection.request(*request)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            return None

    def write(self, connection):
        with self.lock:
            number = next(self.numbers)
        got = self.ask(connection, "POST", "/api/v1/intents", self.ledger.body(number))
        with self.lock:
            if got is None:
                self.unanswered.append(number)
                return False
            if not self.shown.answer(number, *got):
                raise AssertionError(got)
            return True

    def read(self, connection):
        got = self.ask(connection, "GET", "/checkpoint")
        if got is None:
            return False
        with self.lock:
            self.shown.note(got[1].decode())
        return True

    def join(self):
        for thread in self.threads:
            thread.join()
        if self.problems:
            raise AssertionError(self.problems[0])
        return self.unanswered


class Witness(Service):
    """An independent body's: it is not killed, and cosigns one history only."""

    command = ("witness", "serve")

    def __init__(self, ledger):
        directory = os.path.join(scratch(), "witness")
        ledger.run("witness", "init", "--dir", directory, "--name", "witness.example/w", "--no-passphrase", "--log",
                   ledger.vkey)
        super().__init__(directory)
        vkey = ledger.run("witness", "vkey", "--dir", directory).strip()
        self.policy = os.path.join(scratch(), "policy.txt")
        with open(self.policy, "w", encoding="utf-8") as file:
            file.write(f"log {ledger.vkey}\nwitness w {vkey} {self.url}/\nquorum w\n")

    def checkpoint(self):
        """The last that it cosigned, if any."""
        status, _, body = self.get(f"/{hashlib.sha256(ORIGIN.encode()).hexdigest()}/checkpoint")
        return body.decode() if status == 200 else None


class Kill(unittest.TestCase):
    def test_kill_9_under_load_loses_and_doubles_nothing(self):
        chance = random.Random(SEED)
        ledger = SmallLedger()
        shown = Shown(ledger.vkey)
        witness = Witness(ledger)
        self.addCleanup(witness.__exit__)
        numbers = itertools.count(1)
        unanswered, repeated = [], 0
        started = time.monotonic()
        for kill in range(KILLS):
            if chance.random() < 0.25:
                self.kill_while_starting(ledger.directory, chance.uniform(0, 0.3))
                continue
            with Service(ledger.directory, "--policy", witness.policy) as service:
                self.look_at(witness, shown)
                shown.check(service)
                for number in unanswered:
                    status, _, body = service.get("/api/v1/intents", "POST", ledger.body(number))
                    self.assertTrue(shown.answer(number, status, body), body)
                    repeated += b'"repeated":true' in body
                load = Load(ledger, shown, service.port, numbers)
                time.sleep(chance.uniform(0.02, 0.7))
                service.process.send_signal(signal.SIGKILL)
                service.process.wait(60)
                unanswered = load.join()
            if kill % 5 == 0:
                code, said = ledger.verify()
                self.assertEqual(code, 0, said)
                print(f"\r{kill + 1} / {KILLS} kills, {len(shown.acknowledged)} acknowledged", end="", file=sys.stderr, flush=True)
        with Service(ledger.directory, "--policy", witness.policy) as service:
            shown.check(service)
            end = time.monotonic() + 60 * SLOWER
            while self.look_at(witness, shown) != shown.tree.size():  # it can go on from what it cosigned
                self.assertLess(time.monotonic(), end, "the witness does not cosign what there is")
                time.sleep(0.1)
            shown.check(service)
            self.assertEqual(service.stop(signal.SIGTERM)[0], 0)
        code, said = ledger.verify()
        self.assertEqual(code, 0, said)
        self.assertGreater(len(shown.acknowledged), 5 * KILLS)
        print(f"\nseed {SEED}: {KILLS} kills in {time.monotonic() - started:.0f} s, "
              f"{len(shown.acknowledged)} acknowledged, {repeated} recorded without an answer, "
              f"{len(shown.notes)} checkpoints", flush=True)

    def look_at(self, witness, shown):
        """Keeps what the witness has cosigned; its size."""
        note = witness.checkpoint()
        if note is None:
            return 0
        shown.note(note)
        return shown.opened(note)[0]

    def kill_while_starting(self, directory, seconds):
        process = subprocess.Popen([LIUHEN, "serve", "--dir", directory, "--listen", "127.0.0.1:0"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
        time.sleep(seconds)
        process.kill()
        process.wait(60)


if __name__ == "__main__":
    unittest.main()
