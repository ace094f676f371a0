"""The running service: how it starts and stops, and what it says to hostile clients."""

import http.server
import json
import os
import signal
import socket
import ssl
import subprocess
import threading
import time
import unittest

from programs import BIN, SLOWER, Service, control_names, copy_of_demo, liuhen, person, scratch

LIMIT = 1 << 20  # api/limits.h: kBodyBytesMax


class Stopping(unittest.TestCase):
    def test_sigint_and_sigterm_stop_it_in_order(self):
        directory = copy_of_demo()
        for number in (signal.SIGINT, signal.SIGTERM):
            with Service(directory) as service:
                idle = socket.create_connection(("127.0.0.1", service.port))  # an open connection is no hindrance
                self.assertEqual(service.get("/healthz")[0], 200)
                code, said, seconds = service.stop(number)
                idle.close()
                self.assertEqual(code, 0)
                self.assertIn("stopping", said)
                self.assertLess(seconds, 10 * SLOWER)
        code, _, err = liuhen("state", "log", "--dir", directory)  # and left the directory whole
        self.assertEqual(code, 0, err)

    def test_whoever_no_longer_reads_what_it_says_does_not_end_it(self):
        with Service(copy_of_demo()) as service:
            service.process.stdout.close()
            service.process.send_signal(signal.SIGTERM)
            self.assertEqual(service.process.wait(60), 0)

    def test_whoever_never_answers_does_not_hold_it(self):
        directory = copy_of_demo()
        with Service(directory) as service:
            vkey = json.loads(service.get("/api/v1/log")[2])["vkey"]
        witness = os.path.join(scratch(), "witness")
        self.assertEqual(liuhen("witness", "init", "--dir", witness, "--name", "mute.example/w", "--no-passphrase",
                                "--log", vkey)[0], 0)
        name = liuhen("witness", "vkey", "--dir", witness)[1].strip()
        with socket.create_server(("127.0.0.1", 0)) as mute:
            url = f"http://127.0.0.1:{mute.getsockname()[1]}"
            policy = os.path.join(scratch(), "policy")
            with open(policy, "w", encoding="utf-8") as file:
                file.write(f"log {vkey}\nwitness w {name} {url}\nquorum w\n")
            with Service(directory, "--policy", policy, "--beacon-url", url) as service:
                mute.settimeout(30 * SLOWER)
                asked = mute.accept()[0]
                self.assertIn(b"add-checkpoint", asked.recv(4096))
                silent = socket.socket(socket.AF_UNIX)  # and somebody who asks for a backup and does not say so
                (control,) = control_names(directory)
                silent.connect("\0" + control)
                code, _, seconds = service.stop(signal.SIGTERM)
                self.assertEqual(code, 0)
                self.assertLess(seconds, 3 * SLOWER)
                silent.close()
                asked.close()

    def test_a_second_one_on_the_directory_is_refused(self):
        directory = copy_of_demo()
        with Service(directory) as service:
            code, _, err = liuhen("serve", "--dir", directory, "--listen", "127.0.0.1:0")
            self.assertEqual(code, 1)
            self.assertIn("[storage.busy]", err)
            code, _, err = liuhen("state", "log", "--dir", directory)
            self.assertEqual(code, 1)
            self.assertIn("[storage.busy]", err)
            self.assertEqual(service.get("/healthz")[0], 200)

    def test_a_port_in_use_is_named(self):
        directory = copy_of_demo()
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            code, _, err = liuhen("serve", "--dir", directory, "--listen", address)
        self.assertEqual(code, 1)
        self.assertIn("[listen.busy]", err)
        self.assertIn(address, err)


