"""The pages in a real browser: what is on them, at phone and desk width, and with hostile names.

Exits 77 where there is no Chromium (tools/setup.sh browser installs it).
"""

import html.parser
import http.server
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import threading
import unittest
import zlib

from programs import Service, copy_of_demo, liuhen, person, scratch

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOSTILE = "<script>document.title='stolen'</script><img src=x onerror=alert(1)>\"'&"
PAGES = ("/", "/draws/2026-ND/1", "/draws/2026-LS-01/1", "/draws/2026-LS-01/2")

# Asks the page, once it stands, what a person would see of it.
PROBE = """<script>
const out = {width: document.documentElement.scrollWidth, inner: innerWidth, height: document.body.scrollHeight,
             title: document.title, scripts: document.scripts.length - 1, images: document.images.length,
             ground: getComputedStyle(document.body).backgroundColor, wide: []};
for (const e of document.querySelectorAll('main *')) {
  if (e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('thead')) out.wide.push(e.outerHTML.slice(0, 80));
}
const luminance = c => { const v = c.match(/[0-9.]+/g).slice(0, 3).map(x => x / 255).map(x => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
  return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
const under = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!c.endsWith(', 0)')) return c; } return 'rgb(255,255,255)'; };
out.contrast = 21;
for (const e of document.querySelectorAll('main *')) {
  if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
  const [a, b] = [luminance(getComputedStyle(e).color), luminance(under(e))];
  out.contrast = Math.min(out.contrast, (Math.max(a, b) + .05) / (Math.min(a, b) + .05));
}
const probe = parent.document.createElement('pre'); probe.id = 'probe'; probe.textContent = JSON.stringify(out);
parent.document.body.append(probe);
</script>"""


def chromium(*words):
    done = subprocess.run(
        [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
         "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
         "--user-data-dir=" + scratch(), *words], capture_output=True, text=True, timeout=180)
    return done.stdout


def seen_in(test, dom):
    """What PROBE found."""
    found = re.search(r'<pre id="probe">(.*?)</pre>', dom, re.S)
    test.assertTrue(found, dom[-500:])
    return json.loads(html.unescape(found.group(1)))


def check_fits(test, seen, width):
    test.assertEqual(seen["inner"], width)
    test.assertEqual(seen["wide"], [])
    test.assertLessEqual(seen["width"], width)
    test.assertGreater(seen["height"], 900)
    test.assertEqual((seen["scripts"], seen["images"]), (0, 0))
    test.assertNotEqual(seen["title"], "stolen")
    test.assertGreaterEqual(seen["contrast"], 4.5)  # WCAG 2.2, 1.4.3


def screenshot(url, width, height):
    """(width, height, first pixel, number of different rows)."""
    path = os.path.join(scratch(), "shot.png")
    chromium(f"--window-size={width},{height}", f"--screenshot={path}", url)
    with open(path, "rb") as file:
        data = file.read()
    assert data.startswith(b"\x89PNG")
    at, pixels, shape = 8, b"", ()
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IHDR":
            shape = struct.unpack(">IIBB", data[at + 8:at + 18])
        elif kind == b"IDAT":
            pixels += data[at + 8:at + 8 + size]
        at += 12 + size
    raw = zlib.decompress(pixels)
    row = 1 + shape[0] * (4 if shape[3] == 6 else 3)
    return shape[0], shape[1], tuple(raw[1:4]), len({raw[i:i + row] for i in range(0, len(raw), row)})


