"""The service where no further file can be opened, and once it can be again."""

import http.client
import os
import resource
import signal
import time
import unittest

from programs import SLOWER, Service, main
from small_ledger import Shown, SmallLedger


@unittest.skipIf("UBSAN_OPTIONS" in os.environ,
                 "UndefinedBehaviorSanitizer asks the kernel about pointers through a pipe, and takes one that it cannot open for their fault")
class OpenFiles(unittest.TestCase):
    def post(self, connection, number):
        connection.request("POST", "/api/v1/intents", self.small.body(number))
        response = connection.getresponse()
        return response.status, response.read()

    def test_it_goes_on_once_files_can_be_opened(self):
        self.small = SmallLedger()
        shown = Shown(self.small.vkey)
        with Service(self.small.directory) as service:
            connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60 * SLOWER)
            self.assertTrue(shown.answer(1, *self.post(connection, 1)))
            allowed = resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE)
            open_now = len(os.listdir(f"/proc/{service.process.pid}/fd"))
            resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, (open_now, allowed[1]))
            refused = []
            for number in range(2, 8):
                answer = self.post(connection, number)
                if not shown.answer(number, *answer):
                    refused.append(answer)
            self.assertTrue(refused)
            for status, body in refused:
                self.assertEqual(status, 503)
                self.assertIn(b"storage.descriptors", body)
            resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, allowed)
            end = time.monotonic() + 60 * SLOWER
            while not shown.answer(9, *self.post(connection, 9)):
                self.assertLess(time.monotonic(), end, "it does not go on")
                time.sleep(0.2)
            self.assertEqual(service.get("/healthz")[0], 200)
            shown.check(service)
            connection.close()
            self.assertEqual(service.stop(signal.SIGTERM)[0], 0)
        self.assertEqual(self.small.verify()[0], 0)


if __name__ == "__main__":
    main()