class Recorder:
    """Stands before a service and keeps the bodies that are posted through it."""

    def __init__(self, service):
        bodies = self.bodies = []

        class Forward(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.forward(None)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                bodies.append(body)
                self.forward(body)

            def forward(self, body):
                status, headers, answer = service.get(self.path, self.command, body)
                self.send_response(status)
                self.send_header("Content-Type", headers["Content-Type"])
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *unused):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Forward)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Restarting(unittest.TestCase):
    def test_the_same_intent_has_the_same_place_after_a_kill(self):
        """A client that got no answer asks again, of a service that was killed meanwhile."""
        directory = copy_of_demo()
        with Service(directory) as service:
            recorder = Recorder(service)
            code, _, err = liuhen("department", "370299-TEST", "--name", "试", "--division", "370200",
                                  "--superior", "370200-SCJG", "--url", recorder.url, "--key", person("office-1"))
            self.assertEqual(code, 0, err)
            recorder.server.shutdown()
            recorder.server.server_close()
            service.process.kill()
            service.process.wait()
        (body,) = recorder.bodies
        places = set()
        for _ in range(2):
            with Service(directory) as service:
                size = json.loads(service.get("/api/v1/log")[2])["size"]
                for target, request in (("/api/v1/intents", body),
                                        ("/api/v1/intents/batch", b'{"intents":[' + body + b"]}")):
                    status, _, answer = service.get(target, "POST", request)
                    self.assertEqual(status, 200, answer)
                    answer = json.loads(answer)
                    answer = answer.get("results", [answer])[0]
                    self.assertTrue(answer["repeated"])
                    places.add((answer["position"], answer["time"], answer["leaf_hash"]))
                self.assertEqual(json.loads(service.get("/api/v1/log")[2])["size"], size)
                service.process.kill()
        self.assertEqual(len(places), 1, places)

    def test_a_hangup_without_a_terminal_stops_nothing(self):
        with Service(copy_of_demo()) as service:
            service.process.send_signal(signal.SIGHUP)
            self.assertIn("nothing to read again", service.process.stdout.readline())
            self.assertEqual(service.get("/healthz")[0], 200)


class Options(unittest.TestCase):
    def test_an_address_to_listen_on_is_looked_at_before_anything_else(self):
        """Before the passphrase, the replay, and a line that says it started."""
        ledger = copy_of_demo()
        with socket.create_server(("127.0.0.1", 0)) as taken:
            for listen, code in ((f"127.0.0.1:{taken.getsockname()[1]}", "listen.busy"), ("nowhere:80", "listen.address")):
                ended, _, err = liuhen("serve", "--dir", ledger, "--listen", listen, "--log", "-")
                self.assertEqual(ended, 1)
                self.assertIn(f"[{code}]", err)
                self.assertNotIn('"event":"started"', err)
                self.assertIn(f"[{code}]", liuhen("serve", "--dir", "/nonexistent", "--listen", listen)[2])

    def test_few_a_second_are_few_at_once(self):
        with Service(copy_of_demo(), "--behind-proxy", "--address-rate", "1") as service:
            started = time.monotonic()
            answers = [service.get("/readyz", headers={"X-Forwarded-For": "203.0.113.5"})[0] for _ in range(12)]
            passed = time.monotonic() - started
        taken = answers.count(200)
        self.assertGreaterEqual(taken, 4)
        self.assertLessEqual(taken, 5 + passed)
        self.assertEqual(answers.count(429), 12 - taken)

    def test_only_its_owner_reads_what_init_made(self):
        place = scratch()
        keys = [os.path.join(place, name) for name in ("a.key", "b.key")]
        for key in keys:
            self.assertEqual(liuhen("key", "new", key, "--person", os.path.basename(key)[0], "--no-passphrase")[0], 0)
        ledger = os.path.join(place, "ledger")
        code, _, err = liuhen("init", "--dir", ledger, "--origin", "o.example/l", "--city", "试", "--division", "370200",
                              "--key", keys[0], "--key", keys[1], "--no-passphrase")
        self.assertEqual(code, 0, err)
        self.assertEqual(os.stat(os.path.join(ledger, "ledger.json")).st_mode & 0o777, 0o600)


