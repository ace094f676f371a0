"""A draw with witnesses, each program in a process of its own: what contributors wait for, what they
refuse, what the ledger records, and what a reader is told."""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import unittest

from programs import BIN, DEMO, ENVIRONMENT, LIUHEN, SLOWER, Service, copy_of_demo, liuhen, person, scratch
from small_ledger import SmallLedger, post

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
    end = time.monotonic() + seconds * SLOWER
    while not (found := what()):
        if time.monotonic() > end:
            raise AssertionError("it never came about")
        time.sleep(0.1)
    return found


def verify(*words):
    ran = subprocess.run([VERIFY, *words, "--lang", "en", "--quiet"], capture_output=True, text=True,
                         env=ENVIRONMENT, timeout=300 * SLOWER)
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
             "contributor-2", "--previous", "2026-LS-01/1", *signers)

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


class TlsFront:
    """What stands in front of a witness: TLS, and each connection handed on."""

    def __init__(self, port, certificate, key):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.behind = port
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            client = self.context.wrap_socket(client, server_side=True)
        except (OSError, ssl.SSLError):
            return client.close()
        behind = socket.create_connection(("127.0.0.1", self.behind))

        def hand_on(source, sink):
            try:
                while got := source.recv(65536):
                    sink.sendall(got)
            except OSError:
                pass

        threading.Thread(target=hand_on, args=(behind, client), daemon=True).start()
        hand_on(client, behind)