class Outline(html.parser.HTMLParser):
    """Headings, tables, languages, links, and what a page must not have."""

    def __init__(self, text):
        super().__init__()
        self.headings, self.tags, self.links, self.languages, self.ids = [], [], [], [], set()
        self.headers_without_scope = 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "th" and "scope" not in values:
            self.headers_without_scope += 1
        if "href" in values:
            self.links.append(values["href"])
        if "lang" in values:
            self.languages.append((tag, values["lang"]))
        if "id" in values:
            self.ids.add(values["id"])
        for name in values:
            assert not name.startswith("on"), (tag, name)
            assert name not in ("src", "style", "action", "formaction"), (tag, name)


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service(copy_of_demo())
        # A ledger whose names are written to harm.
        plan = os.path.join(scratch(), "plan.json")
        with open(plan, "w", encoding="utf-8") as file:
            json.dump({"id": "2026-ND", "revision": 2, "department": "370200-SCJG", "name": HOSTILE, "year": 2026,
                       "temporary": False, "targeted": False, "items": ["QD-SJ-001", "QD-SJ-002"],
                       "rule": "QD-XZ-2026", "rates": [{"stratum": 0, "num": 1, "den": 100}]}, file)
        evidence = os.path.join(scratch(), "evidence.json")
        with open(evidence, "w", encoding="utf-8") as file:
            json.dump({"about": "draw/2026-ND/1", "sha256": [7] * 32, "kind": "video", "note": HOSTILE}, file)
        for words in (["plan", "publish", plan, "--key", person("clerk-1"), "--key", person("approver-1")],
                      ["submit", "EvidenceAttached", evidence, "--key", person("clerk-1")],
                      ["draw", "attest", "2026-LS-01/2", "--statement", HOSTILE, "--objects", "--key", person("observer-1")],
                      ["department", "370200-SCJG", "--name", HOSTILE, "--division", "370200", "--key", person("office-1")]):
            code, _, err = liuhen(*words, "--url", cls.service.url)
            assert code == 0, err

    @classmethod
    def tearDownClass(cls):
        cls.service.__exit__()

    def text(self, target):
        status, headers, body = self.service.get(target)
        self.assertEqual(status, 200)
        return headers, body.decode()

    def test_headers_keep_a_page_to_itself(self):
        for target in PAGES:
            headers, _ = self.text(target)
            policy = headers["Content-Security-Policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertRegex(policy, r"style-src 'sha256-[A-Za-z0-9+/=]{44}'")
            self.assertNotIn("unsafe", policy)
            for part in ("base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"):
                self.assertIn(part, policy)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertEqual(headers["Content-Type"], "text/html; charset=utf-8")

    def test_outline(self):
        for target in PAGES:
            _, text = self.text(target)
            page = Outline(text)
            with self.subTest(target):
                self.assertEqual(page.headings[0], 1)
                self.assertEqual(page.headings.count(1), 1)
                for before, after in zip(page.headings, page.headings[1:]):
                    self.assertLessEqual(after, before + 1)  # none left out
                self.assertEqual(page.headers_without_scope, 0)
                self.assertEqual(page.languages[0], ("html", "zh-CN"))
                self.assertIn(("span", "en"), page.languages)
                for tag in ("script", "img", "iframe", "object", "embed", "link", "form", "base"):
                    self.assertNotIn(tag, page.tags)
                for link in page.links:  # nothing leads elsewhere, and everything leads somewhere
                    if link.startswith("#"):
                        self.assertIn(link[1:], page.ids)
                        continue
                    self.assertTrue(link.startswith("/") and not link.startswith("//"), link)
                for link in {link.split("#")[0] for link in page.links if link.startswith("/")}:
                    self.assertEqual(self.service.get(link)[0], 200, link)

    def test_says_what_matters(self):
        _, index = self.text("/")
        log = json.loads(self.service.get("/api/v1/log")[2])
        for word in (str(log["size"]), log["root"], log["vkey"], "2026-ND/1", "2026-LS-01/2", "丙 C", "已作废"):
            self.assertIn(word, index)
        _, draw = self.text("/draws/2026-ND/1")
        facts = json.loads(self.service.get("/api/v1/draws/2026-ND/1")[2])
        for word in (facts["subject_root"], facts["inspector_root"], facts["seed"], "clerk-1、approver-1", "contributor-2",
                     "申请回避", "次递补", "未按规定公示应当公示的信息", "依法不公示", "/api/v1/draws/2026-ND/1/proof",
                     "liuhen-verify file 2026-ND-1.draw-proof --vkey"):
            self.assertIn(word, draw)
        for stratum in facts["outcome"]["strata"]:
            if stratum["cutoff"]:
                self.assertIn(stratum["cutoff"], draw)
        _, redraw = self.text("/draws/2026-LS-01/2")
        self.assertIn('href="/draws/2026-LS-01/1"', redraw)

    def test_hostile_names_stay_text(self):
        for target in PAGES:
            _, text = self.text(target)
            self.assertNotIn("<script", text)
            self.assertNotIn("<img", text)
        self.assertIn("&lt;script&gt;", self.text("/draws/2026-ND/1")[1])
        self.assertIn("&lt;script&gt;", self.text("/draws/2026-LS-01/2")[1])
        self.assertIn("&lt;script&gt;", self.text("/")[1])

    def probe(self, target, width, dark=False):
        """What a browser makes of the page at this width: the page as served, and a script that measures."""
        _, text = self.text(target)
        if dark:
            text = text.replace("@media(prefers-color-scheme:dark)", "@media all")
        inner = text.replace("</body>", PROBE + "</body>").encode()
        # A frame: no window is as narrow as a phone.
        outer = f'<!doctype html><iframe src="/page" style="width:{width}px;height:900px;border:0"></iframe>'.encode()

        class Once(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(inner if self.path == "/page" else outer)

            def log_message(self, *unused):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Once) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            dom = chromium("--window-size=1400,1000", "--dump-dom", f"http://127.0.0.1:{server.server_port}/")
            server.shutdown()
        return seen_in(self, dom)

    def test_fits_phone_and_desk(self):
        for target in PAGES[:3]:
            for width in (390, 1280):
                seen = self.probe(target, width)
                with self.subTest(f"{target} at {width}"):
                    check_fits(self, seen, width)

    def test_can_be_read_in_the_dark(self):
        seen = self.probe("/draws/2026-ND/1", 1280, dark=True)
        self.assertEqual(seen["ground"], "rgb(18, 22, 28)")
        self.assertGreaterEqual(seen["contrast"], 4.5)

    def test_as_served_it_is_styled_and_not_blank(self):
        """The policy lets the page's own style through: its ground is not white."""
        for target in PAGES[:2]:
            width, height, first, rows = screenshot(self.service.url + target, 390, 1200)
            self.assertEqual((width, height), (390, 1200))
            self.assertEqual(first, (0xf4, 0xf6, 0xf9))
            self.assertGreater(rows, 200)


if __name__ == "__main__":
    if CHROMIUM is None:
        print("没有 Chromium，跳过：tools/setup.sh browser 可安装 / no Chromium: tools/setup.sh browser installs it")
        sys.exit(77)
    unittest.main()