class Tls(unittest.TestCase):
    def certificate(self, place, serial):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-days", "2", "-subj", f"/CN=liuhen{serial}", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-keyout", os.path.join(place, "key.pem"),
                        "-out", os.path.join(place, "cert.pem")], check=True, capture_output=True)

    def served(self, service):
        return ssl.get_server_certificate(("127.0.0.1", service.port))

    def test_programs_speak_it_and_a_certificate_can_be_changed(self):
        place = scratch()
        cert, key = os.path.join(place, "cert.pem"), os.path.join(place, "key.pem")
        self.certificate(place, 1)
        with Service(copy_of_demo(), "--tls-cert", cert, "--tls-key", key) as service:
            self.assertTrue(service.url.startswith("https://"))
            code, _, err = liuhen("state", "log", "--url", service.url, "--ca", cert)
            self.assertEqual(code, 0, err)
            code, _, err = liuhen("state", "log", "--url", service.url, environment={"LIUHEN_CA": cert})
            self.assertEqual(code, 0, err)
            code, _, err = liuhen("state", "log", "--url", service.url)
            self.assertEqual(code, 1)
            self.assertIn("[connect.tls]", err)
            verify = subprocess.run([os.path.join(BIN, "liuhen-verify"), "--lang", "en", "--ca", cert, "url",
                                     service.url], capture_output=True, text=True, timeout=300)
            self.assertEqual(verify.returncode, 0, verify.stdout + verify.stderr)

            first = self.served(service)
            self.certificate(place, 2)
            self.assertEqual(self.served(service), first)
            service.process.send_signal(signal.SIGHUP)
            self.assertIn("read again", service.process.stdout.readline())
            second = self.served(service)
            self.assertNotEqual(second, first)
            with open(key, "w", encoding="ascii") as file:
                file.write("nonsense")
            service.process.send_signal(signal.SIGHUP)
            self.assertIn("left as it was", service.process.stdout.readline())
            self.assertEqual(self.served(service), second)
            self.assertEqual(service.stop(signal.SIGTERM)[0], 0)

    def test_what_is_missing_is_named(self):
        directory, place = copy_of_demo(), scratch()
        self.certificate(place, 3)
        cert = os.path.join(place, "cert.pem")
        code, _, err = liuhen("serve", "--dir", directory, "--tls-cert", cert)
        self.assertEqual(code, 3)
        self.assertIn("[serve.tls]", err)
        code, _, err = liuhen("serve", "--dir", directory, "--tls-cert", cert, "--tls-key", cert)
        self.assertEqual(code, 1)
        self.assertIn("[tls.key]", err)
        code, _, err = liuhen("serve", "--dir", directory, "--tls-cert", "/none", "--tls-key", cert)
        self.assertEqual(code, 1)
        self.assertIn("[tls.certificate]", err)


class OneAddress(unittest.TestCase):
    """What one address may ask for; the proxy on this machine says which it is."""

    def ask(self, service, target, body=None):
        status, _, answer = service.get(target, "GET" if body is None else "POST", body,
                                        {"X-Forwarded-For": "192.0.2.1", "Content-Type": "application/json"})
        return status, json.loads(answer)

    def test_a_batch_counts_for_what_it_holds(self):
        batch = json.dumps({"intents": [{}] * 250}).encode()
        with Service(copy_of_demo(), "--behind-proxy", "--address-rate", "25") as service:
            statuses = [self.ask(service, "/api/v1/intents/batch", batch)[0] for _ in range(3)]
            self.assertEqual(statuses, [200, 429, 429])  # 100 at once, and 250 were taken

    def test_it_has_its_share_of_the_feeds(self):
        with Service(copy_of_demo(), "--behind-proxy") as service:
            def feed(address):
                client = socket.create_connection(("127.0.0.1", service.port), timeout=60)
                self.addCleanup(client.close)
                client.sendall(f"GET /api/v1/feed HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {address}\r\n\r\n".encode())
                return client.recv(12)[9:]
            self.assertEqual([feed("192.0.2.1") for _ in range(66)], [b"200"] * 64 + [b"429"] * 2)
            self.assertEqual(feed("192.0.2.2"), b"200")