class OneLog(unittest.TestCase):
    """A demonstration ledger and one witness of it."""

    def setUp(self):
        self.ledger = copy_of_demo()
        self.vkey = done("state", "vkey", "--dir", self.ledger).strip()
        self.directory = os.path.join(scratch(), "witness")
        done("witness", "init", "--dir", self.directory, "--name", "witness.example/1", "--no-passphrase", "--log", self.vkey)
        self.witness = Witness(self.directory)
        self.addCleanup(self.witness.__exit__)

    def policy(self, url):
        path = os.path.join(scratch(), "policy.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"log {self.vkey}\nwitness w {done('witness', 'vkey', '--dir', self.directory).strip()} {url}\nquorum w\n")
        return path

    @staticmethod
    def status(service):
        return json.loads(service.get("/api/v1/witnesses")[2])["witnesses"][0]

    def test_an_authority_of_ones_own_vouches_for_a_witness(self):
        place = scratch()
        cert, key = os.path.join(place, "cert.pem"), os.path.join(place, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=witness", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", key, "-out", cert], check=True, capture_output=True)
        front = TlsFront(self.witness.port, cert, key)
        self.addCleanup(front.server.close)
        policy = self.policy(f"https://127.0.0.1:{front.port}/")
        with Service(self.ledger, "--policy", policy) as service:
            error = eventually(lambda: self.status(service)["error"])
            self.assertEqual(error["code"], "connect.tls")
            service.stop(signal.SIGTERM)
        with Service(self.ledger, "--policy", policy, "--ca", cert) as service:
            eventually(lambda: self.status(service)["size"])
            self.assertIsNone(self.status(service)["error"])

    def test_a_hangup_without_a_terminal_stops_nothing(self):
        self.witness.process.send_signal(signal.SIGHUP)
        self.assertIn("nothing to read again", self.witness.process.stdout.readline())
        self.assertEqual(self.witness.get("/healthz")[0], 200)
        self.assertEqual(self.witness.stop(signal.SIGTERM)[0], 0)

    def test_programs_wait_while_a_start_asks_the_witness(self):
        self.witness.process.send_signal(signal.SIGSTOP)  # it takes connections, and says nothing
        with Service(self.ledger, "--policy", self.policy(self.witness.url)) as service:
            self.assertEqual(json.loads(service.get("/readyz")[2])["code"], "ledger.asking")
            writer = subprocess.Popen(
                [LIUHEN, "--lang", "en", "department", "370281-TEST", "--name", "试", "--division", "370200", "--superior",
                 "370200-SCJG", "--url", service.url, "--key", person("office-1")],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT)
            eventually(lambda: re.search(r'code="ledger\.asking"} [1-9]', service.get("/metrics")[2].decode()))
            self.assertIsNone(writer.poll())
            self.witness.process.send_signal(signal.SIGCONT)
            said = writer.communicate(timeout=30 * SLOWER)[0]
            self.assertEqual(writer.returncode, 0, said)

    def test_behind_a_proxy_each_client_is_held_to_its_own_rate(self):
        def asked(witness, address):
            return [witness.get("/healthz", headers={"X-Forwarded-For": address})[0] for _ in range(12)]
        self.assertEqual(asked(self.witness, "203.0.113.5"), [200] * 12)  # all this machine, which is held to nothing
        self.witness.stop(signal.SIGTERM)
        with Witness(self.directory, "--behind-proxy", "--address-rate", "1") as witness:
            self.assertIn(429, asked(witness, "203.0.113.5"))
            self.assertEqual(witness.get("/healthz", headers={"X-Forwarded-For": "203.0.113.6"})[0], 200)

    def test_a_fork_is_told_by_the_witness_and_by_the_service(self):
        other = os.path.join(scratch(), "other")
        shutil.copytree(self.ledger, other)
        policy = self.policy(self.witness.url)

        def record(service, number):
            done("department", f"3702{number}-TEST", "--name", "试", "--division", "370200", "--superior", "370200-SCJG",
                 "--url", service.url, "--key", person("office-1"))

        with Service(self.ledger, "--policy", policy) as service:
            record(service, 81)
            size = json.loads(service.get("/api/v1/log")[2])["size"]
            eventually(lambda: self.status(service)["size"] == size)
            self.assertEqual(service.get("/healthz")[0], 200)
            service.stop(signal.SIGTERM)
        log = os.path.join(scratch(), "service.log")
        with Service(other, "--log", log) as service:  # unseen by the witness, it gets longer than the first
            record(service, 82)
            record(service, 83)
            service.stop(signal.SIGTERM)
        with Service(other, "--policy", policy, "--log", log) as service:
            eventually(lambda: self.status(service)["error"])
            self.assertEqual(self.status(service)["error"]["code"], "witness.fork")
            status, _, body = service.get("/healthz")
            self.assertEqual((status, json.loads(body)["code"]), (503, "witness.fork"))
            status, _, body = service.get("/readyz")  # it is the policy's quorum
            self.assertEqual((status, json.loads(body)["code"]), (503, "ledger.disputed"))
            service.stop(signal.SIGTERM)
        with open(log, encoding="ascii") as file:
            told = [line for line in map(json.loads, file) if line["event"] == "witness_refused"]
        self.assertEqual((told[0]["witness"], told[0]["code"], told[0]["level"]), ("w", "witness.fork", "error"))
        said = self.witness.stop(signal.SIGTERM)[1]
        self.assertEqual(said.count("alarm ["), 1, said)
        (hash_,) = os.listdir(os.path.join(self.directory, "evidence"))
        folder = os.path.join(self.directory, "evidence", hash_)
        kinds = {name.split("-")[0]: name for name in os.listdir(folder)}
        self.assertEqual(set(kinds), {"held", "unproven"})
        self.assertIn(os.path.join(folder, kinds["unproven"]), said)
        for name, lines, entries in (("unproven", 1, size + 1), ("held", 2, size)):
            with open(os.path.join(folder, kinds[name]), encoding="utf-8") as file:
                note = file.read()
            self.assertEqual((note.split("\n")[1], note.count("\n\u2014")), (str(entries), lines))


