"""A draw with witnesses, each program in a process of its own: what contributors wait for, what they
refuse, what the ledger records, and what a reader is told."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest

from programs import BIN, DEMO, ENVIRONMENT, Service, copy_of_demo, liuhen, person, scratch

VERIFY = os.path.join(BIN, "liuhen-verify")


class Witness(Service):
    command = ("witness", "serve")


def done(*words):
    code, out, err = liuhen(*words)
    assert code == 0, (words, out, err)
    return out


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def public_key(who):
    with open(person(who), encoding="utf-8") as file:
        return re.search(r"^public (\w+)$", file.read(), re.MULTILINE).group(1)


def eventually(what, seconds=30):
    end = time.monotonic() + seconds
    while not (found := what()):
        if time.monotonic() > end:
            raise AssertionError("it never came about")
        time.sleep(0.1)
    return found


def verify(*words):
    ran = subprocess.run([VERIFY, *words, "--lang", "en", "--quiet"], capture_output=True, text=True,
                         env=ENVIRONMENT, timeout=300)
    return ran.returncode, ran.stdout, ran.stderr


class WitnessedDraw(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ledger = copy_of_demo()
        cls.vkey = done("state", "vkey", "--dir", cls.ledger).strip()
        cls.dirs, cls.ports, lines = [], [], [f"log {cls.vkey}"]
        for number in (1, 2, 3):
            directory = os.path.join(scratch(), "witness")
            done("witness", "init", "--dir", directory, "--name", f"witness.example/{number}",
                 "--no-passphrase", "--log", cls.vkey)
            cls.dirs.append(directory)
            cls.ports.append(free_port())
            vkey = done("witness", "vkey", "--dir", directory).strip()
            lines.append(f"witness w{number} {vkey} http://127.0.0.1:{cls.ports[-1]}/")
        for who in ("contributor-1", "contributor-2"):
            lines.append(f"contributor {public_key(who)} independent")
        lines += ["group two 2 w1 w2 w3", "quorum two"]
        cls.policy = os.path.join(scratch(), "policy.txt")
        with open(cls.policy, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def witness(self, number):
        witness = Witness(self.dirs[number - 1], port=self.ports[number - 1])
        self.addCleanup(witness.__exit__)
        return witness

    def draw(self, name):
        return json.loads(self.service.get(f"/api/v1/draws/{name}")[2])

    def contribute(self, verb, who, *more):
        return liuhen("draw", verb, "2026-WIT/1", "--url", self.service.url, "--key", person(who),
                      "--policy", self.policy, *more)

    def announce(self):
        with open(f"{DEMO}.demo/files/temporary.json", encoding="utf-8") as file:
            plan = json.load(file)
        plan["id"] = "2026-WIT"
        path = os.path.join(scratch(), "plan.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(plan, file)
        signers = ["--url", self.service.url, "--key", person("clerk-1"), "--key", person("approver-1")]
        done("plan", "publish", path, *signers)
        done("draw", "announce", "2026-WIT", "--contributor", "contributor-1", "--contributor",
             "contributor-2", *signers)

    def tier(self, *words):
        code, out, err = verify("url", self.service.url, "--json", *words)
        self.assertEqual(err, "")
        report = json.loads(out)
        tiers = {draw["stream"]: draw["tier"] for draw in report["draws"]}
        return code, tiers, report

    def test_a_draw_reaches_tier_b(self):
        before = os.path.join(scratch(), "before")
        shutil.copytree(self.ledger, before)
        first, _ = self.witness(1), self.witness(2)  # the third is down all the time
        self.service = Service(self.ledger, "--policy", self.policy)
        self.addCleanup(self.service.__exit__)
        self.announce()

        code, out, err = self.contribute("commit", "contributor-1")
        self.assertEqual(code, 0, out + err)
        self.assertIn("witnesses have cosigned", out)
        # One of the two goes. What was cosigned is recorded, and serves the next contributor too.
        announced = self.draw("2026-WIT/1")["position"]
        self.assertEqual(self.service.get(f"/checkpoint/witnessed?covers={announced}")[0], 200)
        eventually(lambda: json.loads(
            self.service.get("/api/v1/streams/witness")[2])["version"] >= 1)
        first.stop(signal.SIGKILL)
        code, out, err = self.contribute("commit", "contributor-2", "--wait", "5")
        self.assertEqual(code, 0, out + err)
        eventually(lambda: self.draw("2026-WIT/1")["phase"] == "revealing")

        # Nothing is revealed on what one witness of three has cosigned.
        size = json.loads(self.service.get("/api/v1/log")[2])["size"]
        code, out, err = self.contribute("reveal", "contributor-1", "--wait", "2")
        self.assertEqual(code, 1, out)
        self.assertIn("[draw.unwitnessed]", err)
        self.assertEqual(json.loads(self.service.get("/api/v1/log")[2])["size"], size)
        self.assertEqual(self.draw("2026-WIT/1")["phase"], "revealing")

        first = self.witness(1)
        for who in ("contributor-1", "contributor-2"):
            code, out, err = self.contribute("reveal", who, "--wait", "60")
            self.assertEqual(code, 0, out + err)
        eventually(lambda: self.draw("2026-WIT/1")["phase"] == "disclosed")

        # The head is cosigned within moments, and then a reader with a policy is told B.
        eventually(lambda: self.tier("--policy", self.policy)[0] == 0)
        code, tiers, report = self.tier("--policy", self.policy)
        self.assertEqual((code, report["verdict"]), (0, "verified"))
        self.assertTrue(report["witnessed"])
        self.assertEqual(tiers.pop("draw/2026-WIT/1"), "B")
        self.assertEqual(set(tiers.values()), {"C"})
        text = verify("url", self.service.url, "--policy", self.policy)[1]
        self.assertRegex(text, r"draw/2026-WIT/1 +tier B")
        # Without one, or with a key alone, the same log says C.
        for words in ((), ("--vkey", self.vkey)):
            code, tiers, report = self.tier(*words)
            self.assertEqual(code, 0)
            self.assertFalse(report["witnessed"])
            self.assertEqual(set(tiers.values()), {"C"})

        # What is taken away carries the cosignatures, and is good with and without a policy.
        for name, path in (("draw.draw-proof", "/api/v1/draws/2026-WIT/1/proof"),
                           ("0.tlog-proof", "/api/v1/proofs/0")):
            kept = os.path.join(scratch(), name)
            with open(kept, "wb") as file:
                file.write(self.service.get(path)[2])
            for words in (("--policy", self.policy), ("--vkey", self.vkey)):
                code, out, err = verify("file", kept, *words)
                self.assertEqual(code, 0, out + err)

        # A service that goes on from a copy of yesterday is found out by the witnesses.
        self.service.stop(signal.SIGTERM)
        self.service = Service(before, "--policy", self.policy)
        self.addCleanup(self.service.__exit__)
        status = eventually(lambda: [w["error"] for w in json.loads(
            self.service.get("/api/v1/witnesses")[2])["witnesses"][:2] if w["error"]])
        self.assertEqual(status[0]["code"], "witness.ahead")
        self.assertEqual(self.service.get("/checkpoint")[2].count("\u2014".encode()), 1)


class Commands(unittest.TestCase):
    def test_what_a_witness_refuses(self):
        directory = os.path.join(scratch(), "witness")
        self.assertIn("[witness.name]", liuhen("witness", "init", "--dir", directory, "--name", "a b",
                                               "--no-passphrase")[2])
        done("witness", "init", "--dir", directory, "--name", "w.example/1", "--no-passphrase")
        self.assertIn("[witness.in_use]", liuhen("witness", "init", "--dir", directory, "--name",
                                                 "w.example/1", "--no-passphrase")[2])
        own = done("witness", "vkey", "--dir", directory).strip()
        self.assertIn("[note.vkey]", liuhen("witness", "add-log", "--dir", directory, own)[2])
        with Witness(directory):
            self.assertIn("[witness.busy]", liuhen("witness", "serve", "--dir", directory, "--listen",
                                                   "127.0.0.1:0")[2])

    def test_nothing_is_left_of_a_witness_that_was_not_made(self):
        directory = os.path.join(scratch(), "witness")
        code, _, err = liuhen("witness", "init", "--dir", directory, "--name", "w.example/1",
                              "--no-passphrase", "--log", "nonsense")
        self.assertEqual(code, 1)
        self.assertIn("[note.vkey]", err)
        self.assertFalse(os.path.exists(directory))

    def test_whoever_contributes_says_whom_he_trusts(self):
        code, _, err = liuhen("draw", "commit", "2026-ND/1", "--dir", copy_of_demo(), "--key",
                              person("contributor-1"))
        self.assertEqual(code, 1)
        self.assertIn("[draw.policy_absent]", err)

    def test_a_policy_without_witnesses_proves_nothing(self):
        ledger = copy_of_demo()
        vkey = done("state", "vkey", "--dir", ledger).strip()
        policy = os.path.join(scratch(), "policy.txt")
        with open(policy, "w", encoding="utf-8") as file:
            file.write(f"log {vkey}\nquorum none\n")
        code, _, err = liuhen("draw", "commit", "2026-ND/1", "--dir", ledger, "--key",
                              person("contributor-1"), "--policy", policy)
        self.assertEqual(code, 1)
        self.assertIn("[draw.policy_none]", err)

    def test_a_policy_of_another_log_is_refused(self):
        ledger = copy_of_demo()
        policy = os.path.join(scratch(), "policy.txt")
        with open(policy, "w", encoding="utf-8") as file:
            file.write("log example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n"
                       "quorum none\n")
        code, _, err = liuhen("serve", "--dir", ledger, "--listen", "127.0.0.1:0", "--policy", policy)
        self.assertEqual(code, 1)
        self.assertIn("[policy.log]", err)


if __name__ == "__main__":
    unittest.main()
