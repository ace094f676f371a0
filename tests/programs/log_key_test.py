"""`liuhen key rotate-log`: a log changes the key by which it signs, as its operator, its witness, its mirror and its
readers live through it (docs/operate.md, "A new key for the log")."""

import base64
import json
import os
import random
import re
import shutil
import socket
import subprocess
import time
import unittest

from programs import DEMO, ENVIRONMENT, LIUHEN, SLOWER, Service, copy_of_demo, liuhen, person, scratch, verify


class Witness(Service):
    command = ("witness", "serve")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class LogKey(unittest.TestCase):
    def setUp(self):
        self.ledger = copy_of_demo()
        self.made = scratch()
        self.old = self.done("state", "vkey", "--dir", self.ledger).strip()

    def done(self, *words):
        code, out, err = liuhen(*words)
        self.assertEqual(code, 0, (words, out, err))
        return out

    def path(self, name):
        return os.path.join(self.made, name)

    def key(self, name):
        return os.path.join(self.ledger, "keys", name + ".key")

    def rotate(self):
        return liuhen("key", "rotate-log", "--dir", self.ledger, "--reason", "定期轮换", "--key", person("trustee-1"),
                      "--key", person("trustee-2"))

    def add(self, url):
        self.number = getattr(self, "number", 0) + 1
        self.done("department", f"3702{self.number:02}-TEST", "--name", "试", "--division", "370200", "--key",
                  person("office-1"), "--url", url)

    def keep(self, service, target, name):
        status, _, body = service.get(target)
        self.assertEqual(status, 200)
        with open(self.path(name), "wb") as file:
            file.write(body)
        return self.path(name)

    def policy(self, name, *vkeys):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write("".join(f"log {vkey}\n" for vkey in vkeys) +
                       f"witness w {self.witness_vkey} http://127.0.0.1:{self.port}/\nquorum w\n")
        return self.path(name)

    def cosigned(self, service, size):
        """The checkpoint of the size, once the witness has cosigned it."""
        end = time.monotonic() + 30 * SLOWER
        while time.monotonic() < end:
            note = service.get("/checkpoint")[2].decode()
            if int(note.split("\n")[1]) >= size and "— w.example/w " in note:
                return note
            time.sleep(0.1)
        self.fail("the witness did not cosign")

    def size(self, service):
        return json.loads(service.get("/api/v1/log")[2])["size"]

    def test_everyone_goes_on_and_what_was_proven_stays_good(self):
        witness = self.path("witness")
        self.done("witness", "init", "--dir", witness, "--name", "w.example/w", "--no-passphrase", "--log", self.old)
        self.witness_vkey = self.done("witness", "vkey", "--dir", witness).strip()
        self.port = free_port()
        only_old = self.policy("old.policy", self.old)
        copy = self.path("copy")
        draw_proof = f"{DEMO}.demo/files/2026-ND-1.draw-proof"
        with Witness(witness, port=self.port), Service(self.ledger, "--policy", only_old) as service:
            self.add(service.url)
            self.cosigned(service, self.size(service))
            old_proof = self.keep(service, "/api/v1/proofs/4", "4.tlog-proof")
            self.done("mirror", service.url, copy)

        # Not everyone may, and not beside a running service.
        code, _, err = liuhen("key", "rotate-log", "--dir", self.ledger, "--reason", "x", "--key", person("trustee-1"),
                              "--key", person("clerk-1"))
        self.assertEqual(code, 1)
        self.assertIn("[role.denied]", err)
        code, out, err = self.rotate()
        self.assertEqual(code, 0, err)
        self.new = re.search(r"new verifier key: (\S+)", out).group(1)
        self.assertNotEqual(self.new, self.old)
        self.assertEqual(self.done("state", "vkey", "--dir", self.ledger).strip(), self.new)
        self.assertIn("[log_key.old]", self.rotate()[2])  # the one before comes first
        for vkey in (self.old, self.new):
            code, said = verify("dir", self.ledger, "--vkey", vkey)
            self.assertEqual(code, 0, said)
            self.assertIn(f"signs by the key {self.new}", said)
            self.assertEqual(verify("file", draw_proof, "--vkey", vkey)[0], 0 if vkey == self.old else 1)

        # The change under way: whoever knows the old key alone goes on.
        with Witness(witness, port=self.port), Service(self.ledger, "--policy", only_old) as service:
            self.add(service.url)
            note = self.cosigned(service, self.size(service))
            self.assertEqual(note.count(f"\n— {self.old.split('+')[0]} "), 2)
            self.done("mirror", service.url, copy)
            for vkey in (self.old, self.new):
                proof = self.keep(service, "/api/v1/proofs/5", "5.tlog-proof")
                self.assertEqual(verify("file", proof, "--vkey", vkey)[0], 0)
                self.assertEqual(verify("url", service.url, "--vkey", vkey)[0], 0)
            # A mirror takes the new key because the copy itself says so.
            stranger = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
            self.assertIn("[mirror.key]", liuhen("mirror", service.url, copy, "--vkey", stranger)[2])
            self.done("mirror", service.url, copy, "--vkey", self.new)
            with open(os.path.join(copy, "vkey"), encoding="utf-8") as file:
                self.assertEqual(file.read().strip(), self.new)
        self.done("witness", "add-log", "--dir", witness, self.new)

        # And over: the new one alone.
        shutil.move(self.key("log-old"), self.path("log-old.key"))
        both = self.policy("both.policy", self.old, self.new)
        with Witness(witness, port=self.port), Service(self.ledger, "--policy", both) as service:
            self.add(service.url)
            size = self.size(service)
            note = self.cosigned(service, size)  # one history for the witness too: it asks for the proof from before
            self.assertEqual(note.count(f"\n— {self.old.split('+')[0]} "), 1)
            self.done("mirror", service.url, copy)
            for words in (("--vkey", self.new), ("--vkey", self.old), ("--policy", both), ("--policy", only_old), ()):
                code, said = verify("url", service.url, *words)
                self.assertEqual(code, 0, said)
            proof = self.keep(service, "/api/v1/proofs/6", "6.tlog-proof")
            self.assertEqual(verify("file", proof, "--vkey", self.new)[0], 0)
            self.assertEqual(verify("file", proof, "--vkey", self.old)[0], 1)
        new_draw_proof = self.path("new.draw-proof")
        self.done("draw", "proof", "2026-ND/1", "--out", new_draw_proof, "--dir", self.ledger)
        for words in (("--vkey", self.new), ("--policy", both), ()):
            # Without the quorum that the policy asks for it is inconclusive, and nothing is wrong with it.
            code, said = verify("file", new_draw_proof, *words)
            self.assertEqual(code, 2 if words[:1] == ("--policy",) else 0, said)
        self.assertEqual(verify("file", old_proof, "--vkey", self.old)[0], 0)
        self.assertEqual(verify("file", draw_proof, "--vkey", self.old)[0], 0)
        self.assertEqual(verify("tiles", copy, "--vkey", self.new)[0], 0)
        report = json.loads(verify("dir", self.ledger, "--vkey", self.new, "--json", "--quiet")[1])
        self.assertEqual([row["vkey"] for row in report["log_keys"]], [self.old, self.new])
        self.assertEqual(report["log_vkey"], self.new)

    def test_where_the_change_was_lost_the_key_before_is_in_force_again(self):
        """It was after the backup, its loss was accepted, and both key files are there."""
        backups, restored = self.path("backups"), self.path("restored")
        self.done("backup", self.ledger, "--to", backups)
        self.assertEqual(self.rotate()[0], 0)
        new = self.done("state", "vkey", "--dir", self.ledger).strip()
        shutil.move(self.key("log-old"), self.path("put-away.key"))
        with Service(self.ledger) as service:
            self.add(service.url)  # by the new key alone
        self.done("restore", backups, restored, "--head", os.path.join(self.ledger, "head"), "--vkey", new)
        shutil.copytree(os.path.join(self.ledger, "keys"), os.path.join(restored, "keys"))
        self.ledger = restored
        in_force = f"the key by which the log signs now, {base64.b64decode(self.old.split('+', 2)[2])[1:].hex()}"

        def expect_absent():
            code, _, err = liuhen("state", "log", "--dir", restored)
            self.assertEqual(code, 1)
            self.assertIn("[log_key.absent]", err)
            self.assertIn(in_force, err)

        shutil.copy(self.path("put-away.key"), self.key("log-old"))
        self.assertIn("[ledger.rolled_back]", self.rotate()[2])  # nothing to do with keys yet
        self.done("accept-loss", "--dir", restored, "--reason", "x", "--key", self.key("platform"), "--key", person("trustee-2"))
        with Service(restored) as service:
            self.add(service.url)
        # The file by which it signs is not the one to move away.
        os.rename(self.key("log-old"), self.path("moved.key"))
        expect_absent()
        os.rename(self.path("moved.key"), self.key("log-old"))
        code, _, err = self.rotate()
        self.assertEqual(code, 1)
        self.assertIn(f"[log_key.old] the log signs by {self.key('log-old')}, and not by {self.key('log')}", err)
        # As it says.
        os.rename(self.key("log"), self.path("lost.key"))
        os.rename(self.key("log-old"), self.key("log"))
        self.assertEqual(self.rotate()[0], 0)
        with Service(restored) as service:
            self.add(service.url)
        self.assertEqual(verify("dir", restored, "--vkey", self.old)[0], 0)
        self.assertIn("[log_key.old] the change before is not over", self.rotate()[2])
        # And where neither of the two is.
        for name in ("log", "log-old"):
            shutil.copy(self.path("lost.key"), self.key(name))
        self.assertIn("[log_key.absent]", self.rotate()[2])

    def test_an_empty_file_that_a_killed_run_left_takes_the_key(self):
        with open(self.key("log-new"), "w", encoding="utf-8"):
            os.chmod(self.key("log-new"), 0o600)
        code, _, err = self.rotate()
        self.assertEqual(code, 0, err)
        self.assertFalse(os.path.exists(self.key("log-new")))

    def test_broken_off_anywhere_it_is_finished_by_the_same_command(self):
        before = self.path("before")
        shutil.copytree(self.ledger, before)
        for _ in range(8):
            shutil.rmtree(self.ledger)
            shutil.copytree(before, self.ledger)
            running = subprocess.Popen(
                [LIUHEN, "key", "rotate-log", "--dir", self.ledger, "--reason", "x", "--key", person("trustee-1"),
                 "--key", person("trustee-2")], env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(random.uniform(0.0, 0.6))
            running.kill()
            running.wait(60)
            with Service(self.ledger) as service:  # whatever was done so far, it starts
                self.add(service.url)
            code, _, err = self.rotate()
            self.assertTrue(code == 0 or "[log_key.old]" in err, err)
            self.assertFalse(os.path.exists(self.key("log-new")))
            self.assertEqual(verify("dir", self.ledger, "--vkey", self.old)[0], 0)
            report = json.loads(verify("dir", self.ledger, "--json", "--quiet")[1])
            self.assertEqual(len(report["log_keys"]), 2)
            self.number = 0


if __name__ == "__main__":
    unittest.main()