class HostileClients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service(copy_of_demo())

    @classmethod
    def tearDownClass(cls):
        cls.service.__exit__()

    def tearDown(self):
        self.assertEqual(self.service.get("/healthz")[0], 200)  # it serves on

    def refused(self, target, status, code, **request):
        got, headers, body = self.service.get(target, **request)
        self.assertEqual(got, status, body)
        self.assertEqual(headers["Content-Type"], "application/problem+json")
        document = json.loads(body)
        self.assertEqual(document["status"], status)
        self.assertEqual(document["code"], code)
        self.assertEqual(document["type"], "/problems/" + code)
        for field in ("title", "detail", "detail_en"):
            self.assertTrue(document[field])
        self.assertRegex(document["detail"], "[\u4e00-\u9fff]")
        self.assertRegex(document["detail_en"], "[a-z]{3}")
        return headers

    def raw(self, data):
        with socket.create_connection(("127.0.0.1", self.service.port), timeout=60) as client:
            try:
                client.sendall(data)
            except OSError:
                pass  # it may have answered and closed before all was sent
            answer = b""
            try:
                while chunk := client.recv(65536):
                    answer += chunk
            except OSError:
                pass
            return answer

    def test_bodies_over_the_limit(self):
        self.refused("/api/v1/intents", 413, "request.oversized", method="POST", body=b"x" * (LIMIT + 1))
        huge = self.raw(b"POST /api/v1/intents HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n")
        self.assertTrue(huge.startswith(b"HTTP/1.1 413 "), huge[:200])

    def test_bodies_that_are_not_what_they_should_be(self):
        for body in (b"", b"{", b"[]", b"null", b"{\"intent\": 1}", b"\xff\xfe\x00", b"[" * 100000):
            got, headers, answer = self.service.get("/api/v1/intents", "POST", body)
            self.assertIn(got, (400, 413), answer)
            self.assertEqual(headers["Content-Type"], "application/problem+json")

    def test_wrong_methods(self):
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            headers = self.refused("/api/v1/log", 405, "request.method", method=method, body=b"")
            self.assertEqual(headers["Allow"], "GET, HEAD")
        self.assertEqual(self.refused("/api/v1/intents", 405, "request.method")["Allow"], "POST")

    def test_head_is_get_without_the_body(self):
        for target in ("/", "/api/v1/log", "/checkpoint", "/draws/2026-ND/1", "/nothing"):
            got, headers, body = self.service.get(target)
            head, head_headers, nothing = self.service.get(target, "HEAD")
            self.assertEqual((head, nothing), (got, b""), target)
            self.assertEqual(head_headers["Content-Type"], headers["Content-Type"])
            if target != "/api/v1/log":  # that says what time it is
                self.assertEqual(int(head_headers["Content-Length"]), len(body), target)

    def test_bad_paths(self):
        self.refused("/nothing/here", 404, "request.route")
        self.refused("/draws/2026-ND/99", 404, "request.absent")
        self.refused("/draws/%3Cscript%3E/1", 404, "request.absent")
        self.refused("/api/v1/entries/999999999", 404, "request.absent")
        self.refused("/api/v1/entries/-1", 400, "request.number")
        self.refused("/api/v1/entries/99999999999999999999999", 400, "request.number")
        self.refused("/api/v1/subjects?limit=0", 400, "request.number")
        self.refused("/api/v1/subjects?limit=1000000", 400, "request.number")
        for target in ("/%", "/%zz", "/%00", "/api/v1/subjects/%ff%fe", "/../../etc/passwd", "/tile/../db/CURRENT",
                       "/tile/0/x001", "/tile/entries/000.p/0"):
            got, headers, body = self.service.get(target)
            self.assertIn(got, (400, 404), (target, body))
            self.assertEqual(headers["Content-Type"], "application/problem+json", target)

    def test_what_is_not_http(self):
        self.assertTrue(self.raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 50 + b"\r\n\r\n")
                        .startswith(b"HTTP/1.1 400 "))
        for data in (b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
                     b"GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
                     b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc"):
            answer = self.raw(data)
            self.assertFalse(answer.startswith(b"HTTP/1.1 200 "), (data, answer[:200]))

    def test_slow_clients_hold_up_nobody(self):
        slow = [socket.create_connection(("127.0.0.1", self.service.port)) for _ in range(200)]
        for client in slow:
            client.sendall(b"POST /api/v1/intents HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        start = time.monotonic()
        for _ in range(20):
            self.assertEqual(self.service.get("/checkpoint")[0], 200)
        self.assertLess(time.monotonic() - start, 10 * SLOWER)
        for client in slow:
            client.close()

    def test_readers_that_do_not_read_hold_up_no_writer(self):
        """Clients ask for long answers and take none of them; what is written meanwhile is answered."""
        stuck = []
        for _ in range(64):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", self.service.port))
            client.sendall(b"GET /api/v1/subjects?limit=1000 HTTP/1.1\r\nHost: x\r\n\r\n" * 8)
            stuck.append(client)
        done = threading.Event()

        def read_on():
            while not done.is_set():
                self.service.get("/draws/2026-ND/1")

        readers = [threading.Thread(target=read_on) for _ in range(4)]
        for reader in readers:
            reader.start()
        try:
            start = time.monotonic()
            for number in range(5):
                code, _, err = liuhen("department", f"3702{number:02}-TEST", "--name", "试", "--division", "370200",
                                      "--superior", "370200-SCJG", "--url", self.service.url, "--key",
                                      person("office-1"))
                self.assertEqual(code, 0, err)
            self.assertLess(time.monotonic() - start, 60 * SLOWER)
        finally:
            done.set()
            for reader in readers:
                reader.join()
            for client in stuck:
                client.close()


if __name__ == "__main__":
    unittest.main()
