"""What an operator sees of a running service: metrics, readiness, and its log."""

import json
import os
import shutil
import signal
import subprocess
import unittest

from programs import ENVIRONMENT, LIUHEN, Service, copy_of_demo, liuhen, person, scratch


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
            with Service(copy_of_demo(), *words) as service:
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


if __name__ == "__main__":
    unittest.main()
