"""`liuhen serve` as people run it, on the demonstration, read by an implementation that nobody here wrote (tlog/) while it grows."""

import os
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "programs"))
from programs import SLOWER, Service, copy_of_demo, head_of, liuhen, person, scratch  # noqa: E402

TLOG = os.environ["LIUHEN_TLOG"]
SIZE = 258  # one full tile and some more: the demonstration begins with fewer


def size_in(note):
    return int(note.split("\n")[1])


class RunningService(unittest.TestCase):
    def go(self, *words):
        done = subprocess.run([TLOG, *words], capture_output=True, text=True, timeout=300 * SLOWER)
        return done.returncode, done.stdout + done.stderr

    def setUp(self):
        self.assertTrue(os.path.exists(TLOG), "Go is absent: run tools/setup.sh test, and configure the build again")
        self.ledger = copy_of_demo()
        self.checkpoints = []

    def kept(self, service):
        """The checkpoint that is published now, in a file; its size."""
        status, _, body = service.get("/checkpoint")
        self.assertEqual(status, 200)
        self.checkpoints.append(os.path.join(scratch(), "checkpoint"))
        with open(self.checkpoints[-1], "wb") as file:
            file.write(body)
        return size_in(body.decode())

    def check(self, service, vkey):
        """Every entry, every growth, and that each checkpoint ever shown is a beginning; the size."""
        code, said = self.go("service", service.url, vkey)
        self.assertEqual(code, 0, said)
        for old in self.checkpoints:
            code, grown = self.go("follow", service.url, vkey, old)
            self.assertEqual(code, 0, grown)
        return int(said.split()[1])

    def test_every_entry_and_every_growth_is_proved_while_it_grows(self):
        first = size_in(head_of(self.ledger))
        self.assertLess(first, 250)
        with Service(self.ledger) as service:
            vkey = service.get("/api/v1/log")[2].decode().split('"vkey":"')[1].split('"')[0]
            self.assertEqual(self.kept(service), first)
            self.assertEqual(self.check(service, vkey), first)
            refused = []

            def write():
                for number in range(1, SIZE - first + 1):
                    code, _, err = liuhen("department", f"3702{number:02}-TEST", "--name", "试", "--division", "370200",
                                          "--key", person("office-1"), "--url", service.url)
                    if code != 0:
                        refused.append(err)
                        return

            writer = threading.Thread(target=write)
            writer.start()
            sizes = []
            while writer.is_alive():
                self.kept(service)
                sizes.append(self.check(service, vkey))
            writer.join()
            self.assertEqual(refused, [])
            self.kept(service)
            self.assertEqual(self.check(service, vkey), SIZE)
            self.assertTrue(any(first < size < SIZE for size in sizes), sizes)
        # Stopped and started anew it is the same log; and another's key opens nothing.
        with Service(self.ledger) as service:
            self.assertEqual(self.check(service, vkey), SIZE)
            other = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
            self.assertEqual(self.go("check", service.url, other)[0], 1)

    def test_a_service_of_another_history_does_not_follow(self):
        """Of the same log and key, and of as many entries or more."""
        other = copy_of_demo()
        for ledger, numbers in ((self.ledger, (1, 2)), (other, (3, 4, 5))):
            for number in numbers:
                code, _, err = liuhen("department", f"3702{number:02}-TEST", "--name", "试", "--division", "370200",
                                      "--key", person("office-1"), "--dir", ledger)
                self.assertEqual(code, 0, err)
        with Service(self.ledger) as service:
            self.kept(service)
        with Service(other) as service:
            vkey = service.get("/api/v1/log")[2].decode().split('"vkey":"')[1].split('"')[0]
            self.assertEqual(self.go("check", service.url, vkey)[0], 0)
            code, said = self.go("follow", service.url, vkey, self.checkpoints[0])
            self.assertEqual(code, 1, said)
            self.assertIn("the growth from", said)


if __name__ == "__main__":
    unittest.main()