class Readers(unittest.TestCase):
    """What readers and static trees have of cosignatures, of a log that others write to and that is started anew."""

    def setUp(self):
        self.small = SmallLedger()
        self.place = self.small.scratch
        directory = os.path.join(self.place, "witness")
        done("witness", "init", "--dir", directory, "--name", "w.example/1", "--no-passphrase", "--log", self.small.vkey)
        vkey = done("witness", "vkey", "--dir", directory).strip()
        self.witness = Witness(directory)
        self.addCleanup(self.witness.__exit__)
        self.policy = os.path.join(self.place, "policy.txt")
        with open(self.policy, "w", encoding="utf-8") as file:
            file.write(f"log {self.small.vkey}\nwitness w {vkey} {self.witness.url}\nquorum w\n")
        self.trees = [os.path.join(self.place, name) for name in ("export", "mirror")]

    def copy(self, service, *words):
        done("export", "tiles", self.trees[0], "--url", service.url, "--vkey", self.small.vkey, *words)
        done("mirror", service.url, self.trees[1], "--vkey", self.small.vkey, *words)

    def check_trees(self):
        for tree in self.trees:
            code, out, err = verify("tiles", tree, "--policy", self.policy)
            self.assertEqual(code, 0, tree + out + err)

    def post(self, service, number):
        status, body = post(service.port, self.small.body(number))
        self.assertEqual(status, 200, body)

    def test_trees_of_a_busy_log_have_a_quorum(self):
        with Service(self.small.directory, "--policy", self.policy) as service:
            eventually(lambda: service.get("/checkpoint/witnessed")[0] == 200)
            stop = threading.Event()

            def write(first):
                for number in range(first, first + 10_000):
                    if stop.is_set():
                        return
                    post(service.port, self.small.body(number))
                    time.sleep(0.01)

            writers = [threading.Thread(target=write, args=(first,)) for first in (100_000, 200_000)]
            for writer in writers:
                writer.start()
            sizes = set()
            try:
                for _ in range(5):
                    time.sleep(0.5)
                    self.copy(service)
                    self.check_trees()
                    with open(os.path.join(self.trees[0], "checkpoint"), encoding="utf-8") as file:
                        sizes.add(int(file.read().split("\n")[1]))
            finally:
                stop.set()
                for writer in writers:
                    writer.join()
            self.assertGreater(len(sizes), 1)

    def test_cosignatures_outlive_a_restart_without_the_witness(self):
        with Service(self.small.directory, "--policy", self.policy) as service:
            self.post(service, 1)
            size = json.loads(service.get("/api/v1/log")[2])["size"]
            eventually(lambda: json.loads(service.get("/api/v1/witnesses")[2])["witnesses"][0]["size"] == size)
            self.copy(service, "--policy", self.policy)
            self.check_trees()
            time.sleep(2)  # it is killed, and has written them by then
            service.stop(signal.SIGKILL)
        self.witness.stop(signal.SIGTERM)
        with Service(self.small.directory, "--policy", self.policy) as service:
            self.assertEqual(service.get("/checkpoint/witnessed")[0], 200)
            self.assertEqual(service.get("/checkpoint")[2].count("\u2014".encode()), 2)
            self.assertEqual(service.get("/api/v1/proofs/3")[2].count("\u2014".encode()), 2)
            code, out, err = verify("url", service.url, "--policy", self.policy)
            self.assertEqual(code, 0, out + err)
            service.stop(signal.SIGTERM)
        # And a tree of which it is known who signs keeps what it has though the service has lost it.
        log = os.path.join(self.place, "service.log")
        cosigned = os.path.join(self.small.directory, "cosigned")
        with open(cosigned, "rb") as file:
            kept = file.read()
        with open(cosigned, "wb") as file:
            file.write(kept[:-40])
        with Service(self.small.directory, "--policy", self.policy, "--log", log) as service:
            self.assertEqual(service.get("/checkpoint")[2].count("\u2014".encode()), 1)
            self.copy(service, "--policy", self.policy)
            self.check_trees()
            service.stop(signal.SIGTERM)
        for tree in self.trees:
            for name in ("checkpoint", "head"):
                with open(os.path.join(tree, name), encoding="utf-8") as file:
                    self.assertEqual(file.read().count("\u2014"), 2, (tree, name))
        with open(log, encoding="ascii") as file:
            told = [line for line in map(json.loads, file) if line["event"] == "cosigned_file"]
        self.assertEqual([line["code"] for line in told], ["cosigned.damaged"])


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
