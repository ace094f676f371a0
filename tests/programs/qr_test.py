"""QR codes of draws, as rsvg draws them and zbar, which is not their maker's, reads them: from the command and from the page.

Exits 77 where there is no zbarimg or rsvg-convert (tools/setup.sh test installs them).
"""

import base64
import html
import os
import re
import shutil
import subprocess
import sys
import unittest

from programs import Service, copy_of_demo, liuhen, scratch

BAD = "https://liuhen.example/青岛"  # not plain
GOOD = "https://liuhen.example/qd"


def read_code(svg):
    """What is in the code, of an SVG document."""
    png = subprocess.run(["rsvg-convert", "-w", "600"], input=svg.encode(), capture_output=True, check=True).stdout
    path = os.path.join(scratch(), "code.png")
    with open(path, "wb") as file:
        file.write(png)
    done = subprocess.run(["zbarimg", "--raw", "-q", "-Sdisable", "-Sqrcode.enable", path], capture_output=True, text=True,
                          check=True)
    return done.stdout.rstrip("\n")


def fragment_of(service):
    """Size and root of the newest checkpoint, as the code has them."""
    _, size, root = service.get("/checkpoint")[2].decode().split("\n")[:3]
    return f"&size={size}&root={base64.b64decode(root).hex()}"


class Codes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ledger = copy_of_demo()

    def test_the_command_writes_what_it_prints(self):
        out = os.path.join(scratch(), "code.svg")
        with Service(self.ledger) as service:
            expected = fragment_of(service)
            for number, draw in ((1, "2026-ND/1"), (3, "2026-LS-01/2")):
                code, printed, err = liuhen("draw", "qr", draw, "--public-url", GOOD, "--out", out, "--url", service.url)
                self.assertEqual(code, 0, err)
                self.assertEqual(printed.split("\n")[0], f"{GOOD}/draws/{draw}#draw={number}{expected}")
                with open(out, encoding="utf-8") as file:
                    self.assertEqual(read_code(file.read()), printed.split("\n")[0])
            code, _, err = liuhen("draw", "qr", "2026-ND/1", "--public-url", BAD, "--out", out, "--url", service.url)
            self.assertEqual(code, 1)
            self.assertIn("[qr.url]", err)

    def test_the_page_has_it_where_the_service_knows_its_address(self):
        path = "/draws/2026-LS-01/2"
        with Service(self.ledger, "--public-url", GOOD) as service:
            page = service.get(path)[2].decode()
            svg = re.search(r"<svg .*?</svg>", page, re.S).group(0)
            address = f"{GOOD}{path}#draw=3{fragment_of(service)}"
            self.assertEqual(read_code(svg), address)
            self.assertIn("<code>" + html.escape(address) + "</code>", page)  # for whoever has no camera
        with Service(self.ledger) as service:
            self.assertNotIn("<svg", service.get(path)[2].decode())
        code, _, err = liuhen("serve", "--dir", self.ledger, "--public-url", GOOD + "/", "--listen", "127.0.0.1:0")
        self.assertEqual(code, 1)
        self.assertIn("[qr.url]", err)


if __name__ == "__main__":
    if not (shutil.which("zbarimg") and shutil.which("rsvg-convert")):
        print("没有 zbarimg 或 rsvg-convert：tools/setup.sh test / there is no zbarimg or no rsvg-convert")
        sys.exit(77)
    unittest.main(verbosity=2)
