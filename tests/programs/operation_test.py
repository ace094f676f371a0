"""What an operator sees of a running service: metrics, readiness, its log, and live feeds."""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import unittest

from programs import ENVIRONMENT, LIUHEN, Service, copy_of_demo, liuhen, person, scratch

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RULES = os.path.join(ROOT, "tools", "package", "liuhen.rules.yml")


def record(service, number):
    code, _, err = liuhen("department", f"3702{number:02}-TEST", "--name", "试", "--division", "370200",
                          "--superior", "370200-SCJG", "--url", service.url, "--key", person("office-1"))
    assert code == 0, err


class Metrics(unittest.TestCase):
    def test_prometheus_own_checker_finds_nothing(self):
        promtool = shutil.which("promtool")
        if promtool is None:
            raise unittest.SkipTest("there is no promtool: Debian's package prometheus has it")
        with Service(copy_of_demo()) as service:
            record(service, 70)
            self.assertEqual(service.get("/nothing")[0], 404)
            status, headers, page = service.get("/metrics")
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        checked = subprocess.run([promtool, "check", "metrics"], input=page, capture_output=True, timeout=60)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, b"", b""))
        broken = page.replace(b"# TYPE liuhen_log_entries gauge", b"# TYPE liuhen_log_entries counter")
        self.assertNotEqual(broken, page)
        checked = subprocess.run([promtool, "check", "metrics"], input=broken, capture_output=True, timeout=60)
        self.assertNotEqual(checked.returncode, 0, "it finds what is wrong")


class Alerts(unittest.TestCase):
    def test_every_metric_that_they_ask_for_is_there_from_the_start(self):
        """Of a service whose witness was never reached; and the guide has the same alerts."""
        ledger = copy_of_demo()
        code, vkey, err = liuhen("state", "vkey", "--dir", ledger)
        self.assertEqual(code, 0, err)
        witness = os.path.join(scratch(), "witness")
        code, _, err = liuhen("witness", "init", "--dir", witness, "--name", "w.example/1", "--no-passphrase")
        self.assertEqual(code, 0, err)
        policy = os.path.join(scratch(), "policy.txt")
        with open(policy, "w", encoding="utf-8") as file:
            file.write(f"log {vkey.strip()}\nwitness w1 {liuhen('witness', 'vkey', '--dir', witness)[1].strip()} "
                       "http://127.0.0.1:9/\nquorum w1\n")
        with Service(ledger, "--policy", policy) as service:
            page = service.get("/metrics")[2].decode()
        series = re.findall(r"(?m)^([a-z_0-9]+)(\{[^}]*\})? ", page)
        with open(RULES, encoding="utf-8") as file:
            rules = file.read()
        asked = set(re.findall(r"\b((?:liuhen|process)_[a-z_0-9]+)", rules))
        self.assertGreater(len(asked), 10)
        self.assertEqual(asked - {name for name, _ in series}, set())
        self.assertIn(("liuhen_witness_size", '{witness="w1"}'), series)
        (codes,) = re.findall(r'code=~"([^"]+)"', rules)
        for code in codes.replace("[.]", ".").split("|"):
            self.assertIn(("liuhen_intents_refused_total", f'{{code="{code}"}}'), series)
        with open(os.path.join(ROOT, "docs", "operate.md"), encoding="utf-8") as file:
            told = re.findall(r"(?m)^\| `(Liuhen\w+)` \|", file.read())
        self.assertEqual(told, re.findall(r"(?m)^ *- alert: (\w+)$", rules))

    def test_they_fire(self):
        promtool = shutil.which("promtool")
        if promtool is None:
            raise unittest.SkipTest("there is no promtool: Debian's package prometheus has it")
        cases = os.path.join(scratch(), "alerts.yml")
        with open(os.path.join(ROOT, "tests", "programs", "alerts.yml"), encoding="utf-8") as file:
            text = file.read().replace("RULES", RULES)
        with open(cases, "w", encoding="utf-8") as file:
            file.write(text)
        for words in (("check", "rules", RULES), ("test", "rules", cases)):
            done = subprocess.run([promtool, *words], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Log(unittest.TestCase):
    def lines(self, path):
        with open(path, encoding="ascii") as file:
            return [json.loads(line) for line in file]

    def test_a_file_has_what_happened(self):
        path = os.path.join(scratch(), "service.log")
        with Service(copy_of_demo(), "--log", path) as service:
            _, headers, _ = service.get("/readyz")
            service.stop(signal.SIGTERM)
        lines = self.lines(path)
        self.assertEqual([line["event"] for line in lines], ["started", "request", "stopping"])
        self.assertEqual(lines[1]["request"], headers["X-Request-Id"])
        self.assertEqual(lines[1]["route"], "/readyz")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)

    def test_standard_error_is_the_default_and_none_is_none(self):
        for words, expected in ((), True), (("--log", "none"), False):
            with Service(copy_of_demo(), *words, quiet=False) as service:
                service.get("/readyz")
                _, said, _ = service.stop(signal.SIGTERM)
            self.assertEqual('"route":"/readyz"' in said, expected, said)

    def test_one_that_cannot_be_written_is_named(self):
        path = os.path.join(scratch(), "absent", "service.log")
        done = subprocess.run([LIUHEN, "--lang", "en", "serve", "--dir", copy_of_demo(), "--log", path],
                              capture_output=True, text=True, env=ENVIRONMENT, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("[service_log.io]", done.stderr)
        self.assertIn(path, done.stderr)


class Feed(unittest.TestCase):
    def test_a_browsers_way_of_following(self):
        """Chunked HTTP/1.1, an event at a time; cut off, and taken up again by the last id."""
        with Service(copy_of_demo()) as service:
            size = json.loads(service.get("/api/v1/log")[2])["size"]
            seen = []
            headers = {}
            for number in (71, 72, 73):
                connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
                connection.request("GET", f"/api/v1/feed?from={size}&kind=DepartmentSet", headers=headers)
                response = connection.getresponse()
                self.assertEqual(response.status, 200)
                self.assertEqual(response.headers["Content-Type"], "text/event-stream")
                record(service, number)
                while not (line := response.readline()).startswith(b"data: "):
                    self.assertNotEqual(line, b"", "the feed has ended")
                event = json.loads(line[6:])
                seen.append((event["position"], event["stream"]))
                connection.close()
                headers = {"Last-Event-ID": str(event["position"])}
            self.assertEqual(seen, [(size + i, f"department/3702{71 + i}-TEST") for i in range(3)])


if __name__ == "__main__":
    unittest.main()
